"""A military paper typed, its picture through a scanner's file, F9: the sealed part at headquarters has it.

Real window, station, SQLCipher and headquarters, the scanner that ``./run`` has too; nothing of the picture
is left in the clear.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from core import commands as c
from core import wire
from core.devices import Slot
from core.view import CounterView
from devices.simulators.drawer import load_drawer
from devices.simulators.paper_scanner import paper
from program.demonstration import TERMINAL, Demonstration
from program.terminal import Parts
from tests.ui.conftest import Opened
from tests.ui.typing import ALT, CONTROL, Hands, Key
from tests.walk.test_known import CONTACT, ITEM, RECIPIENT, KnownCounter
from ui.bridge import Bridge
from ui.clerk.frame import Page, Side
from ui.window import MainWindow


class _Seated(KnownCounter):
    """Whose views reach a window as well."""

    bridge: Bridge

    def _publish(self, view: CounterView) -> None:
        super()._publish(view)
        self.bridge.post(view)


@pytest.mark.timeout(120)
@pytest.mark.requirement("R77")
def test_from_the_key_to_headquarters(qtbot: QtBot, opened: Opened, tmp_path: Path) -> None:
    with Demonstration(tmp_path / "walk", None, whole=True, read_s=0.0, papers=True) as around:
        memory = Path(around.links()[Slot.CAMERA].link.removeprefix("file://"))
        _Seated.bridge = Bridge()
        with _Seated(around, Parts()) as counter:
            counter.log_in()
            vars(counter.terminal.station)["bridge"] = counter.bridge
            window = opened(counter.terminal.station)
            counter.do(c.DismissMessage())  # a view for the window
            _typed(qtbot, window, counter)
            _pictured(qtbot, window, counter, memory)
            row = counter.accept()
            counter.at_headquarters()
            shown = around.ask_headquarters(
                "journal", "show", "--terminal", TERMINAL, "--seq", str(row.seq), "--open"
            )
            (picture,) = shown["opened"][0]["pictures"]
            assert (picture["of"], picture["type"]) == ("document", "image/jpeg")
            jpeg = wire.unb64(picture["data"])
            with Image.open(io.BytesIO(jpeg)) as image:
                assert max(image.size) >= 850
            assert counter.visit().pictures.wanted == {}  # recorded: nothing can be added
            window.close()
            assert list(memory.iterdir()) == []
        needles = (jpeg[200:240], jpeg[-60:-20], paper(fields=load_drawer()["军人"].paper)[400:440], b"JFIF")
        files = [path for path in around.data.rglob("*") if path.is_file()]
        assert len(files) > 3
        assert [path.name for path in files if any(needle in path.read_bytes() for needle in needles)] == []


def _typed(qtbot: QtBot, window: MainWindow, counter: _Seated) -> None:
    """Alt+M, the kind's digit, what stands on an invented paper."""
    hands, clerk = Hands(qtbot, window), window.clerk
    qtbot.waitUntil(lambda: bool(clerk.isVisible()), timeout=20_000)
    digit = counter.visit().manual_kinds.index("military")
    hands.press(Key.Key_M, ALT)
    qtbot.waitUntil(lambda: clerk.side is Side.CHOICES, timeout=5000)
    hands.press(Key(Key.Key_1.value + digit))
    qtbot.waitUntil(lambda: clerk.page is Page.MANUAL, timeout=5000)
    visit = counter.visit()
    assert visit.manual is not None
    texts = {
        "number": "军字第20110001号",
        "number_again": "军字第20110001号",
        "name": "示例甲",
        "valid_to": "长期",
    }
    counter.do(*(c.SetManualField(name, texts[name.value]) for name in visit.manual.fields))
    hands.press(Key.Key_F, ALT)
    qtbot.waitUntil(lambda: clerk.page is Page.FORM, timeout=5000)
    counter.type(CONTACT, "sender_")
    counter.type(RECIPIENT, "recipient_")
    counter.scan_next()
    counter.type(ITEM)
    counter.do(c.ConfirmOriginal(), c.AcknowledgeNotice(c.Acknowledgement.SPOKEN))
    counter.do(c.ConfirmInspected(), c.SetSecurity(c.Security.HERE))


def _pictured(qtbot: QtBot, window: MainWindow, counter: _Seated, memory: Path) -> None:
    """Ctrl+P, the paper goes in, it is seen, kept by a digit, and seen no more."""
    hands, clerk = Hands(qtbot, window), window.clerk
    hands.press(Key.Key_P, CONTROL)
    qtbot.waitUntil(lambda: clerk.choices.asks == "picture_wait", timeout=5000)
    counter.tell("paper", of="军人")
    qtbot.waitUntil(lambda: clerk.choices.asks == "picture_seen", timeout=20_000)
    picture = clerk.large_picture
    qtbot.waitUntil(picture.isVisible, timeout=5000)
    assert not clerk.choices.picture.isVisible()  # one is enough
    assert list(memory.iterdir()) == []
    hands.press(Key.Key_1)
    qtbot.waitUntil(lambda: clerk.side is Side.USUAL, timeout=5000)
    assert picture.empty
    assert clerk.choices.picture.empty
    pictures = counter.visit().pictures
    assert (pictures.kept, pictures.jpeg) == (("document",), b"")
