"""HQ's own fold: the same state hash, a close compared, what is not sound stops it and is named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import delete, update

from core import wire
from core.ledger.documents import Exemption, exemption_message
from core.ledger.entry import Entry, build_body, session_message, stamp, terminal_message
from core.ledger.state import State, fold
from core.ledger.writer import Proposal
from hq.follower import Follower
from hq.reviews import list_reviews
from hq.schema import DAY_ENDS, ENTRIES, FOLLOWER
from tests.core.books import Book
from tests.guards import ExpectedLogs
from tests.hq.entries import close_day, open_day, write_items
from tests.hq.headquarters import Counter, Headquarters


def a_day(book: Book, items: int = 2) -> None:
    """Items, and the close."""
    write_items(book, items)
    close_day(book)


def test_same_fold_same_state(headquarters: Headquarters, counter: Counter) -> None:
    book = counter.book
    a_day(book)
    open_day(book)
    a_day(book, 3)
    counter.sent(book.entries)
    assert headquarters.listed()["folded"] == 0
    headquarters.follow()
    row = headquarters.listed()
    assert row["folded"] == row["received"]["seq"] == book.state.head.seq
    assert row["state"] == wire.b64(book.state.hash())
    assert row["alarms"] == []
    assert not row["stopped"]


def test_steps_of_any_size_end_alike(headquarters: Headquarters, counter: Counter) -> None:
    """The snapshot between two steps holds all that is needed, also in the middle of a session."""
    book = counter.book
    a_day(book)
    open_day(book)
    write_items(book, 4)
    counter.sent(book.entries)
    follower = Follower(headquarters.database, headquarters.home.signing)
    size = 1
    while count := follower.step(book.terminal, size):
        assert count <= size
        size = size % 7 + 1
    row = headquarters.listed()
    assert row["state"] == wire.b64(book.state.hash())
    assert row["alarms"] == []


def test_view_is_made_again_from_the_entries(headquarters: Headquarters, counter: Counter) -> None:
    a_day(counter.book)
    counter.sent(counter.book.entries)
    headquarters.follow()
    before = headquarters.listed()
    with headquarters.database.write() as connection:
        connection.execute(delete(FOLLOWER))
        connection.execute(delete(DAY_ENDS))
    headquarters.follow()
    assert headquarters.listed() == before


def test_late_verdict_on_an_earlier_day(headquarters: Headquarters, counter: Counter) -> None:
    """The close may come after the next day began; and it may name any place it meant."""
    book = counter.book
    write_items(book, 1)
    day, last, state = book.state.day, book.state.head.seq, book.state.hash()
    open_day(book)
    write_items(book, 1)
    middle = book.state
    write_items(book, 1)
    for named, hash_ in ((last, state), (middle.head.seq, middle.hash())):
        data = {"day": day, "last": named, "fold": 1, "state": wire.b64(hash_)}
        book.propose(Proposal("DayClosed", data, book.operation(), by_person=True))
    counter.sent(book.entries)
    headquarters.follow()
    assert headquarters.listed()["alarms"] == []
    assert headquarters.listed()["state"] == wire.b64(book.state.hash())


def test_counters_wrong_state_is_an_alarm(
    headquarters: Headquarters, counter: Counter, expected_logs: ExpectedLogs
) -> None:
    expected_logs.expect("hq.follower", r"entry\.state")
    book = counter.book
    write_items(book, 1)
    wrong = close_day(book, state=b"\x01" * 32)
    write_items(book, 1)
    counter.sent(book.entries)
    headquarters.follow()
    row = headquarters.listed()
    (alarm,) = row["alarms"]
    assert (alarm["fault"], alarm["seq"]) == ("entry.state", wrong.header.seq)
    assert "state hash" in alarm["what"]
    assert row["folded"] == book.state.head.seq  # a difference is told; what follows is still read


def test_close_that_names_the_future_is_an_alarm(
    headquarters: Headquarters, counter: Counter, expected_logs: ExpectedLogs
) -> None:
    expected_logs.expect("hq.follower", r"entry\.state")
    close_day(counter.book, last=counter.book.state.head.seq + 5)
    counter.sent(counter.book.entries)
    headquarters.follow()
    assert [alarm["fault"] for alarm in headquarters.listed()["alarms"]] == ["entry.state"]


def test_planted_fold_difference_is_an_alarm(
    headquarters: Headquarters, counter: Counter, expected_logs: ExpectedLogs
) -> None:
    """Should HQ's program fold otherwise than the counter's, the first close tells."""
    expected_logs.expect("hq.follower", r"entry\.state")

    def counts_too_much(state: State, entry: Entry) -> State:
        after = fold(state, entry)
        if entry.header.kind != "ItemAccepted":
            return after
        return State(after.head, {**after.value, "items": after.value["items"] + 1})

    a_day(counter.book)
    counter.sent(counter.book.entries)
    follower = Follower(headquarters.database, headquarters.home.signing, fold_with=counts_too_much)
    follower.catch_up(counter.book.terminal)
    assert [alarm["fault"] for alarm in headquarters.listed()["alarms"]] == ["entry.state"]
    assert headquarters.listed()["state"] != wire.b64(counter.book.state.hash())


def test_forged_person_stops_the_follower(
    headquarters: Headquarters, counter: Counter, expected_logs: ExpectedLogs
) -> None:
    """T16: the terminal's key alone cannot act as a clerk.  Received, but never followed, never safe."""
    expected_logs.expect("hq.follower", r"entry\.signature at 6")
    book = counter.book
    book.sender()
    before = book.state
    item = book.item(5)
    assert item == 6
    forged = book.entries[-1]
    book.entries[-1] = replace(forged, session_signature=book.key.sign(session_message(forged.body)))
    write_items(book, 1)
    counter.sent(book.entries)
    headquarters.follow()
    row = headquarters.listed()
    assert row["received"]["seq"] == book.state.head.seq
    assert (row["folded"], row["stopped"]) == (5, True)
    assert row["state"] == wire.b64(before.hash())
    assert [(alarm["fault"], alarm["seq"]) for alarm in row["alarms"]] == [("entry.signature", 6)]


def test_an_exemption_that_its_own_clerk_approved_is_parked_by_name(
    headquarters: Headquarters, counter: Counter, expected_logs: ExpectedLogs
) -> None:
    """A letter is exempted by law; anything else by a second person, whose signature is checked here too."""
    expected_logs.expect("hq.follower", r"entry\.key at 6")
    book = counter.book
    noticed = {"visit": "v-1", "notice": "n-1", "acknowledged": "spoken"}
    nobody = {"reason": "none", "approved_by": None, "approved_at": None, "approval": None}
    letter = {"ground": "letter", **nobody, **noticed}
    at = book.clock.now().at
    own = Exemption(book.terminal, 1, "v-1", "exempt", "own_service_post", book.operator, at)
    approval = wire.b64(book.person.sign(exemption_message(own)))
    approved = {"approved_by": book.operator, "approved_at": stamp(at), "approval": approval}
    exempted = {"ground": "exempt", "reason": own.reason, **approved, **noticed}
    for data in (letter, exempted):
        book.propose(Proposal("SenderExempted", data, book.operation(), by_person=True))
    write_items(book, 1)
    counter.sent(book.entries)
    headquarters.follow()
    row = headquarters.listed()
    assert (row["folded"], row["stopped"]) == (book.state.head.seq, False)
    assert row["state"] == wire.b64(book.state.hash())  # the counter counted it too
    assert [(alarm["fault"], alarm["seq"]) for alarm in row["alarms"]] == [("entry.key", 6)]
    (parked,) = (each for each in list_reviews(headquarters.database) if each["why"] != "annex")
    assert (parked["seq"], parked["why"], parked["owner"]) == (6, "content", "headquarters")


@pytest.mark.requirement("T23")
def test_stopped_terminal_is_tried_again_by_a_new_start(
    headquarters: Headquarters, counter: Counter, expected_logs: ExpectedLogs
) -> None:
    """What refused an entry kept nothing of it: with the right bytes it goes on from there.

    The entry is the first operator's key, which must come before any other operator is known.
    """
    expected_logs.expect("hq.follower", r"entry\.session at 3")
    book = counter.book
    write_items(book, 1)
    counter.sent(book.entries)
    place = (ENTRIES.c.terminal == book.terminal, ENTRIES.c.seq == 3)
    for signature, folded in ((b"of nobody", 2), (b"of nobody", 2), (None, book.state.head.seq)):
        with headquarters.database.write() as connection:
            connection.execute(update(ENTRIES).where(*place).values(session_signature=signature))
        headquarters.service.worker.follower.retry_stopped()
        headquarters.follow()
        assert headquarters.listed()["folded"] == folded
    assert not headquarters.listed()["stopped"]
    assert headquarters.listed()["state"] == wire.b64(book.state.hash())
    assert [alarm["count"] for alarm in headquarters.listed()["alarms"]] == [2]


@pytest.mark.requirement("R23")
def test_authentic_nonsense_is_parked_and_the_rest_goes_on(
    headquarters: Headquarters, counter: Counter, expected_logs: ExpectedLogs
) -> None:
    """T23: a terminal that signs what its kind cannot mean is a fault of that terminal, not of HQ."""
    expected_logs.expect("hq.follower", r"entry\.(form|state)")
    book = counter.book
    before = book.state
    nonsense = written(book, "DayOpened", 1, {"day": -1, "nonsense": True})
    poison = written(book, "DayOpened", 1, {"day": 2, "date": "2026-11-22", "more": "\x00"})
    newer = written(book, "DayOpened", 2, {"day": {}})
    book.state = State(book.entries[-1].head, before.value)
    write_items(book, 2)
    counter.sent(book.entries)
    headquarters.follow()
    row = headquarters.listed()
    assert (row["folded"], row["stopped"]) == (book.state.head.seq, False)
    assert row["state"] == wire.b64(book.state.hash())
    parked = [each for each in list_reviews(headquarters.database) if each["why"] != "annex"]
    assert [(each["seq"], each["why"], each["kind"]) for each in parked] == [
        (nonsense, "form", "DayOpened/1"),
        (poison, "form", "DayOpened/1"),
        (newer, "kind", "DayOpened/2"),
    ]
    # Judged anew by a follower that begins again, each is still there once.
    with headquarters.database.write() as connection:
        connection.execute(delete(FOLLOWER))
    headquarters.follow()
    assert [each["seq"] for each in list_reviews(headquarters.database) if each["why"] != "annex"] == [
        nonsense,
        poison,
        newer,
    ]


def written(book: Book, kind: str, version: int, data: dict[str, object]) -> int:
    """An entry that only its terminal signed, whatever it says; its seq."""
    last = book.entries[-1]
    header = replace(
        book.entries[0].header,
        seq=last.header.seq + 1,
        previous=last.hash,
        kind=kind,
        kind_version=version,
    )
    body = build_body(header, data)
    book.entries.append(Entry(body, book.key.sign(terminal_message(body))))
    return header.seq


def test_unknown_kind_changes_nothing_but_the_head(headquarters: Headquarters, counter: Counter) -> None:
    """A counter with a newer program: its new kinds are kept and passed over."""
    book = counter.book
    header = replace(
        book.entries[0].header,
        seq=book.state.head.seq + 1,
        previous=book.state.head.hash,
        kind="SomethingNew",
    )
    body = build_body(header, {"anything": 1})
    unknown = Entry(body, book.key.sign(terminal_message(body)))
    book.entries.append(unknown)
    book.state = fold(book.state, unknown)
    write_items(book, 1)
    counter.sent(book.entries)
    headquarters.follow()
    assert headquarters.listed()["state"] == wire.b64(book.state.hash())


def test_two_followers_do_not_count_twice(headquarters: Headquarters, counter: Counter) -> None:
    """Two nodes look at the same terminal; the slower one's step is dropped."""
    a_day(counter.book)
    counter.sent(counter.book.entries)
    terminal = counter.book.terminal
    slow = Follower(headquarters.database, headquarters.home.signing)
    fast = Follower(headquarters.database, headquarters.home.signing)

    stepped: list[int] = []

    def meanwhile(state: State, entry: Entry) -> State:
        if not stepped:
            stepped.append(fast.step(terminal, 3))
        return fold(state, entry)

    slow = Follower(headquarters.database, headquarters.home.signing, fold_with=meanwhile)
    assert slow.step(terminal, 5) == 0
    assert stepped == [3]
    assert headquarters.listed()["folded"] == 3
    fast.catch_up(terminal)
    assert headquarters.listed()["state"] == wire.b64(counter.book.state.hash())
