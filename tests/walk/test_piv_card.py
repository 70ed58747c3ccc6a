"""A shift by a real card: activation, log-in, slot and certificate over pcscd, with a real headquarters."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from core import commands as c
from core.config import load_config
from core.errors import CardFault, RuleFault
from core.view import Screen
from program.terminal import Parts
from tests.devices.smartcard.vpcd import AUTHENTICATE, LINK, PIN, SELECT, VERIFY, WRONG, PivChip, Readers
from tests.devices.smartcard.vpcd import readers as serving
from tests.walk.branch import PASSWORDS, QUICK, Branch, Desk
from tests.walk.test_operator_card import CLERK, HERE, SUPERVISOR, code, journal_verifies, on_card, told


@pytest.fixture
def readers() -> Iterator[Readers]:
    yield from serving()


@pytest.fixture
def desk(tmp_path: Path, readers: Readers) -> Iterator[Desk]:
    """A supervisor with a password has opened it and locked it again."""
    with Branch(tmp_path) as branch:
        branch.enrol(HERE, SUPERVISOR, branch.operator(SUPERVISOR, "supervisor", name="示例乙"))
        path = branch.directory / f"{HERE}.toml"
        text = f'\n[devices.card_reader]\ndriver = "pcsc"\nlink = "{LINK}"\n'
        path.write_text(path.read_text("utf-8") + text, "utf-8")
        with Desk(load_config(path), branch.directory / HERE, Parts(pump=QUICK)) as made:
            vars(made)["branch"] = branch
            assert made.log_in(SUPERVISOR) is None
            made.do(c.Lock())
            yield made


def test_a_shift_by_a_real_card(desk: Desk, readers: Readers, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    chip = readers.insert(PivChip())
    desk.until("an empty card", partial(on_card, CardFault.EMPTY, ""))
    added = vars(desk)["branch"].operator(CLERK, "clerk", "990100-01")
    asked = c.Activate(CLERK, added, PIN, SUPERVISOR, PASSWORDS[SUPERVISOR], card=True)
    assert desk.do(asked) is None
    desk.until("activated", partial(told, "msg.activated"))
    desk.until("her card", partial(on_card, "", CLERK))
    assert not chip.open
    assert code(desk.do(c.LogIn(CLERK, PIN))) is RuleFault.KEY_NEW
    assert not chip.open
    before = len(chip.asked)
    assert desk.do(c.LogIn(CLERK, PIN, SUPERVISOR, PASSWORDS[SUPERVISOR])) is None
    spoken = chip.asked[before:]
    assert [apdu[1] for apdu in spoken].count(VERIFY) == 1  # one PIN, one session
    assert [apdu[3] for apdu in spoken if apdu[1] == AUTHENTICATE][:2] == [0x9D, 0x9A]  # slot, certificate
    assert not chip.open
    _out_locks(desk, readers, chip)
    for ins in (SELECT, VERIFY, AUTHENTICATE):
        _pulled_while_logging_in(desk, readers, chip, ins)
    _the_service_is_killed(desk, readers, chip)
    journal_verifies(desk)
    _said_nowhere(caplog, Path(vars(desk)["branch"].directory))


def _out_locks(desk: Desk, readers: Readers, chip: PivChip) -> None:
    desk.do(c.SetField(c.Field.CONTENTS, "衣物"))
    readers.pull()
    view = desk.until("locked", lambda view: view.screen is Screen.LOCKED)
    assert view.message is not None
    assert view.message.code == "msg.locked_card"
    assert code(desk.do(c.LogIn(CLERK, PIN))) is CardFault.MISSING
    readers.insert(chip)
    desk.until("her card", partial(on_card, "", CLERK))
    assert code(desk.do(c.LogIn(CLERK, "12345"))) is CardFault.PIN_FORM
    assert desk._live.vault.failures(CLERK) == 0
    assert code(desk.do(c.LogIn(CLERK, WRONG))) is CardFault.PIN_WRONG
    desk.until("a try less", lambda view: view.card is not None and view.card.left == 2)
    assert desk.do(c.LogIn(CLERK, PIN)) is None
    assert desk.view is not None
    assert desk.view.visit is not None
    assert desk.view.visit.fields[c.Field.CONTENTS].text == "衣物"
    desk.do(c.Lock())


def _pulled_while_logging_in(desk: Desk, readers: Readers, chip: PivChip, ins: int) -> None:
    """Nobody is in, nothing is recorded, no guess is counted."""
    head = desk._live.state.head
    chip.at(ins, readers.pull)
    assert code(desk.do(c.LogIn(CLERK, PIN))) is CardFault.PULLED
    assert (desk.screen, desk._live.state.head) == (Screen.LOCKED, head)
    assert desk._live.vault.failures(CLERK) == 0
    desk.wait("it is out", lambda: not desk._live.cards and readers.slots[0].settled)
    desk.until("and not shown", lambda view: view.card is None)  # else the next wait meets the old view
    readers.insert(chip)
    desk.until("her card", partial(on_card, "", CLERK))


def _the_service_is_killed(desk: Desk, readers: Readers, chip: PivChip) -> None:
    """In the middle of a session: locked as by a pulled card; afterwards the same card opens it again."""
    assert desk.do(c.LogIn(CLERK, PIN)) is None
    readers.service.kill()
    desk.until("locked", lambda view: view.screen is Screen.LOCKED)
    readers.pull()
    readers.service.start()
    readers.insert(chip)
    desk.until("her card", partial(on_card, "", CLERK))
    assert desk.do(c.LogIn(CLERK, PIN)) is None


def _said_nowhere(caplog: pytest.LogCaptureFixture, folder: Path) -> None:
    """Neither PIN nor a VERIFY in what was logged or lies on the disk."""
    padded = PIN.encode().ljust(8, b"\xff")
    forms = (padded, padded.hex().encode(), padded.hex(" ").encode(), PIN.encode())
    logged = "\n".join(record.getMessage() for record in caplog.records).encode()
    assert not [form for form in forms if form in logged]
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not [form for form in forms[:3] if form in data], path.name
