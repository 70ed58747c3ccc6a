"""Route and security check: what the route means is said, and only what the rule allows is offered."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel, QWidget

from core.commands import Route, Security, SetSecurity
from core.view import VisitView
from tests.ui.conftest import Desk, Seated
from tests.ui.typing import ALT, Key
from ui.clerk.form import NOT_REQUIRED
from ui.clerk.frame import Side
from ui.specimens import BASE, CENTRES, READY
from ui.text import Texts
from ui.window import MainWindow

pytestmark = pytest.mark.requirement("R25", "R27")


def _note(window: MainWindow, name: str) -> str:
    label = window.clerk.findChild(QLabel, name)
    return label.text() if label.isVisible() else ""


@pytest.mark.parametrize(
    ("route", "required", "code"),
    [
        (Route.AIR, True, "security_rule.air"),
        (Route.RAIL, True, "security_rule.rail"),
        (Route.LAND, True, "security_rule.region"),
        (Route.LAND, False, "security_rule.open"),
        (Route.AIR, False, "security_rule.open"),  # where an enterprise's rule says otherwise
    ],
)
def test_what_the_route_means_is_said(seated: Seated, route: Route, required: bool, code: str) -> None:
    """In words and shape; "not required" stands only where the rule allows it."""
    window, _, _ = seated(replace(BASE, visit=replace(READY, route=route, security_required=required)))
    assert _note(window, "route_badge") == f"{'▲' if required else '○'} {Texts('zh')(code)}"
    button = window.clerk.findChild(QWidget, NOT_REQUIRED)
    assert button.isVisible() is not required
    chosen = {name for name, each in window.clerk.item_card.buttons.items() if each.chosen}
    assert {name for name in chosen if name.startswith("route_")} == {f"route_{route.value}"}


def test_the_key_of_what_is_not_offered_sends_nothing(seated: Seated) -> None:
    """And says why."""
    window, hands, recorder = seated(
        replace(BASE, visit=replace(READY, route=Route.AIR, security_required=True))
    )
    hands.press(Key.Key_0, ALT)
    assert recorder.commands == []
    assert window.clerk.message.shown is not None
    assert window.clerk.message.shown.code == "rule.security_required"


def _many(count: int) -> VisitView:
    return replace(READY, centres={f"c{number}": f"示例中心{number}" for number in range(count)})


def test_one_centre_is_named_without_a_question(seated: Seated) -> None:
    """Alt+4 and done."""
    _, hands, recorder = seated(replace(BASE, visit=_many(1)))
    hands.press(Key.Key_4, ALT)
    assert recorder.commands == [SetSecurity(Security.CENTRE, "c0")]


@pytest.mark.parametrize(("count", "digits", "centre"), [(3, "2", "c1"), (9, "9", "c8"), (12, "93", "c10")])
def test_of_several_centres_one_is_chosen_by_digit(
    seated: Seated, count: int, digits: str, centre: str
) -> None:
    """Nine on a page; more of them behind the ninth."""
    window, hands, recorder = seated(replace(BASE, visit=_many(count)))
    hands.press(Key.Key_4, ALT)
    assert window.clerk.side is Side.CHOICES
    for digit in digits:
        hands.press(Key(ord(digit)))
    assert recorder.commands == [SetSecurity(Security.CENTRE, centre)]


def test_the_chosen_centre_stands_by_its_name(seated: Seated) -> None:
    """Not by its code."""
    window, _, _ = seated(replace(BASE, visit=CENTRES))
    assert CENTRES.centres[CENTRES.centre] in _note(window, "security_line")


def test_checked_is_printed_for_here_alone(desk: Desk) -> None:
    """What each choice puts on the label is said beside it."""
    window, _, _ = desk
    for chosen in Security:
        window.show_view(replace(BASE, visit=replace(CENTRES, security=chosen)))
        note = _note(window, "security_line")
        assert ("已安检" in note) is (chosen is Security.HERE)
