"""Numbered paper forms at the station: handed out, entered late by two, void, out; and what is refused."""

from __future__ import annotations

import datetime as dt

import pytest

from core import commands as c
from core.errors import StoreError, StoreFault
from core.ledger.clock import CHINA
from core.ledger.entry import parse_stamp
from core.paper_forms import AskVoidForm, DrawForms, HandOutForms, LeaveForm, NoteForm
from core.second import DecideRequest
from tests.core.station.desk import WAYBILLS, Counter
from tests.core.station.test_other_ways import RESIDENT, last, typed

pytestmark = pytest.mark.requirement("R9")


def local(counter: Counter, minutes: int = 0) -> str:
    """Month-day hour:minute, so many minutes from now."""
    at = counter.live.now().at.astimezone(CHINA) + dt.timedelta(minutes=minutes)
    return f"{at:%m-%d %H:%M}"


def handed_out(counter: Counter, count: int = 5) -> None:
    """A supervisor hands forms out, and the clerk comes back a little later."""
    counter.do(c.LogOut())
    counter.log_in("OP20001", "si-wu-liu")
    counter.do(HandOutForms(count))
    assert counter.message() == "msg.paper_handed"
    counter.do(c.LogOut())
    counter.log_in()


def decide(counter: Counter, *, approved: bool = True) -> None:
    (request,) = counter.shown().second.requests
    counter.do(DecideRequest(request.request, "OP20001", "si-wu-liu", approved=approved))


def copied(counter: Counter, waybill: str = WAYBILLS[0]) -> None:
    """What the paper says, F9 included."""
    typed(counter, "resident", c.ManualCause.PAPER_FORM, RESIDENT)
    counter.type(sender_name="证件样本", sender_phone="13800138000", sender_address="北京市朝阳区样本街道1号")
    counter.do(c.ConfirmOriginal(), c.AcknowledgeNotice(c.Acknowledgement.SPOKEN))
    counter.parcel(waybill)
    assert counter.visit().missing == ("missing.paper_ask",)
    counter.do(c.Commit())


def test_a_form_is_entered_late_by_two(counter: Counter) -> None:
    handed_out(counter)
    counter.do(c.StartManual("resident", c.ManualCause.PAPER_FORM))
    assert counter.message() == "rule.manual_not_offered"  # of no form a document is typed so
    written = local(counter)
    counter.do(NoteForm("no_power", f"2 {written}"))
    assert counter.message() == "msg.paper_noted"
    copied(counter)
    assert counter.message() == "msg.paper_compare"
    assert counter.visit().missing == ("missing.paper",)
    (asked,) = counter.shown().second.requests
    assert (asked.action, asked.where, asked.state) == ("paper_entry", "here", "waits")
    assert asked.about == f"000002 {written}"
    counter.do(c.Commit())  # nothing without her, and no second request
    assert counter.kinds().count("PaperFormEntered") == 1
    decide(counter)
    assert counter.message() == "msg.paper_compared"
    counter.type(recipient_phone="13900139022")  # her word was for what stood there
    counter.do(c.Commit())
    assert counter.message() == "msg.paper_compare"
    decide(counter)
    counter.do(c.Commit())
    assert counter.message() == "msg.accepted"
    assert counter.kinds()[-3:] == ["SenderVerified", "PaperFormTaken", "ItemAccepted"]
    entered, item = last(counter, "PaperFormEntered"), last(counter, "ItemAccepted")
    assert (entered.data["form"], entered.data["cause"]) == (2, "no_power")
    assert parse_stamp(entered.data["at"]) <= item.header.trusted.at  # the paper's time is data, no more
    assert item.data["by_hand"] == "paper_form"
    assert counter.printer.jobs[-1].label.paper.startswith("000002 ")
    view = counter.shown()
    assert view.last is not None
    assert view.last.paper.startswith("000002 ")
    assert [each[:2] for each in view.paper.out] == [("000001", "000001"), ("000003", "000005")]
    assert (view.paper.entered, view.today) == (1, 1)
    # The next item of the same customer is no form's, so her typed document does not carry it.
    counter.do(c.NextItem())
    counter.parcel(WAYBILLS[1])
    counter.do(c.Commit())
    assert counter.message() == "rule.paper_needed"
    counter.do(NoteForm("no_power", f"2 {local(counter)}"))
    assert counter.message() == "rule.paper_gone"  # the same number twice
    counter.do(c.CloseDay())
    counter.shown()
    assert counter.live.state.value["paper_forms"]["row"]["used"] == [
        [2, 2]
    ]  # what is out survives the close


def test_what_cannot_be_is_refused_and_loses_nothing(counter: Counter) -> None:
    handed_out(counter)
    terminal = counter.live.settings.terminal
    other = terminal[:-1] + ("1" if terminal[-1] != "1" else "2")
    counter.type(recipient_name="示例乙")
    for text, code in (
        ("", "rule.paper_typed"), ("12", "rule.paper_typed"), ("2 25:00", "rule.paper_typed"),
        ("2 02-30 10:00", "rule.paper_typed"), (f"9 {local(counter)}", "rule.paper_gone"),
        (f"{other}-000002 {local(counter)}", "rule.paper_elsewhere"),
        (f"{terminal}-000002 {local(counter, -60)}", "rule.paper_early"),
        (f"2 {(counter.live.now().at.astimezone(CHINA) + dt.timedelta(minutes=2)):%H:%M}",
         "rule.paper_future"),
    ):  # fmt: skip
        counter.do(NoteForm("no_power", text))
        assert counter.message() == code, text
    counter.do(NoteForm("weather", f"2 {local(counter)}"))
    assert counter.message() == "rule.approval_reason"
    counter.do(HandOutForms(5))
    assert counter.message() == "rule.role"
    assert counter.visit().fields[c.Field.RECIPIENT_NAME].text == "示例乙"
    counter.do(NoteForm("no_power", f"2 {local(counter)}"), LeaveForm())
    assert counter.shown().paper.standing == ""
    counter.do(AskVoidForm("spoiled", "0002"))
    assert counter.message() == "msg.request_asked"
    decide(counter)
    assert counter.message() == "msg.paper_voided"
    counter.do(NoteForm("no_power", f"2 {local(counter)}"))
    assert counter.message() == "rule.paper_gone"
    assert last(counter, "PaperFormVoided").data["form"] == 2


def test_cut_after_they_were_handed_out_no_number_comes_twice(counter: Counter) -> None:
    def cut(reached: str) -> None:
        if reached == "forms.handed_out":
            raise StoreError(StoreFault.IO)

    counter.do(c.LogOut())
    counter.log_in("OP20001", "si-wu-liu")
    counter.live.probe = cut
    counter.do(HandOutForms(5))
    counter.live.probe = counter.steps.append
    assert counter.message() == "store.io"
    counter.do(DrawForms())  # the window draws what is out
    assert counter.shown().paper.drawn == (1, ((1, 5),))
    counter.do(HandOutForms(10))
    assert counter.shown().paper.drawn == (2, ((6, 15),))
    counter.do(HandOutForms(50))
    assert counter.message() == "rule.paper_most"
    assert counter.shown().paper.count == 15
