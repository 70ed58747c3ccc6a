"""F6: the panel of one pasted text, and input methods in it and in the fields."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.commands import ClosePaste, Commit, Field, OpenPaste, SetField, SetPaste, SwitchPaste, TakePaste
from core.pasted_view import PasteView
from core.view import FieldView
from tests.ui.conftest import Desk, Seated
from tests.ui.typing import ALT, CONTROL, Key, compose, composes_in
from ui.clerk.frame import Page
from ui.specimen_texts import TYPED_TEXTS
from ui.specimens import BASE, HALF, READY

_READ = TYPED_TEXTS["paste-read"]
_EMPTY = TYPED_TEXTS["paste"]
_TYPING = replace(
    TYPED_TEXTS["places"], fields={**TYPED_TEXTS["places"].fields, Field.QUANTITY: FieldView("")}
)  # something is left to go on to


@pytest.fixture
def panel(seated: Seated) -> Desk:
    """The panel, empty."""
    window, hands, recorder = seated(replace(BASE, visit=HALF))
    window.show_view(replace(BASE, visit=_EMPTY))
    recorder.commands.clear()
    return window, hands, recorder


def _text(desk: Desk) -> str:
    return desk[0].clerk.paste.box.toPlainText()


@pytest.mark.parametrize(("name", "sender"), [(Field.SENDER_PHONE, True), (Field.RECIPIENT_NAME, False)])
def test_f6_asks_for_the_party_in_focus(desk: Desk, name: Field, sender: bool) -> None:
    window, hands, recorder = desk
    window.clerk.fields[name].entry.setFocus()
    hands.press(Key.Key_F6)
    assert recorder.commands == [OpenPaste(sender)]


def test_what_is_typed_and_pasted_is_sent_and_enter_takes_what_was_read(panel: Desk) -> None:
    """Enter before the station has read the text takes nothing: nobody has seen what it would take."""
    window, hands, recorder = panel
    assert hands.place == "paste_text"
    QApplication.clipboard().setText(_READ.paste.text if _READ.paste else "")
    hands.press(Key.Key_V, CONTROL)
    assert recorder.commands == [SetPaste(_text(panel))]
    hands.press(Key.Key_Return)
    assert len(recorder.commands) == 1
    window.show_view(replace(BASE, visit=_READ))
    hands.press(Key.Key_Return)
    assert recorder.commands[1:] == [TakePaste()]
    window.show_view(replace(BASE, visit=READY))
    assert window.clerk.page is Page.FORM


def test_escape_leaves_everything_as_it_was(panel: Desk) -> None:
    window, hands, recorder = panel
    hands.press(Key.Key_Escape)
    assert recorder.commands == [ClosePaste()]
    window.show_view(replace(BASE, visit=HALF))
    assert window.clerk.page is Page.FORM
    assert _text(panel) == ""


def test_nothing_commits_from_here_and_the_party_can_be_changed(panel: Desk) -> None:
    window, hands, recorder = panel
    hands.press(Key.Key_F9)
    hands.press(Key.Key_G, ALT)
    assert not recorder.of(Commit)
    assert recorder.commands == [SwitchPaste()]
    assert window.clerk.message.shown is not None


def test_a_scanner_that_types_takes_nothing(panel: Desk) -> None:
    """Its Enter is a line end: only one that stands alone takes."""
    window, hands, recorder = panel
    window.show_view(replace(BASE, visit=replace(HALF, paste=PasteView(False, "", 2, most=2000))))
    hands.scan("13800138000")
    assert not recorder.of(TakePaste)
    assert _text(panel) == "13800138000\n"


def test_what_is_too_long_is_refused_whole(panel: Desk) -> None:
    window, hands, recorder = panel
    QApplication.clipboard().setText("x" * 1_000_000)
    hands.press(Key.Key_V, CONTROL)
    assert (recorder.commands, _text(panel)) == ([], "")
    shown = window.clerk.message.shown
    assert shown is not None
    assert (shown.code, shown.facts) == ("msg.paste_too_long", {"count": 1_000_000, "most": 2000})


def test_during_a_read_nothing_gets_in(qtbot: QtBot, panel: Desk) -> None:
    window, hands, recorder = panel
    window.show_view(replace(BASE, visit=replace(_EMPTY, reading=True)))
    qtbot.keyClicks(hands.focused, "abc")
    hands.press(Key.Key_Return)
    hands.press(Key.Key_V, CONTROL)
    compose(hands.focused, "", "示例")
    assert (recorder.commands, _text(panel)) == ([], "")
    window.show_view(replace(BASE, visit=_EMPTY))
    shown = window.clerk.message.shown
    assert shown is not None
    assert (shown.code, shown.facts) == ("msg.typeahead_dropped", {"count": 7})


def test_an_input_method_composes_here(panel: Desk) -> None:
    """Enter and Esc belong to the composition; what it ends in is one edit."""
    window, hands, recorder = panel
    box = window.clerk.paste.box
    assert composes_in(box)
    compose(box, "shi li")
    hands.press(Key.Key_Return)
    hands.press(Key.Key_Escape)
    assert recorder.commands == []
    compose(box, "", "示例甲")
    assert recorder.commands == [SetPaste("示例甲")]


@pytest.mark.parametrize("name", [Field.SENDER_NAME, Field.RECIPIENT_ADDRESS, Field.CONTENTS])
def test_while_an_input_method_composes_keys_are_its_own(seated: Seated, name: Field) -> None:
    """Enter goes nowhere, arrows choose nothing, Esc closes nothing, until the text is the field's."""
    view = replace(BASE, visit=_TYPING)
    window, hands, recorder = seated(view)
    entry = window.clerk.fields[name].entry
    entry.setFocus()
    entry.textEdited.emit(entry.text())
    recorder.commands.clear()
    compose(entry, "gui yang")
    for key in (Key.Key_Down, Key.Key_Return, Key.Key_Escape, Key.Key_Up):
        hands.press(key)
    assert (hands.place, recorder.commands) == (name.value, [])
    assert all(listed.chosen is None for listed in window.clerk.offers)
    compose(entry, "", "贵阳")
    assert isinstance(recorder.commands[-1], SetField)
    assert "贵阳" in recorder.commands[-1].text
    hands.press(Key.Key_Return)
    assert hands.place != name.value


def test_a_region_is_taken_and_the_street_goes_on_in_the_same_field(seated: Seated) -> None:
    """Down, Enter: the region stands in the field; nothing is taken by itself."""
    window, hands, recorder = seated(replace(BASE, visit=_TYPING))
    entry = window.clerk.fields[Field.RECIPIENT_ADDRESS].entry
    entry.setFocus()
    hands.type("m")
    recorder.commands.clear()
    hands.press(Key.Key_Down)
    hands.press(Key.Key_Return)
    assert recorder.commands == [SetField(Field.RECIPIENT_ADDRESS, "贵州省贵阳市南明区")]
    assert hands.place == Field.RECIPIENT_ADDRESS.value
    assert entry.cursorPosition() == len(entry.text())
    hands.press(Key.Key_Return)
    assert hands.place != Field.RECIPIENT_ADDRESS.value
