"""T14: failing card reads, type-ahead, scanner data and random keys: nothing commits, and it is said."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt

from core.commands import Field
from tests.faults.screen import Window
from tests.faults.work import day, each
from tests.ui.typing import ALT, Key
from ui.buttons import KeyButton

pytestmark = pytest.mark.requirement("T14")

READ_CARD = 0x3001
READING_S = 1.2
# What changes anything beyond a field of the form or a panel on the screen.
DECIDING = {
    "Commit", "Refuse", "ConfirmOriginal", "ConfirmInspected", "SetSecurity", "AcknowledgeNotice",
    "CloseDay", "LogOut", "Reprint", "LabelSeen", "NewAcceptance", "NextItem", "NextCustomer",
}  # fmt: skip
CODES = ("6901234567892", "EA473124829CN", "1 2 3 4 5", "https://example.invalid/a b", "0123456789\t")
PLAIN = [Qt.Key(number) for number in (*range(Key.Key_0, Key.Key_9 + 1), *range(Key.Key_A, Key.Key_Z + 1))]
TYPED = [
    *PLAIN, Key.Key_Return, Key.Key_Enter, Key.Key_Space, Key.Key_Tab, Key.Key_Backspace, Key.Key_Up,
    Key.Key_Down, Key.Key_Delete,
]  # fmt: skip
NAMED = [Key.Key_F2, Key.Key_F3, Key.Key_F7, Key.Key_F8, Key.Key_F9, Key.Key_F10, Key.Key_Escape]


def assert_nothing_happened(shown: Window) -> None:
    """No item, no page, no incident: the store is as it was at the log-in."""
    found = shown.rig.look()
    assert found.findings == []
    assert {"ItemAccepted", "SenderVerified", "ItemRefused", "PrintStarted", "DayClosed"} & set(
        found.kinds
    ) == set()
    assert shown.rig.pages == []
    assert shown.rig.message() != "msg.incident"


def test_type_ahead_during_failing_reads_is_dropped_and_said(make_window: Callable[..., Window]) -> None:
    shown = make_window(30)
    rig, reader = shown.rig, shown.rig.desk.reader
    before = rig.eyes.visit.fields
    for error in (0x31, 0x33, 0x40):
        reader.quirks.read_error = error
        reader.at(READ_CARD, lambda: time.sleep(READING_S))
        shown.window.clerk.fields[Field.RECIPIENT_NAME].entry.setFocus()
        count = len(shown.heard.commands)
        rig.desk.client.tell("place", card="证件样本")
        shown.until(lambda: rig.eyes.visit.reading and shown.window.clerk._reading)
        shown.hands.type("typed ahead")
        for key in (Key.Key_Return, Key.Key_Return, Key.Key_F9, Key.Key_Space):
            shown.hands.press(key, wait=False)
        shown.hands.press(Key.Key_1, ALT, wait=False)
        assert rig.eyes.visit.reading, "the machine was too slow to type ahead"
        shown.until(lambda: not rig.eyes.visit.reading)
        shown.until(lambda: shown.said() == "msg.typeahead_dropped")
        said = shown.window.clerk.message.shown
        assert said is not None
        assert said.facts["count"] == len("typed ahead") + 5
        assert shown.heard.commands[count:] == []
        rig.desk.client.tell("lift")
        shown.until(lambda: not shown.window.clerk._reading)
        shown.qtbot.wait(300)
    assert rig.eyes.visit.fields == before
    assert "missing.identity" in rig.eyes.visit.missing
    reader.quirks.read_error = 0
    rig.desk.client.tell("place", card="证件样本")
    shown.until(lambda: rig.eyes.visit.sender is not None)
    rig.stop()
    assert_nothing_happened(shown)


def test_scanner_data_never_reaches_a_button(make_window: Callable[..., Window]) -> None:
    """Keyboard scans into every button of the screen, serial scans beside them, with all filled in but F9."""
    shown = make_window(31)
    visit, item = next(each(day(1)))
    shown.fill(visit, item)
    count = len(shown.heard.commands)
    buttons = [button for button in shown.window.clerk.findChildren(KeyButton) if button.isVisible()]
    assert len(buttons) > 5
    for number, button in enumerate(buttons):
        shown.qtbot.wait(150)
        button.setFocus()
        shown.rig.desk.client.tell("scan", code=CODES[number % 2])
        shown.hands.scan(CODES[number % len(CODES)])
    shown.qtbot.wait(300)
    kinds = set(shown.heard.kinds()[count:])
    assert kinds & DECIDING == set()
    shown.rig.stop()
    assert_nothing_happened(shown)


def test_a_thousand_random_keys_commit_nothing(make_window: Callable[..., Window]) -> None:
    """Bursts of any keys, in between cards that fail or are swapped and serial scans."""
    shown, chance = make_window(32), random.Random(14)
    rig, count = shown.rig, len(shown.heard.commands)
    rig.desk.reader.quirks.read_error = 0x33
    for burst in range(25):
        for _ in range(40):
            shown.qtbot.keyClick(shown.hands.focused, chance.choice(TYPED))
        if burst % 5 == 0:
            rig.desk.client.tell("lift")
            rig.desk.client.tell("place", card=chance.choice(("证件样本", "示例丙")))
        if burst % 3 == 0:
            rig.desk.client.tell("scan", code=chance.choice(CODES[:2]))
        shown.qtbot.wait(60)
    assert set(shown.heard.kinds()[count:]) & DECIDING == set()
    # And with the keys that do decide something, as fast and as slow as they come.
    for _ in range(120):
        digit = Qt.Key(Key.Key_0 + chance.randint(1, 6))
        alt = chance.random() < 0.4
        shown.qtbot.keyClick(
            shown.hands.focused, digit if alt else chance.choice(NAMED), *([ALT] if alt else [])
        )
        shown.qtbot.wait(chance.choice((0, 10, 60)))
    shown.qtbot.wait(400)
    rig.stop()
    assert_nothing_happened(shown)
