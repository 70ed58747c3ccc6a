"""The ways beside a card on the reader: other senders than a person, and documents that are typed."""

from __future__ import annotations

from core import commands as c
from core.acceptance import manual as lane
from core.acceptance import paste as panel
from core.acceptance import senders
from core.acceptance.inputs import Known, waybill_scanned
from core.acceptance.visit import Step, Visit
from core.errors import RuleError
from core.identity.sender_code import is_sender_code
from core.ledger.clock import business_date
from core.paper_forms import LeaveForm, NoteForm
from core.paper_pictures import KeepPicture, LeavePicture, PictureCommand, TakePicture
from core.station import approving, paper_forms, paper_pictures, reader_down, sender_codes
from core.station.live import Live, new_id

SenderCommand = (
    c.SetSenderKind | c.SetSenderField | c.KeepAsPrincipal | c.SetProof | c.SetExemption | c.ApproveExemption
    | NoteForm | LeaveForm | PictureCommand
)  # fmt: skip
PasteCommand = c.OpenPaste | c.SetPaste | c.SwitchPaste | c.NextPastedPhone | c.TakePaste | c.ClosePaste
ManualCommand = c.StartManual | c.SetManualField | c.FinishManual | c.CancelManual


def sender(live: Live, visit: Visit, command: SenderCommand) -> Visit:
    """Who sends, and on which paper form.  Raises RuleError as ``senders`` and ``paper_forms``, StoreError as
    ``approving``."""
    match command:
        case c.SetSenderKind():
            return senders.set_kind(visit, command.kind)
        case c.SetSenderField():
            return senders.set_field(visit, command.name, command.text)
        case c.KeepAsPrincipal():
            return senders.keep_as_principal(visit, business_date(live.now().at))
        case c.SetProof():
            return senders.set_proof(visit, command.proof)
        case c.SetExemption():
            return senders.set_exemption(visit, command.reason, live.rules)
        case c.ApproveExemption():
            return approving.approve(live, visit, command.operator, command.password)
        case NoteForm() | LeaveForm():
            return paper_forms.note(live, visit, command)
        case TakePicture() | KeepPicture() | LeavePicture():
            paper_pictures.handle(live, visit, command)
            return visit


def manual(live: Live, visit: Visit, command: ManualCommand) -> Step:
    """The lane of documents that no reader reads.  Raises RuleError as ``core.acceptance.manual``."""
    now = live.now().at
    match command:
        case c.StartManual():
            down = reader_down.standing(live) is not None
            return Step(lane.start(visit, command.kind, command.cause, live.rules, reader_down=down))
        case c.SetManualField():
            return Step(lane.set_field(visit, command.name, command.text))
        case c.FinishManual():
            return lane.finish(visit, new_id(), now, business_date(now), live.rules)
        case c.CancelManual():
            return Step(lane.cancel(visit))


def paste(live: Live, visit: Visit, command: PasteCommand, known: Known) -> Step:
    """The panel of one pasted text.  Raises RuleError as ``core.acceptance.paste``."""
    match command:
        case c.OpenPaste():
            return Step(panel.open_paste(visit, command.text, sender=command.sender))
        case c.SetPaste():
            return Step(panel.set_text(visit, command.text))
        case c.SwitchPaste():
            return Step(panel.switch(visit))
        case c.NextPastedPhone():
            return Step(panel.next_phone(visit))
        case c.TakePaste():
            return panel.take(visit, live.rules, known)
        case c.ClosePaste():
            return Step(panel.close(visit))


def code(live: Live, visit: Visit, text: str, known: Known) -> Step:
    """A scanned code: a waybill, a registered sender, or a contact for the panel.

    Raises RuleError for any other.
    """
    if is_sender_code(text):
        return sender_codes.take(live, visit, text, known)
    try:
        step = waybill_scanned(visit, text, live.rules, known)
    except RuleError:
        offered = panel.scanned(visit, text, live.rules)
        if offered is None:
            raise
        live.say("msg.code_offered")
        return Step(offered)
    if not step.note:
        live.say("msg.waybill_scanned")
    return step
