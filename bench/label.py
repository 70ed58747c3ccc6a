"""F9 → first byte at the printer, through status question and PrintStarted, over TCP."""

from __future__ import annotations

from collections.abc import Iterator

from bench.around import clerk, demonstration, labels_done
from bench.figures import Figure, at_most, percentile
from core.devices import PrintJob
from program.terminal import Parts

_ITEMS, _WARM = 100, 5


def run() -> Iterator[Figure]:
    """p50 for the record, p99 with its aim."""
    taken: list[float] = []

    def first_byte(job: PrintJob, at_ns: int) -> None:
        if job.pressed_ns:
            taken.append((at_ns - job.pressed_ns) / 1e6)

    with demonstration() as around, clerk(around, Parts(first_byte=first_byte)) as person:
        for _ in range(_ITEMS + _WARM):
            person.whole()
            person.counter.until("label", labels_done)
    taken = taken[_WARM:]
    note = f"{len(taken)} labels, p50 {percentile(taken, 0.5):.1f} ms"
    yield at_most("label p99", percentile(taken, 0.99), "ms", 80, note)
