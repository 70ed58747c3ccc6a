"""State: what the chained bytes alone add up to.  A pure fold; only state is hashed (house.md).

The state is bounded: it holds what is open (sessions, labels not yet printed, days without a
verdict) and totals, not a row for each item.  Attachments never enter it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core import wire
from core.errors import EntryError, EntryFault
from core.ledger import (
    blocks,
    breaches,
    cases,
    complaints,
    configured,
    corrections,
    day_slip,
    differences,
    erasure,
    gate_log,
    handover,
    incidents,
    item_exceptions,
    looks,
    notify,
    paper_forms,
    persons,
    printing,
    ranges,
    requests,
    shifts,
    stock,
    stocktake,
    typed,
)
from core.ledger.disclosures import DISCLOSURE_STEPS, forget_over
from core.ledger.entry import EMPTY_HEAD, Entry, Head
from core.ledger.rows import count, drop, need, put
from core.ledger.sender_codes import take as take_code
from core.ledger.stops import stopped

FOLD_VERSION = 1
# A printer that is dead for days leaves a row for each label: that must never stop acceptance.
_MAX_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class State:
    """The folded state after ``head``.  ``value`` is canonical JSON data; treat it as frozen."""

    head: Head = EMPTY_HEAD
    value: Mapping[str, Any] = field(default_factory=lambda: dict(_EMPTY))

    def hash(self) -> bytes:
        """SHA-256 over the canonical bytes of fold version, head and value."""
        return hashlib.sha256(self.to_bytes()).digest()

    def to_bytes(self) -> bytes:
        """For the store's state row."""
        value = {"fold": FOLD_VERSION, "head": self.head.as_json(), "state": self.value}
        # Folded from decoded entries, and written with every commit.
        return wire.encode_checked(value, limit=_MAX_BYTES)

    @property
    def day(self) -> int:
        """Ordinal of the current business day, 0 before the first."""
        return int(self.value["day"])

    @property
    def counts(self) -> Mapping[str, int]:
        """Totals of the current business day."""
        days: Mapping[str, Any] = self.value["days"]
        counts: Mapping[str, int] = days[str(self.day)]["counts"]
        return counts


READER_DOWN = "reader_down"  # the cause under which such items count against the approval
_COUNTS = {
    "accepted": 0,
    "refused": 0,
    "senders": 0,
    "labels": 0,
    "receipts": 0,
    "affixed": 0,
    "copies": 0,
    "unknown": 0,
    "voided": 0,
}
_EMPTY: dict[str, Any] = {
    "terminal": "",
    "epoch": 1,
    "terminal_key": "",
    "day": 0,
    "date": "",
    "closed": False,
    "days": {},
    "operators": {},
    "session": None,
    "labels": {},
    "receipts": {},
    "unscanned": {},
    "voided": {},
    "requests": {},
    "items": 0,
    "senders": {},
    "directives": {"number": 0, "head": ""},
    "pools": {},
    "lapsed": [],
    "reader_down": {"until": "", "left": 0},
    "time": {"at": "", "boot": "", "boottime_ms": 0},
    "branches": {},
    "erased": erasure.EMPTY,
    "restricted": {},
}
COUNTS = tuple(_COUNTS)
"""What is counted of a business day, and of a branch that is taken in."""


def from_bytes(data: bytes) -> State | None:
    """The state row read back; None where another fold version wrote it (then it is rebuilt)."""
    value = wire.decode(data, limit=_MAX_BYTES)
    if value.get("fold") != FOLD_VERSION:
        return None
    head = value["head"]
    return State(Head(head["epoch"], head["seq"], wire.unb64(head["hash"], 32)), value["state"])


def fold(state: State, entry: Entry) -> State:
    """The state after ``entry``.  Raises EntryError GAP or PREVIOUS where it does not follow ``state``.

    Kinds and versions that this fold does not know change nothing but the head: an authentic entry
    is stored whatever it says, and its content is judged where it is used.
    """
    header = entry.header
    if header.seq != state.head.seq + 1:
        raise EntryError(EntryFault.GAP, seq=header.seq, expected=state.head.seq + 1)
    if header.previous != state.head.hash:
        raise EntryError(EntryFault.PREVIOUS, seq=header.seq)
    value = dict(state.value)  # steps replace what they change; nothing inside is ever written to
    value["terminal"] = header.terminal
    value["epoch"] = header.epoch
    requests.use(value, entry)  # also where the act itself changes nothing here
    step = _STEPS.get((header.kind, header.kind_version))
    if step is not None:
        step(value, entry)
    return State(entry.head, value)


def _day_opened(value: dict[str, Any], entry: Entry) -> None:
    before = str(value["day"])
    if value["closed"]:
        drop(value, "days", before)
    elif before in value["days"]:  # its verdict may come later
        put(value, "days", before, {**value["days"][before], "last": entry.header.seq - 1})
    value["day"], value["date"], value["closed"] = entry.data["day"], entry.data["date"], False
    # Of pools that are used up nothing is left to say; no directive opens one twice.
    value["pools"] = {pool: row for pool, row in value["pools"].items() if ranges.free(row)}
    value |= {looks.MEMBER: {}} if looks.MEMBER in value else {}
    cases.new_day(value)
    complaints.new_day(value)
    item_exceptions.new_day(value)
    incidents.new_day(value)
    corrections.new_day(value)
    forget_over(value)
    blocks.new_day(value)
    breaches.new_day(value)
    differences.new_day(value)
    notify.new_day(value)
    paper_forms.new_day(value)
    stock.new_day(value)
    # What was not scanned is the difference of the day before; only items of the open day are voided.
    value["unscanned"], value["voided"] = {}, {}
    opened = {"date": value["date"], "first": entry.header.seq, "last": 0, "counts": _COUNTS}
    put(value, "days", str(value["day"]), opened)


def _day_closed(value: dict[str, Any], entry: Entry) -> None:
    day = entry.data["day"]
    if day == value["day"]:
        value["closed"] = True
    else:
        drop(value, "days", str(day))


def _epoch_opened(value: dict[str, Any], entry: Entry) -> None:
    value["terminal_key"] = entry.data["key"]
    # What the store before this one had used may be lost with it: nothing of its pools is given out again.
    value["pools"] = {pool: ranges.spent(row) for pool, row in value["pools"].items()}
    gate_log.new_machine(value)


def _directives(value: dict[str, Any], entry: Entry) -> None:
    value["directives"] = {"number": entry.data["number"], "head": entry.data["head"]}


def _key_pinned(value: dict[str, Any], entry: Entry) -> None:
    value["headquarters_key"] = entry.data["key"]  # no member where none was: most counters never see one


def _configured(value: dict[str, Any], entry: Entry) -> None:
    value[configured.MEMBER] = dict(entry.data)  # no member where none was seen: in the demonstration


def _pool_opened(value: dict[str, Any], entry: Entry) -> None:
    data = entry.data
    if data["pool"] in value["pools"]:
        raise EntryError(EntryFault.STATE, what="pool opened")
    put(value, "pools", data["pool"], ranges.opened(data["count"], entry.header.seq))


def _pool_voided(value: dict[str, Any], entry: Entry) -> None:
    _take_numbers(value, entry.data["pool"], ranges.VOID, entry.data["first"], entry.data["last"])


def _take_numbers(value: dict[str, Any], pool: str, member: str, first: int, last: int) -> None:
    """Raises EntryError STATE for a number that is not free, or of no pool that is open here."""
    row = value["pools"].get(pool)
    if row is None:
        raise EntryError(EntryFault.STATE, what="pool")
    put(value, "pools", pool, ranges.taken(row, member, first, last))


def _time(value: dict[str, Any], entry: Entry) -> None:
    value["time"] = {name: entry.data[name] for name in ("at", "boot", "boottime_ms")}


def _operator(value: dict[str, Any], entry: Entry) -> None:
    data = entry.data
    row = {"signing": data["signing"], "role": data["role"], "since": entry.header.seq}
    put(value, "operators", data["operator"], row)


def _logged_in(value: dict[str, Any], entry: Entry) -> None:
    actor = entry.header.actor
    value["session"] = {"operator": actor.id, "session": actor.session, "since": entry.header.seq}
    value["lapsed"] = [row for row in value["lapsed"] if row["operator"] != actor.id]


def _session_ended(value: dict[str, Any], _entry: Entry) -> None:
    value["session"] = None


def _verified(value: dict[str, Any], entry: Entry) -> None:
    take_code(value, entry)
    typed.verified(value, entry)
    _sender(value, entry)


def _sender(value: dict[str, Any], entry: Entry) -> None:
    value["senders"] = {entry.data["visit"]: entry.header.seq}
    count(value, "senders")


def _item(value: dict[str, Any], entry: Entry) -> None:
    typed.item(value, entry)
    paper_forms.item(value, entry)
    stock.accepted(value, entry)
    if entry.data["pool"] != ranges.NO_POOL:
        ordinal = entry.data["ordinal"]
        _take_numbers(value, entry.data["pool"], ranges.USED, ordinal, ordinal)
    value["items"] = entry.data["number"]
    due = {"state": "due", "job": "", "copies": 0, "again": False}
    put(value, "labels", str(entry.header.seq), due)
    if entry.data["receipt"]:
        put(value, "receipts", str(entry.header.seq), due)
    if entry.data["by_hand"] == READER_DOWN:
        mode = value["reader_down"]
        value["reader_down"] = {**mode, "left": max(0, mode["left"] - 1)}
    count(value, "accepted")


def _reader_down(value: dict[str, Any], entry: Entry) -> None:
    value["reader_down"] = {"until": entry.data["until"], "left": entry.data["items"]}


def _voided(value: dict[str, Any], entry: Entry) -> None:
    """An item of the open day, once (T11), that is not stopped.  Raises EntryError STATE for any other.

    A page of it that has not begun never comes out; its waybill and its number stay used.
    """
    item, day = entry.data["item"], value["days"][str(value["day"])]
    if str(item) in value["voided"] or value["closed"] or not day["first"] < item < entry.header.seq:
        raise EntryError(EntryFault.STATE, seq=entry.header.seq, what="voided")
    need("voided", entry, item not in stopped(value))
    stock.voided(value, entry)
    put(value, "voided", str(item), entry.header.seq)
    for member in ("labels", "receipts"):
        if value[member].get(str(item), {"state": "started"})["state"] != "started":
            drop(value, member, str(item))
    drop(value, "unscanned", str(item))
    count(value, "voided")


def _refused(value: dict[str, Any], _entry: Entry) -> None:
    count(value, "refused")


def _lapsed(value: dict[str, Any], entry: Entry) -> None:
    row = {"operator": entry.data["operator"], "cause": entry.data["cause"]}
    value["lapsed"] = [*value["lapsed"], row]


# -- branches beside the chain: a supervisor decided ----------------------------------------------


def _branch_row(value: dict[str, Any], entry: Entry) -> dict[str, Any]:
    """What was decided of this branch so far; it goes on after what was taken in, or is a fault (I1)."""
    data = entry.data
    row: dict[str, Any] | None = value["branches"].get(data["branch"])
    if row is None:
        return {"epoch": data["epoch"], "last": data["first"] - 1, "tip": data["base"], "declined": 0}
    if (data["epoch"], data["first"], data["base"]) != (row["epoch"], row["last"] + 1, row["tip"]):
        raise EntryError(EntryFault.STATE, seq=entry.header.seq, what="branch")
    return row


def _adopted(value: dict[str, Any], entry: Entry) -> None:
    """Its figures count in this day, once; its numbers are used."""
    data = entry.data
    row = {**_branch_row(value, entry), "last": data["last"], "tip": data["tip"]}
    put(value, "branches", data["branch"], row)
    value["items"] = max(value["items"], data["number"])
    for name in COUNTS:
        if data[name]:
            count(value, name, data[name])


def _declined(value: dict[str, Any], entry: Entry) -> None:
    row = _branch_row(value, entry)
    put(value, "branches", entry.data["branch"], {**row, "declined": entry.data["last"]})


# -- what went by the rules ------------------------------------------------------------------------


def _month_erased(value: dict[str, Any], entry: Entry) -> None:
    name = erasure.month_name(entry.data["retention"], entry.data["month"])
    months = sorted({*value["erased"]["months"], name})
    value["erased"] = {**value["erased"], "months": months}
    erasure.forget_month(value, name)


def _sealed_erased(value: dict[str, Any], entry: Entry) -> None:
    through = max(value["erased"]["sealed"], entry.data["through"])
    value["erased"] = {**value["erased"], "sealed": through}


# -- who looked for what: the operators' figures of this day, no member where nobody ever did ----------


def _looked_up(value: dict[str, Any], entry: Entry) -> None:
    known = value.get(looks.MEMBER, {})
    who = entry.header.actor.id
    value[looks.MEMBER] = {**known, who: looks.counted(known.get(who), entry)}


_STEPS = {
    ("DayOpened", 1): _day_opened,
    ("DayClosed", 1): _day_closed,
    ("EpochOpened", 1): _epoch_opened,
    ("TimeAnchored", 1): _time,
    ("DirectivesAdopted", 1): _directives,
    ("MonthErased", 1): _month_erased,
    ("SealedErased", 1): _sealed_erased,
    ("ItemRestricted", 1): erasure.restrict,
    ("PersonErased", 1): erasure.erase_item,
    ("ItemRestricted", 2): erasure.restrict,
    ("PersonErased", 2): erasure.erase_item,
    **persons.STEPS,
    ("HeadquartersKeyPinned", 1): _key_pinned,
    (configured.KIND, 1): _configured,
    ("PoolOpened", 1): _pool_opened,
    ("PoolSkipped", 1): _pool_voided,
    ("PoolVoided", 1): _pool_voided,
    ("OperatorKeyAccepted", 1): _operator,
    ("OperatorLoggedIn", 1): _logged_in,
    ("OperatorLocked", 1): _session_ended,
    ("OperatorLoggedOut", 1): _session_ended,
    ("SessionEnded", 1): _session_ended,
    ("SenderVerified", 1): _verified,
    ("SenderExempted", 1): _sender,
    ("ReaderDownApproved", 1): _reader_down,
    **typed.STEPS,
    **paper_forms.STEPS,
    **blocks.STEPS,
    **breaches.STEPS,
    ("ItemAccepted", 1): _item,
    ("ItemRefused", 1): _refused,
    ("DraftLapsed", 1): _lapsed,
    ("LookedUp", 1): _looked_up,
    (cases.OPENED, 1): cases.opened,
    (cases.SEEN, 1): cases.seen,
    **dict.fromkeys(((cases.CLOSED, 1), (cases.LAPSED, 1)), cases.ended),
    **complaints.STEPS,
    **item_exceptions.STEPS,
    **incidents.STEPS,
    **DISCLOSURE_STEPS,
    **notify.STEPS,
    **printing.STEPS,
    ("ApprovalAsked", 1): requests.asked,
    ("ApprovalGiven", 1): requests.given,
    ("ApprovalLapsed", 1): requests.lapsed,
    ("ItemVoided", 1): _voided,
    (corrections.KIND, 1): corrections.corrected,
    **day_slip.STEPS,
    **handover.STEPS,
    **gate_log.STEPS,
    **stock.STEPS,
    **stocktake.STEPS,
    **shifts.STEPS,
    (differences.EXPLAINED, 1): differences.close,
    (differences.DISPUTED, 1): differences.close,
    ("BranchAdopted", 1): _adopted,
    ("BranchDeclined", 1): _declined,
}
