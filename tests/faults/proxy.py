"""A bad line between counter and headquarters: it passes, cuts, delays, swallows and repeats bytes."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType

CHUNK = 65_536
POLL_S = 0.05
LIMIT_S = 10.0
DEAF_S = 2.0  # nobody waits longer for what never comes


@dataclass(frozen=True)
class Weather:
    """What happens to each connection that is made while it lasts.

    ``cut_up`` and ``cut_down``: bytes to and from headquarters after which the line breaks; ``deaf``: what
    headquarters says after so many bytes is swallowed, and the line breaks when ``deaf_until`` is true.
    """

    refuse: bool = False
    cut_up: int = -1
    cut_down: int = -1
    delay_s: float = 0.0
    deaf: int = -1
    deaf_until: Callable[[], bool] = lambda: False
    repeat: bool = False


@dataclass
class _Wire:
    """One connection: the counter's end and headquarters'."""

    counter: socket.socket
    hq: socket.socket
    weather: Weather
    up: bytearray = field(default_factory=bytearray)
    down: int = 0  # bytes that headquarters said

    def shut(self) -> None:
        for end in (self.counter, self.hq):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class Proxy:
    """Listens at a port of its own; a context manager.  ``weather`` may be changed at any time."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.weather = Weather()
        self.connections = 0
        self._target = target
        self._stop = threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(POLL_S)
        self.port = int(self._server.getsockname()[1])
        self._threads = [threading.Thread(target=self._accept, name="proxy")]
        self._wires: list[_Wire] = []

    @property
    def url(self) -> str:
        """Where the counter looks for headquarters."""
        return f"https://127.0.0.1:{self.port}"

    def __enter__(self) -> Proxy:
        self._threads[0].start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self.cut()
        for thread in list(self._threads):
            thread.join(LIMIT_S)
        self._server.close()

    def cut(self) -> None:
        """Every line that stands breaks now."""
        for wire in list(self._wires):
            wire.shut()

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                counter, _ = self._server.accept()
            except TimeoutError:
                continue
            self.connections += 1
            weather = self.weather
            try:
                if weather.refuse:
                    raise ConnectionRefusedError
                hq = socket.create_connection(self._target, LIMIT_S)
            except OSError:
                counter.close()
                continue
            wire = _Wire(counter, hq, weather)
            self._wires.append(wire)
            for work in (self._up, self._down):
                thread = threading.Thread(target=work, args=(wire,), name="proxy-wire")
                self._threads.append(thread)
                thread.start()

    def _up(self, wire: _Wire) -> None:
        try:
            while data := wire.counter.recv(CHUNK):
                room = wire.weather.cut_up - len(wire.up)
                wire.up += data
                if wire.weather.cut_up >= 0 and len(data) >= room:
                    wire.hq.sendall(data[: max(0, room)])
                    break
                wire.hq.sendall(data)
        except OSError:
            pass
        if wire.weather.repeat:
            self._say_again(bytes(wire.up))
        wire.shut()
        wire.counter.close()

    def _say_again(self, data: bytes) -> None:
        """The same bytes once more on a connection of their own, as a broken box on the way may do."""
        with contextlib.suppress(OSError), socket.create_connection(self._target, LIMIT_S) as again:
            again.settimeout(0.3)
            again.sendall(data)
            while again.recv(CHUNK):
                continue

    def _down(self, wire: _Wire) -> None:
        passed, weather = 0, wire.weather
        try:
            while data := wire.hq.recv(CHUNK):
                wire.down += len(data)
                if weather.delay_s:
                    time.sleep(weather.delay_s)
                if 0 <= weather.deaf <= passed:
                    self._swallow(weather)
                    break
                if 0 <= weather.cut_down <= passed + len(data):
                    wire.counter.sendall(data[: max(0, weather.cut_down - passed)])
                    break
                wire.counter.sendall(data)
                passed += len(data)
        except OSError:
            pass
        wire.shut()
        wire.hq.close()

    def _swallow(self, weather: Weather) -> None:
        deadline = time.monotonic() + DEAF_S
        while not weather.deaf_until() and not self._stop.is_set() and time.monotonic() < deadline:
            time.sleep(0.01)
