"""DIR/month.keys: one random key per retention class and month, wrapped, **in no backup**.

Beside each key stand the hashes of the entries whose persons were erased before the month was over: pending
before the transaction that erases them, sure after it.

Destroying a key ends that class and month in every copy of the database.  A key is on the disk
before anything is encrypted under it, so that no power cut can leave bytes without a key.
"""

from __future__ import annotations

import os
import re
import secrets
import threading
from collections.abc import Callable
from pathlib import Path

from core import wire
from core.crypto import sealing
from core.errors import EntryError, StoreError, StoreFault
from core.ports import Probe, no_probe
from storage.faults import os_errors
from storage.files import json_bytes, overwrite, read_json_if_there, write_atomic

KEYFILE_NAME = "month.keys"
_FORMAT = 1
_KEY_BYTES = 32
_HASH_BYTES = 32
_NOTES = "erased"
_PENDING = "?"  # behind the name of a month: its pending notes
_NAME = re.compile(r"[a-z][a-z0-9_.]{0,39}/\d{4}-\d{2}")


class KeyFile:
    """Month keys of one terminal.  Readers may ask from any thread; one thread changes it."""

    def __init__(self, directory: Path, subkey: bytes, terminal: str, probe: Probe = no_probe) -> None:
        """Raises StoreError DAMAGED, TOO_NEW; a missing file is an empty one."""
        self._path = directory / KEYFILE_NAME
        self._subkey = subkey
        self._terminal = terminal
        self._probe = probe
        self._lock = threading.Lock()
        self._erased: dict[str, list[bytes]] = {}
        self._keys = self._load()

    def find(self, retention: str, month: str) -> bytes | None:
        """The key, None where it was destroyed or never made."""
        with self._lock:
            return self._keys.get(f"{retention}/{month}")

    def key(self, retention: str, month: str) -> bytes:
        """The key, made and durable now where there was none.

        Raises StoreError DISK_FULL, READ_ONLY, IO; then nothing may be encrypted.
        """
        name = _name(retention, month)
        found = self.find(retention, month)
        if found is not None:
            return found
        fresh = secrets.token_bytes(_KEY_BYTES)
        keys = {**self._keys, name: fresh}
        self._save(keys, self._erased)
        with self._lock:
            self._keys = keys
        return fresh

    def destroy(self, retention: str, month: str) -> bool:
        """End that class and month for good; False where there was no key.  Durable when it returns."""
        name = _name(retention, month)
        if self.find(retention, month) is None:
            return False
        keys = {other: key for other, key in self._keys.items() if other != name}
        with os_errors(KEYFILE_NAME):
            old = os.open(self._path, os.O_WRONLY)
        try:
            self._save(keys, self._erased)
            with self._lock:
                self._keys = keys
            with os_errors(KEYFILE_NAME):
                overwrite(old)  # the file that held it has no name any more, but still has its bytes
        finally:
            os.close(old)
        return True

    def note_erased(self, retention: str, month: str, entry: bytes) -> None:
        """One person's item of that month is about to go: no old backup brings it back.

        Pending until :meth:`settle_erased`.  ``entry`` is the hash of its entry.  The note goes with the
        month's key.  Durable when it returns.  Raises StoreError.
        """
        name = _name(retention, month)
        noted = self._erased.get(name + _PENDING, [])
        if entry not in (*noted, *self._erased.get(name, [])):
            erased = {**self._erased, name + _PENDING: [*noted, entry]}
            self._save(self._keys, erased)
            self._erased = erased

    def settle_erased(self, gone: Callable[[bytes], bool]) -> None:
        """Pending notes are sure where ``gone`` says so of the entry's hash, else they are dropped."""
        waiting = {name: noted for name, noted in self._erased.items() if name.endswith(_PENDING)}
        if not waiting:
            return
        erased = {name: list(noted) for name, noted in self._erased.items() if name not in waiting}
        for name, noted in waiting.items():
            erased.setdefault(name.removesuffix(_PENDING), []).extend(each for each in noted if gone(each))
        self._save(self._keys, erased)
        self._erased = erased

    def erased(self) -> list[bytes]:
        """The hashes of the entries that were noted, of every month whose key is here.

        What is pending still is among them: its entry may be in the journal that was lost.
        """
        return [entry for name in sorted(self._erased) for entry in self._erased[name]]

    def pending(self) -> list[bytes]:
        """Those of them that no transaction has confirmed."""
        names = sorted(name for name in self._erased if name.endswith(_PENDING))
        return [entry for name in names for entry in self._erased[name]]

    def names(self) -> list[tuple[str, str]]:
        """(retention class, month) of every key held, sorted."""
        with self._lock:
            pairs = [name.partition("/") for name in sorted(self._keys)]
        return [(retention, month) for retention, _, month in pairs]

    def _bound(self, name: str) -> bytes:
        return wire.encode({"type": "month-key", "terminal": self._terminal, "name": name})

    def _save(self, keys: dict[str, bytes], erased: dict[str, list[bytes]]) -> None:
        noted = {
            name: [wire.b64(each) for each in erased[name]]
            for name in sorted(erased)
            if name.removesuffix(_PENDING) in keys and erased[name]
        }
        wrapped = {
            name: wire.b64(sealing.encrypt(self._subkey, key, self._bound(name)))
            for name, key in keys.items()
        }
        # Nobody is hurt who reads them; sealed so that a changed or missing note is seen as damage.
        sealed = wire.b64(sealing.encrypt(self._subkey, wire.encode(noted), self._bound(_NOTES)))
        content = {"format": _FORMAT, "keys": wrapped, _NOTES: sealed}
        write_atomic(self._path, json_bytes(content), self._probe)

    def _load(self) -> dict[str, bytes]:
        value = read_json_if_there(self._path, _FORMAT)
        if value is None:
            return {}
        keys = {}
        try:
            if set(value) != {"format", "keys", _NOTES}:
                raise ValueError
            for name, wrapped in value["keys"].items():
                if not _NAME.fullmatch(name):
                    raise ValueError
                keys[name] = sealing.decrypt(self._subkey, wire.unb64(wrapped), self._bound(name))
                if len(keys[name]) != _KEY_BYTES:
                    raise ValueError
            notes = sealing.decrypt(self._subkey, wire.unb64(value[_NOTES]), self._bound(_NOTES))
            for name, noted in wire.decode(notes).items():
                if name.removesuffix(_PENDING) in keys:
                    self._erased[name] = [wire.unb64(each, _HASH_BYTES) for each in noted]
        except (KeyError, TypeError, ValueError, AttributeError, EntryError, StoreError):
            raise StoreError(StoreFault.DAMAGED, what=KEYFILE_NAME) from None
        return keys


def _name(retention: str, month: str) -> str:
    name = f"{retention}/{month}"
    if not _NAME.fullmatch(name):
        raise StoreError(StoreFault.DAMAGED, what="retention class or month")
    return name
