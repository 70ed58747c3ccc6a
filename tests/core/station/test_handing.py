"""A counter is handed over: recorded once by whoever takes it over, signed, and the same slip again."""

from __future__ import annotations

import dataclasses
import json

import pytest

from core.access.rights import Action
from core.errors import EntryError, RuleError
from core.handover import HandOverPage, TakeOver
from core.ledger.handover import KIND, Delivered, delivered_from
from core.receipts.day_slip import read_slip
from core.receipts.handover import PREFIX, read_hand_over
from core.station.allowed import action_of
from tests.core.station.desk import Counter
from tests.golden.handed import DELIVERED
from tests.peers.handover import HandOvers, check_hand_over
from tests.peers.numbers import Bad
from tests.peers.slips import code_parts


def take(counter: Counter, delivered: Delivered, kept: Delivered | None = None) -> HandOverPage:
    page = counter.station.submit(TakeOver(delivered, kept)).result(10)
    assert isinstance(page, HandOverPage)
    return page


def test_it_is_recorded_once_and_its_slip_is_always_the_same() -> None:
    counter = Counter()
    with pytest.raises(RuleError):
        counter.station.submit(TakeOver(DELIVERED)).result(10)
    counter.log_in()
    first = take(counter, DELIVERED)
    assert not first.again
    read = delivered_from(json.loads(json.dumps(DELIVERED.as_json())))
    other = dataclasses.replace(DELIVERED, backup=True)
    # Cut off behind the entry: what was kept is known, whatever is counted by now.
    for again in (take(counter, DELIVERED), take(counter, other, read)):
        assert (again.again, again.qr, again.entry) == (True, first.qr, first.entry)
    fresh = take(counter, other)
    assert not fresh.again
    rows = [entry for entry in counter.vault.journal.rows if entry.header.kind == KIND]
    assert [entry.head for entry in rows] == [first.entry, fresh.entry]
    peer = HandOvers()
    for entry, page in zip(rows, (first, fresh), strict=True):
        body, code = json.loads(entry.body), json.loads(code_parts(page.qr, PREFIX)[0])
        assert peer.follow(body) == {"handed over": 1}
        check_hand_over(page.slip.as_json(), code, body)
        record = read_hand_over(page.qr, counter.vault.headquarters.public)
        assert (record.digest, record.members["operator"]) == (page.slip.digest(), page.operator)
        assert (record.members["ready"], record.members["failed"]) == (3, 1)
    with pytest.raises(Bad, match="twice"):
        peer.follow(json.loads(rows[-1].body))
    changed = first.slip.as_json()
    changed["devices"][2]["outcome"] = "ok"
    with pytest.raises(Bad, match="not the hand-over"):
        check_hand_over(changed, code)
    assert action_of(TakeOver(DELIVERED)) is Action.LOG_IN
    _nothing_else_is_read(first.qr, counter)
    counter.station.stop()


def _nothing_else_is_read(code: str, counter: Counter) -> None:
    """Short enough for narrow paper; each letter counts; no other paper's prefix makes it another paper."""
    assert len(code) < 1600
    key = counter.vault.headquarters.public
    for at in range(0, len(code), 97):
        with pytest.raises(EntryError):
            read_hand_over(code[:at] + ("A" if code[at] != "A" else "B") + code[at + 1 :], key)
    with pytest.raises(EntryError):
        read_slip("DS1." + code.removeprefix(PREFIX), key)
