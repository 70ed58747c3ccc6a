"""Resident memory of window and terminal after a hundred items and after five thousand."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from bench.around import Clerk, demonstration, labels_done, waybill
from bench.figures import Figure, at_most, times
from bench.screen import Hands, Script, screen
from core.devices import CodeScanned, Slot

_FIRST, _LAST = 100, 5_000
_MARK_AT = 500  # items between two lines to standard error: it takes a quarter of an hour


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


def _serve(person: Clerk) -> None:
    """A visit of one item to its end: label and receipt printed, the label scanned on its parcel."""
    person.sender()
    person.parcel()
    person.press()
    person.counter.until("paper", labels_done)
    person.station.device_event(CodeScanned(Slot.SCANNER, waybill(person.items)))
    person.leave()
    if person.items % _MARK_AT == 0:
        print(f"memory: {person.items} items, {resident_mb():.0f} MB", file=sys.stderr)


def _after(person: Clerk, hands: Hands, items: int) -> float:
    """The clerk works on a thread of her own; this one paints."""
    failed: list[BaseException] = []

    def work() -> None:
        try:
            while person.items < items:
                _serve(person)
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
