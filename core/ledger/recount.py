"""A business day counted from its raw entries, a second time and another way than the fold (T12, I6).

It reads bodies in sequence, one after the other by hash, and imports nothing of :mod:`core.ledger.state`:
what counts as a first page and what as a copy is said here once more, from docs/format.md.  Beside the day's
nine figures it keeps what became of each item, by clerk and hour.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from core.ledger.clock import CHINA
from core.ledger.entry import EMPTY_HEAD, Entry, Head
from core.ledger.following import follow

NAMES = ("accepted", "refused", "senders", "labels", "receipts", "affixed", "copies", "unknown", "voided")
_RECEIPTS, _HANDED_OVER = "receipt_printer", "handed_over"
ABOUT = frozenset({
    "ItemVoided", "ItemCorrected", "ItemRestricted", "PersonErased", "LabelPrinted", "ReceiptPrinted",
    "PrintSeen", "LabelAffixed",
})  # fmt: skip
Read = Callable[[int, int], Iterable[Entry]]  # the raw entries from one number to another


@dataclass(slots=True)
class Piece:
    """One item of the day, as far as its entries go.  ``hour``: of acceptance, by China's clock."""

    operator: str
    number: int
    at: str  # local time, HH:MM
    hour: int
    receipt: bool
    labelled: bool = False
    affixed: bool = False
    receipted: bool = False
    voided: bool = False
    erased: bool = False  # its look-up row went with its bytes


def piece_of(entry: Entry) -> Piece:
    """From its ``ItemAccepted``; nothing of it has come out yet."""
    at = entry.header.trusted.at.astimezone(CHINA)
    return Piece(entry.header.actor.id, entry.data["number"], f"{at:%H:%M}", at.hour, entry.data["receipt"])


@dataclass
class Recount:
    """Give it the entries of a day from ``begin`` on; ``read`` finds pages of items of earlier days."""

    read: Read
    begin: int
    head: Head = EMPTY_HEAD  # after the last entry that was counted
    first: int = 0
    pieces: dict[int, Piece] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)  # by reason
    # What this day says of items of earlier ones, (entry, kind, item): their figures stay as they were (I8).
    earlier: list[tuple[int, str, int]] = field(default_factory=list)
    # What came and went since the stock is followed, or since this day began; by number of the item.
    came: list[int] = field(default_factory=list)
    back: list[int] = field(default_factory=list)
    taken: list[int] = field(default_factory=list)
    sent: int = 0
    _counts: Counter[str] = field(default_factory=Counter)
    _earlier: dict[int, set[str]] = field(default_factory=dict)  # items of earlier days: pages that were out

    @property
    def figures(self) -> Mapping[str, int]:
        """By :data:`NAMES`."""
        return {name: self._counts[name] for name in NAMES}

    def flows(self, since: int) -> Mapping[str, int]:
        """Of a stock that is followed since entry ``since``: accepted, voided, sent, with organs."""
        accepted, voided, organs = (
            sum(item > since for item in items) for items in (self.came, self.back, self.taken)
        )
        return {"accepted": accepted, "voided": voided, "sent": self.sent, "organs": organs}

    @property
    def next(self) -> int:
        """The entry that comes next."""
        return self.head.seq + 1 if self.first else self.begin

    def add(self, entry: Entry) -> None:
        """Raises EntryError GAP or PREVIOUS where it does not follow, FORM where it cannot be read."""
        self.head, kind, version = follow(entry, self.next, self.head if self.first else None)
        seq = self.head.seq
        self.first = self.first or seq
        if kind in ABOUT and 0 < entry.data["item"] < self.first:
            self.earlier.append((seq, kind, entry.data["item"]))
        if version == 1:
            self._count(kind, entry)
            self._follow_stock(kind, entry)

    def _count(self, kind: str, entry: Entry) -> None:
        data, counts = entry.data, self._counts
        match kind:
            case "SenderVerified" | "SenderExempted":
                counts["senders"] += 1
            case "ItemAccepted":
                counts["accepted"] += 1
                self.pieces[entry.header.seq] = piece_of(entry)
            case "ItemRefused":
                counts["refused"] += 1
                self.refused[data["reason"]] += 1
            case "LabelPrinted":
                self._page(data["item"], "label", told=True)
            case "ReceiptPrinted":
                self._page(data["item"], "receipt", told=True)
            case "PrintSeen":
                self._page(data["item"], "receipt" if data["slot"] == _RECEIPTS else "label", told=False)
            case "LabelAffixed":
                counts["affixed"] += 1
                self._mark(data["item"], "affixed")
            case "PrintUnknown":
                counts["unknown"] += 1
            case "ItemVoided":
                counts["voided"] += 1
                self._mark(data["item"], "voided")
            case "PersonErased":
                self._mark(data["item"], "erased")
            case "BranchAdopted":  # headquarters counted what it says, and the counter did before it signed
                counts.update({name: data[name] for name in NAMES})

    def _follow_stock(self, kind: str, entry: Entry) -> None:
        data = entry.data
        match kind:
            case "StockBegun":  # what was before is of no stock, or of one that ended
                self.came, self.back, self.taken, self.sent = [], [], [], 0
            case "ItemAccepted":
                self.came.append(entry.header.seq)
            case "ItemVoided":
                self.back.append(data["item"])
            case "BagClosed":
                self.sent += data["count"]
            case "ExceptionClosed" if data["outcome"] == _HANDED_OVER:
                opened = next(iter(self.read(data["exception"], data["exception"])))
                self.taken.append(opened.data["item"])

    def _mark(self, item: int, name: str) -> None:
        if item in self.pieces:
            setattr(self.pieces[item], name, True)

    def _page(self, item: int, page: str, *, told: bool) -> None:
        """A page came out, its first or one more; ``told`` by the printer, else by a person who looked."""
        piece = self.pieces.get(item)
        if piece is not None and page == "receipt" and not piece.receipt:
            return  # none was promised: what came out is no receipt of the day's account
        if piece is not None:
            out = piece.labelled if page == "label" else piece.receipted
            setattr(piece, "labelled" if page == "label" else "receipted", True)
        else:
            if item not in self._earlier:
                self._earlier[item] = set(_pages(self.read(item, self.first - 1), item))
            out = page in self._earlier[item]
            self._earlier[item].add(page)
        if not out:
            self._counts["labels" if page == "label" else "receipts"] += 1
        elif told and page == "label":
            self._counts["copies"] += 1


def _pages(entries: Iterable[Entry], item: int) -> Iterator[str]:
    for entry in entries:
        kind = entry.header.kind
        if kind in ("LabelPrinted", "ReceiptPrinted", "PrintSeen") and entry.data["item"] == item:
            receipt = kind == "ReceiptPrinted" or entry.data.get("slot") == _RECEIPTS
            yield "receipt" if receipt else "label"
        elif kind == "ItemAccepted" and entry.header.seq == item and not entry.data["receipt"]:
            yield "receipt"  # none was promised
