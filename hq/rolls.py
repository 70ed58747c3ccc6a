"""Headquarters' signing keys as its directory has them now: who signs, and who is believed.

``keys/rolls.json`` names the rolls from one key to the next.  Nodes and followers look whether it changed, so
that a roll reaches them without a restart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.crypto.keys import PublicKey, SoftwareSigner
from core.errors import StoreError
from core.ledger.rolls import KeyChain
from hq.keys import ROLLS, Keyring, read_rolls

Stamp = tuple[int, int]


class Rolls:
    """The chain of keys.  Thread-safe: what changes is replaced as a whole."""

    def __init__(self, directory: Path, root: PublicKey) -> None:
        """``directory``: of the keyring; ``root``: the key that this headquarters began with."""
        self._directory = directory
        self._kept: tuple[Stamp | None, KeyChain] = None, KeyChain((root,))

    def now(self) -> KeyChain:
        """Raises StoreError DAMAGED, UNSAFE; EntryError for a file that is no chain of this headquarters."""
        changed, chain = self._kept
        found = stamp_of(self._directory)
        if found != changed:
            chain = KeyChain(chain.keys[:1]).grown(read_rolls(self._directory))
            self._kept = found, chain
        return chain


Headquarters = PublicKey | KeyChain | Rolls


def chain_of(headquarters: Headquarters) -> KeyChain:
    """What its signatures are checked with now."""
    return headquarters.now() if isinstance(headquarters, Rolls) else KeyChain.of(headquarters)


def stamp_of(directory: Path) -> Stamp:
    """Which file of rolls stands there (number and time), zeros for none."""
    try:
        found = (directory / ROLLS).stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_ino, found.st_mtime_ns


@dataclass(frozen=True, slots=True)
class Signing:
    """The keys at one moment: by place in the chain, as far as their private halves are still here."""

    chain: KeyChain
    held: Mapping[int, SoftwareSigner] = field(repr=False)

    @property
    def current(self) -> SoftwareSigner:
        """The key in force."""
        return self.held[len(self.chain.keys) - 1]

    def place(self, known: str) -> int:
        """Where the key with that id stands; the one in force for a stranger's id, or none."""
        ids = [key.id for key in self.chain.keys]
        return ids.index(known) if known in ids else len(ids) - 1

    def at(self, place: int) -> SoftwareSigner:
        """That key; the one in force where its private half is gone (the asker then gets the rolls)."""
        return self.held.get(place, self.current)

    def known(self, known: str) -> SoftwareSigner:
        """Whom a terminal believes that knows the key with that id."""
        return self.at(self.place(known))


class SigningKeys:
    """Signs as headquarters (core.crypto.keys.Signer), always with the key in force."""

    def __init__(self, keyring: Keyring, root: PublicKey) -> None:
        self._keyring = keyring
        self._root = root
        self._kept = stamp_of(keyring.directory), self._read()

    @property
    def public(self) -> PublicKey:
        """The key in force."""
        return self.now().current.public

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        return self.now().current.sign(message)

    def now(self) -> Signing:
        """The keys; those before a change for as long as that is not whole on the disk."""
        changed, signing = self._kept
        found = stamp_of(self._keyring.directory)
        if found != changed:
            try:
                signing = self._read()
            except StoreError:
                return signing
            self._kept = found, signing
        return signing

    def _read(self) -> Signing:
        chain = KeyChain((self._root,)).grown(self._keyring.rolls())
        found = {place: self._keyring.signing(place + 1) for place in self._keyring.places()}
        return Signing(chain, {place: key for place, key in found.items() if place < len(chain.keys)})
