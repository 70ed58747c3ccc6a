"""The opening service: the one process that has HQ's decryption key, never a node that serves counters.

It resolves contacts by reference as they come (hq/references.py) and keeps a copy of each, sealed to the same
key, before its target can be erased; and it opens a sealed part for whoever asks over its socket, one JSON
line each way.  The kernel says who asks: the same user or root.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import os
import signal
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

from core import wire
from core.errors import CounterError, EntryFault, HqError, HqFault, RuleFault, StoreError, StoreFault
from core.incident import place
from core.ledger.block_list import block_attachment
from core.ledger.corrections import KIND as CORRECTED
from hq.block_numbers import listed_numbers
from hq.clock import Now, utc_now
from hq.database import Database
from hq.disclosures import stands
from hq.journal import known, one_entry
from hq.notifying import Notifying
from hq.opening_key import OpeningKey
from hq.person_copy import items_to_copy, need_one_person
from hq.references import opened_parts, resolve_waiting
from hq.released import released_fields, typed_texts
from hq.restricted import need_unrestricted

_LOG = logging.getLogger(__name__)
SOCKET = "open.sock"
_LINE_MOST = 1024 * 1024
_WAIT_SECONDS = 10.0
_EVERY_SECONDS = 1.0
_FAULTS = (*StoreFault, *HqFault, *EntryFault, *RuleFault)


class Resolving(Protocol):
    """Something that waits for the key."""

    def resolve(self) -> int:
        """Everything that waits, once; how much is settled by it."""


class Opening:
    """Answers and resolves.  ``demonstration``: only then is anything shown to whoever asks."""

    def __init__(
        self, database: Database, key: OpeningKey, *, demonstration: bool, now: Now = utc_now
    ) -> None:
        self._database = database
        self._key = key
        self._demonstration = demonstration
        self._now = now

    def show(self, terminal: str, seq: int) -> list[Any]:
        """What was sealed in each attachment of an entry, its references resolved; None for the others.

        Raises HqError CONFLICT, EntryError GAP, StoreError WRONG_KEY.
        """
        if not self._demonstration:
            raise HqError(HqFault.CONFLICT, what="not a demonstration")
        with self._database.read() as connection:
            known(connection, terminal)
            need_unrestricted(connection, terminal, seq)
            entry = one_entry(connection, terminal, seq)
            if entry.header.kind == CORRECTED:
                need_unrestricted(connection, terminal, int(entry.data["item"]))
            return opened_parts(connection, entry, self._key)

    def copy(self, terminal: str, request: str) -> list[Any]:
        """What was sealed of each item of an open request for a copy, with its seq, also outside a
        demonstration: nothing else is opened for a person, and nothing that she asked nobody about.

        Raises RuleError REQUEST_GONE; HqError CONFLICT for what is restricted, or of two documents.
        """
        with self._database.read() as connection:
            seqs = items_to_copy(connection, terminal, request)
            found = []
            for seq in seqs:
                need_unrestricted(connection, terminal, seq)
                parts = opened_parts(connection, one_entry(connection, terminal, seq), self._key)
                found.append({"item": seq, "parts": [part for part in parts if part is not None]})
        need_one_person(found)
        return found

    def texts(self, terminal: str, filed: int) -> list[Any]:
        """What was typed at the counter of a disclosure that stands before headquarters, for its review.

        Raises RuleError DISCLOSURE_GONE, HqError CONFLICT.
        """
        with self._database.read() as connection:
            return [typed_texts(connection, self._key, stands(connection, terminal, filed, self._now))]

    def release(self, terminal: str, filed: int) -> list[Any]:
        """The fields of an approved disclosure; raises as :func:`hq.released.released_fields`."""
        with self._database.read() as connection:
            return released_fields(connection, self._key, terminal, filed, self._now)

    def listed(self, today: dt.date) -> list[Any]:
        """The digests of whoever stands on the block list on that day, as a directive carries them
        (base64url), how many they are, and how many cannot be opened any more.  No number leaves here.
        """
        with self._database.read() as connection:
            bases, missing = listed_numbers(connection, self._key, today)
        numbers = sorted({number for some in bases.values() for number in some})
        return [wire.b64(block_attachment(numbers, bases)), len(numbers), missing]

    def resolve(self) -> int:
        """Every reference that waits, once; how many are settled by it."""
        return resolve_waiting(self._database, self._key, self._now)

    def answer(self, line: bytes) -> dict[str, Any]:
        """One request: ``{"terminal", "seq"}``; for a person's copy ``{"terminal", "request"}``; for a
        disclosure ``{"terminal", "filed", "what": "texts" or "release"}``; the block list ``{"listed_on"}``.
        """
        try:
            asked = json.loads(line)
            if "listed_on" in asked:
                return {"opened": self.listed(dt.date.fromisoformat(asked["listed_on"]))}
            terminal, request = asked["terminal"], asked.get("request")
            if isinstance(terminal, str) and isinstance(request, str):
                return {"opened": self.copy(terminal, request)}
            filed = asked.get("filed")
            if isinstance(terminal, str) and isinstance(filed, int):
                does = {"texts": self.texts, "release": self.release}[asked["what"]]
                return {"opened": does(terminal, filed)}
            seq = asked["seq"]
            if not isinstance(terminal, str) or not isinstance(seq, int):
                raise TypeError
            return {"opened": self.show(terminal, seq)}
        except (ValueError, KeyError, TypeError):
            return {"code": str(HqFault.CONFLICT), "facts": {"what": "no such request"}}
        except CounterError as error:
            return {"code": str(error.code), "facts": dict(error.facts)}


def serve(
    opening: Opening, directory: Path, announce: Callable[[str], None], notifying: Notifying | None = None
) -> None:
    """Answer in ``directory`` until SIGTERM or SIGINT.  Raises StoreError IO."""
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    resolver = threading.Thread(target=resolve_until, args=(opening, stop), name="resolver", daemon=True)
    threads = [resolver]
    if notifying is not None:
        arguments = (notifying, stop)
        threads.append(threading.Thread(target=resolve_until, args=arguments, name="notifying", daemon=True))
    try:
        with _listening(directory) as listening:
            for thread in threads:
                thread.start()
            announce(f"listening on {directory / SOCKET}")
            while not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    asking, _address = listening.accept()
                    with asking, contextlib.suppress(OSError):
                        _serve_one(opening, asking)
    finally:
        stop.set()
        for thread in threads:
            if thread.is_alive():
                thread.join(_WAIT_SECONDS)
        for number, handler in before.items():
            signal.signal(number, handler)


def ask(directory: Path, terminal: str, seq: int) -> list[Any]:
    """What the service in ``directory`` opens of an entry; raises as :meth:`Opening.show`, UNREACHABLE."""
    return _asked(directory, {"terminal": terminal, "seq": seq})


def ask_copy(directory: Path, terminal: str, request: str) -> list[Any]:
    """What it opens for a person's copy; raises as :meth:`Opening.copy`, UNREACHABLE."""
    return _asked(directory, {"terminal": terminal, "request": request})


def ask_texts(directory: Path, terminal: str, filed: int) -> dict[str, str]:
    """What was typed of a disclosure; raises as :meth:`Opening.texts`, UNREACHABLE."""
    found: dict[str, str] = _asked(directory, {"terminal": terminal, "filed": filed, "what": "texts"})[0]
    return found


def ask_release(directory: Path, terminal: str, filed: int) -> tuple[dict[str, str], dict[str, Any]]:
    """What was typed, and the fields that may be given; raises as :meth:`Opening.release`, UNREACHABLE."""
    texts, fields = _asked(directory, {"terminal": terminal, "filed": filed, "what": "release"})
    return texts, fields


def ask_listed(directory: Path, today: dt.date) -> list[Any]:
    """The block list of a day; raises as :meth:`Opening.listed`, UNREACHABLE."""
    return _asked(directory, {"listed_on": today.isoformat()})


def _asked(directory: Path, wanted: dict[str, Any]) -> list[Any]:
    try:
        with _reached(directory) as path, socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(_WAIT_SECONDS)
            asking.connect(path)
            _need_known(asking)
            asking.sendall(json.dumps(wanted).encode("ascii") + b"\n")
            said = json.loads(_line(asking))
    except (OSError, ValueError):
        raise HqError(HqFault.UNREACHABLE, what="the opening service") from None
    if "opened" in said:
        opened: list[Any] = said["opened"]
        return opened
    code = next((fault for fault in _FAULTS if str(fault) == said.get("code")), HqFault.CONFLICT)
    raise CounterError(code, **said.get("facts", {}))


def resolve_until(opening: Resolving, stop: threading.Event) -> None:
    """What waits, as it comes, until ``stop``; whatever breaks on one of it is tried again."""
    while not stop.is_set():
        try:
            opening.resolve()
        except CounterError as error:
            _LOG.warning("what needs the key waits: %s", error.code)
        except Exception as error:  # noqa: BLE001 - the boundary of this thread: one bad row stops nothing
            _LOG.error("incident in the resolver: %s at %s", type(error).__name__, place(error.__traceback__))
        stop.wait(_EVERY_SECONDS)


def _serve_one(opening: Opening, asking: socket.socket) -> None:
    asking.settimeout(_WAIT_SECONDS)
    _need_known(asking)
    answer = opening.answer(_line(asking))
    asking.sendall(json.dumps(answer, ensure_ascii=True).encode("ascii") + b"\n")


def _need_known(peer: socket.socket) -> None:
    """Raises PermissionError for another user at the other end: each side asks the kernel."""
    size = struct.calcsize("3i")
    _pid, user, _group = struct.unpack("3i", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    if user not in (0, os.getuid()):
        _LOG.warning("refused user %d", user)
        raise PermissionError


def _line(peer: socket.socket) -> bytes:
    data = b""
    while not data.endswith(b"\n"):
        part = peer.recv(65536)
        if not part or len(data) > _LINE_MOST:
            raise ConnectionError
        data += part
    return data


@contextlib.contextmanager
def _reached(directory: Path) -> Iterator[str]:
    """The socket's name, however long the directory's is: a socket's address has 107 bytes."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}/{SOCKET}"
    finally:
        os.close(handle)


@contextlib.contextmanager
def _listening(directory: Path) -> Iterator[socket.socket]:
    try:
        with _reached(directory) as path, socket.socket(socket.AF_UNIX) as listening:
            with contextlib.suppress(FileNotFoundError):
                Path(path).unlink()
            before = os.umask(0o177)
            try:
                listening.bind(path)
            finally:
                os.umask(before)
            listening.listen(16)
            listening.settimeout(0.5)
            try:
                yield listening
            finally:
                with contextlib.suppress(FileNotFoundError):
                    Path(path).unlink()
    except OSError as error:
        raise StoreError(StoreFault.IO, what=f"listen: {error.strerror or type(error).__name__}") from None
