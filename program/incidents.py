"""The exception hook: a bug becomes an incident number on the screen and one line without personal data.

Python's own report would print the exception's text, which may quote a person's name; here only the
type and the place are written.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from types import TracebackType

from core.incident import new_number, place

_log = logging.getLogger(__name__)


def install(show: Callable[[str], None]) -> None:
    """For every thread of this process.  ``show`` gets the incident number, from any thread."""

    def report(kind: type[BaseException], trace: TracebackType | None) -> None:
        number = new_number()
        _log.error("incident %s: %s at %s", number, kind.__name__, place(trace))
        show(number)

    def main_hook(kind: type[BaseException], _error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            report(kind, trace)

    def thread_hook(caught: threading.ExceptHookArgs) -> None:
        if not issubclass(caught.exc_type, SystemExit):
            report(caught.exc_type, caught.exc_traceback)

    sys.excepthook = main_hook
    threading.excepthook = thread_hook
