"""The keyring: HQ's private keys as PKCS 8 files, each in its own file.

``signing.key`` (Ed25519) signs grants, marks and time, until it rolls to ``signing-2.key`` and so on, as
``rolls.json`` says (core/ledger/rolls.py); ``opening.key`` (X25519) opens sealed attachments
and lies in a directory of its own, which nothing but the opening service reads; ``ca.key`` and
``server.key`` (P-256) are for TLS; ``index.key`` (32 random bytes in the form of an X25519 key, so that it is
sealed as the others) makes digests of waybills.  Either a passphrase seals them (PKCS 8 encryption under 32
bytes made with Argon2id from the passphrase), or nothing but the files' permissions (0600 in a 0700
directory) guards them; ``keyring.json`` says which.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, x25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from core import wire
from core.crypto.keys import AgreementKey, SoftwareSigner, new_agreement, new_signer
from core.crypto.sealing import stretch
from core.errors import EntryError, StoreError, StoreFault
from core.ledger.rolls import MOST, SignedRoll, rolls_from

PASSPHRASE, PERMISSIONS = "passphrase", "permissions"
SIGNING, OPENING, CA, SERVER = "signing.key", "opening.key", "ca.key", "server.key"
INDEX = "index.key"
NEXT_CA = "ca-next.key"
ROLLS = "rolls.json"  # nothing secret: the signed rolls from one signing key to the next
_COST = {"iterations": 3, "memory_kib": 64 * 1024, "lanes": 4}
_FORM = 1

PrivateKey = ed25519.Ed25519PrivateKey | x25519.X25519PrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Keyring:
    """The open keyring: reads a key only when it is asked for."""

    directory: Path
    password: bytes | None = field(repr=False)  # for PKCS 8; None where permissions guard

    @property
    def sealed(self) -> str:
        """ "passphrase" or "permissions"."""
        return PERMISSIONS if self.password is None else PASSPHRASE

    def signing(self, number: int | None = None) -> SoftwareSigner:
        """Signs grants, marks, time: key ``number`` (from 1 on), or the one in force."""
        name = signing_name(number or len(self.rolls()) + 1)
        key = self._read(name)
        if not isinstance(key, ed25519.Ed25519PrivateKey):
            raise StoreError(StoreFault.DAMAGED, what=name)
        return SoftwareSigner(key)

    def rolls(self) -> list[SignedRoll]:
        """From one signing key to the next."""
        return read_rolls(self.directory)

    def places(self) -> list[int]:
        """Which signing keys are here, from 0 on; one that was made and did not roll yet among them."""
        return [place for place in range(MOST + 1) if (self.directory / signing_name(place + 1)).exists()]

    def next_signing(self) -> SoftwareSigner:
        """The key that will follow: the one that a roll which was cut off has made, or a fresh one."""
        number = len(self.rolls()) + 2
        if not (self.directory / signing_name(number)).exists():
            write_private(self.directory / signing_name(number), _pem(new_signer().key, self.password))
        return self.signing(number)

    def keep_rolls(self, rolls: Sequence[SignedRoll]) -> None:
        """These, in order; whoever serves or follows takes them up."""
        value = {"form": _FORM, "rolls": [roll.as_json() for roll in rolls]}
        write_private(self.directory / ROLLS, json.dumps(value, sort_keys=True).encode("ascii"))

    def retire(self) -> int:
        """The signing keys before the one in force are no more; how many were here."""
        old = [place for place in self.places() if place < len(self.rolls())]
        for place in old:
            path = self.directory / signing_name(place + 1)
            with path.open("r+b") as stream:  # as far as a disk can be told to forget
                stream.write(bytes(path.stat().st_size))
                stream.flush()
                os.fsync(stream.fileno())
            path.unlink()
        sync_directory(self.directory)
        self.keep_rolls(self.rolls())  # its new date tells the nodes
        return len(old)

    def opening(self) -> AgreementKey:
        """Opens sealed attachments."""
        key = self._read(OPENING)
        if not isinstance(key, x25519.X25519PrivateKey):
            raise StoreError(StoreFault.DAMAGED, what=OPENING)
        return AgreementKey(key)

    def index(self) -> bytes:
        """The key of digests that find the same waybill again, 32 bytes."""
        key = self._read(INDEX)
        if not isinstance(key, x25519.X25519PrivateKey):
            raise StoreError(StoreFault.DAMAGED, what=INDEX)
        return key.private_bytes_raw()

    def authority(self) -> ec.EllipticCurvePrivateKey:
        """Signs certificates."""
        return self._elliptic(CA)

    def next_authority(self) -> ec.EllipticCurvePrivateKey | None:
        """Will sign certificates; None where none waits."""
        return self._elliptic(NEXT_CA) if (self.directory / NEXT_CA).exists() else None

    def make_next_authority(self) -> ec.EllipticCurvePrivateKey:
        """A fresh key that waits."""
        key = ec.generate_private_key(ec.SECP256R1())
        write_private(self.directory / NEXT_CA, _pem(key, self.password))
        return key

    def take_next_authority(self) -> None:
        """The one that waits signs from now on; the one before is gone."""
        (self.directory / NEXT_CA).replace(self.directory / CA)
        sync_directory(self.directory)

    def server(self) -> ec.EllipticCurvePrivateKey:
        """The TLS server's own."""
        return self._elliptic(SERVER)

    def _elliptic(self, name: str) -> ec.EllipticCurvePrivateKey:
        key = self._read(name)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise StoreError(StoreFault.DAMAGED, what=name)
        return key

    def _read(self, name: str) -> object:
        path = self.directory / name
        try:
            return load_pem_private_key(_guarded(path), self.password)
        except (ValueError, TypeError):
            fault = StoreFault.WRONG_KEY if self.password else StoreFault.DAMAGED
            raise StoreError(fault, what=name) from None


def signing_name(number: int) -> str:
    """The file of the signing key with that number, from 1 on."""
    return SIGNING if number == 1 else f"signing-{number}.key"


def read_rolls(directory: Path) -> list[SignedRoll]:
    """``rolls.json`` of a keyring, empty where none was made; raises StoreError DAMAGED, UNSAFE."""
    if not (directory / ROLLS).exists():
        return []
    try:
        about = json.loads(_guarded(directory / ROLLS))
        if about["form"] != _FORM:
            raise StoreError(StoreFault.TOO_NEW, what=ROLLS)
        return rolls_from(about["rolls"])
    except (ValueError, KeyError, TypeError, EntryError):
        raise StoreError(StoreFault.DAMAGED, what=ROLLS) from None


def create_keyring(directory: Path, passphrase: str | None) -> Keyring:
    """Make the keys of a node in ``directory`` (0700, made here if need be); the opening key is elsewhere."""
    keys: dict[str, PrivateKey] = {
        SIGNING: new_signer().key,
        INDEX: new_agreement().key,
        CA: ec.generate_private_key(ec.SECP256R1()),
        SERVER: ec.generate_private_key(ec.SECP256R1()),
    }
    return _create(directory, passphrase, keys)


def create_opening(directory: Path, passphrase: str | None) -> Keyring:
    """Make the opening key in a directory of its own, which no node that serves counters needs."""
    return _create(directory, passphrase, {OPENING: new_agreement().key})


def create_own(directory: Path, passphrase: str | None) -> Keyring:
    """Make one person's signing key in a directory of its own (hq/administrators.py)."""
    return _create(directory, passphrase, {SIGNING: new_signer().key})


def open_keyring(directory: Path, passphrase: str | None) -> Keyring:
    """Raises StoreError MISSING, UNSAFE (others may read a key), WRONG_KEY, DAMAGED."""
    keyring = _open(directory, passphrase)
    keyring.signing()  # a wrong passphrase is said now, not at the first request
    return keyring


def open_opening(directory: Path, passphrase: str | None) -> Keyring:
    """Raises as :func:`open_keyring`."""
    keyring = _open(directory, passphrase)
    keyring.opening()
    return keyring


def _create(directory: Path, passphrase: str | None, keys: dict[str, PrivateKey]) -> Keyring:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory.chmod(0o700)
    about: dict[str, Any] = {"form": _FORM, "sealed": PERMISSIONS}
    if passphrase is not None:
        about = {"form": _FORM, "sealed": PASSPHRASE, "salt": wire.b64(secrets.token_bytes(16)), **_COST}
    write_private(directory / "keyring.json", json.dumps(about, sort_keys=True).encode("ascii"))
    keyring = Keyring(directory, _password(about, passphrase))
    for name, key in keys.items():
        write_private(directory / name, _pem(key, keyring.password))
    return keyring


def _open(directory: Path, passphrase: str | None) -> Keyring:
    try:
        about = json.loads(_guarded(directory / "keyring.json"))
        if about["form"] != _FORM or about["sealed"] not in (PASSPHRASE, PERMISSIONS):
            raise StoreError(StoreFault.TOO_NEW, what="keyring.json")
        if about["sealed"] == PASSPHRASE and passphrase is None:
            raise StoreError(StoreFault.WRONG_KEY, what="passphrase needed")
        return Keyring(directory, _password(about, passphrase))
    except (ValueError, KeyError, TypeError, EntryError):
        raise StoreError(StoreFault.DAMAGED, what="keyring.json") from None


def write_private(path: Path, data: bytes) -> None:
    """Replace ``path`` with a file only its owner reads, durable before it has its name."""
    new = path.with_name(path.name + ".new")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        os.fchmod(stream.fileno(), 0o600)
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(path)
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make the names in it durable."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _password(about: dict[str, Any], passphrase: str | None) -> bytes | None:
    if about["sealed"] == PERMISSIONS or passphrase is None:
        return None
    salt = wire.unb64(about["salt"], 16)
    key = stretch(
        passphrase,
        salt,
        iterations=int(about["iterations"]),
        memory_kib=int(about["memory_kib"]),
        lanes=int(about["lanes"]),
    )
    return key.hex().encode("ascii")


def _pem(key: PrivateKey, password: bytes | None) -> bytes:
    encryption = NoEncryption() if password is None else BestAvailableEncryption(password)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def _guarded(path: Path) -> bytes:
    try:
        if path.stat().st_mode & 0o077:
            raise StoreError(StoreFault.UNSAFE, what=path.name)
        return path.read_bytes()
    except FileNotFoundError:
        raise StoreError(StoreFault.MISSING, what=path.name) from None
    except OSError:
        raise StoreError(StoreFault.IO, what=path.name) from None
