"""Complaints at the counter (投诉): what may be asked of the station, and what it shows (R96 to R104)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.access.second import Reason
from core.complaint_rules import ComplaintAnswer, ComplaintReason


@dataclass(frozen=True)
class BeginComplaint:
    """A complaint about an item, 0 for none; who complains and what she says is typed next.

    ``cls``, ``ours`` and ``party`` are codes of :mod:`core.ledger.complaints`, ``reason`` of the rules.
    """

    item: int
    cls: str
    reason: str
    party: str
    ours: str


@dataclass(frozen=True)
class BeginObjection:
    """Whoever was answered objects; ``complaint`` is its entry, ``objection`` of the rules."""

    complaint: int
    objection: str


@dataclass(frozen=True)
class TakeDown:
    """What she says, and how to reach her.  Nothing of it has to be there."""

    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    words: str = field(default="", repr=False)


@dataclass(frozen=True)
class LeaveComplaint:
    """Nothing is typed any more."""


@dataclass(frozen=True)
class ContactComplainant:
    """She was told how it stands; ``how`` of :class:`core.ledger.complaints.How`."""

    complaint: int
    how: str


@dataclass(frozen=True)
class HandOnComplaint:
    """Somebody else shall own it, once she has taken it."""

    complaint: int
    to: str


@dataclass(frozen=True)
class TakeComplaint:
    """Whoever stands here takes what was handed on to her."""

    complaint: int


@dataclass(frozen=True)
class AnswerComplaint:
    """By an approved answer of that version; ``yuan`` as typed where money is paid, "" for none."""

    complaint: int
    text: str
    version: str
    yuan: str = ""


@dataclass(frozen=True)
class PrintComplaint:
    """The complainant's paper once more, as the complaint stands."""

    complaint: int


@dataclass(frozen=True)
class AskComplainant:
    """A second person is asked whether the complainant's data may be seen; ``reason`` of the rules."""

    complaint: int
    reason: str


@dataclass(frozen=True)
class ShowComplainant:
    """Show how to reach her, for seconds; a second person has approved."""

    complaint: int


ComplaintCommand = (
    BeginComplaint | BeginObjection | TakeDown | LeaveComplaint | ContactComplainant | HandOnComplaint
    | TakeComplaint | AnswerComplaint | PrintComplaint | AskComplainant | ShowComplainant
)  # fmt: skip
COMPLAINING = (
    BeginComplaint, BeginObjection, TakeDown, LeaveComplaint, ContactComplainant, HandOnComplaint,
    TakeComplaint, AnswerComplaint, PrintComplaint,
)  # fmt: skip
SEEING = (AskComplainant, ShowComplainant)


@dataclass(frozen=True)
class ComplaintView:
    """One complaint.  ``step``: what has to be done next, "contact" or "answer"; "answered" where nothing.

    ``state``: "open", "soon", "overdue" of that step's clock; ``due`` its end in local time, ``left`` minutes
    until then, below zero where it is over.  ``names`` of the reason by language; ``number`` is the item's.
    ``reach``: "none" (nothing here to reach her by), "kept", "asked" (a second person), "approved".
    """

    complaint: int
    reference: str
    cls: str
    reason: str
    names: Mapping[str, str]
    party: str
    ours: str
    owner: str
    step: str
    state: str
    due: str
    left: int
    to: str = ""  # to whom it was handed on and not yet taken
    handed: bool = False  # to whoever stands here
    item: int = 0
    number: str = ""
    reach: str = "none"
    again: int = 0  # how often it was opened again
    until: str = ""  # of an answered one: the last day to object, ISO
    mine: bool = False  # whoever stands here may hand it on and answer it
    answers: tuple[ComplaintAnswer, ...] = ()


@dataclass(frozen=True)
class ComplaintForm:
    """What is typed into: the complaint's reason by language, and its number once it has one."""

    names: Mapping[str, str]
    number: str = ""  # the item's
    again: str = ""  # the reference of the complaint that is opened again
    serial: int = 0


@dataclass(frozen=True)
class ComplaintsView:
    """What is open, the first due in front; and what was answered and may still be objected to."""

    open: tuple[ComplaintView, ...] = ()
    answered: tuple[ComplaintView, ...] = ()
    form: ComplaintForm | None = None
    reasons: tuple[ComplaintReason, ...] = ()
    objections: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    staff: tuple[str, ...] = ()  # to whom one may be handed on
    purposes: tuple[Reason, ...] = ()  # why a complainant's data may be seen
    seconds: int = 0  # and for so long
    hours: int = 0  # the first clock
    days: int = 0  # the second

    @property
    def overdue(self) -> int:
        """How many have a clock that is over."""
        return sum(each.state == "overdue" for each in self.open)
