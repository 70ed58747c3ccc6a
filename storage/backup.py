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
from core.crypto.keys import Agreement, PublicKey
from core.errors import EntryError, EntryFault, StoreError, StoreFault
from core.ledger.documents import Grant, Trusted, head_from, read, read_grant, sign
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
_SLOT_BYTES = 8 * 1024 * 1024  # some 30,000 people: beside the signed document, which holds 64 KB
# Of the backup's disk, which may also be pulled out: said as such.
_DISK = (StoreFault.DISK_FULL, StoreFault.READ_ONLY, StoreFault.IO, StoreFault.MISSING)
_NAME = re.compile(
    r"counter-(?P<terminal>[A-Za-z0-9._-]{1,64})-(?P<at>\d{8}T\d{9})Z-(?P<epoch>\d{1,9})-(?P<seq>\d{1,16})"
)
_LEFT = dt.timedelta(days=1)  # what has no name after so long was cut off
_CLOCK_OFF = dt.timedelta(days=1)  # a backup from later than that was named by a wrong clock


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

    def open_key(self, operator: str, key: Agreement) -> bytes:
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
    ``keep_days`` go afterwards, never the new one; how old they are is said by headquarters' time as far as
    it is known here, for a clock that jumped must not clear the shelf.  Raises StoreError BACKUP_MISSING
    (no such folder), BACKUP_INSIDE (in the store's own), BACKUP_FAILED (its disk), BACKUP_DAMAGED (what was
    read back is not what was written: it is no backup then), MISSING (nothing to keep yet), DAMAGED (the
    store).  ``probe`` also hears every few hundred rows: what it raises ends the backup.
    """
    if journal.last_head() is None:
        raise StoreError(StoreFault.MISSING, what="entries")
    try:
        with os_errors("backup"):
            if not parent.is_dir():
                raise StoreError(StoreFault.BACKUP_MISSING)
            if parent.resolve().is_relative_to(directory.resolve()):
                raise StoreError(StoreFault.BACKUP_INSIDE)
            same = same_disk(directory, parent)
        kept = _make(vault, journal, parent, now, probe)
    except StoreError as error:
        if error.code in _DISK:
            raise StoreError(StoreFault.BACKUP_FAILED, retry=True, fault=str(error.code)) from None
        raise
    probe("backup.kept")
    told = journal.confirmed_time()
    removed = 0 if told is None else _remove_old(parent, kept, now, told, dt.timedelta(days=keep_days))
    return BackedUp(kept, removed, same)


def same_disk(directory: Path, parent: Path) -> bool:
    """Whether a backup there dies with the store's own disk.  Raises OSError."""
    return parent.stat().st_dev == directory.stat().st_dev


def _make(vault: FileVault, journal: JournalReader, parent: Path, now: dt.datetime, probe: Probe) -> Backup:
    """Under a name that no restore takes, until it was read back."""
    terminal = vault.grant().terminal
    fresh = parent / f".counter-{terminal}-{secrets.token_hex(8)}.new"
    with os_errors("backup"):
        fresh.mkdir(mode=0o700)
    _remove_left(parent, terminal, fresh)
    try:
        key = secrets.token_bytes(_KEY_BYTES)
        head, rows = _copy(journal, fresh / DATA_NAME, key, probe)
        probe("backup.copied")
        made = _manifest(vault, key, head, rows, now, _digest(fresh / DATA_NAME))
        write_atomic(fresh / MANIFEST_NAME, made, probe)
        backup = _read_back(fresh, key, terminal, vault.headquarters_keys().chain, probe)
        at = f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03d}Z"
        path = parent / f"counter-{terminal}-{at}-{backup.grant.epoch}-{head.seq}"
        with os_errors("backup"):
            fresh.rename(path)
            sync_directory(parent)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return replace(backup, path=path)


def read_backup(path: Path, terminal: str, headquarters: Trusted) -> Backup:
    """What a backup says of itself, under headquarters' and the terminal's signatures.

    ``path`` is a backup, or a folder in which counters keep theirs: then the one that holds most of
    ``terminal``'s newest epoch is meant.  Raises StoreError BACKUP_MISSING, BACKUP_FOREIGN (another
    terminal's), TOO_NEW, BACKUP_DAMAGED; EntryError SIGNATURE where another headquarters granted it.
    """
    with os_errors("backup"):
        alone = (path / MANIFEST_NAME).exists()
    if not alone:
        found = _of(path, terminal)
        if not found:
            raise StoreError(StoreFault.BACKUP_MISSING)
        path = max(found)[1]
    try:
        value = read_json(path / MANIFEST_NAME, _FORMAT)
        grant = read_grant(wire.unb64(value["grant"]), wire.unb64(value["grant_signature"]), headquarters)
        said = read(wire.unb64(value["document"]), wire.unb64(value["signature"]), grant.key, _TYPE)
        beside = wire.unb64(value["slots"])
        whole = hashlib.sha256(beside).digest() == wire.unb64(said["slots"], 32)
        slots = {
            name: (str(row["key"]), wire.unb64(row["sealed"]))
            for name, row in (wire.decode(beside, limit=_SLOT_BYTES) if whole else {}).items()
        }
        rows = {name: int(said["rows"][name]) for name in TABLES}
        head, made_at = head_from(said["head"]), parse_stamp(said["made_at"])
        whole = whole and said["terminal"] == grant.terminal and said["epoch"] == grant.epoch
        digest, revision = wire.unb64(said["digest"], 32), str(said["revision"])
        whole = whole and revision.isdecimal()
    except EntryError as error:
        if error.code is EntryFault.SIGNATURE:
            raise
        raise StoreError(StoreFault.BACKUP_DAMAGED, what=MANIFEST_NAME) from None
    except StoreError as error:
        if error.code not in (StoreFault.DAMAGED, StoreFault.MISSING):
            raise
        raise StoreError(StoreFault.BACKUP_DAMAGED, what=MANIFEST_NAME) from None
    except (KeyError, TypeError, ValueError, AttributeError):
        raise StoreError(StoreFault.BACKUP_DAMAGED, what=MANIFEST_NAME) from None
    if not whole:
        raise StoreError(StoreFault.BACKUP_DAMAGED, what=MANIFEST_NAME)
    if grant.terminal != terminal:
        raise StoreError(StoreFault.BACKUP_FOREIGN)
    if int(revision) > int(HEAD_REVISION):
        raise StoreError(StoreFault.TOO_NEW, what="schema", found=revision, known=HEAD_REVISION)
    return Backup(path, grant, head, made_at, slots, digest, rows, revision)


def open_data(backup: Backup, key: bytes) -> dbapi2.Connection:
    """The data file, for reading, every page of it checked; close it.

    Raises StoreError BACKUP_DAMAGED where a byte of it is not what was written, WRONG_KEY.
    """
    path = backup.path / DATA_NAME
    if not path.is_file() or _digest(path) != backup.digest:
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


def _copy(journal: JournalReader, path: Path, key: bytes, probe: Probe) -> tuple[Head, dict[str, int]]:
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
            _copy_rows(source, target, name, probe)
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


def _copy_rows(source: sa.Connection, target: dbapi2.Connection, name: str, probe: Probe) -> None:
    found = source.exec_driver_sql(f"SELECT * FROM {name}")  # noqa: S608 - one of TABLES
    marks = ", ".join("?" * len(found.keys()))
    while rows := found.fetchmany(_CHUNK):
        target.executemany(f"INSERT INTO {name} VALUES ({marks})", [tuple(row) for row in rows])  # noqa: S608
        probe("backup.rows")


def _manifest(
    vault: FileVault, key: bytes, head: Head, rows: Mapping[str, int], now: dt.datetime, digest: bytes
) -> bytes:
    grant = vault.grant()
    slots, known = {}, vault.operators()
    for operator in (name for name in vault.slot_holders() if name in known):  # she may go in between
        public = known[operator].agreement
        sealed = sealing.seal(public, key, _info(grant, operator, public))
        slots[operator] = {"key": public.text, "sealed": wire.b64(sealed)}
    beside = wire.encode(slots, limit=_SLOT_BYTES)
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
            "slots": wire.b64(hashlib.sha256(beside).digest()),
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
            "slots": wire.b64(beside),
        }
    )


def _read_back(path: Path, key: bytes, terminal: str, headquarters: Trusted, probe: Probe) -> Backup:
    """From the disk as a restore would: pages, rows, and the chain from its first entry to its head."""
    backup = read_backup(path, terminal, headquarters)
    with closing(open_data(backup, key)) as connection, sqlite_errors("backup"):
        head = EMPTY_HEAD
        for seq, body, stored in connection.execute("SELECT seq, body, hash FROM entry ORDER BY seq"):
            entry = Entry(body, b"")
            if seq != head.seq + 1 or entry.header.previous != head.hash or entry.hash != stored:
                raise StoreError(StoreFault.BACKUP_DAMAGED, what="backup", seq=seq)
            head = entry.head
            if seq % _CHUNK == 1:
                probe("backup.read")
    if head != backup.head:
        raise StoreError(StoreFault.BACKUP_DAMAGED, what="backup", seq=head.seq)
    return backup


def _remove_old(parent: Path, kept: Backup, now: dt.datetime, told: dt.datetime, keep: dt.timedelta) -> int:
    """Backups of the same terminal that are older than ``keep``; what cannot be removed stays.

    ``told``: confirmed, but maybe long ago.  What is dated after both clocks has a wrong date, and goes
    where the new one holds as much.
    """
    before, after = min(now, told) - keep, max(now, told) + _CLOCK_OFF
    holds = (kept.grant.epoch, kept.head.seq)
    removed = 0
    for (epoch, seq, at), path in _of(parent, kept.grant.terminal):
        if path != kept.path and (at < before or (at > after and (epoch, seq) <= holds)):
            with contextlib.suppress(OSError):
                shutil.rmtree(path)
                removed += 1
    return removed


def _remove_left(parent: Path, terminal: str, fresh: Path) -> None:
    """What a cut left without a name, by the clock of that disk; another one may be on its way there."""
    with contextlib.suppress(OSError):
        before = fresh.stat().st_mtime - _LEFT.total_seconds()
        for path in parent.glob(f".counter-{terminal}-*.new"):
            if path.lstat().st_mtime < before:
                shutil.rmtree(path, ignore_errors=True)


def _of(parent: Path, terminal: str) -> list[tuple[tuple[int, int, dt.datetime], Path]]:
    """(epoch, seq, made at) of each backup of that terminal, as its name says, and where it is."""
    found = []
    for path in parent.glob(f"counter-{terminal}-*"):
        named = _NAME.fullmatch(path.name)
        with contextlib.suppress(ValueError):  # looks like one, with a day that no calendar has
            if named is not None and named["terminal"] == terminal:
                at = dt.datetime.strptime(named["at"], "%Y%m%dT%H%M%S%f").replace(tzinfo=dt.UTC)
                found.append(((int(named["epoch"]), int(named["seq"]), at), path))
    return found


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
