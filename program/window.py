"""The window and the terminal behind it.  The log-in stands before anything else is loaded."""

from __future__ import annotations

import logging
import queue
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from program import interpreter
from program.incidents import install
from program.late_workshop import LateWorkshop
from program.settings_file import SettingsFile
from program.speaker import Speaker
from program.version import version
from ui.application import create_application
from ui.bridge import Bridge
from ui.present import utc_now
from ui.window import MainWindow

if TYPE_CHECKING:
    from core.commands import Command
    from core.errors import Fact
    from program.assistant import FirstRun
    from program.bench_clock import BenchClock
    from program.bench_orders import BenchOrders
    from program.demonstration import Demonstration
    from program.terminal import Terminal

_log = logging.getLogger(__name__)
_COMPOSE_AFTER_MS = 120
_TITLE = 32  # as high as title bars are
_EPOCH, _A_MINUTE = 1_793_491_200, 20  # 2026-11-01; waybills that nobody scans faster than in a minute
PAGES = {"label_printer": "labels", "receipt_printer": "receipts"}  # where the simulators put them


class Composing:
    """Takes commands at once, and gives them to the station as soon as it is put together."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._terminal: Terminal | None = None

    def submit(self, command: Command) -> Future[object] | None:
        """See :class:`core.station.station.Station`."""
        with self._lock:
            if self._terminal is None:
                self._waiting.put(command)
                return None
            return self._terminal.station.submit(command)

    def composed(self, terminal: Terminal) -> None:
        """From now on commands go straight through; those that waited go first."""
        with self._lock:
            self._terminal = terminal
            while not self._waiting.empty():
                terminal.station.submit(self._waiting.get())


def open_window(
    data: Path,
    config: Path,
    language: str | None,
    demonstration: Demonstration | None = None,
    *,
    first_run: bool = False,
) -> int:
    """Runs until the window is closed; the exit code.  ``first_run``: the assistant comes first."""
    interpreter.share()
    application = create_application(sys.argv[:1])
    composing, bridge = Composing(), Bridge()
    kept, speaker = SettingsFile(data), Speaker()
    settings = kept.read()
    spoken = language or settings.language or _language(config)
    # Only the demonstration has a clock that can be moved; nowhere else is there one.
    clock = _bench_clock(demonstration)
    made: list[Terminal] = []
    workshop = LateWorkshop(data, config, lambda: made[0] if made else None)
    window = MainWindow(
        composing,
        bridge,
        spoken,
        clock=clock.wall if clock is not None else utc_now,
        settings=settings,
        keep=kept.keep,
        play=speaker.play,
        version=version(),
        workshop=workshop,
    )
    install(lambda number: _say(bridge, "msg.incident", {"number": number}))

    def compose() -> None:
        terminal = _compose(data, config, bridge, demonstration, clock)
        if terminal is not None:
            from program.evidence_files import folder  # it loads the store, as the terminal has by now

            made.append(terminal)
            window.forms_folder = folder
            terminal.start()
            composing.composed(terminal)
            workshop.read()
            interpreter.settle()

    thread = threading.Thread(target=compose, name="compose", daemon=True)
    bench = _bench(demonstration, window, clock) if demonstration is not None else None
    if window.screen().availableGeometry().height() < window.height() + _TITLE:
        window.showMaximized()  # the smallest screen: a title bar would push the devices' line out
    else:
        window.show()
    window.activateWindow()  # without a window manager nobody else gives it the keyboard
    # The log-in can be typed first: reading the other rooms takes the interpreter for a while.
    assistant = _assist(window, workshop, data, config, thread.start, made) if first_run else None
    if assistant is None:
        QTimer.singleShot(_COMPOSE_AFTER_MS, thread.start)
    try:
        return application.exec()
    finally:
        if bench is not None:
            bench.stop()
        if assistant is not None:
            assistant.stop()
        if thread.ident is not None:
            thread.join(10)
        workshop.stop()
        for terminal in made:
            terminal.stop()
        speaker.stop()
        kept.stop()


def _assist(
    window: MainWindow,
    workshop: LateWorkshop,
    data: Path,
    config: Path,
    compose: Callable[[], None],
    made: Sequence[Terminal],
) -> FirstRun:
    """The first run; a terminal is put together as soon as a counter stands."""
    from program.assistant import FirstRun
    from program.handing import Handing
    from ui.assistant.opened import assist

    assistant = FirstRun(data, config, handing=Handing(data, lambda: made[0] if made else None, workshop))
    page = assist(window, assistant, workshop)
    page.founded.connect(compose)
    page.done.connect(assistant.finish)
    return assistant


def _bench_clock(demonstration: Demonstration | None) -> BenchClock | None:
    if demonstration is None or demonstration.relay is None:
        return None
    from program.bench_clock import BenchClock

    return BenchClock()


def _bench(demonstration: Demonstration, window: MainWindow, clock: BenchClock | None) -> BenchOrders:
    """The bench beside the counter; it goes when the counter goes."""
    from program.bench_orders import Around, BenchOrders
    from program.sender_app import SenderApp
    from ui.bench.part import BenchBridge
    from ui.bench.window import BenchWindow, Visitor, beside
    from ui.text import Texts

    control, bridge = demonstration.control(), BenchBridge(window)
    app = None
    if (demonstration.sender_app / "keys.json").exists():
        app = SenderApp(demonstration.sender_app, clock.wall if clock is not None else utc_now)
    orders = BenchOrders(control, bridge.told.emit, Around(demonstration.relay, clock, app))
    rows = control.tell("drawer").get("drawer")
    visitors = [Visitor(**row) for row in rows] if isinstance(rows, list) else []
    pages = {slot: demonstration.devices / name for slot, name in PAGES.items()}
    texts, serial = Texts(window.language), _next_serial(pages.values())
    bench = BenchWindow(visitors, orders.give, pages, texts, window.theme_name, serial=serial,
                        newcomer=demonstration.newcomer)  # fmt: skip
    bridge.told.connect(bench.told)
    window.dressed.connect(bench.dress)
    window.side_taken.connect(bench.step_aside)
    beside(bench, window)
    window.closing.connect(bench.close)
    bench.show()
    return orders


def _next_serial(folders: Iterable[Path]) -> int:
    """The first waybill of this start: never one of an earlier start, which may be recorded already."""
    from ui.bench.goods import FIRST_SERIAL

    if not any(path for folder in folders for path in folder.glob("page-*.png")):
        return FIRST_SERIAL
    minutes = int(time.time() - _EPOCH) // 60
    return FIRST_SERIAL + _A_MINUTE * max(1, minutes)


def _compose(
    data: Path,
    path: Path,
    bridge: Bridge,
    demonstration: Demonstration | None,
    clock: BenchClock | None,
) -> Terminal | None:
    """The terminal, or None with the reason on the screen."""
    from core.config import load_config
    from core.errors import CounterError
    from program.terminal import Parts, Terminal, with_links
    from storage.pump import PumpSettings

    try:
        config = load_config(path)
        if demonstration is not None:
            config = with_links(config, demonstration.missing_links(config))
        # Whoever cuts the line and mends it wants to see both at once.
        parts = (
            Parts(clock=clock, pump=PumpSettings(longest_wait_s=5.0, heartbeat_s=15.0, time_every_s=15.0))
            if clock is not None
            else None
        )
        return Terminal(config, data, bridge.post, demonstration=demonstration is not None, parts=parts)
    except CounterError as error:
        _say(bridge, str(error.code), dict(error.facts))
        return None


def _say(bridge: Bridge, code: str, facts: dict[str, Fact]) -> None:
    """What stands in the way of any station; nothing else can be shown then."""
    from core.view import CounterView, Message, Screen

    bridge.post(CounterView(Screen.LOGIN, "", "", message=Message(code, facts, "error", 1)))


def _language(config: Path) -> str:
    """The configured language; the whole file is checked later, where errors can be shown."""
    try:
        station = tomllib.loads(config.read_text("utf-8")).get("station", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return "zh"
    language = station.get("language") if isinstance(station, dict) else None
    return language if language in ("zh", "en") else "zh"
