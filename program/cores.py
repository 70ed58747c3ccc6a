"""A crash must leave no picture of memory: names, numbers and keys would stand in it in clear."""

from __future__ import annotations

import contextlib
import ctypes
import resource
import sys

_PR_SET_DUMPABLE = 4  # prctl(2)


def leave_no_core() -> None:
    """No core file, none for a crash collector, and no other program of this user may look in."""
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform.startswith("linux"):
        # A collector behind a pipe is asked in spite of the limit; this is what stops it.
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
