"""Fields show the station's text and never fight the person who is typing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QMimeData, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from core.commands import Commit, Field, NextCustomer, SetField
from core.errors import RuleFault
from core.view import CounterView, FieldView
from tests.ui.conftest import Desk, Seated
from tests.ui.typing import CONTROL, Key, compose, composes_in
from ui.clerk.following import TYPING_SECONDS
from ui.clerk.form_field import PENDING_SECONDS
from ui.fields import Entry
from ui.specimens import BASE, EMPTY, READY, VIEWS, fields
from ui.window import MainWindow


@pytest.fixture
def desk(seated: Seated) -> Desk:
    """An empty form."""
    return seated(replace(BASE, visit=EMPTY))


def _view(revision: int = 0, **texts: str) -> CounterView:
    filled = {**EMPTY.fields, **{Field(name): FieldView(text) for name, text in texts.items()}}
    return replace(BASE, visit=replace(EMPTY, fields=filled, revision=revision))


def _entry(window: MainWindow, name: Field) -> Entry:
    return window.clerk.fields[name].entry


def test_every_edit_is_sent_at_once(desk: Desk) -> None:
    """Character by character, with deletions and paste."""
    window, hands, recorder = desk
    _entry(window, Field.CONTENTS).setFocus()
    hands.type("ab")
    hands.press(Key.Key_Backspace)
    data = QMimeData()
    data.setText("衣物")
    QGuiApplication.clipboard().setMimeData(data)
    hands.press(Key.Key_V, CONTROL)
    assert recorder.commands == [SetField(Field.CONTENTS, text) for text in ("a", "ab", "a", "a衣物")]


def test_late_views_do_not_take_letters_back(desk: Desk) -> None:
    """Views computed before the last letters arrive after them; another field changes meanwhile."""
    window, hands, _ = desk
    entry = _entry(window, Field.RECIPIENT_NAME)
    entry.setFocus()
    hands.type("ABCD")
    for seen in ("", "A", "A", "AB"):
        window.show_view(_view(recipient_name=seen))
        assert entry.text() == "ABCD"
    window.show_view(_view(revision=1, recipient_name="AB", waybill="EA473124829CN"))
    assert entry.text() == "ABCD"
    assert _entry(window, Field.WAYBILL).text() == "EA473124829CN"
    window.show_view(_view(revision=1, recipient_name="ABCD"))
    assert entry.text() == "ABCD"


def test_the_stations_own_change_is_shown(desk: Desk) -> None:
    """A card fills a name in, a scan replaces a waybill, a new customer empties all."""
    window, hands, _ = desk
    hands.type("X")
    window.show_view(_view(sender_name="X"))
    window.show_view(_view(revision=1, sender_name="证件样本"))
    assert _entry(window, Field.SENDER_NAME).text() == "证件样本"
    hands.press(Key.Key_F8)
    window.show_view(_view(revision=2))
    assert all(not field.entry.text() for field in window.clerk.fields.values())


def test_what_was_typed_just_before_the_next_customer_does_not_stay(desk: Desk) -> None:
    """The view after F8 counts, even where it equals what stood before the last letter."""
    window, hands, recorder = desk
    _entry(window, Field.RECIPIENT_PHONE).setFocus()
    hands.type("138")
    hands.press(Key.Key_F8)
    window.show_view(_view(revision=1))
    assert _entry(window, Field.RECIPIENT_PHONE).text() == ""
    assert recorder.commands[-1] == NextCustomer()


def test_typed_and_taken_back(desk: Desk) -> None:
    """A letter and its deletion: the view of the letter alone does not bring it back."""
    window, hands, _ = desk
    hands.type("X")
    hands.press(Key.Key_Backspace)
    hands.type("YZ")
    for seen in ("X", "", "Y"):
        window.show_view(_view(sender_name=seen))
        assert _entry(window, Field.SENDER_NAME).text() == "YZ"
    window.show_view(_view(sender_name="YZ"))
    assert _entry(window, Field.SENDER_NAME).text() == "YZ"


def test_an_edit_that_was_never_taken_gives_way(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The station refused it: after some seconds the field shows what the station holds."""
    window, hands, _ = desk
    hands.type("X")
    window.show_view(_view())
    assert _entry(window, Field.SENDER_NAME).text() == "X"
    monkeypatch.setattr(window.clerk.fields[Field.SENDER_NAME], "_sent_at", -PENDING_SECONDS)
    window.show_view(_view())
    assert _entry(window, Field.SENDER_NAME).text() == ""


def test_the_cursor_stays_where_it_is(desk: Desk) -> None:
    """A view that says the same, and one in which the station only changed the case."""
    window, hands, _ = desk
    entry = _entry(window, Field.WAYBILL)
    entry.setFocus()
    hands.type("ea47")
    entry.setCursorPosition(2)
    window.show_view(_view(waybill="ea47"))
    assert entry.cursorPosition() == 2
    window.show_view(_view(revision=1, waybill="EA47"))
    assert (entry.text(), entry.cursorPosition()) == ("EA47", 2)


def test_the_problem_stands_under_the_field(desk: Desk) -> None:
    """As a sentence with the field's name, in the description, and gone with the fault."""
    window, _, _ = desk
    bad = FieldView("138", RuleFault.PHONE_FORM)
    window.show_view(replace(BASE, visit=replace(READY, fields=fields(sender_phone=bad))))
    line = window.findChild(QLabel, "problem_sender_name")
    assert "电话" in line.text()
    assert "11 位手机号" in line.text()
    assert "11 位手机号" in _entry(window, Field.SENDER_PHONE).accessibleDescription()
    window.show_view(replace(BASE, visit=READY))
    assert line.text() == ""


def test_with_two_problems_in_a_row_the_one_in_focus_is_said(desk: Desk) -> None:
    """The line follows the focus."""
    window, _, _ = desk
    window.show_view(VIEWS["trouble"])
    line = window.findChild(QLabel, "problem_waybill")
    _entry(window, Field.QUANTITY).setFocus()
    assert line.text().startswith("■ 数量")
    _entry(window, Field.WAYBILL).setFocus()
    assert line.text().startswith("■ 运单号")


def test_the_input_method_is_off_where_letters_must_arrive_as_keys(desk: Desk) -> None:
    """Off: scan, number, staff number and password fields.  On: names, addresses, contents, 男, 长期."""
    window, _, _ = desk
    off = {
        "sender_phone",
        "recipient_phone",
        "waybill",
        "quantity",
        "weight",
        "operator",
        "password",
        "fee",
        "look_up",
        "manual_mrz",
        "manual_number",
        "manual_number_again",
        "manual_birth",
        "who_organisation_code",
        "who_agreement",
        "who_approver",
        "who_approver_password",
        "second_approver",
        "case_phone",
        "complaint_phone",
        "correct_figures",
        "disclosure_first_card",
        "disclosure_second_card",
        "second_password",
        "endorser",
        "endorser_password",
        "code",
        "password_again",
    }
    for entry in window.findChildren(Entry):
        enabled = composes_in(entry)
        assert enabled == (entry.objectName() not in off), entry.objectName()


def test_a_locked_item_takes_no_letters_and_the_input_method_comes_back(desk: Desk) -> None:
    """After F9 nothing of item or sender can be typed; with the next one it can, in Chinese too."""
    window, hands, recorder = desk
    window.show_view(VIEWS["accepted"])
    for name in (Field.SENDER_NAME, Field.CONTENTS):
        entry = _entry(window, name)
        entry.setFocus()
        hands.type("abc")
    assert recorder.commands == []
    window.show_view(_view(revision=9))
    assert composes_in(entry)
    assert not composes_in(_entry(window, Field.WAYBILL))
    hands.type("a")
    assert recorder.commands == [SetField(Field.CONTENTS, "a")]


def test_an_input_method_writes_into_a_name(desk: Desk) -> None:
    """Composed text is one edit; during a read it is dropped and counted."""
    window, _, recorder = desk
    entry = _entry(window, Field.SENDER_NAME)
    compose(entry, "shi")
    compose(entry, "", "示例")
    assert recorder.commands[-1] == SetField(Field.SENDER_NAME, "示例")
    count = len(recorder.commands)
    window.show_view(replace(BASE, visit=replace(EMPTY, reading=True)))
    compose(entry, "shi")
    compose(entry, "", "示例")
    window.show_view(_view(sender_name="示例"))
    assert len(recorder.commands) == count
    assert window.clerk.message.shown is not None
    assert window.clerk.message.shown.facts == {"count": 2}


class TestFocus:
    """After a card, a scan or a new customer the focus goes where typing goes on."""

    def test_to_the_first_empty_field_after_a_card(self, desk: Desk) -> None:
        """Nobody is typing: the name is there, so the phone is next."""
        window, hands, _ = desk
        window.show_view(_view(revision=1, sender_name="证件样本"))
        assert hands.place == "sender_phone"

    def test_not_while_somebody_types(self, qtbot: QtBot, desk: Desk) -> None:
        """The field in which a person has just typed keeps the focus."""
        window, hands, _ = desk
        entry = _entry(window, Field.CONTENTS)
        entry.setFocus()
        hands.type("yi")
        window.show_view(_view(revision=1, sender_name="证件样本", contents="yi"))
        assert hands.place == "contents"
        qtbot.wait(int(TYPING_SECONDS * 1000) + 100)
        window.show_view(_view(revision=2, sender_name="证件样本", contents="yi", waybill="EA473124829CN"))
        assert hands.place == "sender_phone"

    def test_an_empty_field_in_focus_keeps_it(self, desk: Desk) -> None:
        """The clerk put it there."""
        window, hands, _ = desk
        _entry(window, Field.WEIGHT).setFocus()
        window.show_view(_view(revision=1, waybill="EA473124829CN"))
        assert hands.place == "weight"

    def test_after_the_next_customer_it_begins_anew(self, desk: Desk) -> None:
        """F8, F7 and F9 are answered by a form in which the first empty field has the focus."""
        window, hands, recorder = desk
        window.show_view(replace(BASE, visit=READY))
        _entry(window, Field.WEIGHT).setFocus()
        hands.press(Key.Key_F9)
        window.show_view(_view(revision=7))
        assert hands.place == "sender_name"
        assert len(recorder.of(Commit)) == 1


def test_middle_click_pastes_nothing(qtbot: QtBot, desk: Desk) -> None:
    """X11 pastes whatever is selected anywhere: not here."""
    window, _, recorder = desk
    qtbot.mouseClick(_entry(window, Field.CONTENTS), Qt.MouseButton.MiddleButton)
    assert recorder.commands == []


def test_no_menu_pops_up(desk: Desk) -> None:
    """A context menu is a loop of its own and offers a paste that nobody counts."""
    window, _, _ = desk
    shown: Callable[[], object] = QApplication.activePopupWidget
    for entry in window.findChildren(Entry):
        QApplication.sendEvent(entry, QEvent(QEvent.Type.ContextMenu))
        assert shown() is None
