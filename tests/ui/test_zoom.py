"""Every screen and state, larger, on the smallest screen and on the largest: whole, and in sight."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Opened, Seated
from tests.ui.looking import cut_off, overlapping, place
from tests.ui.small_station import Recorder
from ui.bridge import Bridge
from ui.clerk.frame import Side
from ui.fields import Entry
from ui.screenshots import STATES, pose
from ui.specimens import BASE, HALF, LOGIN, NOW, READY
from ui.window import SIZE, MainWindow
from ui.zoom import STEPS, Room, after, factor_of, room_of

Key = Qt.Key
_LEAST = 64  # of the middle, in the pixels of 100 %: a field with its caption (59), and some air
_ROUNDS = 8  # what was laid out may be laid out again: a scroll bar came, a sentence took a second line
_FULL_HD, _4K = QSize(1920, 1080), QSize(3840, 2160)
EVERY = list(STATES)
# 683×384 and 1092×614 as they stand at 100 %; 1600×900 and 800×450 on the larger screens.  Every state where
# it is tightest; where there is more room each fourth one, and each fifth.
ROOMS = [
    (SIZE, 200, "zh", EVERY), (SIZE, 200, "en", EVERY),
    (SIZE, 125, "zh", EVERY[::4]), (SIZE, 125, "en", EVERY[2::4]),
    (_FULL_HD, 100, "en", EVERY[::5]), (_4K, 200, "zh", EVERY[1::5]),
]  # fmt: skip
Bench = Callable[[str], MainWindow]


@pytest.fixture(scope="module")
def only(qapp: QApplication) -> Iterator[MainWindow]:
    """One window for all states, rooms and languages: building it is what takes the time."""
    bridge = Bridge()
    window = MainWindow(Recorder(bridge), bridge, clock=lambda: NOW)
    bridge.setParent(window)
    window.show()
    assert QTest.qWaitForWindowActive(window)
    window.setUpdatesEnabled(False)  # sizes and places are what is looked at here, not pixels
    yield window
    window.close()
    window.deleteLater()


@pytest.fixture
def bench(only: MainWindow) -> Bench:
    """That window in a language, at the log-in."""

    def window(language: str) -> MainWindow:
        only.show_view(LOGIN)
        if only.language != language:
            only.set_language(language)
        only.activateWindow()  # other tests have opened others since
        assert QTest.qWaitForWindowActive(only)
        return only

    return window


def _settle() -> None:
    for _ in range(_ROUNDS):
        QApplication.processEvents()


def _wrong(window: MainWindow, size: QSize) -> list[str]:
    """Whatever is not as it should be in the state that stands."""
    _settle()
    wrong = [*cut_off(window), *overlapping(window)]
    if window.size() != size:
        wrong.append(f"the window grew to {window.size()}")
    focused = window.focusWidget()
    if isinstance(focused, Entry) and focused.isVisible() and not _in_sight(focused):
        wrong.append(f"{focused.objectName()} is out of sight")
    clerk = window.clerk
    for part in (clerk.bar, clerk.devices):
        if clerk.isVisible() and not window.rect().contains(place(part, window)):
            wrong.append(f"{part.objectName()} is cut off")
    standing = next((each for each in (clerk._middle, clerk._beside) if each.isVisible()), None)
    if standing is not None and standing.height() < _LEAST * factor_of(size, window.zoom):
        wrong.append(f"{standing.objectName()} has {standing.height()} pixels")
    return wrong


def _in_sight(widget: QWidget) -> bool:
    """Whether every ancestor shows all of it."""
    return bool(widget.visibleRegion().boundingRect() == QRect(QPoint(0, 0), widget.size()))


@pytest.mark.parametrize(("language", "steps"), [("zh", (*STEPS, 100)), ("en", (200, 100))])
def test_back_at_100_everything_is_as_it_was(bench: Bench, language: str, steps: Sequence[int]) -> None:
    """Through all steps and back: each part has the place and size that it had.  The first of this file:
    the window is as it was built."""
    window = bench(language)
    window.resize(SIZE)
    window.set_zoom(100)
    pose(window, "half")
    _settle()
    before = _places(window)
    for step in steps:
        window.set_zoom(step)
        _settle()
    assert _places(window) == before


def _places(window: MainWindow) -> dict[str, QRect]:
    named = (each for each in window.clerk.findChildren(QWidget) if each.objectName() and each.isVisible())
    return {each.objectName(): place(each, window) for each in named}


@pytest.mark.parametrize(
    ("size", "zoom", "language", "states"),
    ROOMS,
    ids=[f"{room[0].width()}-{room[1]}-{room[2]}" for room in ROOMS],
)
def test_nothing_is_cut_off(
    bench: Bench, size: QSize, zoom: int, language: str, states: Sequence[str]
) -> None:
    """Each state: every text in full or where it scrolls to, nothing on top of something else, F9 and the
    devices always there, what has the focus in sight."""
    window = bench(language)
    window.resize(size)
    window.set_zoom(zoom)
    wrong = []
    for state in states:
        window.show_view(LOGIN)  # nothing of the state before stays
        pose(window, state)
        wrong += [f"{state}: {each}" for each in _wrong(window, size)]
    assert wrong[:20] == []


def test_the_keys_go_up_and_down_and_back(seated: Seated) -> None:
    """Ctrl with =, - and 0, from a field; at the ends nothing happens; nothing is typed or sent, and the
    focus stays: zooming rearranges the cards, typing goes on."""
    window, hands, recorder = seated(replace(BASE, visit=HALF))
    control = Qt.KeyboardModifier.ControlModifier
    focused = window.focusWidget()
    seen = []
    for key in (*[Key.Key_Equal] * 5, Key.Key_Minus, Key.Key_0, Key.Key_Minus):
        hands.press(key, control)
        seen.append(window.zoom)
        assert window.focusWidget() is focused
        assert focused is not None
        assert focused.hasFocus()
    assert seen == [125, 150, 175, 200, 200, 175, 100, 100]
    assert recorder.commands == []
    assert isinstance(focused, Entry)
    assert focused.text() == ""


def test_each_field_that_tab_reaches_comes_into_sight(qtbot: QtBot, seated: Seated) -> None:
    """At 200 % on the smallest screen, through the whole form."""
    window, hands, _ = seated(replace(BASE, visit=READY))
    window.set_zoom(200)
    qtbot.wait(1)
    reached = set()
    for _ in range(40):
        hands.press(Key.Key_Tab)
        qtbot.wait(1)
        focused = window.focusWidget()
        assert focused is not None
        assert _in_sight(focused), focused.objectName()
        reached.add(focused.objectName())
    assert {"sender_phone", "recipient_address", "fee", "gate_notice_spoken"} <= reached


def test_help_leaves_the_field_in_sight(qtbot: QtBot, seated: Seated) -> None:
    """Where there is room for one column only, the help stands below the field it is about."""
    window, hands, _ = seated(replace(BASE, visit=HALF))
    window.set_zoom(200)
    hands.press(Key.Key_F1)
    qtbot.wait(1)
    focused = window.focusWidget()
    assert focused is not None
    assert _in_sight(focused)
    assert window.clerk.help.isVisible()


def test_a_question_takes_the_only_column(seated: Seated) -> None:
    """And gives it back."""
    window, hands, _ = seated(replace(BASE, visit=HALF))
    window.set_zoom(200)
    hands.press(Key.Key_R, Qt.KeyboardModifier.AltModifier)
    assert window.clerk.side is Side.CHOICES
    assert window.clerk.choices.isVisible()
    assert not window.clerk.item_card.isVisible()
    hands.press(Key.Key_Escape)
    assert window.clerk.item_card.isVisible()


def test_a_new_clerk_screen_is_as_large_as_the_window(opened: Opened, recorder: Recorder) -> None:
    """Zoomed at the log-in, before the clerk's screen was built."""
    window = opened(recorder)
    window.set_zoom(150)
    window.show_view(replace(BASE, visit=HALF))
    assert window.clerk.fields[next(iter(window.clerk.fields))].entry.height() == 57


@pytest.mark.parametrize(
    ("size", "zoom", "room"),
    [
        (SIZE, 100, Room.WIDE),
        (SIZE, 125, Room.MEDIUM),
        (SIZE, 150, Room.NARROW),
        (QSize(1920, 1080), 100, Room.ROOMY),
        (QSize(1920, 1080), 150, Room.MEDIUM),
        (QSize(3840, 2160), 100, Room.ROOMY),
        (QSize(3840, 2160), 150, Room.MEDIUM),
    ],
)
def test_large_screens_stand_in_larger_type(size: QSize, zoom: int, room: Room) -> None:
    """Nothing lies lonely in the middle of a large screen: it is drawn larger, and arranged alike."""
    factor = factor_of(size, zoom)
    assert room_of(size, factor) is room
    assert size.width() / factor <= 1620
    assert factor >= zoom / 100


def test_steps() -> None:
    """From any value that a file may hold, to the next step."""
    assert [after(110, 1), after(110, -1), after(100, -1), after(200, 1)] == [125, 100, 100, 200]
