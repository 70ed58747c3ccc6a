"""Work for the main thread in turns of the event loop: between two of them keys, clicks and painting come."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer


class Turns(QObject):
    """Runs what is due, one a turn.

    What is still due when it is asked for again keeps its place: however fast it goes on, each gets its turn.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._due: deque[Callable[[], None]] = deque()
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._turn)

    def begin(self, parts: Sequence[Callable[[], None]]) -> None:
        """These are due, in this order."""
        self._due.extend(part for part in parts if part not in self._due)
        self._timer.start()

    def stop(self) -> None:
        """None is due any more."""
        self._due.clear()
        self._timer.stop()

    def _turn(self) -> None:
        if self._due:
            self._due.popleft()()
        if not self._due:
            self._timer.stop()
