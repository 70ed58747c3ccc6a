"""HQ's decryption key behind an interface: a file now, a hardware module later.

Nothing but the opening service (hq/opening.py) imports this.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from core.crypto.keys import AgreementKey, PublicKey
from core.crypto.sealing import unseal
from hq.keys import open_opening


class OpeningKey(Protocol):
    """What counters seal to."""

    @property
    def public(self) -> PublicKey:
        """Its public half, as it stands in every grant."""

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """What was sealed under ``info``; raises StoreError WRONG_KEY, EntryError FORM."""


class FileOpeningKey:
    """In a PKCS 8 file, in this process's memory."""

    def __init__(self, key: AgreementKey) -> None:
        self._key = key

    @property
    def public(self) -> PublicKey:
        """See :class:`OpeningKey`."""
        return self._key.public

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """See :class:`OpeningKey`."""
        return unseal(self._key, sealed, info)


def read_opening_key(directory: Path, passphrase: str | None) -> FileOpeningKey:
    """Raises StoreError MISSING, UNSAFE, WRONG_KEY, DAMAGED."""
    return FileOpeningKey(open_opening(directory, passphrase).opening())
