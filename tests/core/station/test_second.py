"""A second person at the counter: an item is voided with her approval, before or after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from core import commands as c
from core import wire
from core.access.rights import Action
from core.crypto.keys import new_agreement
from core.devices import PrintOutcome
from core.errors import RuleError, RuleFault, StoreError, StoreFault
from core.ledger.documents import Approval, approval_message, given_data
from core.ledger.requests import MOST, Decision
from core.ledger.staff import staff_body
from core.ports import StaffRow
from core.rule_data import CARD_ONLY
from core.second import AskVoid, DecideRequest, RequestView, VoidItem
from core.station import requests
from tests.core.memory import TERMINAL
from tests.core.station.desk import RULES, WAYBILLS, Counter
from tests.core.station.test_adopting import tell
from tests.peers.checker import check
from tests.peers.exports import export

CLERK, SUPERVISOR, PASSWORD = "OP10001", "OP20001", "si-wu-liu"
REASON = "customer_withdrew"


@pytest.fixture
def counter() -> Iterator[Counter]:
    """One item is accepted and its label printed."""
    made = Counter()
    made.log_in()
    made.sender()
    made.parcel(WAYBILLS[0])
    made.do(c.Commit())
    made.print(made.paper(1)[0])
    yield made
    made.station.stop()


def item(counter: Counter) -> int:
    last = counter.views[-1].last
    assert last is not None
    return last.seq


def shown(counter: Counter) -> list[RequestView]:
    return list(counter.shown().second.requests)


def ask(counter: Counter, mode: str = "wait") -> str:
    counter.do(AskVoid(item(counter), REASON, mode))
    return shown(counter)[0].request if shown(counter) else ""


def sound(counter: Counter) -> dict[str, int]:
    """What the independent checker counted in the journal."""
    vault, key = counter.vault, counter.vault.headquarters.public.text
    rows = vault.journal.rows
    return dict(check(export(rows, rows[0].header.terminal, key), key).counts)


def test_approved_on_the_spot_it_is_done_at_once(counter: Counter) -> None:
    request = ask(counter)
    assert counter.message() == "msg.request_asked"
    view = shown(counter)[0]
    assert (view.state, view.mine, view.by, view.reason["zh"]) == ("waits", True, CLERK, "寄件人撤回交寄")
    counter.do(VoidItem(item(counter)))
    assert counter.message() == "rule.approval_needed"
    counter.do(DecideRequest(request, SUPERVISOR, PASSWORD))
    assert counter.message() == "msg.item_voided"
    last = counter.views[-1].last
    assert last is not None
    assert (last.label, shown(counter), counter.views[-1].unscanned) == ("voided", [], ())
    assert counter.kinds()[-3:] == ["ApprovalAsked", "ApprovalGiven", "ItemVoided"]
    found = sound(counter)
    assert (found["requests approved"], found["voided"]) == (1, 1)


@pytest.mark.parametrize("step", ["request.asked", "request.given", "item.voided"])
def test_cut_after_an_entry_it_goes_on_and_doubles_nothing(counter: Counter, step: str) -> None:
    def cut(reached: str) -> None:
        if reached == step:
            raise StoreError(StoreFault.IO)

    counter.live.probe = cut
    request = ask(counter)
    if step != "request.asked":
        counter.do(DecideRequest(request, SUPERVISOR, PASSWORD))
    counter.live.probe = counter.steps.append
    if step == "request.asked":
        counter.do(DecideRequest(request, SUPERVISOR, PASSWORD))
    counter.do(VoidItem(item(counter)))
    kinds = counter.kinds()
    assert [kinds.count(kind) for kind in ("ApprovalAsked", "ApprovalGiven", "ItemVoided")] == [1, 1, 1]
    assert sound(counter)["voided"] == 1


def test_what_is_void_is_printed_and_voided_no_more(counter: Counter) -> None:
    counter.do(DecideRequest(ask(counter), SUPERVISOR, PASSWORD))
    jobs = len(counter.printer.jobs)
    counter.do(c.Reprint())
    assert (counter.message(), len(counter.printer.jobs)) == ("rule.item_voided", jobs)
    ask(counter)
    assert counter.message() == "rule.void_item"
    # Its waybill is used up.
    counter.do(c.NextItem())
    counter.scan(WAYBILLS[0])
    assert counter.visit().fields[c.Field.WAYBILL].problem == "rule.waybill_twice"
    counter.do(c.LookUp(WAYBILLS[0]))
    found = counter.views[-1].found
    assert found is not None
    assert [row.label for row in found] == ["voided"]


def test_a_label_that_has_not_begun_never_comes_out() -> None:
    counter = Counter()
    counter.log_in()
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit())
    job = counter.paper(1)[0]
    counter.do(DecideRequest(ask(counter), SUPERVISOR, PASSWORD))
    assert not counter.print(job, PrintOutcome.NOT_PRINTED, "device.gone")
    assert counter.views[-1].pending == ()
    assert sound(counter)["voided"] == 1
    counter.station.stop()


def test_nor_a_copy_that_waits_for_its_printer_until_the_next_day(counter: Counter) -> None:
    counter.do(c.Reprint())
    copy = counter.paper(2)[1]
    counter.do(DecideRequest(ask(counter), SUPERVISOR, PASSWORD), c.CloseDay())
    counter.vault.machine.advance(86_400)
    counter.log_in()
    counter.do(c.LookUp(""))  # the next day begins
    assert counter.kinds().count("DayOpened") == 2
    assert not counter.print(copy, PrintOutcome.NOT_PRINTED, "device.gone")


def test_it_goes_on_and_is_signed_after_a_restart(counter: Counter) -> None:
    ask(counter, "countersign")
    assert counter.message() == "msg.item_voided_unsigned"
    assert [each.state for each in shown(counter)] == ["signs"]
    counter.station.stop()
    again = Counter(counter.vault)
    again.vault.machine.advance(2 * 86_400)
    again.log_in(SUPERVISOR, PASSWORD)
    assert again.message() == "msg.requests_wait"
    again.do(DecideRequest(shown(again)[0].request, SUPERVISOR, PASSWORD))
    assert again.message() == "msg.request_approved"
    assert (shown(again), sound(again)["requests approved"]) == ([], 1)
    again.station.stop()


def test_a_power_cut_between_asked_approved_and_done(counter: Counter) -> None:
    """What was approved waits for whoever asked; a restart changes nothing."""
    request, number = ask(counter), item(counter)
    counter.do(c.Lock())
    counter.log_in(SUPERVISOR, PASSWORD)
    counter.do(DecideRequest(request, SUPERVISOR, PASSWORD))
    assert counter.message() == "msg.request_approved"
    counter.do(VoidItem(number))
    assert counter.message() == "rule.approval_needed"  # she did not ask for it
    counter.station.stop()
    again = Counter(counter.vault)
    again.log_in()
    assert [each.state for each in shown(again)] == ["ready"]
    again.do(VoidItem(number))
    assert again.message() == "msg.item_voided"
    assert sound(again)["voided"] == 1
    again.station.stop()


def test_declined(counter: Counter) -> None:
    counter.do(DecideRequest(ask(counter), SUPERVISOR, PASSWORD, approved=False))
    assert (counter.message(), shown(counter)) == ("msg.request_declined", [])
    counter.do(VoidItem(item(counter)))
    assert counter.message() == "rule.approval_needed"


@pytest.mark.parametrize(
    ("operator", "password", "code"),
    [
        (CLERK, "yi-er-san", "rule.approver_self"),
        (SUPERVISOR, "yi-er-san", "store.wrong_key"),
        ("OP99999", PASSWORD, "store.wrong_key"),
    ],
)
def test_nobody_else_and_no_wrong_password(counter: Counter, operator: str, password: str, code: str) -> None:
    counter.do(DecideRequest(ask(counter), operator, password))
    assert counter.message() == code
    assert [each.state for each in shown(counter)] == ["waits"]


def test_nor_herself_under_a_second_number(counter: Counter) -> None:
    supervisor = counter.vault.people[SUPERVISOR].public
    row = StaffRow(SUPERVISOR, "supervisor", "示例甲", supervisor, new_agreement().public, person=CLERK)
    tell(counter, ("operator", SUPERVISOR, staff_body(row)[0]))
    counter.do(DecideRequest(ask(counter), SUPERVISOR, PASSWORD))
    assert counter.message() == "rule.approver_self"


def test_a_clerk_approves_nothing(counter: Counter) -> None:
    counter.do(c.Lock())
    counter.log_in(SUPERVISOR, PASSWORD)
    live = counter.live
    asking = lambda: requests.ask(live, Action.VOID, counter.vault.journal.value.head.seq, REASON)
    name = str(counter.station._enqueue(asking).result(10))
    counter.do(DecideRequest(name, CLERK, "yi-er-san"))
    assert counter.message() == "rule.approver_role"


def test_her_failed_tries_are_in_the_journal(counter: Counter) -> None:
    request = ask(counter)
    wrong = DecideRequest(request, SUPERVISOR, "yi-er-san")
    counter.do(wrong, wrong, DecideRequest(request, SUPERVISOR, PASSWORD))
    failed = [entry.data for entry in counter.vault.journal.rows if entry.header.kind == "LogInsFailed"]
    assert [(row["operator"], row["failures"]) for row in failed] == [(SUPERVISOR, 2)]


def test_what_nobody_decides_is_over_by_itself(counter: Counter) -> None:
    request = ask(counter)
    counter.vault.machine.advance(25 * 3600)
    counter.do(DecideRequest(request, SUPERVISOR, PASSWORD))
    assert counter.message() in ("rule.request_gone", "msg.session_over")
    counter.station._enqueue(lambda: requests.lapse(counter.live)).result(10)
    assert "ApprovalLapsed" in counter.kinds()
    sound(counter)


@pytest.mark.parametrize("approved", [False, True])
def test_over_by_time_it_is_neither_decided_nor_used(counter: Counter, approved: bool) -> None:
    """Also where nothing has written it down yet: both in one turn of the station's thread."""
    request, live, number = ask(counter), counter.live, item(counter)

    def late() -> None:
        if approved:
            requests.decide(live, request, SUPERVISOR, PASSWORD, Decision.APPROVED)
        counter.vault.machine.advance(25 * 3600)
        if approved:
            requests.need(live, Action.VOID, number)
        else:
            requests.decide(live, request, SUPERVISOR, PASSWORD, Decision.APPROVED)

    error = counter.station._enqueue(late).exception(10)
    assert isinstance(error, RuleError)
    assert error.code == (RuleFault.APPROVAL_NEEDED if approved else RuleFault.REQUEST_GONE)


def test_her_password_alone_does_not_decide_where_the_rules_want_a_card(counter: Counter) -> None:
    request, rule = ask(counter), RULES.editions[0]
    rule = replace(rule, log_in={**rule.log_in, "supervisor": CARD_ONLY})
    counter.live.rulebook = replace(counter.live.rulebook, editions=(rule,), _told={})
    counter.do(DecideRequest(request, SUPERVISOR, PASSWORD))
    assert (counter.message(), shown(counter)[0].state) == ("rule.card_required", "waits")


def test_the_same_asked_twice_is_one_request(counter: Counter) -> None:
    """Whoever presses again fills no list."""
    first = ask(counter)
    assert ask(counter) == first
    assert (len(shown(counter)), counter.message()) == (1, "msg.request_asked")
    assert counter.kinds().count("ApprovalAsked") == 1


def test_so_many_requests_stand_and_no_more(counter: Counter) -> None:
    def fill() -> None:
        for subject in range(MOST + 1):
            requests.ask(counter.live, Action.VOID, subject, REASON)

    error = counter.station._enqueue(fill).exception(10)
    assert isinstance(error, RuleError)
    assert error.code == RuleFault.REQUESTS_FULL
    assert len(counter.live.state.value["requests"]) == MOST


def test_only_items_of_the_open_day(counter: Counter) -> None:
    number = item(counter)
    counter.do(c.CloseDay(), AskVoid(number, REASON, "wait"))
    assert counter.message() == "rule.void_item"
    counter.vault.machine.advance(86_400)
    counter.log_in()
    counter.do(c.LookUp(""), AskVoid(number, REASON, "wait"))  # the next day is open
    assert counter.kinds().count("DayOpened") == 2
    assert (counter.message(), shown(counter)) == ("rule.void_item", [])


def test_reasons_and_modes_are_rule_data(counter: Counter) -> None:
    counter.do(AskVoid(item(counter), "because", "wait"))
    assert counter.message() == "rule.approval_reason"
    asking = lambda: requests.ask(counter.live, Action.UNMASK, 0, "complaint", mode="countersign")
    error = counter.station._enqueue(asking).exception(10)
    assert "rule.approval_waits" in str(error)


def test_the_password_is_nowhere() -> None:
    assert PASSWORD not in repr(DecideRequest("r", SUPERVISOR, PASSWORD))


def _decided(counter: Counter, request: str, by: str = "OP90001", forged: bool = False) -> dict[str, object]:
    """What headquarters says of a request that is open here."""
    row = counter.live.state.value["requests"][request]
    at, key = counter.live.now().at, counter.vault.headquarters
    said = (request, row["asked"], wire.unb64(row["body"]), "approved", by, at, "headquarters")
    approval = Approval(TERMINAL, 1, *said)
    signer = counter.vault.people[CLERK] if forged else key
    data = given_data(approval)
    del data["where"]
    return {**data, "epoch": 1, "approval": wire.b64(signer.sign(approval_message(approval)))}


def test_headquarters_decides_and_the_clerk_goes_on(counter: Counter) -> None:
    request, number = ask(counter), item(counter)
    body = _decided(counter, request)
    tell(counter, ("approval", request, body))
    assert [each.state for each in shown(counter)] == ["ready"]
    assert counter.kinds()[-2:] == ["DirectivesAdopted", "ApprovalGiven"]
    tell(counter, ("approval", request, body))  # told again: it is decided
    assert counter.kinds()[-1] == "DirectivesAdopted"
    counter.do(VoidItem(number))
    assert counter.message() == "msg.item_voided"
    assert sound(counter)["requests approved"] == 1


@pytest.mark.parametrize(("by", "forged"), [(CLERK, False), ("OP90001", True)])
def test_headquarters_decides_for_nobody_herself_and_by_its_own_key(
    counter: Counter, by: str, forged: bool
) -> None:
    request = ask(counter)
    tell(counter, ("approval", request, _decided(counter, request, by, forged)))
    assert [each.state for each in shown(counter)] == ["waits"]
    assert counter.kinds()[-1] == ("DirectiveParked" if forged else "DirectivesAdopted")
