"""What a clerk does at the counter, as scripts for :class:`bench.screen.Hands`."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from bench.around import waybill
from bench.screen import Hands, Painted, Script, WindowCounter
from core.devices import CardRead, CodeScanned
from core.view import CounterView

_Key = Qt.Key
CARD = "证件样本"
_SENDER = {"sender_phone": "13800138000", "sender_address": "北京市朝阳区样本街道1号院"}
_ITEM = {"contents": "衣物", "quantity": "1", "weight": "1.284"}
_RECIPIENT = {
    "recipient_name": "示例乙",
    "recipient_phone": "13900139021",
    "recipient_address": "上海市浦东新区世纪大道100号",
}


class AtTheCounter:
    """Serves one customer after another.  ``waits`` are milliseconds of what the program alone took."""

    def __init__(self, counter: WindowCounter, hands: Hands, begin: int = 0) -> None:
        self.counter, self.hands = counter, hands
        self.number = begin
        self.waits: list[float] = []

    @property
    def view(self) -> CounterView:
        """What the station told last."""
        assert self.counter.view is not None
        return self.counter.view

    @property
    def _accepted(self) -> int:
        """Items of this customer so far."""
        return len(self.view.visit.items) if self.view.visit is not None else 0

    def customer(self, parcels: int) -> Script:
        """From the card on the reader to the next customer."""
        yield from self._sender()
        for number in range(parcels):
            yield from self._parcel()
            yield from self._accept()
            if number + 1 < parcels:
                yield from self.hands.press(_Key.Key_F7)
                yield lambda: not self._field("waybill").text()
        self.hands.order("lift")
        yield 0.3
        yield from self.hands.press(_Key.Key_F8)
        yield lambda: not self._accepted and not self._field("sender_name").text()

    def _field(self, name: str) -> QLineEdit:
        field = self.hands.find(name)
        assert isinstance(field, QLineEdit)
        return field

    def _shown(self, name: str, seen: Callable[[], bool]) -> Painted:
        painted = self.hands.painting(self.hands.find(name))
        painted.expect(seen)
        return painted

    def _sender(self) -> Script:
        hands = self.hands
        name = self._field("sender_name")
        painted = self._shown("sender_name", lambda: bool(name.text()))
        hands.order("place", card=CARD)
        yield lambda: bool(painted.at_ns)
        self.waits.append((painted.at_ns - self.counter.spoke[CardRead]) / 1e6)
        yield from hands.press(_Key.Key_1, alt=True)
        for field, text in _SENDER.items():
            yield from hands.type(field, text)

    def _parcel(self) -> Script:
        hands = self.hands
        self.number += 1
        code = waybill(self.number)
        field = self._field("waybill")
        painted = self._shown("waybill", lambda: field.text() == code)
        hands.order("scan", code=code)
        yield lambda: bool(painted.at_ns)
        self.waits.append((painted.at_ns - self.counter.spoke[CodeScanned]) / 1e6)
        for name, text in {**_ITEM, **_RECIPIENT}.items():
            yield from hands.type(name, text)
        for key in (_Key.Key_2, _Key.Key_3, _Key.Key_7):
            yield from hands.press(key, alt=True)
        yield lambda: self.view.visit is not None and not self.view.visit.missing

    def _accept(self) -> Script:
        """F9, the pages out of their printers, and the label scanned back on its parcel."""
        hands = self.hands
        yield 0.2
        before = self._accepted
        painted = self._shown("commit_action", lambda: self._accepted > before)
        pressed = time.perf_counter_ns()
        hands.key(_Key.Key_F9)
        yield lambda: bool(painted.at_ns)
        self.waits.append((painted.at_ns - pressed) / 1e6)
        yield lambda: self.view.last is not None and not self.view.pending
        hands.order("scan", code=waybill(self.number))
        yield lambda: self.view.last is not None and self.view.last.affixed
