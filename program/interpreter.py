"""One interpreter for the screen, the station and the lanes: none may hold the others up."""

from __future__ import annotations

import gc
import sys

_SWITCH_SECONDS = 0.001
# Young objects before a collection; the default of 700 is reached several times by each view.
_YOUNG = 20_000


def share() -> None:
    """From the start: a busy thread must not starve the screen beside it."""
    sys.setswitchinterval(_SWITCH_SECONDS)
    gc.set_threshold(_YOUNG, 20, 20)


def settle() -> None:
    """Once everything is read in: what stays for good is not gone through at every full collection.

    That took tens of milliseconds, now and then right behind F9.
    """
    gc.freeze()
