"""Opens everything behind an open vault, starts replication with it, and shuts it in the right order."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.crypto import sealing
from core.errors import HqError, HqFault, StoreError, StoreFault
from core.ledger.rolls import KeyChain
from core.ports import Clock, Journal, Probe, StaffRow, no_probe
from core.view import SyncView
from storage import tls
from storage.database import LOW_DISK_BYTES, Database
from storage.enrol import ENROLMENT_NAME
from storage.files import wipe_and_remove
from storage.headquarters import BestClock, Headquarters
from storage.journal import SqlJournal
from storage.keyfile import KeyFile
from storage.link import HqLink, Route
from storage.migrate import need_known, open_database
from storage.pump import Listeners, Pump, PumpSettings
from storage.reading import JournalReader
from storage.renewal import Renewal
from storage.schema import HEAD_REVISION
from storage.vault import SUBKEY_DATABASE, SUBKEY_KEYFILE, SUBKEY_TLS, FileVault
from storage.wal import check_log_if_alone

_log = logging.getLogger(__name__)
RESTORED_NAME = "restored.json"  # the journal came from a backup: it may be read and sent, not gone on with
HINT_RETENTION = "acceptance"  # hints live and die with the month key of the acceptance records

_HINT_PURPOSE = "document-hint"


@dataclass(frozen=True, slots=True)
class Replication:
    """Where headquarters is and who hears how it goes."""

    url: str
    listeners: Listeners
    settings: PumpSettings = field(default_factory=PumpSettings)
    route: Route = field(default_factory=Route)


class FileStore:
    """``core.ports.Store`` over one data directory.  ``replication`` None: the pump does not run."""

    def __init__(
        self,
        directory: Path,
        vault: FileVault,
        clock: Clock,
        replication: Replication | None = None,
        *,
        low_disk_bytes: int = LOW_DISK_BYTES,
        probe: Probe = no_probe,
    ) -> None:
        self._directory = directory
        self._vault = vault
        self._clock = clock
        self._replication = replication
        self._low_disk_bytes = low_disk_bytes
        self._probe = probe
        self._journal: SqlJournal | None = None
        self._pump: Pump | None = None
        self._headquarters: Headquarters | None = None

    @property
    def asks(self) -> bool:
        """Whether headquarters is asked about the journal once it is open."""
        return self._replication is not None

    def open(self) -> Journal:
        """The journal, for the station's thread; replication begins.

        Raises StoreError DAMAGED, TOO_NEW, BUSY, MISSING, UNSAFE; RuleError NOT_LOGGED_IN while the
        vault is shut.  Trouble with TLS files stops replication only, and is said.
        """
        if self._journal is not None:
            return self._journal
        keys = key_file(self._directory, self._vault, self._probe)
        database = open_database(
            self._directory, self._vault.subkey(SUBKEY_DATABASE), low_disk_bytes=self._low_disk_bytes
        )
        try:
            journal = SqlJournal(database, keys, self._probe)
            if journal.terminal != self._vault.grant().terminal:
                raise StoreError(StoreFault.DAMAGED, what="terminal")
        except BaseException:
            database.close()
            raise
        # Left by a power cut right after the vault was written.  What fails now is tried at the next opening.
        with contextlib.suppress(StoreError):
            wipe_and_remove(self._directory / ENROLMENT_NAME)
        self._journal = journal
        self._start_pump(journal)
        return journal

    def staff_name(self, operator: str) -> str:
        """The name to show; the staff number itself where none is known or the journal is shut."""
        return operator if self._journal is None else self._journal.staff_name(operator)

    def hint_key(self, month: str) -> bytes:
        """Key of the document-number hints of one month ("YYYY-MM"); destroyed with the month."""
        if self._journal is None:
            raise StoreError(StoreFault.MISSING, what="journal")
        return sealing.derive(self._journal.keys.key(HINT_RETENTION, month), _HINT_PURPOSE)

    def hint_keys(self) -> Mapping[str, bytes]:
        """Month → key of its hints, for every month that is still kept; empty while the journal is shut."""
        if self._journal is None:
            return {}
        keys = self._journal.keys
        months = [month for retention, month in keys.names() if retention == HINT_RETENTION]
        found = {month: keys.find(HINT_RETENTION, month) for month in months}
        return {month: sealing.derive(key, _HINT_PURPOSE) for month, key in found.items() if key}

    def settle_staff(self, staff: Sequence[StaffRow]) -> None:
        """See :class:`core.ports.Store`.  The vault's file first: it decides who opens this counter."""
        if self._journal is None:
            raise StoreError(StoreFault.MISSING, what="journal")
        self._vault.settle(staff)
        self._journal.put_operators([(row.operator, row.name, row.role) for row in staff if row.name])

    def settle_keys(self, keys: KeyChain) -> None:
        """See :class:`core.ports.Store`."""
        if self._headquarters is not None:
            self._headquarters.trust(keys)
        self._vault.settle_keys(keys)

    def nudge(self) -> None:
        """New entries are durable: replication may go on."""
        if self._pump is not None:
            self._pump.nudge()

    def watch_branch(self, *, on: bool) -> None:
        """See :class:`core.ports.Store`."""
        if self._pump is not None:
            self._pump.watch_branch(on=on)

    def resume(self) -> None:
        """Try again after a refusal that a person has seen."""
        if self._pump is not None:
            self._pump.resume()

    def close(self) -> None:
        """Stop replication (two seconds at most), keep HQ's last marks, shut the journal."""
        pump, self._pump, self._headquarters = self._pump, None, None
        if pump is not None and not pump.stop():
            _log.info("the pump is still in a connect; it ends by itself")
        journal, self._journal = self._journal, None
        if journal is None:
            return
        try:
            journal.flush()
        except StoreError as error:
            _log.warning("the last marks were not kept: %s", error.code)
        finally:
            journal.database.close()

    def _start_pump(self, journal: SqlJournal) -> None:
        replication = self._replication
        if replication is None:
            return
        restored = (self._directory / RESTORED_NAME).exists()
        what = "restored" if restored else ""
        if restored:  # before anybody can press F9, and also where the pump cannot start
            replication.listeners.changed(SyncView(state="trying", what=what), 0)
        try:
            link, best = connect(self._directory, self._vault, self._clock, replication)
            keeper = Renewal(
                self._directory,
                self._vault.subkey(SUBKEY_TLS),
                replication.url,
                best,
                replication.route,
                journal.grants,
            )
        except (StoreError, HqError) as error:
            _log.error("replication cannot start: %s", error)
            replication.listeners.changed(SyncView(state="stopped", fault=str(HqFault.TLS), what=what), 0)
            return
        grant, keys = self._vault.grant(), self._vault.headquarters_keys()
        signer = self._vault.terminal_signer()
        headquarters = Headquarters(link, best, grant.terminal, signer, keys.chain, keeper)
        self._headquarters = headquarters
        self._pump = Pump(
            journal,
            headquarters,
            replication.listeners,
            replication.settings,
            self._probe,
            restored=restored,
        )
        self._pump.start()


def connect(
    directory: Path, vault: FileVault, clock: Clock, replication: Replication
) -> tuple[HqLink, BestClock]:
    """A link to headquarters with this terminal's certificate; raises StoreError, HqError."""
    best = BestClock(clock)
    context = tls.client_context(directory, vault.subkey(SUBKEY_TLS))
    return HqLink(replication.url, context, best.now, replication.route), best


def key_file(directory: Path, vault: FileVault, probe: Probe = no_probe) -> KeyFile:
    """The month keys of an open vault; raises StoreError DAMAGED, TOO_NEW."""
    return KeyFile(directory, vault.subkey(SUBKEY_KEYFILE), vault.grant().terminal, probe)


def open_reader(directory: Path, vault: FileVault) -> JournalReader:
    """The journal for reading beside a running counter (verify, export); shut its ``database``.

    Raises StoreError TOO_NEW, MISSING, DAMAGED, UNSAFE (an older schema: start the counter once).
    """
    key = vault.subkey(SUBKEY_DATABASE)
    check_log_if_alone(directory)
    found = need_known(directory, key)
    if found != HEAD_REVISION:
        raise StoreError(StoreFault.UNSAFE, what="schema", found=found)
    database = Database.open(directory, key)
    try:
        return JournalReader(database, key_file(directory, vault))
    except BaseException:
        database.close()
        raise
