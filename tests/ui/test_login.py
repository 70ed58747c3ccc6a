"""Log-in, unlocking, lock: what is said, what is sent, and how little is loaded for it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from core.commands import Activate, Lock, LogIn
from core.view import Message, Screen, SyncView
from tests.ui.conftest import Opened
from tests.ui.small_station import Recorder
from tests.ui.typing import Hands, Key
from ui.fields import Entry
from ui.specimens import BASE, LOGIN, READY, VIEWS
from ui.window import MainWindow

ROOT = Path(__file__).resolve().parent.parent.parent
Door = tuple[MainWindow, Hands, Recorder]


@pytest.fixture
def door(qtbot: QtBot, recorder: Recorder, opened: Opened) -> Door:
    """The log-in screen."""
    window = opened(recorder)
    window.show_view(LOGIN)
    return window, Hands(qtbot, window), recorder


def _text(window: MainWindow, name: str) -> str:
    label = window.findChild(QLabel, name)
    return label.text() if label.isVisible() else ""


def test_a_lock_after_a_log_in_asks_for_the_password_at_once(
    qtbot: QtBot, recorder: Recorder, opened: Opened
) -> None:
    """The fields were shut while the key was derived: what is disabled takes no focus."""
    window = opened(recorder)
    for view in (LOGIN, replace(LOGIN, screen=Screen.UNLOCKING), BASE, VIEWS["locked"]):
        window.show_view(view)
    qtbot.waitUntil(lambda: bool(window.login.password.hasFocus()), timeout=2000)


def test_enter_twice_sends_one_log_in(door: Door) -> None:
    """The field is emptied with the first one; an empty password is never sent."""
    window, hands, recorder = door
    hands.type("OP10001")
    hands.press(Key.Key_Return)
    hands.type("a long password")
    for _ in range(5):
        hands.press(Key.Key_Return, wait=False)
    assert recorder.commands == [LogIn("OP10001", "a long password")]
    assert window.login.password.text() == ""


def test_the_password_is_hidden_and_in_no_name(door: Door) -> None:
    """Neither the screen nor the accessibility tree has it."""
    window, _, _ = door
    entry = window.login.password
    entry.setText("a long password")
    assert entry.displayText() == "●" * 15 or set(entry.displayText()) != set("a long password")
    assert "long" not in entry.displayText() + entry.accessibleName() + entry.accessibleDescription()


def test_a_wrong_password_says_what_to_do(door: Door) -> None:
    """And the field is ready for the next try."""
    window, hands, _ = door
    hands.type("OP10001")
    hands.press(Key.Key_Return)
    hands.type("wrong")
    hands.press(Key.Key_Return)
    window.show_view(replace(LOGIN, screen=Screen.UNLOCKING))
    assert not window.login.password.isEnabled()
    assert "正在打开" in _text(window, "login_state")
    window.show_view(VIEWS["login-wrong"])
    assert "工号或密码不对。请重新输入" in _text(window, "login_state")
    assert hands.place == "password"


def test_the_lock_out_counts_down(qtbot: QtBot, door: Door) -> None:
    """Nothing is sent before it ends; then the same keys work."""
    window, hands, recorder = door
    window.show_view(replace(LOGIN, lockout_seconds=2))
    assert "请等 2 秒" in _text(window, "login_state")
    window.login.operator.setText("OP10001")
    window.login.password.setFocus()
    hands.type("secret words")
    hands.press(Key.Key_Return)
    assert recorder.commands == []
    qtbot.waitUntil(lambda: "请等 1 秒" in _text(window, "login_state"), timeout=5000)
    qtbot.waitUntil(lambda: "请等" not in _text(window, "login_state"), timeout=5000)
    hands.press(Key.Key_Return)
    assert recorder.commands == [LogIn("OP10001", "secret words")]


def test_a_supervisor_ends_a_lock_out_before_its_time(door: Door) -> None:
    """Her two fields stand with the countdown; with both passwords it is sent at once."""
    window, hands, recorder = door
    window.show_view(VIEWS["login-locked-out"])
    assert "主管" in _text(window, "login_state")
    window.login.operator.setText("OP10001")
    window.login.password.setFocus()
    hands.type("secret words")
    hands.press(Key.Key_Return)
    assert (hands.place, recorder.commands) == ("endorser", [])
    hands.type("OP20001")
    hands.press(Key.Key_Return)
    hands.type("other words")
    hands.press(Key.Key_Return)
    assert recorder.commands == [LogIn("OP10001", "secret words", "OP20001", "other words")]


def test_unsent_and_age_stand_on_the_log_in_screen(door: Door) -> None:
    """With nobody logged in nothing is sent, and the screen says so."""
    window, _, _ = door
    window.show_view(replace(LOGIN, demonstration=False))
    assert "待上传 37 件" in _text(window, "login_sync")
    assert "3 小时前" in _text(window, "login_sync")
    texts = [label.text() for label in window.login.findChildren(QLabel)]
    assert "没有人登录时不上传；登录后自动继续。" in texts
    window.show_view(replace(LOGIN, sync=SyncView()))
    assert "从未联系" in _text(window, "login_sync")


def test_the_locked_screen_says_who_locked_it(door: Door) -> None:
    """The number is filled in, the focus waits in the password, another operator may come."""
    window, hands, recorder = door
    window.show_view(replace(BASE, visit=READY))
    hands.press(Key.Key_F12)
    assert recorder.commands == [Lock("key")]
    window.show_view(VIEWS["locked"])
    assert "示例甲 OP10001" in _text(window, "locked_by")
    assert (window.login.operator.text(), hands.place) == ("OP10001", "password")
    window.login.operator.setText("OP10002")
    hands.type("another password")
    hands.press(Key.Key_Return)
    assert recorder.commands[-1] == LogIn("OP10002", "another password")


@pytest.mark.requirement("R81")
def test_nothing_of_a_customer_stays_behind_the_lock(door: Door) -> None:
    """Not in a hidden widget, not in the accessibility tree, not in an undo buffer."""
    window, _, _ = door
    view = replace(BASE, visit=READY, found=VIEWS["look-up"].found, message=Message("msg.welcome"))
    window.show_view(view)
    window.show_view(VIEWS["locked"])
    personal = {field.text for field in READY.fields.values()}
    sender = READY.sender
    assert sender is not None
    personal |= {sender.name, sender.address, sender.birth, "110105 ******** 002X", "示*乙"}
    for widget in window.findChildren(QWidget):
        said = [widget.accessibleName(), widget.accessibleDescription()]
        if isinstance(widget, QLabel | Entry):
            said.append(widget.text())
        if isinstance(widget, Entry):
            assert not widget.isUndoAvailable()
        for text in said:
            assert not [part for part in personal if len(part) > 1 and part in text], widget.objectName()


def test_f1_explains_and_nothing_here_can_commit(door: Door) -> None:
    """Every key of the clerk's screen is dead on this page."""
    window, hands, recorder = door
    hands.press(Key.Key_F1)
    assert any("工牌" in label.text() for label in window.login.findChildren(QLabel))
    for key in (Key.Key_F2, Key.Key_F3, Key.Key_F7, Key.Key_F8, Key.Key_F9, Key.Key_F10, Key.Key_Escape):
        hands.press(key)
    assert recorder.commands == []


def test_the_clerks_screen_is_loaded_while_the_vault_opens() -> None:
    """A fresh process: the first key can be typed before any of it is there; unlocking brings it."""
    program = """
import sys
from PySide6.QtCore import QTimer
from ui.application import create_application
from ui.bridge import Bridge
from ui.window import MainWindow

class Window(MainWindow):
    def _build_clerk(self):
        super()._build_clerk()
        print("built", "ui.clerk.screen" in sys.modules)
        QTimer.singleShot(0, app.quit)

class Nobody:
    def submit(self, command):
        pass

def typed():
    loaded = [name for name in ("ui.clerk.screen", "core.view", "core.commands") if name in sys.modules]
    print("typed" if window.login.operator.hasFocus() else "no focus", loaded)
    from core.view import CounterView, Screen
    bridge.post(CounterView(Screen.UNLOCKING, "", ""))

app = create_application(["counter"])
bridge = Bridge()
window = Window(Nobody(), bridge)
window.show()
QTimer.singleShot(200, typed)
app.exec()
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"QT_QPA_PLATFORM": "offscreen", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.split("\n")[:2] == ["typed []", "built True"], done.stderr


def test_a_supervisor_stands_by_a_new_operator(door: Door) -> None:
    """Two more fields, only where they are wanted; nothing is sent before both passwords are there."""
    window, hands, recorder = door
    assert not window.login.endorser.isVisible()
    window.show_view(VIEWS["login-newcomer"])
    window.login.operator.setFocus()
    for text in ("OP10002", "her password", "OP20001", "his password"):
        hands.type(text)
        hands.press(Key.Key_Return)
    assert recorder.commands == [LogIn("OP10002", "her password", "OP20001", "his password")]
    assert window.login.password.text() == window.login.endorser_password.text() == ""
    window.show_view(replace(LOGIN, screen=Screen.UNLOCKING))
    window.show_view(VIEWS["login-wrong"])
    assert window.login.endorser.isVisible()
    window.show_view(LOGIN)
    assert not window.login.endorser.isVisible()


def test_somebody_new_is_activated_by_keys_alone(door: Door) -> None:
    """F2: number, code, the new password twice, and who stands by; passwords are sent once."""
    window, hands, recorder = door
    hands.press(Key.Key_F2)
    typed = ("OP10002", "K7M2-94QD", "a quite new password", "a quite new password", "OP20001", "hers")
    for text in typed:
        hands.type(text)
        hands.press(Key.Key_Return)
    hands.press(Key.Key_Return)
    assert recorder.commands == [Activate("OP10002", "K7M2-94QD", "a quite new password", "OP20001", "hers")]
    done = Message("msg.activated", {"operator": "OP10002"}, "good", 9)
    window.show_view(replace(LOGIN, message=done))
    assert not window.login.code.isVisible()
    assert (window.login.operator.text(), window.login.password.text()) == ("OP10002", "")
    # She logs in alone first: who stood by is asked for again where her key is new here.
    hands.type("a quite new password")
    hands.press(Key.Key_Return)
    assert recorder.commands[1:] == [LogIn("OP10002", "a quite new password")]


def test_the_next_newcomer_is_activated_while_the_first_ones_sentence_stands(door: Door) -> None:
    window, hands, _ = door
    done = replace(LOGIN, message=Message("msg.activated", {"operator": "OP10002"}, "good", 9))
    window.show_view(done)
    hands.press(Key.Key_F2)
    hands.type("OP10003")
    hands.press(Key.Key_Return)
    hands.type("K7M2")
    window.show_view(replace(done, sync=SyncView(1)))
    assert window.login.code.isVisible()
    assert window.login.code.text() == "K7M2"


def test_new_passwords_that_differ_are_said_and_never_sent(door: Door) -> None:
    window, hands, recorder = door
    hands.press(Key.Key_F2)
    for text in ("OP10002", "K7M2-94QD", "a quite new password", "another one", "OP20001", "hers"):
        hands.type(text)
        hands.press(Key.Key_Return)
    assert recorder.commands == []
    assert "两次" in _text(window, "login_state")
    assert window.login.password.hasFocus()
    hands.press(Key.Key_Escape)
    assert not window.login.code.isVisible()
    assert not window.login.endorser.isVisible()
