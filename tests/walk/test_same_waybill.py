"""T4 and T23 as clerks meet them: two counters of one branch, a real headquarters, the same waybill."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from core import commands as c
from core.devices import CardRead, CodeScanned, Slot
from core.view import CounterView, Screen
from hq.claims import list_contests
from hq.database import Database
from hq.reviews import list_reviews, return_entry
from tests.core.station.desk import WAYBILLS, card
from tests.walk.branch import Branch, Desk

pytestmark = pytest.mark.requirement("T4", "T23")

HERE, THERE = "990100-01-03", "990100-01-04"
CLERK, OTHER = "OP10001", "OP20001"


def accept(desk: Desk, waybill: str) -> None:
    """One item of a resident with this waybill, committed."""
    desk.do(c.NextCustomer())
    desk.terminal.station.device_event(CardRead(Slot.ID_READER, card(read=f"r-{waybill}")))
    desk.do(c.SetField(c.Field.SENDER_PHONE, "13800138000"))
    desk.do(c.SetField(c.Field.SENDER_ADDRESS, "北京市朝阳区样本街道1号"))
    desk.do(c.ConfirmOriginal())
    desk.do(c.AcknowledgeNotice(c.Acknowledgement.SPOKEN))
    desk.terminal.station.device_event(CodeScanned(Slot.SCANNER, waybill, "]C0"))
    texts = {"contents": "衣物", "quantity": "1", "weight": "1.284", "recipient_name": "示例乙"}
    texts |= {"recipient_phone": "13900139021", "recipient_address": "上海市浦东新区世纪大道100号2楼"}
    for name, text in texts.items():
        desk.do(c.SetField(c.Field(name), text))
    desk.do(c.ConfirmInspected())
    desk.do(c.SetSecurity(c.Security.HERE))
    assert desk.do(c.Commit()) is None
    desk.until("accepted", lambda view: view.today == len(desk.entries("ItemAccepted")))


def said(view: CounterView, code: str) -> bool:
    return view.message is not None and view.message.code == code


def test_the_later_counter_is_told_who_and_when_and_returned_items_come_back(tmp_path: Path) -> None:
    with Branch(tmp_path) as branch, closing(Database(branch.hq.database)) as database:
        branch.enrol(HERE, CLERK, branch.operator(CLERK, "clerk"))
        branch.enrol(THERE, OTHER, branch.operator(OTHER, "supervisor"))
        with branch.open(HERE) as first, branch.open(THERE) as second:
            for desk, operator in ((first, CLERK), (second, OTHER)):
                assert desk.log_in(operator) is None
                desk.until("its time is told", lambda view: view.time_confirmed)
            accept(first, WAYBILLS[0])
            accept(second, WAYBILLS[1])
            accept(second, WAYBILLS[0])
            view = second.until("who has it", lambda view: said(view, "msg.waybill_held"))
            assert view.message is not None
            assert dict(view.message.facts) | {"when": ""} == {
                "number": "000002", "terminal": HERE, "operator": CLERK, "when": "",
            }  # fmt: skip
            second.do(c.LookUp(""))
            view = second.until("the list", lambda view: view.found is not None)
            assert view.found is not None
            # It stands before the newest; both attempts are there.
            assert [(item.number.split(" ")[-1], len(item.notes)) for item in view.found] == [
                ("000002", 1), ("000001", 0),
            ]  # fmt: skip
            assert view.found[0].notes[0].facts["number"] == "000001"
            (lost,) = list_contests(database)
            assert (lost["terminal"], lost["winner_terminal"]) == (THERE, HERE)
            item = first.entries("ItemAccepted")[0].header.seq
            return_entry(database, HERE, item, "recipient")
            view = first.until("returned", lambda view: said(view, "msg.returned"))
            assert view.message is not None
            assert dict(view.message.facts) == {"number": "000001", "review": "recipient"}
            # What is on a counter's list is on headquarters', and is there after a new start.
            for name, desk in ((HERE, first), (THERE, second)):
                listed, held = len(list_reviews(database, name)), len(list_contests(database, name))
                assert desk.until("counted", lambda view: view.noted > 0).noted == listed + held == 1
            locked_out_where_she_was_first(first, second)
        with branch.open(THERE) as desk:
            assert desk.log_in(OTHER) is None
            desk.until("still known", lambda view: view.noted == 1)


def locked_out_where_she_was_first(first: Desk, second: Desk) -> None:
    """T5: she logs in at the other counter without a word at hers, which locks and says who and where."""
    second.do(c.NextCustomer())
    second.do(c.Lock())
    assert second.log_in(CLERK, OTHER) is None
    view = first.until("locked", lambda view: said(view, "msg.session_elsewhere"))
    assert view.screen is Screen.LOCKED
    assert view.message is not None
    assert dict(view.message.facts) | {"when": ""} == {"operator": CLERK, "terminal": THERE, "when": ""}
    assert first.entries("OperatorLocked")[-1].data["cause"] == "elsewhere"
    view = second.until("told", lambda view: said(view, "msg.session_double"))
    assert view.screen is Screen.CLERK
