"""What the first run says of an error: nothing stands yet, so what to do is another thing than later."""

from __future__ import annotations

from core.errors import CounterError, Fact, HqError, HqFault, StoreFault

# Where what headquarters says wants other words than at a counter that stands.
_SAID = {
    (HqFault.UNREACHABLE, "url"): "first.reach_url",
    (HqFault.UNREACHABLE, "name"): "first.reach_name",
    (HqFault.UNREACHABLE, "route"): "first.reach_route",
    (HqFault.UNREACHABLE, "refused"): "first.reach_refused",
    (HqFault.UNREACHABLE, "silent"): "first.reach_silent",
    (HqFault.TLS, "authority"): "first.reach_authority",
    (HqFault.TLS, "certificate"): "first.reach_authority",
    (HqFault.TLS, "host"): "first.reach_host",
    (HqFault.TLS, "dates"): "first.reach_dates",
}
_SAID_ANYWAY = {
    HqFault.UNREACHABLE: "first.reach_line",
    HqFault.TLS: "first.reach_handshake",
    HqFault.BAD_ANSWER: "first.reach_other",
    HqFault.BUSY: "first.reach_busy",
}
# (what failed, whether the code's answer is kept here, a new counter) → what it means at this step
REDEEMING = {
    (HqFault.CODE_INVALID, True, True): "first.activation_invalid",
    (HqFault.CODE_INVALID, False, True): "first.enrol_invalid",
    (HqFault.CODE_INVALID, False, False): "first.enrol_invalid",
    (StoreFault.WRONG_KEY, True, True): "first.begun_password",
    (StoreFault.WRONG_KEY, False, True): "first.begun_password",
    (StoreFault.WRONG_KEY, False, False): "first.recover_password",
    (StoreFault.CONFLICT, True, True): "first.begun_operator",
    (StoreFault.CONFLICT, False, True): "first.begun_operator",
    (HqFault.CONFLICT, False, True): "first.enrol_conflict",
    (HqFault.CONFLICT, False, False): "first.recover_conflict",
}


def words(error: CounterError) -> tuple[str, dict[str, Fact], str]:
    """(code, facts, level)."""
    facts = dict(error.facts)
    if isinstance(error, HqError):
        own = _SAID.get((HqFault(error.code), str(facts.get("what", ""))))
        return own or _SAID_ANYWAY.get(HqFault(error.code), str(error.code)), facts, "error"
    return str(error.code), facts, "error"
