"""Which key does what, and what no key but F9 ever does (T2, T14)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.commands import (
    Acknowledgement,
    AcknowledgeNotice,
    CloseDay,
    CloseLookUp,
    Command,
    Commit,
    ConfirmCondition,
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
    Security,
    SetField,
    SetSecurity,
)
from core.view import Message
from tests.ui.conftest import Opened
from tests.ui.small_station import Recorder
from tests.ui.typing import ALT, Hands, Key
from ui.clerk.confirmations import CONFIRMATIONS
from ui.specimens import BASE, EMPTY, HALF, READY, VIEWS, item
from ui.window import MainWindow

Desk = tuple[MainWindow, Hands, Recorder]


@pytest.fixture
def desk(qtbot: QtBot, recorder: Recorder, opened: Opened) -> Desk:
    """A clerk's screen with everything filled in, and hands on the keyboard."""
    window = opened(recorder)
    window.show_view(replace(BASE, visit=READY))
    return window, Hands(qtbot, window), recorder


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
        (Key.Key_8, 1, LabelSeen(0)),
        (Key.Key_9, 1, ConfirmCondition()),
    ],
)
def test_each_key_is_one_command(desk: Desk, key: Qt.Key, modifiers: int, command: Command) -> None:
    """From a field in focus, with nothing else sent."""
    _, hands, recorder = desk
    hands.press(key, ALT if modifiers else Qt.KeyboardModifier.NoModifier)
    assert recorder.commands == [command]


def test_f9_commits_and_says_when_it_was_pressed(desk: Desk) -> None:
    """One Commit, with the time of the press."""
    _, hands, recorder = desk
    hands.press(Key.Key_F9)
    (command,) = recorder.commands
    assert isinstance(command, Commit)
    assert command.pressed_ns > 0


def test_f9_held_down_commits_once(desk: Desk) -> None:
    """Auto-repeat is not a second wish."""
    _, hands, recorder = desk
    hands.hold(Key.Key_F9, 30)
    assert len(recorder.commands) == 1


def test_f9_held_down_commits_once_however_fast_the_answers_come(desk: Desk) -> None:
    """Each repeat finds a screen that has changed since: still one wish."""
    window, hands, recorder = desk
    answers = iter(range(1, 100))

    def answer(command: Command) -> None:
        recorder.commands.append(command)
        window.show_view(replace(BASE, visit=READY, message=Message("msg.not_ready", serial=next(answers))))

    recorder.submit = answer  # type: ignore[method-assign]
    hands.hold(Key.Key_F9, 30)
    assert len(recorder.commands) == 1
    hands.press(Key.Key_F9)
    assert len(recorder.commands) == 2


def test_f9_again_before_the_answer_commits_once(qtbot: QtBot, desk: Desk) -> None:
    """Whatever is pressed, and whatever else the station says meanwhile, until it has answered."""
    window, hands, recorder = desk
    for _ in range(5):
        hands.press(Key.Key_F9, wait=False)
        qtbot.wait(50)
    window.show_view(replace(BASE, visit=READY, today=5))  # a printer or a pump: no answer
    hands.press(Key.Key_F9)
    assert len(recorder.of(Commit)) == 1
    window.show_view(
        replace(BASE, visit=READY, message=Message("msg.not_ready", {"first": "missing.weight"}))
    )
    hands.press(Key.Key_F9)
    assert len(recorder.of(Commit)) == 2


@pytest.mark.parametrize("opener", [Key.Key_R, Key.Key_D, Key.Key_Q])
def test_f9_does_nothing_while_a_question_stands(desk: Desk, opener: Qt.Key) -> None:
    """The form is not what the clerk looks at; the bar and a line say so."""
    window, hands, recorder = desk
    hands.press(opener, ALT)
    hands.press(Key.Key_F9)
    assert recorder.commands == []
    assert window.clerk.message.shown is not None
    assert window.clerk.message.shown.code == "msg.panel_open"
    assert not window.clerk.bar.ready


def test_f9_does_nothing_in_the_look_up(desk: Desk) -> None:
    """Nor do the confirmations: what they would confirm is not on the screen."""
    window, hands, recorder = desk
    window.show_view(replace(BASE, visit=READY, found=(item(1),)))
    hands.press(Key.Key_F9)
    for digit in range(1, 8):
        hands.press(Key(Key.Key_0.value + digit), ALT)
    assert recorder.commands == []


def _all_controls(window: MainWindow) -> list[QWidget]:
    return [
        widget
        for widget in window.clerk.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisibleTo(window)
    ]


def test_nothing_but_f9_commits(qtbot: QtBot, desk: Desk) -> None:
    """Enter, Space, Esc, a double click and a scan on every control: never a commit."""
    window, hands, recorder = desk
    controls = _all_controls(window)
    assert len(controls) >= 10 + 8
    for control in controls:
        control.setFocus()
        for key in (Key.Key_Return, Key.Key_Enter, Key.Key_Space, Key.Key_Escape):
            control.setFocus()
            qtbot.keyClick(control, key)
        qtbot.mouseDClick(control, Qt.MouseButton.LeftButton)
        control.setFocus()
        hands.scan("EA473124829CN")
    assert recorder.of(Commit) == []
    assert window.clerk.isVisible()


def test_the_bar_cannot_be_clicked(qtbot: QtBot, desk: Desk) -> None:
    """A touch on it is not the key."""
    window, _, recorder = desk
    qtbot.mouseClick(window.clerk.bar, Qt.MouseButton.LeftButton)
    for child in window.clerk.bar.findChildren(QWidget):
        qtbot.mouseClick(child, Qt.MouseButton.LeftButton)
    assert recorder.commands == []


def test_a_scan_never_reaches_a_button(qtbot: QtBot, desk: Desk) -> None:
    """With a button in focus: digits, spaces, Enter of a burst, fast or slow, press nothing."""
    window, hands, recorder = desk
    window.show_view(replace(BASE, visit=READY, pending=(item(1, "unknown"),)))
    for name in (*CONFIRMATIONS, "refuse"):
        button = window.clerk.findChild(QWidget, name)
        for text in ("EA473124829CN", " 1 2 3 ", "   "):
            button.setFocus()
            hands.scan(text)
            button.setFocus()
            for char in text:  # a slow scanner: 50 ms a key
                qtbot.keyClicks(button, char)
                qtbot.wait(10)
            qtbot.keyClick(button, Key.Key_Return)
    qtbot.wait(300)
    assert recorder.commands == []
    assert window.clerk.side == 0


def test_a_scan_never_answers_a_question(qtbot: QtBot, desk: Desk) -> None:
    """Digits of a code are not the digits of a choice."""
    _, hands, recorder = desk
    for opener in (Key.Key_R, Key.Key_D, Key.Key_Q):
        hands.press(opener, ALT)
        hands.scan("1234512345")
        for char in "11":
            qtbot.keyClicks(hands.focused, char)
            qtbot.wait(10)
        qtbot.keyClick(hands.focused, Key.Key_Return)
        qtbot.wait(200)
        hands.press(Key.Key_Escape)
    assert recorder.commands == []


def test_space_on_a_button_confirms_when_it_stands_alone(desk: Desk) -> None:
    """The deliberate way: Tab to the button, Space."""
    window, hands, recorder = desk
    window.clerk.findChild(QWidget, "gate_inspected").setFocus()
    hands.press(Key.Key_Space)
    assert recorder.commands == [ConfirmInspected()]


def test_alt_with_the_keypad_confirms_nothing(qtbot: QtBot, desk: Desk) -> None:
    """Scanners can send characters as Alt with the keypad's digits."""
    _, hands, recorder = desk
    keypad = ALT | Qt.KeyboardModifier.KeypadModifier
    for digit in range(10):
        qtbot.wait(150)
        qtbot.keyClick(hands.focused, Key(Key.Key_0.value + digit), keypad)
    assert recorder.commands == []


@pytest.mark.parametrize("key", [Key.Key_F9, Key.Key_F8, Key.Key_F10, Key.Key_F2])
def test_a_function_key_inside_a_burst_does_nothing_and_says_so(desk: Desk, key: Qt.Key) -> None:
    """Scanners send control characters as function keys."""
    window, hands, recorder = desk
    recorder.commands.clear()
    hands._qtbot.keyClicks(hands.focused, "EA4731")
    hands.press(key, wait=False)
    assert [command for command in recorder.commands if not isinstance(command, SetField)] == []
    assert window.clerk.message.shown is not None
    assert window.clerk.message.shown.code == "msg.key_in_burst"


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
    """The document's button, the fields row by row, the confirmations; and back the same way."""
    window, hands, recorder = desk
    order = ["gate_original", *(name.value for name in window.clerk.fields), "gate_inspected", "refuse"]
    order += ["gate_security_here", "gate_security_centre"]
    order += ["gate_notice_own_tap", "gate_notice_signature", "gate_notice_spoken"]
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
        (Key.Key_D, 1, CloseDay()),
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
    hands.press(Key.Key_D, ALT)
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


class TestReading:
    """While a card is being read nothing that is typed counts (T14)."""

    def test_keys_are_dropped_and_said(self, qtbot: QtBot, desk: Desk) -> None:
        """Text, Enter, paste, confirmations and F9: nothing reaches the station, and the count is said."""
        window, hands, recorder = desk
        place = hands.place
        before = hands.focused.property("text")
        window.show_view(replace(BASE, visit=replace(READY, reading=True)))
        qtbot.keyClicks(hands.focused, "abc")
        hands.press(Key.Key_Return)
        hands.press(Key.Key_Tab)
        hands.press(Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        hands.press(Key.Key_F9)
        hands.press(Key.Key_2, ALT)
        hands.press(Key.Key_F8)
        assert recorder.commands == []
        assert (hands.place, hands.focused.property("text")) == (place, before)
        window.show_view(replace(BASE, visit=READY))
        shown = window.clerk.message.shown
        assert shown is not None
        assert (shown.code, shown.facts) == ("msg.typeahead_dropped", {"count": 9})

    def test_the_lock_still_works(self, desk: Desk) -> None:
        """F12 protects: it is never discarded."""
        window, hands, recorder = desk
        window.show_view(replace(BASE, visit=replace(READY, reading=True)))
        hands.press(Key.Key_F12)
        assert recorder.commands == [Lock("key")]

    def test_a_button_in_focus_is_not_pressed(self, desk: Desk) -> None:
        """Space on a confirmation during the read is dropped too."""
        window, hands, recorder = desk
        window.clerk.findChild(QWidget, "gate_inspected").setFocus()
        window.show_view(replace(BASE, visit=replace(READY, reading=True)))
        hands.press(Key.Key_Space)
        assert recorder.commands == []

    def test_nothing_is_said_where_nothing_was_typed(self, desk: Desk) -> None:
        """A quiet read leaves no line."""
        window, _, _ = desk
        window.show_view(replace(BASE, visit=replace(READY, reading=True)))
        window.show_view(replace(BASE, visit=READY))
        assert window.clerk.message.shown is None

    def test_a_read_that_never_ends_gives_the_keys_back(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Every wait has a limit."""
        window, hands, recorder = desk
        now = [1000.0]
        monkeypatch.setattr(window.keyboard, "_clock", lambda: now[0])
        window.show_view(replace(BASE, visit=replace(READY, reading=True)))
        now[0] += 5
        hands.press(Key.Key_F7)
        assert recorder.commands == []
        now[0] += 5
        hands.press(Key.Key_F7)
        assert recorder.commands == [NextItem()]


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
