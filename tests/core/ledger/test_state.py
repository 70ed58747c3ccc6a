"""The state when things go wrong for long: it stays within reach, and equal on both sides."""

from __future__ import annotations

import pytest

from core.errors import EntryError, EntryFault
from core.ledger import kinds, state
from core.ledger.requests import SECOND
from core.ledger.state import fold, from_bytes
from tests.core.books import Book
from tests.peers.second import Story


def test_a_dead_printer_never_stops_acceptance() -> None:
    """Some two thousand labels that wait make a state beyond an entry's size: it is still stored."""
    book = Book().found().log_in()
    sender = book.sender()
    for _ in range(2_000):
        book.item(sender)
    data = book.state.to_bytes()
    assert len(data) > 65_536
    again = from_bytes(data)
    assert again is not None
    assert again.hash() == book.state.hash()
    assert len(again.value["labels"]) == 2_000


@pytest.mark.parametrize("named", sorted(SECOND))
@pytest.mark.parametrize("step", [True, False])
def test_an_act_that_needs_a_second_person_rests_on_a_request(
    monkeypatch: pytest.MonkeyPatch, named: tuple[str, int], step: bool
) -> None:
    """Also one of a kind that changes nothing in the state, which has no step of its own there."""
    kind = kinds.KINDS[named]
    if not step:
        monkeypatch.delitem(state._STEPS, named)
    story = Story()
    before = story.book.state
    values: tuple[object, ...] = (1, True, "code", "2026-11-21T08:00:00.000Z")
    data = {name: next(value for value in values if form(value)) for name, form in kind.form.items()}
    entry = story.write(kind.name, data, person=True)
    with pytest.raises(EntryError) as caught:
        fold(before, entry)
    assert (caught.value.code, caught.value.facts["what"]) == (EntryFault.STATE, "approval")
