"""Resident memory of window and terminal after a hundred items and after five thousand."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from bench.around import Clerk, PaperAtOnce, demonstration
from bench.figures import Figure, at_most, times
from bench.screen import Hands, Script, screen
from core.ports import Printer, PrintLog
from program.terminal import Parts

_FIRST, _LAST = 100, 5_000
_MARK_AT = 500  # items between two lines to standard error: it takes a quarter of an hour


def resident_mb() -> float:
    """This process alone, in megabytes; /proc counts in kilobytes."""
    status = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:")) / 1024


def run() -> Iterator[Figure]:
    """Ratio and height.  The window shows every view; commands come as fast as the station takes them.

    Printers are left out: a line of 19200 baud takes half a minute for a receipt.  ``paper`` has theirs.
    """
    paper = PaperAtOnce()

    def printer(_lane: Printer | None, _log: PrintLog) -> Printer:
        return paper

    with demonstration() as around, screen(around, Parts(printer=printer)) as (counter, hands):
        person = Clerk(counter)
        paper.take_receipts(person)
        first = _after(person, paper, hands, _FIRST)
        last = _after(person, paper, hands, _LAST)
    yield times("memory growth", last, first, "MB", 1.1, f"after {_LAST} and {_FIRST} items")
    yield at_most("memory", last, "MB", 250)


def _serve(person: Clerk, paper: PaperAtOnce) -> None:
    """A visit of one item to its end: printed, and its label scanned on its parcel."""
    person.sender()
    person.parcel()
    person.press()
    paper.finish(person)
    person.leave()
    if person.items % _MARK_AT == 0:
        print(f"memory: {person.items} items, {resident_mb():.0f} MB", file=sys.stderr)


def _after(person: Clerk, paper: PaperAtOnce, hands: Hands, items: int) -> float:
    """The clerk works on a thread of her own; this one paints."""
    failed: list[BaseException] = []

    def work() -> None:
        try:
            while person.items < items:
                _serve(person, paper)
        except BaseException as error:  # noqa: BLE001 - handed to the thread that asked
            failed.append(error)

    thread = threading.Thread(target=work, name="clerk")

    def watch() -> Script:
        thread.start()
        while thread.is_alive():
            hands.late.clear()  # a thousand beats a second are the bench's own
            yield 0.05
        yield 1.0  # what still lies in queues

    hands.perform(watch())
    if failed:
        raise failed[0]
    gc.collect()
    return resident_mb()
