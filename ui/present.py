"""Figures as people read them: ages, weights, waybills, places.  No Qt."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ui.text import Texts

if TYPE_CHECKING:
    from core.view import CounterView, SyncView

STALE_SECONDS = 120  # a counter asks every minute; after twice that what it shows of headquarters is old


def utc_now() -> dt.datetime:
    """Aware UTC."""
    return dt.datetime.now(dt.UTC)


def running() -> float:
    """Seconds since boot, suspend included: goes on whatever happens to the wall clock."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Told:
    """How long ago the pump told what is shown, by the screen's own clock: what hangs tells nothing."""

    def __init__(self, clock: Callable[[], float] = running) -> None:
        self._clock = clock
        self._serial, self._at = -1, clock()

    def seconds(self, sync: SyncView) -> float:
        """Since this was told."""
        if sync.serial != self._serial:
            self._serial, self._at = sync.serial, self._clock()
        return max(0.0, self._clock() - self._at)


def age_seconds(sync: SyncView, now: dt.datetime, since: float = 0.0) -> int | None:
    """Since headquarters last answered, ``since`` seconds after that was told; None: never."""
    if sync.age_s is not None:
        return int(sync.age_s + since)
    if sync.last_contact is None:
        return None
    return max(0, int((now - sync.last_contact).total_seconds()))


def overdue(sync: SyncView, since: float) -> bool:
    """Whether the pump should have been heard by now."""
    return sync.due_s is not None and since > sync.due_s


def age(texts: Texts, seconds: int | None) -> str:
    """``3 秒前``, ``5 分钟前`` … the largest unit only."""
    if seconds is None:
        return texts("age.never")
    for limit, unit, size in ((60, "seconds", 1), (3600, "minutes", 60), (86400, "hours", 3600)):
        if seconds < limit:
            return texts(f"age.{unit}", count=seconds // size)
    return texts("age.days", count=seconds // 86400)


def sync_line(texts: Texts, sync: SyncView, now: dt.datetime, since: float = 0.0) -> tuple[str, str]:
    """What stands in the header about headquarters, and its tone ("", "warn", "bad")."""
    seconds = age_seconds(sync, now, since)
    shown = texts("sync.line", count=sync.unsent, age=age(texts, seconds))
    if sync.state == "refused":
        return f"■ {shown} · {texts('sync.refused')}", "bad"
    if sync.state == "stopped":
        return f"▲ {shown} · {texts('sync.stopped')}", "warn"
    if seconds is None or seconds > STALE_SECONDS or overdue(sync, since):
        return f"▲ {shown}", "warn"
    return shown, ""


_REFUSED = {
    "behind": "banner.behind",
    "fork": "banner.fork",
    "replaced": "banner.replaced",
    "revoked": "banner.revoked",
}


def sync_banner(texts: Texts, sync: SyncView, now: dt.datetime, since: float) -> tuple[str, str]:
    """(tone, sentence) across the window while what is known of headquarters is old; ("", "") else.

    The age goes on by the screen's own clock, whatever hangs (T6, I7).
    """
    seconds = age_seconds(sync, now, since)
    old = age(texts, seconds)
    if sync.what == "restored":
        return "bad", f"■ {texts('banner.restored', age=old)}"
    if sync.state == "refused":
        return "bad", f"■ {texts(_REFUSED.get(sync.what, 'banner.refused'), age=old)}"
    if sync.state == "stopped" and sync.fault:
        return "bad", f"■ {texts('banner.stopped', age=old)}"
    if overdue(sync, since):
        return "warn", f"▲ {texts('banner.hung', age=old)}"
    if sync.state == "trying" and sync.fault and (seconds is None or seconds > STALE_SECONDS):
        return "warn", f"▲ {texts('banner.old', age=old)}"
    return "", ""


def place(texts: Texts, view: CounterView) -> str:
    """Branch and counter as people say them."""
    prefix = f"{view.branch}-"
    if view.branch and view.terminal.startswith(prefix):
        return texts("header.place", branch=view.branch, desk=view.terminal[len(prefix) :])
    return view.terminal


def waybill(text: str) -> str:
    """Grouped for the eye: ``EA 4731 2482 9 CN`` for UPU S10 numbers, others as they are."""
    if len(text) == 13 and text[:2].isalpha() and text[2:11].isdigit() and text[11:].isalpha():
        return f"{text[:2]} {text[2:6]} {text[6:10]} {text[10]} {text[11:]}"
    return text


def short_name(masked: str) -> str:
    """A masked name of any length in at most five characters of stars and letters: ``阿***范``."""
    return re.sub(r"\*{3,}", "***", masked)


def one_of(texts: Texts, family: str, code: str) -> str:
    """The word for a code of a family (sex, nation, document …); the code itself where none is known."""
    return texts(f"{family}.{code}") if texts.has(f"{family}.{code}") else code


def yuan(cents: int) -> str:
    """An amount with its two digits after the point."""
    return f"{cents // 100}.{cents % 100:02d}"
