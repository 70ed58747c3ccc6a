"""A customer is warned, does not put it right, and a suspension is proposed; nothing follows by itself."""

from __future__ import annotations

import pytest

from core import commands as c
from core.blocking import ProposeBlock
from core.breaching import PrintWarning, SettleWarning, WarningMark, WarnSender
from core.errors import RuleFault
from core.ledger.block_list import SUBJECT_DECIDED, block_attachment
from core.ledger.directives import Directive, make_directive
from core.records import WarningRecord
from tests.core.memory import TERMINAL
from tests.core.station.desk import WAYBILLS, Counter
from tests.core.station.test_item_exceptions import said
from tests.peers.checker import check
from tests.peers.exports import export

pytestmark = pytest.mark.requirement("R41", "R42")
DAY = 86_400.0


@pytest.fixture
def counter(counter: Counter) -> Counter:
    """One item; it is looked up."""
    counter.look_up_one()
    return counter


def only(counter: Counter) -> WarningMark:
    (found,) = counter.shown().blocking.warnings
    return found


def again(counter: Counter, operator: str = "OP10001", password: str = "yi-er-san") -> None:
    """Logged in anew, the item looked up."""
    counter.do(c.CloseLookUp(), c.NewAcceptance(discard=True), c.LogOut())
    counter.log_in(operator, password)
    counter.do(c.LookUp(""))


def test_warned_not_put_right_and_proposed(counter: Counter) -> None:
    item = min(counter.vault.journal.records)
    assert said(counter, ProposeBlock(item, "not_corrected", 30)) == RuleFault.WARNING_FIRST
    assert said(counter, WarnSender(item, "sneezes")) == RuleFault.NOT_ALLOWED
    assert said(counter, WarnSender(item, "obstructs")) == "msg.warned"
    assert said(counter, WarnSender(item, "obstructs")) == RuleFault.WARNED_ALREADY
    mark = only(counter)
    assert (mark.due, mark.over) == ("2026-11-28", False)
    papers = [job.page for job in counter.printer.jobs if isinstance(job.page, WarningRecord)]
    assert [(each.due, each.appeal_days, each.number) for each in papers] == [
        ("2026-11-28", 15, "000001")
    ] * 2
    assert said(counter, SettleWarning(mark.warning, "withdrawn")) == "rule.role"
    assert said(counter, ProposeBlock(item, "not_corrected", 30)) == RuleFault.WARNING_FIRST
    counter.do(c.CloseLookUp())
    counter.vault.machine.advance(8 * DAY)
    again(counter)
    counter.do(c.CloseLookUp())
    counter.lift()
    counter.sender()
    counter.parcel(WAYBILLS[1])
    assert said(counter, c.Commit()) == "msg.accepted"  # who was warned is served as before
    counter.do(c.LookUp(""))
    assert only(counter).over
    assert said(counter, ProposeBlock(item, "not_corrected", 30)) == "msg.request_asked"
    assert said(counter, PrintWarning(mark.warning)) == "msg.warning_printed"
    again(counter, "OP20001", "si-wu-liu")
    assert said(counter, SettleWarning(mark.warning, "withdrawn")) == "msg.warning_withdrawn"
    assert said(counter, SettleWarning(mark.warning, "corrected")) == RuleFault.WARNING_GONE
    key = counter.vault.headquarters.public.text
    assert check(export(counter.vault.journal.rows, TERMINAL, key), key).counts["warnings"] == 1


def test_who_may_be_suspended_is_told_why_before_anything_is_typed(counter: Counter) -> None:
    """A hint with its basis and the way to object; a person may refuse for it, the program does not."""
    for basis, shown in (("not_corrected", "not_corrected"), ("of_later_editions", "other")):
        head = counter.vault.journal.directive_head()
        numbers = ["11010519491231002X"]
        said_ = Directive(
            TERMINAL, head.number + 1, head.hash, "block_list", SUBJECT_DECIDED,
            counter.vault.machine.wall(), 1, {"version": basis, "count": 1},
        )  # fmt: skip
        attachment = block_attachment(numbers, {basis: numbers})
        counter.station.directives_told([make_directive(said_, counter.vault.headquarters, attachment)])
        counter.do(c.CloseLookUp(), c.NewAcceptance(discard=True), c.DismissMessage())
        counter.lift()
        message = counter.place().message
        assert message is not None
        assert (message.code, dict(message.facts)) == (
            "msg.ask_suspended", {"reason": f"listed_for.{shown}", "days": 15},
        )  # fmt: skip
    counter.do(c.Refuse(c.RefusalReason.SUSPENDED, told=True))
    assert counter.vault.journal.rows[-1].data["reason"] == "suspended"
