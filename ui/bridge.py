"""The one QObject that other threads may call, and what the screens may ask of the station."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

if TYPE_CHECKING:
    from core.commands import Command
    from core.view import CounterView

FRAME_SECONDS = 0.008  # at most one repaint in this time, however fast views come


class Station(Protocol):
    """Takes commands and returns at once; what came of them arrives as a view."""

    def submit(self, command: Command) -> object: ...


class Bridge(QObject):
    """Carries views from any thread to the main thread; of a burst only the newest arrives."""

    changed = Signal(object)  # a CounterView, on the main thread
    _arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._newest: CounterView | None = None
        self._announced = False
        self._closed = False
        self._painted = 0.0
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self._deliver)
        self._arrived.connect(self._come, Qt.ConnectionType.QueuedConnection)

    def post(self, view: CounterView) -> None:
        """From any thread; returns at once.  After :meth:`close` nothing happens."""
        with self._lock:
            if self._closed:
                return
            self._newest = view
            if self._announced:
                return
            self._announced = True
        self._arrived.emit()

    def close(self) -> None:
        """The window goes: views that still come are let go."""
        with self._lock:
            self._closed = True
            self._newest = None
        self._pause.stop()

    @Slot()
    def _come(self) -> None:
        wait = FRAME_SECONDS - (time.monotonic() - self._painted)
        if wait <= 0:
            self._deliver()
        elif not self._pause.isActive():
            self._pause.start(max(1, round(wait * 1000)))

    @Slot()
    def _deliver(self) -> None:
        with self._lock:
            view, self._newest = self._newest, None
            self._announced = False
        if view is not None:
            self.changed.emit(view)
            self._painted = time.monotonic()
