"""What a backup holds comes back: into this store, or to headquarters beside the chain.

With the same epoch the journal is put back in its place, and nothing is accepted with it: what came after
the backup may be lost, and its numbers were used.  ``recover`` then opens a new epoch.  Where a new epoch
stands already (the machine was replaced), what headquarters lacks of the backup is handed in as late
entries, for a supervisor to accept.
"""

from __future__ import annotations

import itertools
import logging
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlcipher3 import dbapi2

from core.access.rights import Action, need
from core.errors import StoreError, StoreFault
from core.ledger.entry import Attachment, AttachmentClass, Entry, stamp
from core.ports import Clock, Probe, no_probe
from storage import headquarters as hq
from storage.attachments import Row, from_row
from storage.backup import TABLES, Backup, open_data, read_backup
from storage.database import DATABASE_NAME, Database, WriterLock, connect
from storage.faults import os_errors, sqlite_errors
from storage.files import json_bytes, sync_directory, write_atomic
from storage.journal import SqlJournal
from storage.keyfile import KeyFile
from storage.link import Route
from storage.migrate import create_database, open_database
from storage.renewal import link as own_link
from storage.slots import open_operator_keys
from storage.store import RESTORED_NAME, key_file, open_reader
from storage.tries import WaitRule, default_wait
from storage.vault import SUBKEY_DATABASE, SUBKEY_TLS, VAULT_NAME, FileVault
from storage.verify import verify

_log = logging.getLogger(__name__)
MAKING, BEFORE = "restore.new", "before-restore-"
_FILES = (DATABASE_NAME, f"{DATABASE_NAME}-wal", f"{DATABASE_NAME}-shm")
_BATCH = 100
_ENTRIES = (
    "SELECT seq, epoch, hash, body, terminal_signature, session_signature FROM entry "
    "WHERE seq > ? ORDER BY seq LIMIT ?"
)
_ATTACHMENTS = (
    "SELECT seq, n, class, retention, month, nonce, data FROM attachment "
    "WHERE seq BETWEEN ? AND ? ORDER BY seq, n"
)


@dataclass(frozen=True, slots=True)
class RestoreRequest:
    """Which backup, whose password opens it, and where headquarters is."""

    source: Path
    operator: str
    password: str
    url: str
    wait: WaitRule = default_wait
    route: Route | None = None

    def __repr__(self) -> str:
        return f"RestoreRequest({self.source}, {self.operator})"


@dataclass(frozen=True, slots=True)
class Restored:
    """``put_back``: the journal stands here again with so many entries, and a new epoch is due.

    Else ``handed_in``: so many entries went to headquarters, beside the chain.  ``before``: the folder in
    which the journal that stood here is kept, "" where there was none.
    """

    terminal: str
    epoch: int
    entries: int
    put_back: bool
    handed_in: int
    before: str


def restore(directory: Path, request: RestoreRequest, clock: Clock, *, probe: Probe = no_probe) -> Restored:
    """Bring a backup of this terminal back; says which way.

    Raises StoreError RECOVER_FIRST (no vault here), BACKUP_MISSING, BACKUP_DAMAGED, BACKUP_KEY,
    BACKUP_FOREIGN (another terminal's, or of a later epoch), BACKUP_OLDER (a sound journal stands here that
    holds more), WRONG_KEY, LOCKED_OUT, BUSY (the counter runs), TOO_NEW; HqError where entries cannot be
    handed in.
    """
    if not (directory / VAULT_NAME).exists():
        raise StoreError(StoreFault.RECOVER_FIRST)
    vault = FileVault(directory, clock, request.wait)
    need(vault.unlock(request.operator, request.password).role, Action.BACKUP)
    try:
        record = vault.operators()[request.operator]
        keys = open_operator_keys(
            request.operator, request.password, record.signing, record.agreement, record.wrapped
        )
        ours = vault.grant()
        backup = read_backup(request.source, ours.terminal, vault.headquarters_keys().chain)
        if backup.grant.epoch > ours.epoch:
            raise StoreError(StoreFault.BACKUP_FOREIGN)
        with closing(open_data(backup, backup.open_key(request.operator, keys.agreement))) as data:
            probe("restore.read")
            if backup.grant.epoch == ours.epoch:
                before = _put_back(directory, vault, backup, data, clock, probe)
                return Restored(ours.terminal, ours.epoch, backup.head.seq, True, 0, before)
            count = _hand_in(directory, vault, request, data, clock)
            return Restored(ours.terminal, backup.grant.epoch, backup.head.seq, False, count, "")
    finally:
        vault.close()


# -- into this store -----------------------------------------------------------------------------------


def _put_back(
    directory: Path, vault: FileVault, backup: Backup, data: dbapi2.Connection, clock: Clock, probe: Probe
) -> str:
    lock = WriterLock.take(directory)
    try:
        _need_older(directory, vault, backup)
        making = directory / MAKING
        with os_errors(MAKING):
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir(mode=0o700)
        try:
            _make(making, key_file(directory, vault), vault, backup, data)
            probe("restore.made")
            # Before the journal is there: no moment in which it could be taken for one that may go on.
            told = {"format": 1, "entries": backup.head.seq, "made_at": stamp(backup.made_at)}
            write_atomic(directory / RESTORED_NAME, json_bytes(told))
            return _exchange(directory, f"{BEFORE}{clock.wall():%Y%m%dT%H%M%SZ}", probe)
        finally:
            shutil.rmtree(making, ignore_errors=True)
    finally:
        lock.release()


def _need_older(directory: Path, vault: FileVault, backup: Backup) -> None:
    """Raises StoreError BACKUP_OLDER where a sound journal stands here that has all of the backup."""
    try:
        reader = open_reader(directory, vault)
    except StoreError as error:
        if error.code in (StoreFault.MISSING, StoreFault.DAMAGED, StoreFault.IO):  # IO: the disk is dying
            return
        raise
    with closing(reader.database):
        try:
            head = reader.last_head()
            damaged = reader.database.damaged_pages()
        except StoreError:
            return
    if not damaged and head is not None and head.seq >= backup.head.seq:
        raise StoreError(StoreFault.BACKUP_OLDER, here=head.seq, backup=backup.head.seq)


def _make(making: Path, keys: KeyFile, vault: FileVault, backup: Backup, data: dbapi2.Connection) -> None:
    """The journal in a folder of its own, checked as ``journal verify`` does; else BACKUP_DAMAGED."""
    key, terminal = vault.subkey(SUBKEY_DATABASE), backup.grant.terminal
    create_database(making, key, terminal, revision=backup.revision)
    with closing(connect(making / DATABASE_NAME, key)) as target, sqlite_errors("restore"):
        target.execute("PRAGMA foreign_keys = ON")
        target.execute("BEGIN IMMEDIATE")
        for name in (name for name in TABLES if name != "meta"):
            _fill(data, target, name)
        # A month's key is the log of what was erased: without it the bytes must not come back.
        months = target.execute("SELECT DISTINCT retention, month FROM attachment WHERE class <> 'sealed'")
        target.executemany(
            "UPDATE attachment SET nonce = NULL, data = NULL "
            "WHERE class <> 'sealed' AND retention = ? AND month = ?",
            sorted(set(months.fetchall()) - set(keys.names())),
        )
        # Nor one person's, who was erased since.
        target.executemany(
            "UPDATE attachment SET nonce = NULL, data = NULL "
            "WHERE seq = (SELECT seq FROM entry WHERE hash = ?)",
            [(entry,) for entry in keys.erased()],
        )
        target.execute("COMMIT")
    database = open_database(making, key, low_disk_bytes=0)
    try:
        journal = SqlJournal(database, keys)  # state and look-ups are made again
        report = verify(journal, vault.headquarters_keys().chain, terminal, restored=True)
        if not report.sound or report.head != backup.head:
            first = report.first
            _log.error("the backup is not sound: %s", "head" if first is None else first.code)
            raise StoreError(StoreFault.BACKUP_DAMAGED, what="backup", seq=0 if first is None else first.seq)
    finally:
        database.close()


def _fill(source: dbapi2.Connection, target: dbapi2.Connection, name: str) -> None:
    found = source.execute(f"SELECT * FROM {name}")  # noqa: S608 - one of TABLES
    columns = [column[0] for column in found.description]
    statement = f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608
    while rows := found.fetchmany(_BATCH):
        target.executemany(statement, rows)


def _exchange(directory: Path, before: str, probe: Probe) -> str:
    """What stood here goes aside, whole; the journal takes its place."""
    kept = directory / before
    for again in itertools.count(2):  # a clock that went back says the same second twice
        if not kept.exists():
            break
        kept = directory / f"{before}-{again}"
    with os_errors(before):
        for name in (name for name in _FILES if (directory / name).exists()):
            kept.mkdir(mode=0o700, exist_ok=True)
            (directory / name).rename(kept / name)
        probe("restore.aside")
        (directory / MAKING / DATABASE_NAME).rename(directory / DATABASE_NAME)
        sync_directory(directory)
    probe("restore.done")
    return kept.name if kept.exists() else ""


# -- to headquarters -----------------------------------------------------------------------------------


def _hand_in(
    directory: Path, vault: FileVault, request: RestoreRequest, data: dbapi2.Connection, clock: Clock
) -> int:
    """What the present chain does not have of the backup, beside it; how many entries.

    Annexes go with them where their month keys are still here; what is sealed goes in any case.
    """
    reader = open_reader(directory, vault)
    with closing(reader.database):
        first = _first_late(reader.database, data)
        if first is None:
            return 0
        best = hq.BestClock(clock)
        link = own_link(directory, vault.subkey(SUBKEY_TLS), request.url, best, request.route)
        signing = vault.headquarters_keys().chain
        client = hq.Headquarters(link, best, vault.grant().terminal, vault.terminal_signer(), signing)
        with closing(client):
            count = 0
            for batch in _batches(data, first, vault.grant().terminal, reader.keys):
                client.send(batch)
                count += len(batch)
    return count


def _first_late(database: Database, data: dbapi2.Connection) -> int | None:
    """The first entry of the backup that is not in the chain of this store."""
    with database.reading() as connection, sqlite_errors("backup"):
        found = data.execute("SELECT seq, hash FROM entry ORDER BY seq")
        while rows := found.fetchmany(_BATCH):
            here = connection.exec_driver_sql(
                "SELECT seq, hash FROM entry WHERE seq BETWEEN ? AND ?", (rows[0][0], rows[-1][0])
            )
            known = {row.seq: row.hash for row in here}
            for seq, digest in rows:
                if known.get(seq) != digest:
                    return int(seq)
    return None


def _batches(data: dbapi2.Connection, first: int, terminal: str, keys: KeyFile) -> Iterator[Sequence[Entry]]:
    """The entries from ``first`` on, each batch of one epoch."""
    after = first - 1
    while True:
        with sqlite_errors("backup"):
            rows = data.execute(_ENTRIES, (after, _BATCH)).fetchall()
            rows = [row for row in rows if row[1] == rows[0][1]]
            if not rows:
                return
            found = data.execute(_ATTACHMENTS, (rows[0][0], rows[-1][0])).fetchall()
        beside: dict[int, list[Row]] = {}
        for part in found:
            beside.setdefault(part[0], []).append(part)
        yield [
            Entry(
                body,
                signature,
                session,
                tuple(_part(row, terminal, epoch, keys) for row in beside.get(seq, [])),
            )
            for seq, epoch, _digest, body, signature, session in rows
        ]
        after = rows[-1][0]


def _part(row: Row, terminal: str, epoch: int, keys: KeyFile) -> Attachment | None:
    """One attachment; None where its month's key here is not the one of the machine that is gone.

    Every byte of the file was checked before: what does not decrypt was encrypted under another key.
    """
    try:
        return from_row(row, terminal, epoch, keys.find)
    except StoreError:
        if row[2] == AttachmentClass.SEALED:
            raise
        return None
