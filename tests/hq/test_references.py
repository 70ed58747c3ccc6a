"""Contacts by reference at headquarters: given out for the same document, waited for, or parked by name."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete

from core import wire
from core.acceptance.as_in import Target
from hq.opening import Opening
from hq.opening_key import FileOpeningKey
from hq.schema import ATTACHMENTS
from tests.core.books import Book
from tests.hq.headquarters import Counter, Headquarters

TYPED = {"phone": "13800138000", "address": "示例省示例市样本路1号"}
RECIPIENT = {"name": "示例乙", "phone": "13900139000", "address": "示例省示例市样本路2号"}
NUMBER = "11010519491231002X"
TERMINAL, ELSEWHERE = "990100-01-03", "990100-01-04"


def payload(contact: object = TYPED, recipient: object = RECIPIENT, **sender: object) -> bytes:
    """A sealed part, as far as references look at it."""
    document = {"document": "resident", "number": NUMBER, **sender}
    return wire.encode({"form": 1, "sender": {**document, "contact": contact}, "recipient": recipient})


def as_in(seq: int, terminal: str = TERMINAL, epoch: int = 1) -> dict[str, Any]:
    return {"as_in": Target(terminal, epoch, seq).as_json()}


def accept(book: Book, sealed: bytes) -> int:
    """One item with this sealed part; its seq."""
    return book.item(book.sender(), sealed)


def opened(headquarters: Headquarters, seq: int, terminal: str = TERMINAL) -> tuple[Any, Any]:
    """(the sender's contact, the recipient) as ``journal show --open`` gives them."""
    shown = service(headquarters).show(terminal, seq)
    return shown[0]["sender"]["contact"], shown[0]["recipient"]


def service(headquarters: Headquarters) -> Opening:
    """The opening service, without its process."""
    key = FileOpeningKey(headquarters.opening)
    return Opening(headquarters.database, key, demonstration=True, now=headquarters.now)


def test_of_the_same_document_the_texts_are_given_out(headquarters: Headquarters, counter: Counter) -> None:
    book = counter.book
    first = accept(book, payload())
    second = accept(book, payload(as_in(first), as_in(first)))
    counter.sent(book.entries)
    assert opened(headquarters, first) == (TYPED, RECIPIENT)
    target = {"terminal": TERMINAL, "epoch": 1, "seq": first}
    assert opened(headquarters, second) == (
        {"as_in": target, "state": "resolved", **TYPED},
        {"as_in": target, "state": "resolved", **RECIPIENT},
    )


def test_a_late_target_is_waited_for(headquarters: Headquarters, counter: Counter) -> None:
    """Of another terminal, whose journal comes later: first unknown, then without that entry, then there."""
    other = headquarters.book(ELSEWHERE)
    target = accept(other, payload())
    seq = accept(counter.book, payload(as_in(target, ELSEWHERE)))
    counter.sent(counter.book.entries)
    late = {**as_in(target, ELSEWHERE), "state": "late"}
    assert opened(headquarters, seq) == (late, RECIPIENT)
    there = headquarters.counter(ELSEWHERE)
    assert opened(headquarters, seq)[0] == late
    same = accept(there.book, payload())
    assert same == target
    there.sent(there.book.entries)
    assert opened(headquarters, seq)[0] == {**late, "state": "resolved", **TYPED}


@pytest.mark.parametrize(
    ("why", "target", "mine"),
    [
        ("differing_document", payload(number="110105194912310046"), {}),
        ("differing_document", payload(document="passport"), {}),
        ("no_document", payload(document="", number=""), {}),
        ("no_document", payload(), {"document": "", "number": ""}),
        ("no_document", payload(document="", number=""), {"document": "", "number": ""}),
        ("refers_again", payload(as_in(1)), {}),
        ("unreadable", b"sealed", {}),
        ("unreadable", payload(None), {}),
        ("unreadable", payload({**TYPED, "name": "x"}), {}),
    ],
)
def test_what_must_not_be_given_out_is_parked_by_name(
    headquarters: Headquarters, counter: Counter, why: str, target: bytes, mine: dict[str, object]
) -> None:
    first = accept(counter.book, target)
    seq = accept(counter.book, payload(as_in(first), **mine))
    counter.sent(counter.book.entries)
    assert opened(headquarters, seq)[0] == {**as_in(first), "state": "parked", "why": why}


def test_a_reference_that_names_no_earlier_acceptance_is_parked(
    headquarters: Headquarters, counter: Counter
) -> None:
    book = counter.book
    first = accept(book, payload())
    ahead = book.state.head.seq + 2
    wrong = {
        "not_earlier": as_in(ahead),
        "other_epoch": as_in(first, epoch=2),
        "not_an_acceptance": as_in(first - 1),
        "form": {"as_in": {"seq": first}},
    }
    found = {}
    for why, reference in wrong.items():
        found[why] = accept(book, payload(reference))
    assert found["not_earlier"] == ahead
    counter.sent(book.entries)
    for why, seq in found.items():
        contact, recipient = opened(headquarters, seq)
        assert (contact["state"], contact["why"], recipient) == ("parked", why, RECIPIENT)


def test_an_erased_target_is_named(headquarters: Headquarters, counter: Counter) -> None:
    """What copies before the erasure has to have come first."""
    first = accept(counter.book, payload())
    seq = accept(counter.book, payload(as_in(first)))
    counter.sent(counter.book.entries)
    with headquarters.database.write() as connection:
        gone = (
            ATTACHMENTS.c.terminal == TERMINAL,
            ATTACHMENTS.c.seq == first,
            ATTACHMENTS.c["class"] == "sealed",
        )
        connection.execute(delete(ATTACHMENTS).where(*gone))
    assert opened(headquarters, seq)[0] == {**as_in(first), "state": "parked", "why": "gone"}
