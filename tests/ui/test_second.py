"""A second person by keys alone: an item is voided, the request is put before her, the list is opened."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLineEdit

from core.second import AskVoid, DecideRequest, VoidItem
from core.view import CounterView
from tests.ui.conftest import Desk, Seated
from tests.ui.typing import ALT, Key
from ui.clerk.second import requests_question, sign_question
from ui.specimen_late import SECOND
from ui.specimen_visits import item
from ui.specimens import BASE, EMPTY
from ui.text import Texts

PASSWORD = "Si-Wu-Liu 20"
VIEW = replace(BASE, visit=EMPTY, last=item(127), second=replace(SECOND, requests=()))


@pytest.fixture
def desk(seated: Seated) -> Desk:
    """An empty form after an item; nothing waits."""
    return seated(VIEW)


def _waiting(base: CounterView = VIEW) -> CounterView:
    return replace(base, second=replace(SECOND, requests=SECOND.requests[:1]))


def test_the_last_item_is_voided_and_signed_on_the_spot(desk: Desk) -> None:
    window, hands, recorder = desk
    hands.press(Key.Key_X, ALT)
    hands.press(Key.Key_1)
    hands.press(Key.Key_1)
    assert recorder.commands == [AskVoid(127, "customer_withdrew", "wait")]
    recorder.commands.clear()
    window.show_view(_waiting())  # it was asked for: she may stand beside
    assert hands.place == "second_approver"
    hands.type("OP20001")
    hands.press(Key.Key_Return)
    assert hands.place == "second_password"
    hands.type(PASSWORD)
    hands.press(Key.Key_Return)
    assert recorder.commands == [DecideRequest("r1", "OP20001", PASSWORD)]
    window.show_view(replace(VIEW, visit=replace(EMPTY, revision=1)))  # it was decided
    for name in ("second_approver", "second_password"):
        entry = window.clerk.findChild(QLineEdit, name)
        assert isinstance(entry, QLineEdit)
        assert entry.text() == ""  # nothing that she typed stays


def test_before_she_signs(desk: Desk) -> None:
    _, hands, recorder = desk
    hands.press(Key.Key_X, ALT)
    hands.press(Key.Key_3)
    hands.press(Key.Key_2)
    assert recorder.commands == [AskVoid(127, "accepted_twice", "countersign")]


def test_the_list(desk: Desk) -> None:
    """By its digit: one to sign, one that may be done now; Esc leaves it and nothing has happened."""
    window, hands, recorder = desk
    hands.press(Key.Key_Y, ALT)
    assert recorder.commands == []
    window.show_view(replace(VIEW, second=SECOND, visit=replace(EMPTY, revision=1)))
    hands.press(Key.Key_Escape)
    hands.press(Key.Key_Y, ALT)
    hands.press(Key.Key_3)
    assert recorder.commands == [VoidItem(124)]
    recorder.commands.clear()
    hands.press(Key.Key_Y, ALT)
    hands.press(Key.Key_2)
    assert hands.place == "second_approver"
    hands.type("OP20001")
    hands.press(Key.Key_Escape)
    assert recorder.commands == []


def test_declined_with_her_own_password(desk: Desk) -> None:
    window, hands, recorder = desk
    window.show_view(_waiting())
    window.clerk.choices.answer(0)
    assert recorder.commands == []  # nothing was typed yet
    hands.type("OP20001")
    hands.press(Key.Key_Return)
    hands.type(PASSWORD)
    window.clerk.choices.answer(0)
    assert recorder.commands == [DecideRequest("r1", "OP20001", PASSWORD, approved=False)]


def test_a_request_about_no_item_says_so_without_a_gap() -> None:
    """In a list, and before whoever signs."""
    texts, mode = Texts("en"), replace(SECOND.requests[0], action="reader_down", about="", state="ready")
    (line,) = requests_question(replace(SECOND, requests=(replace(mode, mine=False),)), "en").lines
    assert texts.what(*line) == f"Approved: Typing documents without the reader (for {mode.by} to do)"
    assert texts.what(*sign_question(mode, "en").lines[0]) == "Typing documents without the reader"
