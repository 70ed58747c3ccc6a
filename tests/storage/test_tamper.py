"""Somebody who may open this store writes what is not hers: where it is found (T16)."""

from __future__ import annotations

import json
from contextlib import closing

import pytest

from core import wire
from core.crypto import sealing
from core.crypto.keys import new_signer
from core.errors import ConfigError, ConfigFault, CounterError, EntryFault
from core.ledger.documents import Grant, make_grant
from core.ledger.evidence import find_days, gather
from core.ledger.writer import EntryWriter, LiveSession, Proposal
from program.terminal import ConfiguredStore
from storage.database import DATABASE_NAME, connect
from storage.evidence import KeptMarks, StoredChain
from storage.journal import SqlJournal
from storage.slots import recovery_info
from storage.store import open_reader
from storage.vault import SUBKEY_DATABASE, VAULT_NAME
from storage.vaultfile import OperatorRecord
from storage.verify import verify
from tests.core.books import RULES
from tests.peers import evidence as peer
from tests.peers.exports import line
from tests.storage.counters import PASSWORD, Counter
from tests.storage.test_evidence import told

pytestmark = pytest.mark.requirement("R63", "T16")

COLLEAGUE = "OP10002"


@pytest.mark.parametrize("how", ["in her open session", "after she had locked"])
def test_a_colleague_s_slot_puts_nothing_under_a_clerk_s_name(
    counter: Counter, journal: SqlJournal, how: str
) -> None:
    """Her own password gives data key and terminal key: the transaction is right in all but one signature."""
    book, keys = counter.book, counter.another_operator()
    with closing(counter.vault()) as vault:
        vault.unlock(book.operator, PASSWORD)
        record = OperatorRecord(COLLEAGUE, "clerk", keys.signer.public, keys.agreement.public, keys.wrapped)
        vault.add_operator(record)
    journal.commit(counter.accept(), book.state)
    victim = book.session
    assert victim is not None
    if how == "after she had locked":
        locked = book.propose(Proposal("OperatorLocked", {"cause": "key"}, book.operation(), True))
        journal.commit(locked, book.state)
    with closing(counter.vault()) as vault:
        vault.unlock(COLLEAGUE, PASSWORD + COLLEAGUE)
        terminal = vault.terminal_signer()
        writer = EntryWriter(book.terminal, 1, terminal, book.opening.public, book.clock)
        session = LiveSession(victim.operator, victim.role, victim.session, new_signer(), victim.end)
        refused = {
            "visit": "v-9", "reason": "prohibited", "told": True, "item_class": "none", "action": "none",
        }  # fmt: skip
        act = Proposal("ItemRefused", refused, "op-forged", by_person=True)
        entries, state = writer.compose([act], book.state, session, RULES)
        journal.commit(entries, state)
    report = verify(journal, book.headquarters.public, book.terminal)
    assert report.first is not None
    assert (report.first.seq, report.first.code) == (state.head.seq, EntryFault.SESSION)
    chain = StoredChain(journal)
    days = find_days(chain, "1")
    assert days is not None
    headquarters = book.headquarters.public
    made = gather(chain, KeptMarks(journal, headquarters), headquarters, victim.operator, days)
    file = [line(each) for each in made.lines]
    with pytest.raises(peer.Bad, match=f"entry {state.head.seq}: "):
        peer.check(file, headquarters.text)


@pytest.mark.parametrize("granted", [False, True])
def test_headquarters_recovery_writes_nothing_under_a_clerk_s_name(
    counter: Counter, journal: SqlJournal, granted: bool
) -> None:
    """The recovery slot gives the data key: every row can be written, but no key of the terminal is in it.

    ``granted``: whoever did it has headquarters' signing key too, and grants his own key a new epoch.
    """
    book = counter.book
    journal.commit(counter.accept(), book.state)
    victim = book.session
    assert victim is not None
    slot = wire.unb64(json.loads((counter.directory / VAULT_NAME).read_bytes())["recovery"])
    said = recovery_info(book.terminal, 1, book.opening.public)
    database_key = sealing.derive(sealing.unseal(book.opening, slot, said), SUBKEY_DATABASE)
    head, own = book.state.head, new_signer()
    writer = EntryWriter(book.terminal, 2 if granted else 1, own, book.opening.public, book.clock)
    proposals, forged = list[Proposal](), head.seq + 1
    if granted:
        grant = Grant(book.terminal, book.terminal[:9], 2, own.public, head, book.opening.public)
        document, signature = make_grant(grant, book.headquarters)
        opened = {"grant": wire.b64(document), "grant_signature": wire.b64(signature), "key": own.public.text}
        proposals.append(Proposal("EpochOpened", opened, "op-epoch"))
        forged += 1
    refused = {
        "visit": "v-9", "reason": "prohibited", "told": True, "item_class": "none", "action": "none",
    }  # fmt: skip
    proposals.append(Proposal("ItemRefused", refused, "op-forged", by_person=True))
    session = LiveSession(victim.operator, victim.role, victim.session, new_signer(), victim.end)
    entries, state = writer.compose(proposals, book.state, session, RULES)
    journal.database.close()
    with closing(connect(counter.directory / DATABASE_NAME, database_key)) as raw:
        for entry in entries:
            header = entry.header
            row = (header.seq, header.epoch, entry.hash, header.kind, header.operation)
            both = (entry.body, entry.terminal_signature, entry.session_signature)
            raw.execute("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row, *both))
        raw.execute("UPDATE state SET body = ?", (state.to_bytes(),))
    with closing(counter.vault()) as vault:
        vault.unlock(book.operator, PASSWORD)
        reader = open_reader(counter.directory, vault)
        with closing(reader.database):
            first = verify(reader, book.headquarters.public, book.terminal).first
    assert first is not None
    expected = EntryFault.SESSION if granted else EntryFault.KEY
    assert (first.seq, first.code) == (forged, expected)


# What a byte changed by hand in a file does not show at once, and why that is no harm.
HARMLESS = {
    "journal.lock": "says only that somebody writes; it is empty",
    "vault.tries": "counts failed tries: a byte of it makes somebody wait, or not; no entry rests on it",
}


def test_a_byte_changed_in_any_file_is_found(counter: Counter, journal: SqlJournal) -> None:
    """Each file of the store, from its first byte to its last, all over the database: named at the start."""
    for _ in range(2):
        journal.commit(counter.accept(), counter.book.state)
    told(counter, journal)
    journal.database.close()
    assert opened(counter) == ""
    files = {path.name: path.read_bytes() for path in counter.directory.iterdir()}
    assert set(files) - set(HARMLESS) == {"vault.json", "month.keys", "journal.db"}
    for name, whole in files.items():
        step = 2 * 4096 + 61 if name == "journal.db" else max(1, len(whole) // 23)
        places = {*range(0, len(whole), step), max(0, len(whole) - 1)} if whole else ()
        for at in sorted(places):
            changed = bytearray(whole)
            changed[at] ^= 1
            (counter.directory / name).write_bytes(changed)
            found = opened(counter)
            assert found or name in HARMLESS, (name, at)
            for other, kept in files.items():
                (counter.directory / other).write_bytes(kept)
    assert opened(counter) == ""  # nothing was repaired or lost on the way


def opened(counter: Counter) -> str:
    """The clerk opens her counter and checks it: what is named, "" for nothing."""
    try:
        with closing(counter.vault()) as vault:
            vault.unlock(counter.book.operator, PASSWORD)
            reader = open_reader(counter.directory, vault)
            with closing(reader.database):
                keys, terminal = vault.headquarters_keys().chain, vault.grant().terminal
                first = verify(reader, keys, terminal).first
        return "" if first is None else first.code
    except CounterError as error:
        return str(error.code)


@pytest.mark.parametrize("key", ["terminal", "branch"])
def test_a_configuration_of_another_counter_opens_nothing(
    counter: Counter, journal: SqlJournal, key: str
) -> None:
    """What headquarters granted stands against what the file says; the value that would be right is named."""
    journal.database.close()
    with closing(counter.vault()) as vault:
        vault.unlock(counter.book.operator, PASSWORD)
        store = ConfiguredStore(counter.directory, vault, counter.book.machine)
        granted = vault.grant()
        store.expected, store.branch = granted.terminal, granted.branch
        setattr(store, "expected" if key == "terminal" else "branch", "990100-77")
        with pytest.raises(ConfigError) as caught:
            store.open()
        assert caught.value.code is ConfigFault.WRONG_VALUE
        assert caught.value.facts == {
            "key": f"station.{key}", "value": "990100-77", "expected": getattr(granted, key),
        }  # fmt: skip
        store.expected, store.branch = granted.terminal, granted.branch
        store.open()
        store.close()
