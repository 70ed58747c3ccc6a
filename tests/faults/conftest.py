"""Shared by the fault tests: a headquarters of their own, and the C files as libraries to preload."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.ports import Probe, no_probe
from tests.faults.around import Headquarters
from tests.faults.rig import Rig
from tests.faults.screen import Window
from ui.bridge import Bridge

os.environ["QT_QPA_PLATFORM"] = "offscreen"

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def headquarters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Headquarters]:
    """``python -m hq serve``, for one module."""
    running = Headquarters(tmp_path_factory.mktemp("headquarters"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def preload(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Compiles ``NAME.c`` beside this file; the library's path, for LD_PRELOAD."""
    made = tmp_path_factory.mktemp("preload")

    def library(name: str) -> str:
        target = made / f"{name}.so"
        if not target.exists():
            options = ["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o", str(target)]
            subprocess.run(["gcc", *options, str(HERE / f"{name}.c"), "-ldl"], check=True, timeout=60)
        return str(target)

    return library


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform says of itself, at each window, what it does not do."""
    said = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints", extend=True)
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(said)


@pytest.fixture
def make_window(headquarters: Headquarters, tmp_path: Path, qtbot: QtBot) -> Iterator[Callable[..., Window]]:
    """Opens the window of a counter with this number; everything is shut afterwards, the window first."""
    windows: list[Window] = []
    rigs: list[Rig] = []

    def make(number: int, probe: Probe = no_probe) -> Window:
        bridge = Bridge()
        rig = Rig(headquarters, tmp_path, number, probe=probe, publish=bridge.post)
        rigs.append(rig.__enter__())
        windows.append(Window(qtbot, rig, bridge))
        rig.log_in()
        return windows[-1]

    yield make
    for window in windows:
        window.window.close()
    for rig in rigs:
        rig.__exit__(None, None, None)
