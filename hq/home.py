"""The data directory of headquarters: what stands beside the database.

``hq.json`` (what this is, and HQ's public keys), ``ca.pem``, ``server.pem`` and ``keys/``.  ``hq.json``
is written last: where it stands, ``init`` was completed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.crypto.keys import PublicKey, parse_public_key
from core.errors import EntryError, StoreError, StoreFault
from hq import certificates
from hq.administrators import Founder, begin_log
from hq.database import Database
from hq.keys import OPENING, Keyring, create_keyring, create_opening, open_keyring, write_private
from hq.rolls import Rolls

_FORM = "counter-headquarters/1"


@dataclass(frozen=True, slots=True)
class Home:
    """A data directory made by :func:`create_home`."""

    directory: Path
    demonstration: bool  # its sealed attachments may be opened from the command line
    hosts: tuple[str, ...]
    signing: PublicKey  # the first: what this headquarters is, whatever key signs by now
    opening: PublicKey

    @property
    def authority_file(self) -> Path:
        """What counters trust: ``ca.pem``."""
        return self.directory / "ca.pem"

    @property
    def server_file(self) -> Path:
        """The TLS server's certificate."""
        return self.directory / "server.pem"

    def authority(self) -> bytes:
        """``ca.pem``; raises StoreError MISSING, IO."""
        try:
            return self.authority_file.read_bytes()
        except FileNotFoundError:
            raise StoreError(StoreFault.MISSING, what="ca.pem") from None
        except OSError:
            raise StoreError(StoreFault.IO, what="ca.pem") from None

    def keyring(self, passphrase: str | None) -> Keyring:
        """Raises StoreError WRONG_KEY, UNSAFE, DAMAGED, MISSING."""
        keyring = open_keyring(self.directory / "keys", passphrase)
        if (self.directory / "keys" / OPENING).exists():
            raise StoreError(StoreFault.UNSAFE, what="the opening key lies among a node's keys")
        try:
            chain = self.rolls().now()
        except EntryError:
            raise StoreError(StoreFault.DAMAGED, what="rolls.json does not begin at hq.json's key") from None
        if keyring.signing().public != chain.current:
            raise StoreError(StoreFault.DAMAGED, what="signing key is not hq.json's")
        return keyring

    def rolls(self) -> Rolls:
        """The signing keys from the first on, as they are and will be."""
        return Rolls(self.directory / "keys", self.signing)

    def renew_server(self, keyring: Keyring, now: dt.datetime) -> bool:
        """A new server certificate where the present one ends soon; whether one was made."""
        try:
            left = certificates.days_left(self.server_file.read_bytes(), now)
        except (OSError, ValueError):
            left = 0
        if left > certificates.RENEW_SERVER_DAYS:
            return False
        pem = certificates.make_server(
            keyring.server(), keyring.authority(), self.authority(), self.hosts, now
        )
        write_private(self.server_file, pem)
        return True


def opening_directory(directory: Path) -> Path:
    """Where the opening service's key is unless the command line says otherwise: beside ``directory``."""
    return directory.absolute().with_name(f"{directory.absolute().name}.opening")


def default_database(directory: Path) -> str:
    """Where the entries are unless the command line says otherwise."""
    return f"sqlite:///{directory.absolute() / 'hq.sqlite'}"


def create_home(
    directory: Path,
    database: Database,
    *,
    passphrase: str | None,
    hosts: Sequence[str],
    demonstration: bool,
    now: dt.datetime,
    opening: Path | None = None,
    founders: Sequence[Founder] = (),
) -> Home:
    """Keys, certificates and tables.  Raises StoreError EXISTS where a headquarters is already.

    ``opening``: the opening service's own directory, beside this one where None.  ``founders``: the first
    administrators; without them one person holds everything.
    """
    if (directory / "hq.json").exists():
        raise StoreError(StoreFault.EXISTS, what="hq.json")
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        keyring = create_keyring(directory / "keys", passphrase)
        signing = keyring.signing().public
        sealed_to = create_opening(opening or opening_directory(directory), passphrase).opening().public
        authority = certificates.make_authority(keyring.authority(), now)
        write_private(directory / "ca.pem", authority)
        (directory / "ca.pem").chmod(0o644)  # it is what others are given
        home = Home(directory, demonstration, tuple(hosts), signing, sealed_to)
        home.renew_server(keyring, now)
        database.create(signing.text)
        begin_log(database, directory, keyring.signing(), founders, now)
        about = {
            "form": _FORM,
            "demonstration": demonstration,
            "hosts": list(hosts),
            "signing": signing.text,
            "opening": sealed_to.text,
        }
        write_private(directory / "hq.json", json.dumps(about, indent=1, sort_keys=True).encode("utf-8"))
    except OSError as error:
        raise StoreError(StoreFault.IO, what=type(error).__name__) from None
    return home


def open_home(directory: Path) -> Home:
    """Raises StoreError MISSING, TOO_NEW, DAMAGED."""
    try:
        about: dict[str, Any] = json.loads((directory / "hq.json").read_bytes())
        if about["form"] != _FORM:
            raise StoreError(StoreFault.TOO_NEW, what="hq.json")
        return Home(
            directory,
            bool(about["demonstration"]),
            tuple(str(host) for host in about["hosts"]),
            parse_public_key(about["signing"], signing=True),
            parse_public_key(about["opening"], signing=False),
        )
    except FileNotFoundError:
        raise StoreError(StoreFault.MISSING, what="hq.json") from None
    except OSError:
        raise StoreError(StoreFault.IO, what="hq.json") from None
    except (ValueError, KeyError, TypeError, EntryError):
        raise StoreError(StoreFault.DAMAGED, what="hq.json") from None
