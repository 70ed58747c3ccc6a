"""Dispatch in bags (封发) at the station: a bag opened, items scanned into it, closed and signed for.

Every scan is an entry before the screen shows it, so that a power cut loses none: the bag stands as it was
when the page is opened again, by whoever may dispatch.  What may not go is refused by name, and nothing of
it is written.  A closed bag is never opened again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.acceptance.marked import first_token
from core.commands import Security
from core.dispatch import (
    BagView,
    CloseBag,
    DispatchCommand,
    DispatchView,
    GiveUpBag,
    LeaveDispatch,
    OpenBag,
    OpenDispatch,
    PackedView,
    PackItem,
    SentView,
    UnpackItem,
)
from core.errors import RuleError, RuleFault
from core.identity.characters import fold_width
from core.ledger import forms, stock
from core.ledger.clock import CHINA, business_date
from core.ledger.writer import Proposal
from core.ports import VOIDED, ItemRow
from core.station import item_exceptions, late
from core.station.days import day_proposals, stock_proposals
from core.station.live import Live, new_id
from core.view import Screen

if TYPE_CHECKING:
    from core.ports import Journal

_LISTED = 100  # of a bag's items, the newest scans
_SHOWN = 8  # closed bags


def handle(live: Live, command: DispatchCommand) -> None:
    """Raises RuleError STOCK_OFF and the BAG faults; StoreError as a commit does."""
    if isinstance(command, LeaveDispatch):
        live.dispatches = ""
        return
    session = live.need_session()
    if isinstance(command, OpenDispatch):
        _begin(live)
        live.dispatches = session.session
        return
    if live.dispatches != session.session:
        raise RuleError(RuleFault.NOT_ALLOWED)
    match command:
        case OpenBag():
            _open(live, command)
        case PackItem():
            pack(live, command.text)
        case UnpackItem():
            _unpack(live, command.item or find_item(live, command.text)[0].seq)
        case GiveUpBag():
            bag = _bag(live)
            data = {"bag": bag["opened"], "count": len(bag["items"])}
            _commit(live, stock.GIVEN_UP, data)
            live.say("msg.bag_given_up", "warning", bag=bag["bag"], count=data["count"])
        case CloseBag():
            _close(live, command)


def scanned(live: Live, text: str) -> bool:
    """A scan while the page stands goes into the bag; whether it did, or was refused there."""
    if live.screen is not Screen.CLERK or live.session is None or live.dispatches != live.session.session:
        return False
    pack(live, text)
    return True


def _begin(live: Live) -> None:
    """Where the rules came into force while somebody worked here, the stock is followed from now on."""
    if stock.of(live.state.value) is None:
        if not live.rules.stock.follows:
            raise RuleError(RuleFault.STOCK_OFF)
        live.commit([*day_proposals(live), *stock_proposals(live)])


def _open(live: Live, command: OpenBag) -> None:
    row = stock.of(live.state.value)
    if row is not None and row["bag"] is not None:
        raise RuleError(RuleFault.BAG_STANDS, bag=row["bag"]["bag"])
    if command.to not in live.rules.stock.destinations:
        raise RuleError(RuleFault.BAG_TO)
    bag = _number(live, command.text)
    _commit(live, stock.OPENED, {"bag": bag, "to": command.to})
    live.say("msg.bag_opened", "good", bag=bag)


def pack(live: Live, text: str) -> None:
    """What was scanned or typed goes into the open bag, in an entry of its own."""
    bag, (row, old) = _bag(live), find_item(live, text)
    number = row.short_number
    _need_sound(live, row)
    if old:
        live.say("msg.old_label", "error", number=number)  # printed before the item was corrected
        return
    if row.seq in bag["items"]:
        raise RuleError(RuleFault.BAG_TWICE, number=number)
    centre = _waits_for(live.need_journal(), row.seq)
    if centre and centre != bag["to"]:
        raise RuleError(RuleFault.BAG_CENTRE, number=number)
    if len(bag["items"]) >= stock.MOST_IN_BAG:
        raise RuleError(RuleFault.BAG_FULL, most=stock.MOST_IN_BAG)
    _commit(live, stock.PACKED, {"bag": bag["opened"], "item": row.seq})
    live.say("msg.bag_packed", "good", number=number, count=len(bag["items"]) + 1)


def find_item(live: Live, text: str) -> tuple[ItemRow, bool]:
    """By its label's code or its waybill, and whether that is an old label's.

    Raises BAG_UNKNOWN, or BAG_LATE for one beside the chain.
    """
    journal, said = live.need_journal(), text.strip()
    waybill = fold_width(said).replace(" ", "").upper()
    row = journal.item_by_token(first_token(said))
    if row is not None:
        return row, row.annex.get("token") != said
    row = journal.item_by_waybill(waybill)
    if row is None and late.find(live, "waybill", waybill):
        raise RuleError(RuleFault.BAG_LATE)
    if row is None:
        raise RuleError(RuleFault.BAG_UNKNOWN)
    return row, False


def _need_sound(live: Live, row: ItemRow) -> None:
    """Whether it may leave at all; each reason by its name."""
    value, number = live.state.value, row.short_number
    here = stock.of(value)
    assert here is not None
    if row.label == VOIDED:
        raise RuleError(RuleFault.BAG_VOID, number=number)
    if row.seq <= here["since"]:
        raise RuleError(RuleFault.BAG_BEFORE, number=number)
    if stock.left(value, row.seq):
        raise RuleError(RuleFault.BAG_GONE, number=number)
    item_exceptions.need_free(live, row)
    if (row.epoch, row.seq) in live.held:
        raise RuleError(RuleFault.BAG_HELD, number=number)
    if (row.epoch, row.seq) in live.reviews:
        raise RuleError(RuleFault.BAG_ASIDE, number=number)
    due = value["labels"].get(str(row.seq))
    if (due is not None and not due["again"]) or str(row.seq) in value["unscanned"]:
        raise RuleError(RuleFault.BAG_LABEL, number=number)


def _waits_for(journal: Journal, seq: int) -> str:
    """The centre that has to check it (R27), "" for none."""
    (entry,) = journal.entries(seq, seq)
    return str(entry.data["centre"]) if entry.data["security"] == Security.CENTRE else ""


def _unpack(live: Live, item: int) -> None:
    bag = _bag(live)
    if item not in bag["items"]:
        raise RuleError(RuleFault.BAG_OUT)
    _commit(live, stock.UNPACKED, {"bag": bag["opened"], "item": item})
    row = live.item(item)
    number = row.short_number if row is not None else ""
    live.say("msg.bag_unpacked", "warning", number=number, count=len(bag["items"]) - 1)


def _close(live: Live, command: CloseBag) -> None:
    bag = _bag(live)
    if not bag["items"]:
        raise RuleError(RuleFault.BAG_EMPTY)
    for inside in map(live.item, bag["items"]):
        if inside is not None:
            item_exceptions.need_free(live, inside)
    seal, count = _number(live, command.text, bag["bag"]), len(bag["items"])
    said = {"bag": bag["opened"], "seal": seal, "count": count, "items": stock.digest(bag["items"])}
    _commit(live, stock.CLOSED, said)
    live.say("msg.bag_closed", "good", bag=bag["bag"], seal=seal, count=count)


def _number(live: Live, text: str, *others: str) -> str:
    """Of a bag or a seal; never a waybill, which the chained bytes must not name."""
    number = fold_width(text).strip().replace(" ", "").upper()
    if not forms.TAG(number):
        raise RuleError(RuleFault.BAG_NUMBER)
    plain = number.replace("-", "")
    journal = live.need_journal()
    if any(each.pattern.fullmatch(plain) for each in live.rules.waybills) or journal.item_by_waybill(plain):
        raise RuleError(RuleFault.BAG_WAYBILL)
    row = stock.of(live.state.value)
    if row is None or number in (*row["numbers"], *others):
        raise RuleError(RuleFault.BAG_USED, number=number)
    return number


def _bag(live: Live) -> Mapping[str, Any]:
    row = stock.of(live.state.value)
    if row is None or row["bag"] is None:
        raise RuleError(RuleFault.BAG_NONE)
    bag: Mapping[str, Any] = row["bag"]
    return bag


def _commit(live: Live, kind: str, data: Mapping[str, Any]) -> None:
    live.commit([*day_proposals(live), Proposal(kind, data, new_id(), by_person=True)])
    live.probe("bag.recorded")


def need_outside(live: Live, row: ItemRow) -> None:
    """Before an item is voided: it lies beside the bags.  Raises BAG_INSIDE, BAG_SENT, ITEM_STOPPED."""
    value = live.state.value
    item_exceptions.need_free(live, row)
    if row.seq in stock.packed(value):
        raise RuleError(RuleFault.BAG_INSIDE, bag=_bag(live)["bag"])
    if stock.left(value, row.seq):
        raise RuleError(RuleFault.BAG_SENT)


# -- what the page shows ---------------------------------------------------------------------------------


def shown(live: Live) -> DispatchView | None:
    """While whoever opened the page stands here."""
    row = stock.of(live.state.value)
    if live.session is None or live.dispatches != live.session.session or row is None:
        live.dispatches, live.dispatch_shown = "", None
        return None
    if live.dispatch_shown is None or live.dispatch_shown[0] != live.state.head:
        live.dispatch_shown = (live.state.head, _view(live, row))
    return live.dispatch_shown[1]


def _view(live: Live, row: Mapping[str, Any]) -> DispatchView:
    names = live.rules.stock.destinations
    inside = len(row["bag"]["items"]) if row["bag"] is not None else 0
    return DispatchView(
        here=len(row["items"]) - inside,
        **{name: row[name] for name in ("opening", "accepted", "voided", "sent", "organs", "let_go")},
        bag=_shown_bag(live, row["bag"], names) if row["bag"] is not None else None,
        closed=tuple(_sent(live, seq, names) for seq in row["closed"][: -_SHOWN - 1 : -1]),
        destinations=names,
    )


def _shown_bag(live: Live, bag: Mapping[str, Any], names: Mapping[str, Mapping[str, str]]) -> BagView:
    return BagView(
        bag=bag["bag"],
        to=names.get(bag["to"], {}),
        by=bag["by"],
        count=len(bag["items"]),
        items=tuple(_packed(item, live.item(item)) for item in bag["items"][: -_LISTED - 1 : -1]),
    )


def _packed(item: int, row: ItemRow | None) -> PackedView:
    if row is None:
        return PackedView(item, "", "", 0, "")
    weight = row.annex.get("weight_g", 0)
    return PackedView(item, row.short_number, row.waybill, int(str(weight or 0)), row.operator)


def _sent(live: Live, seq: int, names: Mapping[str, Mapping[str, str]]) -> SentView:
    journal = live.need_journal()
    (closed,) = journal.entries(seq, seq)
    opened = next(iter(journal.entries(closed.data["bag"], closed.data["bag"])))
    at = closed.header.trusted.at.astimezone(CHINA)
    return SentView(
        closed=seq,
        bag=opened.data["bag"],
        seal=closed.data["seal"],
        to=names.get(opened.data["to"], {}),
        count=closed.data["count"],
        by=closed.header.actor.id,
        at=f"{at:%H:%M}" if at.date() == business_date(live.now().at) else f"{at:%m-%d %H:%M}",
    )
