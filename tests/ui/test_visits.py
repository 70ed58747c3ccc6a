"""Parking, taking back and the items of a visit, by keys, against the real station over memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from core.commands import Field
from core.devices import PrintOutcome
from core.view import CounterView
from tests.core.station.desk import WAYBILLS, Counter
from tests.ui.conftest import Opened
from tests.ui.typing import ALT, CONTROL, Hands, Key
from ui.bridge import Bridge
from ui.clerk.frame import Side
from ui.fields import Entry
from ui.window import MainWindow


class Seat:
    """A window on a real station, hands on its keyboard, and the lanes' end of the station."""

    def __init__(self, qtbot: QtBot, window: MainWindow, counter: Counter) -> None:
        self.qtbot, self.window, self.counter = qtbot, window, counter
        self.hands = Hands(qtbot, window)

    @property
    def view(self) -> CounterView:
        """The newest that the station made."""
        return self.counter.views[-1]

    def wait(self, true: Callable[[], bool]) -> None:
        """Until the screen is so."""
        self.qtbot.waitUntil(true, timeout=5000)

    def said(self, code: str) -> None:
        """Until the message strip says so."""
        self.wait(lambda: getattr(self.window.clerk.message.shown, "code", "") == code)

    def text(self, name: Field) -> str:
        """What stands in a field of the screen."""
        return str(self.window.clerk.fields[name].entry.text())

    def undo(self, what: str) -> None:
        """Ctrl+Z, and what was taken back."""
        self.hands.press(Key.Key_Z, CONTROL)
        strip, wanted = self.window.clerk.message, f"undone.{what}"
        self.wait(lambda: getattr(strip.shown, "facts", {}).get("what") == wanted)


@pytest.fixture
def seat(qtbot: QtBot, opened: Opened) -> Iterator[Seat]:
    yield from sit(qtbot, opened, Counter(receipts=True))


def sit(qtbot: QtBot, opened: Opened, counter: Counter) -> Iterator[Seat]:
    """A clerk has logged in at that counter."""
    bridge, views = Bridge(), counter.views

    def publish(view: CounterView) -> None:
        views.append(view)
        bridge.post(view)

    vars(counter.station)["_publish"] = publish
    vars(counter.station)["bridge"] = bridge
    window = opened(counter.station)
    counter.log_in()
    qtbot.waitUntil(lambda: bool(window.clerk.isVisible()), timeout=5000)
    yield Seat(qtbot, window, counter)
    counter.station.stop()


def _stands(seat: Seat, contents: str) -> bool:
    return seat.text(Field.CONTENTS) == contents


def _parked_line(seat: Seat) -> str:
    label = seat.window.clerk.way.findChild(QLabel, "parked")
    return label.text() if label.isVisible() else ""


def test_i_forgot_my_phone_takes_three_keys(seat: Seat) -> None:
    seat.counter.sender()
    seat.counter.type(contents="茶叶")
    seat.wait(lambda: seat.text(Field.CONTENTS) == "茶叶")
    assert _parked_line(seat) == ""
    seat.counter.lift()
    seat.hands.press(Key.Key_F4)
    seat.said("msg.parked")
    assert (seat.text(Field.CONTENTS), seat.text(Field.SENDER_NAME)) == ("", "")
    seat.wait(lambda: _parked_line(seat) == "● 挂单 1 · F4")

    seat.hands.press(Key.Key_F4)
    seat.wait(lambda: seat.window.clerk.side is Side.CHOICES)
    seat.hands.press(Key.Key_F4)  # again: the list goes, nothing has happened
    seat.wait(lambda: seat.window.clerk.side is Side.USUAL)
    seat.hands.press(Key.Key_F4)
    seat.hands.press(Key.Key_1)
    seat.said("msg.resumed")
    seat.wait(lambda: seat.text(Field.CONTENTS) == "茶叶")
    assert seat.window.clerk.side is Side.USUAL
    seat.wait(lambda: _parked_line(seat) == "")


def test_f4_twice_fast_parks_once_and_loses_nothing(seat: Seat) -> None:
    seat.counter.type(contents="茶叶")
    seat.wait(lambda: seat.text(Field.CONTENTS) == "茶叶")
    for _ in range(4):
        seat.hands.press(Key.Key_F4, wait=False)
    seat.wait(lambda: len(seat.view.parked) == 1)
    assert seat.counter.message() == "msg.parked"
    assert len(seat.counter.vault.journal.drafts()) == 1


def test_what_is_typed_while_the_list_stands_is_not_lost(seat: Seat) -> None:
    seat.counter.type(contents="茶叶")
    seat.wait(lambda: seat.text(Field.CONTENTS) == "茶叶")
    seat.hands.press(Key.Key_F4)
    seat.said("msg.parked")
    seat.hands.press(Key.Key_F4)
    seat.wait(lambda: seat.window.clerk.side is Side.CHOICES)
    seat.counter.scan(WAYBILLS[0])
    seat.hands.press(Key.Key_Z, CONTROL)
    seat.said("msg.form_covered")
    seat.hands.press(Key.Key_1)
    seat.said("rule.park_covered")
    assert seat.text(Field.WAYBILL) == WAYBILLS[0]
    assert len(seat.view.parked) == 1


def test_letters_first_then_steps(seat: Seat) -> None:
    """Ctrl+Z belongs to the field in which something was typed since it has the focus, then to the visit."""
    entries = {name: field.entry for name, field in seat.window.clerk.fields.items()}
    entries[Field.RECIPIENT_PHONE].setFocus()
    seat.hands.type("1390013")
    entries[Field.CONTENTS].setFocus()
    seat.hands.type("tea")
    seat.wait(lambda: seat.view.visit is not None and seat.view.visit.fields[Field.CONTENTS].text == "tea")
    seat.hands.press(Key.Key_Z, CONTROL)
    seat.wait(lambda: seat.view.visit is not None and seat.view.visit.fields[Field.CONTENTS].text == "")
    assert (seat.text(Field.CONTENTS), seat.window.clerk.message.shown.code) == ("", "msg.welcome")
    seat.undo("recipient_phone")
    seat.wait(lambda: seat.text(Field.RECIPIENT_PHONE) == "")
    assert seat.hands.place == "contents"
    seat.hands.press(Key.Key_Z, CONTROL)
    seat.said("msg.nothing_to_undo")


def test_a_step_under_letters_that_were_left_is_one_step(seat: Seat) -> None:
    """A field that was left and entered again has no letters to take back, only its step."""
    contents = seat.window.clerk.fields[Field.CONTENTS].entry
    contents.setFocus()
    seat.hands.type("tea")
    seat.window.clerk.fields[Field.QUANTITY].entry.setFocus()
    contents.setFocus()
    assert not contents.isUndoAvailable()
    seat.undo("contents")
    seat.wait(lambda: seat.text(Field.CONTENTS) == "")


def test_what_f2_threw_away_comes_back(seat: Seat) -> None:
    seat.counter.sender()
    seat.counter.type(contents="茶叶")
    seat.wait(lambda: seat.text(Field.CONTENTS) == "茶叶")
    seat.hands.press(Key.Key_F2)
    seat.hands.press(Key.Key_1)
    seat.wait(lambda: seat.text(Field.CONTENTS) == "")
    seat.undo("discard")
    seat.wait(lambda: seat.text(Field.CONTENTS) == "茶叶")
    assert seat.view.visit is not None
    assert "missing.original" not in seat.view.visit.missing


def test_three_parcels_of_one_customer_ask_nothing_twice(seat: Seat) -> None:
    of_the_sender = {"missing.identity", "missing.original", "missing.notice", "missing.sender_name",
                     "missing.sender_phone", "missing.sender_address"}  # fmt: skip
    seat.counter.sender()
    for number, waybill in enumerate(WAYBILLS):
        if number:
            seat.hands.press(Key.Key_F7)
            seat.wait(lambda: seat.text(Field.WAYBILL) == "")
            assert seat.view.visit is not None
            assert not of_the_sender & set(seat.view.visit.missing)
            assert seat.text(Field.RECIPIENT_NAME) == "", "another parcel goes to whoever is named for it"
        seat.counter.parcel(waybill)
        seat.wait(lambda: bool(seat.window.clerk.bar.ready))
        seat.hands.press(Key.Key_F9)
        seat.said("msg.accepted")
    for job in seat.counter.paper(6):
        seat.counter.print(job, PrintOutcome.PRINTED)
    assert seat.counter.kinds().count("SenderVerified") == 1
    seat.wait(
        lambda: [line[:6] for line in seat.window.clerk.last.shown_items()] == ["000001", "000002", "000003"]
    )
    seat.wait(lambda: all("▲ 标签未扫回" in line for line in seat.window.clerk.last.shown_items()))
    seat.counter.scan(WAYBILLS[2])
    seat.wait(lambda: "✓ 已贴标" in seat.window.clerk.last.shown_items()[2])
    seat.hands.press(Key.Key_F8)
    seat.wait(lambda: seat.window.clerk.last.shown_items() == [])


def test_one_customers_parked_parcel_is_confirmed_by_keys(seat: Seat) -> None:
    seat.counter.sender()
    seat.counter.parcel(WAYBILLS[0])
    seat.counter.lift()
    seat.wait(lambda: bool(seat.window.clerk.bar.ready))
    seat.hands.press(Key.Key_F4)
    seat.said("msg.parked")
    seat.hands.press(Key.Key_F4)
    seat.hands.press(Key.Key_1)
    seat.said("msg.resumed")
    seat.hands.press(Key.Key_F9)
    seat.said("msg.not_ready")
    for digit in (1, 2, 3):
        seat.hands.press(Key(Key.Key_0.value + digit), ALT)
    seat.wait(lambda: bool(seat.window.clerk.bar.ready))
    seat.hands.press(Key.Key_F9)
    seat.said("msg.accepted")
    seat.hands.press(Key.Key_F4)
    seat.said("rule.park_accepted")


def test_another_operator_takes_the_screen_and_the_first_ones_visits_wait_for_him(seat: Seat) -> None:
    def log_in(operator: str, password: str) -> None:
        seat.wait(lambda: seat.hands.place == "password")
        if operator:
            seat.window.login.operator.setFocus()
            seat.window.login.operator.selectAll()
            seat.hands.type(operator)
            seat.hands.press(Key.Key_Return)
        seat.hands.type(password)
        seat.hands.press(Key.Key_Return)
        seat.wait(lambda: bool(seat.window.clerk.isVisible()) and isinstance(seat.hands.focused, Entry))

    for contents in ("茶叶", "书"):
        seat.counter.type(contents=contents)
        seat.wait(partial(_stands, seat, contents))
        if contents == "茶叶":
            seat.hands.press(Key.Key_F4)
            seat.said("msg.parked")
    seat.hands.press(Key.Key_F12)
    log_in("OP20001", "si-wu-liu")
    seat.wait(lambda: seat.view.operator == "OP20001" and _parked_line(seat) == "")
    assert seat.text(Field.CONTENTS) == ""
    seat.hands.press(Key.Key_F4)
    seat.said("msg.nothing_parked")
    seat.hands.press(Key.Key_F12)
    log_in("OP10001", "yi-er-san")
    seat.wait(lambda: seat.text(Field.CONTENTS) == "书")
    assert _parked_line(seat) == "● 挂单 1 · F4"
    seat.hands.press(Key.Key_F12)
    log_in("", "yi-er-san")
    seat.wait(lambda: seat.text(Field.CONTENTS) == "书")
