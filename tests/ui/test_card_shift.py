"""Two real cards at one counter, by keys alone: log-in, an approval beside the session, pulled, in again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core import commands as c
from core.config import load_config
from core.errors import CardFault
from core.view import CounterView, Screen
from program.terminal import Parts
from tests.devices.smartcard.vpcd import LINK, PIN, WRONG, PivChip, Readers
from tests.devices.smartcard.vpcd import readers as serving
from tests.ui.typing import ALT, Hands, Key
from tests.walk.branch import PASSWORDS, QUICK, Branch, Desk
from tests.walk.test_operator_card import CLERK, HERE, SUPERVISOR, journal_verifies, on_card, told
from ui.bridge import Bridge
from ui.clerk.frame import Side
from ui.window import MainWindow

pytestmark = pytest.mark.requirement("R57", "R67")
BOTH = LINK.rpartition(" ")[0]  # every reader whose name begins so
OTHER = "OP20002"  # a supervisor, her keys on a card


class Seen(Desk):
    """A counter whose views a window shows, too."""

    def __init__(self, bridge: Bridge, *parts: object) -> None:
        self._bridge = bridge
        super().__init__(*parts)  # type: ignore[arg-type]

    def _publish(self, view: CounterView) -> None:
        super()._publish(view)
        self._bridge.post(view)


@pytest.fixture
def readers() -> Iterator[Readers]:
    yield from serving()


class Seat:
    """The window on it, and hands on its keyboard."""

    def __init__(self, qtbot: QtBot, desk: Seen, bridge: Bridge) -> None:
        self.desk, self._qtbot = desk, qtbot
        self.window = MainWindow(desk.terminal.station, bridge)
        qtbot.addWidget(self.window)
        with qtbot.waitActive(self.window):
            self.window.show()
        assert desk.view is not None
        bridge.post(desk.view)  # what stands by now
        self.hands = Hands(qtbot, self.window)

    def until(self, true: Callable[[], bool]) -> None:
        """Qt goes on meanwhile."""
        self._qtbot.waitUntil(lambda: bool(true()), timeout=30_000)

    def enter(self, text: str) -> None:
        self.hands.type(text)
        self.hands.press(Key.Key_Return)

    def answer(self, *digits: Key) -> None:
        for digit in digits:
            self.until(lambda: self.window.clerk.side is Side.CHOICES)
            self.hands.press(digit)


def _activated(branch: Branch, desk: Seen, readers: Readers, operator: str, role: str) -> PivChip:
    """New keys on an empty card, and her first log-in, which the supervisor stands by."""
    chip = readers.insert(PivChip())
    desk.until("an empty card", partial(on_card, CardFault.EMPTY, ""))
    asked = c.Activate(
        operator, branch.operator(operator, role), PIN, SUPERVISOR, PASSWORDS[SUPERVISOR], card=True
    )
    assert desk.do(asked) is None
    desk.until("activated", partial(told, "msg.activated"))
    desk.until("her card", partial(on_card, "", operator))
    assert desk.do(c.LogIn(operator, PIN, SUPERVISOR, PASSWORDS[SUPERVISOR])) is None
    desk.do(c.Lock())
    readers.pull()
    desk.until("no card", lambda view: view.card is None)
    return chip


def test_a_shift_by_cards_and_keys(qtbot: QtBot, tmp_path: Path, readers: Readers) -> None:
    with Branch(tmp_path) as branch:
        branch.enrol(HERE, SUPERVISOR, branch.operator(SUPERVISOR, "supervisor"))
        path = branch.directory / f"{HERE}.toml"
        text = f'\n[devices.card_reader]\ndriver = "pcsc"\nlink = "{BOTH}"\n'
        path.write_text(path.read_text("utf-8") + text, "utf-8")
        bridge = Bridge()
        with Seen(bridge, load_config(path), branch.directory / HERE, Parts(pump=QUICK)) as desk:
            assert desk.log_in(SUPERVISOR) is None
            desk.do(c.Lock())
            hers = _activated(branch, desk, readers, CLERK, "clerk")
            approver = _activated(branch, desk, readers, OTHER, "supervisor")
            _by_keys(Seat(qtbot, desk, bridge), readers, hers, approver)
            given = desk.entries("ApprovalGiven")
            assert [entry.data["by"] for entry in given] == [OTHER]
            assert [entry.header.actor.id for entry in desk.entries("ReaderDownApproved")] == [CLERK]
            journal_verifies(desk)
        bridge.close()


def _by_keys(seat: Seat, readers: Readers, hers: PivChip, approver: PivChip) -> None:
    desk, hands = seat.desk, seat.hands
    readers.insert(hers)
    desk.until("her card", partial(on_card, "", CLERK))
    seat.until(lambda: hands.place == "password" and seat.window.login.password.accessibleName() == "PIN")
    seat.enter(WRONG)
    seat.until(lambda: desk.view is not None and desk.view.card is not None and desk.view.card.left == 2)
    seat.enter(PIN)
    seat.until(lambda: desk.screen is Screen.CLERK and seat.window.clerk.isVisible())
    # Her session goes on while another's card approves in the second reader.
    readers.insert(approver, 2)
    desk.wait("both are in", lambda: len(desk._live.cards) == 2)
    hands.press(Key.Key_M, ALT)
    visit = desk.view.visit if desk.view is not None else None
    assert visit is not None
    seat.answer(Key(Key.Key_1.value + len(visit.manual_kinds)), Key.Key_1)
    seat.until(lambda: hands.place == "second_approver")
    seat.enter(OTHER)
    seat.enter(PIN)
    desk.until("approved", partial(told, "msg.reader_down"))
    assert desk.screen is Screen.CLERK
    readers.pull()
    seat.until(lambda: desk.screen is Screen.LOCKED and seat.window.login.isVisible())
    readers.insert(hers)
    seat.until(lambda: hands.place == "password" and seat.window.login.password.accessibleName() == "PIN")
    seat.enter(PIN)
    seat.until(lambda: desk.screen is Screen.CLERK and seat.window.clerk.isVisible())
