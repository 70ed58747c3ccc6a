"""No display needed: Qt paints into memory here.  Tests that need an X server start their own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.view import CounterView
from tests.ui.small_station import Recorder, SmallStation
from tests.ui.typing import Hands
from ui.application import dress
from ui.bridge import Bridge
from ui.specimens import BASE, NOW, READY
from ui.window import MainWindow

os.environ["QT_QPA_PLATFORM"] = "offscreen"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform says of itself, at each window, what it does not do."""
    said = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints", extend=True)
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(said)


@pytest.fixture(scope="session")
def qapp(qapp: QApplication) -> QApplication:
    """The application with the style and type of the house."""
    return dress(qapp)


Opened = Callable[..., MainWindow]
Desk = tuple[MainWindow, Hands, Recorder]
Seated = Callable[[CounterView], Desk]


@pytest.fixture
def opened(qapp: QApplication, qtbot: QtBot) -> Iterator[Opened]:
    """Opens a window on a recorder, shown and active, with everything loaded."""
    windows: list[MainWindow] = []

    def make(station: Recorder | SmallStation, *, language: str = "zh", theme: str = "light") -> MainWindow:
        bridge = station.bridge
        window = MainWindow(station, bridge, language, theme_name=theme, clock=lambda: NOW)
        windows.append(window)
        qtbot.addWidget(window)
        with qtbot.waitActive(window):
            window.show()
        window.clerk.ensurePolished()
        return window

    yield make
    for window in windows:
        window.close()


@pytest.fixture
def recorder() -> Recorder:
    """A station that keeps every command and answers nothing by itself."""
    return Recorder(Bridge())


@pytest.fixture
def seated(qtbot: QtBot, recorder: Recorder, opened: Opened) -> Seated:
    """Opens a clerk's screen on a view, and puts hands on the keyboard."""

    def seat(view: CounterView) -> Desk:
        window = opened(recorder)
        window.show_view(view)
        return window, Hands(qtbot, window), recorder

    return seat


@pytest.fixture
def desk(seated: Seated) -> Desk:
    """A clerk's screen with everything filled in."""
    return seated(replace(BASE, visit=READY))
