"""Every document through the lane, and what else the reader can say about a card."""

from __future__ import annotations

import pytest

from devices.simulators.port import Port
from devices.simulators.reader import Quirks
from tests.devices.idcard.stand import APPEND, PEOPLE, READ, SELECT, A, B, Desk, a_desk
from tests.devices.rig import until

pytestmark = pytest.mark.requirement("R10")


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("样本港", "hmt_resident"), ("样本台", "hmt_resident"),
        ("样本外旧", "foreigner_2017"), ("样本外新", "foreigner_2023"),
    ],
)  # fmt: skip
def test_every_document_with_a_chip_is_read(desk: Desk, key: str, kind: str) -> None:
    desk.reader.place(PEOPLE[key])
    card = desk.reads(PEOPLE[key].fields["name"]).card
    assert (card.kind.value, card.number) == (kind, PEOPLE[key].fields["number"])


def test_an_unknown_document_is_refused_by_its_letter(desk: Desk) -> None:
    desk.reader.place(PEOPLE["样本未知"])
    assert desk.fails("card_unsupported").facts == {"document": "unknown", "letter": "Z"}


def test_the_newest_address_comes_with_the_card(desk: Desk) -> None:
    person = PEOPLE["示例丁"]
    desk.reader.place(person)
    card = desk.reads("示例丁").card
    assert (card.address, card.newest_address) == (person.fields["address"], person.newest_address)
    desk.reader.place(A)
    desk.lifted()
    assert desk.reads("证件样本").card.newest_address == ""


def test_the_newest_address_of_another_card_is_not_taken(desk: Desk) -> None:
    """T27: a card swapped in after the read adds nothing to the first."""
    desk.reader.at(APPEND, lambda: desk.reader.place(PEOPLE["示例丁"]))
    desk.reader.place(A)
    assert desk.reads("证件样本").card.newest_address == ""
    desk.lifted()
    assert desk.reads("示例丁").card.newest_address


@pytest.mark.parametrize(("size", "body_number"), [(8, "0102030405060708"), (1, "01"), (0, "")])
def test_the_chips_own_number_where_it_is_wanted(port: Port, size: int, body_number: str) -> None:
    with a_desk(port, body_number=1) as desk:
        desk.ready()
        desk.reader.quirks.body_number_bytes = size
        desk.reader.place(A)
        event = desk.reads("证件样本")
        assert event.body_number == body_number
        assert "body_number" not in repr(event)
        asked = list(desk.reader.commands)
        assert asked.index(SELECT) < asked.index(0x3005) < asked.index(READ)


def test_a_reader_mute_to_30_03_still_serves(hasty: Desk) -> None:
    hasty.reader.quirks = Quirks(append_silent=True)
    for person in (A, B):
        hasty.reader.place(person)
        hasty.reads(person.fields["name"])
        until(lambda: 0x11FF in hasty.reader.commands, "never asked whether it is well")
        hasty.polled(6)
        hasty.reader.lift()
        hasty.lifted()
    assert hasty.reader.commands.count(READ) == 2
