"""Orders of the bench at the real simulators, the line and the clock; and what it tells of how all is."""

from __future__ import annotations

import datetime as dt
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from core.ledger.clock import CONFIRMED, UNCONFIRMED, Anchor, TrustedClock
from devices.simulators.desk import SimulatedDesk
from program.bench_clock import DEAD, BenchClock
from program.bench_orders import Around, BenchOrders
from program.relay import Line, Relay

ROOT = Path(__file__).parents[2]
LIMIT = 20.0
HOUR = 3600


class Heard:
    """Keeps what the orders told."""

    def __init__(self) -> None:
        self.state: dict[str, object] = {}
        self.failed: list[tuple[object, object]] = []

    def __call__(self, told: Mapping[str, object]) -> None:
        state = told.get("state")
        if isinstance(state, dict):
            self.state = state
        else:
            self.failed.append((told["failed"], told["error"]))

    def until(self, **wanted: object) -> None:
        """Until the state has all of it."""
        end = time.monotonic() + LIMIT
        while not all(self.state.get(name) == value for name, value in wanted.items()):
            assert time.monotonic() < end, (wanted, self.state)
            time.sleep(0.01)


class Bench:
    """Simulated devices, a line, a clock, orders."""

    def __init__(self, desk: SimulatedDesk, directory: Path, relay: Relay) -> None:
        self.desk, self.directory, self.relay = desk, directory, relay
        self.clock, self.heard = BenchClock(), Heard()
        from devices.simulators.control import ControlClient

        control = ControlClient.of_directory(directory)
        self.orders = BenchOrders(control, self.heard, Around(relay, self.clock))

    def tell(self, *words: str) -> dict[str, object]:
        """From a shell."""
        command = [sys.executable, "-m", "devices.simulators.tell", str(self.directory), *words]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=LIMIT, check=False)
        answer: dict[str, object] = json.loads(done.stdout)
        return answer


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = int(nobody.getsockname()[1])
        with SimulatedDesk(tmp_path / "desk", read_s=0.0) as desk, Relay(port) as relay:
            bench = Bench(desk, tmp_path / "desk", relay)
            yield bench
            bench.orders.stop()


def test_orders_are_done_and_seen(bench: Bench) -> None:
    give, heard = bench.orders.give, bench.heard
    give("place", {"card": "样本外新"})
    give("weigh", {"grams": 1284})
    give("condition", {"name": "paper_out", "on": 1, "slot": "receipt_printer"})
    give("unplug", {"slot": "scanner"})
    give("network", {"line": "cut"})
    heard.until(
        card=["样本外新"],
        scale={"grams": 1284, "tare": 0, "unstable": False, "over": False},
        receipt_conditions=["paper_out"],
        conditions=[],
        unplugged=["scanner"],
        network="cut",
    )
    assert bench.relay.line is Line.CUT
    give("replug", {"slot": "scanner"})
    give("lift", {})
    heard.until(unplugged=[], card=[])
    assert heard.failed == []


def test_what_a_shell_does_is_seen_too(bench: Bench) -> None:
    assert bench.tell("weigh", "350") == {"ok": True}
    assert bench.tell("cover", "on", "label_printer") == {"ok": True}
    assert bench.tell("unplug", "scale") == {"ok": True}
    bench.heard.until(
        unplugged=["scale"],
        conditions=["head_open"],
        scale={"grams": 350, "tare": 0, "unstable": False, "over": False},
    )
    assert bench.tell("weigh", "heavy")["ok"] is False
    assert bench.tell("scan_page", "label_printer") == {"ok": False, "error": "no such page"}


def test_orders_that_fail_are_told(bench: Bench) -> None:
    for do, facts in (
        ("place", {"card": "nobody"}),
        ("network", {"line": "sideways"}),
        ("clock", {"act": "melt"}),
        ("scan_page", {"slot": "label_printer"}),
    ):
        bench.orders.give(do, dict[str, object](facts))
    end = time.monotonic() + LIMIT
    while len(bench.heard.failed) < 4 and time.monotonic() < end:
        time.sleep(0.01)
    assert bench.heard.failed == [
        ("place", "no such card"),
        ("network", "no such line"),
        ("clock", "no such act"),
        ("scan_page", "no such page"),
    ]


def test_devices_that_ended_are_told_as_silent(bench: Bench) -> None:
    bench.heard.until(ok=True)
    bench.desk.stop()
    bench.heard.until(ok=False)


# -- the clock -------------------------------------------------------------------------------------


def test_a_jump_is_time_that_passes() -> None:
    clock, real = BenchClock(), dt.datetime.now(dt.UTC)
    trusted = TrustedClock(clock)
    boot = clock.boottime_ns()
    trusted.anchor(Anchor(clock.wall(), clock.boot_id(), boot // 1_000_000))
    clock.jump(26 * HOUR)
    assert clock.wall() - real >= dt.timedelta(hours=26)
    assert clock.boottime_ns() - boot >= 26 * HOUR * 10**9
    now = trusted.now()
    assert now.quality == CONFIRMED
    assert now.at - real >= dt.timedelta(hours=26)
    clock.right()
    assert clock.wall() - real < dt.timedelta(hours=1)
    assert trusted.now().quality == UNCONFIRMED  # a boot clock never goes back within one start


def test_it_runs_faster_and_stops_doing_so() -> None:
    clock = BenchClock()
    clock.run(3600)
    begun = clock.wall()
    time.sleep(0.05)
    gained = clock.wall() - begun
    assert gained >= dt.timedelta(seconds=180)
    clock.run(1)
    ahead = clock.state()["ahead"]
    assert isinstance(ahead, int)
    assert ahead >= 180
    assert clock.state()["ahead"] == ahead


def test_a_dead_battery_says_1970_and_confirms_nothing() -> None:
    clock = BenchClock()
    trusted = TrustedClock(clock)
    before = clock.wall()
    trusted.restore({}, before)
    trusted.anchor(Anchor(before, clock.boot_id(), clock.boottime_ns() // 1_000_000))
    clock.kill_battery()
    assert clock.wall() - DEAD < dt.timedelta(minutes=1)
    now = trusted.now()
    assert now.quality == UNCONFIRMED
    assert now.at >= before  # entries still move forward
    assert clock.state()["dead"] is True
    clock.right()
    assert clock.wall() - before < dt.timedelta(hours=1)
    assert clock.state() == {"speed": 1, "ahead": 0, "dead": False}
