"""The real window over a real terminal, and hands on its keyboard, for the benches."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from bench.pauses import Beat
from core.devices import CardRead, CodeScanned, DeviceEvent
from core.view import CounterView
from program import interpreter
from program.bench_orders import BenchOrders
from program.demonstration import OPERATOR, Demonstration
from program.terminal import Parts
from tests.walk.counter import WalkingCounter
from ui.application import create_application
from ui.bridge import Bridge
from ui.keys import DELIBERATE_MS
from ui.window import MainWindow

# Seconds to wait, or what to wait for; what a script is made of.
Wait = float | Callable[[], bool]
Script = Generator[Wait, None, None]

LIMIT_SECONDS = 20.0
PACE_SECONDS = 0.02  # a key, as a fast typist strikes it
_REST_SECONDS = DELIBERATE_MS / 1000 + 0.05
_STEPS = 60  # so many Enters at most lead to a field
_Key = Qt.Key


class WindowCounter(WalkingCounter):
    """A walking counter whose views a window shows too, and which knows when devices spoke."""

    def __init__(self, around: Demonstration, parts: Parts | None = None) -> None:
        self.bridge = Bridge()
        self.spoke: dict[type, int] = {}  # perf_counter_ns of the device's last word, by kind
        super().__init__(around, parts)
        station = self.terminal.station
        take = station.device_event

        def heard(event: DeviceEvent) -> None:
            if isinstance(event, CardRead):
                self.spoke[CardRead] = event.answered_ns
            elif isinstance(event, CodeScanned):
                self.spoke[CodeScanned] = time.perf_counter_ns()
            take(event)

        station.device_event = heard  # type: ignore[method-assign]
        for lane in self.terminal.rack._lanes.values():
            lane.report._listener = heard

    def _publish(self, view: CounterView) -> None:
        super()._publish(view)
        self.bridge.post(view)


class Painted(QObject):
    """When a widget had been painted for the first time after :meth:`expect`."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._seen: Callable[[], bool] | None = None
        self.at_ns = 0
        widget.installEventFilter(self)

    def expect(self, seen: Callable[[], bool] = lambda: True) -> None:
        """From now on, and only while ``seen`` says yes."""
        self.at_ns, self._seen = 0, seen

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Paint and self._seen is not None and self._seen():
            self._seen = None
            QTimer.singleShot(0, self, self._stamp)  # once this round of painting is over
        return False

    def _stamp(self) -> None:
        self.at_ns = time.perf_counter_ns()


class Hands(Beat):
    """Runs a script on the main thread, a step a beat, and takes the time from key to paint.

    ``painted`` are milliseconds from a typed key to its field painted anew.
    """

    def __init__(self, window: MainWindow, orders: BenchOrders) -> None:
        super().__init__()
        self._window, self._orders = window, orders
        self._loop = QEventLoop()  # the application's own end would close the window
        self._script: Script | None = None
        self._until: Wait = 0.0
        self._limit = 0.0
        self._watches: dict[str, Painted] = {}
        self._typed: tuple[Painted, int] | None = None
        self._error: BaseException | None = None
        self.painted: list[float] = []

    def perform(self, script: Script) -> None:
        """To its end; raises what the script raises."""
        self._script, self._until, self._error = script, 0.0, None
        self.start()
        self._loop.exec()
        self.stop()
        if self._error is not None:
            raise self._error

    def order(self, do: str, **facts: object) -> None:
        """To the simulated devices; returns at once."""
        self._orders.give(do, facts)

    def each(self) -> None:
        """One step where its time has come."""
        assert self._script is not None
        now = time.monotonic()
        late = False
        if callable(self._until):
            late = now > self._limit
            if not late and not self._until():
                return
        elif now < self._until:
            return
        try:
            # Thrown where the script waits, so that the trace names the line.
            wait = self._script.throw(AssertionError("never seen")) if late else next(self._script)
        except StopIteration:
            self._end(None)
            return
        except BaseException as error:  # noqa: BLE001 - a slot must not raise; perform() does
            self._end(error)
            return
        self._until = wait if callable(wait) else time.monotonic() + wait
        self._limit = time.monotonic() + LIMIT_SECONDS

    def _end(self, error: BaseException | None) -> None:
        self._error = error
        self.stop()
        self._loop.quit()

    # -- parts of scripts ------------------------------------------------------------------------------

    @property
    def place(self) -> str:
        """The object name of what has the focus."""
        widget = QApplication.focusWidget()
        return widget.objectName() if widget is not None else ""

    def key(self, key: Qt.Key, text: str = "", *, alt: bool = False) -> None:
        """One key, to where the focus is."""
        focused = QApplication.focusWidget()
        assert focused is not None
        held = Qt.KeyboardModifier.AltModifier if alt else Qt.KeyboardModifier.NoModifier
        self._watch(focused, text)
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(focused, QKeyEvent(kind, key, held, text))

    def press(self, key: Qt.Key, *, alt: bool = False) -> Script:
        """A key that stands alone, as those that confirm have to."""
        yield _REST_SECONDS
        self.key(key, alt=alt)

    def into(self, name: str) -> Script:
        """To a field, by Enter."""
        for _ in range(_STEPS):
            if self.place == name:
                return
            self.key(_Key.Key_Tab)
            yield PACE_SECONDS
        raise AssertionError(f"no way to {name}")

    def type(self, name: str, text: str) -> Script:
        """Into a field: letters and digits as keys, hanzi in words as an input method commits them."""
        yield from self.into(name)
        words = ""
        for char in text:
            if char.isascii():
                yield from self._commit(words)
                words = ""
                self.key(_Key(ord(char.upper())), char)
                yield PACE_SECONDS
            else:
                words += char
                if len(words) == 4:
                    yield from self._commit(words)
                    words = ""
        yield from self._commit(words)

    def _commit(self, words: str) -> Script:
        focused = QApplication.focusWidget()
        if not words or focused is None:
            return
        event = QInputMethodEvent("", [])
        event.setCommitString(words)
        self._watch(focused, words)
        QApplication.sendEvent(focused, event)
        yield PACE_SECONDS * len(words)

    def _watch(self, focused: QWidget, text: str) -> None:
        """The field that takes this key, until it is painted; keys that open nothing are not watched."""
        self._take()
        if not text or not isinstance(focused, QLineEdit):
            return
        painted = self.painting(focused)
        painted.expect()
        self._typed = (painted, time.perf_counter_ns())

    def _take(self) -> None:
        if self._typed is not None:
            painted, pressed = self._typed
            if painted.at_ns:
                self.painted.append((painted.at_ns - pressed) / 1e6)
            self._typed = None

    def painting(self, widget: QWidget) -> Painted:
        """The watch over a widget, by its object name."""
        name = widget.objectName()
        if name not in self._watches:
            self._watches[name] = Painted(widget)
        return self._watches[name]

    def find(self, name: str) -> QWidget:
        """A widget of the window."""
        found = self._window.findChild(QWidget, name)
        assert found is not None, name
        return found


@contextmanager
def screen(around: Demonstration, parts: Parts | None = None) -> Iterator[tuple[WindowCounter, Hands]]:
    """Logged in, devices ready, the clerk's screen painted."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or create_application(["bench"])
    with WindowCounter(around, parts) as counter:
        window = MainWindow(counter.terminal.station, counter.bridge)
        window.show()
        window.activateWindow()
        orders = BenchOrders(around.control())
        try:
            counter.log_in()
            hands = Hands(window, orders)
            hands.perform(_settle(counter, window))
            yield counter, hands
        finally:
            orders.stop()
            window.close()
            application.processEvents()


def _settle(counter: WindowCounter, window: MainWindow) -> Script:
    yield lambda: counter.view is not None and counter.view.operator == OPERATOR
    yield lambda: window.clerk.isVisible() and QApplication.focusWidget() is not None
    interpreter.settle()
    yield 0.5
