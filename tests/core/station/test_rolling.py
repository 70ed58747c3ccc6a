"""Headquarters' key rolls to another: the counter's own entry pins it, and from then on only it counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest

from core import commands as c
from core.crypto.keys import SoftwareSigner, new_signer
from core.ledger.chain import Verifier
from core.ledger.clock import Anchor
from core.ledger.documents import SignedTime, make_time
from core.ledger.rolls import KeyChain, SignedRoll, make_roll
from tests.core.memory import TERMINAL
from tests.core.station.desk import Counter
from tests.core.station.test_adopting import tell
from tests.peers.checker import check
from tests.peers.exports import export

AT = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)
NEW, NEXT = new_signer(), new_signer()


@pytest.fixture
def counter() -> Iterator[Counter]:
    made = Counter()
    yield made
    made.station.stop()


def told(counter: Counter, *rolls: SignedRoll) -> list[str]:
    """Rolls by directive, in one go; the kinds of what the counter wrote."""
    seq = counter.live.state.head.seq
    tell(counter, *(("key_roll", str(number), each.as_json()) for number, each in enumerate(rolls, 1)))
    return [entry.header.kind for entry in counter.vault.journal.entries(seq + 1)]


def timed(counter: Counter, key: SoftwareSigner) -> bool:
    """Whether headquarters' time under that key becomes an entry."""
    machine, seq = counter.vault.machine, counter.live.state.head.seq
    at = counter.live.clock.now().at + dt.timedelta(minutes=10)
    _document, signature = make_time(SignedTime(at, bytes(16)), key)
    anchor = Anchor(at, machine.boot_id(), machine.boottime_ns() // 1_000_000)
    counter.station.time_told(anchor, bytes(16), signature, key.public.id)
    counter.shown()
    return counter.live.state.head.seq > seq


def verified(counter: Counter, *rolls: SignedRoll) -> KeyChain:
    """The journal from its first entry on, by us and by the checker; the keys at its end."""
    entries, first = list(counter.vault.journal.entries(1)), counter.vault.headquarters.public
    verifier = Verifier(TERMINAL, first)
    verifier.grant_keys(entries)
    for entry in entries:
        verifier.follow(entry)
    check(export(entries, TERMINAL, first.text, rolls), first.text)
    return verifier.keys


def test_the_next_keys_are_pinned_by_an_entry(counter: Counter) -> None:
    counter.log_in()
    old = counter.vault.headquarters
    rolls = make_roll(1, old, NEW, AT), make_roll(2, NEW, NEXT, AT)
    assert timed(counter, old)
    assert not timed(counter, NEW)  # not pinned yet
    assert told(counter, rolls[0]) == ["DirectivesAdopted", "HeadquartersKeyPinned"]
    assert counter.live.vault.headquarters_keys().signing == NEW.public
    assert [timed(counter, key) for key in (old, NEW)] == [False, True]
    assert told(counter, *rolls) == ["DirectivesAdopted", "HeadquartersKeyPinned"]  # the first one is known
    assert [timed(counter, key) for key in (NEW, NEXT)] == [False, True]
    assert verified(counter, *rolls).keys == (old.public, NEW.public, NEXT.public)


def test_two_rolls_at_once_after_weeks_away(counter: Counter) -> None:
    counter.log_in()
    rolls = make_roll(1, counter.vault.headquarters, NEW, AT), make_roll(2, NEW, NEXT, AT)
    assert told(counter, *rolls) == ["DirectivesAdopted", *["HeadquartersKeyPinned"] * 2]
    assert verified(counter, *rolls).current == NEXT.public


def test_what_is_no_roll_is_set_aside(counter: Counter) -> None:
    counter.log_in()
    old = counter.vault.headquarters
    good = make_roll(1, old, NEW, AT)
    bad = (
        replace(good, by_new=good.by_old),
        replace(good, by_old=good.by_new),
        make_roll(1, NEXT, NEW, AT),
        make_roll(2, old, NEW, AT),
    )
    assert told(counter, *bad) == ["DirectivesAdopted", *["DirectiveParked"] * 4]
    assert timed(counter, old)
    assert told(counter, good, make_roll(1, old, NEXT, AT)) == [
        "DirectivesAdopted",
        "DirectiveParked",  # the fork
        "HeadquartersKeyPinned",
    ]
    assert verified(counter, good).current == NEW.public


def test_the_vault_is_brought_to_the_journal(counter: Counter) -> None:
    """Cut off, or its disk full, after the entry: the old key signs nothing here all the same."""
    counter.log_in()
    old = counter.vault.headquarters
    roll = make_roll(1, old, NEW, AT)
    counter.vault.full = True
    assert told(counter, roll)[-1] == "HeadquartersKeyPinned"
    assert counter.live.vault.headquarters_keys().signing == old.public
    assert [timed(counter, key) for key in (old, NEW)] == [False, True]
    counter.vault.full = False
    counter.do(c.LogOut())
    counter.log_in()
    assert counter.live.vault.headquarters_keys().signing == NEW.public
    assert verified(counter, roll).current == NEW.public


def test_a_store_set_back_pins_again_and_a_recovered_one_does_not(counter: Counter) -> None:
    counter.log_in()
    old, vault = counter.vault.headquarters, counter.vault
    roll = make_roll(1, old, NEW, AT)
    vault.pinned = KeyChain((old.public,)).extended(roll)  # the vault is of today, the journal of yesterday
    assert [timed(counter, key) for key in (NEW, old)] == [False, True]
    assert told(counter, roll) == ["DirectivesAdopted", "HeadquartersKeyPinned"]
    kept = [row.signed for row in vault.journal.directives_]
    vault.journal.directives_.clear()  # a recovered store gets them once more
    seq = counter.live.state.head.seq
    counter.station.directives_told(kept)
    counter.shown()
    assert counter.live.state.head.seq == seq
    assert verified(counter, roll).current == NEW.public
