"""One text → name, phone, region, street: what customers send, what order systems export.

Nothing is lost in silence: every character of the text ends in a field, or is a label or a separator, or
is shown as left over (:attr:`Pasted.pieces` is the whole text, in order).  What was put right and what is
doubtful is said for each field.  Nothing here counts before the clerk took it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby

from core.acceptance.pasted_marks import is_separator
from core.regions.place import Place

PASTED_MAX = 2000  # characters; a contact has a hundred
MOST_PHONES = 9  # one digit chooses


class Part(StrEnum):
    """What a piece of the text became."""

    NAME = "name"
    PHONE = "phone"
    REGION = "region"
    STREET = "street"
    LABEL = "label"
    SEPARATOR = "separator"
    POSTCODE = "postcode"  # the form has no field for it
    PARTY = "party"  # of the other one: sender or recipient
    HIDDEN = "hidden"  # invisible, broken, mark-up
    LEFT = "left"


FIELDS = (Part.NAME, Part.PHONE, Part.REGION, Part.STREET)
SHOWN_AS_LEFT = (Part.POSTCODE, Part.PARTY, Part.LEFT)


class Fix(StrEnum):
    """What was put right in name, phone and street; those of the region are ``place.Correction``."""

    WIDTH = "width"  # full-width → half-width
    FORM = "form"  # a phone's blanks, dashes, country code
    SPACES = "spaces"
    TITLE = "title"  # 收 behind a name


class Unsure(StrEnum):
    """What is doubtful in a field; those of the region are ``place.Doubt``."""

    NONE = ""
    GUESSED = "guessed"  # parted without a sign in the text
    SEVERAL = "several"  # of phones
    FORM = "form"  # no phone number as the rules know it


@dataclass(frozen=True, slots=True)
class Paste:
    """The panel of one pasted text (``core.acceptance.paste``).

    ``phone``: how often another number was asked for; ``serial`` grows when the station changes ``text``.
    """

    sender: bool
    text: str = field(default="", repr=False)
    phone: int = 0
    serial: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the text as it was pasted."""

    part: Part
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was found.  ``phones`` are all numbers, the one taken first; ``place`` None without an address."""

    pieces: tuple[Piece, ...] = field(default=(), repr=False)
    name: str = field(default="", repr=False)
    phones: tuple[str, ...] = field(default=(), repr=False)
    region: str = field(default="", repr=False)
    street: str = field(default="", repr=False)
    place: Place | None = None
    fixes: Mapping[Part, tuple[str, ...]] = field(default_factory=dict)
    doubts: Mapping[Part, str] = field(default_factory=dict)

    @property
    def phone(self) -> str:
        """The number that is taken."""
        return self.phones[0] if self.phones else ""

    @property
    def address(self) -> str:
        """Region and street as one field holds them."""
        return self.region + self.street

    @property
    def empty(self) -> bool:
        """Whether nothing was recognised."""
        return not (self.name or self.phones or self.address)

    def raw(self, part: Part) -> str:
        """As it was written, with a blank where something else stood between."""
        return " ".join(piece.text for piece in self.pieces if piece.part is part)

    @property
    def left(self) -> tuple[str, ...]:
        """What became of nothing, each stretch for itself."""
        joined = (
            "".join(piece.text for piece in run)
            for shown, run in groupby(
                self.pieces, lambda p: p.part in SHOWN_AS_LEFT or p.part is Part.SEPARATOR
            )
            if shown
        )
        stripped = (_strip(text) for text in joined)
        return tuple(text for text in stripped if text)

    @property
    def hidden(self) -> int:
        """How many invisible or broken characters were left out."""
        return sum(len(piece.text) for piece in self.pieces if piece.part is Part.HIDDEN)


def _strip(text: str) -> str:
    """Without the separators around it."""
    start, end = 0, len(text)
    while start < end and is_separator(text[start]):
        start += 1
    while end > start and is_separator(text[end - 1]):
        end -= 1
    return text[start:end]
