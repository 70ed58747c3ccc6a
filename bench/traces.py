"""What is left of customers after a working day: on the disk nothing, in memory as little as can be.

The counter runs as it is, in a process of its own; this one types a day into it key by key, and then searches
its memory (and that of its children) and everything it may have written, from outside.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.figures import Figure, at_most
from program.demonstration import OPERATOR, PASSWORD, Demonstration
from tests.faults.clear_text import in_memory, people_of, search
from tests.faults.memory_search import build, family, occurrences
from tests.faults.work import Item, Visit, day
from ui.keys import DELIBERATE_MS

ITEMS = 18  # nine visits of one to three
FRESH = 2  # customers whose data may still be there
# CPython's objects by the C library, which overwrites at once whatever is freed, and keeps nothing aside.
WIPED = {"PYTHONMALLOC": "malloc", "GLIBC_TUNABLES": "glibc.malloc.perturb=170:glibc.malloc.tcache_count=0"}
_PACE_SECONDS = 0.004
_REST_SECONDS = DELIBERATE_MS / 1000 + 0.05
_LIMIT_SECONDS = 30.0
_FIELDS = {"contents": "contents", "quantity": "quantity", "weight": "weight", "name": "recipient_name",
           "phone": "recipient_phone", "address": "recipient_address"}  # fmt: skip

_CONFIRM = {"missing.original": "1", "missing.inspected": "2", "missing.security": "3", "missing.notice": "7"}


class Outside:
    """The program in its own process, and the keyboard that leads to it."""

    def __init__(self, around: Demonstration, place: Path, environment: Mapping[str, str]) -> None:
        self._control = around.control()
        command = [sys.executable, "-m", "bench.traces_child", str(around.data), str(around.config_path)]
        self.errors = place / "errors"
        with self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(place / "home"),
                     "TMPDIR": str(place / "tmp"), **environment},
            )  # fmt: skip

    def order(self, *words: str) -> None:
        """One key."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(words).encode() + b"\n")
        self.process.stdin.flush()

    def ask(self) -> dict[str, Any]:
        """Codes of what stands on the screen."""
        self.order("ask")
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], _LIMIT_SECONDS)
        if not ready:
            raise TimeoutError("the counter does not answer")
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def until(self, what: str, true: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """Until the screen is so."""
        end = time.monotonic() + _LIMIT_SECONDS
        while True:
            seen = self.ask()
            if true(seen):
                return seen
            if time.monotonic() > end:
                raise TimeoutError(f"waited for {what}: {seen}")
            time.sleep(0.05)

    def press(self, key: str, alt: str = "") -> None:
        """A key that stands alone."""
        time.sleep(_REST_SECONDS)
        self.order("key", key, "", alt)

    def type(self, field: str, text: str) -> None:
        """Into a field, to which Tab leads."""
        for _ in range(80):
            if self.ask()["focus"] == field:
                break
            self.order("key", "Tab")
        else:
            raise TimeoutError(f"no way to {field}")
        for char in text:
            self.order("char", char)
            time.sleep(_PACE_SECONDS)

    def log_in(self) -> None:
        """The demonstration's clerk."""
        self.until("the log-in", lambda seen: seen["focus"] == "operator")
        time.sleep(2.0)
        self.type("operator", OPERATOR)
        self.type("password", PASSWORD)
        self.press("Return")
        self.until("the clerk's screen", lambda seen: seen.get("clerk"))

    def serve(self, visit: Visit) -> None:
        """From the card on the reader to the next customer."""
        self._control.tell("place", card=visit.card)
        self.until("the card", lambda seen: seen["sender"])
        self.press("1", "alt")
        self.type("sender_phone", visit.phone)
        self.type("sender_address", visit.address)
        for number, item in enumerate(visit.items, 1):
            if number > 1:
                self.press("F7")
                self.until("the next item", lambda seen: "waybill" in seen["empty"])
            self._accept(item, number)
        self._control.tell("lift")
        time.sleep(0.5)
        self.press("F8")
        self.until("the next customer", lambda seen: "sender_name" in seen["empty"])

    def _accept(self, item: Item, number: int) -> None:
        self._control.tell("scan", code=item.waybill)
        self.until("the waybill", lambda seen: "waybill" not in seen["empty"])
        for name, field in _FIELDS.items():
            self.type(field, getattr(item, name))
        end = time.monotonic() + _LIMIT_SECONDS
        while lacking := self.ask()["missing"]:
            if time.monotonic() > end or lacking[0] not in _CONFIRM:
                raise TimeoutError(f"lacking {lacking}")
            self.press(_CONFIRM[lacking[0]], "alt")  # again where the key came too soon after the last letter
        self.press("F9")
        self.until("the acceptance", lambda seen: seen["accepted"] == number)
        self.until("the paper", lambda seen: not seen["pending"])
        self._control.tell("scan", code=item.waybill)
        self.until("the label", lambda seen: seen["affixed"])

    def end(self) -> None:
        """As a power switch would not: the program is told to end."""
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        self.process.kill()


def run() -> Iterator[Figure]:
    """A day of nine customers, twice; counted when the last one has gone, and when the counter is locked.

    The second day runs with an allocator that overwrites what is freed: what is found then is still held.
    """
    visits = day(ITEMS, seed=11)
    texts = len(people_of(visits[:-FRESH]))
    for name, environment in (("", {}), (" held", WIPED)):
        with tempfile.TemporaryDirectory(prefix="counter-traces-") as directory:
            place = Path(directory)
            for folder in ("home", "tmp"):
                (place / folder).mkdir()
            with Demonstration(place / "d", None, whole=True) as around:
                told = _day(around, place, visits, environment)
            hits = [hit for hit in search([place], people_of(visits)) if not hit.file.startswith("hq.")]
        if not name:
            yield at_most("traces disk", len(hits), "finds", 0, str(sorted({hit.file for hit in hits})))
        for when, found in told.items():
            waybills = found.pop("waybill", 0)
            kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(found.items())) or "none"
            note = f"{len(visits)} customers, {texts} texts; {kinds}; besides, waybills {waybills}"
            copies = sum(found.values())
            aim = ("0 copies", copies == 0) if name else ("reported", True)
            yield Figure(f"traces memory{name} {when}", copies, "copies", *aim, note=note)


def _day(
    around: Demonstration, place: Path, visits: list[Visit], environment: Mapping[str, str]
) -> dict[str, Counter[str]]:
    """Moment → copies by kind of what belongs to customers older than the last two."""
    wanted = in_memory(people_of(visits[:-FRESH]))
    for visit in visits[-FRESH:]:  # their senders' and recipients' names may be the same again
        for data in in_memory(people_of([visit])):
            wanted.pop(data, None)
    told: dict[str, Counter[str]] = {}
    counter = Outside(around, place, environment)
    program = build(place)
    try:
        counter.log_in()
        pid = counter.process.pid
        for data in occurrences(program, family(pid), wanted):
            del wanted[data]  # a word of the program's own: an example, a place
        for visit in visits:
            counter.serve(visit)
        told["at work"] = _count(program, pid, wanted)
        counter.press("F12")
        counter.until("the lock", lambda seen: seen["locked"])
        time.sleep(2.0)
        told["locked"] = _count(program, pid, wanted)
    finally:
        counter.end()
    return told


def _count(program: Path, pid: int, wanted: Mapping[bytes, str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for data, count in occurrences(program, family(pid), wanted).items():
        found[wanted[data]] += count
    return found
