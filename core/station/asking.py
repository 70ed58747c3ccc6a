"""The first F9 after a start waits a moment for headquarters' word on this store (T28).

A store that was set back to yesterday looks sound here: only headquarters knows that its numbers were used.
With a line its word comes before anybody has an item ready; without one the counter goes on, and says so.
"""

from __future__ import annotations

import threading

from core.view import STOPS, SyncView

WAIT_SECONDS = 3.0


class Word:
    """What headquarters said since the store was opened.  ``tell`` comes from the pump's thread."""

    def __init__(self) -> None:
        self.awaited = False  # nothing was accepted yet since the store was opened
        self._waits = False
        self._heard = threading.Event()
        self._told: SyncView | None = None

    def begin(self, *, asked: bool) -> None:
        """The store was opened; ``asked``: headquarters is asked about it."""
        self._told = None
        self._heard.clear()
        self.awaited = self._waits = asked

    def tell(self, sync: SyncView) -> None:
        """From any thread: an answer, or that none is to be had now."""
        if sync.state != "trying" or sync.fault:
            self._told = sync
            self._heard.set()

    def stop(self) -> str:
        """Before an acceptance: why there may be none, as :data:`core.view.STOPS`; "" where there may.

        Waits once, at most :data:`WAIT_SECONDS`.
        """
        if self._waits:
            self._heard.wait(WAIT_SECONDS)
            self._waits = False
        told = self._told
        return told.what if self.awaited and told is not None and told.what in STOPS else ""

    def accepted(self) -> bool:
        """Something was accepted; whether headquarters had no word on this store until then."""
        alone = self.awaited and (self._told is None or self._told.state != "ok")
        self.awaited = False
        return alone
