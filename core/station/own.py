"""Her own evidence, asked for at log-out: made beside the station, said when it lies there."""

from __future__ import annotations

from collections.abc import Callable

from core.errors import CounterError, RuleError, RuleFault
from core.own_evidence import EvidenceFiles, KeepEvidence, KeptEvidence
from core.station.live import Live


def keep(
    live: Live,
    files: EvidenceFiles | None,
    asked: KeepEvidence,
    later: Callable[[Callable[[], object]], object],
) -> None:
    """Raises RuleError NOT_ALLOWED where there is no such day, or nothing that writes."""
    operator, day = live.need_session().operator, live.state.day - asked.before
    if files is None or day < 1:
        raise RuleError(RuleFault.NOT_ALLOWED)

    def done(made: KeptEvidence | CounterError) -> None:
        later(lambda: _say(live, made))

    live.say("msg.evidence_begun")
    files.begin(operator, day, done)


def _say(live: Live, made: KeptEvidence | CounterError) -> None:
    if isinstance(made, CounterError):
        live.say_error(made)
        return
    code, level = ("msg.evidence_proven", "good") if made.proven else ("msg.evidence_open", "warning")
    live.say(code, level, file=made.file, count=made.entries)
