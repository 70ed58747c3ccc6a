"""Fee and payment kind: the tariff's, or what was typed; in whole cents."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.acceptance import fees, record, senders, turns
from core.acceptance.draft import draft_from_bytes, draft_to_bytes
from core.acceptance.gates import gates, missing, visit_view
from core.acceptance.labels import Imprint
from core.acceptance.visit import set_route
from core.commands import Payment, Route, SenderKind
from core.errors import RuleError, RuleFault
from core.rule_data import Price
from core.view import GateName, GateState
from tests.core.acceptance.people import NOW, RULES, TODAY, committed, complete, fresh

pytestmark = pytest.mark.requirement("R33")

LAND = RULES.tariff.prices["land"]


@pytest.mark.parametrize(
    ("kilograms", "cents"),
    [("0.001", 1200), ("1", 1200), ("1.001", 1500), ("2", 1500), ("2.001", 1800), ("50", 1200 + 49 * 300)],
)
def test_the_tariff_counts_steps_that_have_begun(kilograms: str, cents: int) -> None:
    found = fees.fee(complete(weight=kilograms), RULES)
    assert (found.cents, found.source) == (cents, "tariff")
    assert (found.payment, found.payment_source) == (Payment.MOBILE, "tariff")


@given(st.integers(1, 50_000))
def test_one_gram_more_is_never_cheaper(grams: int) -> None:
    assert 0 <= LAND.cents(grams + 1) - LAND.cents(grams) <= LAND.step_cents


def test_another_route_has_another_price() -> None:
    assert fees.fee(set_route(complete(weight="1"), Route.AIR), RULES).cents == 2200


def test_without_a_weight_there_is_no_fee_and_nothing_is_asked_twice() -> None:
    state = complete(weight="")
    assert fees.fee(state, RULES).cents is None
    assert missing(state, TODAY, RULES) == ("missing.weight",)


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("12", 1200),
        ("12.", 1200),
        ("12.5", 1250),
        ("12.05", 1205),
        ("0", 0),
        ("¥8", 800),
        ("８。５元", 850),
        (" 3 ", 300),
    ],
)
def test_a_fee_as_typed(text: str, cents: int) -> None:
    found = fees.fee(fees.set_fee(complete(), text), RULES)
    assert (found.cents, found.source, found.problem) == (cents, "typed", "")


@pytest.mark.parametrize("text", ["1,200", "12.345", "-1", "十二", "12 5", "1e3", "100000.01", "９" * 30])
def test_what_is_no_amount_stands_there_as_a_problem(text: str) -> None:
    state = fees.set_fee(complete(), text)
    assert missing(state, TODAY, RULES) == ("problem.fee",)
    assert visit_view(state, TODAY, RULES, Imprint("990100-01", "OP10001")).fee.text == text
    [weight] = [gate for gate in gates(state, TODAY, RULES) if gate.name is GateName.WEIGHT]
    assert (weight.state, weight.detail, weight.facts) == (
        GateState.PROBLEM,
        RuleFault.FEE_FORM,
        {"most": 100_000},
    )


def test_the_payment_stays_for_the_customer_and_the_fee_for_its_item() -> None:
    state = committed(fees.set_payment(fees.set_fee(complete(), "9.90"), Payment.CASH))
    later = turns.next_item(state, "operation-2")
    assert (later.payment, later.item.fee) == (Payment.CASH, "")


def test_nothing_changes_once_the_item_is_committed() -> None:
    with pytest.raises(RuleError) as caught:
        fees.set_fee(committed(complete()), "1")
    assert caught.value.code == RuleFault.ITEM_ACCEPTED
    with pytest.raises(RuleError) as caught:
        fees.set_payment(committed(complete()), Payment.CASH)
    assert caught.value.code == RuleFault.ITEM_ACCEPTED


def test_agreement_customers_pay_by_the_month() -> None:
    state = senders.set_kind(fresh(), SenderKind.AGREEMENT)
    assert fees.fee(state, RULES).payment is Payment.MONTHLY


def test_a_house_without_prices_is_asked_or_left_alone() -> None:
    bare = replace(RULES.tariff, prices={}, usual="")
    asked = replace(RULES, tariff=bare)
    assert missing(complete(), TODAY, asked) == ("missing.fee", "missing.payment")
    said = fees.set_payment(fees.set_fee(complete(), "12"), Payment.CARD)
    assert missing(said, TODAY, asked) == ()
    left_alone = replace(RULES, tariff=replace(bare, required=False))
    assert missing(complete(), TODAY, left_alone) == ()
    payload = record.sealed_payload(complete(), TODAY, left_alone)
    assert (payload["item"]["fee_cents"], payload["item"]["fee_source"]) == (None, "none")


def test_steps_are_counted_in_whole_numbers() -> None:
    assert [Price(500, 100, 100, 7).cents(grams) for grams in (1, 500, 501, 600, 601)] == [
        100,
        100,
        107,
        107,
        114,
    ]


def test_a_fee_typed_alone_is_not_thrown_away() -> None:
    state = fees.set_fee(fresh(), "9")
    assert not state.empty
    with pytest.raises(RuleError) as caught:
        turns.next_item(state, "operation-2")
    assert caught.value.code == RuleFault.ITEM_OPEN


def test_a_lapsed_draft_may_be_another_person_who_pays_another_way() -> None:
    state = fees.set_payment(complete(), Payment.CASH)
    data = draft_to_bytes(state)
    assert draft_from_bytes(data, NOW, RULES, visit_id="v").visit.payment is Payment.CASH
    later = draft_from_bytes(data, NOW + dt.timedelta(days=1), RULES, visit_id="v").visit
    assert later.payment is None
