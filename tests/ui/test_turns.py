"""Work in turns: each once for each asking, in order, and none left out however often it is asked for."""

from __future__ import annotations

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from ui.turns import Turns


def test_each_runs_once_and_in_order(qtbot: QtBot) -> None:
    ran: list[str] = []
    parts = [lambda name=name: ran.append(name) for name in "abc"]
    owner = QObject()
    turns = Turns(owner)
    turns.begin(parts)
    assert ran == []
    qtbot.waitUntil(lambda: len(ran) == 3, timeout=3000)
    qtbot.wait(20)
    assert ran == ["a", "b", "c"]


def test_who_asks_in_every_turn_keeps_nobody_waiting(qtbot: QtBot) -> None:
    """A part that is still due keeps its place; one that has run comes again after those."""
    ran: list[str] = []
    owner = QObject()
    turns = Turns(owner)

    def greedy() -> None:
        ran.append("a")
        if len(ran) < 20:
            turns.begin(parts)

    parts = (greedy, lambda: ran.append("b"), lambda: ran.append("c"))
    turns.begin(parts)
    qtbot.waitUntil(lambda: len(ran) >= 20, timeout=3000)
    assert ran.count("b") == ran.count("c") >= 4
    assert "aaa" not in "".join(ran)


def test_after_stop_none_runs(qtbot: QtBot) -> None:
    ran: list[str] = []
    owner = QObject()
    turns = Turns(owner)
    turns.begin([lambda: ran.append("a")])
    turns.stop()
    qtbot.wait(20)
    assert ran == []
