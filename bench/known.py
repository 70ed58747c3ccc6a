"""A document is read → the view in which F5 offers its sender's contacts, among a hundred thousand items."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

from bench.around import Clerk, clerk, demonstration
from bench.figures import Figure, at_most, percentile
from bench.lookup import out_of_cache, someones_card
from bench.lookup_store import Filler
from core import commands as c
from core.devices import CardLifted, CardRead, Slot

ITEMS = 100_000  # of fifty thousand senders: each came twice
_VISITS, _WARM = 120, 10


def run(items: int = ITEMS) -> Iterator[Figure]:
    """p99, the file out of the system's cache before."""
    with demonstration() as around:
        around.stop_headquarters()
        with clerk(around) as person:  # one real item is the pattern of all
            person.whole()
        Filler(around.data).fill(items)
        out_of_cache(around.data / "journal.db")
        with clerk(around) as person:
            # Whoever sent something in the last nine months: what is a year old is not offered.
            visitors = random.Random("known").sample(range(items // 3, items), _VISITS + _WARM)
            taken = [_read(person, which) for which in visitors][_WARM:]
    note = f"p50 {percentile(taken, 0.5):.1f} ms, {len(taken)} documents, {items} items"
    yield at_most("known contacts p99", percentile(taken, 0.99), "ms", 100, note)


def _read(person: Clerk, which: int) -> float:
    """Milliseconds from the lane's word to the offer; the visit ends and nothing is kept."""
    begin = time.perf_counter()
    person.station.device_event(CardRead(Slot.ID_READER, someones_card(which)))
    view = person.counter.until("contacts", lambda view: bool(view.visit and view.visit.known))
    spent = (time.perf_counter() - begin) * 1000
    assert view.visit is not None
    assert view.visit.known
    person.station.device_event(CardLifted(Slot.ID_READER))
    person.counter.do(c.NewAcceptance(discard=True))
    return spent
