"""What the window knows about the keys: how fast they come, and whether they count now.

A scanner that types (keyboard wedge) sends whole codes with Enter at the end, some milliseconds a
key.  Such a burst may fill the field in focus; it must never confirm, choose or commit anything (T14).
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent

BURST_SECONDS = 0.015  # two hands may strike two keys within 20 ms; a scanner that types is faster
DELIBERATE_MS = 120  # a key that confirms must stand alone for so long
READING_SECONDS = 8.0  # longer than any read of a card (id-reader.md 1.5): then keys count again

_MODIFIERS = (
    Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_AltGr, Qt.Key.Key_Meta,
    Qt.Key.Key_CapsLock, Qt.Key.Key_NumLock,
)  # fmt: skip


def is_modifier(event: QKeyEvent) -> bool:
    """Whether the event is a modifier key by itself."""
    return event.key() in _MODIFIERS


class Keyboard:
    """Shared by all controls of the window; main thread only."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = self._typed = float("-inf")
        self._reading_until = 0.0
        self.dropped = 0

    def note(self, event: QKeyEvent | None = None) -> None:
        """A key came that a scanner could have sent (the event is only looked at for modifiers)."""
        if event is None or not is_modifier(event):
            self._last = self._typed = self._clock()

    def in_burst(self) -> bool:
        """Whether the key before this one came so shortly before that no person pressed it."""
        return self.within(BURST_SECONDS)

    def within(self, seconds: float) -> bool:
        """Whether a key came less than so long ago."""
        return self._clock() - self._last < seconds

    def idle_seconds(self) -> float:
        """Since the last typed key on this page."""
        return self._clock() - self._typed

    def new_page(self) -> None:
        """Another page stands: nobody has typed into it yet."""
        self._typed = float("-inf")

    @property
    def discarding(self) -> bool:
        """Whether a card is being read, so that what is typed does not count."""
        return self._clock() < self._reading_until

    def begin_reading(self) -> None:
        """A card is being read: from now on typed keys are counted and let go."""
        self._reading_until = self._clock() + READING_SECONDS
        self.dropped = 0

    def end_reading(self) -> int:
        """The read has ended; how many keys were let go."""
        self._reading_until = 0.0
        dropped, self.dropped = self.dropped, 0
        return dropped

    def discard(self, event: QKeyEvent) -> bool:
        """True, and counted, where this key does not count because a card is being read."""
        if not self.discarding:
            return False
        if not is_modifier(event) and not event.isAutoRepeat():
            self.dropped += 1
        return True


class Deliberate(QObject):
    """Calls back for a key that stands alone: no key shortly before it and none shortly after."""

    def __init__(self, keyboard: Keyboard, parent: QObject) -> None:
        super().__init__(parent)
        self._keyboard = keyboard
        self._act: Callable[[], None] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELIBERATE_MS)
        self._timer.timeout.connect(self._fire)

    def press(self, event: QKeyEvent, act: Callable[[], None]) -> None:
        """The key was pressed; ``act`` follows unless this is auto-repeat or part of a burst."""
        if event.isAutoRepeat():
            return
        alone = not self._keyboard.within(DELIBERATE_MS / 1000)
        self.cancel()
        self._keyboard.note(event)
        if alone:
            self._act = act
            self._timer.start()

    def cancel(self) -> None:
        """Another key came: nothing was meant."""
        self._timer.stop()
        self._act = None

    def _fire(self) -> None:
        act, self._act = self._act, None
        if act is not None:
            act()
