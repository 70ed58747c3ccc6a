"""A limit on wrong tries with one-time codes, per caller and process."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from core.errors import HqError, HqFault

LIMIT = 10
WINDOW_SECONDS = 60.0
CALLERS = 10_000  # the longest silent callers are forgotten beyond this


class Tries:
    """Ten wrong tries a minute for a caller; then every try waits, right or wrong."""

    def __init__(
        self,
        limit: int = LIMIT,
        window: float = WINDOW_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = limit
        self._window = window
        self._clock = clock
        self._lock = threading.Lock()
        self._failed: OrderedDict[str, deque[float]] = OrderedDict()

    def check(self, caller: str) -> None:
        """Raises HqError BUSY (facts: seconds) while the caller has to wait."""
        now = self._clock()
        with self._lock:
            times = self._failed.get(caller)
            if times is None:
                return
            while times and now - times[0] >= self._window:
                times.popleft()
            if len(times) >= self._limit:
                left = int(self._window - (now - times[0])) + 1
                raise HqError(HqFault.BUSY, retry=True, what="tries", seconds=left)

    def failed(self, caller: str) -> None:
        """Count a wrong try."""
        with self._lock:
            times = self._failed.setdefault(caller, deque(maxlen=self._limit))
            times.append(self._clock())
            self._failed.move_to_end(caller)
            while len(self._failed) > CALLERS:
                self._failed.popitem(last=False)
