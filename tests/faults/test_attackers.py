"""Five people who should not, each at a real store and a real headquarters, and how each was caught.

Every test is one story from its beginning to what names the deed; docs/security.md links them.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import delete, update

from core import wire
from core.commands import LogIn, LogOut
from core.config import parse_config
from core.crypto.keys import new_signer
from core.errors import EntryFault, RuleError, RuleFault, StoreError, StoreFault
from core.exchange import PATH_ENROL
from core.ledger import configured
from core.ledger.documents import Marks
from core.ledger.evidence import find_days, gather
from core.ledger.writer import EntryWriter, LiveSession, Proposal
from core.ports import no_probe
from core.rules import load_rules
from core.station.live import Live, StationSettings
from core.station.station import Station
from core.view import CounterView, Message
from hq.export import export as export_estate
from hq.looks import list_alarms
from hq.schema import ENTRIES, HEADS
from hq.terminals import new_enrol_code
from program.terminal import RESOURCES, ConfiguredStore, PrinterSlots, lockout
from storage.database import DATABASE_NAME
from storage.evidence import KeptMarks, StoredChain
from storage.journal import SqlJournal
from storage.vaultfile import OperatorRecord
from storage.verify import Report, verify
from tests.core.books import RULES, Book
from tests.guards import ExpectedLogs
from tests.hq.entries import TlsKey, enrol_request
from tests.hq.headquarters import BRANCH, Headquarters, fault
from tests.hq.headquarters import Counter as Enrolled
from tests.peers import evidence as peer
from tests.peers.checker import Bad
from tests.peers.estate import check_estate
from tests.peers.exports import line
from tests.storage.counters import PASSWORD, Counter

pytestmark = pytest.mark.requirement("T16", "I5")

TERMINAL, COLLEAGUE = "990100-01-03", "OP10002"


class Branch:
    """A counter with its files, its headquarters, both real."""

    def __init__(self, directory: Path) -> None:
        self.hq = Headquarters(directory / "hq", f"sqlite:///{directory / 'hq.sqlite'}")
        book = Book(TERMINAL, headquarters=self.hq.keyring.signing(), opening=self.hq.opening)
        store = directory / "counter"
        store.mkdir()
        self.counter = Counter(store, book)
        code, key = new_enrol_code(self.hq.database, TERMINAL, BRANCH, now=self.hq.now), TlsKey()
        answer = self.hq.client().post(PATH_ENROL, json=enrol_request(book, code, key.csr()))
        certificate = x509.load_pem_x509_certificate(answer.json()["certificate"].encode("ascii"))
        self.link = Enrolled(self.hq, book, certificate.public_bytes(Encoding.DER))
        with closing(self.counter.start().database):
            pass
        self.sent = 0

    @property
    def book(self) -> Book:
        return self.counter.book

    def work(self, items: int) -> None:
        """Items are accepted, sent, and headquarters' word is kept."""
        with closing((journal := self.counter.journal()).database):
            for _ in range(items):
                journal.commit(self.counter.accept(), self.book.state)
            self.send(journal)

    def send(self, journal: SqlJournal) -> Marks:
        """What headquarters has not got; its answer is kept, as the pump does."""
        new = list(journal.entries(self.sent + 1))
        answer = self.link.send(new)
        marks = self.link.read(answer)
        value = answer.json()
        journal.note_marks(wire.unb64(value["document"]), wire.unb64(value["signature"]))
        journal.flush()
        self.sent = marks.received.seq
        self.hq.follow()
        return marks

    def verified(self) -> Report:
        """``journal verify``."""
        with closing((journal := self.counter.journal()).database):
            return verify(journal, self.book.headquarters.public, TERMINAL)

    def evidence(self, operator: str = "OP10001") -> list[bytes]:
        """Her own file of the first day."""
        with closing((journal := self.counter.journal()).database):
            headquarters = self.book.headquarters.public
            chain = StoredChain(journal)
            days = find_days(chain, "1")
            assert days is not None
            made = gather(chain, KeptMarks(journal, headquarters), headquarters, operator, days)
            return [line(each) for each in made.lines]

    def checked(self, lines: list[bytes]) -> tuple[peer.Evidence, int]:
        """By the program that knows nothing of ours."""
        found, proven, _at = peer.check(lines, self.book.headquarters.public.text)
        return found, proven

    def alarms(self) -> list[tuple[int, str]]:
        """Entry and fault of what headquarters raised."""
        return sorted((row["seq"], row["fault"]) for row in list_alarms(self.hq.database))


def log_in_at(counter: Counter, configuration: Mapping[str, str]) -> Message | None:
    """The station over this counter's own files begins, the clerk logs in and out; what she was told."""
    views: list[CounterView] = []
    vault, machine = counter.vault(), counter.book.machine
    settings = StationSettings(BRANCH, TERMINAL, configuration=configuration)
    store = ConfiguredStore(counter.directory, vault, machine, low_disk_bytes=0)
    store.branch, store.expected = BRANCH, TERMINAL
    rules = load_rules(RESOURCES / "rules")
    station = Station(Live(settings, vault, store, machine, rules, no_probe), PrinterSlots(), views.append)
    station.start()
    try:
        station.submit(LogIn(counter.book.operator, PASSWORD)).result(20)
        told = views[-1].message
        station.submit(LogOut()).result(20)
        return told
    finally:
        station.stop()


@pytest.fixture
def branch(tmp_path: Path) -> Iterator[Branch]:
    made = Branch(tmp_path)
    yield made
    made.hq.close()


def body(line_: bytes) -> str:
    """What a line of a file is about, "" for a line without an entry."""
    return str(json.loads(line_).get("body", ""))


def test_an_attacker_with_the_disk(branch: Branch, tmp_path: Path, expected_logs: ExpectedLogs) -> None:
    """He looks for somebody, guesses a few times, changes a byte, and puts an old copy back."""
    branch.work(2)
    counter, old = branch.counter, tmp_path / "copy"
    shutil.copytree(counter.directory, old)
    kept = b"".join(path.read_bytes() for path in sorted(old.iterdir()))
    assert not [
        text for text in ("示*甲", "138****8000", "XA00000000", "ItemAccepted") if text.encode() in kept
    ]

    waits, codes = lockout(load_rules(RESOURCES / "rules")), []
    for guess in range(6):
        with closing(counter.vault(waits)) as vault, pytest.raises(StoreError) as caught:
            vault.unlock(branch.book.operator, f"guess {guess}")
        codes.append(caught.value.code)
    assert (codes[0], codes[-1]) == (StoreFault.WRONG_KEY, StoreFault.LOCKED_OUT)

    path = counter.directory / DATABASE_NAME
    data = bytearray(path.read_bytes())
    for changed in (True, False):
        data[5 * 4096 + 99] ^= 1
        path.write_bytes(data)
        found = branch.verified().findings
        assert [(each.code, "page 6" in each.what) for each in found] == [
            (StoreFault.DAMAGED, True)
        ] * changed

    branch.work(1)
    shutil.rmtree(counter.directory)
    shutil.copytree(old, counter.directory)  # the last item was never accepted; all keys and pages are right
    assert branch.verified().sound
    with closing((journal := counter.journal()).database):
        branch.book.state = journal.state()
        journal.commit(counter.accept(), branch.book.state)
        expected_logs.expect("hq.ingest", r"entry\.fork")
        answer = branch.link.send(list(journal.entries(branch.sent - 1)))
    # Caught: headquarters holds another entry under that number, and has signed so.
    status, code, facts = fault(answer)
    assert (status, code, facts["fault"]) == (409, "hq.refused", EntryFault.FORK)
    assert EntryFault.FORK in {name for _seq, name in branch.alarms()}


def test_a_clerk_who_lies(branch: Branch) -> None:
    """She says that she never accepted it, hands in a file without it, and sets the clock back."""
    branch.work(2)
    file = branch.evidence()
    found, proven = branch.checked(file)
    item = next(entry for entry in branch.book.entries if entry.header.kind == "ItemAccepted")
    # Caught: her session signed it, and headquarters' signature reaches beyond it.
    assert item.header.seq <= proven
    assert wire.b64(item.hash) in {name for _body, name, _how in found.hers}
    without = [each for each in file if body(each) != wire.b64(item.body)]
    assert len(without) == len(file) - 1
    with pytest.raises(peer.Bad):
        branch.checked(without)

    with closing((journal := branch.counter.journal()).database):
        branch.counter.told(journal, branch.book.machine.moment)
    branch.work(1)
    before = branch.book.entries[-1].header
    branch.book.machine.moment -= dt.timedelta(days=1)
    branch.work(1)
    after = branch.book.entries[-1].header
    # Caught: what her clock says stands beside trusted time, and the order is by sequence alone.
    assert after.wall < before.wall
    assert after.trusted.at >= before.trusted.at
    assert branch.verified().sound


def test_a_colleague_who_borrows_a_terminal(branch: Branch, expected_logs: ExpectedLogs) -> None:
    """Her own slot opens this counter; she writes a refusal under the name of the clerk who is away."""
    branch.work(2)
    counter, book = branch.counter, branch.book
    keys = counter.another_operator(COLLEAGUE)
    with closing(counter.vault()) as vault:
        vault.unlock(book.operator, PASSWORD)
        record = OperatorRecord(COLLEAGUE, "clerk", keys.signer.public, keys.agreement.public, keys.wrapped)
        vault.add_operator(record)
    victim = book.session
    assert victim is not None
    with closing(counter.vault()) as vault, closing((journal := counter.journal()).database):
        vault.unlock(COLLEAGUE, PASSWORD + COLLEAGUE)
        writer = EntryWriter(TERMINAL, 1, vault.terminal_signer(), book.opening.public, book.clock)
        session = LiveSession(victim.operator, victim.role, victim.session, new_signer(), victim.end)
        refused = {
            "visit": "v-9", "reason": "prohibited", "told": True, "item_class": "none", "action": "none",
        }  # fmt: skip
        act = Proposal("ItemRefused", refused, "op-forged", by_person=True)
        entries, state = writer.compose([act], book.state, session, RULES)
        journal.commit(entries, state)
    seq = state.head.seq
    # Caught: at the counter, in the clerk's own file, and at headquarters, which holds up the counter.
    first = branch.verified().first
    assert first is not None
    assert (first.seq, first.code) == (seq, EntryFault.SESSION)
    with pytest.raises(peer.Bad, match=f"entry {seq}: "):
        branch.checked(branch.evidence())
    expected_logs.expect("hq.follower", r"entry\.session")
    with closing((journal := counter.journal()).database):
        branch.link.send(list(journal.entries(seq)))
    branch.hq.follow()
    assert (seq, EntryFault.SESSION) in branch.alarms()


def test_a_technician_who_pries(branch: Branch, expected_logs: ExpectedLogs) -> None:
    """He has a key and the configuration: the key opens nothing, the reader that he put between is named."""
    counter, book = branch.counter, branch.book
    keys = counter.another_operator("OP10003")
    with closing(counter.vault()) as vault:
        vault.unlock(book.operator, PASSWORD)
        record = OperatorRecord(
            "OP10003", "technician", keys.signer.public, keys.agreement.public, keys.wrapped
        )
        vault.add_operator(record, slot=False)
    with closing(counter.vault()) as vault:
        with pytest.raises(RuleError) as caught:
            vault.unlock("OP10003", PASSWORD + "OP10003")
        assert caught.value.code is RuleFault.ROLE
        assert not vault.is_open()

    file = (
        f'[station]\nbranch = "{BRANCH}"\nterminal = "{TERMINAL}"\n[headquarters]\nurl = "https://127.0.0.1"\n'
        '[devices.id_reader]\ndriver = "sam"\nlink = "serial:///dev/ttyUSB0?baud=115200"\n'
    )
    expected_logs.expect("hq.follower", r"configuration\.changed")
    expected_logs.expect("core.station.configuring", "changed: id_reader")
    for text in (file, file.replace("serial:///dev/ttyUSB0?baud=115200", "tcp://127.0.0.1:7001")):
        message = log_in_at(counter, parse_config(text.encode(), "counter.toml").parts)
        with closing((journal := counter.journal()).database):
            branch.send(journal)
    # Caught: named at the counter, in the journal, and at headquarters.
    assert message is not None
    assert (message.code, message.facts["part"]) == ("msg.configuration_changed", "slot.id_reader")
    assert configured.CHANGED in {name for _seq, name in branch.alarms()}
    assert branch.verified().sound


def test_an_administrator_at_headquarters_who_edits(branch: Branch, tmp_path: Path) -> None:
    """He has the whole database: he writes over an entry, then cuts the journal off before it."""
    branch.work(3)
    file, item = branch.evidence(), branch.book.entries[-1]
    where = (ENTRIES.c.terminal == TERMINAL) & (ENTRIES.c.seq == item.header.seq)
    edited = item.body.replace(b'"land"', b'"rail"')
    assert edited != item.body
    with branch.hq.database.write() as connection:
        connection.execute(update(ENTRIES).where(where).values(body=edited))
    # Caught: by whoever checks what he hands out, with a program that is not his.
    path = tmp_path / "export.jsonl"
    export_estate(branch.hq.database, branch.hq.home.signing, path, now=branch.hq.now)
    with pytest.raises(Bad, match=f"{item.header.seq}"):
        check_estate(path, branch.book.headquarters.public.text, None)

    with branch.hq.database.write() as connection:
        connection.execute(delete(ENTRIES).where(where))
        head = branch.book.entries[-2].head
        gone = {"seq": head.seq, "hash": head.hash}
        connection.execute(update(HEADS).where(HEADS.c.terminal == TERMINAL).values(**gone))
    # Caught: the clerk has his own signature over the head that he says he never had, and over her entry.
    found, proven = branch.checked(file)
    assert proven >= item.header.seq
    assert wire.b64(item.hash) in {name for _body, name, _how in found.hers}
    assert branch.verified().sound
    marks = branch.link.marks()
    assert marks.received.seq < proven  # two signatures of his that cannot both be true
