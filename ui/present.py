"""Figures as people read them: ages, weights, waybills, places.  No Qt."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from ui.text import Texts

if TYPE_CHECKING:
    from core.view import CounterView, SyncView

STALE_SECONDS = 300  # after five minutes the counter says that it is behind


def utc_now() -> dt.datetime:
    """Aware UTC."""
    return dt.datetime.now(dt.UTC)


def age_seconds(sync: SyncView, now: dt.datetime) -> int | None:
    """Since headquarters last answered; None: never."""
    if sync.last_contact is None:
        return None
    return max(0, int((now - sync.last_contact).total_seconds()))


def age(texts: Texts, seconds: int | None) -> str:
    """``3 秒前``, ``5 分钟前`` … the largest unit only."""
    if seconds is None:
        return texts("age.never")
    for limit, unit, size in ((60, "seconds", 1), (3600, "minutes", 60), (86400, "hours", 3600)):
        if seconds < limit:
            return texts(f"age.{unit}", count=seconds // size)
    return texts("age.days", count=seconds // 86400)


def sync_line(texts: Texts, sync: SyncView, now: dt.datetime) -> tuple[str, str]:
    """What stands in the header about headquarters, and its tone ("", "warn", "bad")."""
    seconds = age_seconds(sync, now)
    shown = texts("sync.line", count=sync.unsent, age=age(texts, seconds))
    if sync.state == "refused":
        return f"■ {shown} · {texts('sync.refused')}", "bad"
    if sync.state == "stopped":
        return f"▲ {shown} · {texts('sync.stopped')}", "warn"
    if seconds is None or seconds > STALE_SECONDS:
        return f"▲ {shown}", "warn"
    return shown, ""


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
