"""The open day counted whole: its raw entries against the fold and against the look-ups (T7, T12)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from core.errors import EntryError, RuleError, RuleFault, StoreError, StoreFault
from core.ledger import stock
from core.ledger.differences import STOCK, Difference, standing
from core.ledger.entry import Entry
from core.ledger.recount import Piece, Recount
from core.ledger.state import State
from core.ports import VOIDED

if TYPE_CHECKING:
    from core.closing import CloseView

_NO_LABEL = {Difference.NO_LABEL, Difference.LABEL_UNKNOWN}
_NO_RECEIPT = {Difference.NO_RECEIPT, Difference.RECEIPT_UNKNOWN}


class DayRows(Protocol):
    """What is asked of a journal here."""

    def entries(self, first: int, last: int | None = None) -> Iterable[Entry]: ...

    def pages(self, first: int, last: int) -> Mapping[int, tuple[str, str, bool]]: ...


@dataclass
class Counted:
    """What was counted, for the session that asked; ``fault`` is why it cannot be closed so."""

    session: str
    at: dt.datetime
    recount: Recount
    fault: RuleError | None = None
    shown_of: tuple[object, ...] = ()
    shown: CloseView | None = field(default=None, repr=False)

    def follow(self, journal: DayRows, state: State) -> None:
        """What was written since then; a fault that was found stays until somebody counts anew."""
        if self.fault is None and self.recount.head != state.head:
            self.fault = count_on(self.recount, journal, state)


def count_on(recount: Recount, journal: DayRows, state: State) -> RuleError | None:
    """Go on to the journal's head.  DAY_INCOMPLETE names the first entry that is missing or not whole."""
    try:
        for entry in journal.entries(recount.next, state.head.seq):
            recount.add(entry)
    except StoreError as error:
        if error.code is not StoreFault.DAMAGED:
            raise
        return _incomplete(recount, state)
    except (EntryError, KeyError, TypeError):
        return _incomplete(recount, state)
    if recount.head != state.head:
        return _incomplete(recount, state)
    return _differing(recount, journal, state)


def first_of(state: State) -> int:
    """The first entry of the open day."""
    return int(state.value["days"][str(state.day)]["first"])


def _incomplete(recount: Recount, state: State) -> RuleError:
    return RuleError(RuleFault.DAY_INCOMPLETE, seq=min(recount.next, state.head.seq))


def _differing(recount: Recount, journal: DayRows, state: State) -> RuleError | None:
    for name, raw in recount.figures.items():
        if state.counts[name] != raw:
            fold = state.counts[name]
            return RuleError(RuleFault.DAY_FIGURES, figure=f"figure.{name}", fold=fold, raw=raw)
    row = stock.of(state.value)
    if row is not None:
        figures = stock.figures(state.value)
        for name, raw in recount.flows(row["since"]).items():
            if figures[name] != raw:
                fold = figures[name]
                return RuleError(RuleFault.DAY_FIGURES, figure=f"figure.stock_{name}", fold=fold, raw=raw)
        if (closing := figures["closing"]) != (raw := stock.due(figures)):
            return RuleError(RuleFault.DAY_FIGURES, figure="figure.stock_closing", fold=closing, raw=raw)
    stands = standing(state.value)
    pages = journal.pages(recount.first, state.head.seq)
    for seq, piece in recount.pieces.items():
        if not (_as_folded(piece, stands.get(seq, ())) and _as_looked_up(piece, pages.get(seq))):
            return RuleError(RuleFault.DAY_ITEM, number=f"{piece.number:06d}")
    return None


def _as_folded(piece: Piece, kinds: tuple[Difference, ...]) -> bool:
    """Whether the state says the same of it as its entries."""
    if piece.voided:
        return set(kinds) <= STOCK
    found = set(kinds) - STOCK
    return (
        bool(found & _NO_LABEL) is not piece.labelled
        and (Difference.NOT_AFFIXED in found) is (piece.labelled and not piece.affixed)
        and bool(found & _NO_RECEIPT) is (piece.receipt and not piece.receipted)
    )


def _as_looked_up(piece: Piece, page: tuple[str, str, bool] | None) -> bool:
    """The same of its row in the look-ups; a copy that is on its way stands over its first page there."""
    if page is None:
        return piece.erased
    label, receipt, affixed = page
    return (
        (label == VOIDED) is piece.voided
        and affixed is piece.affixed
        and (piece.labelled or label != "printed")
        and (piece.receipted or not piece.receipt or receipt != "printed")
    )


def lines(pieces: Mapping[int, Piece], received: int) -> dict[str, dict[str, int]]:
    """The figures of the equation, by clerk."""
    found: dict[str, dict[str, int]] = {}
    for seq, piece in pieces.items():
        row = found.setdefault(piece.operator, dict.fromkeys(_FIGURES, 0))
        if piece.voided:
            row["voided"] += 1
            continue
        row["accepted"] += 1
        row["labelled"] += piece.labelled
        row["affixed"] += piece.affixed
        row["due"] += piece.receipt
        row["receipted"] += piece.receipt and piece.receipted
        row["at_headquarters"] += seq <= received
    return found


_FIGURES = ("accepted", "labelled", "affixed", "receipted", "due", "at_headquarters", "voided")
