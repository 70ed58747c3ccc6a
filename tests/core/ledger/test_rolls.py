"""Headquarters' key rolls to another: what a journal and a feed may say of it, for us and for the checker."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest

from core import wire
from core.crypto.keys import SoftwareSigner, new_signer
from core.errors import EntryError, EntryFault
from core.ledger.chain import Verifier
from core.ledger.directives import (
    NO_DIRECTIVE,
    Directive,
    DirectiveHead,
    FeedKeys,
    SignedDirective,
    directive_to_json,
    make_directive,
    sign_directive_again,
)
from core.ledger.documents import Grant, SignedTime, make_grant, make_time
from core.ledger.rolls import KeyChain, SignedRoll, chain_to, make_roll, roll_from, rolls_from
from core.ledger.writer import EntryWriter, Proposal
from tests.core.books import Book
from tests.peers.checker import Bad, check, check_directives
from tests.peers.exports import export

AT = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)
OLD, NEW, NEXT, STRANGER = (new_signer() for _ in range(4))
ROLL = make_roll(1, OLD, NEW, AT)
SECOND = make_roll(2, NEW, NEXT, AT)
FORK = make_roll(1, OLD, NEXT, AT)
TRUSTED = KeyChain((OLD.public,))


def pinned(roll: SignedRoll, key: SoftwareSigner = NEW) -> Proposal:
    """The counter's entry."""
    return Proposal("HeadquartersKeyPinned", {"key": key.public.text, **roll.as_json()}, "op-pin")


def anchored(key: SoftwareSigner, named: SoftwareSigner | None = None) -> Proposal:
    """A time that ``key`` signed."""
    nonce = bytes(16)
    _document, signature = make_time(SignedTime(AT, nonce), key)
    signed = {"at": "2026-11-22T08:00:00.000Z", "nonce": wire.b64(nonce), "signature": wire.b64(signature)}
    data = {**signed, "signer": (named or key).public.id, "boot": "b-1", "boottime_ms": 1}
    return Proposal("TimeAnchored", data, "op-time")


def journal(*proposals: Proposal) -> Book:
    """A founded journal, signed by OLD's grant, that goes on with these."""
    book = Book(headquarters=OLD).found()
    for proposal in proposals:
        book.propose(proposal)
    return book


def walked(book: Book, trusted: KeyChain = TRUSTED) -> Verifier:
    """Verified from the first entry on; raises EntryError."""
    verifier = Verifier(book.terminal, trusted)
    verifier.grant_keys(book.entries)
    for entry in book.entries:
        verifier.follow(entry)
    return verifier


def test_a_journal_goes_on_under_the_next_keys() -> None:
    book = journal(anchored(OLD), pinned(ROLL), anchored(NEW), pinned(SECOND, NEXT), anchored(NEXT))
    assert walked(book).keys.keys == (OLD.public, NEW.public, NEXT.public)
    for key in (OLD, NEXT):  # whoever trusts one trusts the others by the rolls
        lines = export(book.entries, book.terminal, OLD.public.text, [ROLL, SECOND])
        assert check(lines, key.public.text).place == 2
    verifier = Verifier(book.terminal, TRUSTED)
    for entry in book.entries:  # as whoever verified them before
        verifier.relearn(entry)
    assert (verifier.place, verifier.keys) == (2, walked(book).keys)


ONLY_OLD = replace(ROLL, by_new=STRANGER.sign(b"x"))
ONLY_NEW = replace(ROLL, by_old=ROLL.by_new)
OTHER_NUMBER = replace(ROLL, document=ROLL.document.replace(b'"number":1', b'"number":2'))
REFUSED = {
    "signed by the old key only": [pinned(ONLY_OLD)],
    "signed by the new key only": [pinned(ONLY_NEW)],
    "a stranger's": [pinned(make_roll(1, STRANGER, NEW, AT))],
    "replayed under another number": [pinned(OTHER_NUMBER)],
    "signed anew under another number": [pinned(make_roll(2, OLD, NEW, AT))],
    "replayed": [pinned(ROLL), pinned(ROLL)],
    "a fork from the old key": [pinned(ROLL), pinned(FORK, NEXT)],
    "back to the old key": [pinned(ROLL), pinned(make_roll(2, NEW, OLD, AT), OLD)],
    "pins another key than its roll's": [pinned(ROLL, STRANGER)],
    "one is left out": [pinned(SECOND, NEXT)],
    "a time of the retired key": [pinned(ROLL), anchored(OLD)],
    "a time of the retired key in the new one's name": [pinned(ROLL), anchored(OLD, NEW)],
    "a time of the new key, too early": [anchored(NEW)],
    "a time in a stranger's name": [anchored(OLD, STRANGER)],
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_roll_is_refused(name: str) -> None:
    book = journal(*REFUSED[name])
    for rolls in ([], [ROLL]):  # whether whoever checks has heard of the next key, or not
        with pytest.raises(EntryError) as caught:
            walked(book, TRUSTED.grown(rolls))
        assert caught.value.code in (EntryFault.KEY, EntryFault.SIGNATURE)
        assert caught.value.facts["seq"] == len(book.entries)
        with pytest.raises(Bad):
            check(export(book.entries, book.terminal, OLD.public.text, rolls), OLD.public.text)


def test_a_grant_of_the_retired_key_opens_no_epoch() -> None:
    """And one of a later key does: a terminal that was recovered after the roll, and never adopted it."""
    for signer, sound in ((OLD, False), (NEW, True)):
        book = journal(*([pinned(ROLL)] if not sound else []))
        book.headquarters, book.epoch = signer, 2
        entries = _epoch_two(book)
        if sound:
            assert entries == 2
        else:
            with pytest.raises(EntryError, match="retired"):
                walked(book, TRUSTED.extended(ROLL))
            with pytest.raises(Bad, match="grant of a retired key"):
                check(export(book.entries, book.terminal, OLD.public.text, [ROLL]), OLD.public.text)


def _epoch_two(book: Book) -> int:
    """Opens it under a key of its own; how many keys are known after a walk that may refuse nothing."""
    key = new_signer()
    grant = Grant(book.terminal, "990100-01", 2, key.public, book.state.head, book.opening.public)
    document, signature = make_grant(grant, book.headquarters)
    book.key, book.writer = key, EntryWriter(book.terminal, 2, key, book.opening.public, book.clock)
    opened = {"grant": wire.b64(document), "grant_signature": wire.b64(signature), "key": key.public.text}
    book.propose(Proposal("EpochOpened", opened, "op-epoch"))
    if book.headquarters is OLD:
        return 0
    book.propose(anchored(NEW))
    check(export(book.entries, book.terminal, OLD.public.text, [ROLL]), NEW.public.text)
    return len(walked(book, TRUSTED.extended(ROLL)).keys.keys)


def test_chains() -> None:
    chain = TRUSTED.grown([ROLL, SECOND])
    assert chain.extended(ROLL) is chain
    assert chain_to(NEXT.public, [ROLL, SECOND]) == chain
    assert chain_to(OLD.public, []) == TRUSTED
    with pytest.raises(EntryError):
        chain_to(NEW.public, [ROLL, SECOND])
    with pytest.raises(EntryError):
        chain.extended(FORK)
    assert rolls_from([roll.as_json() for roll in chain.rolls]) == [ROLL, SECOND]
    for value in (None, {"roll": "AA"}, 7):
        with pytest.raises(EntryError):
            roll_from(value)


class Feed:
    """Directives, each signed by whom one says."""

    def __init__(self) -> None:
        self.made: list[SignedDirective] = []

    def add(self, key: SoftwareSigner, roll: SignedRoll | None = None) -> Feed:
        """One more."""
        head = self.made[-1].head if self.made else NO_DIRECTIVE
        said = ("key_roll", "1", roll.as_json()) if roll else ("weather", "today", {"rain": True})
        number = head.number + 1
        self.made.append(
            make_directive(Directive("t-1", number, head.hash, *said[:2], AT, number, said[2]), key)
        )
        return self

    def walk(self, chain: KeyChain = TRUSTED, place: int = 0) -> FeedKeys:
        """Ours; raises EntryError."""
        keys, head = FeedKeys(chain, place), NO_DIRECTIVE
        for signed in self.made:
            keys.check(signed, "t-1", head)
            head = signed.head
        return keys

    def checked(self) -> DirectiveHead:
        """The checker's; raises Bad."""
        number, head = check_directives(
            [directive_to_json(each) for each in self.made], OLD.public.text, "t-1"
        )
        return DirectiveHead(number, wire.unb64(head))


@pytest.mark.parametrize("signer", [OLD, NEW])
def test_a_feed_goes_on_under_the_next_key(signer: SoftwareSigner) -> None:
    """The roll's own directive may be signed by either: the old key may be gone by then."""
    feed = Feed().add(OLD).add(signer, ROLL).add(NEW)
    assert feed.walk().place == 1
    assert feed.checked() == feed.made[-1].head
    again = [sign_directive_again(each, NEW) for each in feed.made]  # for a terminal that was recovered
    assert [each.hash for each in again] == [each.hash for each in feed.made]
    feed.made = again
    assert feed.walk(TRUSTED.extended(ROLL), 1).place == 1


BROKEN: dict[str, Callable[[], Feed]] = {
    "the retired key signs after the roll": lambda: Feed().add(OLD, ROLL).add(OLD),
    "the next key signs before the roll": lambda: Feed().add(NEW).add(OLD, ROLL),
    "a roll that one key signed": lambda: Feed().add(OLD, ONLY_OLD).add(NEW),
    "a second roll forks": lambda: Feed().add(OLD, ROLL).add(NEW, FORK).add(NEXT),
    "a stranger signs the roll's directive": lambda: Feed().add(STRANGER, ROLL),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_feed_is_refused(name: str) -> None:
    with pytest.raises(EntryError):
        BROKEN[name]().walk()
    with pytest.raises(Bad):
        BROKEN[name]().checked()
