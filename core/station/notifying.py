"""Headquarters tells a customer something for this counter: asked for here, sent there, answered here.

The number stays sealed: what is opened, is opened at headquarters for the gateway alone (R64, R67: the least
that serves the purpose).  Caps keep a customer from being rung at by an operator's whim.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from core.consents import Answered as Consented
from core.errors import Fact, RuleError, RuleFault
from core.ledger import notify
from core.ledger.cases import Whose
from core.ledger.clock import CHINA, business_date
from core.ledger.directives import DirectiveKind, SignedDirective
from core.ledger.erasure import is_restricted
from core.ledger.looks import hour_of
from core.ledger.writer import Proposal
from core.notify import AskNotify, NotifyView, Told
from core.notify_rules import NO_CONSENT, ApprovedText
from core.ports import VOIDED, ItemRow
from core.station import consenting
from core.station.days import day_proposals
from core.station.live import Live, new_id
from core.view import Note

_MEMBERS = {Whose.SENDER: "sender", Whose.RECIPIENT: "recipient"}


def ask(live: Live, asked: AskNotify) -> None:
    """``NotifyAsked``: durable, and with headquarters as soon as it is reached.

    Raises RuleError NOT_ALLOWED, LATE_ITEM, ITEM_RESTRICTED, NOTIFY_VOIDED, NOTIFY_TEXT, NOTIFY_CONSENT,
    NOTIFY_NOBODY, NOTIFY_WAITS, NOTIFY_ITEM_CAP, NOTIFY_CAP; StoreError as a commit does.
    """
    row = _need_item(live, asked.item)
    text = live.rules.notify.text(asked.text, asked.version)
    if text is None or asked.to not in text.to or asked.language not in text.texts:
        raise RuleError(RuleFault.NOTIFY_TEXT)
    if not _receiver(row, asked.to):
        raise RuleError(RuleFault.NOTIFY_NOBODY)
    if text.consent != NO_CONSENT and not _agreed(live, asked.item, text):
        raise RuleError(RuleFault.NOTIFY_CONSENT)
    _need_room(live, asked)
    data = {"notify": new_id(), "item": asked.item, "text": text.code, "version": text.version}
    data |= {"to": asked.to, "language": asked.language}
    live.commit([*day_proposals(live), Proposal(notify.ASKED, data, new_id(), by_person=True)])
    live.probe("notify.asked")
    number = row.short_number
    live.say("msg.notify_asked" if live.sync.state == "ok" else "msg.notify_waits", number=number)


def proposals(live: Live, sound: Iterable[SignedDirective]) -> list[Proposal]:
    """``NotifyAnswered`` for each that speaks of an open one; told again, none."""
    made: dict[str, Proposal] = {}
    for signed in sound:
        if signed.directive.kind != DirectiveKind.NOTIFY:
            continue
        said = notify.read_answered(signed)
        row = live.state.value.get(notify.MEMBER, {}).get(said.notify)
        fits = row is not None and (row["asked"], row["outcome"]) == (said.asked, notify.OPEN)
        if fits and said.notify not in made:
            data = {"notify": said.notify, "asked": said.asked, "outcome": said.outcome, "why": said.why}
            data["directive"] = said.directive
            made[said.notify] = Proposal(notify.ANSWERED, data, new_id())
    return list(made.values())


def tell(live: Live, signed: SignedDirective) -> None:
    """What became of it, for whoever stands here: sent is seen on the item, anything else is said."""
    said = notify.read_answered(signed)
    row = live.state.value.get(notify.MEMBER, {}).get(said.notify)
    if row is None or said.outcome == notify.Outcome.SENT:
        return
    item = live.item(row["item"])
    number = item.short_number if item is not None else str(row["item"])
    if said.outcome == notify.Outcome.REFUSED:
        live.say("msg.notify_refused", "warning", number=number, why=why_code(said.why))
    else:
        live.say("msg.notify_unknown", "warning", number=number)


def why_code(why: str) -> str:
    """The code of the sentence for a reason; one that this version does not know is the gateway's."""
    known = why if why in list(notify.Why) else notify.Why.GATEWAY.value
    return f"notify.why.{known}"


def notes(live: Live, row: ItemRow) -> list[Note]:
    """What the list says of an item: the last text about it, and what became of it."""
    last = notify.of_item(live.state.value, row.seq)
    if last is None:
        return []
    outcome = last["outcome"] or "asked"
    facts: dict[str, Fact] = {"party": f"party.{last['to']}"}
    if outcome == notify.Outcome.REFUSED:
        facts["why"] = why_code(last["why"])
    return [Note(f"note.notify_{outcome}", facts)]


def shown(live: Live, found: Iterable[ItemRow]) -> NotifyView:
    """What may be sent about the items that were found."""
    items = {row.seq: _told(live, row) for row in found if row.seq > 0 and _free(live, row)}
    texts, today = live.rules.notify.texts, business_date(live.now().at)
    return NotifyView(texts, items, today, live.sync.state == "ok")


def _told(live: Live, row: ItemRow) -> Told:
    at = dt.datetime.fromisoformat(row.accepted_at).astimezone(CHINA)
    facts = {"branch": live.settings.branch, "waybill": row.waybill, "day": f"{at:%Y-%m-%d}"}
    shown = {whose.value: _receiver(row, whose.value) for whose in Whose}
    return Told(facts, {whose: receiver for whose, receiver in shown.items() if receiver})


def _receiver(row: ItemRow, whose: str) -> str:
    """Name and number, masked as the label has them; "" where no number was given."""
    name, phone = (str(row.annex.get(f"{_MEMBERS[Whose(whose)]}_{part}", "")) for part in ("name", "phone"))
    return f"{name} {phone}".strip() if phone else ""


def _free(live: Live, row: ItemRow) -> bool:
    return not is_restricted(live.state.value, row.seq) and row.label != VOIDED


def _need_item(live: Live, seq: int) -> ItemRow:
    live.need_session()
    if seq < 0:
        raise RuleError(RuleFault.LATE_ITEM)
    row = live.item(seq) if seq else None
    if row is None:
        raise RuleError(RuleFault.NOT_ALLOWED)
    if is_restricted(live.state.value, seq):
        raise RuleError(RuleFault.ITEM_RESTRICTED)
    if row.label == VOIDED:
        raise RuleError(RuleFault.NOTIFY_VOIDED)
    return row


def _agreed(live: Live, item: int, text: ApprovedText) -> bool:
    """Whether the item's sender agreed, and has not taken it back."""
    views = consenting.of_item(live, item, may_give=False).consents
    return any(view.code == text.consent and view.answer == Consented.GIVEN for view in views)


def _need_room(live: Live, asked: AskNotify) -> None:
    """Raises RuleError NOTIFY_WAITS, NOTIFY_ITEM_CAP, NOTIFY_CAP."""
    value, rules = live.state.value, live.rules.notify
    rows = [row for row in value.get(notify.MEMBER, {}).values() if row["item"] == asked.item]
    same = (asked.text, asked.to, notify.OPEN)
    if any((row["text"], row["to"], row["outcome"]) == same for row in rows):
        raise RuleError(RuleFault.NOTIFY_WAITS)
    if day_proposals(live):
        return  # a new day begins with it
    today = [row for row in rows if row["day"] == value["day"]]
    if len(today) >= rules.item:
        raise RuleError(RuleFault.NOTIFY_ITEM_CAP, most=rules.item)
    hours = value.get(notify.COUNTED, {}).get(live.need_session().operator, {})
    this = hours.get(f"{hour_of(live.now().at):02d}", 0)
    if this >= rules.hour or sum(hours.values()) >= rules.day:
        raise RuleError(RuleFault.NOTIFY_CAP, hour=rules.hour, day=rules.day)
