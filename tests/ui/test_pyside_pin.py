"""Why PySide6 is pinned: a release that loses references to None aborts after some thousand calls.

6.12.0 on Python 3.11 lost one at every ``setText`` and ``emit`` (docs/decisions).  This test runs
before any upgrade.
"""

from __future__ import annotations

import gc
import sys

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

CALLS = 2000
SLACK = 200  # what else comes and goes in an interpreter meanwhile


class _Bell(QObject):
    """Emits."""

    rung = Signal(object)


def test_no_reference_is_lost(qtbot: QtBot) -> None:
    """Two thousand calls of each kind leave the counts of None and True where they were."""
    label, bell = QLabel(), _Bell()
    heard: list[object] = []
    qtbot.addWidget(label)
    bell.rung.connect(heard.append)
    for singleton in (None, True):
        gc.collect()
        before = sys.getrefcount(singleton)
        for number in range(CALLS):
            label.setText(str(number))
            label.setVisible(False)
            bell.rung.emit(number)
        heard.clear()
        gc.collect()
        assert abs(sys.getrefcount(singleton) - before) < SLACK
