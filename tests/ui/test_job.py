"""The main job by keyboard alone, against a station on a thread of its own."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from pytestqt.qtbot import QtBot

from core.commands import Commit, ConfirmOriginal, Field, LogIn, NextItem
from core.view import Screen
from tests.ui.conftest import Opened
from tests.ui.small_station import SmallStation
from tests.ui.typing import ALT, Hands, Key
from ui.bridge import Bridge
from ui.specimens import BASE
from ui.window import MainWindow

pytestmark = pytest.mark.requirement("R3")


@pytest.fixture
def counter(qtbot: QtBot, opened: Opened) -> Iterator[tuple[MainWindow, Hands, SmallStation]]:
    """Log-in screen of a running small station."""
    station = SmallStation(Bridge())
    window = opened(station)
    yield window, Hands(qtbot, window), station
    station.stop()


def _log_in(qtbot: QtBot, window: MainWindow, hands: Hands) -> None:
    hands.type("OP10001")
    hands.press(Key.Key_Return)
    assert hands.place == "password"
    hands.type("an invented password")
    hands.press(Key.Key_Return)
    qtbot.waitUntil(lambda: window.clerk.isVisible(), timeout=5000)


def _moved(hands: Hands, entry: str) -> bool:
    return hands.place != entry


def _fill(qtbot: QtBot, window: MainWindow, hands: Hands, texts: list[str]) -> None:
    for text in texts:
        entry = hands.place
        hands.type(text)
        hands.press(Key.Key_Return)
        qtbot.waitUntil(partial(_moved, hands, entry), timeout=2000)


def test_two_parcels_of_one_customer(qtbot: QtBot, counter: tuple[MainWindow, Hands, SmallStation]) -> None:
    """Log in, card, fields, confirmations, F9; next item; F9; lock and back."""
    window, hands, station = counter
    _log_in(qtbot, window, hands)
    station.read_card()
    qtbot.waitUntil(lambda: hands.place == "sender_phone", timeout=5000)
    _fill(qtbot, window, hands, ["13800138000", "示例市虚构路一号"])
    assert hands.place == "waybill"
    _fill(qtbot, window, hands, ["EA473124829CN", "衣物", "1", "1.284", "示例乙", "13900139000"])
    hands.type("样板市想象大道八号")
    hands.press(Key.Key_F9)
    qtbot.waitUntil(lambda: bool(_said(window) == "msg.not_ready"), timeout=5000)
    for digit in (1, 2, 3, 5):
        hands.press(Key(Key.Key_0.value + digit), ALT)
    qtbot.waitUntil(lambda: window.clerk.bar.ready, timeout=5000)
    for _ in range(4):
        hands.press(Key.Key_F9, wait=False)
    qtbot.waitUntil(lambda: _said(window) == "msg.accepted", timeout=5000)
    assert len(station.accepted) == 1
    hands.press(Key.Key_F9)
    qtbot.waitUntil(lambda: _said(window) == "msg.already_accepted", timeout=5000)

    hands.press(Key.Key_F7)
    qtbot.waitUntil(lambda: hands.place == "waybill", timeout=5000)
    assert window.clerk.fields[Field.SENDER_PHONE].entry.text() == "13800138000"
    _fill(qtbot, window, hands, ["EA473124815CN", "书籍", "2", "0.6", "示例丙", "13700137000"])
    hands.type("样板市模范街九号")
    for digit in (2, 4):
        hands.press(Key(Key.Key_0.value + digit), ALT)
    qtbot.waitUntil(lambda: window.clerk.bar.ready, timeout=5000)
    hands.press(Key.Key_F9)
    qtbot.waitUntil(lambda: len(station.accepted) == 2, timeout=5000)

    first, second = station.accepted
    assert (first[Field.CONTENTS], second[Field.CONTENTS]) == ("衣物", "书籍")
    assert first[Field.SENDER_PHONE] == second[Field.SENDER_PHONE] == "13800138000"
    kinds = [type(command) for command in station.commands]
    assert kinds.count(NextItem) == 1
    assert kinds.count(ConfirmOriginal) == 1
    assert kinds.count(Commit) <= 2 + 2  # one not ready, one doubled on purpose

    hands.press(Key.Key_F12)
    qtbot.waitUntil(lambda: window.login.isVisible(), timeout=5000)
    assert hands.place == "password"
    hands.type("an invented password")
    hands.press(Key.Key_Return)
    qtbot.waitUntil(lambda: window.clerk.isVisible(), timeout=5000)
    assert station.commands[-1] == LogIn("OP10001", "an invented password")


def _said(window: MainWindow) -> str:
    shown = window.clerk.message.shown
    return shown.code if shown is not None else ""


def test_twenty_letters_while_the_station_is_busy(
    qtbot: QtBot, counter: tuple[MainWindow, Hands, SmallStation]
) -> None:
    """Typing faster than views come: nothing is lost, at the station or on the screen."""
    window, hands, station = counter
    _log_in(qtbot, window, hands)
    text = "abcdefghijklmnopqrst" * 5
    entry = window.clerk.fields[Field.RECIPIENT_ADDRESS].entry
    entry.setFocus()
    for char in text:
        qtbot.keyClicks(entry, char)
        station.bridge.post(BASE)  # a late view from elsewhere, with an empty form
    qtbot.waitUntil(lambda: station._texts[Field.RECIPIENT_ADDRESS] == text, timeout=5000)
    qtbot.wait(100)
    assert entry.text() == text
    assert BASE.screen is Screen.CLERK
