"""Driving the simulated devices from outside: JSON lines over a Unix socket.

A request is one object with ``do``; the reply is one object with ``ok``, and ``error`` where it is false.
"""

from __future__ import annotations

import json
import logging
import select
import socket
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

_log = logging.getLogger(__name__)

LONGEST_LINE = 65_536
CLIENT_LIMIT_S = 5.0
POLL_S = 0.05

Reply = dict[str, object]
Orders = Mapping[str, Callable[[Mapping[str, object]], Reply]]


class OrderError(Exception):
    """An order that cannot be carried out; ``known`` lists what could be."""

    def __init__(self, reason: str, known: list[str] | None = None) -> None:
        super().__init__(reason)
        self.reply: Reply = {"ok": False, "error": reason, **({"known": known} if known else {})}


def text(order: Mapping[str, object], key: str) -> str:
    """A text of an order; raises OrderError."""
    value = order.get(key)
    if not isinstance(value, str):
        raise OrderError(f"{key} must be a text")
    return value


def number(order: Mapping[str, object], key: str, default: int | None = None) -> int:
    """A whole number, or true or false, of an order; raises OrderError."""
    value = order.get(key, default)
    if not isinstance(value, int):
        raise OrderError(f"{key} must be a number")
    return int(value)


class ControlServer:
    """Serves one client after the other in its own thread; a client may send many lines."""

    def __init__(self, path: Path, orders: Orders) -> None:
        self._path = path
        self._orders = orders
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sim-control", daemon=True)
        self._listener: socket.socket | None = None

    def start(self) -> None:
        """Listen; the socket is the owner's alone."""
        self._path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(self._path))
        self._path.chmod(0o600)
        self._listener.listen()
        self._listener.settimeout(POLL_S)
        self._thread.start()

    def stop(self) -> None:
        """End and remove the socket."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(2.0)
        if self._listener is not None:
            self._listener.close()
        self._path.unlink(missing_ok=True)

    def _run(self) -> None:
        while not self._stop.is_set() and self._listener is not None:
            try:
                client, _ = self._listener.accept()
            except TimeoutError:
                continue
            with client:
                try:
                    self._serve(client)
                except OSError as error:  # a client that went away is its own affair
                    _log.debug("control: %s", type(error).__name__)

    def _serve(self, client: socket.socket) -> None:
        client.settimeout(CLIENT_LIMIT_S)
        waiting = b""
        quiet = 0.0
        while not self._stop.is_set() and quiet < CLIENT_LIMIT_S and len(waiting) < LONGEST_LINE:
            ready, _, _ = select.select([client], [], [], POLL_S)
            if not ready:
                quiet += POLL_S
                continue
            data = client.recv(4096)
            if not data:
                return
            quiet = 0.0
            *lines, waiting = (waiting + data).split(b"\n")
            for line in lines:
                client.sendall(json.dumps(self._answer(line), ensure_ascii=False).encode() + b"\n")

    def _answer(self, line: bytes) -> Reply:
        try:
            order = json.loads(line)
        except ValueError:
            return {"ok": False, "error": "not JSON"}
        if not isinstance(order, dict) or order.get("do") not in self._orders:
            return {"ok": False, "error": "no such order", "known": list(self._orders)}
        try:
            return {"ok": True, **self._orders[order["do"]](order)}
        except OrderError as error:
            return error.reply
        except TimeoutError:
            return {"ok": False, "error": "the device did not follow"}


class ControlClient:
    """Gives orders to a :class:`ControlServer`; one connection per order."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def of_directory(cls, directory: Path) -> ControlClient:
        """The devices that ``python -m devices.simulators --directory`` serves there."""
        listing = json.loads((directory / "devices.json").read_text(encoding="utf-8"))
        return cls(Path(listing["control"]))

    def tell(self, do: str, **facts: object) -> Reply:
        """Give one order; its reply.  Raises OSError where nobody listens."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            sock.settimeout(CLIENT_LIMIT_S)
            sock.connect(str(self._path))
            sock.sendall(json.dumps({"do": do, **facts}, ensure_ascii=False).encode() + b"\n")
            answer = b""
            while not answer.endswith(b"\n"):
                data = sock.recv(4096)
                if not data:
                    raise ConnectionError("the devices' control socket was closed")
                answer += data
        reply: Reply = json.loads(answer)
        return reply
