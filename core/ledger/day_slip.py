"""The day slip (日终单): what a closed business day comes to, from its raw entries alone, and who has one.

The figures are counted anew each time from the entries between the day's ``DayOpened`` and its verdict, so a
slip of last month is, byte for byte, the one of that evening.  Items stand in it by number and code: no
waybill and no name.  What goes on after the verdict (what headquarters has, who still has to sign) is no
part of it.  docs/format.md, section 16.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from core import wire
from core.ledger import differences, stock, stocktake
from core.ledger.clock import minute
from core.ledger.entry import Entry, Head
from core.ledger.recount import Piece, Recount, piece_of
from core.ledger.rows import need

ASKED, ENDED = "DaySlipAsked", "DaySlipEnded"
MEMBER = "slips"  # of the state: verdict → how many came out, and what is on its way; none where none is
PAPER, FILE = "paper", "file"
DONE, NOT_DONE, UNKNOWN = "done", "not_done", "unknown"
KEPT = 14  # verdicts whose slips the state counts; a slip of an older day is a copy in any case
UNSAID = "unsaid"  # outcome of what nobody said a word of: a day that was left open
DayOf = Callable[[int], tuple[int, str]]  # an entry's business day: ordinal and ISO date


@dataclass(frozen=True, slots=True)
class SlipLine:
    """The figures of one clerk, or of all (""): of items that are not void, void ones by themselves."""

    operator: str
    accepted: int = 0
    labelled: int = 0
    affixed: int = 0
    receipted: int = 0
    due: int = 0
    voided: int = 0


@dataclass(frozen=True, slots=True)
class SlipDifference:
    """One item that did not agree.  ``kinds`` and ``outcome`` are codes; ``at`` local time, HH:MM.

    ``by``: who said the word.  ``signed``: who approved an explanation before the verdict, "" for nobody;
    ``until``: up to when somebody may, "" where nobody has to.
    """

    item: int
    number: str
    kinds: tuple[str, ...]
    operator: str
    at: str
    outcome: str
    reason: str = ""
    by: str = ""
    signed: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Earlier:
    """An entry of this day about an item of an earlier one: ``day`` and ``date`` are that one's."""

    seq: int
    kind: str
    item: int
    day: int
    date: str


@dataclass(frozen=True, slots=True)
class SlipLate:
    """Entries beside the chain that were taken in or declined in this day; ``accepted``: items among them."""

    seq: int
    kind: str
    epoch: int
    first: int
    last: int
    accepted: int


@dataclass(frozen=True, slots=True)
class SlipNumbers:
    """Numbers of a pool that went unused in this day, by ordinal: given up by a person, or skipped."""

    seq: int
    kind: str
    pool: str
    first: int
    last: int
    cause: str


@dataclass(frozen=True)
class DaySlip:
    """A closed day.  ``first``, ``last`` and ``verdict`` are heads after its first entry, its last one and
    its ``DayClosed``; ``state`` is that verdict's state hash.  ``closed_at``: local time, YYYY-MM-DD HH:MM.
    """

    branch: str
    terminal: str
    day: int
    date: str
    first: Head
    last: Head
    verdict: Head
    state: bytes
    signed_by: str
    closed_at: str
    total: SlipLine
    lines: tuple[SlipLine, ...] = ()
    refused: tuple[tuple[str, int], ...] = ()
    differences: tuple[SlipDifference, ...] = ()
    closes: tuple[int, ...] = ()  # earlier days that were left open and got their verdict in this one
    earlier: tuple[Earlier, ...] = ()
    late: tuple[SlipLate, ...] = ()
    numbers: tuple[SlipNumbers, ...] = ()
    stock: Mapping[str, int] | None = None  # core.ledger.stock.FIGURES; None where none was stated
    stocktake: Mapping[str, int] | None = None  # core.ledger.stocktake.FIGURES; None where nobody counted

    def as_json(self) -> dict[str, Any]:
        """The members of the canonical bytes."""
        heads = {name: getattr(self, name).as_json() for name in ("first", "last", "verdict")}
        return {
            "type": "day-slip",
            **{name: getattr(self, name) for name in ("branch", "terminal", "day", "date", "closed_at")},
            **heads,
            "state": wire.b64(self.state),
            "signed_by": self.signed_by,
            "total": asdict(self.total),
            "closes": list(self.closes),
            **{
                name: None if (row := getattr(self, name)) is None else dict(row)
                for name in ("stock", "stocktake")
            },
            "refused": [list(row) for row in self.refused],
            **{
                name: [_plain(row) for row in getattr(self, name)]
                for name in ("lines", "differences", "earlier", "late", "numbers")
            },
        }

    def to_bytes(self) -> bytes:
        """Canonical bytes; a day of any size."""
        return wire.encode(self.as_json(), limit=_MAX_BYTES)

    def digest(self) -> bytes:
        """SHA-256 over the canonical bytes: what the code on the paper names."""
        return hashlib.sha256(self.to_bytes()).digest()

    def said(self) -> Mapping[str, int]:
        """Outcome → how many differences."""
        found: dict[str, int] = {}
        for row in self.differences:
            found[row.outcome] = found.get(row.outcome, 0) + 1
        return found


_MAX_BYTES = 64 * 1024 * 1024


def _plain(row: Any) -> dict[str, Any]:
    value = {each.name: getattr(row, each.name) for each in fields(row)}
    return {name: list(each) if isinstance(each, tuple) else each for name, each in value.items()}


@dataclass
class DayReader:
    """Reads the entries of one day; give it each in sequence.  Raises as :meth:`Recount.add` does."""

    recount: Recount
    _words: list[Entry] = field(default_factory=list)
    _asked: dict[int, Mapping[str, Any]] = field(default_factory=dict)  # seq of ApprovalAsked → its data
    _given: dict[int, str] = field(default_factory=dict)  # seq of ApprovalAsked → who approved
    _closes: list[int] = field(default_factory=list)
    _late: list[SlipLate] = field(default_factory=list)
    _numbers: list[SlipNumbers] = field(default_factory=list)
    _opened: Mapping[str, Any] = field(default_factory=dict)
    _stock: Mapping[str, int] | None = None
    _count: Mapping[str, int] | None = None
    _off: dict[int, str] = field(default_factory=dict)  # what the newest count named, and is not put right

    def add(self, entry: Entry) -> None:
        """The next entry."""
        self.recount.add(entry)
        header, data = entry.header, entry.data
        if header.kind_version != 1:
            return
        match header.kind:
            case "DayOpened":
                self._opened = data
            case differences.EXPLAINED | differences.DISPUTED:
                self._words.append(entry)
            case "ApprovalAsked":
                self._asked[header.seq] = data
            case "ApprovalGiven" if data["decision"] == "approved":
                self._given[data["asked"]] = data["by"]
            case "DayClosed":
                self._closes.append(data["day"])
            case stock.STATED:
                need("stock", entry, self._flows_of(data))
                self._stock = {name: data[name] for name in stock.FIGURES}
            case stocktake.COUNTED:
                self._count = {name: data[name] for name in stocktake.FIGURES}
                self._off = {}
            case stocktake.DIFFERS:
                self._off[data["item"]] = data["what"]
            case "ItemBagged" | "ItemVoided" if self._off.get(data["item"]) == stocktake.NOT_FOUND:
                del self._off[data["item"]]
            case "PoolVoided" | "PoolSkipped":
                span = (data["pool"], data["first"], data["last"], data["cause"])
                self._numbers.append(SlipNumbers(header.seq, header.kind, *span))
            case "BranchAdopted" | "BranchDeclined":
                late = (data["epoch"], data["first"], data["last"], data.get("accepted", 0))
                self._late.append(SlipLate(header.seq, header.kind, *late))

    def slip(self, branch: str, first: Head, verdict: Entry, day_of: DayOf) -> DaySlip:
        """The day as its ``verdict`` closed it, once everything up to its ``last`` was given."""
        header, lines = verdict.header, slip_lines(self.recount.pieces)
        total = [sum(getattr(line, name) for line in lines) for name in _FIGURES]
        return DaySlip(
            branch=branch,
            terminal=header.terminal,
            day=verdict.data["day"],
            date=self._opened["date"],
            first=first,
            last=self.recount.head,
            verdict=verdict.head,
            state=wire.unb64(verdict.data["state"], 32),
            signed_by=header.actor.id,
            closed_at=minute(header.trusted.at),
            total=SlipLine("", *total),
            lines=tuple(lines),
            refused=tuple(sorted(self.recount.refused.items())),
            differences=tuple(self._differences()),
            closes=tuple(self._closes),
            earlier=tuple(
                Earlier(seq, kind, item, *day_of(item)) for seq, kind, item in self.recount.earlier
            ),
            late=tuple(self._late),
            numbers=tuple(self._numbers),
            stock=self._stock,
            stocktake=self._count,
        )

    def _flows_of(self, data: Mapping[str, Any]) -> bool:
        return self.recount.flows(data["since"]) == {name: data[name] for name in stock.FLOWS}

    def _differences(self) -> Iterable[SlipDifference]:
        pieces, said = self.recount.pieces, set[int]()
        for word in self._words:
            data, item = word.data, word.data["item"]
            asked = data.get("asked", 0)
            signed = self._given.get(asked, "")
            said.add(item)
            yield SlipDifference(
                **_of(item, self._piece(item)),
                kinds=tuple(data["what"].split(".")),
                outcome="explained" if word.header.kind == differences.EXPLAINED else "disputed",
                reason=data["reason"],
                by=word.header.actor.id,
                signed=signed,
                until=str(self._asked[asked]["until"]) if asked in self._asked and not signed else "",
            )
        for item in sorted({*pieces, *self._off} - said):
            piece = self._piece(item)
            kinds = _lacks(piece) if item in pieces else ()
            if item in self._off:
                kinds = (*kinds, self._off[item])
            if kinds:
                yield SlipDifference(**_of(item, piece), kinds=kinds, outcome=UNSAID)

    def _piece(self, item: int) -> Piece:
        """Of this day, or what a count said of an item of an earlier one."""
        found = self.recount.pieces.get(item)
        if found is None:
            entry = next(iter(self.recount.read(item, item)))
            found = piece_of(entry)
        return found


def _of(item: int, piece: Piece) -> dict[str, Any]:
    return {"item": item, "number": f"{piece.number:06d}", "operator": piece.operator, "at": piece.at}


def _lacks(piece: Piece) -> tuple[str, ...]:
    if piece.voided:
        return ()
    found = ["no_label"] if not piece.labelled else [] if piece.affixed else ["not_affixed"]
    return (*found, *(["no_receipt"] if piece.receipt and not piece.receipted else []))


_FIGURES = ("accepted", "labelled", "affixed", "receipted", "due", "voided")


def slip_lines(pieces: Mapping[int, Piece]) -> list[SlipLine]:
    """By clerk, in the order of their numbers."""
    found: dict[str, dict[str, int]] = {}
    for piece in pieces.values():
        row = found.setdefault(piece.operator, dict.fromkeys(_FIGURES, 0))
        if piece.voided:
            row["voided"] += 1
            continue
        row["accepted"] += 1
        row["labelled"] += piece.labelled
        row["affixed"] += piece.affixed
        row["due"] += piece.receipt
        row["receipted"] += piece.receipt and piece.receipted
    return [SlipLine(who, **found[who]) for who in sorted(found)]


# -- which slips came out: in the fold ---------------------------------------------------------------


def copies(value: Mapping[str, Any], verdict: int) -> int:
    """0 where none of that day's slip may have come out yet, else the number of the next copy."""
    rows = value.get(MEMBER, {})
    row = rows.get(str(verdict))
    if row is not None:
        return int(row["copies"])
    return 1 if len(rows) >= KEPT and verdict < sorted(map(int, rows))[-KEPT] else 0


def on_its_way(value: Mapping[str, Any], verdict: int) -> bool:
    """Whether a slip of that day was asked for, and nobody knows yet what became of it."""
    row = value.get(MEMBER, {}).get(str(verdict))
    return row is not None and bool(row["job"])


def asked(value: dict[str, Any], entry: Entry) -> None:
    """``DaySlipAsked``.  Raises EntryError STATE while another one of that day is on its way, and for a copy
    that is not the next one.
    """
    data, rows = entry.data, value.get(MEMBER, {})
    row = rows.get(str(data["closed"]), {"copies": copies(value, data["closed"]), "job": ""})
    sound = data["form"] in (PAPER, FILE) and data["closed"] < entry.header.seq and not row["job"]
    need("day slip", entry, sound and data["copy"] == row["copies"])
    fresh = {**rows, str(data["closed"]): {**row, "job": data["job"]}}
    newest = sorted(map(int, fresh))[-KEPT:]
    value[MEMBER] = {seq: each for seq, each in fresh.items() if int(seq) in newest or each["job"]}


def ended(value: dict[str, Any], entry: Entry) -> None:
    """``DaySlipEnded``: what may have come out once is a copy from then on, however it ended."""
    data, rows = entry.data, value.get(MEMBER, {})
    row = rows.get(str(data["closed"]))
    sound = row is not None and row["job"] == data["job"] and data["outcome"] in (DONE, NOT_DONE, UNKNOWN)
    need("day slip", entry, sound)
    came = data["outcome"] != NOT_DONE
    value[MEMBER] = {**rows, str(data["closed"]): {"copies": row["copies"] + came, "job": ""}}


STEPS = {(ASKED, 1): asked, (ENDED, 1): ended}
