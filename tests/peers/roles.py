"""Section 5 of docs/format.md, for the independent checker: in which role a person signs, and approves."""

from __future__ import annotations

from typing import Any

from tests.peers.numbers import need

DECISIONS = {"BranchAdopted", "BranchDeclined"}
PERSONAL = {
    "DayClosed", "DaySlipAsked", "CounterHandedOver", "OperatorLoggedIn", "OperatorLocked",
    "OperatorLoggedOut",
    "SenderVerified", "ItemAccepted", "ItemRefused", "PrintSeen", "LabelAffixed", "ReprintAsked",
    "SenderExempted", "ReaderDownApproved", "PoolVoided", "LookedUp", "ApprovalAsked", "ItemVoided",
    "ItemCorrected",
    "NotifyAsked", "CaseOpened", "CaseShown", "CaseClosed", "GuardianConsented", "ConsentAnswered",
    "ItemRestricted", "PersonErased", "PersonAsked", "PersonAnswered",
    "DifferenceExplained", "DifferenceDisputed",
    "DisclosureFiled", "DisclosureAsked", "IdentityTyped", "TypedTaken",
    "PaperFormsHandedOut", "PaperFormEntered", "PaperFormTaken", "PaperFormVoided",
    "ComplaintOpened", "ComplaintContacted", "ComplaintHandedOn", "ComplaintTaken", "ComplaintAnswered",
    "ComplaintReopened",
    "ExceptionOpened", "ExceptionContacted", "ItemHeld", "ExceptionClosed",
    "BreachWarned", "BreachSettled", "IncidentOpened", "IncidentJoined", "IncidentAssessed",
    "IncidentMeasure", "IncidentTold", "IncidentReviewed",
    "BagOpened", "ItemBagged", "ItemUnbagged", "BagGivenUp", "BagClosed", "StockStated",
    "StockCounted", "StockDiffers",
    "ShiftGiven", "ShiftTaken",
    "BlockProposed", "BlockSent", "BlockAppealed", *DECISIONS,
}  # fmt: skip
SESSION_ENDS = {"OperatorLocked", "OperatorLoggedOut", "SessionEnded"}
WORKING = ("clerk", "supervisor")
SUPERVISORS_ONLY = ("BranchAdopted", "BranchDeclined", "PaperFormsHandedOut")
RELEASE = ("released_by", "released_at", "release")
ENDING = ("OperatorLocked", "OperatorLoggedOut")


def check_role(kind: str, role: Any) -> None:
    """Raise Bad unless a session certified for ``role`` may sign an entry of ``kind``."""
    if kind not in ENDING:
        need(role in (("supervisor",) if kind in SUPERVISORS_ONLY else WORKING), f"{kind} by a {role}")


def check_approver(accepted: Any) -> None:
    """Raise Bad unless what the journal accepted of the one who approved is a supervisor's key."""
    need(accepted is not None, "approved by an operator who was never accepted")
    need(accepted["role"] == "supervisor", "approved by no supervisor")


def released(data: Any) -> dict[str, Any]:
    """What a supervisor signed who ended a lockout; empty where it ended by its time."""
    need(set(data) == {"operator", "failures", *RELEASE}, "members of LogInsFailed")
    if all(data[name] is None for name in RELEASE):
        return {}
    need(all(isinstance(data[name], str) for name in RELEASE), "a release without its signature")
    need(data["released_by"] != data["operator"], "released by the same person")
    named = {name: data[name] for name in ("operator", "failures", "released_by")}
    return {"type": "lockout-end", "at": data["released_at"], **named}
