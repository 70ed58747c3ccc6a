"""Pictures of papers without a chip: who takes them."""

from __future__ import annotations

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
