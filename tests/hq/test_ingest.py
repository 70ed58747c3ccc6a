"""Ingest: once, whole, in order; every refusal by name; on SQLite and PostgreSQL."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from core.errors import HqError, HqFault
from core.exchange import MAX_BATCH_ENTRIES, entry_from_json, entry_to_json, path_entries
from core.ledger.entry import ZERO_HASH, Entry, build_body, terminal_message
from hq.entries import read_entries
from hq.identity import Terminal
from hq.schema import ATTACHMENTS, ENTRIES, HEADS, SIDE_ENTRIES
from tests.core.books import Book
from tests.guards import ExpectedLogs
from tests.hq.entries import batch, write_items
from tests.hq.headquarters import BRANCH, Counter, Headquarters, fault, refusal

pytestmark = pytest.mark.requirement("I1")


def stored(headquarters: Headquarters) -> list[Entry]:
    """Everything in the chain table, in order."""
    with headquarters.database.read() as connection:
        rows = connection.execute(select(ENTRIES).order_by(ENTRIES.c.seq))
        return [Entry(row.body, row.terminal_signature, row.session_signature) for row in rows]


def count(headquarters: Headquarters, table: object) -> int:
    """Rows."""
    with headquarters.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]


def alarms(headquarters: Headquarters) -> dict[tuple[str, int], int]:
    """(fault, seq) → how often."""
    return {(row["fault"], row["seq"]): row["count"] for row in headquarters.listed()["alarms"]}


def forged(book: Book, entry: Entry, **changes: object) -> Entry:
    """The entry with another header, signed by the terminal's key all the same."""
    body = build_body(replace(entry.header, **changes), entry.data)  # type: ignore[arg-type]
    return Entry(body, book.key.sign(terminal_message(body)), entry.session_signature, entry.attachments)


def test_journal_arrives_whole(headquarters: Headquarters, counter: Counter) -> None:
    book = counter.book
    write_items(book, 3)
    marks = counter.sent(book.entries)
    assert marks.received == book.state.head
    assert marks.safe.seq == 0
    assert marks.terminal == book.terminal
    kept = stored(headquarters)
    assert [entry.body for entry in kept] == [entry.body for entry in book.entries]
    assert [entry.terminal_signature for entry in kept] == [e.terminal_signature for e in book.entries]
    parts = [part for entry in book.entries for part in entry.attachments]
    assert count(headquarters, ATTACHMENTS) == len(parts) == 7
    assert counter.marks().received == book.state.head


def test_attachments_come_back_as_they_were(headquarters: Headquarters, counter: Counter) -> None:
    write_items(counter.book, 2)
    counter.sent(counter.book.entries)
    with headquarters.database.read() as connection:
        found = list(read_entries(connection, counter.book.terminal, 1, attachments=True))
    assert [entry_to_json(entry) for entry in found] == [entry_to_json(e) for e in counter.book.entries]


def test_sending_again_changes_nothing(headquarters: Headquarters, counter: Counter) -> None:
    write_items(counter.book, 4)
    entries = counter.book.entries
    first = counter.sent(entries[:10])
    for _ in range(3):
        again = counter.sent(entries[:10])
        assert again.received == first.received
    counter.sent(entries[5:])  # overlaps, and goes on
    counter.sent(entries[2:7])  # all of it known
    assert [entry.body for entry in stored(headquarters)] == [entry.body for entry in entries]
    assert headquarters.listed()["alarms"] == []


def test_empty_batch_answers_marks(counter: Counter) -> None:
    assert counter.sent([]).received.seq == 0


def test_entry_twice_in_one_batch_is_stored_once(headquarters: Headquarters, counter: Counter) -> None:
    entries = counter.book.entries
    counter.sent([entries[0], entries[0], entries[1], *entries[2:], entries[-1]])
    assert [entry.seq for entry in (e.header for e in stored(headquarters))] == [1, 2, 3, 4]


def test_gap_is_refused_by_name(
    headquarters: Headquarters, counter: Counter, expected_logs: ExpectedLogs
) -> None:
    expected_logs.expect("hq.ingest", r"entry\.gap at 7")
    write_items(counter.book, 3)
    entries = counter.book.entries
    counter.sent(entries[:3])
    answer = counter.send(entries[6:9])
    assert refusal(answer) == ("entry.gap", 7)
    assert answer.json()["facts"]["received"] == 3
    assert len(stored(headquarters)) == 3
    assert alarms(headquarters) == {("entry.gap", 7): 1}
    counter.sent(entries[3:])
    assert counter.marks().received == counter.book.state.head


@pytest.mark.parametrize("order", [[0, 2, 3], [2, 1, 0], [0, 1, 3]])
def test_hole_or_disorder_inside_a_batch(
    headquarters: Headquarters, counter: Counter, expected_logs: ExpectedLogs, order: list[int]
) -> None:
    expected_logs.expect("hq.ingest", r"entry\.gap")
    answer = counter.send([counter.book.entries[at] for at in order])
    assert refusal(answer)[0] == "entry.gap"
    assert stored(headquarters) == []
    assert counter.marks().received.hash == ZERO_HASH


def test_fork_is_kept_beside_the_chain(
    headquarters: Headquarters, counter: Counter, expected_logs: ExpectedLogs
) -> None:
    """A cloned disk goes on with the same key: refused, named, and the evidence is here."""
    expected_logs.expect("hq.ingest", r"entry\.fork at 5")
    book = counter.book
    common = list(book.entries)
    state = book.state
    first = write_items(book, 1)
    counter.sent(book.entries)
    book.entries, book.state = list(common), state
    second = write_items(book, 2)
    assert first[0].hash != second[0].hash
    answer = counter.send(second)
    assert refusal(answer) == ("entry.fork", 5)
    assert [e.body for e in stored(headquarters)] == [e.body for e in [*common, *first]]
    with headquarters.database.read() as connection:
        side = list(connection.execute(select(SIDE_ENTRIES).order_by(SIDE_ENTRIES.c.seq)))
    assert [row.hash for row in side] == [entry.hash for entry in second]
    assert entry_from_json(json.loads(side[0].entry)) == second[0]
    counter.send(second)
    assert count(headquarters, SIDE_ENTRIES) == len(second)
    assert alarms(headquarters) == {("entry.fork", 5): 2}


def test_wrong_previous_is_refused(
    headquarters: Headquarters, counter: Counter, expected_logs: ExpectedLogs
) -> None:
    expected_logs.expect("hq.ingest", r"entry\.previous at 4")
    book = counter.book
    counter.sent(book.entries[:3])
    wrong = forged(book, book.entries[3], previous=b"\x07" * 32)
    assert refusal(counter.send([wrong])) == ("entry.previous", 4)
    inside = [forged(book, book.entries[3], previous=b"\x07" * 32)]
    assert refusal(counter.send([book.entries[2], *inside])) == ("entry.previous", 4)
    assert len(stored(headquarters)) == 3
    assert count(headquarters, SIDE_ENTRIES) == 1


def test_bad_terminal_signature_is_refused(
    headquarters: Headquarters, counter: Counter, expected_logs: ExpectedLogs
) -> None:
    expected_logs.expect("hq.ingest", r"entry\.signature at 4")
    entries = list(counter.book.entries)
    entries[3] = replace(entries[3], terminal_signature=entries[1].terminal_signature)
    assert refusal(counter.send(entries)) == ("entry.signature", 4)
    assert stored(headquarters) == []  # not even the three good ones before it
    counter.sent(counter.book.entries)


def test_changed_body_is_refused(counter: Counter, expected_logs: ExpectedLogs) -> None:
    """T16: whoever edits an entry on the way, or in the counter's file, breaks its signature."""
    expected_logs.expect("hq.ingest", r"entry\.signature at 1")
    entries = list(counter.book.entries)
    body = entries[0].body.replace(b'"date":"2026-11-21"', b'"date":"2026-11-22"')
    assert body != entries[0].body
    entries[0] = replace(entries[0], body=body)
    assert refusal(counter.send(entries[:1])) == ("entry.signature", 1)


@pytest.mark.parametrize("spoilt", ["data", "nonce", "month", "retention", "dropped", "all dropped"])
def test_bad_commitment_is_refused(
    headquarters: Headquarters, counter: Counter, expected_logs: ExpectedLogs, spoilt: str
) -> None:
    expected_logs.expect("hq.ingest", r"entry\.commitment at 5")
    book = counter.book
    counter.sent(book.entries)
    entry = write_items(book, 0)[0]
    part = entry.attachments[0]
    assert part is not None
    changed = {
        "data": (replace(part, data=part.data[:-1] + b"\0"),),
        "nonce": (replace(part, nonce=bytes(32)),),
        "month": (replace(part, month="2026-10"),),
        "retention": (replace(part, retention="other"),),
        "dropped": (None,),
        "all dropped": (),
    }[spoilt]
    assert refusal(counter.send([replace(entry, attachments=changed)])) == ("entry.commitment", 5)
    assert len(stored(headquarters)) == 4
    counter.sent([entry])


def test_annex_that_is_gone_is_no_fault(counter: Counter) -> None:
    """Its month's key may have been destroyed while the counter was offline."""
    book = counter.book
    entries = write_items(book, 1)
    item = entries[1]
    entries[1] = replace(item, attachments=(item.attachments[0], None))
    counter.sent(book.entries[:4])
    assert counter.sent(entries).received == book.state.head


def test_entries_of_another_terminal_are_refused(
    headquarters: Headquarters, counter: Counter, expected_logs: ExpectedLogs
) -> None:
    expected_logs.expect("hq.ingest", r"entry\.wrong_terminal at 1")
    other = headquarters.book("990100-01-04")
    assert refusal(counter.send(other.entries)) == ("entry.wrong_terminal", 1)
    assert stored(headquarters) == []


def test_another_epoch_or_key_is_refused(counter: Counter, expected_logs: ExpectedLogs) -> None:
    expected_logs.expect("hq.ingest", r"entry\.key at 1")
    book = counter.book
    first = book.entries[0]
    assert refusal(counter.send([forged(book, first, epoch=2)])) == ("entry.key", 1)
    assert refusal(counter.send([forged(book, first, terminal_key="A" * 22)])) == ("entry.key", 1)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"entries":null}',
        b'{"entries":[{}]}',
        b'{"entries":[],"more":1}',
        b'{"entries":[' + b"[" * 5000,
        b"\xff\xfe",
        b'{"entries":[{"body":"!","terminal_signature":"","session_signature":null,"attachments":[]}]}',
        b'{"entries":[{"body":"e30","terminal_signature":"","session_signature":null,"attachments":[]}]}',
    ],
)
def test_what_is_not_a_batch_is_refused(shared: Counter, expected_logs: ExpectedLogs, body: bytes) -> None:
    expected_logs.expect("hq.ingest", r"entry\.form(at_unknown)? at 0")
    answer = shared.request("POST", path_entries(shared.book.terminal), body)
    assert refusal(answer) in (("entry.form", 0), ("entry.format_unknown", 0))


def test_too_many_entries_are_refused(counter: Counter) -> None:
    entry = counter.book.entries[0]
    status, code, _ = fault(counter.send([entry] * (MAX_BATCH_ENTRIES + 1)))
    assert (status, code) == (413, "hq.too_large")
    assert counter.sent([entry] * MAX_BATCH_ENTRIES).received.seq == 1


def test_four_writers_of_one_terminal_make_one_chain(
    headquarters: Headquarters, counter: Counter, expected_logs: ExpectedLogs
) -> None:
    """The same journal in overlapping batches from four threads: what is early is a gap, nothing doubles."""
    expected_logs.allow("hq.ingest", r"entry\.gap")
    book = counter.book
    write_items(book, 15)
    begin, faults = threading.Barrier(4), []

    def write(size: int) -> None:
        begin.wait(10)
        at = 0
        while at < len(book.entries):
            answer = counter.send(book.entries[at : at + size])
            if answer.status_code != 200 and answer.json()["facts"].get("fault") != "entry.gap":
                faults.append(answer.text)
                return
            at = at + size if answer.status_code == 200 else answer.json()["facts"]["received"]

    threads = [threading.Thread(target=write, args=(size,)) for size in (3, 4, 7, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(100)
    assert faults == []
    assert [entry.body for entry in stored(headquarters)] == [entry.body for entry in book.entries]
    assert counter.marks().received == book.state.head


def test_two_histories_race_and_one_wins(
    headquarters: Headquarters, counter: Counter, expected_logs: ExpectedLogs
) -> None:
    """T13: two disks with one key within the same instant; one chain, the other kept beside it."""
    expected_logs.expect("hq.ingest", r"entry\.fork at 5")
    book = counter.book
    counter.sent(book.entries)
    common, state = list(book.entries), book.state
    histories = []
    for _ in range(2):
        book.entries, book.state = list(common), state
        histories.append(write_items(book, 2))
    begin, answers = threading.Barrier(2), []

    def write(entries: list[Entry]) -> None:
        begin.wait(10)
        answers.append((counter.send(entries).status_code, entries))

    threads = [threading.Thread(target=write, args=(entries,)) for entries in histories]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    won = [entries for status, entries in answers if status == 200]
    assert len(won) == 1
    assert [entry.body for entry in stored(headquarters)] == [e.body for e in [*common, *won[0]]]
    assert count(headquarters, SIDE_ENTRIES) == len(won[0])


def test_terminals_do_not_touch_each_other(headquarters: Headquarters) -> None:
    first, second = headquarters.counter("990100-01-03"), headquarters.counter("990100-01-04")
    first.sent(first.book.entries)
    assert second.marks().received.seq == 0
    second.sent(second.book.entries)
    with headquarters.database.read() as connection:
        heads = {row.terminal: row.hash for row in connection.execute(select(HEADS))}
    assert heads == {c.book.terminal: c.book.state.head.hash for c in (first, second)}


def test_enrolment_between_signature_and_lock(headquarters: Headquarters, counter: Counter) -> None:
    """A request that was admitted in the old epoch writes nothing once the next is granted."""
    admitted = Terminal(counter.book.terminal, BRANCH, 1, counter.book.key.public)
    headquarters.counter()  # a second enrolment of the same terminal
    with pytest.raises(HqError) as caught:
        headquarters.service.ingest.take(admitted, batch(counter.book.entries))
    assert caught.value.code is HqFault.BUSY  # it comes again, and is told then
    assert stored(headquarters) == []
