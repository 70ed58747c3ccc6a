"""Trusted time under the clocks that branches really have (T9)."""

from __future__ import annotations

import datetime as dt

import pytest

from core.ledger.clock import Anchor, TrustedClock, business_date
from tests.core.machine import SetClock

pytestmark = pytest.mark.requirement("T9")

NOON = dt.datetime(2026, 11, 21, 4, 0, tzinfo=dt.UTC)


def test_hq_time_counts_whatever_the_wall_says() -> None:
    machine = SetClock(dt.datetime(1970, 1, 1, tzinfo=dt.UTC))
    clock = TrustedClock(machine)
    clock.anchor(Anchor(NOON, machine.boot_id(), machine.boottime_ns() // 1_000_000))
    machine.moment = dt.datetime(2031, 1, 1, tzinfo=dt.UTC)  # somebody sets the wall clock
    machine.boot_ns += 90 * 10**9
    now = clock.now()
    assert (now.at, now.quality) == (NOON + dt.timedelta(seconds=90), "confirmed")


def test_after_a_reboot_time_is_unconfirmed_and_never_before_the_last_entry() -> None:
    machine = SetClock(NOON)
    clock = TrustedClock(machine)
    machine.reboot(dt.datetime(1970, 1, 1, tzinfo=dt.UTC))
    clock.restore({"at": "2026-11-21T03:00:00.000Z", "boot": "boot-1", "boottime_ms": 1}, NOON)
    machine.advance(60)
    now = clock.now()
    assert (now.at, now.quality) == (NOON + dt.timedelta(seconds=60), "unconfirmed")


def test_a_program_restart_without_reboot_stays_confirmed() -> None:
    machine = SetClock(NOON)
    clock = TrustedClock(machine)
    clock.restore({"at": "2026-11-21T03:00:00.000Z", "boot": "boot-1", "boottime_ms": 2000}, NOON)
    now = clock.now()
    assert (now.at, now.quality) == (dt.datetime(2026, 11, 21, 3, 0, 3, tzinfo=dt.UTC), "confirmed")


def test_business_date_is_the_counter_s() -> None:
    assert business_date(dt.datetime(2026, 11, 20, 15, 59, tzinfo=dt.UTC)).isoformat() == "2026-11-20"
    assert business_date(dt.datetime(2026, 11, 20, 16, 0, tzinfo=dt.UTC)).isoformat() == "2026-11-21"
