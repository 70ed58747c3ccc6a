"""The computer's side of a simulated device's cable: a pty or a TCP server that can be unplugged.

One thread, the device's own, uses a port; only :meth:`Port.unplug` and :meth:`Port.replug` may be called
from others, and they wait until the device's thread has done it.
"""

from __future__ import annotations

import os
import select
import socket
import termios
import threading
import time
import tty
from abc import ABC, abstractmethod
from pathlib import Path

SLICE_S = 0.01
SWITCH_LIMIT_S = 2.0
PACE_S = 0.002  # bytes are handed over in slices of this length, as adapters do
BITS_PER_BYTE = 10  # 8N1
MOST_AT_ONCE = 4096


# Rates that a terminal's line knows by a constant of its own.
_SPEEDS = {
    int(name[1:]): int(getattr(termios, name))
    for name in dir(termios)
    if name[:1] == "B" and name[1:].isdigit()
}


def _at_another_rate(data: bytes) -> bytes:
    """What bytes become when the two sides sample at different rates: others, and fewer."""
    return bytes((byte * 5 + 0x31) & 0xFF | 0x80 for byte in data[::2])


class Port(ABC):
    """A cable to the computer; bytes leave it no faster than ``baud`` allows."""

    def __init__(self, baud: int) -> None:
        self.baud = baud
        self._wanted = True
        self._plugged = False
        self._switched = threading.Condition()

    @property
    @abstractmethod
    def url(self) -> str:
        """The link that a driver opens."""

    def unplug(self) -> None:
        """Pull the cable: the driver sees the device go.  Any thread."""
        self._switch(False)

    def replug(self) -> None:
        """Put it back at the same URL.  Any thread."""
        self._switch(True)

    @property
    def wanted(self) -> bool:
        """Whether the cable is in, or about to be.  Any thread."""
        with self._switched:
            return self._wanted

    def open(self) -> None:
        """Plug in for the first time, before the device's thread runs."""
        self._follow()

    def close(self) -> None:
        """Unplug for good, after the device's thread has ended."""
        self._wanted = False
        self._follow()

    def receive(self, wait: float, limit: int = MOST_AT_ONCE) -> bytes:
        """What the computer sent within ``wait`` seconds, b"" for nothing.  The device's thread.

        A device that takes bytes at the line's rate asks for few at once: the rest waits in the
        operating system's buffer, and the computer's writes wait when that is full.
        """
        deadline = time.monotonic() + wait
        while True:
            self._follow()
            left = deadline - time.monotonic()
            data = self._take(max(0.0, min(SLICE_S, left)), limit)
            if data or left <= 0:
                return data

    def send(self, data: bytes) -> int:
        """Send at the line's rate; how many bytes left before the cable was pulled.

        As on a real line, nobody needs to listen.  The device's thread.
        """
        step = max(1, round(self.baud * PACE_S / BITS_PER_BYTE))
        began = time.perf_counter()
        for start in range(0, len(data), step):
            piece = data[start : start + step]
            due = began + (start + len(piece)) * BITS_PER_BYTE / self.baud
            time.sleep(max(0.0, due - time.perf_counter()))
            self._follow()
            if not self._plugged:
                return start
            self._give(piece)
        return len(data)

    def _switch(self, wanted: bool) -> None:
        with self._switched:
            self._wanted = wanted
            if not self._switched.wait_for(lambda: self._plugged == wanted, SWITCH_LIMIT_S):
                raise TimeoutError("the device's thread did not follow")

    def _follow(self) -> None:
        with self._switched:
            if self._plugged == self._wanted:
                return
            if self._wanted:
                self._plug()
            else:
                self._pull()
            self._plugged = self._wanted
            self._switched.notify_all()

    @abstractmethod
    def _plug(self) -> None: ...

    @abstractmethod
    def _pull(self) -> None: ...

    @abstractmethod
    def _take(self, wait: float, limit: int) -> bytes: ...

    @abstractmethod
    def _give(self, piece: bytes) -> None: ...


class PtyPort(Port):
    """A pseudo-terminal behind a stable path, which is a link to the present ``/dev/pts/N``."""

    def __init__(self, path: Path, baud: int) -> None:
        super().__init__(baud)
        self._path = path
        self._master = -1
        self._slave = -1

    @property
    def url(self) -> str:
        """``serial://PATH?baud=…``"""
        return f"serial://{self._path}?baud={self.baud}"

    def _plug(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)  # no echo before a driver has set the line up
        self._set_speed()
        os.set_blocking(self._master, False)
        fresh = self._path.with_name(f".{self._path.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(self._slave))
        fresh.replace(self._path)

    def _pull(self) -> None:
        self._path.unlink(missing_ok=True)
        # The slave stayed open here so that the master lives without a driver; both go now.
        os.close(self._slave)
        os.close(self._master)
        self._master = self._slave = -1

    def _take(self, wait: float, limit: int) -> bytes:
        if not self._plugged:
            time.sleep(wait)
            return b""
        ready, _, _ = select.select([self._master], [], [], wait)
        data = os.read(self._master, limit) if ready else b""
        return data if self._speeds_match() else _at_another_rate(data)

    def _set_speed(self) -> None:
        """Until a driver sets its own: whoever only opens the port and writes has the right one."""
        speed = _SPEEDS.get(self.baud)
        if speed is not None:
            line = termios.tcgetattr(self._slave)
            line[4] = line[5] = speed
            termios.tcsetattr(self._slave, termios.TCSANOW, line)

    def _speeds_match(self) -> bool:
        """Whether the driver has set the line to this device's rate; unusual rates are not told apart."""
        speed = _SPEEDS.get(self.baud)
        return speed is None or termios.tcgetattr(self._slave)[4:6] == [speed, speed]

    def _give(self, piece: bytes) -> None:
        if not self._speeds_match():
            piece = _at_another_rate(piece)
        try:
            os.write(self._master, piece)
        except BlockingIOError:
            return  # nobody reads and the line's buffer is full: the bytes are lost, as on a wire


class TcpPort(Port):
    """A serial device server: one client at a time, a second one is sent away."""

    def __init__(self, baud: int, host: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__(baud)
        self._address = (host, port)
        self._listener: socket.socket | None = None
        self._client: socket.socket | None = None

    @property
    def url(self) -> str:
        """``tcp://HOST:PORT?baud=…``; the port is known once the port was opened."""
        host, port = self._address
        return f"tcp://{host}:{port}?baud={self.baud}"

    def _plug(self) -> None:
        listener = socket.create_server(self._address)
        listener.setblocking(False)
        self._address = listener.getsockname()[:2]
        self._listener = listener

    def _pull(self) -> None:
        self._hang_up()
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def _take(self, wait: float, limit: int) -> bytes:
        waiting = [sock for sock in (self._listener, self._client) if sock is not None]
        if not waiting:
            time.sleep(wait)
            return b""
        ready, _, _ = select.select(waiting, [], [], wait)
        if self._listener in ready:
            self._accept()
        if self._client is None or self._client not in ready:
            return b""
        try:
            data = self._client.recv(limit)
        except (BlockingIOError, ConnectionError):
            data = b""
        if not data:
            self._hang_up()
        return data

    def _accept(self) -> None:
        if self._listener is None:
            return
        try:
            client, _ = self._listener.accept()
        except (BlockingIOError, ConnectionError):
            return
        if self._client is not None:
            client.close()
            return
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client = client

    def _give(self, piece: bytes) -> None:
        if self._client is None:
            return
        try:
            self._client.send(piece)
        except BlockingIOError:
            return
        except ConnectionError:
            self._hang_up()

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


class Device(ABC):
    """A simulated device: its port and the thread that serves it."""

    def __init__(self, name: str, port: Port) -> None:
        self.port = port
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"sim-{name}", daemon=True)

    @property
    def url(self) -> str:
        """The link that a driver opens."""
        return self.port.url

    def start(self) -> None:
        """Plug in and serve."""
        self.port.open()
        self._thread.start()

    def stop(self) -> None:
        """End within two seconds."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(SWITCH_LIMIT_S)
        self.port.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._serve()

    @abstractmethod
    def _serve(self) -> None:
        """One short round."""
