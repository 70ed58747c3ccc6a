"""Exceptions of accepted items at the station: a clock, tries, a stop that no bag passes, a hold by two."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core import commands as c
from core.dispatch import CloseBag, OpenBag, OpenDispatch, UnpackItem
from core.errors import RuleFault
from core.item_exceptions import (
    AskHold,
    CloseException,
    ContactCustomer,
    ExceptionView,
    HoldItem,
    OpenException,
    PrintException,
)
from core.records import ExceptionRecord
from core.second import AskVoid, DecideRequest
from core.seeing import BeginCase, OpenCase
from program.examples import with_examples
from tests.core.station.desk import RULES, WAYBILLS, Counter
from tests.core.station.test_second import REASON
from tests.peers.checker import check
from tests.peers.exports import export

pytestmark = pytest.mark.requirement("R38", "R39", "R43")
HOUR = 3600.0


class Following(Counter):
    """Under rules that switch 封发 on."""

    rules = with_examples(RULES)


@pytest.fixture
def accepted() -> Iterator[tuple[Counter, list[int], list[str]]]:
    """Two items, their labels scanned back."""
    made = Following()
    made.log_in()
    tokens = made.labelled(*WAYBILLS[:2])
    yield (
        made,
        [entry.header.seq for entry in made.vault.journal.rows if entry.header.kind == "ItemAccepted"],
        tokens,
    )
    made.station.stop()


def only(counter: Counter) -> ExceptionView:
    (found,) = counter.shown().exceptions.open
    return found


def approve(counter: Counter) -> None:
    (name,) = counter.live.state.value["requests"]
    counter.do(DecideRequest(name, "OP20001", "si-wu-liu", approved=True))


def papers(counter: Counter) -> list[ExceptionRecord]:
    counter.settle()
    return [job.page for job in counter.printer.jobs if isinstance(job.page, ExceptionRecord)]


def said(counter: Counter, *commands: c.Command) -> str:
    counter.do(*commands)
    return counter.message()


Accepted = tuple[Counter, list[int], list[str]]


def test_a_doubt_has_a_clock_and_stops_nothing(accepted: Accepted) -> None:
    """R38, R43: identity, an address; the item may still be bagged, and nobody can hold it."""
    counter, (item, _), tokens = accepted
    assert said(counter, OpenException(item, "identity", "customs")) == RuleFault.NOT_ALLOWED
    assert said(counter, OpenException(item, "identity")) == "msg.exception_opened"
    assert said(counter, OpenException(item, "address")) == RuleFault.EXCEPTION_STANDS
    one = only(counter)
    assert (one.step, one.state, one.stop, one.left in (119, 120)) == ("contact", "open", "none", True)
    assert said(counter, AskHold(one.exception)) == RuleFault.EXCEPTION_NO_HOLD
    assert said(counter, CloseException(one.exception, "goes_on")) == RuleFault.EXCEPTION_UNTOLD
    assert said(counter, CloseException(one.exception, "released")) == RuleFault.NOT_ALLOWED
    missed = ContactCustomer(one.exception, "phone", "missed")
    assert said(counter, missed) == "msg.exception_missed"
    held = ContactCustomer(one.exception, "phone", "reached", "held")  # no solution: a notice of a stop
    assert said(counter, held) == RuleFault.NOT_ALLOWED
    counter.vault.machine.advance(1.6 * HOUR)
    assert only(counter).state == "soon"
    counter.vault.machine.advance(HOUR)
    assert (only(counter).state, only(counter).tries) == ("overdue", 1)
    counter.do(c.NewAcceptance(discard=True), c.LogOut())
    counter.log_in()
    assert counter.message() == "msg.exceptions_overdue"
    counter.do(c.LookUp(""), BeginCase(item, "exception", "sender"), OpenCase("示例甲", "13900139021", ""))
    assert (
        said(counter, ContactCustomer(one.exception, "phone", "reached", "again"))
        == "msg.exception_contacted"
    )
    assert (only(counter).step, only(counter).state) == ("close", "open")
    counter.do(c.CloseLookUp(), OpenDispatch(), OpenBag("B-0001", "sorting_01"))
    counter.scan(tokens[0])
    assert counter.message() == "msg.bag_packed"
    assert said(counter, CloseException(one.exception, "handed_back")) == RuleFault.EXCEPTION_UNVOID
    assert said(counter, CloseException(one.exception, "goes_on")) == "msg.exception_goes_on"
    assert counter.kinds()[-2:] == ["ExceptionClosed", "CaseClosed"]
    assert not counter.live.state.value["cases"]
    assert [each.closed for each in counter.shown().exceptions.closed] == ["goes_on"]


def test_what_is_suspected_is_stopped_at_once_held_by_two_and_handed_over(accepted: Accepted) -> None:
    counter, (item, other), tokens = accepted
    counter.do(OpenDispatch(), OpenBag("B-0001", "sorting_01"))
    for token in tokens:
        counter.scan(token)
    assert said(counter, OpenException(item, "suspected")) == "msg.exception_stopped"
    assert said(counter, CloseBag("S-0001")) == RuleFault.ITEM_STOPPED  # also for what lay inside already
    counter.do(UnpackItem(item))
    counter.scan(tokens[0])
    assert counter.message() == RuleFault.ITEM_STOPPED
    assert said(counter, AskVoid(item, REASON, "countersign")) == RuleFault.ITEM_STOPPED
    assert said(counter, CloseBag("S-0001")) == "msg.bag_closed"
    assert said(counter, OpenException(other, "order", "customs")) == RuleFault.EXCEPTION_LEFT
    seq = only(counter).exception
    told = ContactCustomer(seq, "phone", "reached", "stopped")
    assert said(counter, told) == "msg.exception_contacted"
    assert only(counter).step == "hold"
    assert said(counter, HoldItem(seq)) == RuleFault.APPROVAL_NEEDED
    counter.do(AskHold(seq))
    assert only(counter).hold == "asked"
    approve(counter)
    assert (counter.message(), counter.kinds()[-1]) == ("msg.item_held", "ItemHeld")
    notice = papers(counter)[0]
    assert (notice.state, notice.approved, notice.number) == ("held", "OP20001", "000001")
    assert notice.waybill not in repr(notice)
    assert said(counter, CloseException(seq, "released")) == "rule.role"  # a clerk ends no stop
    counter.do(c.NewAcceptance(discard=True), c.LogOut())
    counter.vault.machine.advance(25 * HOUR)
    counter.log_in()
    assert (only(counter).step, only(counter).state) == ("tell", "overdue")
    counter.do(AskHold(seq))
    approve(counter)
    assert said(counter, ContactCustomer(seq, "letter", "left", "held")) == "msg.exception_contacted"
    assert (only(counter).step, only(counter).state, only(counter).told) == ("decide", "open", True)
    counter.do(c.LogOut())
    counter.log_in("OP20001", "si-wu-liu")
    assert said(counter, CloseException(seq, "handed_over")) == RuleFault.NOT_ALLOWED  # to whom
    over = CloseException(seq, "handed_over", "public_security")
    assert said(counter, over) == "msg.exception_handed_over"
    paper = papers(counter)[-1]
    assert (paper.state, paper.organ, paper.tries) == ("handed_over", "公安机关", 2)
    stock = counter.live.state.value["stock"]
    assert (stock["organs"], stock["items"]) == (1, [])
    assert said(counter, PrintException(seq)) == "msg.exception_printed"
    counter.do(PrintException(seq, file=True))
    assert counter.shown().exceptions.report[1] == paper
    assert said(counter, told) == RuleFault.EXCEPTION_GONE
    key = counter.vault.headquarters.public.text
    assert check(export(counter.vault.journal.rows, counter.live.settings.terminal, key), key)


def test_a_release_lets_it_go_on(accepted: Accepted) -> None:
    """An order of an organ; it may forbid the notice, and a supervisor releases."""
    counter, (item, _), tokens = accepted
    assert said(counter, OpenException(item, "order")) == RuleFault.NOT_ALLOWED
    counter.do(OpenException(item, "order", "customs"))
    seq = only(counter).exception
    counter.do(c.LogOut())
    counter.log_in("OP20001", "si-wu-liu")
    over = CloseException(seq, "handed_over", "customs")
    assert said(counter, over) == RuleFault.EXCEPTION_UNHELD
    assert said(counter, CloseException(seq, "released")) == "msg.exception_released"
    counter.do(OpenDispatch(), OpenBag("B-0001", "sorting_01"))
    counter.scan(tokens[0])
    assert counter.message() == "msg.bag_packed"
