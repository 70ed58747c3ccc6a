"""The chain: what a verifier accepts, and that every single change is named."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import wire
from core.crypto.keys import new_signer
from core.errors import EntryError, EntryFault
from core.exchange import entry_from_json, entry_to_json
from core.ledger.chain import Verifier
from core.ledger.documents import Grant
from core.ledger.entry import EMPTY_HEAD, Entry, Head, parse_header
from core.ledger.state import State, fold, from_bytes
from core.ledger.writer import Proposal
from tests.core.books import Book

pytestmark = pytest.mark.requirement("I2")


@pytest.fixture(scope="module")
def book() -> Book:
    book = Book().found().log_in()
    sender = book.sender()
    for _ in range(3):
        book.printed(book.item(sender))
    book.propose(Proposal("OperatorLocked", {"cause": "key"}, book.operation(), True))
    book.session = None
    book.log_in()
    book.item(book.sender())
    return book


def walk(book: Book, entries: list[Entry]) -> Verifier:
    verifier = Verifier(book.terminal, book.headquarters.public)
    verifier.grant_keys(entries[:3])
    for entry in entries:
        verifier.follow(entry)
    return verifier


def test_a_whole_book_is_accepted(book: Book) -> None:
    assert walk(book, book.entries).head == book.state.head


def test_entries_survive_the_way(book: Book) -> None:
    travelled = [entry_from_json(entry_to_json(entry)) for entry in book.entries]
    assert walk(book, travelled).head == book.state.head


@given(data=st.data())
@settings(max_examples=80, deadline=None)
def test_any_changed_byte_is_found(book: Book, data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(book.entries) - 1))
    entry = book.entries[number]
    place = data.draw(st.sampled_from(["body", "terminal_signature", "session_signature", "attachment"]))
    bit = 1 << data.draw(st.integers(0, 7))

    def flip(raw: bytes) -> bytes:
        at = data.draw(st.integers(0, len(raw) - 1))
        return raw[:at] + bytes([raw[at] ^ bit]) + raw[at + 1 :]

    if place == "attachment":
        if not entry.attachments:
            return
        part = entry.attachments[0]
        assert part is not None
        member = data.draw(st.sampled_from(["nonce", "data"]))
        changes: dict[str, Any] = {member: flip(getattr(part, member))}
        changed = dataclasses.replace(part, **changes)
        bad = dataclasses.replace(entry, attachments=(changed, *entry.attachments[1:]))
    else:
        if getattr(entry, place) is None:
            return
        changes = {place: flip(getattr(entry, place))}
        bad = dataclasses.replace(entry, **changes)
    with pytest.raises(EntryError):
        walk(book, [*book.entries[:number], bad, *book.entries[number + 1 :]])


@pytest.mark.parametrize("changed", [b'"grant"', b'"grant_signature"', b'"key"', b'"kind_version":1'])
def test_a_first_entry_whose_grant_is_lost_is_named(book: Book, changed: bytes) -> None:
    first = next(at for at, one in enumerate(book.entries) if one.header.kind == "EpochOpened")
    body = book.entries[first].body
    other = changed.replace(b":1", b":2") if b":" in changed else changed.swapcase()
    bad = dataclasses.replace(book.entries[first], body=body.replace(changed, other))
    with pytest.raises(EntryError):
        walk(book, [*book.entries[:first], bad, *book.entries[first + 1 :]])


def test_dropped_swapped_and_doubled_entries_are_found(book: Book) -> None:
    one = book.entries
    for bad in ([*one[:5], *one[6:]], [*one[:5], one[6], one[5], *one[7:]], [*one[:6], one[5], *one[6:]]):
        with pytest.raises(EntryError) as raised:
            walk(book, bad)
        assert raised.value.code is EntryFault.GAP


def test_what_follows_another_history_is_found() -> None:
    """A cloned disk: the same keys, two histories of one length, every signature good."""
    book = Book().found().log_in()
    clone = copy.copy(book)
    clone.entries = list(book.entries)
    book.sender()
    clone.sender()
    clone.sender()
    assert len(clone.entries) == len(book.entries) + 1
    with pytest.raises(EntryError) as raised:
        walk(book, [*book.entries, clone.entries[-1]])
    assert raised.value.code is EntryFault.PREVIOUS


def test_a_person_cannot_be_impersonated_with_the_terminal_key(book: Book) -> None:
    """Somebody holding the terminal's key still has no key of the operator's."""
    thief = Book(book.terminal, headquarters=book.headquarters, opening=book.opening, key=book.key)
    thief.entries, thief.state = list(book.entries), book.state
    thief.person = new_signer()
    thief.log_in()
    with pytest.raises(EntryError) as raised:
        walk(book, thief.entries)
    assert raised.value.code is EntryFault.SIGNATURE


def test_a_session_ends_at_lock(book: Book) -> None:
    late = Book(
        book.terminal, headquarters=book.headquarters, opening=book.opening, key=book.key, person=book.person
    )
    late.found().log_in()
    session = late.session
    late.propose(Proposal("OperatorLocked", {"cause": "key"}, late.operation(), True))
    late.session = session
    late.sender()
    with pytest.raises(EntryError) as raised:
        walk(late, late.entries)
    assert raised.value.code is EntryFault.SESSION


def test_a_session_dies_with_its_time(book: Book) -> None:
    late = Book().found().log_in()
    late.machine.advance(13 * 3600)
    late.sender()
    with pytest.raises(EntryError) as raised:
        walk(late, late.entries)
    assert (raised.value.code, raised.value.facts["what"]) == (EntryFault.SESSION, "ended")


def test_a_second_first_operator_is_refused() -> None:
    """HQ cannot quietly bring in a key: after the first, an endorsement is needed."""
    book = Book().found()
    other = Book(book.terminal, operator="OP20001", headquarters=book.headquarters)
    from core.crypto.keys import new_agreement
    from core.ledger.founding import operator_accepted

    book.propose(
        operator_accepted(
            book.terminal, "OP20001", "clerk", other.person, new_agreement().public, book.operation()
        )
    )
    with pytest.raises(EntryError) as raised:
        walk(book, book.entries)
    assert raised.value.code is EntryFault.KEY


def test_a_kind_that_could_carry_a_name_cannot_be_written() -> None:
    book = Book().found().log_in()
    for kind, data in (
        ("OperatorLocked", {"cause": "示例甲"}),
        ("OperatorLocked", {"cause": "key", "note": "x"}),
        ("ItemRefused", {"visit": "13800138000 示例", "reason": "prohibited"}),
    ):
        with pytest.raises(EntryError):
            book.propose(Proposal(kind, data, book.operation(), True))


def test_state_is_the_same_however_it_is_folded(book: Book) -> None:
    state = State()
    for entry in book.entries:
        state = fold(state, entry)
    assert state.hash() == book.state.hash()
    again = from_bytes(state.to_bytes())
    assert again is not None
    assert again.hash() == state.hash()


def test_fold_leaves_its_input_alone(book: Book) -> None:
    state = State()
    seen = []
    for entry in book.entries:
        seen.append((state, state.hash()))
        state = fold(state, entry)
    assert all(before.hash() == was for before, was in seen)


def test_counts_and_labels(book: Book) -> None:
    assert book.state.counts["accepted"] == 4
    assert book.state.counts["labels"] == 3
    assert [row["state"] for row in book.state.value["labels"].values()] == ["due"]


def test_an_epoch_begins_where_headquarters_granted_it(book: Book) -> None:
    """A grant for another starting head does not fit: the entries before it were swapped or dropped."""
    other = Book().found()
    grant = Grant(other.terminal, other.terminal[:9], 1, other.key.public,
                  Head(1, 4, bytes(32)), other.opening.public)  # fmt: skip
    verifier = Verifier(other.terminal, other.headquarters.public)
    verifier.learn(grant)
    with pytest.raises(EntryError) as raised:
        verifier.follow(other.entries[0])
    assert (raised.value.code, raised.value.facts["what"]) == (EntryFault.FORK, "epoch start")


def test_one_epoch_has_one_key(book: Book) -> None:
    other = Book().found()
    verifier = Verifier(other.terminal, other.headquarters.public)
    for key in (other.key.public, new_signer().public):
        grant = Grant(other.terminal, "990100-01", 1, key, EMPTY_HEAD, other.opening.public)
        if key == other.key.public:
            verifier.learn(grant)
            continue
        with pytest.raises(EntryError):
            verifier.learn(grant)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("actor", {"type": "system", "name": "x"}),
        ("trusted", {"at": "2026-11-21T06:00:00.000Z", "quality": "good"}),
        ("trusted", {"at": "2026-11-21T06:00:00.000Z", "quality": "confirmed", "zone": "x"}),
        ("keys", {"terminal": "a"}),
        ("attachments", [{"class": "annex", "retention": "a", "month": "2026-11", "size": 1}]),
        ("epoch", 0),
        ("seq", True),
    ],
)
def test_a_header_with_other_members_is_refused(book: Book, member: str, value: object) -> None:
    fields = {**book.entries[0].fields, member: value}
    with pytest.raises(EntryError) as raised:
        parse_header(fields)
    assert raised.value.code is EntryFault.FORM


DECLINED = {
    "branch": wire.b64(bytes(32)), "epoch": 1, "first": 2, "last": 3, "base": wire.b64(bytes(32)),
    "tip": wire.b64(bytes(32)), "reason": "again",
}  # fmt: skip


@pytest.mark.parametrize(
    ("role", "proposal"),
    [
        ("clerk", Proposal("BranchDeclined", DECLINED, "op-x", True)),
        ("auditor", Proposal("ReprintAsked", {"item": 1}, "op-x", True)),
    ],
)
def test_what_her_role_may_not_do_does_not_count(role: str, proposal: Proposal) -> None:
    """Signed with her own key, by a changed program: whoever follows the chain asks the table."""
    book = Book(role=role).found()
    verifier = walk(book, book.entries)
    book.log_in()
    entered = verifier.admit(book.entries[-1])
    assert (entered is None) is (role == "clerk")
    said = verifier.admit(book.propose(proposal)[-1])
    assert said is not None
    assert (said.code, said.facts["what"]) == (EntryFault.SESSION, "role")
    lock = Proposal("OperatorLocked", {"cause": "key"}, book.operation(), True)
    assert verifier.admit(book.propose(lock)[-1]) is None
