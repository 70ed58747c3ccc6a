"""The day close by keys, in the real window over the real station (T8, T24)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from core import commands as c
from core.devices import Label, PrintOutcome
from core.errors import CounterError
from core.inspection import InspectionPage
from core.manifest import ManifestPage
from core.slips import SlipPage
from tests.core.station.desk import WAYBILLS
from tests.ui.conftest import Desk
from tests.ui.test_visits import Seat, seat
from tests.ui.typing import ALT, Key
from ui.clerk.frame import Page, Side
from ui.specimen_close import CLOSE
from ui.specimens import BASE

pytestmark = pytest.mark.requirement("T8", "T24")

__all__ = ["seat"]


def _sign(seat: Seat) -> None:
    seat.wait(lambda: seat.hands.place == "second_approver")
    seat.hands.type("OP20001")
    seat.hands.press(Key.Key_Return)
    seat.hands.type("si-wu-liu")
    seat.hands.press(Key.Key_Return)


def _press(seat: Seat, *digits: Qt.Key) -> None:
    for digit in digits:
        seat.wait(lambda: seat.window.clerk.side is Side.CHOICES)
        seat.hands.press(digit)


class _Files:
    """Where slips would be written."""

    def __init__(self) -> None:
        self.asked: list[tuple[SlipPage | InspectionPage | ManifestPage, str]] = []

    def begin(
        self,
        page: SlipPage | InspectionPage | ManifestPage,
        place: str,
        language: str,
        done: Callable[[str | CounterError], None],
    ) -> None:
        """At once."""
        self.asked.append((page, place))
        done(f"/export/{language}.pdf")


@pytest.fixture
def day(seat: Seat) -> Seat:
    """Two items: of one nobody knows whether its label came out, the other's was not scanned back."""
    counter = seat.counter
    counter.sender()
    for place in range(2):
        if place:
            counter.do(c.NextItem())
        counter.parcel(WAYBILLS[place])
        counter.do(c.Commit())
        labels = [job for job in counter.paper(2 * place + 1) if isinstance(job.page, Label)]
        outcome = PrintOutcome.PRINTED if place else PrintOutcome.UNKNOWN
        counter.print(labels[place], outcome, "device.gone")
    seat.hands.press(Key.Key_D, ALT)
    seat.wait(lambda: seat.window.clerk.page is Page.CLOSE and seat.hands.place == "close_page")
    return seat


def test_explained_disputed_and_signed(day: Seat) -> None:
    """Every key of the page, to the verdict; what is typed beside it reaches no field of the form."""
    hands, page, counter = day.hands, day.window.clerk.close_page, day.counter
    assert [row.state for row in page.view.differences] == ["open", "open"]
    hands.press(Key.Key_1)
    _press(day, Key.Key_1, Key.Key_1)
    _sign(day)
    day.said("msg.difference_explained")
    day.wait(lambda: day.window.clerk.side is Side.USUAL and hands.place == "close_page")
    assert page.chosen is not None
    assert page.chosen.state == "open"  # the next one moved up to where the choice stands
    hands.press(Key.Key_3)
    _press(day, Key.Key_2)
    day.said("msg.difference_disputed")
    day.wait(lambda: page.view is not None and page.view.left == 0)
    hands.press(Key.Key_F9)
    _press(day, Key.Key_1)
    day.said("msg.day_closed")
    kinds = counter.kinds()
    words = ("DifferenceExplained", "DifferenceDisputed", "DayClosed")
    assert [kinds.count(kind) for kind in words] == [1, 1, 1]
    assert page.view is not None
    assert page.view.closed
    hands.press(Key.Key_F6)
    day.said("msg.slip_sent")
    counter.print(next(job for job in counter.printer.jobs if isinstance(job.page, SlipPage)))
    day.said("msg.slip_printed")
    hands.press(Key.Key_F6)  # once more is a copy: asked first
    day.wait(lambda: day.window.clerk.side is Side.CHOICES)
    hands.press(Key.Key_Escape)
    day.wait(lambda: hands.place == "close_page")
    files = counter.live.slip_files = _Files()
    hands.press(Key.Key_F7)
    _press(day, Key.Key_1)
    day.said("msg.slip_written")
    [(slip, place)] = files.asked
    assert isinstance(slip, SlipPage)
    assert (slip.copy, place) == (1, "folder")
    hands.press(Key.Key_F8)
    _press(day, Key.Key_1)
    day.wait(lambda: len(files.asked) == 2)
    pack, _ = files.asked[1]
    assert isinstance(pack, InspectionPage)
    assert pack.slip.accepted == 2
    hands.press(Key.Key_Escape)
    day.wait(lambda: day.window.clerk.page is Page.FORM)


def test_leaving_at_every_step_changes_nothing(day: Seat) -> None:
    """T8: Esc in each question and on the page, then the same again from the beginning."""
    hands, clerk, kinds = day.hands, day.window.clerk, day.counter.kinds()
    for opener, *answers in ((Key.Key_1,), (Key.Key_1, Key.Key_1), (Key.Key_2,), (Key.Key_3,), (Key.Key_F9,)):
        hands.press(opener)
        _press(day, *answers)
        day.wait(lambda: clerk.side is Side.CHOICES)
        hands.press(Key.Key_Escape)
        day.wait(lambda: clerk.side is Side.USUAL and hands.place == "close_page")
    hands.press(Key.Key_Escape)
    day.wait(lambda: clerk.page is Page.FORM)
    assert day.counter.kinds() == kinds
    hands.press(Key.Key_D, ALT)
    day.wait(lambda: clerk.page is Page.CLOSE)
    assert day.counter.kinds() == kinds


def test_put_right_it_leaves_the_list(day: Seat) -> None:
    page = day.window.clerk.close_page
    while "label_unknown" not in page.chosen.kinds:
        day.hands.press(Key.Key_Down)
    item = page.chosen.item
    day.hands.press(Key.Key_2)
    _press(day, Key.Key_1)
    day.wait(lambda: all("label_unknown" not in row.kinds for row in page.view.differences))
    assert next(row.kinds for row in page.view.differences if row.item == item)[0] == "not_affixed"


def test_what_is_not_whole_cannot_be_signed(desk: Desk) -> None:
    """T7: F9 names the missing entry and asks nothing."""
    window, hands, recorder = desk
    window.show_view(replace(BASE, close=replace(CLOSE, fault="rule.day_incomplete", facts={"seq": 4711})))
    hands.press(Key.Key_F9)
    assert (window.clerk.message.shown.code, window.clerk.side) == ("rule.day_incomplete", Side.USUAL)
    assert recorder.commands == []


def test_behind_the_lock_nothing_of_it_stays(desk: Desk) -> None:
    window, _, _ = desk
    window.show_view(replace(BASE, close=CLOSE))
    assert window.clerk.page is Page.CLOSE
    window.clerk.clear()
    assert (window.clerk.close_page.view, window.clerk.page) == (None, Page.FORM)
