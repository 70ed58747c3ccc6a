"""Exceptions of accepted items (异常件): what may be asked, and what is shown (R38, R39, R43)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.item_exception_rules import ExceptionReason
from core.records import ExceptionRecord


@dataclass(frozen=True)
class OpenException:
    """Something is wrong with an accepted item; ``reason`` of the rules, ``organ`` with an order, else ""."""

    item: int
    reason: str
    organ: str = ""


@dataclass(frozen=True)
class ContactCustomer:
    """A try to reach its customer: ``how``, ``outcome`` of core/ledger/item_exceptions.py.

    ``solution`` of the rules: what she was told; "" where she was missed.
    """

    exception: int
    how: str
    outcome: str
    solution: str = ""


@dataclass(frozen=True)
class AskHold:
    """A second person is asked whether the stopped item may be held."""

    exception: int


@dataclass(frozen=True)
class HoldItem:
    """Hold it on the request that was asked and approved."""

    exception: int


@dataclass(frozen=True)
class CloseException:
    """It ends: ``outcome`` of core/ledger/item_exceptions.py, ``organ`` where one got the item, else ""."""

    exception: int
    outcome: str
    organ: str = ""


@dataclass(frozen=True)
class PrintException:
    """Its report as it stands: on paper, or as a file."""

    exception: int
    file: bool = False


EXCEPTING = (OpenException, ContactCustomer, CloseException, PrintException)
HOLDING = (AskHold, HoldItem)
ExceptionCommand = OpenException | ContactCustomer | AskHold | HoldItem | CloseException | PrintException


@dataclass(frozen=True)
class ExceptionView:
    """One exception.  ``step``: what has to be done next, of ``step_of`` in core/ledger/item_exceptions.py.

    ``state``: "open", "soon", "overdue" of that step's clock; ``due`` its end in local time, "" where none
    runs, ``left`` minutes until then.  ``hold``: "none", "asked", "ready" (it may be done now), "held".
    ``closed``: how it ended, "" while it is open.
    """

    exception: int
    reference: str
    item: int
    number: str
    names: Mapping[str, str]
    stop: str
    step: str
    state: str
    due: str
    left: int
    tries: int = 0
    contacted: bool = False
    hold: str = "none"
    until: str = ""  # of a hold, local time
    told: bool = False
    organ: Mapping[str, str] = field(default_factory=dict)
    closed: str = ""


@dataclass(frozen=True)
class ExceptionsView:
    """What is open, the first due in front; what was closed today; and what may be chosen."""

    open: tuple[ExceptionView, ...] = ()
    closed: tuple[ExceptionView, ...] = ()
    reasons: tuple[ExceptionReason, ...] = ()
    solutions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    organs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    minutes: int = 0  # the clock
    hours: int = 0  # of a hold
    supervisor: bool = False  # whoever stands here may end a stop
    report: tuple[int, ExceptionRecord | None] = (0, None)  # to be written to a file, and how manieth
