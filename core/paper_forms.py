"""Numbered paper forms: what the screen shows of them, and what it may ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class HandOutForms:
    """The next ``count`` forms are handed out; they are drawn as a file to print."""

    count: int


@dataclass(frozen=True)
class DrawForms:
    """Draw all that are out once more: the printer ate them, or the file is lost."""


@dataclass(frozen=True)
class NoteForm:
    """The item on the screen was registered on paper: ``text`` is the form's number and the time on it."""

    cause: str
    text: str


@dataclass(frozen=True)
class LeaveForm:
    """It was not: what was typed stays, the form is out as before."""


@dataclass(frozen=True)
class AskVoidForm:
    """A form shall never count; ``text`` is its number.  A second person signs first."""

    reason: str
    text: str


@dataclass(frozen=True)
class VoidForm:
    """Void it on the request that was asked and approved."""

    form: int


OF_THE_VISIT = (NoteForm, LeaveForm)
HANDING_OUT = (HandOutForms, DrawForms)
PaperFormCommand = HandOutForms | DrawForms | NoteForm | LeaveForm | AskVoidForm | VoidForm


@dataclass(frozen=True)
class PaperFormsView:
    """Those of this counter.  ``out`` has (first, last, since) of what is neither entered nor void.

    ``standing`` is the form that the item on the screen is, "" for none.  ``drawn`` is (serial,
    ranges): with each new serial the window draws those numbers.
    """

    out: tuple[tuple[str, str, str], ...] = ()
    count: int = 0  # of all that are out
    entered: int = 0  # in this business day
    standing: str = ""
    most: int = 0  # that may still be handed out
    causes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # code → name by language
    reasons: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # for which one is void
    enter_hours: int = 0
    longest_hours: int = 0
    drawn: tuple[int, tuple[tuple[int, int], ...]] = (0, ())
