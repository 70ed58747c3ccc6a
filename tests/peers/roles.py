"""Section 5 of docs/format.md, for the independent checker: in which role a person signs, and approves."""

from __future__ import annotations

from typing import Any

from tests.peers.numbers import need

WORKING = ("clerk", "supervisor")
SUPERVISORS_ONLY = ("ReaderDownApproved", "BranchAdopted", "BranchDeclined")
ENDING = ("OperatorLocked", "OperatorLoggedOut")


def check_role(kind: str, role: Any) -> None:
    """Raise Bad unless a session certified for ``role`` may sign an entry of ``kind``."""
    if kind not in ENDING:
        need(role in (("supervisor",) if kind in SUPERVISORS_ONLY else WORKING), f"{kind} by a {role}")


def check_approver(accepted: Any) -> None:
    """Raise Bad unless what the journal accepted of the one who approved is a supervisor's key."""
    need(accepted is not None, "approved by an operator who was never accepted")
    need(accepted["role"] == "supervisor", "approved by no supervisor")
