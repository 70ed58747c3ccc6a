"""Last byte of the card's answer on the link → fields painted on the screen, over a pty."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtWidgets import QLineEdit

from bench.around import demonstration
from bench.at_the_counter import CARD
from bench.figures import Figure, at_most, percentile
from bench.screen import Hands, Script, WindowCounter, screen
from core import commands as c
from core.devices import CardRead

_READS, _WARM = 60, 5


def run() -> Iterator[Figure]:
    """p99 over sixty placings of a card; the reader's own time is not in it."""
    spent: list[float] = []
    with demonstration() as around, screen(around) as (counter, hands):
        hands.perform(_reads(counter, hands, spent))
    spent = spent[_WARM:]
    note = f"{len(spent)} reads, p50 {percentile(spent, 0.5):.1f} ms"
    yield at_most("read p99", percentile(spent, 0.99), "ms", 30, note)


def _reads(counter: WindowCounter, hands: Hands, spent: list[float]) -> Script:
    field = hands.find("sender_name")
    assert isinstance(field, QLineEdit)
    painted = hands.painting(field)
    for _ in range(_READS + _WARM):
        painted.expect(lambda: bool(field.text()))
        hands.order("place", card=CARD)
        yield lambda: bool(painted.at_ns)
        spent.append((painted.at_ns - counter.spoke[CardRead]) / 1e6)
        hands.order("lift")
        yield 1.0
        counter.terminal.station.submit(c.NewAcceptance(discard=True))
        yield lambda: not field.text()
