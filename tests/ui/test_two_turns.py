"""A view from the station comes in two turns: what stands after both is what stands at once, and no more."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from core.commands import Field
from tests.ui.conftest import Opened
from tests.ui.looking import said
from tests.ui.small_station import Recorder
from tests.ui.typing import Hands, Key
from ui.specimens import VIEWS


@pytest.mark.parametrize("name", ["ready", "trouble", "papers", "parked", "weighing"])
def test_after_both_turns_it_says_the_same(
    qtbot: QtBot, recorder: Recorder, opened: Opened, name: str
) -> None:
    """Over the bridge, or at once."""
    window = opened(recorder)
    window.show_view(VIEWS["empty"])
    window.show_view(VIEWS[name])
    qtbot.wait(20)
    at_once = said(window)
    window.show_view(VIEWS["empty"])
    qtbot.wait(20)
    assert said(window) != at_once
    recorder.bridge.post(VIEWS[name])
    qtbot.waitUntil(lambda: said(window) == at_once, timeout=3000)


def test_what_the_station_never_took_goes_though_the_view_says_the_same(
    qtbot: QtBot, recorder: Recorder, opened: Opened
) -> None:
    """A text that was refused, then a key after which the station decides: its word stands in the field."""
    window = opened(recorder)
    window.show_view(VIEWS["half"])
    field = window.clerk.fields[Field.CONTENTS]
    stood = field.entry.text()
    field.entry.setText("从未接受")
    window.take_view(replace(VIEWS["half"], today=129))
    assert field.entry.text() == "从未接受", "a view about something else leaves the typist alone"
    field.forget_pending()
    window.take_view(replace(VIEWS["half"], today=130))
    assert field.entry.text() == stood != "从未接受"
    qtbot.wait(20)


def test_a_lock_between_the_turns_leaves_nothing_of_the_customer(
    qtbot: QtBot, recorder: Recorder, opened: Opened
) -> None:
    """The second turn of a view that is gone shows nothing."""
    window = opened(recorder)
    window.show_view(VIEWS["empty"])
    window.take_view(VIEWS["ready"])
    window.show_view(VIEWS["locked"])
    qtbot.wait(50)
    texts = [text for every in said(window.clerk).values() for text in every]
    texts += [field.text() for field in window.clerk.findChildren(QLineEdit)]
    assert not [text for text in texts if "证件样本" in text or "EA47312482" in text.replace(" ", "")]


def test_it_says_when_something_takes_its_right_side(
    qtbot: QtBot, recorder: Recorder, opened: Opened
) -> None:
    """A question, the help: whatever lies over it there has to go, and may come back."""
    window = opened(recorder)
    window.show_view(VIEWS["half"])
    heard: list[bool] = []
    window.side_taken.connect(heard.append)
    hands = Hands(qtbot, window)
    hands.press(Key.Key_F2)
    assert heard[-1:] == [True]
    hands.press(Key.Key_Escape)
    assert heard[-1:] == [False]
    QTest.keyClick(hands.focused, Key.Key_F1)
    assert heard[-1:] == [True]
