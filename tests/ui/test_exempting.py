"""Any other exemption by keys alone: the reason, and a second person's number and password."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit

from core.commands import ApproveExemption, Commit, SenderKind, SetExemption, SetSenderKind
from core.view import ExemptionView, VisitView
from tests.ui.conftest import Desk, Seated
from tests.ui.typing import ALT, Key, composes_in
from ui.specimens import BASE, EMPTY, EXEMPTION, NOW, exempt
from ui.text import Texts
from ui.window import MainWindow

PASSWORD = "Si-Wu-Liu 20"
LACKING = "missing.sender"


@pytest.fixture
def desk(seated: Seated) -> Desk:
    """An empty form."""
    return seated(replace(BASE, visit=EMPTY))


def _show(window: MainWindow, visit: VisitView, revision: int) -> None:
    window.show_view(replace(BASE, visit=replace(visit, revision=revision)))


def _chosen(desk: Desk, exemption: ExemptionView = EXEMPTION) -> Desk:
    """As it stands after Alt+K 6 and the second reason."""
    window, hands, recorder = desk
    hands.press(Key.Key_K, ALT)
    hands.press(Key.Key_6)
    _show(window, exempt(replace(exemption, reason=""), LACKING), 1)
    hands.press(Key.Key_O, ALT)
    hands.press(Key.Key_2)
    _show(window, exempt(exemption, LACKING), 2)
    assert recorder.commands == [SetSenderKind(SenderKind.EXEMPT), SetExemption("emergency_relief")]
    recorder.commands.clear()
    return desk


def _label(window: MainWindow, name: str) -> str:
    label = window.clerk.findChild(QLabel, name)
    assert isinstance(label, QLabel)
    return label.text()


def test_the_card_is_walked_by_keys(desk: Desk) -> None:
    """Reason by its digit, then the focus stands at the staff number; Enter goes on, and ends it."""
    window, hands, recorder = desk
    hands.press(Key.Key_K, ALT)
    hands.press(Key.Key_6)
    _show(window, exempt(replace(EXEMPTION, reason=""), LACKING), 1)
    assert hands.place == "who_reason"
    hands.press(Key.Key_O, ALT)
    hands.press(Key.Key_2)
    _show(window, exempt(EXEMPTION, LACKING), 2)
    assert hands.place == "who_approver"
    hands.type("OP20001")
    hands.press(Key.Key_Return)
    assert hands.place == "who_approver_password"
    hands.type(PASSWORD)
    hands.press(Key.Key_Return)
    hands.press(Key.Key_Return)  # a second Enter sends nothing: the field is empty
    assert recorder.of(ApproveExemption) == [ApproveExemption("OP20001", PASSWORD)]
    assert window.clerk.who.exemption.password.text() == ""
    approved = replace(EXEMPTION, approved_by="OP20001", approved_at=NOW)
    _show(window, exempt(approved, "missing.sender_name"), 3)
    assert hands.place == "sender_name"
    assert window.clerk.preview.isVisible()
    assert "OP20001" in _label(window, "document_hint")
    assert window.clerk.who.exemption.approver.text() == ""


def test_the_password_is_a_secret(desk: Desk) -> None:
    """Dots, no input method, and no word of it for whoever has the screen read aloud."""
    window, hands, _ = _chosen(desk)
    entry = window.clerk.who.exemption.password
    assert entry.echoMode() is QLineEdit.EchoMode.Password
    assert not composes_in(entry)
    entry.setFocus()
    hands.type(PASSWORD)
    assert PASSWORD not in entry.displayText()
    for name in (entry.accessibleName(), entry.accessibleDescription(), entry.toolTip()):
        assert PASSWORD not in name


def test_a_wrong_password_leaves_the_number_and_the_place(desk: Desk) -> None:
    """The station says what to do; nothing but the password is typed again."""
    window, hands, recorder = _chosen(desk)
    hands.type("OP20001")
    hands.press(Key.Key_Return)
    hands.type("wrong")
    hands.press(Key.Key_Return)
    _show(window, exempt(EXEMPTION, LACKING), 2)
    assert hands.place == "who_approver_password"
    assert window.clerk.who.exemption.approver.text() == "OP20001"
    hands.type("right")
    hands.press(Key.Key_Return)
    assert recorder.of(ApproveExemption) == [
        ApproveExemption("OP20001", "wrong"), ApproveExemption("OP20001", "right")
    ]  # fmt: skip


@pytest.mark.parametrize("goes", ["kind", "customer", "lock"])
def test_nothing_typed_stays_when_the_card_goes(desk: Desk, goes: str) -> None:
    """Another kind of sender, another customer, or the lock."""
    window, hands, recorder = _chosen(desk)
    part = window.clerk.who.exemption
    hands.type("OP20001")
    hands.press(Key.Key_Return)
    hands.type(PASSWORD)
    if goes == "lock":
        window.clerk.clear()
    else:
        _show(window, replace(EMPTY, missing=("missing.identity",) if goes == "kind" else ()), 3)
    assert (part.approver.text(), part.password.text()) == ("", "")
    assert recorder.of(ApproveExemption) == []


def test_a_password_does_not_wait_behind_another_card(desk: Desk) -> None:
    """The look-up hides the card; the number may stay, the secret does not."""
    window, hands, _ = _chosen(desk)
    part = window.clerk.who.exemption
    part.password.setFocus()
    hands.type(PASSWORD)
    window.clerk.toggle_help()
    assert not part.isVisible()
    assert part.password.text() == ""


def test_where_nobody_else_can_approve_it_is_said_and_nothing_is_asked(desk: Desk) -> None:
    """A terminal with one operator: no fields, and what has to be done first."""
    alone = replace(EXEMPTION, approver_here=False)
    window, _, _ = _chosen(desk, alone)
    part = window.clerk.who.exemption
    assert not part.approver.isVisible()
    assert not part.password.isVisible()
    assert Texts("zh")("who.nobody_to_approve") in _label(window, "who_approval")


def test_f9_approves_nothing_and_a_scan_neither(desk: Desk) -> None:
    """A scanner that types ends with Enter: a code in the staff number sends no approval."""
    window, hands, recorder = _chosen(desk)
    hands.scan("EA473124829CN")
    assert recorder.of(ApproveExemption) == []
    window.clerk.who.exemption.password.setFocus()
    hands.scan("EA473124829CN")
    assert recorder.of(ApproveExemption) == []
    assert window.clerk.who.exemption.password.text() == ""
    hands.press(Key.Key_F9)
    assert len(recorder.of(Commit)) == 1


def test_the_reasons_stand_in_the_language_of_the_screen(desk: Desk) -> None:
    """They come from the rule data in both."""
    window, hands, _ = _chosen(desk)
    part = window.clerk.who.exemption
    assert "突发事件应急救援物资" in " ".join(label.text() for label in part.findChildren(QLabel))
    hands.press(Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert "Emergency relief goods" in " ".join(label.text() for label in part.findChildren(QLabel))
