"""A link that follows a script of byte pairs and fails on wrong, unread and left-over bytes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import DeviceError, DeviceFault


@dataclass(frozen=True)
class Pair:
    """This request must come; these pieces are the reply.

    No piece is silence; an empty one is a silence that outlasts the limit before the next piece.
    """

    request: bytes
    reply: tuple[bytes, ...] = ()
    lost: bool = False  # the link breaks instead of a reply


@dataclass(frozen=True)
class Late:
    """Bytes that arrive unasked; they must be dropped before the next request."""

    data: bytes


class ScriptedLink:
    """Serves a script.  Silence costs no time: a read with nothing there returns at once."""

    def __init__(self, script: Iterable[Pair | Late], baud: int = 0) -> None:
        self._script = list(script)
        self._pieces: list[bytes] = []
        self._late: list[bytes] = []
        self.url = "script://"
        self.baud = baud
        self.deadlines: list[float] = []
        self.flushed = False
        self._arrive()

    def open(self) -> None:
        """Nothing to open."""

    def close(self) -> None:
        """Nothing to close."""

    def cancel(self) -> None:
        """Nobody else is there."""

    def write(self, data: bytes, deadline: float) -> None:
        """The next pair's request, exactly."""
        assert self._script, f"not in the script: {data.hex(' ')}"
        pair = self._script.pop(0)
        assert isinstance(pair, Pair)
        assert data == pair.request, f"wrong: {data.hex(' ')} instead of {pair.request.hex(' ')}"
        assert not self._pieces, f"unread before a request: {self._pieces}"
        assert not self._late, "late bytes were not flushed before a request"
        assert self.flushed, "no flush before a request"
        self.flushed = False
        if pair.lost:
            raise DeviceError(DeviceFault.GONE, link=self.url)
        self._pieces = list(pair.reply)
        if not self._pieces:
            self._arrive()

    def read(self, limit: int, deadline: float) -> bytes:
        """The next piece."""
        self.deadlines.append(deadline)
        waiting = self._pieces or self._late
        if not waiting:
            return b""
        piece = waiting.pop(0)
        assert len(piece) <= limit
        if not self._pieces:
            self._arrive()
        return piece

    def flush_input(self) -> int:
        """Only what came late may be flushed; a reply must have been read."""
        assert not self._pieces, f"flushed a reply that was not read: {self._pieces}"
        dropped = sum(map(len, self._late))
        self._late = []
        self.flushed = True
        return dropped

    def done(self) -> None:
        """At the end: nothing of the script is left."""
        assert not self._script, f"left over: {self._script}"
        assert not self._pieces, f"left over: {self._pieces}"

    def _arrive(self) -> None:
        while self._script and isinstance(late := self._script[0], Late):
            self._late.append(late.data)
            self._script.pop(0)
