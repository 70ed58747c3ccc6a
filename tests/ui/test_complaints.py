"""Complaints by keys, from F11 to the answer: the real window over the real station."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtWidgets import QLabel

from core import commands as c
from core.devices import ComplaintRecord
from tests.core.station.desk import WAYBILLS
from tests.ui.test_visits import Seat, seat
from tests.ui.typing import Key
from ui.clerk.complaint import left_of
from ui.clerk.frame import Page, Side
from ui.clerk.questions import close_question
from ui.specimens import VIEWS
from ui.text import Texts

__all__ = ["seat"]
pytestmark = pytest.mark.requirement("R96", "R98", "R99", "R102", "R103")


def _answer(seat: Seat, *digits: Key) -> None:
    for digit in digits:
        seat.wait(lambda: seat.window.clerk.side is Side.CHOICES)
        seat.hands.press(digit)


def _type(seat: Seat, *texts: str) -> None:
    seat.wait(lambda: seat.hands.place == "complaint_name")
    for text in texts:
        seat.hands.type(text)
        seat.hands.press(Key.Key_Return)


def test_one_is_taken_and_answered_and_objected_to(seat: Seat) -> None:
    """At the form it is about no item, and its page is that of F3; Esc asks before it throws away."""
    clerk = seat.window.clerk
    seat.hands.press(Key.Key_F11)
    _answer(seat, Key.Key_1, Key.Key_1, Key.Key_1, Key.Key_1)
    seat.wait(lambda: clerk.page is Page.LOOK_UP)
    _type(seat, "示例丙", "13700137009")
    seat.hands.press(Key.Key_Escape)
    seat.wait(lambda: clerk.side is Side.CHOICES)
    seat.hands.press(Key.Key_Escape)
    seat.wait(lambda: clerk.side is not Side.CHOICES)
    assert [entry.text() for entry in clerk.look_up.complaint.entries] == ["示例丙", "13700137009", "", ""]
    clerk.look_up.complaint.entries[2].setFocus()
    for text in ("", "说了三次才办理"):
        seat.hands.type(text)
        seat.hands.press(Key.Key_Return)
    assert seat.hands.place == "complaint_words"  # Enter in the last field files nothing
    assert not any(kind.startswith("Complaint") for kind in seat.counter.kinds())
    free = threading.Event()
    seat.counter.station._enqueue(lambda: free.wait(10))  # the station is at something else
    seat.hands.press(Key.Key_F9)
    seat.hands.press(Key.Key_F9)  # a tired hand: the second one waits for the first one's answer
    free.set()
    seat.wait(lambda: seat.counter.message() == "msg.complaint_opened")
    assert seat.counter.kinds().count("ComplaintOpened") == 1
    seat.wait(lambda: not any(entry.text() for entry in clerk.look_up.complaint.entries))
    seat.hands.press(Key.Key_F11)
    _answer(seat, Key.Key_2, Key.Key_1, Key.Key_1)
    seat.said("msg.complaint_contacted")
    seat.hands.press(Key.Key_F11)
    _answer(seat, Key.Key_2, Key.Key_3, Key.Key_1)
    seat.wait(lambda: clerk.choices.asks == "complaint_text")
    read = clerk.choices.findChild(QLabel, "choice_lines").text()
    assert "道歉" in read
    assert "ComplaintAnswered" not in seat.counter.kinds()
    seat.hands.press(Key.Key_1)
    seat.said("msg.complaint_answered")
    (paper,) = [
        job.page.text
        for job in seat.counter.printer.jobs
        if isinstance(job.page, ComplaintRecord) and job.page.text
    ]
    assert paper in read
    seat.hands.press(Key.Key_F11)
    _answer(seat, Key.Key_2, Key.Key_1, Key.Key_1, Key.Key_1)
    _type(seat, "", "", "", "还是不满意")
    seat.hands.press(Key.Key_F9)
    seat.said("msg.complaint_unreachable")
    assert seat.counter.kinds()[-1] == "ComplaintReopened"


def test_one_about_an_item_is_paid_for(seat: Seat) -> None:
    """The item that is chosen among those found; the list says what is due; the amount is typed."""
    seat.counter.sender()
    seat.counter.parcel(WAYBILLS[0])
    seat.counter.do(c.Commit())
    seat.said("msg.accepted")
    seat.hands.press(Key.Key_F3)
    seat.wait(lambda: seat.window.clerk.look_up.chosen is not None)
    seat.hands.press(Key.Key_F11)
    _answer(seat, Key.Key_1, Key.Key_2, Key.Key_2, Key.Key_2, Key.Key_2)
    _type(seat, "示例乙", "13900139021", "", "")
    seat.hands.press(Key.Key_F9)
    seat.said("msg.complaint_opened")
    seat.wait(lambda: seat.window.clerk.look_up.chosen is not None)
    seat.hands.press(Key.Key_F11)
    _answer(seat, Key.Key_3, Key.Key_3, Key.Key_1)
    seat.wait(lambda: seat.hands.place == "correct_figures")
    seat.hands.type("25.5")
    seat.hands.press(Key.Key_Return)
    seat.said("msg.complaint_answered")
    entry = seat.counter.vault.journal.rows[-2]
    assert (entry.header.kind, entry.data["cents"]) == ("ComplaintAnswered", 2550)


def test_what_is_left_of_a_clock() -> None:
    texts = Texts("zh")
    said = [left_of(minutes, texts) for minutes in (0, 61, -61, 48 * 60, 8421)]
    assert said == ["0 小时 0 分", "1 小时 1 分", "1 小时 1 分", "2 天 0 小时", "5 天 20 小时"]


def test_the_day_close_names_what_is_overdue_and_closes_all_the_same() -> None:
    asked = close_question(VIEWS["complaint-list"], "zh")
    named = [(code, facts.get("reference", facts.get("count"))) for code, facts in asked.lines]
    assert named[-2:] == [("line.complaint_contact_overdue", "88"), ("line.complaints_open", 2)]
    assert [answer.then for answer in asked.answers] == [c.CloseDay()]
