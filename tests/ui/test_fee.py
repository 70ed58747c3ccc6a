"""Fee and payment kind on the screen: the tariff's stand there, what was agreed takes their place."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel

from core.commands import Payment, SetFee, SetPayment
from core.errors import RuleFault
from core.view import FeeView
from tests.ui.conftest import Seated
from tests.ui.typing import ALT, Key
from ui.clerk.frame import Side
from ui.specimen_visits import FEE, UNPRICED
from ui.specimens import BASE, READY
from ui.text import Texts


def test_the_tariffs_fee_stands_in_its_field_and_a_digit_takes_its_place(seated: Seated) -> None:
    window, hands, recorder = seated(replace(BASE, visit=READY))
    entry = window.clerk.item_card.fee.entry
    assert entry.text() == "15.00"
    entry.setFocus()
    hands.type("9.5")
    assert entry.text() == "9.5"
    assert recorder.commands == [SetFee("9"), SetFee("9."), SetFee("9.5")]


def test_enter_passes_over_the_fee_unless_it_is_asked_for(seated: Seated) -> None:
    window, hands, _ = seated(replace(BASE, visit=READY))
    clerk = window.clerk
    wanting = replace(READY, fee=UNPRICED, missing=("missing.fee",))
    order = list(clerk.entries())
    weight = next(entry for entry in order if entry.objectName() == "weight")
    assert order[order.index(weight) + 1] is clerk.item_card.fee.entry
    for fee in (READY.fee, UNPRICED):  # the view with the tariff's fee comes a moment after the weight
        clerk.show_view(replace(BASE, visit=replace(READY, fee=fee)))
        weight.setFocus()
        hands.press(Key.Key_Return)
        assert not clerk.item_card.fee.entry.hasFocus()
    clerk.show_view(replace(BASE, visit=wanting))
    weight.setFocus()
    hands.press(Key.Key_Return)
    assert clerk.item_card.fee.entry.hasFocus()


def test_what_is_no_fee_is_said_under_the_row(seated: Seated) -> None:
    wrong = FeeView(
        None, text="1,2", problem=RuleFault.FEE_FORM, payments=FEE.payments, most_cents=10_000_000
    )
    window, _, _ = seated(replace(BASE, visit=replace(READY, fee=wrong)))
    line = window.clerk.findChild(QLabel, "problem_waybill").text()
    assert Texts("zh").sentence("rule.fee_form", {"most": 100_000}) in line


@pytest.mark.parametrize("kind", list(Payment))
def test_the_payment_is_chosen_by_one_digit(seated: Seated, kind: Payment) -> None:
    window, hands, recorder = seated(replace(BASE, visit=READY))
    hands.press(Key.Key_U, ALT)
    assert window.clerk.side is Side.CHOICES
    hands.press(Key(ord(str(FEE.payments.index(kind.value) + 1))))
    assert recorder.commands == [SetPayment(kind)]


def test_the_payment_stands_at_the_top_and_an_open_one_warns(seated: Seated) -> None:
    window, _, _ = seated(replace(BASE, visit=READY))
    badge = window.clerk.findChild(QLabel, "payment")
    assert badge.text() == "● 移动支付 Alt+U"
    window.clerk.show_view(replace(BASE, visit=replace(READY, fee=replace(FEE, payment=None))))
    assert badge.text() == "▲ 付款方式未选 Alt+U"
