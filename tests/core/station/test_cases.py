"""Cases at the station: taken again, approved by a second person, seen for seconds, gone at the next act."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import replace

import pytest

from core import commands as c
from core.devices import CodeScanned, Slot
from core.errors import StoreError, StoreFault
from core.ledger.requests import Decision
from core.seeing import AskToSee, BeginCase, CaseView, CloseCase, LeaveCase, OpenCase, ShowCase
from core.station import requests
from core.view import CounterView
from tests.core.station.desk import RULES, WAYBILLS, Counter

pytestmark = pytest.mark.requirement("R65", "R66", "R67", "R69")

NAME, PHONE, ADDRESS = "示例乙", "13900139021", "上海市浦东新区世纪大道100号2楼"
TYPED = OpenCase(NAME, PHONE, ADDRESS)


@pytest.fixture
def counter(counter: Counter) -> Counter:
    """One item; it is looked up."""
    counter.look_up_one()
    return counter


def item(counter: Counter) -> int:
    return min(counter.vault.journal.records)


def opened(counter: Counter) -> CounterView:
    return counter.do(BeginCase(item(counter), "complaint", "recipient"), TYPED)


def approve(counter: Counter) -> None:
    """The supervisor beside her, on the station's own thread."""
    live = counter.live
    (name,) = live.state.value["requests"]
    counter.station._enqueue(
        lambda: requests.decide(live, name, "OP20001", "si-wu-liu", Decision.APPROVED)
    ).result(10)


def approved(counter: Counter) -> CounterView:
    """An open case that may be seen."""
    opened(counter)
    counter.do(AskToSee(item(counter), "complaint"))
    approve(counter)
    return counter.shown()


def seen(counter: Counter) -> int:
    return counter.kinds().count("CaseShown")


def test_it_is_taken_again_and_only_asked_for(counter: Counter) -> None:
    view = counter.do(BeginCase(item(counter), "complaint", "recipient"))
    assert view.case is not None
    assert (view.case.shown, view.case.number) == (False, "000001")
    counter.do(OpenCase("", PHONE, ""))
    assert counter.message() == "rule.case_empty"
    counter.do(OpenCase("示" * 51, PHONE, ""))
    assert counter.message() == "rule.case_long"
    view = counter.do(TYPED)
    assert (view.case, counter.message()) == (None, "msg.case_opened")
    mark = view.cases[item(counter)]
    assert (mark.cause, mark.party, mark.until, mark.approved) == (
        "complaint",
        "recipient",
        "2026-12-21",
        False,
    )
    counter.do(ShowCase(item(counter)))
    assert (seen(counter), counter.message()) == (0, "rule.approval_needed")
    bodies = b"".join(entry.body for entry in counter.vault.journal.rows)
    assert not any(text.encode() in bodies for text in (NAME, PHONE, ADDRESS))
    counter.do(BeginCase(item(counter), "hold", "sender"))
    assert counter.message() == "rule.case_open"


def test_of_no_item_that_the_look_up_does_not_show(counter: Counter) -> None:
    counter.do(c.LookUp("2"), BeginCase(item(counter), "complaint", "recipient"))
    assert (counter.message(), counter.views[-1].case) == ("rule.not_allowed", None)


def test_seen_for_a_purpose_with_who_where_and_when_across_it(counter: Counter) -> None:
    view = approved(counter)
    assert view.cases[item(counter)].approved
    view = counter.do(ShowCase(item(counter)))
    assert view.case == CaseView(
        item(counter), "000001", "complaint", "recipient", shown=True, name=NAME, phone=PHONE,
        address=ADDRESS, seconds=30, mark="OP10001 990100-01-03 2026-11-21 14:00", serial=2,
    )  # fmt: skip
    (entry,) = [each for each in counter.vault.journal.rows if each.header.kind == "CaseShown"]
    assert (entry.data["purpose"], entry.data["seconds"]) == ("complaint", 30)
    assert (entry.header.actor.id, PHONE in repr(view)) == ("OP10001", False)
    counter.do(ShowCase(item(counter)))  # one approval is one look
    assert (seen(counter), counter.message(), counter.views[-1].case) == (1, "rule.approval_needed", None)


@pytest.mark.parametrize("how", ["act", "scan", "lock", "escape", "seconds"])
def test_gone_at_the_next_act_at_lock_and_when_its_seconds_are_over(counter: Counter, how: str) -> None:
    approved(counter)
    assert counter.do(ShowCase(item(counter))).case is not None
    cases = counter.station._lookups.cases
    if how == "act":
        view = counter.do(c.LookUp("1"))
    elif how == "scan":
        counter.station.device_event(CodeScanned(Slot.SCANNER, WAYBILLS[0], "]C0"))
        view = counter.shown()
    elif how == "lock":
        view = counter.do(c.Lock())
    elif how == "escape":
        view = counter.do(LeaveCase())
    else:
        cases._until = 0.0
        deadline = time.monotonic() + 10
        while counter.views[-1].case is not None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        view = counter.views[-1]
    assert (view.case, cases.standing) == (None, None)


@pytest.mark.parametrize("fault", [StoreFault.DISK_FULL, StoreFault.IO])
def test_what_the_journal_does_not_say_is_not_seen(counter: Counter, fault: StoreFault) -> None:
    approved(counter)
    counter.vault.journal.fail = StoreError(fault)
    view = counter.do(ShowCase(item(counter)))
    assert (view.case, seen(counter), counter.message()) == (None, 0, str(fault))
    assert counter.do(ShowCase(item(counter))).case is not None


def test_a_power_cut_after_the_entry_shows_nothing(counter: Counter) -> None:
    approved(counter)
    counter.steps.clear()

    def cut(step: str) -> None:
        counter.steps.append(step)
        if step == "case.said":
            raise StoreError(StoreFault.IO)

    counter.live.probe = cut
    view = counter.do(ShowCase(item(counter)))
    assert (view.case, seen(counter)) == (None, 1)
    assert counter.steps.index("entries.composed") < counter.steps.index("case.said")


def test_a_power_cut_after_it_was_kept_keeps_it_once(counter: Counter) -> None:
    def cut(step: str) -> None:
        if step == "case.opened":
            raise StoreError(StoreFault.IO)

    counter.live.probe = cut
    opened(counter)
    counter.live.probe = counter.steps.append
    counter.do(TYPED)
    assert (counter.kinds().count("CaseOpened"), counter.message()) == (1, "rule.not_allowed")
    assert item(counter) in counter.views[-1].cases


def look(counter: Counter) -> None:
    """Asked for, approved, seen."""
    counter.do(AskToSee(item(counter), "complaint"))
    approve(counter)
    counter.do(ShowCase(item(counter)))


def test_so_often_in_an_hour_and_on_a_day(counter: Counter) -> None:
    """The approval that a cap refused is still there when the hour is over."""
    rules = counter.live.rules.cases
    opened(counter)
    for _ in range(rules.hour + 1):
        look(counter)
    assert (seen(counter), counter.message()) == (rules.hour, "rule.case_cap")
    counter.vault.machine.advance(3600)
    counter.do(ShowCase(item(counter)))
    assert seen(counter) == rules.hour + 1
    counter.live.state.value["shown"]["OP10001"]["00"] = rules.day - rules.hour - 1
    look(counter)
    assert (seen(counter), counter.message()) == (rules.hour + 1, "rule.case_cap")


def test_seen_by_no_role_that_the_rules_leave_out_and_so_many_open(counter: Counter) -> None:
    approved(counter)
    rule = RULES.editions[0]
    rules = replace(rule.cases, roles=("supervisor",), open_most=1)
    rule = replace(rule, cases=rules)
    counter.live.rulebook = replace(counter.live.rulebook, editions=(rule,), _told={})
    view = counter.do(ShowCase(item(counter)))
    assert (view.case, seen(counter), counter.message()) == (None, 0, "rule.role")
    counter.do(c.CloseLookUp())
    counter.sender()
    counter.parcel(WAYBILLS[1])
    counter.do(c.Commit(), c.LookUp(WAYBILLS[1]))
    (second,) = counter.views[-1].found or ()
    assert counter.do(BeginCase(second.seq, "hold", "sender")).case is None
    assert counter.message() == "rule.cases_full"


def test_closed_nothing_is_left_to_see(counter: Counter) -> None:
    approved(counter)
    counter.do(CloseCase(item(counter)))
    assert (counter.views[-1].cases, counter.message()) == ({}, "msg.case_closed")
    counter.do(ShowCase(item(counter)))
    assert (seen(counter), counter.message()) == (0, "rule.case_gone")


def test_after_f9_everything_is_masked(counter: Counter) -> None:
    """Every view from the next customer on, every page, and every attachment that this counter can read."""
    began = len(counter.views) - 1
    for text in ("", "1", WAYBILLS[0]):
        counter.do(c.LookUp(text))
    counter.do(c.CloseLookUp(), c.Lock())
    counter.log_in()
    counter.do(c.LookUp(""), c.CloseDay())
    shown = repr([dataclasses.asdict(view) for view in counter.views[began:]])
    shown += repr([dataclasses.asdict(job) for job in counter.printer.jobs])
    parts = (part for entry in counter.vault.journal.rows for part in entry.attachments)
    shown += repr([part.data.decode() for part in parts if part is not None and part.cls == "annex"])
    secrets = ("11010519491231002X", "证件样本", "13800138000", "样本街道1号", NAME, PHONE, "世纪大道100号")
    assert [secret for secret in secrets if secret in shown] == []
    assert "示*乙" in shown or "示**" in shown  # so that the search is known to find
