"""The first run by keys, from an empty directory to the first log-in: real window, real headquarters, TLS."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from core.assistant import Busy, Registration, Stage, Way
from core.config import load_config
from core.devices import DeviceState, Slot
from core.ledger.handover import KIND
from core.view import Screen
from devices.scanner.picture import read_codes
from devices.simulators.port import TcpPort
from devices.simulators.receipt_printer import ReceiptPrinterSimulator
from devices.simulators.scale import SicsScale
from hq.codes import new_code
from hq.terminals import grant_epoch, new_enrol_code
from program import first_steps
from program.assistant import FirstRun
from program.handing import Handing
from program.late_workshop import LateWorkshop
from program.terminal import Parts, Terminal
from program.window import Composing
from program.workshop import Workshop
from storage.files import read_json
from storage.tls import AUTHORITY
from tests.guards import ExpectedLogs
from tests.peers.handover import check_hand_over
from tests.peers.slips import code_parts
from tests.storage.counters import CHEAP
from tests.storage.proxy import Proxy
from tests.storage.stub_hq import Authority
from tests.ui.typing import ALT, Hands, Key
from tests.walk.branch import BRANCH, PASSWORDS, QUICK, Branch
from ui.assistant.opened import assist
from ui.bridge import Bridge
from ui.window import MainWindow

pytestmark = pytest.mark.timeout(180)
TERMINAL, OPERATOR = "990100-01-07", "OP10001"


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Branch]:
    with Branch(tmp_path_factory.mktemp("branch")) as made:
        yield made


class Empty:
    """A machine: its window as ``program.window`` opens it, with a cheap password.

    ``mounts``: where its sticks are.
    """

    def __init__(self, qtbot: QtBot, folder: Path, mounts: tuple[str, ...] = ()) -> None:
        self.qtbot, self.data, self.path = qtbot, folder / "data", folder / "counter.toml"
        bridge, composing = Bridge(), Composing()
        self.made: list[Terminal] = []
        self.workshop = LateWorkshop(self.data, self.path, lambda: self.made[0] if self.made else None)
        handing = Handing(self.data, lambda: self.made[0] if self.made else None, self.workshop, ())
        self.assistant = FirstRun(self.data, self.path, cost=CHEAP, mounts=mounts, handing=handing)
        self.window = MainWindow(composing, bridge, "zh", workshop=self.workshop)

        def compose() -> None:
            parts = Parts(page_process=False, pump=QUICK)
            terminal = Terminal(load_config(self.path), self.data, bridge.post, parts=parts)
            self.made.append(terminal)
            terminal.start()
            composing.composed(terminal)

        page = self.page = assist(self.window, self.assistant, self.workshop)
        page.founded.connect(compose)
        page.done.connect(self.assistant.finish)
        with qtbot.waitActive(self.window):
            self.window.show()
        self.hands = Hands(qtbot, self.window)

    def wait(self, true: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(true, timeout=30_000)

    def at(self, stage: Stage) -> None:
        self.wait(lambda: self.page._view.stage is stage and self.page._view.busy is Busy.NOTHING)

    def f9(self, said: str) -> None:
        """Pressed, and this is what came of it."""
        self.hands.press(Key.Key_F9)
        self.wait(lambda: self.page._view.busy is Busy.NOTHING and self.page._view.told is not None)
        assert self.told == said

    @property
    def told(self) -> str:
        view = self.page._view
        return view.told.code if view.told is not None and view.busy is Busy.NOTHING else ""

    def fill(self, *texts: str) -> None:
        """From the first field of the step on."""
        for name, text in zip(self.page.fields._shown, texts, strict=False):
            self.wait(lambda: self.hands.focused.isEnabled())
            self.page.fields.entries[name].setFocus()
            self.page.fields.entries[name].clear()
            self.hands.type(text)

    def close(self) -> None:
        """A cut: nothing is put in order first."""
        self.window.close()
        self.assistant.stop()
        self.workshop.stop()
        for terminal in self.made:
            terminal.stop()


def test_from_nothing_to_the_log_in(
    qtbot: QtBot, tmp_path: Path, branch: Branch, expected_logs: ExpectedLogs
) -> None:
    """Each thing that can be wrong is said and uses nothing up; a cut after the code was used goes on."""
    strange = tmp_path / "strange.pem"
    strange.write_text(Authority().pem)
    machine = Empty(qtbot, tmp_path)
    machine.hands.press(Key.Key_2, ALT)
    machine.wait(lambda: machine.window.language == "en")
    machine.hands.press(Key.Key_F9)
    machine.at(Stage.HEADQUARTERS)
    proxy = Proxy()
    _reach(machine, branch, strange, proxy.url)
    _name(machine, branch)
    machine.hands.press(Key.Key_F9)
    machine.at(Stage.OPERATOR)
    password = PASSWORDS[OPERATOR]
    machine.fill(OPERATOR, new_code(), "short", "short")
    machine.f9("rule.password_weak")
    machine.fill(OPERATOR, new_code(), password, "another")
    machine.hands.press(Key.Key_F9)
    assert not (machine.data / "enrolment.json").exists()
    machine.fill(OPERATOR, new_code(), password, password)
    machine.f9("first.activation_invalid")
    machine.close()
    machine = Empty(qtbot, tmp_path)
    machine.at(Stage.OPERATOR)
    assert machine.told == "first.begun_answered"
    machine.fill(OPERATOR, branch.operator(OPERATOR, "clerk"), "not the one before")
    machine.f9("first.begun_password")
    machine.page.fields.entries["password"].clear()
    machine.page.fields.entries["password"].setFocus()
    machine.hands.type(password)
    machine.hands.press(Key.Key_F9)
    machine.at(Stage.DEVICES)
    _to_the_hand_over(machine)
    machine = _unsigned_for_now(machine, qtbot, tmp_path)
    code = _hand_over(machine, password)
    machine.close()  # a cut behind the entry: the same hand-over goes on, and has a printer by now
    printer = ReceiptPrinterSimulator(TcpPort(4_000_000), tmp_path / "pages", print_s=0.1)
    printer.start()
    printer.set_condition("paper_out", on=True)
    expected_logs.expect("core.station.configuring", "receipt_printer")
    with machine.path.open("a") as file:
        file.write(f'\n[devices.receipt_printer]\ndriver = "escpos"\nlink = "{printer.url}"\n')
    machine = Empty(qtbot, tmp_path)
    machine.at(Stage.HANDOVER)
    assert _hand_over(machine, password, "first.handed_unprinted") == code
    printer.set_condition("paper_out", on=False)
    machine.hands.press(Key.Key_F4)
    machine.wait(lambda: machine.told == "first.handed")
    assert [read_codes(Image.open(page).convert("L")) for page in printer.pages()] == [[code]]
    _to_the_log_in(machine, password)
    printer.stop()
    assert load_config(tmp_path / "counter.toml").headquarters.proxy == proxy.url
    assert len(proxy.asked) > 3  # reached, named, enrolled, and the counter at work
    proxy.close()


def _reach(machine: Empty, branch: Branch, strange: Path, proxy: str) -> None:
    """Step by step, each failure by its name; then through the proxy, as all that follows."""
    authority = str(branch.hq.directory / AUTHORITY)
    for url, path, by, said in (
        (branch.hq.url, str(strange.with_name("nowhere.pem")), "", "first.reach_file_missing"),
        ("http://127.0.0.1:9", authority, "", "first.reach_url"),
        ("https://127.0.0.1:9", authority, "", "first.reach_refused"),
        (branch.hq.url, str(strange), "", "first.reach_authority"),
        (branch.hq.url, authority, "http://name:secret@127.0.0.1:9", "first.reach_proxy_form"),
        (branch.hq.url, authority, "127.0.0.1:9", "hq.proxy"),
    ):
        machine.fill(url, path, by)
        machine.f9(said)
        assert not machine.page.reached()
    machine.fill(branch.hq.url, authority, proxy)
    machine.f9("first.reached")
    shown = machine.window.findChild(QLabel, "assistant_sheet")
    assert shown is not None
    assert len(shown.text().split()) == 16
    machine.hands.press(Key.Key_F9)
    machine.at(Stage.CODE)


def _name(machine: Empty, branch: Branch) -> None:
    """Headquarters says what each code is for, and none of it is used up."""
    machine.fill(new_code())
    machine.f9("hq.code_invalid")
    with branch.database() as database:
        code = new_enrol_code(database, TERMINAL, BRANCH)
    machine.fill(code)
    machine.hands.press(Key.Key_2, ALT)
    machine.f9("first.code_new")
    machine.hands.press(Key.Key_1, ALT)
    machine.f9("first.code_named")
    shown = machine.window.findChild(QLabel, "assistant_sheet")
    assert shown is not None
    assert BRANCH in shown.text()
    assert TERMINAL in shown.text()
    assert not any(row["terminal"] == TERMINAL for row in branch.hq.listed())


def _at_devices(machine: Empty) -> str:
    told = machine.workshop.look(None).told
    return told.code if told is not None else ""


def _to_the_hand_over(machine: Empty) -> None:
    """The devices, the checks; nobody goes on unsigned by one press."""
    assert load_config(machine.path).station.terminal == TERMINAL
    machine.wait(lambda: bool(machine.made))
    machine.hands.press(Key.Key_F5)
    machine.wait(lambda: machine.window.at_console)
    machine.hands.press(Key.Key_Escape)
    machine.wait(lambda: not machine.window.at_console)
    machine.hands.press(Key.Key_F8)  # another counter's file, of which none is plugged in here
    machine.wait(lambda: machine.window.at_console and _at_devices(machine) == "transfer.no_file")
    machine.hands.press(Key.Key_Escape)
    machine.wait(lambda: not machine.window.at_console)
    machine.hands.press(Key.Key_F9)
    machine.at(Stage.CHECKS)
    machine.wait(lambda: bool(machine.page._shop.findings))
    machine.hands.press(Key.Key_F9)
    machine.at(Stage.HANDOVER)
    machine.hands.press(Key.Key_N, ALT)
    machine.hands.press(Key.Key_Escape)
    machine.fill(OPERATOR, "not hers")
    machine.f9("store.wrong_key")
    assert machine.page._view.stage is Stage.HANDOVER
    assert not (machine.data / "export").exists()


def _unsigned_for_now(machine: Empty, qtbot: QtBot, folder: Path) -> Empty:
    """Alt+N twice: the log-in stands; the machine that is switched on again asks once more."""
    for _ in range(2):
        machine.hands.press(Key.Key_N, ALT)
    machine.wait(lambda: machine.hands.place == "operator")
    assert not (machine.data / "export").exists()
    machine.close()
    assert first_steps.wanted(machine.data)
    machine = Empty(qtbot, folder)
    machine.at(Stage.HANDOVER)
    machine.wait(lambda: bool(machine.made))
    machine.fill(OPERATOR)
    machine.page.fields.entries["password"].setFocus()
    return machine


def _hand_over(machine: Empty, password: str, said: str = "first.handed_file") -> str:
    """Signed by the operator; the slip's code."""
    machine.wait(lambda: machine.hands.focused is machine.page.fields.entries["password"])
    machine.hands.type(password)
    machine.f9(said)
    (whole,) = (machine.data / "export").glob(f"hand-over-{TERMINAL}-*.json")
    assert whole.with_suffix(".pdf").read_bytes()[:5] == b"%PDF-"
    value = json.loads(whole.read_text("utf-8"))
    check_hand_over(value["slip"], json.loads(code_parts(value["code"], "HO1.")[0]))
    assert {row["outcome"] for row in value["slip"]["devices"]} == {"skipped"}
    assert {row["name"] for row in value["slip"]["checks"]} > {"config", "disk", "headquarters"}
    assert password not in (machine.data / first_steps.STEPS_NAME).read_text("utf-8")
    return str(value["code"])


def _to_the_log_in(machine: Empty, password: str) -> None:
    """Nobody is logged in behind it, and what was signed twice stands in the journal once."""
    machine.hands.press(Key.Key_F9)
    machine.wait(lambda: machine.hands.place == "operator")
    machine.hands.type(OPERATOR)
    machine.hands.press(Key.Key_Return)
    machine.hands.type(password)
    machine.hands.press(Key.Key_Return)
    machine.wait(lambda: machine.window._view is not None and machine.window._view.screen is Screen.CLERK)
    machine.wait(lambda: not first_steps.wanted(machine.data))
    kinds = [entry.header.kind for entry in machine.made[0].station._live.need_journal().entries(1, 99)]
    assert (kinds.count(KIND), kinds.count("OperatorLoggedOut")) == (1, 2)
    machine.close()


def test_the_next_counter_takes_its_devices_from_a_file(
    qtbot: QtBot, tmp_path: Path, branch: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F7 on a counter that serves, F8 in the first run of another: vouched for by headquarters, so one F9."""
    monkeypatch.setenv("HOME", str(tmp_path))  # no stick is plugged in here
    scale = SicsScale(TcpPort(9600))
    scale.start()
    other, supervisor = "990100-01-05", "OP20001"
    branch.enrol(other, supervisor, branch.operator(supervisor, "supervisor"))
    file = branch.directory / f"{other}.toml"
    with file.open("a") as text:
        text.write(f'\n[devices.scale]\ndriver = "sics"\nlink = "{scale.url}"\nname = "bei chuang"\n')
    with branch.open(other) as desk:
        shop = Workshop(branch.directory / other, file, lambda: desk.terminal, mounts=())
        shop.share()
        _until(lambda: getattr(shop.look(None).told, "code", "") == "transfer.shut")
        assert desk.log_in(supervisor) is None
        shop.share()
        _until(lambda: getattr(shop.look(None).told, "code", "") == "msg.config_shared")
        shop.stop()
    (written,) = tmp_path.glob("counter-config-*")
    data = tmp_path / "machine"
    data.mkdir()
    machine = Empty(qtbot, data)
    machine.hands.press(Key.Key_F9)
    machine.at(Stage.HEADQUARTERS)
    machine.fill(branch.hq.url, str(branch.hq.directory / AUTHORITY))
    machine.f9("first.reached")
    machine.hands.press(Key.Key_F9)
    machine.at(Stage.CODE)
    with branch.database() as database:
        machine.fill(new_enrol_code(database, "990100-01-06", BRANCH))
    machine.f9("first.code_named")
    machine.hands.press(Key.Key_F9)
    machine.at(Stage.OPERATOR)
    machine.fill(OPERATOR, branch.operator(OPERATOR, "clerk"), PASSWORDS[OPERATOR], PASSWORDS[OPERATOR])
    machine.hands.press(Key.Key_F9)
    machine.at(Stage.DEVICES)
    machine.wait(lambda: bool(machine.made))
    machine.hands.press(Key.Key_F8)
    machine.wait(lambda: machine.window.at_console and machine.window.console.taking.isVisible())
    taking = machine.workshop.look(None).taking
    assert taking is not None
    assert (taking.file, taking.plan is not None and taking.plan.origin.known) == (str(written), True)
    machine.hands.press(Key.Key_F9)
    machine.wait(lambda: _at_devices(machine) == "msg.config_taken")
    machine.wait(lambda: machine.made[0].rack.records()[Slot.SCALE].truth.state is DeviceState.READY)
    taken = load_config(machine.path)
    assert (taken.station.terminal, taken.devices[Slot.SCALE].driver) == ("990100-01-06", "sics")
    assert "name" not in taken.devices[Slot.SCALE].options  # where another counter's stands
    machine.close()
    scale.stop()


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_machine_takes_the_place_of_one_that_was_lost(tmp_path: Path, branch: Branch) -> None:
    """A wrong password after the code was used up costs nothing: the same code goes on with the right one."""
    lost, other = "990100-01-08", "OP20001"
    branch.enrol(lost, other, branch.operator(other, "supervisor"))
    with branch.open(lost) as desk:
        assert desk.log_in(other) is None
        desk.until("sent", lambda view: view.sync.unsent == 0 and view.sync.state == "ok")
    with branch.database() as database:
        code = grant_epoch(database, lost)
    data = tmp_path / "data"
    run = FirstRun(data, tmp_path / "counter.toml", cost=CHEAP, mounts=())

    def done(said: str) -> None:
        end = time.monotonic() + 30
        while (view := run.look()).busy is not Busy.NOTHING or view.told is None:
            assert time.monotonic() < end
            time.sleep(0.01)
        assert view.told.code == said

    run.reach(branch.hq.url, str(branch.hq.directory / AUTHORITY))
    done("first.reached")
    run.choose(Way.REPLACES)
    run.name(code)
    done("first.code_named")
    run.register(Registration(other, "", "wrong"))
    done("first.recover_password")
    run.stop()
    assert read_json(data / first_steps.STEPS_NAME, 1)["operator"] == other
    run = FirstRun(data, tmp_path / "counter.toml", cost=CHEAP, mounts=())
    done("first.begun")
    run.name(code)
    done("first.code_named")
    run.register(Registration(other, "", PASSWORDS[other]))
    done("first.founded")
    run.stop()
    assert run.look().stage is Stage.DEVICES
    assert load_config(tmp_path / "counter.toml").station.terminal == lost
