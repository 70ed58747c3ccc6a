"""The traffic log: a ring, readable while it is written, device bytes only."""

from __future__ import annotations

import threading

from devices.traffic import SHOWN_BYTES, Direction, TrafficLog


def test_the_ring_keeps_the_newest() -> None:
    log = TrafficLog(size=3)
    for number in range(5):
        log.note(Direction.OUT, f"command {number}")
    assert [entry.name for entry in log.entries()] == ["command 2", "command 3", "command 4"]
    times = [entry.monotonic_ns for entry in log.entries()]
    assert times == sorted(times)


def test_long_messages_are_cut_and_counted() -> None:
    log = TrafficLog()
    log.note(Direction.IN, "page", bytes(SHOWN_BYTES + 10), hidden=5)
    [entry] = log.entries()
    assert (len(entry.shown), entry.hidden) == (SHOWN_BYTES, 15)
    assert "[15 bytes withheld]" in str(entry)


def test_arrows_show_the_direction() -> None:
    log = TrafficLog()
    log.note(Direction.OUT, "FIND", b"\xaa\x01")
    log.note(Direction.IN, "FIND")
    first, second = map(str, log.entries())
    assert first.endswith("→ FIND aa 01")
    assert second.endswith("← FIND")


def test_reading_while_writing() -> None:
    log = TrafficLog(size=50)
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            log.note(Direction.OUT, "x")

    writer = threading.Thread(target=write)
    writer.start()
    for _ in range(500):
        assert len(log.entries()) <= 50
    stop.set()
    writer.join()
