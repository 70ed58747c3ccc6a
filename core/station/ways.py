"""The ways beside a card on the reader: other senders than a person, and documents that are typed."""

from __future__ import annotations

from core import commands as c
from core.acceptance import manual as lane
from core.acceptance import senders
from core.acceptance.visit import Step, Visit
from core.ledger.clock import business_date
from core.station import approving, reader_down
from core.station.live import Live, new_id

SenderCommand = (
    c.SetSenderKind | c.SetSenderField | c.KeepAsPrincipal | c.SetProof | c.SetExemption | c.ApproveExemption
)
ManualCommand = c.StartManual | c.SetManualField | c.FinishManual | c.CancelManual


def sender(live: Live, visit: Visit, command: SenderCommand) -> Visit:
    """Who sends.  Raises RuleError as ``core.acceptance.senders``, StoreError as ``approving``."""
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
