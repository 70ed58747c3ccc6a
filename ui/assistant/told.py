"""Everything that the first run says for itself: each what is so and what to do, and the facts in it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

TOLD = (
    "first.reach_url", "first.reach_name", "first.reach_route", "first.reach_refused",
    "first.reach_silent", "first.reach_line", "first.reach_authority", "first.reach_host",
    "first.reach_dates", "first.reach_handshake", "first.reach_other", "first.reach_busy",
    "first.reach_proxy_form",
    "first.reach_file_missing", "first.reach_file", "first.reach_clock", "first.reached",
    "first.reached_clock", "first.code_named", "first.code_untold", "first.code_follows",
    "first.code_new", "first.code_used", "first.enrol_invalid", "first.activation_invalid",
    "first.enrol_conflict", "first.recover_conflict", "first.recover_password", "first.begun",
    "first.begun_answered", "first.begun_password", "first.begun_operator", "first.begun_forgotten",
    "first.backup_due", "first.founded", "first.handed", "first.handed_file", "first.handed_unprinted",
)  # fmt: skip
FACTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "first.reach_name": frozenset({"host"}),
        "first.reach_refused": frozenset({"host", "port"}),
        "first.reach_silent": frozenset({"host"}),
        "first.reach_clock": frozenset({"minutes"}),
        "first.reached_clock": frozenset({"seconds"}),
        **{f"first.code_{what}": frozenset({"terminal"}) for what in ("named", "follows", "new", "used")},
        **{f"first.begun{what}": frozenset({"operator"}) for what in ("", "_answered", "_operator")},
        "first.backup_due": frozenset({"terminal"}),
        **{f"first.handed{what}": frozenset({"file"}) for what in ("", "_file")},
        "first.handed_unprinted": frozenset({"file", "fault"}),
        "first.founded": frozenset({"terminal", "branch"}),
    }
)
