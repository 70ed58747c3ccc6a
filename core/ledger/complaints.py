"""Complaints as the chain has them: who was asked first owns one until two hand it on, and two clocks run.

``ComplaintOpened`` says in codes what it is about, whose responsibility it is as far as anybody knows, and
until when the complainant is contacted and answered; words and how to reach her are in sealed parts alone.
It is handed on by two entries: the owner's ``ComplaintHandedOn``, and ``ComplaintTaken`` by whom it names.
The state holds what is open, and what was answered while she may still object.
Sources: R96 to R104 (首问负责, 24 h, every case has its answer); 快递暂行条例 (seven days); docs/format.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from core.access.rights import Role
from core.ledger.cases import MEMBER as CASES
from core.ledger.cases import OTHER, Cause, Whose, is_case
from core.ledger.entry import Entry, parse_stamp
from core.ledger.rows import need, put, row_of

MEMBER = "complaints"  # of the state: seq of ComplaintOpened → how it stands
OPENED, CONTACTED, HANDED_ON = "ComplaintOpened", "ComplaintContacted", "ComplaintHandedOn"
TAKEN, ANSWERED, REOPENED = "ComplaintTaken", "ComplaintAnswered", "ComplaintReopened"
MOST = 400  # at one counter, those answered lately as well: the state is written with every commit
NO_CASE = "none"  # she said no way to reach her
PARTIES = (*(whose.value for whose in Whose), OTHER)
_WHAT = "complaint"


class Class(StrEnum):
    """What kind it is (R98); codes go into the journal."""

    SERVICE = "service"  # 服务类
    TRANSPORT = "transport"  # 运输类
    INFORMATION = "information"  # 信息类
    OTHER = "other"  # 其他类


class Ours(StrEnum):
    """Whether it is the company's responsibility (R97); codes go into the journal."""

    YES = "yes"
    NO = "no"  # explained, and guided to whoever is responsible
    UNKNOWN = "unknown"  # not yet known: no answer says so


class Measure(StrEnum):
    """What is done about it (R100); codes go into the journal."""

    TRAIN = "train"
    COMPENSATE = "compensate"
    EXTEND = "extend"
    UPDATE = "update"
    NEGOTIATE = "negotiate"
    EXPLAIN = "explain"  # where it is not ours, and only there


class How(StrEnum):
    """How the complainant was contacted; codes go into the journal."""

    PHONE = "phone"
    MESSAGE = "message"
    LETTER = "letter"
    COUNTER = "counter"


def opened(value: dict[str, Any], entry: Entry) -> None:
    """``ComplaintOpened``.  Raises EntryError STATE for one too many, an item to come, clocks over."""
    data, rows = entry.data, value.get(MEMBER, {})
    need(_WHAT, entry, len(rows) < MOST and data["item"] < entry.header.seq)
    need(_WHAT, entry, data["class"] in list(Class) and data["ours"] in list(Ours))
    need(_WHAT, entry, data["party"] in PARTIES and (data["item"] or data["party"] == OTHER))
    row = {name: data[name] for name in ("item", "class", "reason", "party", "ours")}
    row |= _clocks(value, entry) | {"owner": entry.header.actor.id, "to": "", "reopened": 0}
    value[MEMBER] = {**rows, str(entry.header.seq): row}


def contacted(value: dict[str, Any], entry: Entry) -> None:
    """``ComplaintContacted``, as often as it happens; the first ends that clock.  Raises EntryError STATE."""
    name, row = _open(value, entry)
    need(_WHAT, entry, entry.data["how"] in list(How))
    put(value, MEMBER, name, {**row, "contacted": row["contacted"] or entry.header.seq})


def handed_on(value: dict[str, Any], entry: Entry) -> None:
    """``ComplaintHandedOn``: offered to somebody who was accepted here; said again, to somebody else.

    Raises EntryError STATE.  It stays the owner's until she whom it names has taken it.
    """
    name, row = _open(value, entry)
    to = entry.data["to"]
    need(_WHAT, entry, _may(value, row, entry) and to in value["operators"] and to != row["owner"])
    put(value, MEMBER, name, {**row, "to": to})


def taken(value: dict[str, Any], entry: Entry) -> None:
    """``ComplaintTaken`` by her to whom it was handed on.  Raises EntryError STATE."""
    name, row = _open(value, entry)
    need(_WHAT, entry, row["to"] == entry.header.actor.id)
    put(value, MEMBER, name, {**row, "owner": row["to"], "to": ""})


def answered(value: dict[str, Any], entry: Entry) -> None:
    """``ComplaintAnswered`` by its owner or a supervisor.

    Raises EntryError STATE where it is not said whose responsibility it is, for a measure that does not fit
    that, for money that is no compensation.
    """
    name, row = _open(value, entry)
    data = entry.data
    need(_WHAT, entry, _may(value, row, entry) and data["measure"] in list(Measure))
    need(_WHAT, entry, data["ours"] in (Ours.YES, Ours.NO))
    need(_WHAT, entry, (data["measure"] == Measure.EXPLAIN) == (data["ours"] == Ours.NO))
    need(_WHAT, entry, data["cents"] == 0 or data["measure"] == Measure.COMPENSATE)
    need(_WHAT, entry, data["until"] >= f"{entry.header.trusted.at:%Y-%m-%d}")
    done = {"answered": entry.header.seq, "ours": data["ours"], "until": data["until"], "to": ""}
    put(value, MEMBER, name, {**row, **done})


def reopened(value: dict[str, Any], entry: Entry) -> None:
    """``ComplaintReopened``: she objects, and both clocks run again.  Raises EntryError STATE."""
    name, row = row_of(_WHAT, value, MEMBER, entry, entry.data["complaint"])
    need(_WHAT, entry, row["answered"])
    put(value, MEMBER, name, {**row, **_clocks(value, entry), "reopened": row["reopened"] + 1})


STEPS = {
    (OPENED, 1): opened,
    (CONTACTED, 1): contacted,
    (HANDED_ON, 1): handed_on,
    (TAKEN, 1): taken,
    (ANSWERED, 1): answered,
    (REOPENED, 1): reopened,
}


def new_day(value: dict[str, Any]) -> None:
    """Nobody objects any more to what was answered long ago; what is open stays however old it is."""
    if MEMBER in value:
        rows = value[MEMBER].items()
        value[MEMBER] = {
            name: row for name, row in rows if not row["answered"] or row["until"] >= value["date"]
        }


def open_of(value: Mapping[str, Any]) -> dict[int, Mapping[str, Any]]:
    """seq → row of what is not answered, what has to be done first in front."""
    rows = value.get(MEMBER, {}).items()
    found = {int(name): row for name, row in rows if not row["answered"]}
    return dict(sorted(found.items(), key=lambda each: (due_of(each[1]), each[0])))


def due_of(row: Mapping[str, Any]) -> str:
    """The time until which the next thing is done: contacted, and then answered."""
    return str(row["close_by"] if row["contacted"] else min(row["contact_by"], row["close_by"]))


def _clocks(value: Mapping[str, Any], entry: Entry) -> dict[str, Any]:
    """Both clocks, which end later than now, and the case with how to reach her, opened just before."""
    data, at = entry.data, entry.header.trusted.at
    need(_WHAT, entry, at <= parse_stamp(data["contact_by"]) <= parse_stamp(data["close_by"]))
    case = value.get(CASES, {}).get(data["case"], {})
    fits = is_case(data["case"]) and case.get("cause") == Cause.COMPLAINT
    need(_WHAT, entry, data["case"] == NO_CASE or fits)
    clocks = {name: data[name] for name in ("contact_by", "close_by", "case")}
    return {**clocks, "contacted": 0, "answered": 0, "until": ""}


def _open(value: Mapping[str, Any], entry: Entry) -> tuple[str, dict[str, Any]]:
    name, row = row_of(_WHAT, value, MEMBER, entry, entry.data["complaint"])
    need(_WHAT, entry, not row["answered"])
    return name, row


def _may(value: Mapping[str, Any], row: Mapping[str, Any], entry: Entry) -> bool:
    """Its owner; and a supervisor, for the owner may have left."""
    who = entry.header.actor.id
    role = value["operators"].get(who, {}).get("role", "")
    return bool(who == row["owner"] or role == Role.SUPERVISOR)
