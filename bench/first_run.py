"""From an empty machine to a counter that serves, by keys alone: the first of a house, and the tenth.

The machine is measured: the real window, a real headquarters over TLS, devices on ptys behind an invented
bus.  The person is modelled, from the keys that were really struck and the pages that were really shown
(Card, Moran, Newell: keystroke-level model, with a slow hand); nobody was timed.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qt_compat import qt_api
from pytestqt.qtbot import QtBot

from bench.figures import Figure, at_most
from core.assistant import Stage
from core.view import Screen
from devices.simulators.label_printer import LabelPrinterSimulator
from devices.simulators.port import PtyPort
from devices.simulators.reader import ReaderSimulator
from devices.simulators.receipt_printer import ReceiptPrinterSimulator
from devices.simulators.scale import SicsScale
from devices.usb import ROOT_NAME
from hq.terminals import new_enrol_code
from storage.tls import AUTHORITY
from tests.devices.test_usb import Bus
from tests.ui.test_first_run import Empty
from tests.ui.typing import ALT, Hands, Key
from tests.walk.branch import BRANCH, PASSWORDS, Branch
from ui.application import create_application

if TYPE_CHECKING:
    from _pytest.fixtures import FixtureRequest

_OPERATOR, _FIRST, _TENTH = "OP10001", "990100-01-07", "990100-01-16"
_KEY_S = 0.5  # a technician who looks for each key; 0.28 is a typist of no skill in the model
_STEP_S = 1.35  # to make up one's mind, before each key that does something
_READ_S = 10.0  # a page that is new
_COMPARE_S = 30.0  # sixteen groups of a fingerprint against the paper
_PLUG_S = 30.0  # a box out of its carton, its cable, its mains
_CODE_S = 15.0  # an envelope opened and found again between two groups
_SOCKETS = (("ttyUSB0", "0403:6001"), ("ttyUSB1", "1203:0230"), ("ttyUSB2", "04b8:0202"),
            ("ttyUSB3", "067b:2303"))  # fmt: skip
_FOUND = ("id_reader", "label_printer", "receipt_printer", "scale")
_LIMIT_MS = 60_000
_PLAIN = Qt.KeyboardModifier.NoModifier


@dataclass
class Person:
    """What somebody did, as far as it takes time."""

    keys: int = 0
    steps: int = 0
    pages: int = 0
    compared: int = 0
    plugged: int = 0
    codes: int = 0

    @property
    def seconds(self) -> float:
        """By the model above."""
        spent = self.keys * _KEY_S + self.steps * _STEP_S + self.pages * _READ_S
        return spent + self.compared * _COMPARE_S + self.plugged * _PLUG_S + self.codes * _CODE_S

    def said(self) -> str:
        """For the figure's note."""
        return (f"{self.keys} keys, {self.steps} steps, {self.pages} pages, {self.compared} fingerprints, "
                f"{self.plugged} boxes, {self.codes} codes")  # fmt: skip


class Counting(Hands):
    """Hands whose keys are counted."""

    person: Person

    def press(self, key: Key, modifiers: Qt.KeyboardModifier = _PLAIN, *, wait: bool = True) -> None:
        """See the base: one key, and the thought before it."""
        super().press(key, modifiers, wait=wait)
        self.person.keys += 1
        self.person.steps += 1

    def type(self, text: str) -> None:
        """See the base."""
        super().type(text)
        self.person.keys += len(text)


class Machine:
    """An empty computer of the branch, four boxes beside it, and somebody who never saw the program."""

    def __init__(self, bot: QtBot, folder: Path, media: Path, number: str) -> None:
        folder.mkdir()
        os.environ[ROOT_NAME] = str(folder / "root")
        self._folder, self._serial = folder, number
        self.bus = Bus(folder / "root")
        self.devices: list[ReaderSimulator | LabelPrinterSimulator | ReceiptPrinterSimulator | SicsScale] = []
        self.person = Person(pages=1)
        self.began = time.perf_counter()
        self.desk = Empty(bot, folder, (str(media),))
        hands = Counting(bot, self.desk.window)
        hands.person = self.person
        self.desk.hands = self.hands = hands

    def wait(self, true: Callable[[], bool]) -> None:
        """Until the screen is so."""
        self.desk.qtbot.waitUntil(true, timeout=_LIMIT_MS)

    def at(self, stage: Stage) -> None:
        """A new page, which is read."""
        self.desk.at(stage)
        self.person.pages += 1

    def plug(self, at: int) -> None:
        """The box at that place of the list, at work."""
        port, ids = _SOCKETS[at]
        path = self.bus.plug(port, f"1-{at + 1}", ids, f"{self._serial}-{at}", "USB-Serial")
        baud = 115_200 if at < 3 else 9600
        pty = PtyPort(path, baud)
        made = (
            lambda: ReaderSimulator(pty),
            lambda: LabelPrinterSimulator(pty, self._folder / "labels"),
            lambda: ReceiptPrinterSimulator(pty, self._folder / "pages"),
            lambda: SicsScale(pty),
        )[at]()
        made.start()
        self.devices.append(made)
        self.person.plugged += 1

    def ready(self, at: int) -> bool:
        """Whether the counter works with it."""
        terminal = self.desk.made[0]
        records = {slot.value: row for slot, row in terminal.rack.records().items()}
        row = records.get(_FOUND[at])
        return row is not None and row.truth.state.value == "ready"

    def close(self) -> None:
        """Everything ends."""
        self.desk.close()
        for device in self.devices:
            device.stop()

    # -- what somebody does ----------------------------------------------------------------------------

    def to_the_devices(self, branch: Branch, code: str, activation: str) -> None:
        """Language, headquarters, code, operator."""
        desk, hands = self.desk, self.hands
        hands.press(Key.Key_F9)
        self.at(Stage.HEADQUARTERS)
        desk.wait(lambda: bool(desk.page._view.found))
        hands.press(Key.Key_1, ALT)  # the file on the stick
        desk.page.fields.entries["url"].setFocus()
        hands.type(branch.hq.url)
        desk.f9("first.reached")
        self.person.compared += 1
        hands.press(Key.Key_F9)
        self.at(Stage.CODE)
        desk.fill(code)
        self.person.codes += 1
        desk.f9("first.code_named")
        hands.press(Key.Key_F9)
        self.at(Stage.OPERATOR)
        desk.fill(_OPERATOR, activation, PASSWORDS[_OPERATOR], PASSWORDS[_OPERATOR])
        self.person.codes += 1
        hands.press(Key.Key_F9)
        self.at(Stage.DEVICES)
        self.wait(lambda: bool(desk.made))

    def add_each(self) -> None:
        """``N``, the box, ``F9``; four times."""
        for at in range(len(_SOCKETS)):
            self.hands.press(Key.Key_N)
            self.wait(self._asks_for_the_plug)
            self.plug(at)
            self.wait(lambda: self._shown("add_found"))
            self.person.pages += 1
            self.hands.press(Key.Key_F9)
            self.wait(lambda at=at: self.ready(at) and self._shown("technician_told"))  # type: ignore[misc]
            self.wait(lambda: not self._shown("add_step"))
        self.hands.press(Key.Key_Escape)
        self.wait(lambda: not self.desk.window.at_console)

    def _asks_for_the_plug(self) -> bool:
        adding = self.desk.workshop.look(None).adding
        return self._shown("add_step") and adding is not None and not adding.waits

    def _shown(self, name: str) -> bool:
        label = self.desk.window.findChild(QLabel, name)
        return label is not None and label.isVisible() and bool(label.text())

    def take_over(self) -> None:
        """``F8``, the file read, ``F9``."""
        self.hands.press(Key.Key_F8)
        self.wait(self.desk.window.console.taking.isVisible)
        self.person.pages += 1
        self.hands.press(Key.Key_F9)
        self.wait(lambda: all(map(self.ready, range(len(_SOCKETS)))))
        self.wait(lambda: not self.desk.window.console.taking.isVisible())
        self.hands.press(Key.Key_Escape)
        self.wait(lambda: not self.desk.window.at_console)

    def to_serving(self) -> None:
        """Checks, the hand-over signed and printed, the first log-in."""
        desk, hands = self.desk, self.hands
        hands.press(Key.Key_F9)
        self.at(Stage.CHECKS)
        self.wait(lambda: bool(desk.page._shop.findings))
        hands.press(Key.Key_F9)
        self.at(Stage.HANDOVER)
        self.wait(lambda: hands.focused is desk.page.fields.entries["password"])
        hands.type(PASSWORDS[_OPERATOR])
        desk.f9("first.handed")
        self.person.codes += 1  # she reads the paper
        hands.press(Key.Key_F9)
        self.wait(lambda: hands.place == "operator")
        hands.type(_OPERATOR)
        hands.press(Key.Key_Return)
        hands.type(PASSWORDS[_OPERATOR])
        hands.press(Key.Key_Return)
        self.wait(self._serves)

    def _serves(self) -> bool:
        view = self.desk.window._view
        return view is not None and view.screen is Screen.CLERK

    def share(self) -> None:
        """``F7``'s work, after the counter serves: onto the stick, which is the home folder here."""
        self.desk.workshop.share()
        self.wait(lambda: (told := self.desk.workshop.look(None).told) is not None
                  and told.code == "msg.config_shared")  # fmt: skip


def run() -> Iterator[Figure]:
    """Seconds: the first counter whole; of the tenth its configuration, and the whole."""
    create_application(["bench"])
    qt_api.set_qt_api("pyside6")
    bot = QtBot(cast("FixtureRequest", None))
    with (
        tempfile.TemporaryDirectory(prefix="counter-bench-") as directory,
        Branch(Path(directory) / "branch") as branch,
    ):
        folder = Path(directory)
        media = folder / "media"
        (media / "STICK").mkdir(parents=True)
        (media / "STICK" / "ca.pem").write_bytes((branch.hq.directory / AUTHORITY).read_bytes())
        os.environ["HOME"] = str(folder)
        first = Machine(bot, folder / "first", media, "A")
        first.to_the_devices(branch, _code(branch, _FIRST), branch.operator(_OPERATOR, "supervisor"))
        first.add_each()
        first.to_serving()
        yield _figure("first-run", first, 600)
        first.share()
        first.close()
        tenth = Machine(bot, folder / "tenth", media, "B")
        tenth.to_the_devices(branch, _code(branch, _TENTH), branch.operator(_OPERATOR, "supervisor"))
        for at in range(len(_SOCKETS)):  # as long as they always take, whoever says what they are
            tenth.plug(at)
        before, began = tenth.person.seconds, time.perf_counter()
        tenth.take_over()
        spent, person = time.perf_counter() - began, tenth.person.seconds - before
        note = f"{spent:.1f} s of machine, {person:.0f} s of a modelled person; the boxes stood there"
        yield at_most("tenth-configuration", spent + person, "s", 120, note)
        tenth.to_serving()
        yield _figure("tenth-run", tenth, 600)
        tenth.close()
        QApplication.processEvents()


def _code(branch: Branch, terminal: str) -> str:
    with branch.database() as database:
        return new_enrol_code(database, terminal, BRANCH)


def _figure(name: str, machine: Machine, aim: float) -> Figure:
    spent, person = time.perf_counter() - machine.began, machine.person
    note = f"{spent:.1f} s of machine, {person.seconds:.0f} s of a modelled person: {person.said()}"
    return at_most(name, spent + person.seconds, "s", aim, note)
