"""The erasure log: entries that say what went from a counter's disk by the rules."""

from __future__ import annotations

import datetime as dt

MONTH_ERASED = "MonthErased"
SEALED_ERASED = "SealedErased"
SEALED = "sealed"  # retention class of sealed parts, which go by entry and not by month
EMPTY = {"sealed": 0, "months": []}


def month_name(retention: str, month: str) -> str:
    """A retention class and month, as the state and the key file name them."""
    return f"{retention}/{month}"


def split(name: str) -> tuple[str, str]:
    """(retention class, month) of :func:`month_name`."""
    retention, _, month = name.partition("/")
    return retention, month


def over_on(month: str, days: int) -> dt.date:
    """The first day on which what is of that month ``YYYY-MM`` may go: ``days`` after its end."""
    year, number = int(month[:4]), int(month[5:])
    after = dt.date(year + number // 12, number % 12 + 1, 1)
    return after + dt.timedelta(days=days)
