"""An accepted item is corrected: what the screen shows of it, and what it may ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class TypeCorrection:
    """What shall stand in a field of an accepted item; nothing is changed yet.

    ``name`` is a :class:`core.commands.Field` code, ``text`` as typed.
    """

    item: int
    name: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class CorrectItem:
    """Do what was typed last, for this reason of the rules.

    ``mode`` "" where the rules let the clerk alone, else "wait" or "countersign".
    """

    item: int
    reason: str
    mode: str = ""


@dataclass(frozen=True)
class GoOnCorrecting:
    """Do what was typed and asked for; a second person has approved."""

    item: int


CORRECTING = (TypeCorrection, CorrectItem, GoOnCorrecting)
CorrectingCommand = TypeCorrection | CorrectItem | GoOnCorrecting


@dataclass(frozen=True)
class FieldToCorrect:
    """One field that the rules let be corrected: ``alone``: without a second person."""

    code: str
    names: Mapping[str, str]
    alone: bool


@dataclass(frozen=True)
class CorrectionView:
    """What was typed, before it is done.  ``before`` and ``after`` are masked as the label masks them.

    ``alone``: no second person is needed now.  ``label`` and ``receipt``: what is printed anew.  ``fee``:
    (before, after) in cents where the fee follows.
    """

    item: int
    number: str
    name: str
    before: str = field(repr=False)
    after: str = field(repr=False)
    alone: bool
    label: bool
    receipt: bool
    fee: tuple[int, int] | None = None
    serial: int = 0
    request: str = ""  # what was asked for it, "" for nothing yet
