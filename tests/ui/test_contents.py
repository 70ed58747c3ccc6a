"""Contents as they are typed: what the catalogue offers, what it finds, and the condition of Alt+9."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from core.commands import ConfirmCondition, Field, SenderKind, SetField
from core.errors import RuleFault
from core.view import CatalogueHit, FieldView, SenderFieldView, VisitView
from tests.ui.conftest import Desk, Seated
from tests.ui.typing import ALT, Key
from ui.clerk.finding import SIGNS
from ui.specimen_papers import BATTERY, GUN, HITS, SPIRITS
from ui.specimens import BASE, EMPTY, HALF, READY, WHO
from ui.text import LANGUAGES, Texts
from ui.window import MainWindow

pytestmark = pytest.mark.requirement("R26")

_CONTENTS = Field.CONTENTS.value


def _declared(text: str, *finding: CatalogueHit, missing: tuple[str, ...] = ()) -> VisitView:
    stands = {**READY.fields, Field.CONTENTS: FieldView(text, source="typed")}
    return replace(READY, fields=stands, finding=finding, missing=missing)


@pytest.fixture
def typing(seated: Seated) -> Desk:
    """An empty form with the focus in the contents, and one letter typed that the catalogue knows."""
    window, hands, recorder = seated(replace(BASE, visit=EMPTY))
    window.clerk.fields[Field.CONTENTS].entry.setFocus()
    hands.type("b")
    stands = {**EMPTY.fields, Field.CONTENTS: FieldView("b", source="typed")}
    window.show_view(replace(BASE, visit=replace(EMPTY, fields=stands, suggestions=HITS)))
    recorder.commands.clear()
    return window, hands, recorder


def _words(window: MainWindow) -> str:
    shown = [label for label in window.clerk.findChildren(QLabel) if label.isVisibleTo(window)]
    return "\n".join(label.text() for label in shown)


def test_the_list_stands_under_the_field_and_takes_no_focus(typing: Desk) -> None:
    """It covers none of the row that is typed in."""
    window, hands, _ = typing
    listed = window.clerk.suggestions
    assert listed.isVisible()
    assert hands.place == _CONTENTS
    field = window.clerk.fields[Field.CONTENTS]
    assert listed.mapToGlobal(listed.rect().topLeft()).y() >= field.mapToGlobal(field.rect().bottomLeft()).y()
    assert window.clerk.item_card.rect().contains(listed.geometry())


def test_each_line_says_what_is_done_in_colour_shape_and_word(typing: Desk) -> None:
    """Four actions: no tone with another's sign, every word there, the class where it is refused."""
    window, _, _ = typing
    texts, said = Texts("zh"), _words(window)
    assert len({sign for _, sign in SIGNS.values()}) == len(SIGNS)
    for hit in HITS:
        assert hit.name in said
        assert f"{SIGNS[hit.action][1]} {texts(f'action.{hit.action}')}" in said
    assert texts("suggestion.class", number=2) in said


def test_enter_goes_on_while_nothing_is_chosen(typing: Desk) -> None:
    """The list is never in the way."""
    window, hands, recorder = typing
    hands.press(Key.Key_Return)
    assert hands.place == Field.QUANTITY.value
    assert recorder.commands == []
    assert window.clerk.suggestions.isHidden()


def test_arrows_and_enter_take_one(typing: Desk) -> None:
    """What was chosen stands in the field and is sent, and the focus goes on."""
    window, hands, recorder = typing
    for key in (Key.Key_Down, Key.Key_Down, Key.Key_Down, Key.Key_Up, Key.Key_Return):
        hands.press(key)
    assert recorder.commands == [SetField(Field.CONTENTS, HITS[1].name)]
    assert window.clerk.fields[Field.CONTENTS].entry.text() == HITS[1].name
    assert hands.place == Field.QUANTITY.value
    assert window.clerk.suggestions.isHidden()


def test_what_has_to_be_refused_keeps_the_focus(typing: Desk) -> None:
    """The clerk stays where the reason stands."""
    _, hands, recorder = typing
    for _ in range(4):
        hands.press(Key.Key_Down)
    hands.press(Key.Key_Return)
    assert recorder.commands == [SetField(Field.CONTENTS, HITS[3].name)]
    assert hands.place == _CONTENTS


def test_escape_closes_the_list_first(typing: Desk) -> None:
    """Then nothing else has happened; the next letter brings it back."""
    window, hands, recorder = typing
    hands.press(Key.Key_Down)
    hands.press(Key.Key_Escape)
    assert window.clerk.suggestions.isHidden()
    assert hands.place == _CONTENTS
    assert recorder.commands == []
    hands.type("j")
    assert window.clerk.suggestions.isVisible()
    assert window.clerk.suggestions.chosen is None


def test_a_scan_into_the_field_takes_nothing(typing: Desk) -> None:
    """A code after an arrow key is typed text, as ever: the choice is gone with the first character."""
    window, hands, recorder = typing
    hands.press(Key.Key_Down)
    hands.scan("EA473124829CN")
    names = {hit.name for hit in HITS}
    assert not any(isinstance(sent, SetField) and sent.text in names for sent in recorder.commands)
    assert window.clerk.suggestions.isHidden()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_restricted_item_shows_its_condition_where_alt_9_confirms_it(seated: Seated, language: str) -> None:
    """Item, condition and key on one card; afterwards the line under the contents says that it is met."""
    window, hands, recorder = seated(
        replace(BASE, visit=_declared("白酒", SPIRITS, missing=("missing.condition",)))
    )
    window.set_language(language)
    said = _words(window)
    assert SPIRITS.name in said
    assert SPIRITS.condition[language] in said
    assert window.clerk.finding.condition.isVisible()
    hands.press(Key.Key_9, ALT)
    assert recorder.commands == [ConfirmCondition()]
    met = _declared("白酒", replace(SPIRITS, confirmed=True))
    window.show_view(replace(BASE, visit=met))
    assert window.clerk.preview.isVisible()
    assert f"✓ {Texts(language)('finding.confirmed', names=SPIRITS.name)}" in _words(window)


def test_one_of_two_conditions_open_keeps_the_card(seated: Seated) -> None:
    """Each condition once, both on the card until both are met."""
    both = (BATTERY, replace(SPIRITS, confirmed=True))
    window, _, _ = seated(replace(BASE, visit=_declared("充电宝、白酒", *both)))
    said = _words(window)
    assert BATTERY.condition["zh"] in said
    assert SPIRITS.condition["zh"] in said
    assert not window.clerk.finding.condition.chosen


def test_alt_9_without_a_condition_sends_nothing_and_says_so(desk: Desk) -> None:
    """There is nothing to confirm."""
    window, hands, recorder = desk
    hands.press(Key.Key_9, ALT)
    assert recorder.commands == []
    assert window.clerk.message.shown is not None
    assert window.clerk.message.shown.code == "msg.no_condition"


def test_alt_9_never_confirms_what_is_not_on_the_screen(seated: Seated) -> None:
    """With the card of the sender in its place it is shown first, and confirmed by the next press."""
    asked = replace(
        WHO[SenderKind.ORGANISATION],
        fields={name: SenderFieldView("") for name in WHO[SenderKind.ORGANISATION].fields},
    )
    visit = replace(_declared("白酒", SPIRITS, missing=("missing.sender",)), sender_kind=asked)
    window, hands, recorder = seated(replace(BASE, visit=visit))
    window.clerk.who.first().setFocus()
    window.show_view(replace(BASE, visit=visit))
    assert window.clerk.who.isVisible()
    hands.press(Key.Key_9, ALT)
    assert recorder.commands == []
    assert window.clerk.finding.isVisible()
    hands.press(Key.Key_9, ALT)
    assert recorder.commands == [ConfirmCondition()]


@pytest.mark.requirement("R17")
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_prohibited_names_item_and_class(qtbot: QtBot, seated: Seated, language: str) -> None:
    """The reason in words, what to do, no key that would confirm it; what is to be reported says so."""
    problem = FieldView("仿真枪", RuleFault.CONTENTS_PROHIBITED, {"item": "仿真枪", "number": 1}, "typed")
    visit = replace(
        HALF, fields={**HALF.fields, Field.CONTENTS: problem}, finding=(GUN,), missing=("problem.contents",)
    )
    window, _, _ = seated(replace(BASE, visit=visit))
    window.set_language(language)
    said, texts = _words(window), Texts(language)
    assert GUN.cls[language] in said
    assert texts("finding.report") in said
    assert texts.todo("finding.report") in said
    assert not window.clerk.finding.condition.isVisible()
