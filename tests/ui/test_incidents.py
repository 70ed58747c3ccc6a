"""An incident by keys, from Ctrl+I to the report: the real window over the real station."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.test_visits import Seat, seat
from tests.ui.typing import CONTROL, Key
from ui.clerk.frame import Side

__all__ = ["seat"]
pytestmark = pytest.mark.requirement("R94", "R95")


def _ask(seat: Seat, *digits: Key) -> None:
    """Ctrl+I, and its answers."""
    seat.wait(lambda: seat.window.clerk.side is not Side.CHOICES)
    seat.hands.press(Key.Key_I, CONTROL)
    for digit in digits:
        seat.wait(lambda: seat.window.clerk.side is Side.CHOICES)
        seat.hands.press(digit)


def test_the_plan_begins_with_one_key_and_ends_in_a_file(seat: Seat, tmp_path: Path) -> None:
    """Two digits start it, in the middle of a form; what was found is four answers, the last one typed."""
    seat.window.forms_folder = lambda: tmp_path
    _ask(seat, Key.Key_1, Key.Key_3)
    seat.said("msg.incident_opened")
    assert seat.counter.kinds()[-1] == "IncidentOpened"
    _ask(seat, Key.Key_2, Key.Key_1, Key.Key_1, Key.Key_1)
    seat.said("msg.incident_noted")
    _ask(seat, Key.Key_2, Key.Key_2, Key.Key_1, Key.Key_1, Key.Key_2)
    seat.wait(lambda: seat.hands.place == "correct_figures")
    seat.hands.type("12")
    seat.hands.press(Key.Key_Return)
    seat.wait(lambda: seat.counter.kinds()[-1] == "IncidentAssessed")
    assert seat.counter.vault.journal.rows[-1].data["persons"] == 12
    _ask(seat, Key.Key_2, Key.Key_4)
    seat.said("msg.report_written")
    (report,) = tmp_path.glob("incident-*.pdf")
    assert report.read_bytes().startswith(b"%PDF")
