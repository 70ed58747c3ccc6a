"""Where rule data say that a picture of a paper must be kept, F9 waits for it: by keys, at a real lane.

As delivered none must: these rules are a house's own, for an agent's proof and an organisation's.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core import commands as c
from core import wire
from core.config import DeviceConfig
from core.crypto.sealing import unseal
from core.devices import DeviceEvent, Slot
from core.ledger.entry import AttachmentClass
from core.ledger.sealed_info import MOST_SEALED, sealed_info
from core.paper_picture_rules import PictureRules
from core.rules import RuleBook
from core.view import CounterView
from devices.camera.lane import FolderCameraLane
from devices.rack import Rack
from devices.simulators.paper_scanner import paper, put_in
from tests.core.station.desk import RULES, WAYBILLS, Counter, card
from tests.ui.conftest import Opened
from tests.ui.typing import CONTROL, Hands, Key
from ui.bridge import Bridge
from ui.clerk.frame import Side
from ui.window import MainWindow

pytestmark = [pytest.mark.timeout(120), pytest.mark.requirement("R77")]
_MUST = {("proof", "authorisation"): True, ("organisation", "any"): True}


def _asking(book: RuleBook) -> RuleBook:
    """The same editions; no other paper's picture may be kept."""
    wanted = tuple(replace(one, pictures=PictureRules(160_000, _MUST)) for one in book.editions)
    return replace(book, editions=wanted)


class _Seated(Counter):
    """Whose views reach a window as well; with a scanner whose folder is real memory."""

    rules = _asking(RULES)

    def __init__(self, bridge: Bridge, folder: Path) -> None:
        self.bridge = bridge
        super().__init__()
        vars(self.station)["bridge"] = bridge
        config = DeviceConfig(Slot.CAMERA, "folder", f"file://{folder}", {"settle_ms": 200})
        self.rack = Rack([config], {(Slot.CAMERA, "folder"): FolderCameraLane}, self._hear)
        lane = self.rack.lane(Slot.CAMERA)
        assert isinstance(lane, FolderCameraLane)
        self.live.pictures.camera = lane
        self.rack.start()

    def publish(self, view: CounterView) -> None:
        super().publish(view)
        self.bridge.post(view)

    def _hear(self, event: DeviceEvent) -> None:
        self.station.device_event(event)

    def message(self) -> str:
        """What was said last, seen by nobody meanwhile."""
        shown = self.shown().message
        return shown.code if shown is not None else ""


@pytest.fixture
def memory() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="papers-", dir="/dev/shm"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def counter(memory: Path) -> Iterator[_Seated]:
    made = _Seated(Bridge(), memory)
    yield made
    assert made.rack.stop() == ()
    made.station.stop()


def _agent(counter: _Seated) -> None:
    """For somebody whose card was read too."""
    counter.do(c.SetSenderKind(c.SenderKind.AGENT))
    counter.place(card("示例乙", "110105194912310046", read="r-1"))
    counter.do(c.KeepAsPrincipal(), c.SetProof(c.Proof.AUTHORISATION))


def _organisation(counter: _Seated) -> None:
    counter.do(
        c.SetSenderKind(c.SenderKind.ORGANISATION),
        c.SetSenderField(c.SenderField.ORGANISATION_NAME, "示例公司"),
        c.SetSenderField(c.SenderField.ORGANISATION_CODE, "91350100M000100Y43"),
    )


@pytest.mark.parametrize(("sends", "of"), [(_agent, "proof"), (_organisation, "organisation")])
def test_f9_waits_for_the_picture(
    qtbot: QtBot, opened: Opened, counter: _Seated, memory: Path, sends: object, of: str
) -> None:
    """Refused with its sentence; seen and left it is not there either; kept it goes with the item, once."""
    counter.log_in()
    assert callable(sends)
    sends(counter)
    counter.place(card(read="r-2"))
    counter.type(sender_phone="13800138000", sender_address="北京市朝阳区样本街道1号")
    counter.do(c.ConfirmOriginal(), c.AcknowledgeNotice(c.Acknowledgement.SPOKEN))
    counter.parcel(WAYBILLS[0])
    window = opened(counter.station)
    counter.settle()  # a view for the window
    hands, clerk = Hands(qtbot, window), window.clerk
    qtbot.waitUntil(lambda: bool(clerk.isVisible()), timeout=20_000)
    assert counter.visit().missing == ("missing.picture",)
    qtbot.waitUntil(lambda: "证件图片" in clerk.bar._missing.text(), timeout=5000)

    _refused(hands, counter)
    _seen(qtbot, hands, window, memory)
    hands.press(Key.Key_Escape)  # it was another paper, say
    qtbot.waitUntil(lambda: clerk.side is Side.USUAL, timeout=5000)
    _refused(hands, counter)

    _seen(qtbot, hands, window, memory)
    hands.press(Key.Key_1)
    qtbot.waitUntil(lambda: clerk.side is Side.USUAL, timeout=5000)
    assert counter.shown().visit is not None
    assert (counter.visit().pictures.kept, counter.visit().missing) == ((of,), ())
    hands.press(Key.Key_F9)
    qtbot.waitUntil(lambda: "ItemAccepted" in counter.kinds(), timeout=10_000)
    (picture,) = _sealed(counter)
    assert (picture["of"], picture["type"]) == (of, "image/jpeg")
    assert wire.unb64(picture["data"]).startswith(b"\xff\xd8\xff")
    assert list(memory.iterdir()) == []

    counter.do(c.NextItem())  # of the same sender: the entry before has it
    counter.parcel(WAYBILLS[1])
    assert (counter.visit().pictures.wanted, counter.visit().missing) == ({}, ())


def _refused(hands: Hands, counter: _Seated) -> None:
    hands.press(Key.Key_F9)
    assert counter.message() == "rule.picture_needed"
    assert "ItemAccepted" not in counter.kinds()


def _seen(qtbot: QtBot, hands: Hands, window: MainWindow, memory: Path) -> None:
    """Ctrl+P, the paper goes in, and its picture stands."""
    clerk = window.clerk
    hands.press(Key.Key_P, CONTROL)
    qtbot.waitUntil(lambda: clerk.choices.asks == "picture_wait", timeout=5000)
    put_in(memory, paper(size=(620, 877)), pause_s=0.02)
    qtbot.waitUntil(lambda: clerk.choices.asks == "picture_seen", timeout=20_000)


def _sealed(counter: _Seated) -> list[dict[str, str]]:
    """What headquarters' opening service would find in the item's entry."""
    entry = next(row for row in counter.vault.journal.rows if row.header.kind == "ItemAccepted")
    header, key = entry.header, counter.vault.opening
    info = sealed_info(header.terminal, header.epoch, header.seq, header.operation, key.public.id)
    (part,) = [each for each in entry.attachments if each and each.cls is AttachmentClass.SEALED]
    opened = wire.decode(unseal(key, part.data, info), limit=MOST_SEALED)
    assert isinstance(opened, dict)
    found: list[dict[str, str]] = opened["pictures"]
    return found
