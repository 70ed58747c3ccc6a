"""Keys of a real X server: auto-repeat as it comes, bursts as they come, focus as it is."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.requirement("T2")

ROOT = Path(__file__).resolve().parent.parent.parent
LIMIT = 20.0


class Desk:
    """An X server, a window on it, and xdotool as the hands."""

    def __init__(self, display: str) -> None:
        self._env = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "PYTHONPATH": str(ROOT)}
        self._env.pop("DBUS_SESSION_BUS_ADDRESS", None)
        self._window = subprocess.Popen(
            [sys.executable, "-m", "tests.ui.window_program"],
            cwd=ROOT, env=self._env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, name="window-output")
        self._reader.start()
        self.sent: list[dict[str, object]] = []

    def _read(self) -> None:
        assert self._window.stdout is not None
        for line in self._window.stdout:
            self._lines.put(line.strip())

    def show(self, words: str) -> str:
        """Post a view; returns the object name of what has the focus when it stands."""
        assert self._window.stdin is not None
        self._window.stdin.write(f"{words}\n")
        self._window.stdin.flush()
        return self._until("shown").split()[2]

    def _until(self, word: str) -> str:
        deadline = time.monotonic() + LIMIT
        while (left := deadline - time.monotonic()) > 0:
            line = self._lines.get(timeout=left)
            if line.startswith(word):
                return line
            self.sent.append(json.loads(line))
        raise TimeoutError(word)

    def do(self, *words: str) -> None:
        """One xdotool command line."""
        subprocess.run(["xdotool", *words], env=self._env, check=True, timeout=LIMIT, capture_output=True)

    def scan(self, code: str, delay: str = "1") -> None:
        """A code and Enter by one process, so many milliseconds a key."""
        self.do("type", "--args", "1", "--delay", delay, code, "key", "Return")

    def to_a_field(self) -> None:
        """Back from the confirmations to the recipient's address."""
        way = [self.show("wedge")]
        while way[-1] != "recipient_address":
            self.do("key", "shift+Tab")
            way.append(self.show("wedge"))
            assert len(way) < 40, way
        self.kinds("wedge")

    def focus(self) -> None:
        """Give the window the keyboard (there is no window manager here)."""
        self.do("search", "--sync", "--onlyvisible", "--name", "实名收寄", "windowfocus", "--sync")

    def kinds(self, show: str = "view ready") -> list[str]:
        """What was sent so far: a view is posted behind it, so nothing is still on its way."""
        time.sleep(0.4)
        self.show(show)
        taken, self.sent = self.sent, []
        return [str(command["kind"]) for command in taken]

    def close(self) -> None:
        """Ends window and reader."""
        assert self._window.stdin is not None
        assert self._window.stdout is not None
        self._window.stdin.write("quit\n")
        self._window.stdin.close()
        try:
            self._window.wait(LIMIT)
        finally:
            self._window.kill()
            self._window.wait(LIMIT)
            self._reader.join(LIMIT)
            self._window.stdout.close()


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """An X server of this module's own."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1366x768x24", "-nolisten", "tcp"],
        pass_fds=[write], stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write)
    with os.fdopen(read) as numbers:
        number = numbers.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait(LIMIT)


@pytest.fixture
def desk(display: str) -> Iterator[Desk]:
    """A clerk's screen with everything filled in and the keyboard on it."""
    desk = Desk(display)
    try:
        desk.show("view ready")
        desk.focus()
        desk.kinds()
        yield desk
    finally:
        desk.close()


def test_a_key_that_is_held_repeats_and_f9_does_not(desk: Desk) -> None:
    """The server does repeat (a letter shows it); F9 held as long is one commit."""
    desk.do("keydown", "a", "sleep", "1.5", "keyup", "a")
    assert desk.kinds().count("SetField") > 5
    desk.do("keydown", "F9", "sleep", "1.5", "keyup", "F9")
    assert desk.kinds() == ["Commit"]


def test_f9_hammered_is_one_commit(desk: Desk) -> None:
    """Ten presses, some milliseconds apart, before the station has answered."""
    desk.do("key", "--repeat", "10", "--delay", "5", "F9")
    assert desk.kinds() == ["Commit"]


def test_enter_hammered_is_nothing(desk: Desk) -> None:
    """From a field on, thirty times."""
    desk.do("key", "--repeat", "30", "--delay", "5", "Return")
    assert desk.kinds() == []


def test_a_scanner_on_a_button_confirms_nothing(desk: Desk) -> None:
    """Back to the last button, before the fields again; a code with digits and spaces, fast and slow."""
    for delay in ("1", "20", "50"):
        desk.do("key", "shift+Tab")
        assert desk.show("view ready") == "gate_notice_spoken"
        desk.do("type", "--delay", delay, "EA 4731 2482 9 CN ")
        desk.do("key", "Return")
        assert desk.kinds() == []


def test_what_is_typed_arrives_whole_and_in_order(desk: Desk) -> None:
    """As fast as the server delivers it."""
    desk.show("view empty")
    desk.do("type", "--delay", "2", "EA473124829CN and more than one word")
    time.sleep(0.5)
    desk.show("view ready")
    typed = [command["text"] for command in desk.sent if command["kind"] == "SetField"]
    assert typed[-1] == "EA473124829CN and more than one word"
    assert [len(str(text)) for text in typed] == list(range(1, len(typed) + 1))


def test_type_ahead_during_a_read_goes_nowhere(desk: Desk) -> None:
    """Letters, Enter, Alt+2 and F9 while the card is being read."""
    desk.kinds()
    desk.show("reading")
    desk.do("type", "--delay", "10", "typed too early")
    desk.do("key", "Return")
    desk.do("key", "alt+2")
    desk.do("key", "F9")
    assert desk.kinds() == []


@pytest.mark.parametrize(
    ("keys", "kind"),
    [("alt+1", "ConfirmOriginal"), ("alt+2", "ConfirmInspected"), ("alt+3", "SetSecurity"),
     ("F7", "NextItem"), ("F8", "NextCustomer"), ("F10", "Reprint"), ("F12", "Lock"), ("F3", "LookUp")],
)  # fmt: skip
def test_a_key_is_its_command(desk: Desk, keys: str, kind: str) -> None:
    """Once each, through a real keyboard map."""
    desk.do("key", keys)
    assert desk.kinds() == [kind]


def test_refusing_by_three_keys(desk: Desk) -> None:
    """Alt+R, the reason's digit, then whether the customer was told."""
    for key in ("alt+r", "3", "1"):
        desk.do("key", key)
        time.sleep(0.3)
    assert desk.kinds() == ["Refuse"]


CODE = "EA473124829CN"


@pytest.mark.parametrize("delay", ["1", "12"])
def test_a_scanner_that_types_leaves_no_letter_where_the_focus_is(desk: Desk, delay: str) -> None:
    """In the middle of an address, and on a button: the code is a scan, its Enter goes nowhere."""
    desk.show("wedge")
    desk.to_a_field()
    desk.kinds("wedge")
    before = desk.show("wedge")
    desk.scan(CODE, delay)
    time.sleep(0.4)
    assert desk.show("wedge") == before, "Enter went on to the next field"
    sent, desk.sent = desk.sent, []
    assert sent[-1] == {"kind": "ScanTyped", "text": CODE}
    put_back = [command["text"] for command in sent if command["kind"] == "SetField"]
    assert CODE not in str(put_back[-1])
    assert {command["kind"] for command in sent} == {"ScanTyped", "SetField"}


def test_a_person_who_types_is_no_scanner(desk: Desk) -> None:
    """The same letters at the pace of a very fast typist, and a code where nothing ends it."""
    desk.show("wedge")
    desk.to_a_field()
    desk.scan(CODE, "70")
    assert "ScanTyped" not in desk.kinds("wedge")
    desk.do("type", "--delay", "1", CODE)
    assert "ScanTyped" not in desk.kinds("wedge")


def test_a_code_on_a_button_is_a_scan_and_presses_nothing(desk: Desk) -> None:
    """With spaces and digits in it, which press and choose."""
    desk.show("wedge")
    desk.do("key", "shift+Tab")
    assert desk.show("wedge") == "gate_notice_spoken"
    desk.scan("EA 4731 2482 9 CN")
    assert desk.kinds("wedge") == ["ScanTyped"]
