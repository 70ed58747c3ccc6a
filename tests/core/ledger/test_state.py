"""The state when things go wrong for long: it stays within reach, and equal on both sides."""

from __future__ import annotations

from core.ledger.state import from_bytes
from tests.core.books import Book


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
