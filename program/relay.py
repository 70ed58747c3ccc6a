"""The line between the demonstration's counter and its headquarters: real sockets that can be cut or slowed.

Bytes pass unread and unchanged, so that TLS between the two sides is what it would be on a real line.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType

SLOW_S = 0.8  # each way, for every piece
_PIECE = 16_384
_SLOW_PIECE = 1_024
_MOST_HELD = 1_000_000  # bytes in one direction; then the sender waits
_ROUND_S = 0.02
_CONNECT_S = 1.0
_END_S = 3.0


class Line(StrEnum):
    """How the line is."""

    UP = "up"
    SLOW = "slow"
    CUT = "cut"


@dataclass
class _Way:
    """One direction of one connection."""

    source: socket.socket
    target: socket.socket
    held: deque[tuple[float, bytes]] = field(default_factory=deque)  # (not before, bytes)
    size: int = 0
    ended: bool = False  # the source has said all it will


class Relay:
    """A context manager.  ``port`` is where the counter connects to; one thread of its own."""

    def __init__(self, target: int, port: int = 0) -> None:
        """Both on 127.0.0.1.  Raises OSError where ``port`` is taken."""
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", port))
        self._listener.setblocking(False)
        self.port = int(self._listener.getsockname()[1])
        self._line = Line.UP
        self._ways: list[_Way] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)

    @property
    def line(self) -> Line:
        """As it is now, from any thread."""
        return self._line

    def set(self, line: Line) -> None:
        """From any thread; a cut ends what is open and refuses what comes, within a moment."""
        self._line = line

    def __enter__(self) -> Relay:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(_END_S)
        self._listener.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            if self._line is Line.CUT:
                self._hang_up(self._ways)
            self._wait()
            self._pass_on(time.monotonic())
        self._hang_up(self._ways)

    def _wait(self) -> None:
        """Until something can be read, or for a moment."""
        with selectors.DefaultSelector() as ready:
            ready.register(self._listener, selectors.EVENT_READ)
            for way in self._ways:
                if not way.ended and way.size < _MOST_HELD:
                    ready.register(way.source, selectors.EVENT_READ, way)
            held = any(way.held for way in self._ways)
            for key, _ in ready.select(_ROUND_S if held else 5 * _ROUND_S):
                if isinstance(key.data, _Way):
                    self._take(key.data)
                else:
                    self._accept()

    def _accept(self) -> None:
        try:
            client, _ = self._listener.accept()
        except OSError:
            return
        if self._line is Line.CUT:
            client.close()
            return
        try:
            server = socket.create_connection(("127.0.0.1", self._target), _CONNECT_S)
        except OSError:
            client.close()  # nobody there: as if the line ended here
            return
        for side in (client, server):
            side.setblocking(False)
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._ways += [_Way(client, server), _Way(server, client)]

    def _take(self, way: _Way) -> None:
        slow = self._line is Line.SLOW
        try:
            data = way.source.recv(_SLOW_PIECE if slow else _PIECE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            way.ended = True
        else:
            way.held.append((time.monotonic() + (SLOW_S if slow else 0.0), data))
            way.size += len(data)

    def _pass_on(self, now: float) -> None:
        for way in list(self._ways):
            try:
                self._give(way, now)
            except OSError:
                self._hang_up([each for each in self._ways if each.source in (way.source, way.target)])
                continue
            if way.ended and not way.held:
                with contextlib.suppress(OSError):
                    way.target.shutdown(socket.SHUT_WR)
                back = next((each for each in self._ways if each.source is way.target), None)
                if back is None or (back.ended and not back.held):
                    self._hang_up([each for each in (way, back) if each is not None])

    def _give(self, way: _Way, now: float) -> None:
        while way.held and way.held[0][0] <= now:
            due, data = way.held.popleft()
            try:
                sent = way.target.send(data)
            except BlockingIOError:
                sent = 0
            way.size -= sent
            if sent < len(data):
                way.held.appendleft((due, data[sent:]))
                return

    def _hang_up(self, ways: list[_Way]) -> None:
        for way in list(ways):
            way.source.close()
            way.target.close()
            if way in self._ways:
                self._ways.remove(way)
