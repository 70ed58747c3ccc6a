"""The two streams under every device link: a serial port and a TCP connection.

Both wait in short slices of the operating system's wait, so that another thread's :meth:`cancel` is
seen within 200 ms on every platform and however the device behaves.
"""

from __future__ import annotations

import errno
import select
import socket
import threading
import time
from abc import ABC, abstractmethod

import serial

from core.errors import DeviceError, DeviceFault

SLICE_S = 0.05  # how long one wait of the operating system lasts before cancellation is looked at
OPEN_LIMIT_S = 2.0
FLUSH_LIMIT = 65_536  # a device that never stops talking must not hold up a flush
_BUSY = frozenset({errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK})


class StreamLink(ABC):
    """What both links share: slices of waiting, cancellation, deadlines."""

    def __init__(self, url: str, baud: int) -> None:
        self._url = url
        self._baud = baud
        self._cancelled = threading.Event()

    @property
    def url(self) -> str:
        """As configured."""
        return self._url

    @property
    def baud(self) -> int:
        """Bits per second, 0 where the link has no line rate."""
        return self._baud

    def cancel(self) -> None:
        """End waits within :data:`SLICE_S`; sticky, so that no wait can begin after it."""
        self._cancelled.set()

    def read(self, limit: int, deadline: float) -> bytes:
        """See :meth:`devices.link.Link.read`."""
        while True:
            self._check_cancelled()
            wait = min(SLICE_S, deadline - time.monotonic())
            data = self._receive(limit, max(0.0, wait))
            if data or wait <= 0:
                return data

    def write(self, data: bytes, deadline: float) -> None:
        """See :meth:`devices.link.Link.write`."""
        view, sent = memoryview(data), 0
        while sent < len(data):
            self._check_cancelled(sent)
            wait = min(SLICE_S, deadline - time.monotonic())
            if wait <= 0:
                raise DeviceError(
                    DeviceFault.NO_ANSWER, retry=True, link=self._url, reason="write", sent=sent
                )
            sent += self._send(view[sent:], wait, sent)

    def flush_input(self) -> int:
        """See :meth:`devices.link.Link.flush_input`."""
        dropped = 0
        while dropped < FLUSH_LIMIT and (data := self._receive(4096, 0.0)):
            dropped += len(data)
        return dropped

    def _check_cancelled(self, sent: int = 0) -> None:
        if self._cancelled.is_set():
            raise DeviceError(DeviceFault.CANCELLED, link=self._url, sent=sent)

    def _gone(self, reason: str, sent: int = 0) -> DeviceError:
        return DeviceError(DeviceFault.GONE, retry=True, link=self._url, reason=reason, sent=sent)

    def _not_opened(self, error: OSError) -> DeviceError:
        fault = DeviceFault.BUSY if error.errno in _BUSY else DeviceFault.GONE
        return DeviceError(fault, retry=True, link=self._url, reason=reason_of(error))

    @abstractmethod
    def _receive(self, limit: int, wait: float) -> bytes:
        """What arrives within ``wait`` seconds, b"" for nothing; raises GONE."""

    @abstractmethod
    def _send(self, data: memoryview, wait: float, sent: int) -> int:
        """How many bytes were taken within ``wait`` seconds; raises GONE."""


class SerialLink(StreamLink):
    """A serial port, 8N1 without flow control, locked so that one program owns it."""

    def __init__(self, url: str, path: str, baud: int) -> None:
        super().__init__(url, baud)
        self._path = path
        self._port: serial.Serial | None = None

    def open(self) -> None:
        """See :meth:`devices.link.Link.open`."""
        self._check_cancelled()
        try:
            self._port = serial.Serial(self._path, self._baud, timeout=0, write_timeout=0, exclusive=True)
        except OSError as error:
            raise self._not_opened(error) from None
        except ValueError:  # pyserial's word for a rate that the port cannot do
            raise self._gone("baud") from None

    def set_baud(self, baud: int) -> None:
        """See :meth:`devices.link.RatedLink.set_baud`."""
        port = self._opened()
        try:
            port.baudrate = baud
        except (OSError, ValueError) as error:
            raise self._gone(reason_of(error)) from None
        self._baud = baud

    def close(self) -> None:
        """See :meth:`devices.link.Link.close`."""
        port, self._port = self._port, None
        if port is not None:
            try:
                port.close()
            except OSError:
                return  # the device went first

    def _receive(self, limit: int, wait: float) -> bytes:
        port = self._opened()
        try:
            ready, _, _ = select.select([port.fileno()], [], [], wait)
            # pyserial takes "ready, but nothing there" for a lost device, and so it is.
            return bytes(port.read(min(limit, max(1, port.in_waiting)))) if ready else b""
        except (OSError, ValueError) as error:
            raise self._gone(reason_of(error)) from None

    def _send(self, data: memoryview, wait: float, sent: int) -> int:
        port = self._opened()
        try:
            # pyserial spins without end on a full buffer: only write when there is room.
            _, ready, _ = select.select([], [port.fileno()], [], wait)
            return int(port.write(bytes(data[:4096])) or 0) if ready else 0
        except (OSError, ValueError) as error:
            raise self._gone(reason_of(error), sent) from None

    def _opened(self) -> serial.Serial:
        if self._port is None:
            raise self._gone("closed")
        return self._port


class TcpLink(StreamLink):
    """A TCP connection: a printer's raw port, or a serial device server."""

    def __init__(self, url: str, host: str, port: int, baud: int) -> None:
        super().__init__(url, baud)
        self._host = host
        self._port = port
        self._socket: socket.socket | None = None

    def open(self) -> None:
        """See :meth:`devices.link.Link.open`.  Looking a host name up may take longer; addresses do not."""
        self._check_cancelled()
        deadline = time.monotonic() + OPEN_LIMIT_S
        try:
            found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        except OSError:
            raise self._gone("host") from None
        error = self._gone("host")
        for family, kind, protocol, _name, address in found:
            try:
                self._socket = self._connected(socket.socket(family, kind, protocol), address, deadline)
            except DeviceError as failed:
                if failed.code is DeviceFault.CANCELLED:
                    raise
                error = failed
            else:
                return
        raise error from None

    def _connected(self, sock: socket.socket, address: object, deadline: float) -> socket.socket:
        try:
            sock.setblocking(False)
            code = sock.connect_ex(address)  # type: ignore[arg-type]  # as getaddrinfo gave it
            while code in (errno.EINPROGRESS, errno.EALREADY):
                self._check_cancelled()
                if time.monotonic() >= deadline:
                    raise self._gone("ETIMEDOUT")
                _, ready, _ = select.select([], [sock.fileno()], [], SLICE_S)
                code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) if ready else code
            if code not in (0, errno.EISCONN):
                raise self._not_opened(OSError(code, ""))
            _keep_alive(sock)
        except BaseException:
            sock.close()
            raise
        return sock

    def close(self) -> None:
        """See :meth:`devices.link.Link.close`."""
        sock, self._socket = self._socket, None
        if sock is not None:
            sock.close()

    def _receive(self, limit: int, wait: float) -> bytes:
        sock = self._opened()
        try:
            ready, _, _ = select.select([sock.fileno()], [], [], wait)
            data = sock.recv(limit) if ready else None
        except BlockingIOError:
            return b""
        except OSError as error:
            raise self._gone(reason_of(error)) from None
        if data == b"":
            raise self._gone("closed by the device")
        return data or b""

    def _send(self, data: memoryview, wait: float, sent: int) -> int:
        sock = self._opened()
        try:
            _, ready, _ = select.select([], [sock.fileno()], [], wait)
            return sock.send(data) if ready else 0
        except BlockingIOError:
            return 0
        except OSError as error:
            raise self._gone(reason_of(error), sent) from None

    def _opened(self) -> socket.socket:
        if self._socket is None:
            raise self._gone("closed")
        return self._socket


def _keep_alive(sock: socket.socket) -> None:
    """Notice a pulled cable within half a minute although a quiet device sends nothing."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, seconds in (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), seconds)


def reason_of(error: OSError | ValueError) -> str:
    """The name of the error number; pyserial keeps it only when opening, so "lost" for the rest."""
    number = error.errno if isinstance(error, OSError) else None
    return errno.errorcode.get(number, "lost") if number else "lost"
