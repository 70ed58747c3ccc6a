"""The stock counted blind (盘点) before a day is closed: what may be asked of it, what its page shows."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class OpenStocktake:
    """From now on a scan counts an item that lies here; what was scanned before in this session stays."""


@dataclass(frozen=True)
class LeaveStocktake:
    """The page is left; nothing is written, and what was scanned stays for when it is opened again."""


@dataclass(frozen=True)
class CountItem:
    """What was scanned or typed: an item's label, its waybill."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class FinishStocktake:
    """Everything that lies here was scanned: held against the books, and each difference named."""


STOCKTAKE = (OpenStocktake, CountItem, FinishStocktake)
StocktakeCommand = OpenStocktake | LeaveStocktake | CountItem | FinishStocktake


@dataclass(frozen=True)
class StocktakeView:
    """While the page stands.  Blind: nothing of the books.

    ``newest``: numbers of the items scanned last; ``strange``: codes that nobody here knows; ``bagged``:
    items in the open bag, which were scanned into it and are not scanned again.
    """

    count: int
    newest: tuple[str, ...] = ()
    strange: int = 0
    bagged: int = 0


@dataclass
class Stocktake:
    """What was scanned, for the session that began; in memory alone until it is held against the books."""

    session: str
    open: bool = True
    items: list[int] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    strange: set[str] = field(default_factory=set, repr=False)
