"""Backup: every table copied from one consistent view, read back from the disk, and only then *safe*.

A backup is a directory of its own below the one given: JSON lines for each table (binary as base64url)
and ``manifest.json`` with rows and SHA-256 of each file.  Keys are in no backup.  *safe* advances, for each
terminal, to what was received in that view, what the follower had verified, and what was found unbroken
when the copy was read again: the least of them.
"""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, LargeBinary, Table, select, update

from core import wire
from core.errors import EntryError, StoreError, StoreFault
from core.ledger.entry import ZERO_HASH, stamp
from core.ports import Probe, no_probe
from hq.clock import Now, utc_now
from hq.database import Database
from hq.keys import sync_directory, write_private
from hq.schema import BACKED_UP, ENTRIES, FOLLOWER, HEADS, VERSION

FORMAT = "counter-headquarters-backup/1"
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Copied:
    """What one file of a backup should hold."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup that was read back: where it is, its entries, and the terminals whose *safe* moved."""

    directory: Path
    entries: int
    advanced: int


def backup(database: Database, parent: Path, *, now: Now = utc_now, probe: Probe = no_probe) -> BackedUp:
    """Copy, read back, advance *safe*.

    Raises StoreError IO or DISK_FULL where writing fails, DAMAGED (facts: what) where the copy that was
    read back is not what was written: *safe* stays where it was.
    """
    directory = parent / f"hq-{now():%Y%m%dT%H%M%S%f}Z"
    # Only what was read back gets a name that a restore would take.
    partial = directory.with_suffix(".partial")
    try:
        partial.mkdir(mode=0o700, parents=True)
        with database.read() as connection:
            verified = _verified(connection)
            copied = {table.name: _copy(connection, table, partial) for table in BACKED_UP}
        _write_manifest(partial, copied, now())
        probe("backup.written")
        chains = read_back(partial, verified)
        partial.rename(directory)
        sync_directory(parent)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        fault = StoreFault.DISK_FULL if full else StoreFault.IO
        raise StoreError(fault, what=error.strerror or type(error).__name__) from None
    advanced = _advance(database, chains)
    return BackedUp(directory, copied[ENTRIES.name].rows, advanced)


def read_back(directory: Path, verified: Mapping[str, int]) -> dict[tuple[str, int], Chain]:
    """Read a backup again and check all of it; its chains by (terminal, epoch).

    ``verified`` says how far each terminal's entries were verified when the copy was made.

    Raises StoreError DAMAGED, TOO_NEW, TOO_OLD (a table that is newer than it), MISSING.
    """
    try:
        manifest = json.loads((directory / "manifest.json").read_bytes())
        if manifest["format"] != FORMAT or manifest["version"] > VERSION:
            raise StoreError(StoreFault.TOO_NEW, what="manifest.json")
        told = {name: Copied(int(row["rows"]), row["sha256"]) for name, row in manifest["tables"].items()}
    except FileNotFoundError:
        raise StoreError(StoreFault.MISSING, what="manifest.json") from None
    except (ValueError, KeyError, TypeError):
        raise StoreError(StoreFault.DAMAGED, what="manifest.json") from None
    _need_tables(set(told), {table.name for table in BACKED_UP})
    chains: dict[tuple[str, int], Chain] = {}
    for table in BACKED_UP:  # heads come before entries
        for row in rows_of(directory, table, told[table.name]):
            if table is HEADS:
                mark = min(row["seq"], verified.get(row["terminal"], 0))
                start = (row["start_seq"], row["start_hash"])
                if mark < start[0]:
                    mark = -1  # not followed into this epoch yet: its own mark stays where it began
                chains[row["terminal"], row["epoch"]] = Chain(row["seq"], row["hash"], mark, *start, start[1])
            elif table is ENTRIES:
                _chain(chains, row).add(row)
    for (terminal, _epoch), chain in chains.items():
        if chain.seq != chain.head_seq or chain.hash != chain.head_hash:
            raise StoreError(StoreFault.DAMAGED, what="chain", terminal=terminal, seq=chain.seq)
    return chains


def _need_tables(told: set[str], known: set[str]) -> None:
    if told == known:
        return
    if told < known:
        raise StoreError(StoreFault.TOO_OLD, what=min(known - told))
    if told > known:
        raise StoreError(StoreFault.TOO_NEW, what=min(told - known))
    raise StoreError(StoreFault.DAMAGED, what="tables")


@dataclass
class Chain:
    """One terminal's entries of one epoch as they are read back: every hash is computed again."""

    head_seq: int
    head_hash: bytes
    mark: int  # how far *safe* may go
    seq: int = 0
    hash: bytes = ZERO_HASH
    mark_hash: bytes = ZERO_HASH

    def add(self, row: dict[str, Any]) -> None:
        """The next row; raises StoreError DAMAGED where it is not the next, or not its hash."""
        if row["seq"] != self.seq + 1:
            raise StoreError(StoreFault.DAMAGED, what="sequence", terminal=row["terminal"], seq=row["seq"])
        self.seq, self.hash = row["seq"], hashlib.sha256(row["body"]).digest()
        if self.hash != row["hash"]:
            raise StoreError(StoreFault.DAMAGED, what="hash", terminal=row["terminal"], seq=row["seq"])
        if self.seq == self.mark:
            self.mark_hash = self.hash


def _chain(chains: dict[tuple[str, int], Chain], row: dict[str, Any]) -> Chain:
    try:
        return chains[row["terminal"], row["epoch"]]
    except KeyError:
        raise StoreError(StoreFault.DAMAGED, what="no head", terminal=row["terminal"]) from None


def _verified(connection: Connection) -> dict[str, int]:
    rows = connection.execute(select(FOLLOWER.c.terminal, FOLLOWER.c.seq))
    return {row.terminal: row.seq for row in rows}


def _copy(connection: Connection, table: Table, directory: Path) -> Copied:
    rows, digest = 0, hashlib.sha256()
    binary = [column.name for column in table.c if isinstance(column.type, LargeBinary)]
    wanted = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_BATCH)
    path = directory / f"{table.name}.jsonl"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream, connection.execute(wanted) as found:
        for row in found.mappings():
            value = dict(row)
            for name in binary:
                value[name] = None if value[name] is None else wire.b64(value[name])
            line = json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n"
            digest.update(line)
            stream.write(line)
            rows += 1
        _settle(stream)
    return Copied(rows, digest.hexdigest())


def _settle(stream: BinaryIO) -> None:
    """To the disk, and out of the page cache: what is read back comes from the disk again."""
    stream.flush()
    os.fsync(stream.fileno())
    os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _write_manifest(directory: Path, copied: dict[str, Copied], now: dt.datetime) -> None:
    tables = {name: {"rows": copy.rows, "sha256": copy.sha256} for name, copy in copied.items()}
    manifest = {"format": FORMAT, "version": VERSION, "created": stamp(now), "tables": tables}
    data = json.dumps(manifest, indent=1, sort_keys=True).encode("ascii")
    write_private(directory / "manifest.json", data)


def rows_of(directory: Path, table: Table, told: Copied) -> Iterator[dict[str, Any]]:
    """The rows of one file; raises StoreError DAMAGED where they are not what was written."""
    rows, digest = 0, hashlib.sha256()
    binary = [column.name for column in table.c if isinstance(column.type, LargeBinary)]
    with (directory / f"{table.name}.jsonl").open("rb") as stream:
        for line in stream:
            digest.update(line)
            rows += 1
            try:
                value = json.loads(line)
                for name in binary:
                    value[name] = None if value[name] is None else wire.unb64(value[name])
            except (ValueError, KeyError, TypeError, EntryError):
                raise StoreError(StoreFault.DAMAGED, what=table.name, line=rows) from None
            yield value
    if rows != told.rows or digest.hexdigest() != told.sha256:
        raise StoreError(StoreFault.DAMAGED, what=table.name, rows=rows)


def _advance(database: Database, chains: Mapping[tuple[str, int], Chain]) -> int:
    """Move *safe* forward, never back; how many terminals it moved for."""
    moved = 0
    for (terminal, epoch), chain in chains.items():
        mine = (HEADS.c.terminal == terminal, HEADS.c.epoch == epoch)
        further = update(HEADS).where(*mine, HEADS.c.safe_seq < chain.mark, HEADS.c.seq >= chain.mark)
        # One transaction for each terminal: none spans two.
        with database.write() as connection:
            done = connection.execute(further.values(safe_seq=chain.mark, safe_hash=chain.mark_hash))
            moved += done.rowcount
    return moved
