"""Looking into a counter's store from outside, as an auditor would, without writing into it."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from core.acceptance.draft import draft_from_bytes
from core.acceptance.visit import Visit
from core.crypto.keys import PublicKey
from core.ledger.clock import business_date
from core.ledger.state import State, fold
from core.ports import ItemRow
from program.machine import SystemClock
from storage.reading import JournalReader
from storage.store import open_reader
from storage.vault import VAULT_NAME, FileVault
from storage.verify import Finding, verify
from tests.faults.counter import PASSWORD
from tests.faults.rulebook import rule_book

MEMORY = Path("/dev/shm")


def quick_directory() -> str | None:
    """Where a directory costs no disk; None: wherever the system says."""
    return str(MEMORY) if MEMORY.is_dir() else None


@contextmanager
def opened(directory: Path, operator: str) -> Iterator[tuple[JournalReader, FileVault]]:
    """The journal for reading.  The vault is opened from a copy, so that no try is counted here."""
    with tempfile.TemporaryDirectory(prefix="vault-", dir=quick_directory()) as copy:
        shutil.copy(directory / VAULT_NAME, copy)
        vault = FileVault(Path(copy), SystemClock())
        vault.unlock(operator, PASSWORD)
    reader = open_reader(directory, vault)
    try:
        yield reader, vault
    finally:
        reader.database.close()


@dataclass(frozen=True)
class Draft:
    """One draft as it stands in the file; ``visit`` is it read back."""

    digest: str
    visit: Visit
    committed: bool  # its operation is in the journal


@dataclass
class Snapshot:
    """What a store holds."""

    findings: list[Finding]
    state: State
    headquarters: PublicKey
    items: list[ItemRow]  # oldest first
    kinds: list[str]  # of every entry
    gone: int = 0  # attachments that cannot be read
    started: dict[int, int] = field(default_factory=dict)  # item → PrintStarted entries of its label
    started_receipts: dict[int, int] = field(default_factory=dict)  # … of its receipt
    reprints: dict[int, int] = field(default_factory=dict)  # item → ReprintAsked entries
    drafts: list[Draft] = field(default_factory=list)

    def numbers(self) -> dict[str, list[str]]:
        """Waybill → numbers of its items."""
        found: dict[str, list[str]] = {}
        for row in self.items:
            found.setdefault(row.waybill, []).append(str(row.annex["number"]))
        return found


def look(directory: Path, operator: str) -> Snapshot:
    """Everything verified, folded anew and read; raises StoreError where it does not open."""
    with opened(directory, operator) as (reader, vault):
        report = verify(reader, vault.headquarters_keys().chain, vault.grant().terminal)
        signing = vault.headquarters_keys().signing
        rows = reader.items(limit=1_000_000)[::-1]
        found = Snapshot(report.findings, State(), signing, rows, [], report.gone)
        for entry in reader.entries(1):
            found.state = fold(found.state, entry)
            found.kinds.append(entry.header.kind)
            tally = {"PrintStarted": found.started, "ReprintAsked": found.reprints}.get(entry.header.kind)
            if tally is found.started and entry.data["slot"] == "receipt_printer":
                tally = found.started_receipts
            if tally is not None:
                item = int(entry.data["item"])
                tally[item] = tally.get(item, 0) + 1
        now = dt.datetime.now(dt.UTC)
        rules = rule_book().at(business_date(now))
        for draft in reader.drafts(operator):
            data = draft.data
            visit = draft_from_bytes(data, now, rules, visit_id="again").visit
            committed = reader.by_operation(visit.item.operation) is not None
            found.drafts.append(Draft(hashlib.sha256(data).hexdigest(), visit, committed))
    return found
