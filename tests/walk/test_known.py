"""A repeat sender, from the reader's port to headquarters: her contacts by reference, and nobody else's.

Real card bytes, SQLCipher, label and headquarters; only the stranger's card, whose number has to be found by
brute force under this store's own hint key, is handed to the station as a lane would.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core import commands as c
from core.acceptance.record import digest_hint, label_from_annex
from core.acceptance.waybill import s10_check_digit
from core.commands import Field, Party
from core.devices import CardLifted, CardRead, Slot
from core.identity.card import DocumentKind, IdCard, Sex
from core.identity.numbers import check_character_18
from core.ports import ItemRow
from core.view import KnownView
from program.demonstration import OPERATOR, PASSWORD, TERMINAL, Demonstration
from program.terminal import Parts
from tests.walk.test_drawer import assert_reads, assert_same, journal, label_renderer
from tests.walk.visitors import DrawerCounter
from tests.walk.watching import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]
SENDER, NUMBER = "示例丙", "990101199507200311"
CONTACT = {"phone": "13800138000", "address": "北京市朝阳区样本街道1号"}
RECIPIENT = {"name": "示例乙", "phone": "13900139021", "address": "上海市浦东新区世纪大道100号2楼"}
ITEM = {"contents": "衣物", "quantity": "1", "weight": "1.284"}


class KnownCounter(DrawerCounter):
    """Accepts items of one sender in few commands."""

    serial = 71_000_000

    def scan_next(self) -> str:
        """The next waybill through the scanner's port."""
        self.serial += 1
        waybill = f"EA{self.serial}{s10_check_digit(str(self.serial))}CN"
        self.tell("scan", code=waybill)
        self.until("scan", lambda view: bool(view.visit and view.visit.fields[Field.WAYBILL].text == waybill))
        return waybill

    def type(self, texts: Mapping[str, str], prefix: str = "") -> None:
        """Into the fields of the form."""
        self.do(*(c.SetField(Field(prefix + name), text) for name, text in texts.items()))

    def offered(self) -> dict[Party, list[KnownView]]:
        """What F5 offers, once it is found."""
        view = self.until("known contacts", lambda view: bool(view.visit and view.visit.known))
        assert view.visit is not None
        return {party: [each for each in view.visit.known if each.party is party] for party in Party}

    def confirm(self) -> None:
        """Everything but the contacts, up to F9."""
        self.scan_next()
        self.type(ITEM)
        self.do(c.ConfirmOriginal(), c.AcknowledgeNotice(c.Acknowledgement.SPOKEN))
        self.do(c.ConfirmInspected(), c.SetSecurity(c.Security.HERE))

    def accept(self) -> ItemRow:
        """F9; the item, its label out."""
        assert self.visit().missing == ()
        self.do(c.Commit())
        last = self.printed().last
        assert last is not None
        row = journal(self).item(last.seq)
        assert row is not None
        return row

    def opened(self, row: ItemRow) -> tuple[Any, Any]:
        """(the sender's contact, the recipient) as headquarters' opening service gives them."""
        self.at_headquarters()
        shown = self.around.ask_headquarters(
            "journal", "show", "--terminal", TERMINAL, "--seq", str(row.seq), "--open"
        )
        return shown["opened"][0]["sender"]["contact"], shown["opened"][0]["recipient"]


@pytest.fixture(scope="module")
def around(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    place = tmp_path_factory.mktemp("known") / "walk"
    with Demonstration(place, None, whole=True, read_s=0.0) as around:
        yield around


@pytest.fixture(scope="module")
def counter(around: Demonstration) -> Iterator[KnownCounter]:
    with KnownCounter(around, Parts()) as counter:
        counter.log_in()
        yield counter


@pytest.fixture(scope="module")
def first(counter: KnownCounter) -> ItemRow:
    """The first visit: everything typed."""
    counter.place(SENDER)
    counter.type(CONTACT, "sender_")
    counter.type(RECIPIENT, "recipient_")
    counter.confirm()
    row = counter.accept()
    leave(counter)
    return row


@pytest.fixture
def again(counter: KnownCounter, first: ItemRow) -> Iterator[KnownCounter]:
    """The same person a second time, her document read, her contacts found."""
    counter.place(SENDER)
    yield counter
    leave(counter)


def leave(counter: KnownCounter) -> None:
    counter.lift()
    counter.do(c.NewAcceptance(discard=True))


def as_in(row: ItemRow) -> dict[str, Any]:
    return {"terminal": TERMINAL, "epoch": row.epoch, "seq": row.seq}


def take(counter: KnownCounter, *parties: Party) -> None:
    offered = counter.offered()
    counter.do(*(c.TakeKnown(party, offered[party][0].seq) for party in parties or tuple(Party)))


def texts(counter: KnownCounter, *names: str) -> list[str]:
    return [counter.visit().fields[Field(name)].text for name in names]


@pytest.mark.timeout(120)
def test_the_second_visit_takes_both_and_headquarters_has_the_true_text(
    again: KnownCounter, first: ItemRow
) -> None:
    offered = again.offered()
    assert [each.seq for each in offered[Party.SENDER]] == [first.seq]
    assert dict(offered[Party.RECIPIENT][0].shown) == {
        name: first.annex[name.value] for name in offered[Party.RECIPIENT][0].shown
    }
    shown = repr(again.visit())
    assert all(secret not in shown for secret in (*CONTACT.values(), *RECIPIENT.values()))
    take(again)
    again.confirm()
    pages = set(again.labels())
    row = again.accept()
    for name in ("sender_phone", "sender_address", "recipient_name", "recipient_phone", "recipient_address"):
        assert row.annex[name] == first.annex[name]
    (page,) = set(again.labels()) - pages
    drawn = label_renderer().render(label_from_annex(row.annex, 0))
    assert_same(Image.open(page), drawn)
    assert_reads(Image.open(page), drawn, ("sender_name", "recipient_name"))
    contact, recipient = again.opened(row)
    assert contact == {"as_in": as_in(first), "state": "resolved", **CONTACT}
    assert recipient == {"as_in": as_in(first), "state": "resolved", **RECIPIENT}


@pytest.mark.timeout(120)
def test_the_next_item_keeps_the_contact_and_names_where_it_was_typed(
    again: KnownCounter, first: ItemRow
) -> None:
    """No chain: an item whose contacts were references is never a target itself."""
    take(again)
    again.confirm()
    again.accept()
    again.do(c.NextItem())
    assert texts(again, "sender_phone", "recipient_phone") == ["138******00", ""]
    again.until("found anew", lambda view: bool(view.visit and view.visit.known))
    take(again, Party.RECIPIENT)
    again.confirm()
    row = again.accept()
    assert (row.annex["sender_as_in"], row.annex["recipient_as_in"]) == (as_in(first), as_in(first))
    assert again.opened(row)[1]["state"] == "resolved"


@pytest.mark.timeout(120)
def test_one_field_typed_over_means_the_contact_is_typed(again: KnownCounter, first: ItemRow) -> None:
    take(again)
    again.do(c.SetField(Field.RECIPIENT_PHONE, "13700137000"))
    assert again.messages[-1].code == "msg.known_dissolved"
    assert texts(again, "recipient_name", "recipient_phone", "recipient_address") == ["", "13700137000", ""]
    assert {"missing.recipient_name", "missing.recipient_address"} <= set(again.visit().missing)
    again.type({"name": "示例丁", "address": "上海市浦东新区世纪大道200号"}, "recipient_")
    again.confirm()
    contact, recipient = again.opened(again.accept())
    assert contact["state"] == "resolved"
    assert recipient == {"name": "示例丁", "phone": "13700137000", "address": "上海市浦东新区世纪大道200号"}


@pytest.mark.timeout(120)
def test_the_lock_and_the_draft_keep_what_was_taken(again: KnownCounter, first: ItemRow) -> None:
    again.offered()
    again.do(*(c.TakeKnown(party, first.seq) for party in Party))
    again.do(c.Lock(), c.LogIn(OPERATOR, PASSWORD))
    assert texts(again, "sender_phone", "recipient_name") == ["138******00", first.annex["recipient_name"]]
    assert set(again.visit().as_in) == set(Party)
    assert again.offered()[Party.SENDER]
    again.confirm()
    row = again.accept()
    assert again.opened(row)[0] == {"as_in": as_in(first), "state": "resolved", **CONTACT}


@pytest.mark.timeout(120)
def test_anothers_reference_is_parked_and_says_nothing(
    counter: KnownCounter, first: ItemRow, around: Demonstration, tmp_path: Path
) -> None:
    """Sixteen bits and the same masks: a stranger is offered them masked; headquarters gives out nothing."""
    lane = counter.terminal.station.device_event
    lane(CardRead(Slot.ID_READER, stranger(counter)))
    offered = counter.offered()
    assert first.seq in [each.seq for each in offered[Party.RECIPIENT]]  # it cannot know better
    counter.do(c.TakeKnown(Party.RECIPIENT, first.seq))
    counter.type(CONTACT, "sender_")
    counter.confirm()
    row = counter.accept()
    contact, recipient = counter.opened(row)
    assert contact == CONTACT
    assert recipient == {"as_in": as_in(first), "state": "parked", "why": "differing_document"}
    lane(CardLifted(Slot.ID_READER))
    counter.do(c.NewAcceptance(discard=True))
    assert_checked(around, tmp_path)


def stranger(counter: KnownCounter) -> IdCard:
    """An invented person whose number has the same first and last character and the same hint."""
    ((_, key),) = counter.terminal.station._live.store.hint_keys().items()
    wanted = digest_hint(key, DocumentKind.RESIDENT, NUMBER)
    found = (each for each in numbers() if digest_hint(key, DocumentKind.RESIDENT, each) == wanted)
    number = next(each for each in found if each != NUMBER)
    born = dt.datetime.strptime(number[6:14], "%Y%m%d").date()
    sex = Sex.MALE if int(number[16]) % 2 else Sex.FEMALE
    return IdCard(
        "r-stranger", DocumentKind.RESIDENT, "示某丙", sex, "01", born, "示例省示例市样本区", number,
        "示例市公安局", dt.date(2020, 1, 1), None,
    )  # fmt: skip


def numbers() -> Iterator[str]:
    """Numbers of the area 990101, which does not exist, that end in the right check character.

    That character is linear modulo 11: what a serial adds to it is the same for every day of birth.
    """

    def place(first17: str) -> int:
        return "10X98765432".index(check_character_18(first17))

    begin = f"{NUMBER[:6]}19500101"
    adds = {serial: (place(f"{begin}{serial}") - place(f"{begin}000")) % 11 for serial in range(100, 1000)}
    for days in range(20_000):
        prefix = f"{NUMBER[:6]}{dt.date(1950, 1, 1) + dt.timedelta(days=days):%Y%m%d}"
        lacking = ("10X98765432".index(NUMBER[-1]) - place(f"{prefix}000")) % 11
        yield from (f"{prefix}{serial}{NUMBER[-1]}" for serial, more in adds.items() if more == lacking)


def assert_checked(around: Demonstration, place: Path) -> None:
    """The independent checker opens the same export and says the same of the references."""
    export = place / "export.jsonl"
    data = ("--data", str(around.data), "--operator", OPERATOR)
    run("main.py", "journal", "export", *data, str(export), stdin=PASSWORD + "\n")
    key = around._around / "headquarters.opening" / "opening.key"
    signing = json.loads(export.read_text("utf-8").splitlines()[0])["headquarters"]
    said = run("tests/peers/checker.py", str(export), "--headquarters", signing, "--opening", str(key))
    counts = {line.split(maxsplit=1)[1]: int(line.split()[0]) for line in said.splitlines()[:-1]}
    assert counts["references parked"] == 1
    assert counts["references resolved"] == counts["references"] - 1 > 5


def run(*command: str, stdin: str = "") -> str:
    """What a program said; it ended well."""
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, input=stdin, capture_output=True, text=True,
        timeout=PATIENCE_SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
