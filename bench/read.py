"""Last byte of the card's answer on the link → fields painted on the screen, over a pty."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QLineEdit

from bench.around import demonstration
from bench.figures import Figure, at_most, percentile
from core import commands as c
from core.config import load_config
from core.devices import CardRead, DeviceEvent
from program import interpreter
from program.demonstration import OPERATOR, PASSWORD, Demonstration
from program.terminal import Terminal

_READS, _WARM, _LIMIT_SECONDS = 60, 5, 20.0


class _Painted(QObject):
    """When the name field was last painted with a name in it."""

    def __init__(self, field: QLineEdit) -> None:
        super().__init__()
        self._field = field
        self.at_ns = 0
        field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Paint and self._field.text() and not self.at_ns:
            self.at_ns = time.perf_counter_ns()
        return False


def run() -> Iterator[Figure]:
    """p99 over sixty placings of a card; the reader's own time is not in it."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from ui.application import create_application
    from ui.bridge import Bridge
    from ui.window import MainWindow

    with demonstration() as around:
        application = create_application(["bench"])
        bridge = Bridge()
        terminal = Terminal(load_config(around.config_path), around.data, bridge.post)
        answered: list[int] = []
        station_event = terminal.station.device_event

        def heard(event: DeviceEvent) -> None:
            if isinstance(event, CardRead):
                answered.append(event.answered_ns)
            station_event(event)

        window = MainWindow(terminal.station, bridge)
        window.show()
        terminal.station.device_event = heard  # type: ignore[method-assign]
        for lane in terminal.rack._lanes.values():
            lane.report._listener = heard
        terminal.start()
        try:
            spent = _measure(application, terminal, window, around, answered)
        finally:
            window.close()
            terminal.stop()
            application.processEvents()
    yield at_most(
        "read p99",
        percentile(spent, 0.99),
        "ms",
        30,
        f"{len(spent)} reads, p50 {percentile(spent, 0.5):.1f} ms",
    )


def _measure(
    application: QApplication, terminal: Terminal, window: QObject, around: Demonstration, answered: list[int]
) -> list[float]:
    terminal.station.submit(c.LogIn(OPERATOR, PASSWORD))
    _spin(application, lambda: window.clerk.isVisible())  # type: ignore[attr-defined]
    interpreter.settle()
    field = window.findChild(QLineEdit, "sender_name")
    assert field is not None
    control, spent = around.control(), []
    for number in range(_READS + _WARM):
        painted = _Painted(field)
        answered.clear()
        control.tell("place", card="证件样本")
        _spin(application, lambda seen=painted: bool(seen.at_ns))  # type: ignore[misc]
        if number >= _WARM:
            spent.append((painted.at_ns - answered[0]) / 1e6)
        field.removeEventFilter(painted)
        control.tell("lift")
        end = time.monotonic() + 1.0
        while time.monotonic() < end:
            application.processEvents()
            time.sleep(0.002)
        terminal.station.submit(c.NewAcceptance(discard=True))
        _spin(application, lambda: not field.text())
    return spent


def _spin(application: QApplication, seen: Callable[[], bool]) -> None:
    end = time.monotonic() + _LIMIT_SECONDS
    while not seen():
        assert time.monotonic() < end, "never seen"
        application.processEvents()
        time.sleep(0.0005)
