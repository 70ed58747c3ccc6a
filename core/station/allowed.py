"""Which right each command asks for: the station asks the table before it does anything."""

from __future__ import annotations

from core import commands as c
from core.access.rights import Action, need
from core.blocking import BLOCKING
from core.breaching import WARNING
from core.closing import DisputeDifference, ExplainDifference, FinishDifference, LeaveClose, OpenClose
from core.complaints import COMPLAINING, SEEING
from core.consents import AnswerConsent, AskConsents, GuardianAgrees
from core.correcting import CORRECTING
from core.disclosing import DISCLOSING
from core.dispatch import DISPATCH, LeaveDispatch
from core.handover import TakeOver
from core.incidents import INCIDENTS
from core.inspection import MakeInspectionPack
from core.item_exceptions import EXCEPTING, HOLDING
from core.late import AdoptLate, DeclineLate
from core.manifest import MakeManifest
from core.notify import AskNotify
from core.numbering import TakeNumber, VoidNumbers
from core.own_evidence import KeepEvidence
from core.paper_forms import HANDING_OUT, OF_THE_VISIT, AskVoidForm, VoidForm
from core.paper_pictures import PICTURING
from core.persons import AnswerRight, AskErasure, AskRight
from core.scanning import ScanTyped
from core.second import AskReaderDown, AskVoid, BeginReaderDown, DecideRequest, VoidItem
from core.seeing import CASES
from core.shift import SHIFT, LeaveShift
from core.slips import ExportSlip, PrintSlip
from core.stocktaking import STOCKTAKE, LeaveStocktake

# Nobody's to refuse: the way in and a second person's word (which ask for themselves), the way out, and a
# message that was read.
FREE = (c.LogIn, c.Activate, c.Lock, c.LogOut, c.DismissMessage, c.CloseLookUp, LeaveClose, LeaveDispatch,
        LeaveShift, LeaveStocktake, DecideRequest)  # fmt: skip
# All that a clerk does between a customer's document and F9.
ACCEPTING = (
    c.SetField, TakeNumber, ScanTyped, c.TakeKnown, c.SetSenderKind, c.SetSenderField, c.KeepAsPrincipal,
    c.SetProof, c.OpenPaste, c.SetPaste, c.SwitchPaste, c.NextPastedPhone, c.TakePaste, c.ClosePaste,
    c.StartManual, c.SetManualField, c.FinishManual, c.CancelManual, c.ConfirmOriginal,
    c.ConfirmInspected, c.SetSecurity,
    c.SetRoute, c.SetFee, c.SetPayment, c.ConfirmCondition, c.AcknowledgeNotice, c.NewAcceptance, c.NextItem,
    c.NextCustomer, c.Park, c.Resume, c.Undo, c.Commit, AnswerConsent, GuardianAgrees, *PICTURING,
)  # fmt: skip
OTHERS: dict[type[c.Command], Action] = {
    c.SetExemption: Action.EXEMPT,
    c.ApproveExemption: Action.EXEMPT,
    AskReaderDown: Action.READER_DOWN,
    BeginReaderDown: Action.READER_DOWN,
    **dict.fromkeys(HANDING_OUT, Action.PAPER_HAND_OUT),
    **dict.fromkeys(OF_THE_VISIT, Action.PAPER_ENTRY),
    **dict.fromkeys((AskVoidForm, VoidForm), Action.PAPER_VOID),
    c.Refuse: Action.REFUSE,
    AskVoid: Action.VOID,
    VoidItem: Action.VOID,
    c.Reprint: Action.PRINT,
    c.LabelSeen: Action.PRINT,
    c.LookUp: Action.LOOK_UP,
    AskConsents: Action.LOOK_UP,
    AskErasure: Action.PERSONS,
    AskRight: Action.PERSONS,
    AnswerRight: Action.ANSWER_RIGHT,
    AskNotify: Action.NOTIFY,
    **dict.fromkeys((c.CloseDay, OpenClose, DisputeDifference, PrintSlip, ExportSlip), Action.CLOSE_DAY),
    **dict.fromkeys((ExplainDifference, FinishDifference), Action.DIFFERENCE),
    TakeOver: Action.LOG_IN,
    **dict.fromkeys(DISPATCH, Action.DISPATCH),
    **dict.fromkeys(SHIFT, Action.SHIFT),
    **dict.fromkeys(STOCKTAKE, Action.CLOSE_DAY),
    VoidNumbers: Action.GIVE_UP_NUMBERS,
    AdoptLate: Action.LATE_ENTRIES,
    KeepEvidence: Action.EVIDENCE,
    MakeInspectionPack: Action.JOURNAL,
    MakeManifest: Action.DISPATCH,
    DeclineLate: Action.LATE_ENTRIES,
    **dict.fromkeys(COMPLAINING, Action.COMPLAIN),
    **dict.fromkeys(WARNING, Action.WARN),
    **dict.fromkeys(INCIDENTS, Action.INCIDENT),
    **dict.fromkeys(EXCEPTING, Action.EXCEPTION),
    **dict.fromkeys(HOLDING, Action.HOLD),
    **dict.fromkeys((*CASES, *SEEING), Action.UNMASK),
    **dict.fromkeys(CORRECTING, Action.CORRECT),
    **dict.fromkeys(DISCLOSING, Action.DISCLOSE),
    **dict.fromkeys(BLOCKING, Action.PROPOSE_BLOCK),
}


def allowed(role: str, command: c.Command) -> None:
    """Raises RuleError ROLE where an operator in ``role`` may not even ask for it."""
    action = action_of(command)
    if action is not None:
        need(role, action)


def action_of(command: c.Command) -> Action | None:
    """The right that it asks for; None where it is nobody's to refuse."""
    if isinstance(command, FREE):
        return None
    return Action.ACCEPT if isinstance(command, ACCEPTING) else OTHERS[type(command)]
