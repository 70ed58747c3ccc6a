"""Stickers and slips from the configuration to the paper: station, lanes, store, printers of bytes."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from core import commands as c
from core.devices import DeviceState, Slot
from core.view import CounterView
from tests.faults.around import Headquarters
from tests.faults.desk import Desk
from tests.faults.rig import Rig
from tests.faults.store import opened
from tests.faults.work import Item, Visit, day
from tests.peers.barcodes import READERS

[VISIT] = day(1)
[PREPRINTED] = VISIT.items
OWN = Item("1234567890123", *[getattr(PREPRINTED, name) for name in Item.__slots__[1:]])


@pytest.fixture(scope="module")
def headquarters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Headquarters]:
    running = Headquarters(tmp_path_factory.mktemp("headquarters"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def rig(headquarters: Headquarters, tmp_path: Path) -> Iterator[Rig]:
    """With label, receipt and sticker printer, logged in, everything ready."""
    desk = functools.partial(Desk, receipts=True, stickers=True)
    with Rig(headquarters, tmp_path, 1 + len(list(headquarters.directory.glob("rig-*"))), desk=desk) as made:
        (headquarters.directory / f"rig-{tmp_path.name}").touch()
        made.log_in()
        made.eyes.wait(all_ready, "devices")
        yield made


def all_ready(view: CounterView) -> bool:
    return len(view.devices) == 5 and all(truth.state is DeviceState.READY for truth in view.devices)


def entries(rig: Rig, kind: str) -> list[dict[str, object]]:
    with opened(rig.data, rig.operator) as (reader, _vault):
        return [dict(entry.data) for entry in reader.entries(1) if entry.header.kind == kind]


def accept(rig: Rig, *items: Item) -> None:
    for item in items:
        rig.clerk.accept(Visit(VISIT.card, VISIT.phone, VISIT.address, items), item)
    rig.clerk.wait_labels()


def test_a_printed_waybill_gets_its_sticker_and_another_its_label(rig: Rig) -> None:
    accept(rig, PREPRINTED, OWN)
    rig.stop()
    [sticker], [label] = rig.desk.stickers.pages(), rig.desk.watched.pages()
    rows = {row.waybill: row for row in rig.look().items}
    for path, item, size in ((sticker, PREPRINTED, (480, 320)), (label, OWN, (608, 1040))):
        picture = Image.open(path)
        assert picture.size == size
        wanted = {"code128": [item.waybill], "qr": [rows[item.waybill].token]}
        assert [read(picture) for read in READERS.values()] == [wanted, wanted]
        assert rows[item.waybill].label == "printed"
    started = {(row["item"], row["slot"]) for row in entries(rig, "PrintStarted")}
    assert started >= {
        (rows[PREPRINTED.waybill].seq, "sticker_printer"),
        (rows[OWN.waybill].seq, "label_printer"),
    }
    assert {row["item"] for row in entries(rig, "LabelPrinted")} == {row.seq for row in rows.values()}


def test_a_sticker_waits_for_paper_through_a_restart_and_labels_do_not_wait_for_it(rig: Rig) -> None:
    rig.desk.stickers.set_condition("paper_out", True)
    rig.eyes.wait(lambda view: fault(view, Slot.STICKER_PRINTER) == "device.paper_out", "paper out")
    for item in (PREPRINTED, OWN):
        rig.clerk.accept(Visit(VISIT.card, VISIT.phone, VISIT.address, (PREPRINTED, OWN)), item)
    rig.eyes.wait(lambda view: [item.waybill for item in view.pending] == [PREPRINTED.waybill], "the label")
    rig.stop()
    assert rig.desk.stickers.pages() == []
    assert entries(rig, "PrintStarted") != []
    rig.start()
    rig.log_in()
    rig.desk.stickers.set_condition("paper_out", False)
    rig.clerk.wait_labels()
    [page] = rig.desk.watched_stickers.out
    assert (page.waybill, page.copy) == (PREPRINTED.waybill, False)


def fault(view: CounterView, slot: Slot) -> str:
    return next((truth.fault for truth in view.devices if truth.slot is slot), "")


def test_without_a_document_the_slip_comes_out_of_the_receipt_printer(rig: Rig) -> None:
    rig.clerk.press(c.Refuse(c.RefusalReason.NO_VALID_DOCUMENT, told=True))
    assert rig.message() == "msg.refused_slip"
    rig.eyes.wait(lambda _view: len(rig.desk.slips.pages()) == 1, "the slip")
    [page] = rig.desk.slips.pages()
    picture = Image.open(page)
    assert picture.width == 576
    assert [read(picture) for read in READERS.values()] == [{}, {}]  # no code: nobody is named
    # Without paper the next one is given up, said, and in nobody's way.
    rig.desk.slips.set_condition("paper_out", True)
    rig.eyes.wait(lambda view: fault(view, Slot.RECEIPT_PRINTER) == "device.paper_out", "paper out")
    rig.clerk.press(c.Refuse(c.RefusalReason.NO_VALID_DOCUMENT, told=True))
    rig.eyes.wait(
        lambda view: view.message is not None and view.message.code == "msg.slip_not_printed", "said"
    )
    rig.desk.slips.set_condition("paper_out", False)
    accept(rig, OWN)
    rig.stop()
    assert [slip.waybill for slip in rig.desk.slips.out] == [OWN.waybill]
    assert len(rig.desk.slips.pages()) == 2
    refused = entries(rig, "ItemRefused")
    assert [row["reason"] for row in refused] == ["no_valid_document"] * 2
    assert {row["item"] for row in entries(rig, "PrintStarted")} == {rig.look().items[0].seq}
