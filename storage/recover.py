"""Recovery into a new epoch: the journal comes back from headquarters, under a new terminal key.

For a machine that was replaced, a store that was lost, set back, or copied.  What stood in the directory
before is kept beside it, whole, and what it had not sent is sent first, as far as it can be opened.

Cut off anywhere, the same call goes on: DIR/recovery.json keeps the new keys, wrapped by the password;
the new store is made in a folder of its own, and takes the old one's place only when it is complete.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from core import wire
from core.crypto import sealing
from core.crypto.keys import load_signer, new_signer
from core.errors import CounterError, EntryError, EntryFault, HqError, HqFault, StoreError, StoreFault
from core.ledger.chain import Verifier
from core.ledger.clock import TrustedClock
from core.ledger.entry import Entry
from core.ledger.state import State, fold
from core.ledger.writer import EntryWriter, Proposal
from core.ports import Clock, HeadquartersKeys, Probe, no_probe
from storage import admission, tls
from storage import headquarters as hq
from storage.database import DATABASE_NAME
from storage.faults import os_errors
from storage.files import json_bytes, read_json, read_small, sync_directory, wipe_and_remove, write_atomic
from storage.journal import SqlJournal
from storage.keyfile import KEYFILE_NAME, KeyFile
from storage.link import HqLink, Route
from storage.migrate import create_database, open_database
from storage.renewal import link as own_link
from storage.slots import (
    KEY_BYTES,
    Argon2Cost,
    OperatorKeys,
    VaultSecret,
    cost_of,
    open_operator_keys,
    tuned_cost,
    unwrap,
    wrap,
)
from storage.store import RESTORED_NAME
from storage.vault import (
    SUBKEY_DATABASE,
    SUBKEY_KEYFILE,
    SUBKEY_TLS,
    TRIES_NAME,
    VAULT_NAME,
    FileVault,
    NewVault,
    new_data_key,
)
from storage.vaultfile import OperatorRecord, load

_log = logging.getLogger(__name__)
RECOVERY_NAME = "recovery.json"
MAKING, READY, BEFORE = "recovery.new", "recovery.ready", "before-epoch-"
_FORMAT = 1
_BOUND = b"counter/recovery/1"
_CODE = "code"
# vault.json is the first that goes and the last that comes: where it stands, a store is whole.
_STORE = (
    VAULT_NAME,
    TRIES_NAME,
    DATABASE_NAME,
    f"{DATABASE_NAME}-wal",
    f"{DATABASE_NAME}-shm",
    KEYFILE_NAME,
    tls.FOLDER,
    "sync.json",
    RESTORED_NAME,
)


@dataclass(frozen=True, slots=True)
class RecoverRequest:
    """What a technician types.  ``ca_file`` None: the authority that stands in the directory."""

    url: str
    ca_file: Path | None
    code: str = field(repr=False)
    operator: str
    password: str = field(repr=False)
    rules: str
    cost: Argon2Cost | None = None


@dataclass(frozen=True, slots=True)
class Recovered:
    """What stands here now.  ``unsent``: entries of the old store that headquarters does not have."""

    terminal: str
    branch: str
    epoch: int
    entries: int
    unsent: int
    before: str  # the folder in which the old store is kept; "": there was none


def recover(
    directory: Path,
    request: RecoverRequest,
    clock: Clock,
    *,
    route: Route | None = None,
    probe: Probe = no_probe,
) -> Recovered:
    """Make DIR the terminal's store again, in the epoch that the code grants.

    Raises HqError CODE_INVALID, CONFLICT (operator unknown, or another headquarters than the old store's),
    UNREACHABLE …; StoreError WRONG_KEY (password), DAMAGED (what came back is not the granted head) …
    """
    with os_errors("directory"):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (directory / READY).exists():
        return _finish(directory, probe)
    if (directory / MAKING / RECOVERY_NAME).exists():
        return _exchange(directory, probe)
    authority = read_small(request.ca_file or directory / tls.FOLDER / tls.AUTHORITY)
    old = _Old.open(directory, request, clock, route)
    unsent = 0
    if old is not None:
        with closing(old):
            unsent = old.send_rest()
    secret, csr, cost = _begin(directory, request)
    probe("recover.begun")
    best = hq.BestClock(clock)
    with closing(HqLink(request.url, tls.pinned_context(authority), best.now, route)) as first:
        answer = admission.enrol(first, request.code, secret.terminal, csr.csr)
    probe("recover.answered")
    told = admission.read_enrol_answer(answer, secret.terminal.public)
    if old is not None and (old.signing not in told.keys.keys or told.granted.terminal != old.terminal):
        raise HqError(HqFault.CONFLICT, what="another headquarters or terminal")
    making = directory / MAKING
    with os_errors(MAKING):
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
    tls.save(making, csr.key, told.certificate, authority.decode("ascii", "replace"))
    link = own_link(making, sealing.derive(secret.data_key, SUBKEY_TLS), request.url, best, route)
    with closing(link):
        client = hq.Headquarters(link, best, told.granted.terminal, secret.terminal, told.keys)
        maker = _Maker(making, request, secret, told, client, clock, cost)
        try:
            maker.run(probe)
        except StoreError as error:
            if error.code is StoreFault.WRONG_KEY:  # of the operator: the used code goes on counting
                _keep(directory, secret, csr, _letters(request.code), cost, by=_CODE)
            raise
    probe("recover.made")
    write_atomic(making / RECOVERY_NAME, json_bytes({"format": _FORMAT, "unsent": unsent}))
    return _exchange(directory, probe)


def _begin(directory: Path, request: RecoverRequest) -> tuple[VaultSecret, tls.TlsRequest, Argon2Cost]:
    """The new keys, on the disk before headquarters hears of them; those of a call that was cut off."""
    path = directory / RECOVERY_NAME
    if path.exists():
        value = read_json(path, _FORMAT)
        try:
            wrapped = wire.unb64(value["secret"])
            files = tls.TlsRequest(str(value["tls"]["key"]), str(value["tls"]["csr"]))
        except (EntryError, KeyError, TypeError):
            raise StoreError(StoreFault.DAMAGED, what=RECOVERY_NAME) from None
        plain = unwrap(
            wrapped, _letters(request.code) if value.get("by") == _CODE else request.password, _BOUND
        )
        if len(plain) != 2 * KEY_BYTES:
            raise StoreError(StoreFault.DAMAGED, what=RECOVERY_NAME)
        return VaultSecret(plain[:KEY_BYTES], load_signer(plain[KEY_BYTES:])), files, cost_of(wrapped)
    cost = request.cost or tuned_cost()
    secret = VaultSecret(new_data_key(), new_signer())
    files = tls.new_request(sealing.derive(secret.data_key, SUBKEY_TLS))
    _keep(directory, secret, files, request.password, cost)
    return secret, files, cost


def _keep(
    directory: Path, secret: VaultSecret, files: tls.TlsRequest, under: str, cost: Argon2Cost, by: str = ""
) -> None:
    """DIR/recovery.json, under the password; under the code (``by``) once the password proved to be wrong."""
    kept = wrap(secret.data_key + secret.terminal.private_bytes(), under, cost, _BOUND)
    told = {"format": _FORMAT, "secret": wire.b64(kept), "tls": {"key": files.key, "csr": files.csr}}
    write_atomic(directory / RECOVERY_NAME, json_bytes({**told, "by": by} if by else told))


def _letters(code: str) -> str:
    """A code without what does not count in it."""
    return "".join(code.upper().split()).replace("-", "")


def begun(directory: Path) -> bool | None:
    """Whether everything is here and only has to be put in its place; None where nobody began."""
    if (directory / READY).exists() or (directory / MAKING / RECOVERY_NAME).exists():
        return True
    return False if (directory / RECOVERY_NAME).exists() else None


def forget(directory: Path) -> None:
    """What was begun here and not finished: its keys are gone, and with them the code that it used."""
    if begun(directory) is False:
        wipe_and_remove(directory / RECOVERY_NAME)
        shutil.rmtree(directory / MAKING, ignore_errors=True)


def _exchange(directory: Path, probe: Probe) -> Recovered:
    """The old store into a folder of its own, where it stays whole, then the new one in its place."""
    making = directory / MAKING
    epoch = load(making / VAULT_NAME)[0].granted().epoch
    target = directory / f"{BEFORE}{epoch}"
    with os_errors(target.name):
        for name in (name for name in _STORE if (directory / name).exists()):
            target.mkdir(mode=0o700, exist_ok=True)
            (directory / name).rename(target / name)
            probe("recover.aside")
        making.rename(directory / READY)
        sync_directory(directory)
    probe("recover.ready")
    return _finish(directory, probe)


def _finish(directory: Path, probe: Probe) -> Recovered:
    """The new store takes its place; nothing of it is made any more."""
    ready = directory / READY
    said = read_json(ready / RECOVERY_NAME, _FORMAT)
    with os_errors(READY):
        for name in reversed(_STORE):
            if (ready / name).exists():
                (ready / name).rename(directory / name)
                probe("recover.moved")
        sync_directory(directory)
        wipe_and_remove(directory / RECOVERY_NAME)
        shutil.rmtree(ready)
    content, _mac = load(directory / VAULT_NAME)
    grant = content.granted()
    entries = grant.start.seq + 1
    before = f"{BEFORE}{grant.epoch}"
    kept = before if (directory / before).exists() else ""
    return Recovered(grant.terminal, grant.branch, grant.epoch, entries, int(said["unsent"]), kept)


class _Old:
    """The store that stands in the directory, where the operator's password still opens it."""

    def __init__(self, vault: FileVault, journal: SqlJournal, client: hq.Headquarters) -> None:
        self._vault, self._journal, self._client = vault, journal, client
        self.signing = vault.headquarters_keys().signing
        self.terminal = vault.grant().terminal

    @classmethod
    def open(cls, directory: Path, request: RecoverRequest, clock: Clock, route: Route | None) -> _Old | None:
        """None where there is none, or it cannot be read: then headquarters' copy is all there is."""
        if not (directory / VAULT_NAME).exists():
            return None
        vault = FileVault(directory, clock)
        try:
            vault.unlock(request.operator, request.password)
            keys = KeyFile(directory, vault.subkey(SUBKEY_KEYFILE), vault.grant().terminal)
            database = open_database(directory, vault.subkey(SUBKEY_DATABASE), low_disk_bytes=0)
        except StoreError as error:
            if error.code in (StoreFault.WRONG_KEY, StoreFault.LOCKED_OUT, StoreFault.BUSY):
                raise
            _log.warning("the old store cannot be opened: %s", error.code)
            return None
        try:
            journal = SqlJournal(database, keys)
            best = hq.BestClock(clock)
            link = own_link(directory, vault.subkey(SUBKEY_TLS), request.url, best, route)
        except StoreError as error:
            database.close()
            _log.warning("the old store cannot be read: %s", error.code)
            return None
        signing = vault.headquarters_keys().chain
        client = hq.Headquarters(link, best, vault.grant().terminal, vault.terminal_signer(), signing)
        return cls(vault, journal, client)

    def close(self) -> None:
        """Shut it."""
        self._client.close()
        self._journal.database.close()
        self._vault.close()

    def send_rest(self) -> int:
        """What it had not sent, under its own key; how many entries headquarters still does not have.

        Entries that fork from what is there are kept there beside the chain: they are not lost either.
        """
        head = self._journal.head().seq
        first = 1
        try:
            received = self._client.marks().marks.received
            ours = self._journal.head_at(received.seq) if received.seq else None
            if ours is not None and ours.hash == received.hash:
                first = received.seq + 1
            while first <= head:
                batch = list(self._journal.entries(first, min(head, first + 99)))
                try:
                    self._client.send(batch)
                except HqError as error:
                    if error.facts.get("fault") != EntryFault.FORK:
                        raise
                first = batch[-1].header.seq + 1
        except CounterError as error:
            _log.warning("the old store's last entries were not sent: %s", error.code)
        return max(0, head - first + 1)


@dataclass
class _Maker:
    """Makes the new store in a folder of its own."""

    folder: Path
    request: RecoverRequest
    secret: VaultSecret
    told: admission.EnrolAnswer
    client: hq.Headquarters
    clock: Clock
    cost: Argon2Cost

    def run(self, probe: Probe) -> None:
        """Raises HqError, StoreError, EntryError."""
        grant = self.told.granted
        own, known = self._keys(self.request.operator)
        key = sealing.derive(self.secret.data_key, SUBKEY_DATABASE)
        create_database(self.folder, key, grant.terminal)
        database = open_database(self.folder, key, low_disk_bytes=0)
        try:
            keys = KeyFile(self.folder, sealing.derive(self.secret.data_key, SUBKEY_KEYFILE), grant.terminal)
            journal = SqlJournal(database, keys)
            state = self._fetch(journal)
            probe("recover.fetched")
            accepted = state.value["operators"].get(own.operator)
            if accepted is None or accepted["signing"] != own.signer.public.text:
                raise StoreError(StoreFault.WRONG_KEY, what="operator")
            self._open_epoch(journal, state)
            role = str(accepted["role"])
            others = self._others(state)
            for who in (known, *others):
                journal.put_operator(who.operator, who.name, state.value["operators"][who.operator]["role"])
        finally:
            database.close()
        pinned = HeadquartersKeys(self.told.signing, self.told.opening, self.told.keys)
        new = NewVault(self.told.grant, self.told.grant_signature, pinned, self.secret, own, role, self.cost)
        FileVault.create(self.folder, new, probe)
        self._let_in(others)

    def _keys(self, operator: str) -> tuple[OperatorKeys, hq.KeysTold]:
        told = self.client.operator(operator)
        keys = open_operator_keys(operator, self.request.password, told.signing, told.agreement, told.wrapped)
        return keys, told

    def _fetch(self, journal: SqlJournal) -> State:
        """The whole journal, each entry verified under headquarters' key before it is kept."""
        grant = self.told.granted
        verifier, state = Verifier(grant.terminal, self.told.keys), State()
        for page in self._pages():
            verifier.grant_keys(page)
            for entry in page:
                verifier.follow(entry)
                state = fold(state, entry)
            journal.commit(page, state)
        if state.head != grant.start:
            raise StoreError(StoreFault.DAMAGED, what="head", seq=state.head.seq, expected=grant.start.seq)
        return state

    def _pages(self) -> Iterator[list[Entry]]:
        seq, last = 1, self.told.granted.start.seq
        while seq <= last:
            page = [entry for entry in self.client.journal(seq) if entry.header.seq <= last]
            if not page:
                raise StoreError(StoreFault.DAMAGED, what="head", seq=seq - 1, expected=last)
            yield page
            seq = page[-1].header.seq + 1

    def _open_epoch(self, journal: SqlJournal, state: State) -> None:
        told, trusted = self.told, TrustedClock(self.clock)
        last = next(iter(journal.entries(state.head.seq, state.head.seq)), None)
        trusted.restore(state.value["time"], last.header.trusted.at if last else None)
        grant = told.granted
        writer = EntryWriter(grant.terminal, grant.epoch, self.secret.terminal, told.opening, trusted)
        opened = {
            "grant": wire.b64(told.grant),
            "grant_signature": wire.b64(told.grant_signature),
            "key": self.secret.terminal.public.text,
        }
        proposal = Proposal("EpochOpened", opened, wire.b64(secrets.token_bytes(16)))
        entries, after = writer.compose([proposal], state, None, self.request.rules)
        journal.commit(entries, after)

    def _others(self, state: State) -> list[hq.KeysTold]:
        """Everybody else that the journal accepted and headquarters still lets in."""
        found = []
        for operator, row in sorted(state.value["operators"].items()):
            if operator == self.request.operator:
                continue
            with contextlib.suppress(HqError):
                told = self.client.operator(operator)
                if told.signing.text == row["signing"]:
                    found.append(told)
        return found

    def _let_in(self, others: list[hq.KeysTold]) -> None:
        if not others:
            return
        vault = FileVault(self.folder, self.clock)
        vault.unlock(self.request.operator, self.request.password)
        try:
            for who in others:
                record = OperatorRecord(who.operator, who.role, who.signing, who.agreement, who.wrapped)
                vault.add_operator(record)
        finally:
            vault.close()
