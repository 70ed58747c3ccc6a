"""The day close (日终): what may be asked of it, and what its page shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.errors import Fact
from core.ledger.day_slip import Earlier
from core.slips import SlipDay


@dataclass(frozen=True)
class OpenClose:
    """Count the open day anew and show it; nothing is closed by that."""


@dataclass(frozen=True)
class LeaveClose:
    """The page is left; the day stays as it is (T8)."""


@dataclass(frozen=True)
class ExplainDifference:
    """Why an item differs; ``mode`` "wait" for the second person, or "countersign": she signs later."""

    item: int
    reason: str
    mode: str


@dataclass(frozen=True)
class FinishDifference:
    """Explain it on the request that was asked and approved."""

    item: int


@dataclass(frozen=True)
class DisputeDifference:
    """It is reported as disputed: one person's word, and nobody has to agree (T24)."""

    item: int
    reason: str


CloseCommand = OpenClose | LeaveClose | ExplainDifference | FinishDifference | DisputeDifference


@dataclass(frozen=True)
class CloseLine:
    """*Accepted = labelled = affixed = receipted = at headquarters* of one clerk, or of all ("").

    Counted from the raw entries of the day; void items count in ``voided`` alone.  ``due``: items for which
    a receipt was promised.
    """

    operator: str
    accepted: int = 0
    labelled: int = 0
    affixed: int = 0
    receipted: int = 0
    due: int = 0
    at_headquarters: int = 0
    voided: int = 0


@dataclass(frozen=True)
class DifferenceView:
    """One item that does not agree.  ``kinds`` are codes of :class:`core.ledger.differences.Difference`, or
    "unsigned": void, and the second person's signature is lacking.  "unused" is no item: numbers of a pool
    that were passed over, ``item`` below zero, in the state "unused" until somebody gives them up.

    ``state``: "open"; "asked" (waits for the second person); "ready" (approved, to be finished); "unsigned"
    (done, the signature is lacking); "explained"; "disputed".  ``until``: of the request, "" without one.
    """

    item: int
    number: str
    waybill: str = field(repr=False)
    kinds: tuple[str, ...]
    operator: str
    at: str
    state: str = "open"
    fault: str = ""  # DeviceFault code that holds the paper up
    by: str = ""  # who asked for the second person
    until: str = ""
    numbers: tuple[str, str] = field(default=("", ""), repr=False)  # of a gap in a pool: first and last


@dataclass(frozen=True)
class CloseView:
    """The open business day as it stands, or the one that was closed last.

    ``fault`` and ``facts`` name what is missing, or where two counts differ: then it cannot be closed.
    """

    day: str
    closed: bool
    total: CloseLine
    lines: tuple[CloseLine, ...] = ()
    differences: tuple[DifferenceView, ...] = ()
    more: int = 0  # differences that are not listed here
    left: int = 0  # of all, those about which nobody has said a word
    said: Mapping[str, int] = field(default_factory=dict)  # outcome → how many
    pending: int = 0  # entries of the day that headquarters has not confirmed
    unclosed: tuple[str, ...] = ()  # earlier days without a verdict: closed with this one
    earlier: tuple[Earlier, ...] = ()  # the newest entries of this day about items of earlier ones
    earlier_count: int = 0  # of all of them
    slips: tuple[SlipDay, ...] = ()  # closed days whose slips may be had, the newest first
    requests: int = 0  # other requests that are open
    parked: int = 0  # visits that wait and end with the day
    hours: Mapping[int, int] = field(default_factory=dict)  # hour → accepted
    refused: Mapping[str, int] = field(default_factory=dict)  # reason → how many
    first: str = ""  # hash of the first and the last entry that were counted, hex
    last: str = ""
    counted: dt.datetime | None = None  # aware UTC
    fault: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    stock: Mapping[str, int] = field(default_factory=dict)  # core.ledger.stock.FIGURES; {} without a stock
    stocktake: Mapping[str, int] | None = None  # core.ledger.stocktake.FIGURES; None: nobody counted yet
    reasons: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # code → name by language
    modes: Mapping[str, int] = field(default_factory=dict)  # mode → hours that a request stands
