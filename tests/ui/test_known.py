"""F5: contacts that were used before, taken in few keys, never by themselves, and typed over as a whole."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.commands import Commit, Field, Party, SetField, TakeKnown
from core.view import FieldView, VisitView
from tests.ui.conftest import Opened
from tests.ui.small_station import Recorder
from tests.ui.typing import Hands
from ui.clerk.frame import Side
from ui.clerk.known import known_line, known_question
from ui.specimen_visits import KNOWN, KNOWN_TAKEN
from ui.specimens import BASE, EMPTY
from ui.text import LANGUAGES, Texts
from ui.window import MainWindow

Key = Qt.Key


def settle(qtbot: QtBot, window: MainWindow, visit: VisitView) -> None:
    window.show_view(replace(BASE, visit=visit))
    qtbot.wait(10)


def test_three_keys_take_the_senders_contact_and_a_recipient(
    qtbot: QtBot, recorder: Recorder, opened: Opened
) -> None:
    window = opened(recorder)
    settle(qtbot, window, KNOWN)
    hands = Hands(qtbot, window)
    hands.press(Key.Key_F5)
    assert window.clerk.side is Side.CHOICES
    hands.press(Key.Key_1)
    assert recorder.of(TakeKnown) == [TakeKnown(Party.SENDER, 121)]
    assert window.clerk.side is Side.CHOICES  # the recipients, at once
    hands.press(Key.Key_2)
    assert recorder.of(TakeKnown)[1:] == [TakeKnown(Party.RECIPIENT, 117)]
    assert not window.clerk.choices.isVisible()


def test_nothing_is_taken_or_committed_by_itself(qtbot: QtBot, recorder: Recorder, opened: Opened) -> None:
    """It stands beside the form: typing, Enter and Esc go on as ever, F9 does nothing while it is asked."""
    window = opened(recorder)
    settle(qtbot, window, KNOWN)
    hands = Hands(qtbot, window)
    hands.press(Key.Key_Return)
    assert window.clerk.side is Side.USUAL
    hands.press(Key.Key_F5)
    for key in (Key.Key_F9, Key.Key_Return, Key.Key_Space, Key.Key_9, Key.Key_Escape):
        hands.press(key)
    assert recorder.of(TakeKnown) == recorder.of(Commit) == []
    assert window.clerk.side is Side.USUAL


@pytest.mark.parametrize(
    ("visit", "code"),
    [
        (EMPTY, "msg.known_needs_document"),
        (replace(KNOWN, known=()), "msg.nothing_known"),
        (replace(KNOWN, missing=("missing.next",)), "rule.item_accepted"),
    ],
)
def test_where_nothing_is_offered_it_is_said(
    qtbot: QtBot, recorder: Recorder, opened: Opened, visit: VisitView, code: str
) -> None:
    window = opened(recorder)
    settle(qtbot, window, visit)
    Hands(qtbot, window).press(Key.Key_F5)
    said = window.clerk.message.shown
    assert said is not None
    assert (said.code, window.clerk.side) == (code, Side.USUAL)


def test_more_than_fit_are_on_the_next_page() -> None:
    first = known_question(KNOWN)
    *answers, more = first.answers
    assert len(first.answers) <= 5
    rest = known_question(replace(KNOWN, known=KNOWN.known[len(answers) :]))
    assert more.then == rest
    assert len(answers) + len(rest.answers) == len(KNOWN.known)


def test_the_first_key_takes_the_place_of_the_whole_mask(
    qtbot: QtBot, recorder: Recorder, opened: Opened
) -> None:
    """The mask is chosen with the focus; whatever is typed into it besides, no star is ever sent."""
    window = opened(recorder)
    settle(qtbot, window, KNOWN_TAKEN)
    hands = Hands(qtbot, window)
    field = window.clerk.fields[Field.SENDER_PHONE]
    field.entry.setFocus()
    assert field.entry.selectedText() == "138******00"
    hands.press(Key.Key_1)
    assert recorder.of(SetField)[-1] == SetField(Field.SENDER_PHONE, "1")
    settle(qtbot, window, KNOWN_TAKEN)
    for move in (Key.Key_End, Key.Key_Home):
        field.forget_pending()
        settle(qtbot, window, KNOWN_TAKEN)
        hands.press(move)
        hands.press(Key.Key_7)
        assert recorder.of(SetField)[-1] == SetField(Field.SENDER_PHONE, "7")
        hands.press(Key.Key_8)
        assert field.entry.text() == "78"
    field.forget_pending()
    settle(qtbot, window, KNOWN_TAKEN)
    hands.press(Key.Key_End)
    hands.press(Key.Key_Backspace)
    assert recorder.of(SetField)[-1] == SetField(Field.SENDER_PHONE, "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_line_says_what_stands_and_what_is_offered(language: str) -> None:
    texts = Texts(language)
    for party in Party:
        tone, line = known_line(KNOWN_TAKEN, party, texts)
        assert tone == "good"
        assert "000121" in line
        assert "2026-11-20" in line
    assert "F5" in known_line(KNOWN, Party.SENDER, texts)[1]
    assert known_line(KNOWN, Party.RECIPIENT, texts) == known_line(None, Party.SENDER, texts) == ("", "")
    typed = {**KNOWN.fields, Field.SENDER_PHONE: FieldView("1"), Field.RECIPIENT_NAME: FieldView("x")}
    assert known_line(replace(KNOWN, fields=typed), Party.SENDER, texts) == ("", "")


def test_answers_have_one_name_without_line_breaks(qtbot: QtBot, recorder: Recorder, opened: Opened) -> None:
    window = opened(recorder)
    settle(qtbot, window, KNOWN)
    Hands(qtbot, window).press(Key.Key_F5)
    names = [button.accessibleName() for button in window.clerk.choices._buttons if button.isVisible()]
    assert len(names) == 5
    assert all("\n" not in name for name in names)
    assert "138******00" in names[0]
    assert "示例市样本区虚构路***" in names[0]
