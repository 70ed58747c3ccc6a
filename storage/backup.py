"""Backup: the journal copied table by table, encrypted, read back, and only then called a backup.

It holds entries, attachments as they stand (annexes stay under their month keys), headquarters' words and
staff names; no look-up, no draft, no state, no free page, no month key and no key of the terminal
(house.md).  Its own key is random, and sealed to each operator who opens this counter.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlcipher3 import dbapi2

from core import wire
from core.crypto import sealing
from core.crypto.keys import AgreementKey, PublicKey
from core.errors import EntryError, EntryFault, StoreError, StoreFault
from core.ledger.documents import Grant, head_from, read, read_grant, sign
from core.ledger.entry import EMPTY_HEAD, Entry, Head, parse_stamp, stamp
from core.ports import Probe, no_probe
from storage.database import connect
from storage.faults import os_errors, sqlite_errors
from storage.files import json_bytes, read_json, sync_directory, write_atomic
from storage.reading import JournalReader
from storage.schema import HEAD_REVISION
from storage.vault import FileVault

MANIFEST_NAME, DATA_NAME = "backup.json", "backup.db"
# In this order: an attachment names its entry.
TABLES = ("meta", "entry", "attachment", "operator", "mark", "directive")
_FORMAT = 1
_TYPE = "store-backup"
_KEY_BYTES = 32
_CHUNK = 500
_DISK = (StoreFault.DISK_FULL, StoreFault.READ_ONLY, StoreFault.IO)  # of the backup's disk: said as such
_NAME = re.compile(r"counter-(?P<terminal>[0-9-]{1,64})-(?P<at>\d{8}T\d{9}Z)-(?P<seq>\d{1,16})")


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was read back.  ``head`` is that of its last entry."""

    path: Path
    grant: Grant
    head: Head
    made_at: dt.datetime
    slots: Mapping[str, tuple[str, bytes]] = field(repr=False)  # operator → (her agreement key, sealed key)
    digest: bytes  # SHA-256 of the data file
    rows: Mapping[str, int]
    revision: str  # of the schema

    def open_key(self, operator: str, key: AgreementKey) -> bytes:
        """The data file's key.  Raises StoreError BACKUP_KEY where it is not sealed to this key."""
        known, sealed = self.slots.get(operator, ("", b""))
        if known != key.public.text:
            raise StoreError(StoreFault.BACKUP_KEY)
        return sealing.unseal(key, sealed, _info(self.grant, operator, key.public))


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What was kept, and how many older ones went.  ``same_disk``: it lies on the disk of the store."""

    backup: Backup
    removed: int
    same_disk: bool


def back_up(
    directory: Path,
    vault: FileVault,
    journal: JournalReader,
    parent: Path,
    now: dt.datetime,
    *,
    keep_days: int,
    probe: Probe = no_probe,
) -> BackedUp:
    """Copy the journal of the open ``vault`` into a folder of its own below ``parent``; read it back.

    The counter may run meanwhile: one snapshot is copied.  Backups of this terminal that are older than
    ``keep_days`` go afterwards, never the new one.  Raises StoreError BACKUP_MISSING (no such folder),
    BACKUP_INSIDE (in the store's own), BACKUP_FAILED (its disk), BACKUP_DAMAGED (what was read back is not
    what was written: it is no backup then), MISSING (nothing to keep yet), DAMAGED (the store).
    """
    if not parent.is_dir():
        raise StoreError(StoreFault.BACKUP_MISSING)
    if parent.resolve().is_relative_to(directory.resolve()):
        raise StoreError(StoreFault.BACKUP_INSIDE)
    if journal.last_head() is None:
        raise StoreError(StoreFault.MISSING, what="entries")
    try:
        kept = _make(vault, journal, parent, now, probe)
    except StoreError as error:
        if error.code in _DISK:
            raise StoreError(StoreFault.BACKUP_FAILED, retry=True, fault=str(error.code)) from None
        raise
    probe("backup.kept")
    removed = _remove_old(parent, kept, now - dt.timedelta(days=keep_days))
    with os_errors("backup"):
        same = parent.stat().st_dev == directory.stat().st_dev
    return BackedUp(kept, removed, same)


def _make(vault: FileVault, journal: JournalReader, parent: Path, now: dt.datetime, probe: Probe) -> Backup:
    """Under a name that no restore takes, until it was read back."""
    fresh = parent / f".counter-{secrets.token_hex(8)}.new"
    with os_errors("backup"):
        fresh.mkdir(mode=0o700)
    try:
        key = secrets.token_bytes(_KEY_BYTES)
        head, rows = _copy(journal, fresh / DATA_NAME, key)
        probe("backup.copied")
        made = _manifest(vault, key, head, rows, now, _digest(fresh / DATA_NAME))
        write_atomic(fresh / MANIFEST_NAME, made, probe)
        backup = _read_back(fresh, key, vault.headquarters_keys().signing)
        at = f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03d}Z"
        path = parent / f"counter-{backup.grant.terminal}-{at}-{head.seq}"
        with os_errors("backup"):
            fresh.rename(path)
            sync_directory(parent)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return replace(backup, path=path)


def read_backup(path: Path, headquarters: PublicKey) -> Backup:
    """What a backup says of itself, under headquarters' and the terminal's signatures.

    ``path`` is a backup, or a folder of backups of which the newest is meant.  Raises StoreError
    BACKUP_MISSING, TOO_NEW, BACKUP_DAMAGED; EntryError SIGNATURE where another headquarters granted it.
    """
    if not (path / MANIFEST_NAME).exists():
        found = sorted((child for child in path.glob("counter-*") if _NAME.fullmatch(child.name)), key=_made)
        if not found:
            raise StoreError(StoreFault.BACKUP_MISSING)
        path = found[-1]
    try:
        value = read_json(path / MANIFEST_NAME, _FORMAT)
        grant = read_grant(wire.unb64(value["grant"]), wire.unb64(value["grant_signature"]), headquarters)
        said = read(wire.unb64(value["document"]), wire.unb64(value["signature"]), grant.key, _TYPE)
        slots = {
            str(name): (str(row["key"]), wire.unb64(row["sealed"])) for name, row in said["slots"].items()
        }
        rows = {name: int(said["rows"][name]) for name in TABLES}
        head, made_at = head_from(said["head"]), parse_stamp(said["made_at"])
        whole = said["terminal"] == grant.terminal and said["epoch"] == grant.epoch
        digest, revision = wire.unb64(said["digest"], 32), str(said["revision"])
        whole = whole and revision.isdecimal()
    except EntryError as error:
        if error.code is EntryFault.SIGNATURE:
            raise
        raise StoreError(StoreFault.BACKUP_DAMAGED, what=MANIFEST_NAME) from None
    except StoreError as error:
        if error.code is not StoreFault.DAMAGED:
            raise
        raise StoreError(StoreFault.BACKUP_DAMAGED, what=MANIFEST_NAME) from None
    except (KeyError, TypeError, ValueError, AttributeError):
        raise StoreError(StoreFault.BACKUP_DAMAGED, what=MANIFEST_NAME) from None
    if not whole:
        raise StoreError(StoreFault.BACKUP_DAMAGED, what=MANIFEST_NAME)
    if int(revision) > int(HEAD_REVISION):
        raise StoreError(StoreFault.TOO_NEW, what="schema", found=revision, known=HEAD_REVISION)
    return Backup(path, grant, head, made_at, slots, digest, rows, revision)


def open_data(backup: Backup, key: bytes) -> dbapi2.Connection:
    """The data file, for reading, every page of it checked; close it.

    Raises StoreError BACKUP_DAMAGED where a byte of it is not what was written, WRONG_KEY.
    """
    path = backup.path / DATA_NAME
    if _digest(path) != backup.digest:
        raise StoreError(StoreFault.BACKUP_DAMAGED, what=DATA_NAME)
    connection = connect(path, key, mode="ro")
    try:
        with sqlite_errors("backup"):
            pages = connection.execute("PRAGMA cipher_integrity_check").fetchall()
            sound = not pages and connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            rows = {name: _count(connection, name) for name in TABLES} if sound else {}
        if rows != dict(backup.rows):
            raise StoreError(StoreFault.BACKUP_DAMAGED, what=DATA_NAME)
    except BaseException:
        connection.close()
        raise
    return connection


# -- inside ------------------------------------------------------------------------------------------


def _copy(journal: JournalReader, path: Path, key: bytes) -> tuple[Head, dict[str, int]]:
    """One snapshot's tables; (its last head, rows of each table)."""
    with os_errors("backup"):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with (
        closing(connect(path, key, mode="rwc")) as target,
        journal.database.reading() as source,
        sqlite_errors("backup"),
    ):
        target.execute("PRAGMA synchronous = FULL")
        target.execute("BEGIN IMMEDIATE")
        for name in TABLES:
            # The names are ours; the statement that made the table is the schema's own.
            made = source.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = ?", (name,))
            target.execute(str(made.scalar_one()))
            _copy_rows(source, target, name)
        target.execute("COMMIT")
        row = target.execute("SELECT epoch, seq, hash FROM entry ORDER BY seq DESC LIMIT 1").fetchone()
        rows = {name: _count(target, name) for name in TABLES}
    with os_errors("backup"):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    return Head(*row), rows


def _copy_rows(source: sa.Connection, target: dbapi2.Connection, name: str) -> None:
    found = source.exec_driver_sql(f"SELECT * FROM {name}")  # noqa: S608 - one of TABLES
    marks = ", ".join("?" * len(found.keys()))
    while rows := found.fetchmany(_CHUNK):
        target.executemany(f"INSERT INTO {name} VALUES ({marks})", [tuple(row) for row in rows])  # noqa: S608


def _manifest(
    vault: FileVault, key: bytes, head: Head, rows: Mapping[str, int], now: dt.datetime, digest: bytes
) -> bytes:
    grant = vault.grant()
    slots = {}
    for operator in vault.slot_holders():
        public = vault.operators()[operator].agreement
        sealed = sealing.seal(public, key, _info(grant, operator, public))
        slots[operator] = {"key": public.text, "sealed": wire.b64(sealed)}
    document, signature = sign(
        {
            "type": _TYPE,
            "terminal": grant.terminal,
            "epoch": grant.epoch,
            "head": head.as_json(),
            "made_at": stamp(now),
            "revision": HEAD_REVISION,
            "rows": dict(rows),
            "digest": wire.b64(digest),
            "slots": slots,
        },
        vault.terminal_signer(),
    )
    signed_grant, grant_signature = vault.signed_grant()
    return json_bytes(
        {
            "format": _FORMAT,
            "grant": wire.b64(signed_grant),
            "grant_signature": wire.b64(grant_signature),
            "document": wire.b64(document),
            "signature": wire.b64(signature),
        }
    )


def _read_back(path: Path, key: bytes, headquarters: PublicKey) -> Backup:
    """From the disk as a restore would: pages, rows, and the chain from its first entry to its head."""
    backup = read_backup(path, headquarters)
    with closing(open_data(backup, key)) as connection, sqlite_errors("backup"):
        head = EMPTY_HEAD
        for seq, body, stored in connection.execute("SELECT seq, body, hash FROM entry ORDER BY seq"):
            entry = Entry(body, b"")
            if seq != head.seq + 1 or entry.header.previous != head.hash or entry.hash != stored:
                raise StoreError(StoreFault.BACKUP_DAMAGED, what="backup", seq=seq)
            head = entry.head
    if head != backup.head:
        raise StoreError(StoreFault.BACKUP_DAMAGED, what="backup", seq=head.seq)
    return backup


def _remove_old(parent: Path, kept: Backup, before: dt.datetime) -> int:
    """Backups of the same terminal that were made before that moment; what cannot be removed stays."""
    removed = 0
    for path in parent.glob(f"counter-{kept.grant.terminal}-*"):
        named = _NAME.fullmatch(path.name)
        if named is None or named["terminal"] != kept.grant.terminal or path == kept.path:
            continue
        if _made(path) < before:
            with contextlib.suppress(OSError):
                shutil.rmtree(path)
                removed += 1
    return removed


def _made(path: Path) -> dt.datetime:
    named = _NAME.fullmatch(path.name)
    assert named is not None  # whoever asks has looked
    return dt.datetime.strptime(named["at"], "%Y%m%dT%H%M%S%fZ").replace(tzinfo=dt.UTC)


def _digest(path: Path) -> bytes:
    with os_errors(path.name), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _count(connection: dbapi2.Connection, name: str) -> int:
    found: Any = connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608 - of TABLES
    return int(found)


def _info(grant: Grant, operator: str, key: PublicKey) -> bytes:
    return wire.encode(
        {"type": "backup-key", "terminal": grant.terminal, "epoch": grant.epoch, "operator": operator,
         "key": key.id}
    )  # fmt: skip
