"""T2: double presses, bursts and scans during commit and print: one record, one number, one label."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PySide6.QtCore import QEventLoop, QTimer

from core import commands as c
from core.devices import CodeScanned, Slot
from tests.faults.around import Headquarters
from tests.faults.rig import Rig
from tests.faults.screen import Window
from tests.faults.work import Item, day, each
from tests.ui.typing import ALT, Key

pytestmark = pytest.mark.requirement("T2", "I1")

GAP_S = 0.05
THREADS, PRESSES = 4, 6


class SlowSteps:
    """A probe that holds the station up in the middle of things, so that every press comes in between."""

    def __init__(self, **seconds: float) -> None:
        self._seconds = seconds
        self.reached = threading.Event()

    def __call__(self, step: str, /) -> None:
        wait = self._seconds.get(step.replace(".", "_"), 0.0)
        if wait:
            self.reached.set()
            time.sleep(wait)


SLOW = {
    "commit": {"journal_before_commit": 0.25},
    "print": {"print_submitted": 0.25, "print_starting": 0.25},
}


@pytest.mark.parametrize("where", SLOW)
def test_four_threads_press_at_once(headquarters: Headquarters, tmp_path: Path, where: str) -> None:
    steps = SlowSteps(**SLOW[where])
    with Rig(headquarters, tmp_path, 10 + list(SLOW).index(where), probe=steps) as rig:
        rig.log_in()
        for visit, item in each(day(3)):
            rig.clerk.fill(visit, item)
            hammer(rig, item)
            rig.clerk.wait_labels()
        rig.stop()
        assert_once(rig, 3)


def hammer(rig: Rig, item: Item) -> None:
    """F9, F9 50 ms later, the same waybill scanned, other codes scanned: from four threads."""
    assert rig.terminal is not None
    station = rig.terminal.station
    begin = threading.Barrier(THREADS)

    def press(number: int) -> None:
        begin.wait(5)
        ended = []
        for turn in range(PRESSES):
            ended.append(station.submit(c.Commit(time.perf_counter_ns())))
            code = item.waybill if turn % 2 else f"98{number}{turn}"
            station.device_event(CodeScanned(Slot.SCANNER, code, "]C0"))
            if number % 2:
                time.sleep(GAP_S)
        for future in ended:
            future.exception(20)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(press, range(THREADS)))


def assert_once(rig: Rig, items: int) -> None:
    """One record, one number, one page without a copy mark for each item."""
    found = rig.look()
    assert found.findings == []
    assert found.kinds.count("ItemAccepted") == items
    assert [str(row.annex["number"]) for row in found.items] == [f"{n:06d}" for n in range(1, items + 1)]
    assert sorted(page.waybill for page in rig.pages) == sorted(row.waybill for row in found.items)
    assert not any(page.copy for page in rig.pages)
    assert "ReprintAsked" not in found.kinds


# -- through the window ----------------------------------------------------------------------------

SLOWLY = {"journal_before_commit": 0.2, "print_submitted": 0.2}


def test_presses_in_the_window(make_window: Callable[..., Window]) -> None:
    """F9 twice 50 ms apart, F9 held down, Enter and scanner bursts while commit and print are under way."""
    shown = make_window(20, SlowSteps(**SLOWLY))
    hands, visits = shown.hands, day(3)
    for number, (visit, item) in enumerate(each(visits)):
        shown.fill(visit, item)
        hands.press(Key.Key_F9)
        shown.qtbot.wait(50)
        hands.press(Key.Key_F9, wait=False)
        if number == 0:
            for _ in range(8):
                hands.press(Key.Key_Return, wait=False)
        elif number == 1:
            hands.hold(Key.Key_F9, 12)
        else:
            hands.scan(item.waybill)
            hands.scan("6901234567892")
        hands.press(Key.Key_F9, wait=False)
        shown.settle(number + 1)
    shown.rig.stop()
    assert_once(shown.rig, 3)


def test_a_nested_event_loop_in_the_middle_of_f9(make_window: Callable[..., Window]) -> None:
    """A loop inside the slot that pressed F9, and presses inside that loop: how one payment became two."""
    shown = make_window(21, SlowSteps(**SLOWLY))
    visit, item = next(each(day(1)))
    shown.fill(visit, item)

    def press_and_loop() -> None:
        shown.hands.press(Key.Key_F9, wait=False)
        inner = QEventLoop()
        for at in (10, 60, 110, 160):
            QTimer.singleShot(at, lambda: shown.hands.press(Key.Key_F9, wait=False))
        QTimer.singleShot(400, inner.quit)
        inner.exec()

    shown.qtbot.wait(200)
    QTimer.singleShot(0, press_and_loop)
    shown.settle(1)
    shown.rig.stop()
    assert_once(shown.rig, 1)


def test_a_keyboard_scanner_confirms_nothing(make_window: Callable[..., Window]) -> None:
    """Codes that end in Enter, in every field, with everything filled in but one confirmation."""
    shown = make_window(22)
    visit, item = next(each(day(1)))
    shown.fill(visit, item)
    before = shown.rig.eyes.view.visit
    assert before is not None
    for field in (c.Field.CONTENTS, c.Field.RECIPIENT_NAME, c.Field.WAYBILL):
        shown.window.clerk.fields[field].entry.setFocus()
        shown.hands.scan("6901234567892")
        shown.qtbot.wait(150)
    shown.hands.press(Key.Key_2, ALT)
    shown.qtbot.wait(200)
    shown.rig.stop()
    found = shown.rig.look()
    assert found.kinds.count("ItemAccepted") == 0
    assert shown.rig.pages == []
