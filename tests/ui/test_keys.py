"""Which key does what: one command each, and where the focus goes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.commands import (
    Acknowledgement,
    AcknowledgeNotice,
    CloseLookUp,
    Command,
    Commit,
    ConfirmInspected,
    ConfirmOriginal,
    DismissMessage,
    LabelSeen,
    Lock,
    LogOut,
    LookUp,
    NewAcceptance,
    NextCustomer,
    NextItem,
    RefusalReason,
    Refuse,
    Reprint,
    Route,
    Security,
    SetRoute,
    SetSecurity,
)
from core.view import Message
from tests.ui.conftest import Desk
from tests.ui.typing import ALT, Key
from ui.clerk.confirmations import names_of
from ui.specimen_close import CLOSE
from ui.specimens import BASE, EMPTY, HALF, READY, VIEWS


@pytest.mark.parametrize(
    ("key", "modifiers", "command"),
    [
        (Key.Key_F3, 0, LookUp("")),
        (Key.Key_F7, 0, NextItem()),
        (Key.Key_F8, 0, NextCustomer()),
        (Key.Key_F10, 0, Reprint(0)),
        (Key.Key_F12, 0, Lock("key")),
        (Key.Key_1, 1, ConfirmOriginal()),
        (Key.Key_2, 1, ConfirmInspected()),
        (Key.Key_3, 1, SetSecurity(Security.HERE)),
        (Key.Key_4, 1, SetSecurity(Security.CENTRE)),
        (Key.Key_5, 1, AcknowledgeNotice(Acknowledgement.OWN_TAP)),
        (Key.Key_6, 1, AcknowledgeNotice(Acknowledgement.SIGNATURE)),
        (Key.Key_7, 1, AcknowledgeNotice(Acknowledgement.SPOKEN)),
        (Key.Key_0, 1, SetSecurity(Security.NOT_REQUIRED)),
        (Key.Key_8, 1, LabelSeen(0)),
        (Key.Key_L, 1, SetRoute(Route.LAND)),
        (Key.Key_A, 1, SetRoute(Route.AIR)),
        (Key.Key_T, 1, SetRoute(Route.RAIL)),
    ],
)
def test_each_key_is_one_command(desk: Desk, key: Qt.Key, modifiers: int, command: Command) -> None:
    """From a field in focus, with nothing else sent."""
    _, hands, recorder = desk
    hands.press(key, ALT if modifiers else Qt.KeyboardModifier.NoModifier)
    assert recorder.commands == [command]


def test_enter_goes_through_the_fields_that_want_something(desk: Desk) -> None:
    """In the order of the form, round and round; what card or scan filled is never typed into."""
    window, hands, recorder = desk
    window.show_view(replace(BASE, visit=HALF))
    names = list(window.clerk.fields)
    wanting = [n.value for n in names if not HALF.fields[n].text or HALF.fields[n].problem]
    assert 2 <= len(wanting) < len(names)
    window.clerk.fields[names[0]].entry.setFocus()
    walked = []
    for _ in range(2 * len(wanting)):
        hands.press(Key.Key_Return, wait=False)
        walked.append(hands.place)
    assert walked == wanting * 2
    assert recorder.commands == []


def test_tab_goes_as_the_eye_does(desk: Desk) -> None:
    """The fields row by row, the choices row by row; and back the same way."""
    window, hands, recorder = desk
    fields = [name.value for name in window.clerk.fields]
    fields.insert(fields.index("weight") + 1, "fee")
    order = [*fields, "gate_original", "gate_inspected", "refuse"]
    order += [name for line in ("route", "security", "notice") for name in names_of(line)]
    window.clerk.findChild(QWidget, order[0]).setFocus()
    for name in order[1:]:
        hands.press(Key.Key_Tab, wait=False)
        assert hands.place == name
    for name in reversed(order[:-1]):
        hands.press(Key.Key_Backtab, wait=False)
        assert hands.place == name
    assert recorder.commands == []


def test_enter_held_down_moves_one_field(desk: Desk) -> None:
    """Auto-repeat of Enter does not run through the form."""
    window, hands, _ = desk
    window.show_view(replace(BASE, visit=HALF))
    names = list(window.clerk.fields)
    wanting = [n.value for n in names if not HALF.fields[n].text or HALF.fields[n].problem]
    window.clerk.fields[names[0]].entry.setFocus()
    hands.hold(Key.Key_Return, 10)
    assert hands.place == wanting[0]


def test_escape_leaves_one_thing_at_a_time(desk: Desk) -> None:
    """Question, help, look-up, own line, message, field; each once, and none of them is a commit."""
    window, hands, recorder = desk
    said = Message("msg.waybill_scanned", serial=4)
    window.show_view(replace(BASE, visit=READY, found=(), message=said))
    hands.press(Key.Key_F1)
    hands.press(Key.Key_Escape)
    assert window.clerk.side == 0
    assert recorder.commands == []
    hands.press(Key.Key_Escape)
    assert recorder.commands == [CloseLookUp()]
    window.show_view(replace(BASE, visit=READY, message=said))
    window.clerk.say("msg.typeahead_dropped", count=3)
    hands.press(Key.Key_Escape)
    assert window.clerk.message.shown == said
    hands.press(Key.Key_Escape)
    assert recorder.commands == [CloseLookUp(), DismissMessage()]
    window.show_view(replace(BASE, visit=READY))
    window.clerk.findChild(QWidget, "sender_phone").setFocus()
    hands.press(Key.Key_Escape)
    assert hands.place == "sender_name"
    assert len(recorder.commands) == 2


@pytest.mark.parametrize(
    ("opener", "digit", "command"),
    [
        (Key.Key_Q, 1, LogOut()),
    ],
)
def test_questions_are_answered_by_a_digit(desk: Desk, opener: Qt.Key, digit: int, command: Command) -> None:
    """A letter with Alt opens, a digit answers, the focus is where it was."""
    window, hands, recorder = desk
    place = hands.place
    hands.press(opener, ALT)
    hands.press(Key(Key.Key_0.value + digit))
    assert recorder.commands == [command]
    assert (window.clerk.side, hands.place) == (0, place)


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("reason", RefusalReason)
def test_a_refusal_says_why_and_whether_the_customer_knows(
    desk: Desk, reason: RefusalReason, told: bool
) -> None:
    """Two digits: the reason, then whether it was told; nothing is sent between them."""
    window, hands, recorder = desk
    place = hands.place
    hands.press(Key.Key_R, ALT)
    hands.press(Key(Key.Key_1.value + list(RefusalReason).index(reason)))
    assert (recorder.commands, window.clerk.side) == ([], 2)
    hands.press(Key.Key_1 if told else Key.Key_2)
    assert recorder.commands == [Refuse(reason, told=told)]
    assert (window.clerk.side, hands.place) == (0, place)


def test_a_digit_beyond_the_last_answer_does_nothing(desk: Desk) -> None:
    """Nor does any letter."""
    window, hands, recorder = desk
    window.show_view(replace(BASE, close=replace(CLOSE, left=0)))
    hands.press(Key.Key_F9)
    for key in (Key.Key_2, Key.Key_9, Key.Key_0, Key.Key_A, Key.Key_Return, Key.Key_Space):
        hands.press(key)
    assert recorder.commands == []
    assert window.clerk.side == 2


def test_f2_asks_before_anything_typed_is_lost(desk: Desk) -> None:
    """With an empty form it is one key; with anything typed it is a question first."""
    window, hands, recorder = desk
    hands.press(Key.Key_F2)
    assert recorder.commands == []
    hands.press(Key.Key_1)
    assert recorder.commands == [NewAcceptance(discard=True)]
    window.show_view(replace(BASE, visit=EMPTY))
    hands.press(Key.Key_F2)
    assert recorder.commands == [NewAcceptance(discard=True), NewAcceptance()]


def test_the_look_up_acts_on_the_chosen_item(desk: Desk) -> None:
    """Arrows choose, F10 reprints that one, Alt+8 says that its label is there, Enter searches."""
    window, hands, recorder = desk
    window.show_view(VIEWS["look-up"])
    assert hands.place == "look_up"
    for _ in range(9):
        hands.press(Key.Key_Down, wait=False)
    hands.press(Key.Key_Up, wait=False)
    hands.press(Key.Key_F10)
    hands.press(Key.Key_8, ALT)
    assert recorder.commands == [Reprint(120), LabelSeen(120)]
    hands.type("EA473124829CN")
    hands.press(Key.Key_Return)
    assert recorder.commands[2:] == [LookUp("EA473124829CN")]


def test_alt_p_shows_the_labels_that_wait(desk: Desk) -> None:
    """The same page, with what the printer owes."""
    window, hands, recorder = desk
    hands.press(Key.Key_P, ALT)
    window.show_view(VIEWS["pending"])
    assert recorder.commands == [LookUp("")]
    assert window.clerk.look_up.chosen is not None
    assert window.clerk.look_up.chosen.seq == 126
    hands.press(Key.Key_Down, wait=False)
    hands.press(Key.Key_F10)
    assert recorder.commands[1:] == [Reprint(127)]


def test_help_follows_the_focus_and_takes_none(desk: Desk) -> None:
    """F1 beside the form: typing goes on in the field."""
    window, hands, recorder = desk
    window.clerk.findChild(QWidget, "sender_phone").setFocus()
    hands.press(Key.Key_F1)
    assert (window.clerk.help.topic, hands.place) == ("sender_phone", "sender_phone")
    hands.press(Key.Key_Tab)
    assert window.clerk.help.topic == "sender_address"
    hands.press(Key.Key_F9)
    assert len(recorder.of(Commit)) == 1
    hands.press(Key.Key_F1)
    assert window.clerk.side == 0


def test_a_line_that_asks_for_nothing_fades(qtbot: QtBot, desk: Desk) -> None:
    """News goes by itself and gives way to the hint; a warning stays until it is dismissed."""
    window, hands, recorder = desk
    strip = window.clerk.message
    strip._fade.setInterval(50)
    news = replace(BASE, visit=READY, message=Message("msg.waybill_scanned", serial=1))
    window.show_view(news)
    assert strip.shown == news.message
    qtbot.waitUntil(lambda: strip.shown is None, timeout=5000)
    window.show_view(replace(news, today=7))  # the same message in a later view does not come back
    assert [strip.shown] == [None]
    hands.press(Key.Key_Escape)
    assert recorder.commands == []
    warning = Message("msg.card_left", level="warning", serial=2)
    window.show_view(replace(BASE, visit=READY, message=warning))
    qtbot.wait(200)
    assert strip.shown == warning
    hands.press(Key.Key_Escape)
    assert recorder.commands == [DismissMessage()]
