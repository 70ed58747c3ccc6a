"""An accepted item is corrected: what is wrong stays as it was written, a new entry says what is right.

Some fields whoever accepted the item corrects alone for some minutes, while its customer stands there; for
the rest, and later, a second person is asked (rule data ``corrections``).  What was typed stays in memory
alone until it is done; who locks or leaves types it again.  Who sends is never corrected: that is voided.
Sources: R8 (update at the counter), PIPL 46 (what is wrong is put right), 快递暂行条例 22 (true records).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from core import wire
from core.acceptance import corrected
from core.acceptance.corrected import Correction, Pending
from core.acceptance.marked import ordinal
from core.access.rights import Action
from core.commands import Field
from core.correcting import CorrectingCommand, CorrectionView, CorrectItem, FieldToCorrect, TypeCorrection
from core.correction_rules import CorrectionField
from core.errors import RuleError, RuleFault
from core.ledger.corrections import KIND
from core.ledger.entry import AttachmentClass, Entry, Head, parse_stamp
from core.ledger.erasure import is_restricted
from core.ledger.requests import Mode, may_use
from core.ledger.writer import Part, Proposal
from core.ports import ItemRow
from core.station import requests
from core.station.days import item_of_open_day
from core.station.live import Live, new_id

_ON_THE_WAY = ("started", "unknown")


def handle(live: Live, command: CorrectingCommand) -> None:
    """Raises RuleError CORRECT_ITEM, CORRECT_FIELD, CORRECT_SAME, CORRECT_MOST, CORRECT_PAPER, CORRECT_GONE.

    And as :func:`core.acceptance.corrected.checked` and :mod:`core.station.requests` do.
    """
    live.need_session()
    if isinstance(command, TypeCorrection):
        _type(live, command)
        return
    row, pending = _item(live, command.item), live.correction
    if pending is None or pending.item != command.item:
        raise RuleError(RuleFault.CORRECT_GONE)
    if isinstance(command, CorrectItem):
        _ask(live, row, pending, command)
    else:
        _rest_on(live, row, pending)


def _type(live: Live, typed: TypeCorrection) -> None:
    row, rules = _item(live, typed.item), live.rules.corrections
    if typed.name not in rules.fields:
        raise RuleError(RuleFault.CORRECT_FIELD)
    if ordinal(row.annex) >= rules.most:
        raise RuleError(RuleFault.CORRECT_MOST, most=rules.most)
    said = _entry(live, row.seq).data
    correction = corrected.checked(row.annex, Field(typed.name), typed.text, said, live.rules)
    _need_no_page(row, correction)
    live.serial += 1
    live.correction = Pending(row.seq, correction, live.serial)


def _ask(live: Live, row: ItemRow, pending: Pending, command: CorrectItem) -> None:
    if not command.mode:
        if not _alone(live, row, live.rules.corrections.fields[pending.correction.name.value]):
            raise RuleError(RuleFault.APPROVAL_NEEDED, action=f"right.{Action.CORRECT}")
        if command.reason not in [each.code for each in live.rules.second[Action.CORRECT.value].reasons]:
            raise RuleError(RuleFault.APPROVAL_REASON)
        _do(live, row, pending, command.reason, 0)
        return
    if live.state.value["requests"].get(pending.request) is None:
        details = {"field": pending.correction.name.value, "value": pending.correction.value}
        asked = requests.ask(live, Action.CORRECT, row.seq, command.reason, details, command.mode)
        pending = live.correction = replace(pending, request=asked)
    if command.mode == Mode.COUNTERSIGN:
        _rest_on(live, row, pending)
    else:
        live.say("msg.request_asked", "good", action=f"right.{Action.CORRECT}")


def approved(live: Live, item: int, request: str) -> bool:
    """Whether what was asked for by ``request`` could be done, now that somebody approved it."""
    pending = live.correction
    if pending is None or (pending.item, pending.request) != (item, request):
        return False
    _rest_on(live, _item(live, item), pending)
    return True


def _rest_on(live: Live, row: ItemRow, pending: Pending) -> None:
    """On the request that was made for exactly this, by whoever stands here."""
    found = live.state.value["requests"].get(pending.request)
    mine = found is not None and found["by"] == live.need_session().operator and may_use(found)
    if found is None or not mine or live.now().at > parse_stamp(found["until"]):
        raise RuleError(RuleFault.APPROVAL_NEEDED, action=f"right.{Action.CORRECT}")
    _do(live, row, pending, found["reason"], int(found["asked"]), signed=bool(found["given"]))


def _do(live: Live, row: ItemRow, pending: Pending, reason: str, asked: int, *, signed: bool = True) -> None:
    """``ItemCorrected`` with its own annex and sealed part; then what shows something else is printed."""
    correction = pending.correction
    _need_no_page(row, correction)
    entry, annex = _entry(live, row.seq), corrected.new_annex(row.annex, correction)
    count = ordinal(annex)
    of = next(one for one in entry.header.commitments if one.cls is AttachmentClass.ANNEX)
    sealed = corrected.sealed(correction, count, Head(row.epoch, row.seq, entry.hash))
    parts = (
        Part(AttachmentClass.SEALED, AttachmentClass.SEALED.value, wire.encode(sealed), of.month),
        Part(AttachmentClass.ANNEX, of.retention, wire.encode(annex), of.month),
    )
    data = {
        "item": row.seq,
        "ordinal": count,
        "field": correction.name.value,
        "reason": reason,
        "label": correction.on_label,
        "receipt": row.receipt != "none",
        "asked": asked,
    }
    live.commit([Proposal(KIND, data, new_id(), by_person=True, parts=parts)])
    live.correction = None
    live.probe("item.corrected")
    live.anew.append(row.seq)
    said = "msg.item_corrected" if signed else "msg.item_corrected_unsigned"
    live.say(said, "good", number=str(annex["number"]))


def _item(live: Live, seq: int) -> ItemRow:
    """Accepted in the business day that is open, not void, and not only stored."""
    row = item_of_open_day(live, seq)
    if row is None:
        raise RuleError(RuleFault.CORRECT_ITEM)
    if is_restricted(live.state.value, seq):
        raise RuleError(RuleFault.ITEM_RESTRICTED)
    return row


def _need_no_page(row: ItemRow, correction: Correction) -> None:
    """Raises RuleError CORRECT_PAPER while a page that would be wrong is in the printer, or may have come."""
    if (correction.on_label and row.label in _ON_THE_WAY) or row.receipt in _ON_THE_WAY:
        raise RuleError(RuleFault.CORRECT_PAPER)


def _entry(live: Live, seq: int) -> Entry:
    return next(iter(live.need_journal().entries(seq, seq)))


def _alone(live: Live, row: ItemRow, rule: CorrectionField) -> bool:
    """Whoever accepted it, while its customer probably still stands there."""
    since = live.now().at - dt.datetime.fromisoformat(row.accepted_at)
    hers = row.operator == live.need_session().operator
    return rule.alone and hers and since <= dt.timedelta(minutes=live.rules.corrections.minutes)


def fields(live: Live) -> tuple[FieldToCorrect, ...]:
    """What may be corrected, in the order of the rules."""
    rows = live.rules.corrections.fields.values()
    return tuple(FieldToCorrect(each.code, each.names, each.alone) for each in rows)


def shown(live: Live) -> CorrectionView | None:
    """What was typed and not done yet; None where its item cannot be corrected any more."""
    pending = live.correction
    row = live.item(pending.item) if pending is not None else None
    if pending is None or row is None or live.session is None:
        return None
    correction = pending.correction
    return CorrectionView(
        item=pending.item,
        number=row.short_number,
        name=correction.name.value,
        before=_words(correction.name, correction.before),
        after=_words(correction.name, correction.after),
        alone=_alone(live, row, live.rules.corrections.fields[correction.name.value]),
        label=correction.on_label,
        receipt=row.receipt != "none",
        fee=correction.fee,
        serial=pending.serial,
        request=pending.request,
    )


def _words(name: Field, value: str | int) -> str:
    return f"{int(value) / 1000:.3f} kg" if name is Field.WEIGHT else str(value)
