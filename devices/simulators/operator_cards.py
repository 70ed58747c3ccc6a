"""Operators' cards as files, and the readers they are put into: one small server on loopback.

A card keeps its two keys under its PIN and counts tries before it looks at one, so that pulling the plug
gives no free guess.  A file is no card: whoever copies it guesses as long as he likes.  For tests and the
demonstration only.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core import wire
from core.crypto import sealing
from core.crypto.p256 import P256Key, load_p256, new_p256
from core.errors import CardFault, EntryError, StoreError

MOST_TRIES = 3
POLL_S = 0.05
LONGEST_LINE = 16_384
_ITERATIONS, _MEMORY_KIB = 2, 8 * 1024
_FORMAT = 1

Reply = dict[str, Any]


def _no(fault: str, **facts: object) -> Reply:
    return {"ok": False, "fault": fault, **facts}


@dataclass
class CardFile:
    """One card in a file of its own.  One thread at a time uses it."""

    path: Path

    @staticmethod
    def make(path: Path, pin: str, *, algorithm: str = "", most: int = MOST_TRIES) -> CardFile:
        """A card without keys; ``algorithm`` of one that this program does not serve ("rsa2048")."""
        salt = secrets.token_bytes(16)
        check = sealing.encrypt(_stretched(pin, salt), b"", b"pin")
        value = {
            "format": _FORMAT, "serial": secrets.token_hex(8), "operator": "", "signing": "", "agreement": "",
            "algorithm": algorithm, "salt": wire.b64(salt), "check": wire.b64(check), "keys": "",
            "left": most, "most": most,
        }  # fmt: skip
        card = CardFile(path)
        card._save(value)
        return card

    def facts(self) -> Reply:
        """What can be read without the PIN."""
        value = self._load()
        return {
            name: value[name] for name in ("serial", "operator", "signing", "agreement", "algorithm", "left")
        }

    def open(self, pin: str) -> OpenCard | Reply:
        """Its keys, or why not; the try is on the disk before the PIN is looked at."""
        value = self._load()
        if value["left"] < 1:
            return _no(CardFault.PIN_BLOCKED)
        self._save({**value, "left": value["left"] - 1})
        key = _stretched(pin, wire.unb64(value["salt"]))
        try:
            sealing.decrypt(key, wire.unb64(value["check"]), b"pin")
            kept = sealing.decrypt(key, wire.unb64(value["keys"]), b"keys") if value["keys"] else b""
        except StoreError:
            left = value["left"] - 1
            return _no(CardFault.PIN_WRONG, left=left) if left else _no(CardFault.PIN_BLOCKED)
        self._save({**value, "left": value["most"]})
        return OpenCard(key, (load_p256(kept[:32]), load_p256(kept[32:])) if kept else None)

    def generate(self, opened: OpenCard, operator: str) -> Reply:
        """Both keys, where it has none."""
        value = self._load()
        if value["signing"] or value["algorithm"]:
            return _no(CardFault.TAKEN)
        signing, agreement = (new_p256(), new_p256())
        kept = sealing.encrypt(opened.key, signing.private_bytes() + agreement.private_bytes(), b"keys")
        opened.keys = signing, agreement
        made = {"operator": operator, "signing": signing.public.text, "agreement": agreement.public.text}
        self._save({**value, **made, "algorithm": "p256", "keys": wire.b64(kept)})
        return self.facts()

    def _load(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.path.read_text("ascii"))
        return value

    def _save(self, value: Mapping[str, Any]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".new")
        with open(
            fresh, "w", encoding="ascii", opener=lambda name, flags: os.open(name, flags, 0o600)
        ) as out:
            json.dump(value, out)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(self.path)


@dataclass
class OpenCard:
    """A card whose PIN was right, for one connection."""

    key: bytes = field(repr=False)
    keys: tuple[P256Key, P256Key] | None = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        """By the first key."""
        return self._need()[0].sign(message)

    def agree(self, point: bytes) -> bytes:
        """By the second one; raises ValueError for what is no point."""
        return self._need()[1].agree(point)

    def _need(self) -> tuple[P256Key, P256Key]:
        if self.keys is None:
            raise ValueError("empty")
        return self.keys


def _stretched(pin: str, salt: bytes) -> bytes:
    return sealing.stretch(pin, salt, iterations=_ITERATIONS, memory_kib=_MEMORY_KIB, lanes=1)


@dataclass(frozen=True, slots=True)
class _In:
    """A card in a reader, and which insertion that was."""

    card: CardFile
    serial: str
    insertion: int


class CardReaders:
    """The readers, by number, and the server behind them.  Everything public from any thread."""

    def __init__(self, directory: Path) -> None:
        """``directory`` holds the cards, NAME.json each."""
        self._directory = directory
        self._lock = threading.RLock()
        self._in: dict[int, _In] = {}
        self._insertions = 0
        self._hooks: dict[str, Callable[[], None]] = {}
        self._stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(POLL_S)
        self._thread = threading.Thread(target=self._run, name="sim-cards", daemon=True)

    @property
    def url(self) -> str:
        """The link that a driver opens."""
        return f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"

    def start(self) -> None:
        """Serve."""
        self._thread.start()

    def stop(self) -> None:
        """End; connections end within :data:`POLL_S`."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(2.0)
        self._listener.close()

    def card(self, name: str, pin: str, *, algorithm: str = "") -> CardFile:
        """The card of that name; a new one where there is none yet."""
        path = self._directory / f"{name}.json"
        return CardFile(path) if path.exists() else CardFile.make(path, pin, algorithm=algorithm)

    def insert(self, card: CardFile, reader: int = 1) -> None:
        """Put it in; what was in that reader is out."""
        with self._lock:
            self._insertions += 1
            self._in[reader] = _In(card, str(card.facts()["serial"]), self._insertions)

    def pull(self, reader: int = 1) -> None:
        """Take it out, in the middle of whatever is asked of it."""
        with self._lock:
            self._in.pop(reader, None)

    def lying(self) -> dict[str, dict[str, object]]:
        """Reader → the card in it: its name, the staff number on it, tries left."""
        with self._lock:
            here = sorted(self._in.items())
        found = {}
        for reader, each in here:
            facts = each.card.facts()
            found[str(reader)] = {
                "card": each.card.path.stem, "operator": facts["operator"], "left": facts["left"]
            }  # fmt: skip
        return found

    def at(self, do: str, action: Callable[[], None]) -> None:
        """Once, when that is asked next, and before it is answered."""
        with self._lock:
            self._hooks[do] = action

    # -- the server -----------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                client, _ = self._listener.accept()
            except TimeoutError:
                continue
            threading.Thread(target=self._serve, args=(client,), name="sim-card", daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        opened: dict[str, tuple[int, OpenCard]] = {}
        waiting = b""
        client.settimeout(POLL_S)
        with client:
            while not self._stop.is_set() and len(waiting) < LONGEST_LINE:
                try:
                    data = client.recv(4096)
                except TimeoutError:
                    continue
                except OSError:
                    return
                if not data:
                    return
                *lines, waiting = (waiting + data).split(b"\n")
                for line in lines:
                    answer = json.dumps(self._answer(line, opened)).encode("ascii") + b"\n"
                    try:
                        client.sendall(answer)
                    except OSError:
                        return

    def _answer(self, line: bytes, opened: dict[str, tuple[int, OpenCard]]) -> Reply:
        try:
            order = json.loads(line)
            do = str(order["do"])
            with self._lock:
                hook = self._hooks.pop(do, None)
            if hook is not None:
                hook()
            return {"ok": True, **self._list()} if do == "list" else self._ask(do, order, opened)
        except (ValueError, KeyError, TypeError, EntryError):
            return _no(CardFault.FAILED)

    def _list(self) -> Reply:
        with self._lock:
            rows = [{**each.card.facts(), "insertion": each.insertion} for each in self._in.values()]
        return {"cards": rows}

    def _ask(self, do: str, order: Mapping[str, Any], opened: dict[str, tuple[int, OpenCard]]) -> Reply:
        serial, insertion = str(order["serial"]), int(order["insertion"])
        with self._lock:
            found = next((each for each in self._in.values() if each.insertion == insertion), None)
            if found is None or found.serial != serial:
                return _no(CardFault.PULLED)
            if do == "verify":
                result = found.card.open(str(order["pin"]))
                if not isinstance(result, OpenCard):
                    return result
                opened[serial] = insertion, result
                return {"ok": True}
            since, card = opened.get(serial, (0, None))
            if card is None or since != insertion:
                return _no(CardFault.FAILED)
            if do == "generate":
                made = found.card.generate(card, str(order["operator"]))
                return made if made.get("ok") is False else {"ok": True, **made}
            if do == "sign":
                return {"ok": True, "data": wire.b64(card.sign(wire.unb64(order["message"])))}
            if do == "agree":
                return {"ok": True, "data": wire.b64(card.agree(wire.unb64(order["point"])))}
            return _no(CardFault.FAILED)
