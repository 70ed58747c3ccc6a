"""A day of 1,500 items with twelve planted differences of five kinds: found, named, and given a word by keys.

The station is real, over memory; the window is real; scans go in as a scanner's lane gives them.  The person
is modelled from what was really struck and scanned; nobody was timed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from pytestqt.qt_compat import qt_api
from pytestqt.qtbot import QtBot

from bench.around import waybill
from bench.figures import Figure, at_most
from bench.first_run import Counting, Person
from core import commands as c
from core.devices import PrintOutcome
from core.dispatch import CloseBag, LeaveDispatch, OpenBag, OpenDispatch, PackItem
from core.view import CounterView
from tests.core.station.test_dispatching import Following
from tests.ui.typing import ALT, Key
from ui.application import create_application
from ui.bridge import Bridge
from ui.clerk.frame import Page, Side
from ui.window import MainWindow

if TYPE_CHECKING:
    from _pytest.fixtures import FixtureRequest

ITEMS, SHELF, VISIT, BAG = 1_500, 60, 50, 480
_SCAN_S, _LOOK_S = 1.5, 5.0  # a parcel in the hand and its label found; a difference read
# Place of an item in the day → what is wrong with it.  The last SHELF items are not dispatched.
PLANTED = {
    1441: "no_label", 1442: "no_label", 1450: "no_label",
    1443: "not_affixed", 1451: "not_affixed", 1460: "not_affixed",
    1444: "label_unknown", 1470: "label_unknown",
    1480: "not_found", 1490: "not_found",
    700: "still_here", 900: "still_here",
}  # fmt: skip


_OUTCOMES = {"no_label": PrintOutcome.NOT_PRINTED, "label_unknown": PrintOutcome.UNKNOWN}


@dataclass
class _Day:
    """The counter, and what its parcels are known by."""

    counter: Following
    tokens: dict[int, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)  # waybill → place


def run() -> Iterator[Figure]:
    """Differences that were not named, and false ones; seconds of machine and modelled person."""
    create_application(["bench"])
    qt_api.set_qt_api("pyside6")
    bot = QtBot(cast("FixtureRequest", None))
    counter, bridge = Following(), Bridge()
    views = counter.views

    def publish(view: CounterView) -> None:
        views.append(view)
        bridge.post(view)

    vars(counter.station)["_publish"] = publish
    day = _Day(counter)
    counter.log_in()
    for first in range(1, ITEMS + 1, VISIT):
        _visit(day, first)
    _dispatch(day)
    window = MainWindow(counter.station, bridge, "zh")
    with bot.waitActive(window):
        window.show()
    try:
        yield from _close(day, bot, window)
    finally:
        window.close()
        counter.station.stop()


def _visit(day: _Day, first: int) -> None:
    """One customer's parcels, each with what is planted in its paper."""
    counter = day.counter
    counter.sender()
    for place in range(first, first + VISIT):
        if place > first:
            counter.do(c.NextItem())
        code = waybill(place)
        day.numbers[code] = place
        counter.parcel(code)
        counter.do(c.Commit())
        label = counter.paper(place)[-1]
        wrong = PLANTED.get(place, "")
        counter.print(
            label,
            _OUTCOMES.get(wrong, PrintOutcome.PRINTED),
            "device.paper_out" if wrong in _OUTCOMES else "",
        )
        day.tokens[place] = label.label.token
        if wrong not in ("no_label", "label_unknown", "not_affixed"):
            counter.scan(label.label.token)
    counter.lift()
    counter.do(c.NextCustomer())
    del counter.views[:-1]


def _dispatch(day: _Day) -> None:
    """All but the shelf, in bags; two of them stay behind although their bag has left."""
    counter = day.counter
    counter.do(OpenDispatch())
    leaving = range(1, ITEMS - SHELF + 1)
    for number, first in enumerate(range(1, len(leaving) + 1, BAG), 1):
        counter.do(OpenBag(f"B-{number:04d}", "sorting_01"))
        for place in leaving[first - 1 : first - 1 + BAG]:
            counter.do(PackItem(day.tokens[place]))
        counter.do(CloseBag(f"S-{number:04d}"))
        assert counter.message() == "msg.bag_closed", counter.message()
    counter.do(LeaveDispatch())
    del counter.views[:-1]


def _close(day: _Day, bot: QtBot, window: MainWindow) -> Iterator[Figure]:
    counter, clerk, person = day.counter, window.clerk, Person()
    hands = Counting(bot, window)
    hands.person = person

    def wait(true: Callable[[], bool]) -> None:
        bot.waitUntil(true, timeout=15_000)

    def asked(name: str) -> None:
        wait(lambda: clerk.side is Side.CHOICES and clerk.choices.asks == name)

    counter.shown()
    wait(clerk.isVisible)
    began, scans, looked = time.perf_counter(), 0, 0
    hands.press(Key.Key_D, ALT)
    wait(lambda: clerk.page is Page.CLOSE)
    hands.press(Key.Key_F5)
    asked("stocktake")
    for place in (*range(ITEMS - SHELF + 1, ITEMS + 1), 700, 900):
        if PLANTED.get(place) != "not_found":
            counter.scan(day.tokens[place])
            scans += 1
    hands.press(Key.Key_1)
    asked("stocktake_sure")
    hands.press(Key.Key_1)
    wait(lambda: counter.message() == "msg.stock_differs")
    close = counter.shown().close
    assert close is not None
    named = {
        (day.numbers[row.waybill], kind) for row in close.differences for kind in row.kinds if row.waybill
    }
    planted = set(PLANTED.items())
    yield at_most("differences-missed", len(planted - named), "", 0, f"{len(planted)} among {ITEMS} items")
    yield at_most("differences-false", len(named - planted), "", 0, f"{close.more} not listed")
    wait(lambda: clerk.side is not Side.CHOICES)
    page = clerk.close_page
    while page.view is not None and page.view.left:
        looked += 1
        left = page.view.left
        while (row := page.chosen) is None or row.state != "open":
            hands.press(Key.Key_Up)
        hands.press(Key.Key_3)
        asked("dispute_difference")
        hands.press(Key.Key_6)  # not explained yet
        wait(lambda left=left: page.view is not None and page.view.left < left)  # type: ignore[misc]
        wait(lambda: clerk.side is not Side.CHOICES)
    hands.press(Key.Key_F9)
    wait(lambda: clerk.side is Side.CHOICES)
    hands.press(Key.Key_1)
    wait(lambda: counter.message() == "msg.day_closed")
    spent = time.perf_counter() - began
    modelled = person.seconds + scans * _SCAN_S + looked * _LOOK_S
    note = (f"{spent:.1f} s of machine, {modelled:.0f} s of a modelled person: {scans} parcels scanned, "
            f"{looked} differences read, {person.said()}")  # fmt: skip
    yield at_most("differences", spent + modelled, "s", 300, note)
