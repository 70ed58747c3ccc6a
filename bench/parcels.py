"""A customer with three parcels, by keys in the real window, with devices at their own pace."""

from __future__ import annotations

from collections.abc import Iterator

from bench.around import demonstration
from bench.at_the_counter import AtTheCounter
from bench.figures import Figure, at_most
from bench.screen import screen

_CUSTOMERS, _PARCELS = 5, 3


def run() -> Iterator[Figure]:
    """Seconds a parcel that the clerk waits for the program alone, the slowest customer of five.

    Every typed key to its paint, the card's last byte to its fields, the scanner's code to its field,
    F9 to the word that it is accepted.  The chip, the line of the scanner and the printers are not ours.
    """
    with demonstration() as around, screen(around) as (counter, hands):
        clerk = AtTheCounter(counter, hands)
        shares = []
        for number in range(_CUSTOMERS + 1):
            hands.painted.clear()
            clerk.waits.clear()
            hands.perform(clerk.customer(_PARCELS))
            if number:
                shares.append((sum(hands.painted) + sum(clerk.waits)) / 1000 / _PARCELS)
    yield at_most("three parcels", max(shares), "s a parcel", 2, f"{_CUSTOMERS} customers, typing included")
