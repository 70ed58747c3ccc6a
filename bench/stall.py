"""Pauses of the main thread while everything talks, against an idle process beside it; keys to paint.

Two hundred items by keys in the real window: card, scanner, both printers and headquarters are real
processes.  An idle window in another process keeps the same beat meanwhile, for what the machine does
to anybody.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

from bench.around import demonstration
from bench.at_the_counter import AtTheCounter
from bench.figures import Figure, at_most, percentile
from bench.pauses import waited
from bench.screen import Script, screen

_CUSTOMERS, _PARCELS = 40, 5
_WARM = 1


def run() -> Iterator[Figure]:
    """Milliseconds beyond the idle process; and from a typed key to its field painted."""
    with demonstration() as around, screen(around) as (counter, hands):
        clerk = AtTheCounter(counter, hands)

        def customers(number: int) -> Script:
            for _ in range(number):
                yield from clerk.customer(_PARCELS)

        hands.perform(customers(_WARM))
        hands.late.clear()
        hands.painted.clear()
        idle = subprocess.Popen(
            [sys.executable, "-m", "bench.idle_child"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        try:
            hands.perform(customers(_CUSTOMERS))
        finally:
            told, _ = idle.communicate(timeout=20)
        beside = json.loads(told)
    note = f"{_CUSTOMERS * _PARCELS} items, {len(hands.late)} beats"
    for name, here, there, limit in (
        ("stall p99.9", percentile(hands.late, 0.999), beside["p999"], 16),
        ("stall p99.9 over time", waited(hands.late, 0.999), beside["waited"], 16),
        ("stall max", max(hands.late), beside["max"], 50),
    ):
        beyond = max(0.0, here - there)
        yield at_most(name, beyond, "ms", limit, f"{here:.1f} ms here, {there:.1f} ms idle; {note}")
    keys = hands.painted
    note = f"{len(keys)} keys, p50 {percentile(keys, 0.5):.1f} ms, max {max(keys):.1f} ms"
    yield at_most("key to paint p99", percentile(keys, 0.99), "ms", 33, note)
