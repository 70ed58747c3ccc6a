"""Resident memory of window and terminal after a hundred items and after five thousand."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from pathlib import Path

from bench.around import Clerk, demonstration, labels_done
from bench.figures import Figure, at_most, times
from bench.screen import Hands, Script, screen

_FIRST, _LAST = 100, 5_000
_BETWEEN = 25  # items, then the printers catch up


def resident_mb() -> float:
    """This process alone, in megabytes; /proc counts in kilobytes."""
    status = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:")) / 1024


def run() -> Iterator[Figure]:
    """Ratio and height.  The window shows every view; commands come as fast as the station takes them."""
    with demonstration() as around, screen(around) as (counter, hands):
        person = Clerk(counter)
        first = _after(person, hands, _FIRST)
        last = _after(person, hands, _LAST)
    yield times("memory growth", last, first, "MB", 1.1, f"after {_LAST} and {_FIRST} items")
    yield at_most("memory", last, "MB", 250)


def _after(person: Clerk, hands: Hands, items: int) -> float:
    """The clerk works on a thread of her own; this one paints."""
    failed: list[BaseException] = []

    def work() -> None:
        try:
            while person.items < items:
                person.whole()
                if person.items % _BETWEEN == 0:
                    person.counter.until("labels", labels_done)
        except BaseException as error:  # noqa: BLE001 - handed to the thread that asked
            failed.append(error)

    thread = threading.Thread(target=work, name="clerk")

    def watch() -> Script:
        thread.start()
        while thread.is_alive():
            yield 0.05
        yield 1.0  # what still lies in queues

    hands.perform(watch())
    hands.late.clear()
    if failed:
        raise failed[0]
    gc.collect()
    return resident_mb()
