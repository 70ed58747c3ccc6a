"""Specimens of what is a supervisor's: entries beside the chain, an item that was taken in, queries."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from core.access.second import Reason
from core.late import LateView
from core.second import RequestView, SecondView
from core.seeing import CaseMark, CaseView, LooksView
from core.view import CounterView, Message, Note
from ui.specimen_visits import HELD_FACTS, NOTED, item


def _at(day: int, hour: int, minute: int) -> dt.datetime:
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=dt.UTC)


_LOOKS = (
    LooksView("OP10001", "looks.hour", 61), LooksView("OP10002", "looks.elsewhere", 2),
    LooksView("OP10002", "looks.nothing", 24), LooksView("OP10002", "looks.night", 3),
)  # fmt: skip
_LATE = (
    LateView("bT3", "late", 1, 46, 12, 1, _at(20, 8, 41), _at(20, 9, 55)),
    LateView("cX9", "fork", 1, 9, 2, 0, _at(20, 10, 2), _at(20, 10, 14)),
)
_WAITS = Message("msg.late_waits", {"entries": 55, "items": 14}, "warning", 1)
TAKEN_IN = replace(
    item(97), seq=-1, waybill=item(51).waybill, accepted_at="2026-11-20 16:52",
    notes=(Note("note.late", {"epoch": 1}),),
)  # fmt: skip


_VOID = {
    "customer_withdrew": {"zh": "寄件人撤回交寄", "en": "The sender takes the item back"},
    "entered_wrongly": {"zh": "录入有误，需重新收寄", "en": "Entered wrongly, done again"},
    "accepted_twice": {"zh": "同一邮件重复收寄", "en": "One item accepted twice"},
    "not_inspected": {"zh": "未能完成验视或安检", "en": "Inspection or check not done"},
}


def _asked(name: str, why: str, by: str, about: int, until: dt.datetime, state: str) -> RequestView:
    mine = by == "OP10001"
    return RequestView(name, "void", _VOID[why], by, f"{about:06d}", until, state, mine, about)


_UNEXPLAINED = {"zh": "原因待查", "en": "Not explained yet"}
_REQUESTS = (
    _asked("r1", "customer_withdrew", "OP10001", 127, _at(22, 2, 5), "waits"),
    _asked("r2", "accepted_twice", "OP10002", 119, _at(23, 8, 41), "signs"),
    _asked("r3", "entered_wrongly", "OP10001", 124, _at(23, 9, 2), "ready"),
    RequestView("r4", "difference", _UNEXPLAINED, "OP10002", "", _at(24, 9, 30), "ready", mine=False),
)
DOWN = {
    "reader_broken": {"zh": "阅读器损坏，已报修", "en": "The reader is broken, reported"},
    "reader_missing": {"zh": "没有备用阅读器", "en": "No spare reader is here"},
    "reader_refuses": {"zh": "阅读器不能读出多张证件", "en": "It refuses many documents"},
}
SECOND = SecondView(_REQUESTS, _VOID, {"wait": 24, "countersign": 72}, DOWN)
_MORE = (
    RequestView("r5", "typed", {}, "OP10001", "000128", _at(22, 9, 0), "signs", mine=True, subject=209),
    RequestView("r6", "propose_block", {}, "OP10001", "000121", _at(23, 9, 5), "waits", mine=True),
    RequestView("r7", "disclose", {}, "OP10001", "000119", _at(23, 9, 7), "waits", mine=True),
    RequestView("r8", "reader_down", {}, "OP10001", "", _at(24, 9, 30), "ready", mine=True),
)  # fmt: skip
MANY = replace(SECOND, requests=(*_REQUESTS[1:], *_MORE))
_VOIDED = replace(item(126), label="voided")


def second_views(base: CounterView) -> dict[str, CounterView]:
    """Requests that wait for a second person, told to a supervisor; an item that is void."""
    told = Message("msg.requests_wait", {"count": 2}, "warning", 1)
    return {
        "second": replace(base, second=SECOND, last=item(128)),
        "second-told": replace(base, role="supervisor", operator="OP10009", second=SECOND, message=told),
        "second-voided": replace(
            base,
            second=SECOND,
            found=(item(128), _VOIDED, item(125)),
            found_by="text",
            message=Message("msg.item_voided_unsigned", {"number": "000126"}, "good", 1),
        ),
    }


def told_views(base: CounterView) -> dict[str, CounterView]:
    """Everything here."""
    return {**late_views(base), **second_views(base)}


def late_views(base: CounterView) -> dict[str, CounterView]:
    """For a supervisor, for a clerk, and found by F3 afterwards; and what she is told of queries."""
    return {
        "late": replace(base, role="supervisor", operator="OP10009", late=_LATE, message=_WAITS),
        "late-clerk": replace(base, late=_LATE, message=_WAITS),
        "look-up-told": replace(
            base,
            role="supervisor",
            operator="OP10009",
            found=(item(128),),
            found_by="text",
            looks=_LOOKS,
            message=Message("msg.looks_told", {"count": 2}, "warning", 1),
        ),
        "waybill-held": replace(
            base, found=NOTED, noted=3, message=Message("msg.waybill_held", HELD_FACTS, "warning", 1)
        ),
        "late-found": replace(base, found=(item(97), TAKEN_IN), found_by="text"),
    }


_CASE = CaseView(
    128, "000128", "complaint", "recipient", shown=True, name="示例乙", phone="13900139021",
    address="上海市浦东新区世纪大道100号2楼", seconds=30, mark="OP10001 520100-01-03 2026-11-21 14:26",
    serial=2,
)  # fmt: skip
_REASONS = tuple(
    Reason(code, {"zh": zh, "en": en})
    for code, zh, en in (
        ("customer_asks", "寄件人本人查询", "The sender herself asks"),
        ("complaint", "处理投诉", "A complaint is handled"),
    )
)


def case_views(base: CounterView) -> dict[str, CounterView]:
    """An item's case: in the list, being typed, seen."""
    mark = CaseMark("complaint", "recipient", "2026-12-21")
    found = replace(
        base, found=tuple(item(seq) for seq in range(128, 120, -1)),
        cases={128: mark, 126: replace(mark, asked=True)},
        case_reasons=_REASONS, case_seconds=30,
    )  # fmt: skip
    typing = CaseView(127, "000127", "hold", "sender", serial=1)
    return {
        "case-list": found,
        "case-approved": replace(found, cases={128: replace(mark, approved=True)}),
        "case-typing": replace(found, case=typing),
        "case-shown": replace(found, case=_CASE),
    }
