"""A case on the screen: typed, asked for, seen with a mark across it and in no text of any widget, gone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QClipboard, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication

from core.seeing import AskToSee, CaseView, LeaveCase, OpenCase, ShowCase
from core.view import CounterView
from tests.ui.conftest import Desk, Seated
from tests.ui.test_traces import held
from ui.specimens import VIEWS
from ui.window import MainWindow

Key = Qt.Key
ALT = Qt.KeyboardModifier.AltModifier


def shown(view: CounterView) -> CaseView:
    assert view.case is not None
    return view.case


def painted(window: MainWindow) -> QImage:
    return window.clerk.look_up.case.data.grab().toImage()


def inked(image: QImage, mark: QImage) -> set[tuple[int, int]]:
    """In which ninths of the area two pictures differ."""
    across, down = image.width() // 3, image.height() // 3
    return {
        (x // across, y // down)
        for x in range(across * 3)
        for y in range(down * 3)
        if image.pixel(x, y) != mark.pixel(x, y)
    }


@pytest.mark.requirement("R78")
def test_what_is_seen_is_painted_and_stands_in_no_text(seated: Seated, qapp: QApplication) -> None:
    """Nothing to select or to copy, nothing that another program reads from the window."""
    for mode in (QClipboard.Mode.Clipboard, QClipboard.Mode.Selection):
        QGuiApplication.clipboard().clear(mode)
    window, hands, _recorder = seated(VIEWS["case-list"])
    blank = painted(window)
    window.show_view(VIEWS["case-shown"])
    qapp.processEvents()
    case = shown(VIEWS["case-shown"])
    secrets = (case.name, case.phone, case.address)
    texts = held(window)
    assert [text for text in secrets if text in texts] == []
    assert "内容不朗读" in texts
    for key in (Key.Key_A, Key.Key_C, Key.Key_Insert):
        hands.press(key, Qt.KeyboardModifier.ControlModifier)
    clipboard = QGuiApplication.clipboard()
    assert [clipboard.text(mode) for mode in (QClipboard.Mode.Clipboard, QClipboard.Mode.Selection)] == [
        "",
        "",
    ]
    assert painted(window) != blank
    window.show_view(VIEWS["case-list"])
    assert window.clerk.look_up.case.data.empty
    assert window.clerk.look_up.case.isHidden()


@pytest.mark.requirement("R78")
def test_the_mark_lies_over_all_of_it(seated: Seated) -> None:
    """Whichever part is photographed says who, where and when."""
    window, _hands, _recorder = seated(VIEWS["case-shown"])
    with_mark = painted(window)
    bare = replace(shown(VIEWS["case-shown"]), mark="", serial=9)
    window.show_view(replace(VIEWS["case-shown"], case=bare))
    assert inked(with_mark, painted(window)) == {(x, y) for x in range(3) for y in range(3)}


def test_its_seconds_are_over_on_the_screen_too(seated: Seated) -> None:
    """Whatever the station is at just then."""
    window, _hands, _recorder = seated(VIEWS["case-shown"])
    panel = window.clerk.look_up.case
    for _ in range(shown(VIEWS["case-shown"]).seconds):
        assert not panel.data.empty
        panel._second()
    assert panel.data.empty


def test_three_fields_and_nothing_stays_in_them(seated: Seated) -> None:
    window, hands, recorder = seated(VIEWS["case-list"])
    window.show_view(VIEWS["case-typing"])
    assert hands.place == "case_name"
    for text in ("Example C", "13900139021", "Example Street 7"):
        hands.type(text)
        hands.press(Key.Key_Return)
    assert recorder.commands == []  # Enter files nothing
    hands.press(Key.Key_F9)
    assert recorder.commands == [OpenCase("Example C", "13900139021", "Example Street 7")]
    window.show_view(VIEWS["case-list"])
    entries = window.clerk.look_up.case.entries
    assert [(entry.text(), entry.isUndoAvailable()) for entry in entries] == [("", False)] * 3
    assert "Example" not in held(window)
    window.show_view(VIEWS["case-typing"])
    hands.type("Example")
    sent = len(recorder.commands)
    hands.press(Key.Key_Escape)  # what is typed is kept nowhere else: asked first
    hands.press(Key.Key_Escape)
    assert (len(recorder.commands), entries[0].text()) == (sent, "Example")
    hands.press(Key.Key_Escape)
    hands.press(Key.Key_1)
    assert recorder.commands[sent:] == [LeaveCase()]


@pytest.mark.requirement("R66")
def test_asked_for_with_a_reason_and_seen_when_it_is_approved(desk: Desk) -> None:
    window, hands, recorder = desk
    hands.press(Key.Key_S, ALT)
    assert recorder.commands == []
    window.show_view(VIEWS["case-list"])
    hands.press(Key.Key_S, ALT)
    for _ in range(2):
        hands.press(Key.Key_1)
    assert recorder.commands == [AskToSee(128, "customer_asks")]
    window.show_view(VIEWS["case-approved"])
    hands.press(Key.Key_S, ALT)
    hands.press(Key.Key_1)
    assert recorder.commands[-1] == ShowCase(128)
