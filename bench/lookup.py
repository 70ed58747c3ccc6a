"""Command → the view with the item found, at a million items: by waybill, number, token and document."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.around import Clerk, clerk, demonstration
from bench.figures import Figure, at_most, percentile
from bench.lookup_store import PEOPLE, Filled, Filler, someone, waybill
from core import commands as c
from core.devices import CardLifted, CardRead, Slot
from core.identity.card import DocumentKind, IdCard, Sex
from core.station.lookups import SHOWN_BY_CARD

ITEMS = 1_000_000
_LOOK_UPS, _WARM = 250, 10
_MB = 1_000_000


def run(items: int = ITEMS) -> Iterator[Figure]:
    """p99 of each way, the file out of the system's cache before each."""
    with demonstration() as around:
        around.stop_headquarters()
        with clerk(around) as person:  # one real item is the pattern of all
            person.whole()
        begun = time.monotonic()
        filled = Filler(around.data).fill(items)
        spent = time.monotonic() - begun
        file = around.data / "journal.db"
        about = f"{items} items, {file.stat().st_size // _MB} MB, filled in {spent:.0f} s"
        with clerk(around) as person:
            for name, way in _ways(person, filled).items():
                out_of_cache(file)
                taken = [way(n) for n in _some(filled, name)][_WARM:]
                note = f"p50 {percentile(taken, 0.5):.1f} ms, {len(taken)} look-ups; {about}"
                yield at_most(f"lookup {name} p99", percentile(taken, 0.99), "ms", 100, note)


def _some(filled: Filled, name: str) -> list[int]:
    """Items all over the thirteen months, others for each way."""
    return random.Random(name).sample(range(filled.items), _LOOK_UPS + _WARM)


def _ways(person: Clerk, filled: Filled) -> dict[str, Callable[[int], float]]:
    def number(n: int) -> str:
        text = f"{filled.first + n:06d}"
        return f"{filled.days[n]} {text}" if n % 2 else text

    return {
        "waybill": lambda n: _typed(person, waybill(n), filled.first + n),
        "number": lambda n: _typed(person, number(n), filled.first + n),
        "token": lambda n: _typed(person, filled.tokens[n], filled.first + n),
        "card": lambda n: _placed(person, n, filled),
    }


def _typed(person: Clerk, text: str, number: int) -> float:
    """Milliseconds; what was found is the item."""
    begin = time.perf_counter()
    person.counter.do(c.LookUp(text))
    spent = (time.perf_counter() - begin) * 1000
    view = person.counter.view
    assert view is not None
    assert [item.number for item in view.found or ()] == [f"{number:06d}"]
    return spent


def _placed(person: Clerk, n: int, filled: Filled) -> float:
    """The document of item ``n``'s sender: what she sent last is found, and of others hardly anything."""
    person.counter.do(c.LookUp(""))
    begin = time.perf_counter()
    person.station.device_event(CardRead(Slot.ID_READER, someones_card(n)))
    view = person.counter.until("found", lambda view: view.found_by == "card")
    spent = (time.perf_counter() - begin) * 1000
    hers = [f"{filled.first + m:06d}" for m in range(n % PEOPLE, filled.items, PEOPLE)][-SHOWN_BY_CARD:]
    # A stranger may share hint and mask, and stand among the newest in her place; hardly ever two do.
    assert len({item.number for item in view.found or ()} & set(hers)) >= len(hers) - 2
    person.station.device_event(CardLifted(Slot.ID_READER))
    return spent


def someones_card(n: int) -> IdCard:
    """The document of item ``n``'s sender."""
    who = someone(n % PEOPLE)
    sex = Sex.MALE if int(who.number[16]) % 2 else Sex.FEMALE
    return IdCard(
        f"r-{n}", DocumentKind.RESIDENT, who.name, sex, "01", who.birth, "示例省示例市样本区", who.number,
        "示例市公安局", who.birth, None,
    )  # fmt: skip


def out_of_cache(file: Path) -> None:
    """The system forgets what it read of the file: the next question reads from the disk."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fdatasync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)
