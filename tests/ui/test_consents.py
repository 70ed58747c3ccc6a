"""Alt+C: one consent after the other by its digit, none chosen beforehand; the guardian's answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel

from core.commands import KeepAsPrincipal, RefusalReason, Refuse
from core.consents import AnswerConsent, Answered, AskConsents, GuardianAgrees
from core.errors import RuleFault
from core.persons import AskErasure
from tests.ui.conftest import Seated
from tests.ui.typing import ALT, Key
from ui.buttons import KeyButton
from ui.specimen_consents import CONSENTS, ITEM, OF_PERSON, SAID
from ui.specimens import BASE, HALF, VIEWS
from ui.window import MainWindow

pytestmark = pytest.mark.requirement("R56")

CALL, SHARE = CONSENTS


def _asked(window: MainWindow) -> tuple[str, list[str]]:
    """(name of the question, what is chosen beforehand)."""
    buttons = [button for button in window.clerk.choices.findChildren(KeyButton) if button.isVisible()]
    assert buttons
    return window.clerk.choices.asks, [b.objectName() for b in buttons if b.property("chosen") == "true"]


def test_each_is_asked_by_itself_and_nothing_is_chosen_beforehand(seated: Seated) -> None:
    window, hands, recorder = seated(replace(BASE, visit=SAID["consents"]))
    hands.press(Key.Key_C, ALT)
    assert _asked(window) == ("consent", [])
    shown = window.clerk.findChild(QLabel, "choice_lines").text()
    assert CALL.texts["zh"] in shown
    assert SHARE.texts["zh"] not in shown
    hands.press(Key.Key_4)
    assert recorder.commands == [AnswerConsent(CALL.code, CALL.version, Answered.REFUSED, "spoken")]
    assert SHARE.texts["zh"] in window.clerk.findChild(QLabel, "choice_lines").text()  # the next one follows
    hands.press(Key.Key_Escape)
    assert len(recorder.commands) == 1  # unasked is no answer


@pytest.mark.parametrize(
    ("digits", "said"),
    [
        ("12", GuardianAgrees("parent", "guardian-2026-11-01", "signature")),
        ("341", Refuse(RefusalReason.GUARDIAN_ABSENT, told=True)),
    ],
)
def test_the_guardian_comes_before_any_consent(seated: Seated, digits: str, said: object) -> None:
    window, hands, recorder = seated(replace(BASE, visit=SAID["child"]))
    hands.press(Key.Key_C, ALT)
    assert _asked(window) == ("guardian", [])
    for digit in digits:
        hands.press(Key(ord(digit)))
    assert recorder.commands == [said]


def test_a_childs_document_is_kept_by_one_key(seated: Seated) -> None:
    assert HALF.sender is not None
    child = replace(HALF, sender=replace(HALF.sender, problems=(RuleFault.GUARDIAN_NEEDED.value,)))
    _window, hands, recorder = seated(replace(BASE, visit=child))
    hands.press(Key.Key_B, ALT)
    assert recorder.commands == [KeepAsPrincipal()]


def test_a_consent_is_taken_back_at_the_look_up_by_one_digit(seated: Seated) -> None:
    found = VIEWS["look-up"]
    assert found.found
    window, hands, recorder = seated(found)
    hands.press(Key.Key_C, ALT)
    assert recorder.commands == [AskConsents(found.found[0].seq)]
    window.show_view(replace(found, consents=ITEM))
    assert _asked(window) == ("item_consents", [])
    hands.press(Key.Key_1)
    assert recorder.commands[1:] == [
        AnswerConsent(CALL.code, CALL.version, Answered.WITHDRAWN, "spoken", ITEM.item)
    ]


def test_a_person_asks_for_all_her_items_or_the_chosen_one(seated: Seated) -> None:
    """What is restricted already is not asked for again; without her document nothing is."""
    window, hands, recorder = seated(VIEWS["look-up"])
    hands.press(Key.Key_J, ALT)
    assert recorder.commands == []
    window.show_view(replace(VIEWS["look-up"], found=OF_PERSON, found_by="card"))
    hands.press(Key.Key_J, ALT)
    assert _asked(window) == ("person", [])
    hands.press(Key.Key_5)
    assert _asked(window) == ("erasure", [])
    hands.press(Key.Key_1)
    assert recorder.commands == [AskErasure((128, 119))]
