"""What an earlier epoch wrote after its end, from a backup: the present one hands it in, beside the chain."""

from __future__ import annotations

import pytest

from core.ledger.entry import Entry, terminal_message
from core.ledger.state import State
from core.ledger.writer import EntryWriter, Proposal
from hq.terminals import revoke
from tests.core.books import RULES
from tests.guards import ExpectedLogs
from tests.hq.entries import write_items
from tests.hq.headquarters import Counter, Headquarters, fault, refusal
from tests.hq.test_epochs import replaced

ENDED = Proposal("SessionEnded", {"operator": "OP10001", "session": "s-1", "cause": "restart"}, "op-other")


@pytest.fixture
def burned(headquarters: Headquarters, counter: Counter) -> tuple[Counter, list[Entry]]:
    """A machine in the second epoch, and what a backup of the one before still has: entries 5 to 14."""
    counter.sent(counter.book.entries)
    new = replaced(counter, counter.book.entries)
    new.sent(new.book.entries[4:])
    return new, write_items(counter.book, 3)


def beside(headquarters: Headquarters) -> list[tuple[int, int, int, str]]:
    """Each branch: its epoch, first and last entry, cause."""
    return [(row["epoch"], row["first"], row["last"], row["cause"]) for row in headquarters.listed()["late"]]


def test_it_stands_beside_the_chain_once(
    headquarters: Headquarters, burned: tuple[Counter, list[Entry]]
) -> None:
    new, late = burned
    for some in (late[:4], late[2:], late):  # in pieces, doubled, all again
        marks = new.sent(some)
        assert (marks.received, marks.replaced) == (some[-1].head, 2)
    assert beside(headquarters) == [(1, 5, 14, "late")]
    assert new.marks().received == new.book.state.head
    new.sent(write_items(new.book, 1))
    headquarters.follow()
    assert headquarters.listed()["folded"] == len(new.book.entries)


def test_a_batch_over_the_end_of_the_epoch_is_taken_as_well(
    headquarters: Headquarters, burned: tuple[Counter, list[Entry]]
) -> None:
    new, late = burned
    marks = new.sent([*new.book.entries[2:4], *late[:3]])
    assert marks.received == late[2].head
    assert beside(headquarters) == [(1, 5, 7, "late")]
    assert {alarm["fault"] for alarm in headquarters.listed()["alarms"]} == {"late"}


def after(writer: EntryWriter, before: Entry) -> Entry:
    """An entry of that writer's under the next number, in another one's chain."""
    (made,), _state = writer.compose([ENDED], State(before.head, State().value), None, RULES)
    return made


def test_an_entry_of_another_epoch_among_them_is_refused(
    headquarters: Headquarters,
    counter: Counter,
    burned: tuple[Counter, list[Entry]],
    expected_logs: ExpectedLogs,
) -> None:
    """It would stand in a branch that nobody can take in."""
    expected_logs.expect("hq.ingest", r"entry\.key at \d+")
    new, late = burned
    other = after(new.book.writer, late[0])
    assert refusal(new.send([late[0], other])) == ("entry.key", 6)
    assert refusal(new.send([late[0], other, after(counter.book.writer, other)])) == ("entry.key", 6)
    assert beside(headquarters) == []


def test_only_that_epochs_own_signature_makes_it_authentic(
    headquarters: Headquarters, burned: tuple[Counter, list[Entry]], expected_logs: ExpectedLogs
) -> None:
    """The machine that hands it in cannot sign it."""
    expected_logs.expect("hq.ingest", r"entry\.signature at \d+")
    new, late = burned
    signature = new.book.key.sign(terminal_message(late[3].body))
    forged = [*late[:3], Entry(late[3].body, signature, late[3].session_signature, late[3].attachments)]
    assert refusal(new.send(forged)) == ("entry.signature", 8)
    assert beside(headquarters) == []


def test_an_epoch_that_was_never_granted_has_no_key(
    headquarters: Headquarters, burned: tuple[Counter, list[Entry]], expected_logs: ExpectedLogs
) -> None:
    expected_logs.expect("hq.ingest", r"entry\.key at \d+")
    new, late = burned
    book = new.book
    ungranted = EntryWriter(book.terminal, 3, book.key, book.opening.public, book.clock)
    assert refusal(new.send([after(ungranted, late[-1])])) == ("entry.key", 15)
    stranger = EntryWriter(book.terminal, 1, book.key, book.opening.public, book.clock)
    assert refusal(new.send([after(stranger, new.book.entries[3])])) == ("entry.key", 5)
    assert beside(headquarters) == []


def test_what_a_revoked_machine_still_had_is_taken_too(headquarters: Headquarters, counter: Counter) -> None:
    """It was stolen, and its backup was not: a supervisor decides what counts."""
    counter.sent(counter.book.entries)
    revoke(headquarters.database, counter.book.terminal)
    new = replaced(counter, counter.book.entries)
    new.sent(new.book.entries[4:])
    late = write_items(counter.book, 1)
    assert fault(counter.send(late))[2]["what"] == "revoked"
    assert new.sent(late).received == late[-1].head
    assert beside(headquarters) == [(1, 5, 8, "late")]


def test_of_an_epoch_before_the_last_as_well(headquarters: Headquarters, counter: Counter) -> None:
    counter.sent(counter.book.entries)
    second = replaced(counter, counter.book.entries)
    second.sent(second.book.entries[4:])
    third = replaced(second, second.book.entries)
    third.sent(third.book.entries[len(second.book.entries) :])
    firsts, seconds = write_items(counter.book, 1), write_items(second.book, 1)
    assert third.sent(seconds).received == seconds[-1].head
    assert third.sent(firsts).received == firsts[-1].head
    assert beside(headquarters) == [(1, 5, 8, "late"), (2, 7, 10, "late")]
    assert headquarters.listed()["received"]["seq"] == len(third.book.entries)


def test_it_must_follow_its_epochs_end(
    headquarters: Headquarters, burned: tuple[Counter, list[Entry]], expected_logs: ExpectedLogs
) -> None:
    expected_logs.expect("hq.ingest", r"entry\.gap at 6")
    new, late = burned
    assert refusal(new.send(late[1:])) == ("entry.gap", 6)
    assert beside(headquarters) == []
