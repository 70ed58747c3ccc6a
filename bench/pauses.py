"""How long a main thread was away, seen by a beat each millisecond."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, QTimer

from bench.figures import percentile

BEAT_MS = 1


class Beat(QObject):
    """Keeps by how many milliseconds each beat was late; :meth:`each` is called at every one."""

    def __init__(self) -> None:
        super().__init__()
        self.late: list[float] = []
        self._last = 0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """From now on."""
        self._last = time.perf_counter_ns()
        self._timer.start()

    def stop(self) -> None:
        """No more beats."""
        self._timer.stop()

    def _beat(self) -> None:
        now = time.perf_counter_ns()
        self.late.append(max(0.0, (now - self._last) / 1e6 - BEAT_MS))
        self._last = now
        self.each()

    def each(self) -> None:
        """Nothing here."""


def waited(late: Sequence[float], share: float) -> float:
    """How long, in ms, somebody would have waited who came at a random moment: a percentile over time.

    A pause of 30 ms is met thirty times, by who comes at its beginning and who comes near its end.  A
    percentile over the beats alone would count it once, as if nobody had come while it lasted.
    """
    met: list[float] = []
    for pause in late:
        met.append(pause)
        left = pause - BEAT_MS
        while left > 0:
            met.append(left)
            left -= BEAT_MS
    return percentile(met, share)
