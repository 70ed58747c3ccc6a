"""Fee and payment kind of an item (快递暂行条例 25): from the tariff of the rule data, or typed.

The counter takes no money and keeps no till: it records what was agreed, for receipt and record.  Whole
cents only; nothing is ever rounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from core.acceptance.fields import TEXT_MAX
from core.acceptance.visit import Visit, check, need_open_item
from core.commands import Field, Payment, SenderKind
from core.errors import RuleError, RuleFault
from core.identity.characters import fold_width, storable
from core.rule_data import Rules
from core.view import FeeView

FROM_TARIFF, TYPED, NONE = "tariff", "typed", "none"
_AMOUNT = re.compile(r"[¥￥]?([0-9]{1,7})(?:[.。]([0-9]{0,2}))?元?")


@dataclass(frozen=True, slots=True)
class Fee:
    """``cents`` None where no fee stands.  ``source`` and ``payment_source``: "tariff", "typed", "none".

    ``problem`` is a RuleFault code or "".
    """

    cents: int | None = None
    source: str = NONE
    payment: Payment | None = None
    payment_source: str = NONE
    problem: str = ""
    text: str = field(default="", repr=False)


def set_fee(visit: Visit, text: str) -> Visit:
    """What was agreed for this item, in yuan; "" goes back to the tariff.  Raises RuleError ITEM_ACCEPTED."""
    need_open_item(visit)
    return replace(visit, item=replace(visit.item, fee=storable(text).strip()[:TEXT_MAX]))


def set_payment(visit: Visit, payment: Payment) -> Visit:
    """How this customer pays, for this item and the next ones.  Raises ITEM_ACCEPTED once committed."""
    need_open_item(visit)
    return replace(visit, payment=payment)


def check_fee(text: str, rules: Rules) -> int:
    """Yuan as typed to cents.  Raises RuleError FEE_FORM (``most`` in yuan)."""
    cents = cents_of(text)
    if cents is None or cents > rules.tariff.most_cents:
        raise RuleError(RuleFault.FEE_FORM, most=rules.tariff.most_cents // 100)
    return cents


def cents_of(text: str) -> int | None:
    """Whole cents of yuan as typed; None for what is no amount."""
    found = _AMOUNT.fullmatch(fold_width(text).strip())
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else None


def fee(visit: Visit, rules: Rules) -> Fee:
    """The fee as it stands: typed, or by route and weight from the tariff."""
    return visit.found.under(rules, "fee", lambda: _fee(visit, rules))


def _fee(visit: Visit, rules: Rules) -> Fee:
    tariff = rules.tariff
    usual = tariff.usual_agreement if visit.sender_kind is SenderKind.AGREEMENT else tariff.usual
    payment, payment_source = visit.payment, TYPED
    if payment is None:
        payment, payment_source = (Payment(usual), FROM_TARIFF) if usual else (None, NONE)
    if visit.item.fee:
        try:
            cents = check_fee(visit.item.fee, rules)
        except RuleError as error:
            return Fee(None, NONE, payment, payment_source, str(error.code), visit.item.fee)
        return Fee(cents, TYPED, payment, payment_source, "", visit.item.fee)
    price, grams = tariff.prices.get(visit.item.route.value), check(visit, Field.WEIGHT, rules).number
    if price is None or not grams:
        return Fee(None, NONE, payment, payment_source)
    return Fee(price.cents(grams), FROM_TARIFF, payment, payment_source)


def lacks(visit: Visit, rules: Rules) -> tuple[str, str]:
    """What F9 waits for, as codes of ``gates.Missing``: of the fee, and of the payment kind."""
    standing = fee(visit, rules)
    if standing.problem:
        return "problem.fee", ""
    if not rules.tariff.required or not check(visit, Field.WEIGHT, rules).number:
        return "", ""
    payment = "" if standing.payment else "missing.payment"
    return "" if standing.cents is not None else "missing.fee", payment


def fee_view(visit: Visit, rules: Rules) -> FeeView:
    """For the screen."""
    found = fee(visit, rules)
    return FeeView(
        found.cents, found.source, found.text, found.problem, found.payment, found.payment_source,
        rules.tariff.payments, rules.tariff.most_cents,
    )  # fmt: skip
