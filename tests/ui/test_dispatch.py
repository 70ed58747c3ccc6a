"""Dispatch in bags by keys and scans: the real window, the real station."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from core.devices import CodeScanned, Slot
from tests.core.station.desk import WAYBILLS
from tests.core.station.test_dispatching import Following
from tests.core.station.test_manifests import Files
from tests.ui.conftest import Opened
from tests.ui.test_visits import Seat, sit
from tests.ui.typing import CONTROL, Key
from ui.clerk.frame import Side


@pytest.fixture
def seat(qtbot: QtBot, opened: Opened) -> Iterator[Seat]:
    yield from sit(qtbot, opened, Following())


def _labelled(seat: Seat) -> list[str]:
    """Three items whose labels stick on their parcels; their codes."""
    return seat.counter.labelled(*WAYBILLS)


def _asks(seat: Seat, name: str) -> None:
    clerk = seat.window.clerk
    seat.wait(lambda: clerk.side is Side.CHOICES and clerk.choices.asks == name)


def _scan(seat: Seat, code: str) -> None:
    seat.counter.station.device_event(CodeScanned(Slot.SCANNER, code, "]C0"))


def test_a_bag_is_filled_and_sealed(seat: Seat) -> None:
    """Each step goes back to what stands; a scan takes nothing away that is being typed; Esc leaves it so."""
    tokens = _labelled(seat)
    seat.hands.press(Key.Key_B, CONTROL)
    _asks(seat, "bag_none")
    seat.hands.press(Key.Key_2)
    _asks(seat, "bag_number")
    seat.hands.type(WAYBILLS[0])
    seat.hands.press(Key.Key_Return)
    seat.said("rule.bag_waybill")
    assert seat.hands.place == "correct_figures"  # what is typed next belongs there
    seat.window.clerk.choices.value.entry.clear()
    seat.hands.type("b-0001")
    seat.hands.press(Key.Key_Return)
    _asks(seat, "bag_open")
    _scan(seat, tokens[0])
    seat.said("msg.bag_packed")
    _scan(seat, tokens[0])
    seat.said("rule.bag_twice")
    seat.hands.press(Key.Key_2)
    _asks(seat, "bag_code")
    seat.hands.type(WAYBILLS[1])
    seat.hands.press(Key.Key_Return)
    _asks(seat, "bag_open")
    lines = seat.window.clerk.choices.findChild(QLabel, "choice_lines")
    assert "000001" in lines.text()
    assert "000002" in lines.text()
    seat.hands.press(Key.Key_3)
    _asks(seat, "bag_take_out")
    seat.hands.press(Key.Key_1)
    seat.said("msg.bag_unpacked")
    _asks(seat, "bag_open")
    seat.hands.press(Key.Key_Escape)
    seat.wait(lambda: seat.window.clerk.side is Side.USUAL and seat.view.dispatch is None)
    seat.hands.press(Key.Key_B, CONTROL)
    _asks(seat, "bag_open")
    seat.hands.press(Key.Key_1)
    _asks(seat, "bag_seal")
    seat.hands.type("s-7")
    _scan(seat, tokens[2])
    seat.said("msg.bag_packed")
    assert seat.window.clerk.choices.value.entry.text() == "s-7"
    seat.hands.type("71")
    seat.hands.press(Key.Key_Escape)
    _asks(seat, "bag_open")  # one step back, and nothing was sealed
    seat.hands.press(Key.Key_1)
    _asks(seat, "bag_seal")
    seat.hands.type("s-771")
    seat.hands.press(Key.Key_Return)
    seat.said("msg.bag_closed")
    _asks(seat, "bag_none")
    assert "S-771" in lines.text()
    closed = seat.counter.vault.journal.rows[-1]
    assert (closed.header.kind, closed.data["seal"], closed.data["count"]) == ("BagClosed", "S-771", 2)
    seat.hands.press(Key.Key_F12)
    seat.wait(lambda: seat.view.visit is None)
    assert seat.view.dispatch is None


def test_the_manifest_of_a_closed_bag_by_keys(seat: Seat) -> None:
    """The question stays until Esc: another one may be wanted, and a scan finds the page still there."""
    tokens = _labelled(seat)
    files = Files()
    seat.counter.live.slip_files = files
    seat.hands.press(Key.Key_B, CONTROL)
    _asks(seat, "bag_none")
    seat.hands.press(Key.Key_2)
    _asks(seat, "bag_number")
    seat.hands.type("b-0001")
    seat.hands.press(Key.Key_Return)
    _asks(seat, "bag_open")
    _scan(seat, tokens[0])
    seat.said("msg.bag_packed")
    seat.hands.press(Key.Key_1)
    _asks(seat, "bag_seal")
    seat.hands.type("s-701")
    seat.hands.press(Key.Key_Return)
    seat.said("msg.bag_closed")
    _asks(seat, "bag_none")
    seat.hands.press(Key.Key_3)
    _asks(seat, "bag_manifest")
    seat.hands.press(Key.Key_1)
    _asks(seat, "manifest_place")
    seat.hands.press(Key.Key_1)
    seat.said("msg.manifest_written")
    assert [page.slip.bag for page in files.pages] == ["B-0001"]
    _asks(seat, "manifest_place")
    seat.hands.press(Key.Key_Escape)
    _asks(seat, "bag_none")
    seat.hands.press(Key.Key_Escape)
    seat.wait(lambda: seat.window.clerk.side is Side.USUAL and seat.view.dispatch is None)
