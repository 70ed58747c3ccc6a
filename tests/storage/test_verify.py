"""``journal verify`` against somebody who has the data key and writes what he likes (T7, T16)."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from core import wire
from core.crypto.keys import new_signer
from core.errors import EntryFault, StoreFault
from core.ledger.directives import Directive, make_directive
from core.ledger.documents import Marks, make_marks
from core.ledger.entry import EMPTY_HEAD, ZERO_HASH, Entry, terminal_message
from core.ledger.founding import day_opened
from core.ledger.state import FOLD_VERSION
from core.ledger.writer import Proposal
from core.ports import DirectiveRow, DraftRow, LateItem, LateRead
from storage.database import DATABASE_NAME, Database, connect
from storage.journal import SqlJournal
from storage.reading import JournalReader
from storage.schema import METADATA
from storage.signatures import SignaturesBeside
from storage.vault import SUBKEY_DATABASE
from storage.verify import Report, verify
from tests.core.books import RULES
from tests.storage.counters import Counter

pytestmark = pytest.mark.requirement("R63", "T7", "T16")

# Where a change in a column of the row of item 8 (seq 8; attachments 8/0 and 8/1) must be named.
TAMPERED = 8
# What verify cannot know: names stand in no entry and no signature covers them (docs/security.md
# says so); drafts are not yet anybody's word; ``id`` admits only 1.
NOT_COVERED = {
    ("operator", "name"),
    ("draft", "operator"),
    ("draft", "draft"),
    ("draft", "data"),
    ("draft", "updated"),
    ("state", "id"),
    ("meta", "id"),
    ("mark", "id"),
    # Of what stands beside the chain: headquarters tells it again.
    ("late_item", "id"),
    ("late_item", "label"),
    ("late_branch", "tip"),
    ("late_branch", "last"),
}
COLUMNS = [(table.name, column.name) for table in METADATA.sorted_tables for column in table.columns]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Counter:
    """A closed store with something in every table; tests work on copies."""
    directory = tmp_path_factory.mktemp("kept") / "store"
    directory.mkdir()
    counter = Counter(directory)
    journal = counter.start()
    for _ in range(3):
        journal.commit(counter.accept(), counter.book.state)
    journal.commit(counter.print_label(6, "LabelPrinted"), counter.book.state)
    keep_directive(counter, journal)
    beside = _beside(directory.parent / "beside")
    journal.keep_late(LateRead(bytes(32), beside.hash, beside.header.seq, [LateItem(beside, "printed")]))
    journal.put_operator("OP10001", "示例甲", "clerk")
    journal.save_draft(DraftRow("OP10001", "d1", b"x", "2026-11-21T06:00:00.000Z"))
    now = counter.book.machine.moment
    marks = Marks(counter.book.terminal, counter.book.entries[6].head, EMPTY_HEAD, now)
    journal.note_marks(*make_marks(marks, counter.book.headquarters))
    journal.flush()
    journal.database.close()
    return counter


def _beside(directory: Path) -> Entry:
    """An item that another machine of the same name accepted."""
    directory.mkdir()
    other = Counter(directory)
    other.start().database.close()
    return other.accept()[-1]


def keep_directive(counter: Counter, journal: SqlJournal) -> None:
    """One that says something of somebody, adopted and parked."""
    book = counter.book
    body = {"operator": "OP10009"}
    said = Directive(book.terminal, 1, ZERO_HASH, "operator", "OP10009", book.machine.moment, 1, body)
    signed = make_directive(said, book.headquarters, b"private")
    adopted = {"number": 1, "head": wire.b64(signed.hash)}
    entries = book.propose(
        Proposal("DirectivesAdopted", adopted, book.operation()),
        Proposal("DirectiveParked", {"number": 1, "cause": "rule.unknown"}, book.operation()),
    )
    journal.commit(entries, book.state, directives=[DirectiveRow(signed, "rule.unknown")])


@pytest.fixture(scope="module")
def beside() -> Iterator[SignaturesBeside]:
    """One process that checks signatures for every test here."""
    made = SignaturesBeside(1)
    yield made
    made.close()


class Copy:
    """A copy of the kept store in the hands of somebody with the data key."""

    def __init__(self, kept: Counter, directory: Path, beside: SignaturesBeside) -> None:
        shutil.copytree(kept.directory, directory)
        self.beside = beside
        self.counter = kept
        self.directory = directory
        self.key = kept.subkey(SUBKEY_DATABASE)
        self.raw: dbapi2.Connection = connect(directory / DATABASE_NAME, self.key)

    def write(self, statement: str, *values: object) -> None:
        assert self.raw.execute(statement, values).rowcount >= 1

    def report(self) -> Report:
        self.raw.close()
        database = Database.open(self.directory, self.key)
        try:
            from storage.keyfile import KeyFile
            from storage.vault import SUBKEY_KEYFILE

            keys = KeyFile(self.directory, self.counter.subkey(SUBKEY_KEYFILE), self.counter.book.terminal)
            reader = JournalReader(database, keys)
            signing, terminal = self.counter.book.headquarters.public, self.counter.book.terminal
            report = verify(reader, signing, terminal)
            # With signatures checked elsewhere the same is found at the same entry.
            assert verify(reader, signing, terminal, beside=self.beside) == report
            return report
        finally:
            database.close()


@pytest.fixture
def copy(kept: Counter, tmp_path: Path, beside: SignaturesBeside) -> Iterator[Copy]:
    made = Copy(kept, tmp_path / "copy", beside)
    yield made
    made.raw.close()


def test_a_sound_store_is_sound(kept: Counter, copy: Copy) -> None:
    report = copy.report()
    assert report.sound, report.findings
    assert report.first is None
    assert report.head == kept.book.state.head
    assert (report.entries, report.attachments, report.gone, report.items) == (14, 6, 0, 3)


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_every_column_is_covered(kept: Counter, copy: Copy, table: str, column: str) -> None:
    """Change one value in one row; the entry it belongs to is named."""
    kind = METADATA.tables[table].columns[column].type.python_type
    other = f"CASE substr(\"{column}\", 21, 1) WHEN x'00' THEN x'01' ELSE x'00' END"
    change = {
        bytes: f'CAST(substr("{column}", 1, 20) || {other} || substr("{column}", 22) AS BLOB)',
        str: f"\"{column}\" || 'x'",
        int: f'"{column}" + 1000',
        bool: f'1 - "{column}"',
    }[kind]
    where = {
        "entry": "seq = 8",
        "attachment": "seq = 8 AND n = 1",
        "item": "seq = 8",
    }.get(table, "1 = 1")
    if (table, column) in {("attachment", "nonce")}:
        where = "seq = 8 AND n = 0"
    if (table, column) == ("entry", "session_signature"):
        change = "NULL"
    if (table, column) in NOT_COVERED:
        if column != "id":
            copy.write(f'UPDATE "{table}" SET "{column}" = {change} WHERE {where}')
            assert copy.report().sound
        return
    copy.write(f'UPDATE "{table}" SET "{column}" = {change} WHERE {where}')
    report = copy.report()
    assert not report.sound
    finding = report.first
    assert finding is not None
    named = {
        "state": 14,
        "mark": 0,
        "day_mark": 1007 if column == "seq" else 0,
        "meta": 0,
        "operator": 0,
        "directive": 0,
        "late_item": 0,
        "late_branch": 0,
    }.get(table, TAMPERED)
    assert (table, column, finding.seq) == (table, column, named)
    codes = {
        "state": EntryFault.STATE,
        "mark": EntryFault.SIGNATURE,
        "meta": EntryFault.VIEW if column == "views" else EntryFault.WRONG_TERMINAL,
        "operator": EntryFault.VIEW,
        "item": EntryFault.VIEW,
    }
    if table in codes:
        assert finding.code == codes[table]


@pytest.mark.parametrize(
    ("statement", "seq", "code"),
    [
        ("DELETE FROM entry WHERE seq = 7", 7, EntryFault.GAP),
        ("DELETE FROM entry WHERE seq = 14", 13, EntryFault.STATE),
        ("DELETE FROM attachment WHERE seq = 8 AND n = 1", 8, EntryFault.COMMITMENT),
        ("DELETE FROM attachment WHERE seq = 8", 8, EntryFault.COMMITMENT),
        ("DELETE FROM item WHERE seq = 8", 8, EntryFault.VIEW),
        ("DELETE FROM item", 6, EntryFault.VIEW),
        ("UPDATE item SET shown = 6 WHERE seq = 8", 8, EntryFault.VIEW),
        ("DELETE FROM state", 14, EntryFault.STATE),
        (
            "INSERT INTO item SELECT 7, day, number, waybill, token, month, hint, who, label, copies, "
            "receipt, receipt_copies, affixed, shown FROM item WHERE seq = 8",
            7,
            "entry.view",
        ),
        ("UPDATE attachment SET data = NULL WHERE seq = 8 AND n = 0", 8, EntryFault.COMMITMENT),
        ("INSERT INTO operator VALUES ('OP66666', '示例丙', 'supervisor')", 0, EntryFault.VIEW),
        ("UPDATE entry SET body = 'text' WHERE seq = 8", 8, EntryFault.PREVIOUS),
        ("UPDATE entry SET terminal_signature = 'text' WHERE seq = 8", 8, EntryFault.SIGNATURE),
        (
            "UPDATE attachment SET class = 'sealed', nonce = x'00' WHERE seq = 8 AND n = 1",
            8,
            "entry.commitment",
        ),
        ("UPDATE attachment SET class = 'other' WHERE seq = 8 AND n = 1", 8, StoreFault.DAMAGED),
    ],
)
def test_rows_taken_and_added_are_named(copy: Copy, statement: str, seq: int, code: str) -> None:
    copy.raw.execute("PRAGMA foreign_keys = OFF")
    copy.write(statement)
    report = copy.report()
    assert report.first is not None
    assert (report.first.seq, report.first.code) == (seq, code)


def test_the_first_of_two_bad_entries_is_named(copy: Copy) -> None:
    copy.write("UPDATE entry SET hash = x'00' WHERE seq = 10")
    copy.write("UPDATE entry SET terminal_signature = x'00' WHERE seq = 8")
    first = copy.report().first
    assert first is not None
    assert (first.seq, first.code) == (8, EntryFault.SIGNATURE)


def test_a_swapped_grant_is_named_and_not_the_entry_before_it(copy: Copy) -> None:
    copy.write(
        'UPDATE entry SET body = CAST(replace(body, \'"grant":"\', \'"grant":"A\') AS BLOB) WHERE seq = 2'
    )
    first = copy.report().first
    assert first is not None
    assert first.seq == 2


def test_an_entry_written_by_the_data_keys_holder_is_refused(kept: Counter, copy: Copy) -> None:
    """T16: a row inserted with hash and chain right, signed with a key of his own."""
    body = dict(kept.book.entries[-1].fields)
    body["seq"], body["prev"], body["op"] = 15, wire.b64(kept.book.state.head.hash), "op-forged"
    forged = wire.encode(body)
    signature = new_signer().sign(terminal_message(forged))
    copy.write(
        "INSERT INTO entry VALUES (15, 1, ?, ?, 'op-forged', ?, ?, NULL)",
        hashlib.sha256(forged).digest(),
        body["kind"],
        forged,
        signature,
    )
    first = copy.report().first
    assert first is not None
    assert (first.seq, first.code, first.what) == (15, EntryFault.SIGNATURE, "terminal")


def test_an_old_copy_of_the_store_shows_at_the_marks(kept: Counter, copy: Copy) -> None:
    """T28: entries beyond what HQ signed for are gone."""
    now = kept.book.machine.moment
    marks = Marks(kept.book.terminal, kept.book.state.head, EMPTY_HEAD, now)
    document, signature = make_marks(marks, kept.book.headquarters)
    copy.write("UPDATE mark SET document = ?, signature = ?", document, signature)
    copy.write("DELETE FROM entry WHERE seq > 10")
    state = kept.book.entries[:10]
    from core.ledger.state import State, fold

    folded = State()
    for entry in state:
        folded = fold(folded, entry)
    copy.write("UPDATE state SET body = ?", folded.to_bytes())
    first = copy.report().first
    assert first is not None
    assert (first.seq, first.code, first.what) == (14, EntryFault.FORK, "mark")


@pytest.mark.parametrize("lie", ["state", "last"])
def test_a_wrong_verdict_on_a_day_is_named(tmp_path: Path, lie: str) -> None:
    """``DayClosed`` is held against the state folded here, also when it comes days later."""
    directory = tmp_path / "store"
    directory.mkdir()
    counter = Counter(directory)
    journal = counter.start()
    book = counter.book
    try:
        journal.commit(counter.accept(), book.state)
        end = book.state
        before = len(book.entries)
        entries, book.state = book.writer.compose(
            [day_opened(2, book.clock, book.operation())], book.state, book.session, RULES
        )
        book.entries += entries
        data = {
            "day": 1,
            "last": end.head.seq,
            "fold": FOLD_VERSION,
            "state": wire.b64(end.hash()),
        }
        book.propose(Proposal("DayClosed", data, book.operation(), True))
        journal.commit(book.entries[before:], book.state)
        assert verify(journal, book.headquarters.public, book.terminal).sound
        before = len(book.entries)
        wrong = {"state": wire.b64(bytes(32))} if lie == "state" else {"last": 2}
        book.propose(Proposal("DayClosed", {**data, "day": 2, **wrong}, book.operation(), True))
        journal.commit(book.entries[before:], book.state)
        first = verify(journal, book.headquarters.public, book.terminal).first
        assert first is not None
        assert (first.seq, first.code) == (book.state.head.seq, EntryFault.STATE)
    finally:
        journal.database.close()


def test_a_changed_byte_on_the_disk_is_found_by_the_page(copy: Copy) -> None:
    copy.raw.close()
    path = copy.directory / DATABASE_NAME
    data = bytearray(path.read_bytes())
    data[5 * 4096 + 7] ^= 1  # a leaf: opening does not need it
    path.write_bytes(data)
    report = copy.report()
    assert report.first is not None
    assert (report.first.code, "page 6" in report.first.what) == (StoreFault.DAMAGED, True)


def test_a_foreign_headquarters_verifies_nothing(kept: Counter, copy: Copy) -> None:
    copy.raw.close()
    database = Database.open(copy.directory, copy.key)
    try:
        reader = JournalReader(database, kept.key_file())
        first = verify(reader, new_signer().public, kept.book.terminal).first
        assert first is not None
        assert first.code == EntryFault.SIGNATURE
        assert verify(reader, kept.book.headquarters.public, "990100-01-04").first is not None
    finally:
        database.close()


def test_an_entry_of_an_unknown_kind_is_sound(tmp_path: Path) -> None:
    """Anything authentic is stored, whatever it says: a newer kind does not make a journal unsound."""
    directory = tmp_path / "store"
    directory.mkdir()
    counter = Counter(directory)
    journal = counter.start()
    book = counter.book
    try:
        fields = dict(counter.print_label(3, "LabelPrinted")[0].fields)
        del book.entries[-2:]
        fields |= {"kind": "ShelfCounted", "data": {"whatever": 1}, "op": "op-newer"}
        body = wire.encode(fields)
        entry = Entry(body, book.key.sign(terminal_message(body)))
        from core.ledger.state import fold

        state = fold(journal.state(), entry)
        journal.commit([entry], state)
        report = verify(journal, book.headquarters.public, book.terminal)
        assert report.sound, report.findings
        assert report.entries == 5
    finally:
        journal.database.close()
