"""Which right each kind of entry stands for: whoever follows a chain asks the table about its session."""

from __future__ import annotations

from collections.abc import Mapping

from core.access.rights import Action, may_ask

# Every act of a person, but ending her own session, which is nobody's to refuse.
ENTRY_ACTIONS: Mapping[str, Action] = {
    **dict.fromkeys(("OperatorLoggedIn", "CounterHandedOver"), Action.LOG_IN),
    **dict.fromkeys(
        ("DayClosed", "DaySlipAsked", "StockStated", "StockCounted", "StockDiffers"), Action.CLOSE_DAY
    ),
    "PoolVoided": Action.GIVE_UP_NUMBERS,
    "SenderVerified": Action.ACCEPT,
    "SenderExempted": Action.ACCEPT,
    "ItemRestricted": Action.PERSONS,
    "PersonErased": Action.PERSONS,
    "PersonAsked": Action.PERSONS,
    "PersonAnswered": Action.PERSONS,
    **dict.fromkeys(("ComplaintOpened", "ComplaintContacted", "ComplaintHandedOn"), Action.COMPLAIN),
    **dict.fromkeys(("ComplaintTaken", "ComplaintAnswered", "ComplaintReopened"), Action.COMPLAIN),
    **dict.fromkeys(("ExceptionOpened", "ExceptionContacted", "ExceptionClosed"), Action.EXCEPTION),
    **dict.fromkeys(("BreachWarned", "BreachSettled"), Action.WARN),
    **dict.fromkeys(("IncidentOpened", "IncidentJoined", "IncidentAssessed"), Action.INCIDENT),
    **dict.fromkeys(("IncidentMeasure", "IncidentTold", "IncidentReviewed"), Action.INCIDENT),
    "ItemHeld": Action.HOLD,
    "GuardianConsented": Action.ACCEPT,
    "ConsentAnswered": Action.ACCEPT,
    "ItemAccepted": Action.ACCEPT,
    "ItemVoided": Action.VOID,
    "ItemCorrected": Action.CORRECT,
    "DifferenceExplained": Action.DIFFERENCE,
    "DifferenceDisputed": Action.CLOSE_DAY,
    "LabelAffixed": Action.ACCEPT,
    "ItemRefused": Action.REFUSE,
    "LookedUp": Action.LOOK_UP,
    "NotifyAsked": Action.NOTIFY,
    "CaseOpened": Action.UNMASK,
    "CaseShown": Action.UNMASK,
    "CaseClosed": Action.UNMASK,
    "DisclosureFiled": Action.DISCLOSE,
    "DisclosureAsked": Action.DISCLOSE,
    "ReprintAsked": Action.PRINT,
    "PrintSeen": Action.PRINT,
    "ReaderDownApproved": Action.READER_DOWN,
    **dict.fromkeys(("BlockProposed", "BlockSent", "BlockAppealed"), Action.PROPOSE_BLOCK),
    "PaperFormsHandedOut": Action.PAPER_HAND_OUT,
    **dict.fromkeys(("PaperFormEntered", "PaperFormTaken"), Action.PAPER_ENTRY),
    "PaperFormVoided": Action.PAPER_VOID,
    "IdentityTyped": Action.TYPED,
    "TypedTaken": Action.TYPED,
    **dict.fromkeys(("BagOpened", "ItemBagged", "ItemUnbagged", "BagGivenUp", "BagClosed"), Action.DISPATCH),
    **dict.fromkeys(("ShiftGiven", "ShiftTaken"), Action.SHIFT),
    "BranchAdopted": Action.LATE_ENTRIES,
    "BranchDeclined": Action.LATE_ENTRIES,
}


def entry_allowed(kind: str, role: str) -> bool:
    """Whether a session certified for ``role`` may sign an entry of ``kind``."""
    action = ENTRY_ACTIONS.get(kind)
    return action is None or may_ask(role, action)
