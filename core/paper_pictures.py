"""Pictures of papers without a chip: who takes them, what a clerk may ask, and what she sees of it.

The law asks for no copy; what a house wants kept is rule data (:mod:`core.paper_picture_rules`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable


@runtime_checkable
class Camera(Protocol):
    """Takes a picture of a paper: ``PaperPicture`` (core.devices) comes, or ``PaperFailed`` says why not."""

    def take(self, number: int, most_bytes: int) -> None:
        """Returns at once.  The next paper that is put in, as a JPEG of at most so many bytes; what was asked
        before is forgotten."""
        ...

    def leave(self) -> None:
        """Nobody waits for one any more; returns at once."""
        ...


class PictureOf(StrEnum):
    """Which paper; codes go into the sealed part."""

    DOCUMENT = "document"  # of the person, typed by hand
    PROOF = "proof"  # what an agent shows
    ORGANISATION = "organisation"  # what the handler of an organisation shows


@dataclass(frozen=True)
class TakePicture:
    """Ctrl+P: the next paper that is put into the scanner is this one."""

    of: str


@dataclass(frozen=True)
class KeepPicture:
    """The clerk has looked at it: it goes with the item."""


@dataclass(frozen=True)
class LeavePicture:
    """What was asked for, or came and was not kept, is forgotten."""


PictureCommand = TakePicture | KeepPicture | LeavePicture
PICTURING = (TakePicture, KeepPicture, LeavePicture)


@dataclass(frozen=True)
class PicturesView:
    """``wanted``: PictureOf code → whether F9 waits for it; ``state``: "", "waits", "seen" of paper ``of``.

    ``jpeg`` is there while she compares it with the paper, and only then (R75).
    """

    wanted: dict[str, bool] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    state: str = ""
    of: str = ""
    jpeg: bytes = field(default=b"", repr=False)
    number: int = 0  # grows with each that is asked for
