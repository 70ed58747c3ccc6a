"""Exceptions of accepted items (异常件) in the chain: a clock, and a stop only where the law has one.

``ExceptionOpened`` says in codes what is wrong and until when the customer hears of a solution;
``ExceptionContacted`` is each try.  Where prohibited goods are suspected, or an organ ordered it, the item is
stopped by the same entry: no bag takes it and nobody hands it back.  ``ItemHeld`` makes a hold of that, with
an end, on a second person's word; nothing else can.  ``ExceptionClosed`` lets it go on, or says to which
organ it went.  Sources: R38, R39, R43; 快递暂行条例 33, 42; requirements, 9-b; docs/format.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from core.access.rights import Role
from core.ledger import stock
from core.ledger.entry import Entry, parse_stamp
from core.ledger.rows import need, put, row_of
from core.ledger.stops import MEMBER, NOTHING

OPENED, CONTACTED = "ExceptionOpened", "ExceptionContacted"
HELD, CLOSED = "ItemHeld", "ExceptionClosed"
MOST = 200  # at one counter, those closed today as well: the state is written with every commit
_WHAT = "exception"


class Stop(StrEnum):
    """Whether the item must not leave, and on which of the two grounds; codes go into the journal."""

    NONE = NOTHING
    SUSPECTED = "suspected"  # 疑似禁寄物品
    ORDER = "order"  # 有关机关要求


class How(StrEnum):
    """How the customer was to be contacted; codes go into the journal."""

    PHONE = "phone"
    MESSAGE = "message"
    LETTER = "letter"
    COUNTER = "counter"


class Try(StrEnum):
    """What came of it; codes go into the journal."""

    REACHED = "reached"
    LEFT = "left"  # a message or a letter with the solution
    MISSED = "missed"


class End(StrEnum):
    """How it ended; codes go into the journal."""

    GOES_ON = "goes_on"
    HANDED_BACK = "handed_back"  # to the sender, and the item is void
    MISTAKEN = "mistaken"  # nothing was wrong
    RELEASED = "released"  # no longer stopped
    HANDED_OVER = "handed_over"  # to an organ


ENDS: Mapping[bool, tuple[End, ...]] = {
    False: (End.GOES_ON, End.HANDED_BACK, End.MISTAKEN),
    True: (End.RELEASED, End.HANDED_OVER),  # of a stopped one
}


def opened(value: dict[str, Any], entry: Entry) -> None:
    """``ExceptionOpened``.

    Raises EntryError STATE for an item to come, one that is void or has an exception already, a stop of what
    has left, an organ without an order or the reverse, a clock that is over.
    """
    data, rows, item = entry.data, value.get(MEMBER, {}), entry.data["item"]
    need(_WHAT, entry, 0 < item < entry.header.seq and len(rows) < MOST and data["stop"] in list(Stop))
    need(_WHAT, entry, str(item) not in value["voided"] and of_item(value, item) is None)
    need(_WHAT, entry, (data["organ"] != NOTHING) == (data["stop"] == Stop.ORDER))
    need(_WHAT, entry, data["stop"] == Stop.NONE or not stock.left(value, item))
    need(_WHAT, entry, entry.header.trusted.at <= parse_stamp(data["contact_by"]))
    row = {name: data[name] for name in ("item", "reason", "stop", "organ", "contact_by")}
    fresh = {"contacted": 0, "tries": 0, "held": 0, "until": "", "told": 0, "closed": 0, "outcome": ""}
    value[MEMBER] = {**rows, str(entry.header.seq): {**row, **fresh}}


def contacted(value: dict[str, Any], entry: Entry) -> None:
    """``ExceptionContacted``: a try.  Raises EntryError STATE for a solution that nobody heard, or none.

    The first that reached her, or was left for her, ends the clock; of a hold it is the notice.
    """
    name, row = _open(value, entry)
    data = entry.data
    need(_WHAT, entry, data["how"] in list(How) and data["outcome"] in list(Try))
    heard = data["outcome"] != Try.MISSED
    need(_WHAT, entry, heard == (data["solution"] != NOTHING))
    said = {"tries": row["tries"] + 1}
    if heard:
        said["contacted"] = row["contacted"] or entry.header.seq
        said["told"] = entry.header.seq if row["held"] else 0
    put(value, MEMBER, name, {**row, **said})


def held(value: dict[str, Any], entry: Entry) -> None:
    """``ItemHeld``, and once more for a later end.  Raises EntryError STATE where nothing is stopped.

    That a second person said so, and for that ground, core/ledger/requests.py sees to.
    """
    name, row = _open(value, entry)
    data = entry.data
    need(_WHAT, entry, row["stop"] != Stop.NONE and data["basis"] == row["stop"])
    need(_WHAT, entry, entry.header.trusted.at < parse_stamp(data["until"]))
    put(value, MEMBER, name, {**row, "held": entry.header.seq, "until": data["until"], "told": 0})


def closed(value: dict[str, Any], entry: Entry) -> None:
    """``ExceptionClosed``.

    Raises EntryError STATE where the customer has heard of nothing, for a stop that no supervisor ends, for
    a hold of which the customer was not told (an order may forbid it), an organ that gets what nobody holds.
    """
    name, row = _open(value, entry)
    data, stops = entry.data, row["stop"] != Stop.NONE
    need(_WHAT, entry, data["outcome"] in ENDS[stops])
    over = data["outcome"] == End.HANDED_OVER
    need(_WHAT, entry, over == (data["organ"] != NOTHING))
    if stops:
        role = value["operators"].get(entry.header.actor.id, {}).get("role", "")
        need(_WHAT, entry, role == Role.SUPERVISOR and (row["held"] or not over))
        need(_WHAT, entry, not row["held"] or row["told"] or row["stop"] == Stop.ORDER)
    else:
        need(_WHAT, entry, row["contacted"] or data["outcome"] == End.MISTAKEN)
    put(value, MEMBER, name, {**row, "closed": entry.header.seq, "outcome": data["outcome"]})
    if over:
        stock.handed_over(value, entry, row["item"])


STEPS = {(OPENED, 1): opened, (CONTACTED, 1): contacted, (HELD, 1): held, (CLOSED, 1): closed}


def new_day(value: dict[str, Any]) -> None:
    """What is open stays however old it is."""
    if MEMBER in value:
        value[MEMBER] = {name: row for name, row in value[MEMBER].items() if not row["closed"]}


def of_item(value: Mapping[str, Any], item: int) -> int | None:
    """The open exception of an item, by its ``seq``."""
    rows = value.get(MEMBER, {}).items()
    return next((int(name) for name, row in rows if row["item"] == item and not row["closed"]), None)


def open_of(value: Mapping[str, Any]) -> dict[int, Mapping[str, Any]]:
    """seq → row of what is open, what has to be done first in front."""
    rows = value.get(MEMBER, {}).items()
    found = {int(name): row for name, row in rows if not row["closed"]}
    return dict(sorted(found.items(), key=lambda each: (due_of(each[1]) or "~", each[0])))


def step_of(row: Mapping[str, Any]) -> str:
    """What has to be done next: "contact", "hold" (a second person is asked), "tell" (of the hold),
    "decide" (before the hold ends), "close".
    """
    if not row["contacted"]:
        return "contact"
    if row["stop"] == Stop.NONE:
        return "close"
    if not row["held"]:
        return "hold"
    return "decide" if row["told"] or row["stop"] == Stop.ORDER else "tell"


def due_of(row: Mapping[str, Any]) -> str:
    """The time until which that is done, "" where no clock runs; a stop is held by the first one's end."""
    step = step_of(row)
    if step in ("contact", "hold"):
        return str(row["contact_by"])
    return str(row["until"]) if step in ("tell", "decide") else ""


def _open(value: Mapping[str, Any], entry: Entry) -> tuple[str, dict[str, Any]]:
    name, row = row_of(_WHAT, value, MEMBER, entry, entry.data["exception"])
    need(_WHAT, entry, not row["closed"])
    return name, row
