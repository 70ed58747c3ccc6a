"""What the window remembers: every switch is kept, nothing that stands in the file can break a start."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.ui.small_station import Recorder
from tests.ui.typing import CONTROL, Hands, Key
from ui.bridge import Bridge
from ui.settings import Settings, settings_from, settings_value
from ui.window import MainWindow


def test_what_is_kept_comes_back() -> None:
    chosen = Settings("en", "dark", 150, sound=False)
    assert settings_from(settings_value(chosen)) == chosen


@pytest.mark.parametrize(
    "value",
    [None, [], "dark", {"language": "fr", "theme": 3, "zoom": True, "sound": "no"}, {"zoom": 99},
     {"zoom": 201}, {"zoom": 150.0, "language": None, "theme": "DARK", "more": 1}],
)  # fmt: skip
def test_whatever_is_not_right_is_as_usual(value: object) -> None:
    assert settings_from(value) == Settings()


def test_the_window_keeps_what_was_switched(qtbot: QtBot) -> None:
    kept: list[Settings] = []
    recorder = Recorder(Bridge())
    start = Settings(theme="dark", sound=False)
    window = MainWindow(recorder, recorder.bridge, settings=start, keep=kept.append)
    qtbot.addWidget(window)
    dressed: list[tuple[str, str]] = []
    window.dressed.connect(lambda language, theme: dressed.append((language, theme)))
    with qtbot.waitActive(window):
        window.show()
    assert window.theme_name == "dark"
    mute = window.header.findChild(QLabel, "header_mute")
    assert mute is not None
    assert mute.isVisible()
    hands = Hands(qtbot, window)
    hands.press(Key.Key_M, CONTROL)
    assert not mute.isVisible()
    hands.press(Key.Key_T, CONTROL)
    hands.press(Key.Key_L, CONTROL)
    assert kept == [
        Settings("", "dark", sound=True),
        Settings("", "light", sound=True),
        Settings("en", "light", sound=True),
    ]
    assert dressed == [("zh", "light"), ("en", "light")]
    assert window.settings == kept[-1]
    window.close()
