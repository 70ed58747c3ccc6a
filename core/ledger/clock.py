"""Trusted time: the last time HQ signed, plus the clock that runs since boot (house.md).

Order is the sequence number alone; trusted time only dates entries, and says how good it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from core.ledger.entry import TrustedTime, parse_stamp

CHINA = dt.timezone(dt.timedelta(hours=8), "CST")  # one zone, no daylight saving, since 1991
CONFIRMED, UNCONFIRMED = "confirmed", "unconfirmed"
BACK = "clock.back"  # headquarters' alarm
_BACK_MINUTES = 5  # less is how machines' clocks differ


class MachineClock(Protocol):
    """The part of ``ports.Clock`` that is needed here."""

    def wall(self) -> dt.datetime: ...

    def boottime_ns(self) -> int: ...

    def boot_id(self) -> str: ...


def minute(at: dt.datetime) -> str:
    """China's clock, YYYY-MM-DD HH:MM, as it stands on pages and papers; ``at`` is aware."""
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}"


def short_minute(at: dt.datetime) -> str:
    """The same without the year, MM-DD HH:MM: of what is a few days away."""
    return f"{at.astimezone(CHINA):%m-%d %H:%M}"


@dataclass(frozen=True, slots=True)
class Anchor:
    """HQ's time ``at`` when the boot clock of boot ``boot`` showed ``boottime_ms``."""

    at: dt.datetime
    boot: str
    boottime_ms: int


class TrustedClock:
    """Reads trusted time; the station moves its anchor when a ``TimeAnchored`` entry is committed."""

    def __init__(self, clock: MachineClock) -> None:
        self._clock = clock
        self._anchor: Anchor | None = None
        self._floor: dt.datetime | None = None
        self._floor_ns = 0

    def restore(self, time: Mapping[str, Any], last: dt.datetime | None) -> None:
        """From the state's ``time`` member and the trusted time of the last entry."""
        if time.get("at"):
            self._anchor = Anchor(parse_stamp(time["at"]), time["boot"], time["boottime_ms"])
        self._floor, self._floor_ns = last, self._clock.boottime_ns()

    def anchor(self, anchor: Anchor) -> None:
        """HQ answered: its time counts from now on, be it earlier or later than ours."""
        self._anchor = anchor

    def now(self) -> TrustedTime:
        """Confirmed while this boot has an anchor; else wall time, never before the last entry's time."""
        anchor = self._anchor
        if anchor is not None and anchor.boot == self._clock.boot_id():
            passed = self._clock.boottime_ns() // 1_000_000 - anchor.boottime_ms
            return TrustedTime(anchor.at + dt.timedelta(milliseconds=passed), CONFIRMED)
        wall = self._clock.wall()
        if self._floor is not None:
            # A dead battery says 1970: entries still move forward from the last one we know.
            since = dt.timedelta(microseconds=(self._clock.boottime_ns() - self._floor_ns) // 1000)
            wall = max(wall, self._floor + since)
        return TrustedTime(wall, UNCONFIRMED)

    def reached(self, time: TrustedTime) -> None:
        """An entry bears ``time``: none that follows is dated before it till headquarters says so."""
        if time.quality == UNCONFIRMED and (self._floor is None or time.at > self._floor):
            self._floor, self._floor_ns = time.at, self._clock.boottime_ns()

    def wall(self) -> dt.datetime:
        """The machine's own clock, recorded beside trusted time."""
        return self._clock.wall()

    def drift_ms(self, anchor: Anchor) -> int | None:
        """How far the present trusted time is from what ``anchor`` says; None while unconfirmed."""
        now = self.now()
        if now.quality != CONFIRMED:
            return None
        passed = self._clock.boottime_ns() // 1_000_000 - anchor.boottime_ms
        told = anchor.at + dt.timedelta(milliseconds=passed)
        return round((now.at - told).total_seconds() * 1000)


def turned_back(wall: dt.datetime, time: TrustedTime) -> int:
    """By how many minutes the machine's clock stands before what the journal knows; 0: not, or confirmed.

    Before the first word of headquarters in a boot nothing else tells that somebody turned it back.
    """
    minutes = int((time.at - wall).total_seconds() // 60)
    return minutes if time.quality == UNCONFIRMED and minutes >= _BACK_MINUTES else 0


def business_date(moment: dt.datetime) -> dt.date:
    """The calendar date at the counter."""
    return moment.astimezone(CHINA).date()
