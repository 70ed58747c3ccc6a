"""Numbers from a pool at the waybill field: Enter takes one where nothing stands, and never else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel

from core.commands import Field, SetField
from core.numbering import TakeNumber, VoidCause, VoidNumbers
from core.view import PoolView
from tests.ui.conftest import Seated
from tests.ui.typing import ALT, Key
from ui.clerk.frame import Side
from ui.specimens import BASE, EMPTY, READY


def test_enter_in_the_empty_field_takes_a_number(seated: Seated) -> None:
    window, hands, recorder = seated(replace(BASE, visit=replace(EMPTY, pool=PoolView(5))))
    window.clerk.fields[Field.WAYBILL].entry.setFocus()
    hands.press(Key.Key_Return)
    assert recorder.commands == [TakeNumber()]
    assert not window.clerk.fields[Field.WAYBILL].entry.hasFocus()


@pytest.mark.parametrize("pool", [None, PoolView(0, low=True), PoolView(5)])
def test_it_takes_none_where_there_is_none_or_something_stands(seated: Seated, pool: PoolView | None) -> None:
    visit = READY if pool is not None and pool.left else EMPTY
    window, hands, recorder = seated(replace(BASE, visit=replace(visit, pool=pool)))
    entry = window.clerk.fields[Field.WAYBILL].entry
    entry.setFocus()
    hands.press(Key.Key_Return)
    assert recorder.commands == []
    # What is typed and not yet seen by the station counts as well.
    window.clerk.show_view(replace(BASE, visit=replace(EMPTY, pool=PoolView(5))))
    entry.setFocus()
    hands.type("1")
    hands.press(Key.Key_Return)
    assert recorder.commands == [SetField(Field.WAYBILL, "1")]


def test_what_is_left_is_said_under_the_row(seated: Seated) -> None:
    window, _, _ = seated(replace(BASE, visit=replace(EMPTY, pool=PoolView(482))))
    line = window.clerk.findChild(QLabel, "problem_waybill")
    assert "482" in line.text()
    window.clerk.show_view(replace(BASE, visit=replace(READY, pool=PoolView(9, low=True))))
    assert line.text().startswith("▲")
    assert "9" in line.text()


def test_a_spoiled_number_is_voided_by_one_digit(seated: Seated) -> None:
    window, hands, recorder = seated(replace(BASE, visit=replace(READY, pool=PoolView(5))))
    number = READY.fields[Field.WAYBILL].text
    hands.press(Key.Key_V, ALT)
    hands.press(Key.Key_1)
    assert recorder.commands == [VoidNumbers(number, number, VoidCause.DAMAGED)]
    window.clerk.show_view(replace(BASE, visit=replace(EMPTY, pool=PoolView(5))))
    hands.press(Key.Key_V, ALT)
    assert window.clerk.side is not Side.CHOICES
