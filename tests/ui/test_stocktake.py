"""盘点 by keys and scans: F5 on the day close, blind, then the differences, then the signature."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel

from tests.ui.test_dispatch import _asks, _labelled, _scan, seat
from tests.ui.test_visits import Seat
from tests.ui.typing import ALT, Key
from ui.clerk.frame import Page, Side

__all__ = ["seat"]
pytestmark = pytest.mark.requirement("T24", "I6")


def _stock(seat: Seat) -> str:
    label = seat.window.clerk.close_page.findChild(QLabel, "close_stock")
    return label.text() if label.isVisible() else ""


def test_it_is_blind_and_goes_on_where_it_was(seat: Seat) -> None:
    """Esc keeps what was scanned; what is not found is looked for again; nothing of the books before that."""
    tokens, clerk = _labelled(seat), seat.window.clerk
    seat.hands.press(Key.Key_D, ALT)
    seat.wait(lambda: clerk.page is Page.CLOSE)
    assert "没有盘点" in _stock(seat)
    assert "日末" not in _stock(seat)
    seat.hands.press(Key.Key_F5)
    _asks(seat, "stocktake")
    assert "日末" not in _stock(seat)
    _scan(seat, tokens[0])
    seat.said("msg.stock_scanned")
    seat.wait(lambda: any("已扫 1 件" in label.text() for label in clerk.choices.findChildren(QLabel)))
    seat.hands.press(Key.Key_Escape)
    seat.wait(lambda: clerk.side is not Side.CHOICES)
    assert clerk.page is Page.CLOSE
    seat.hands.press(Key.Key_F5)
    _asks(seat, "stocktake")
    seat.hands.press(Key.Key_1)
    _asks(seat, "stocktake_sure")
    seat.hands.press(Key.Key_Escape)  # not yet
    _asks(seat, "stocktake")
    assert "StockCounted" not in seat.counter.kinds()
    seat.hands.press(Key.Key_1)
    _asks(seat, "stocktake_sure")
    seat.hands.press(Key.Key_1)
    seat.said("msg.stock_differs")
    seat.wait(lambda: "没扫到 2" in _stock(seat))
    assert "日末 3" in _stock(seat)
    seat.hands.press(Key.Key_F5)
    _asks(seat, "stocktake")
    _scan(seat, tokens[1])
    seat.said("msg.stock_scanned")
    _scan(seat, "EA000000000XX")
    seat.said("msg.stock_strange")
    seat.hands.press(Key.Key_1)
    _asks(seat, "stocktake_sure")
    seat.hands.press(Key.Key_1)
    seat.wait(lambda: "没扫到 1，多出 0，不认识 1" in _stock(seat))
    chosen = clerk.close_page.chosen
    assert chosen is not None
    assert chosen.kinds == ("not_found",)
    seat.wait(lambda: clerk.side is not Side.CHOICES)
    seat.hands.press(Key.Key_3)  # reported as it is
    _asks(seat, "dispute_difference")
    seat.hands.press(Key.Key_4)
    seat.said("msg.difference_disputed")
    seat.hands.press(Key.Key_F9)
    seat.wait(lambda: clerk.side is Side.CHOICES)
    seat.hands.press(Key.Key_1)
    seat.said("msg.day_closed")
    kinds = seat.counter.kinds()
    assert kinds[-3:] == ["DifferenceDisputed", "StockStated", "DayClosed"]
    assert (kinds.count("StockCounted"), kinds.count("StockDiffers")) == (2, 3)
