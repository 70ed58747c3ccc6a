"""Headquarters' clock, as a parameter, so that tests can set it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

Now = Callable[[], dt.datetime]  # aware UTC


def utc_now() -> dt.datetime:
    """The machine's clock; headquarters' machines keep it by NTP."""
    return dt.datetime.now(dt.UTC)
