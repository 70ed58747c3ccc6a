"""The real window on a real counter, offscreen; the test has the clerk's hands on its keyboard."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from pytestqt.qtbot import QtBot

from core.commands import Command
from core.station.station import Station
from tests.faults.rig import Rig
from tests.faults.work import Item, Visit
from tests.ui.typing import Hands
from ui.bridge import Bridge
from ui.window import MainWindow


class HeardStation:
    """The station, with every command of the window written down on its way."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self.commands: list[Command] = []

    def submit(self, command: Command) -> Future[object]:
        """See :class:`ui.bridge.Station`."""
        self.commands.append(command)
        return self._station.submit(command)

    def kinds(self) -> list[str]:
        """Names of the commands so far."""
        return [type(command).__name__ for command in self.commands]


class Window:
    """One window, shown and active."""

    def __init__(self, qtbot: QtBot, rig: Rig, bridge: Bridge) -> None:
        assert rig.terminal is not None
        self.rig = rig
        self.qtbot = qtbot
        self.heard = HeardStation(rig.terminal.station)
        self.window = MainWindow(self.heard, bridge)
        qtbot.addWidget(self.window)
        with qtbot.waitActive(self.window):
            self.window.show()
        self.window.clerk.ensurePolished()
        self.hands = Hands(qtbot, self.window)

    def fill(self, visit: Visit, item: Item) -> None:
        """Everything but F9, beside the keyboard: what is tested comes after it."""
        self.rig.clerk.fill(visit, item)
        self.until(lambda: self.window.clerk.bar.ready)

    def until(self, true: Callable[[], bool]) -> None:
        """Qt goes on meanwhile."""
        self.qtbot.waitUntil(lambda: bool(true()), timeout=20_000)

    def settle(self, items: int) -> None:
        """Everything that was pressed has come to its end, the labels of so many items too."""
        self.until(lambda: self.rig.eyes.view.today >= items and not self.rig.eyes.view.pending)
        self.qtbot.wait(200)

    def said(self) -> str:
        """The code in the message line."""
        shown = self.window.clerk.message.shown
        return shown.code if shown is not None else ""
