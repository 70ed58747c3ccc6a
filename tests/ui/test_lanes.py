"""Who sends, documents that are typed, the mode without a reader: by keys alone, and never by a scanner."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from core.commands import (
    CancelManual,
    Commit,
    FinishManual,
    KeepAsPrincipal,
    ManualCause,
    ManualField,
    Proof,
    SenderField,
    SenderKind,
    SetManualField,
    SetProof,
    SetSenderField,
    SetSenderKind,
    StartManual,
)
from core.second import AskReaderDown
from core.view import CounterView, ManualFieldView, ManualView, SenderFieldView, SenderKindView, VisitView
from tests.ui.conftest import Desk, Seated
from tests.ui.typing import ALT, Key
from ui.clerk.frame import Page, Side
from ui.specimen_late import SECOND
from ui.specimens import BASE, EMPTY, OFFERED, VIEWS, WHO
from ui.window import MainWindow

_LACKING = ("missing.sender",)


@pytest.fixture
def desk(seated: Seated) -> Desk:
    """An empty form, and kinds of documents that may be typed."""
    return seated(_view(replace(OFFERED, manual_offered=False)))


def _view(visit: VisitView, role: str = "clerk") -> CounterView:
    return replace(BASE, visit=visit, role=role)


def _show(window: MainWindow, visit: VisitView, role: str = "clerk") -> None:
    window.show_view(_view(visit, role))


@pytest.mark.parametrize("kind", SenderKind)
def test_alt_k_and_a_digit_choose_who_sends(desk: Desk, kind: SenderKind) -> None:
    """Every kind has its digit; the badge says which stands."""
    window, hands, recorder = desk
    hands.press(Key.Key_K, ALT)
    assert window.clerk.side is Side.CHOICES
    hands.press(Key(Key.Key_1.value + list(SenderKind).index(kind)))
    assert recorder.commands == [SetSenderKind(kind)]


def test_the_fields_of_the_kind_stand_while_they_are_lacking(desk: Desk) -> None:
    """Focus goes to the first, Enter to the next, every letter is sent; then the label's picture is back."""
    window, hands, recorder = desk
    names = (SenderField.ORGANISATION_NAME, SenderField.ORGANISATION_CODE)
    asked = SenderKindView(SenderKind.ORGANISATION, {name: SenderFieldView("") for name in names})
    hands.press(Key.Key_K, ALT)
    hands.press(Key.Key_2)
    _show(window, replace(EMPTY, sender_kind=asked, missing=_LACKING, revision=1))
    assert window.clerk.who.isVisible()
    assert hands.place == "who_organisation_name"
    hands.type("AB")
    hands.press(Key.Key_Return)
    assert hands.place == "who_organisation_code"
    hands.type("9")
    assert recorder.commands[1:] == [
        SetSenderField(names[0], "A"), SetSenderField(names[0], "AB"), SetSenderField(names[1], "9")
    ]  # fmt: skip
    window.clerk.fields[next(iter(window.clerk.fields))].entry.setFocus()
    held = replace(asked, fields={name: SenderFieldView("AB") for name in names})
    _show(window, replace(EMPTY, sender_kind=held, revision=1))
    assert window.clerk.preview.isVisible()


def _organisation(text: str, revision: int, missing: tuple[str, ...] = ()) -> VisitView:
    names = (SenderField.ORGANISATION_NAME, SenderField.ORGANISATION_CODE)
    kind = SenderKindView(SenderKind.ORGANISATION, {name: SenderFieldView(text) for name in names})
    return replace(EMPTY, sender_kind=kind, missing=missing, revision=revision)


def test_who_sends_can_be_changed_after_it_is_complete(desk: Desk) -> None:
    """Alt+K and the same digit open the card again, with the focus in it; it goes when the focus goes."""
    window, hands, recorder = desk
    _show(window, _organisation("AB", 1))
    assert window.clerk.preview.isVisible()
    hands.press(Key.Key_K, ALT)
    hands.press(Key.Key_2)
    assert recorder.commands == []  # the kind is not chosen anew: what stands in it is not lost
    assert window.clerk.who.isVisible()
    assert hands.place == "who_organisation_name"
    hands.type("C")
    assert recorder.commands == [SetSenderField(SenderField.ORGANISATION_NAME, "ABC")]
    _show(window, _organisation("ABC", 1))
    assert window.clerk.who.isVisible()
    for _ in range(2):
        hands.press(Key.Key_Return)
    assert not hands.place.startswith("who_")
    assert window.clerk.preview.isVisible()


def test_a_new_kind_puts_the_focus_into_its_card(desk: Desk) -> None:
    """Although an earlier field of the form is empty; the next customer finds the card closed."""
    window, hands, recorder = desk
    hands.press(Key.Key_K, ALT)
    hands.press(Key.Key_2)
    assert recorder.commands == [SetSenderKind(SenderKind.ORGANISATION)]
    _show(window, _organisation("", 1, _LACKING))
    assert hands.place == "who_organisation_name"
    _show(window, replace(EMPTY, revision=2))
    assert window.clerk.preview.isVisible()
    assert not hands.place.startswith("who_")


def test_an_agent_has_a_principal_and_a_proof(desk: Desk) -> None:
    """Alt+B and Alt+O with a digit; for anybody else these keys say so and send nothing."""
    window, hands, recorder = desk
    hands.press(Key.Key_B, ALT)
    hands.press(Key.Key_O, ALT)
    assert recorder.commands == []
    assert window.clerk.message.shown is not None
    assert window.clerk.message.shown.code == "msg.agents_only"
    _show(window, replace(EMPTY, sender_kind=WHO[SenderKind.AGENT], missing=_LACKING))
    hands.press(Key.Key_B, ALT)
    hands.press(Key.Key_O, ALT)
    hands.press(Key.Key_3)
    assert recorder.commands == [KeepAsPrincipal(), SetProof(Proof.GUARDIAN)]


@pytest.mark.parametrize("number", range(7))
def test_alt_m_offers_the_documents_without_a_chip(desk: Desk, number: int) -> None:
    """In the order of the rules."""
    _, hands, recorder = desk
    hands.press(Key.Key_M, ALT)
    hands.press(Key(Key.Key_1.value + number))
    assert recorder.commands == [StartManual(OFFERED.manual_kinds[number], ManualCause.NO_CHIP)]


def test_after_failed_reads_the_cards_are_offered_with_that_cause(desk: Desk) -> None:
    """One more question, whose kinds are those of the reader."""
    window, hands, recorder = desk
    _show(window, OFFERED)
    for key, modifiers in ((Key.Key_M, ALT), (Key.Key_1, None), (Key.Key_1, None)):
        hands.press(key, modifiers) if modifiers else hands.press(key)
    assert recorder.commands == [StartManual("resident", ManualCause.READER_FAILED)]


def test_in_the_approved_mode_the_cause_is_the_mode(desk: Desk) -> None:
    """What the view says stands in the command."""
    window, hands, recorder = desk
    _show(window, VIEWS["reader-down"].visit or EMPTY)
    hands.press(Key.Key_M, ALT)
    hands.press(Key.Key_1)
    hands.press(Key.Key_2)
    assert recorder.commands == [StartManual("hmt_resident", ManualCause.READER_DOWN)]


def test_the_mode_is_asked_for_with_a_reason(desk: Desk) -> None:
    """The ninth answer after failed reads, whoever stands here; it is nobody's to allow alone."""
    window, hands, recorder = desk
    for role in ("clerk", "supervisor"):
        window.show_view(replace(_view(OFFERED, role), second=SECOND))
        hands.press(Key.Key_M, ALT)
        hands.press(Key.Key_9)
        hands.press(Key.Key_2)
        assert recorder.commands == [AskReaderDown("reader_missing")]
        recorder.commands.clear()


def _lane(**texts: str) -> VisitView:
    names = (ManualField.NUMBER, ManualField.NUMBER_AGAIN, ManualField.NAME)
    fields = {name: ManualFieldView(texts.get(name.value, "")) for name in names}
    return replace(OFFERED, manual=ManualView("household", ManualCause.NO_CHIP, fields), revision=3)


def test_the_lane_is_walked_with_enter_and_ended_with_alt_f(desk: Desk) -> None:
    """Every letter is sent, Enter goes on and at the end stands at the button, F9 does nothing here."""
    window, hands, recorder = desk
    _show(window, _lane())
    assert (window.clerk.page, hands.place) == (Page.MANUAL, "manual_number")
    for text, place in (("1", "manual_number_again"), ("1", "manual_name"), ("A", "manual_finish")):
        hands.type(text)
        hands.press(Key.Key_Return)
        assert hands.place == place
    hands.press(Key.Key_F9)
    assert recorder.commands == [
        SetManualField(ManualField.NUMBER, "1"),
        SetManualField(ManualField.NUMBER_AGAIN, "1"),
        SetManualField(ManualField.NAME, "A"),
    ]
    hands.press(Key.Key_F, ALT)
    assert recorder.commands[3:] == [FinishManual()]
    _show(window, replace(EMPTY, revision=4))
    assert (window.clerk.page, hands.place) == (Page.FORM, "sender_name")
    assert not any(lane.entry.text() for lane in window.clerk.manual.fields.values())


def test_a_masked_number_is_typed_anew(desk: Desk) -> None:
    """Nobody mends stars: back in the field, the first key takes the place of what is shown."""
    window, hands, recorder = desk
    _show(window, _lane(number="110105********002X", number_again="1"))
    window.clerk.manual.fields[ManualField.NAME].entry.setFocus()
    window.clerk.manual.fields[ManualField.NUMBER].entry.setFocus()
    hands.type("5")
    assert recorder.commands == [SetManualField(ManualField.NUMBER, "5")]


def test_esc_asks_before_what_was_typed_is_lost(desk: Desk) -> None:
    """An empty lane is left at once."""
    window, hands, recorder = desk
    _show(window, _lane(name="A"))
    hands.press(Key.Key_Escape)
    assert (recorder.commands, window.clerk.side) == ([], Side.CHOICES)
    hands.press(Key.Key_1)
    assert recorder.commands == [CancelManual()]
    _show(window, EMPTY)
    _show(window, _lane())
    hands.press(Key.Key_Escape)
    assert recorder.commands == [CancelManual(), CancelManual()]


def test_enter_after_the_first_line_of_the_zone_stays_in_it(desk: Desk) -> None:
    """Readers of machine-readable zones send each line with Enter."""
    window, hands, recorder = desk
    _show(window, VIEWS["manual-zone"].visit or EMPTY)
    zone = window.clerk.manual.fields[ManualField.MRZ].entry
    zone.setFocus()
    zone.selectAll()
    hands.scan("P<UTO")
    assert (hands.place, zone.text()) == ("manual_mrz", "P<UTO ")
    hands.scan("L898")
    assert zone.text() == "P<UTO L898"
    assert hands.place == "manual_number_again"
    assert recorder.commands[-1] == SetManualField(ManualField.MRZ, "P<UTO L898")


def test_a_scan_neither_answers_nor_ends_anything(qtbot: QtBot, desk: Desk) -> None:
    """T14: digits of a code choose no kind; a burst on the buttons presses none."""
    window, hands, recorder = desk
    for opener in (Key.Key_K, Key.Key_M):
        hands.press(opener, ALT)
        hands.scan("1234512345")
        qtbot.wait(200)
        hands.press(Key.Key_Escape)
    assert recorder.commands == []
    _show(window, _lane(name="A"))
    for button in (window.clerk.manual.finish, window.clerk.manual.cancel):
        button.setFocus()
        hands.scan(" 1 2 3 ")
        qtbot.wait(200)
    _show(window, replace(EMPTY, sender_kind=WHO[SenderKind.AGENT], missing=_LACKING))
    for button in (window.clerk.who.principal, window.clerk.who.proof):
        button.setFocus()
        hands.scan(" 1 2 3 ")
        qtbot.wait(200)
    assert recorder.commands == []
    assert recorder.of(Commit) == []
