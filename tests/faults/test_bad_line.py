"""T3: line and headquarters fail in every way; what headquarters holds is what the counter has."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.ledger.entry import Entry
from core.wire import b64
from hq.entries import read_entries
from hq.schema import ENTRIES
from storage.pump import PumpSettings
from tests.faults.around import Headquarters
from tests.faults.proxy import Proxy, Weather
from tests.faults.rig import Rig
from tests.faults.steps import named_steps
from tests.faults.work import day, each

pytestmark = pytest.mark.requirement("T3")

PATIENCE_S = 40.0
HANDSHAKE = 1500  # bytes from headquarters: about where the first answer begins
RETRIES = 1000
NEVER_WAITS = PumpSettings(first_wait_s=0.001, longest_wait_s=0.002, heartbeat_s=0.5)


def until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def received(headquarters: Headquarters, terminal: str) -> int:
    return int(headquarters.listed(terminal)["received"]["seq"])


def assert_equal(rig: Rig, *, raised: Collection[str] = ()) -> None:
    """One row at headquarters for each entry, the same head, the same state; no alarm but ``raised``."""
    headquarters, terminal = rig.headquarters, rig.terminal_name
    found = rig.look()
    assert found.findings == []
    head = found.state.head
    until(lambda: headquarters.listed(terminal)["folded"] == head.seq, "headquarters does not follow")
    row = headquarters.listed(terminal)
    assert row["received"] == {"seq": head.seq, "hash": b64(head.hash)}
    assert (row["state"], row["stopped"]) == (b64(found.state.hash()), False)
    assert {alarm["fault"] for alarm in row["alarms"]} <= set(raised)
    with headquarters.database.read() as connection:
        wanted = select(func.count()).select_from(ENTRIES).where(ENTRIES.c.terminal == terminal)
        assert connection.execute(wanted).scalar_one() == head.seq
        entries: list[Entry] = list(read_entries(connection, terminal, 1, attachments=True))
    items = [entry.header.operation for entry in entries if entry.header.kind == "ItemAccepted"]
    assert len(items) == len(set(items)) == len(found.items)
    assert all(part is not None for entry in entries for part in entry.attachments)


def weathers(chance: random.Random, deaf_until: Callable[[], bool]) -> Iterator[Weather]:
    """Bad, and different each time."""
    while True:
        yield Weather(cut_up=chance.randint(0, 6000))
        yield Weather(cut_down=chance.randint(0, 4000))
        yield Weather(deaf=HANDSHAKE, deaf_until=deaf_until)
        yield Weather(delay_s=chance.uniform(0.01, 0.2))
        yield Weather(refuse=True)
        yield Weather(repeat=True, cut_down=chance.randint(1000, 8000))


@contextmanager
def changing(proxy: Proxy, weather: Iterator[Weather], every_s: float) -> Iterator[None]:
    """The weather changes while the work goes on; afterwards it is fine."""
    stop = threading.Event()

    def change() -> None:
        while not stop.is_set():
            proxy.weather = next(weather)
            proxy.cut()
            stop.wait(every_s)

    thread = threading.Thread(target=change, name="weather")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        proxy.weather = Weather()
        proxy.cut()


def test_bad_weather_changes_nothing(headquarters: Headquarters, tmp_path: Path) -> None:
    with Proxy(headquarters.address) as proxy, Rig(headquarters, tmp_path, 1, url=proxy.url) as rig:
        rig.log_in()
        seen = [0]

        def more() -> bool:
            """Headquarters has committed something that the counter was not told."""
            before, seen[0] = seen[0], received(headquarters, rig.terminal_name)
            return seen[0] > before

        with changing(proxy, weathers(random.Random(3), more), 0.35):
            for visit, item in each(day(16)):
                rig.clerk.accept(visit, item)
                time.sleep(0.25)
        rig.wait_synced()
        rig.stop()
        assert_equal(rig)


def test_an_answer_lost_after_the_commit(headquarters: Headquarters, tmp_path: Path) -> None:
    """Stored, and the line broke before a byte of the answer came: sent again, stored once."""
    with Proxy(headquarters.address) as proxy, Rig(headquarters, tmp_path, 2, url=proxy.url) as rig:
        rig.log_in()
        rig.wait_synced()
        for visit, item in each(day(3)):
            before = received(headquarters, rig.terminal_name)
            stored: Callable[[], bool] = lambda before=before: (
                received(headquarters, rig.terminal_name) > before
            )  # type: ignore[misc]
            proxy.weather = Weather(deaf=HANDSHAKE, deaf_until=stored)
            proxy.cut()
            rig.clerk.accept(visit, item)
            until(stored, "headquarters never got it")
            proxy.weather = Weather()
        rig.wait_synced()
        rig.stop()
        assert_equal(rig)


def test_a_thousand_tries(headquarters: Headquarters, tmp_path: Path) -> None:
    with Proxy(headquarters.address) as proxy:
        proxy.weather = Weather(refuse=True)
        with Rig(headquarters, tmp_path, 3, url=proxy.url, pump=NEVER_WAITS) as rig:
            rig.log_in()
            for visit, item in each(day(2)):
                rig.clerk.accept(visit, item)
            rig.clerk.wait_labels()
            until(lambda: proxy.connections >= RETRIES, f"{proxy.connections} tries")
            assert rig.eyes.view.sync.unsent > 0
            proxy.weather = Weather()
            rig.wait_synced()
            rig.stop()
            assert_equal(rig)


def test_headquarters_is_killed(headquarters: Headquarters, tmp_path: Path) -> None:
    """At each of its named steps, and whenever it happens; it starts again on what it has."""
    steps = [step for step in named_steps("hq") if step.startswith("ingest.")]
    assert len(steps) >= 3
    with Rig(headquarters, tmp_path, 4) as rig:
        rig.log_in()
        rig.wait_synced()
        work = each(day(2 * (len(steps) + 2)))
        for step in (*steps, "", ""):
            headquarters.kill()
            headquarters.start(step)
            for visit, item in (next(work), next(work)):
                rig.clerk.accept(visit, item)
            if step:
                until(headquarters.dead, f"never came to {step}")
        headquarters.kill()
        headquarters.start()
        rig.wait_synced()
        rig.stop()
        assert_equal(rig)
