"""The slip of what would do: whole on every paper, and never in anybody's way."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest
from PIL import Image

from core.acceptance.slips import no_paper_slip
from core.devices import DeviceState, NoPaperSlip, PrintJob, PrintOutcome, Slot
from core.errors import DeviceError, DeviceFault
from core.identity.card import DocumentKind
from core.rules import load_rules
from devices.printer.fonts import FontBook
from devices.printer.setting import RenderedPage
from devices.printer.slip import SlipRenderer, load_slip
from tests.devices.printer.stand import ESCPOS, TSPL, ZPL, Ended, Kind, Stand, Started, port_of, stand

RULES = load_rules(Path(__file__).parents[3] / "resources" / "rules").editions[-1]
SLIP = no_paper_slip(RULES, "贵阳市示例支局 990100-01", dt.date(2026, 11, 22))
# Width and height of the page in millimetres; 0: as long as it must be.
PAPERS = [(72, 0), (48, 0), (76, 130), (100, 150)]


def page(slip: NoPaperSlip, width: int, height: int, dpi: int = 203) -> RenderedPage:
    return SlipRenderer(FontBook(), load_slip(), width, dpi, height).render(slip)


def texts(rendered: RenderedPage, field: str) -> str:
    return "".join(placed.text for placed in rendered.placed if placed.field == field)


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize(("width", "height"), PAPERS)
def test_all_of_it_stands_on_the_paper(width: int, height: int, dpi: int) -> None:
    template, rendered = load_slip(), page(SLIP, width, height, dpi)
    per_mm = round(dpi / 25.4)
    assert rendered.bitmap.width == width * per_mm
    assert not height or rendered.bitmap.height == height * per_mm
    assert texts(rendered, "title") == template.title
    assert texts(rendered, "lead") == template.lead
    assert texts(rendered, "note") == template.note
    assert texts(rendered, "branch") == SLIP.branch
    assert texts(rendered, "day") == "2026-11-22"
    assert RULES.version in texts(rendered, "rules")
    for kind in DocumentKind:  # every kind that the rules take is named
        assert template.documents[kind.value] in texts(rendered, "document")
    for placed in rendered.placed:
        assert placed.x >= 0
        assert placed.x + placed.width <= rendered.bitmap.width
        assert placed.y + placed.height <= rendered.bitmap.height
    tops = [placed.y for placed in rendered.placed]
    assert tops == sorted(tops)


def test_two_kinds_of_one_name_are_one_line() -> None:
    found = texts(page(SLIP, 72, 0), "document").split("·")[1:]
    assert len(found) == len(set(found)) == len(SLIP.documents) - 1


def test_who_may_use_it_stands_behind_the_document() -> None:
    found = texts(page(SLIP, 72, 0), "document")
    limited = {kind for kind, rule in RULES.documents.items() if rule.used_by != "anyone"}
    template = load_slip()
    assert set(template.remarks) == limited
    for kind in limited:
        assert f"{template.documents[kind]}（{template.remarks[kind]}）" in found


def test_a_label_too_small_is_said() -> None:
    with pytest.raises(DeviceError) as caught:
        page(SLIP, 60, 40)
    assert (caught.value.code, caught.value.facts) == (DeviceFault.LABEL_LAYOUT, {"field": "slip"})


def test_a_document_without_a_name_is_never_a_code() -> None:
    with pytest.raises(DeviceError) as caught:
        page(dataclasses.replace(SLIP, documents=("resident", "library_card")), 72, 0)
    assert caught.value.facts == {"field": "document"}


# -- on its lane -----------------------------------------------------------------------------------


def send(here: Stand, name: str) -> None:
    here.lane.submit(PrintJob(name, here.kind.slot, 0, SLIP, passing=True))


@pytest.mark.parametrize("kind", [ESCPOS, TSPL, ZPL], ids=lambda kind: kind.driver)
def test_it_prints_on_receipt_paper_and_on_labels(kind: Kind, tmp_path: Path) -> None:
    with stand(port_of("tcp", tmp_path), tmp_path, kind=kind) as here:
        here.wait_truth(DeviceState.READY)
        send(here, "slip")
        here.wait_ended(1)
        assert here.log.told == [Started("slip"), Ended("slip", PrintOutcome.PRINTED, "", 1)]
        drawn = Image.open(here.simulator.pages()[-1])
        size = (72, 0) if kind.slot is Slot.RECEIPT_PRINTER else (76, 130)
        bitmap = page(SLIP, *size).bitmap
        assert drawn.size == (bitmap.width, bitmap.height)
        assert drawn.tobytes() == bytes(255 - byte for byte in bitmap.data)


@pytest.mark.parametrize("kind", [ESCPOS, TSPL], ids=lambda kind: kind.driver)
@pytest.mark.parametrize(
    ("condition", "fault"),
    [("paper_out", "device.paper_out"), ("silent", "device.no_answer"), ("hot", "device.hot")],
)
def test_without_paper_it_is_given_up_and_what_waits_goes_on(
    kind: Kind, condition: str, fault: str, tmp_path: Path
) -> None:
    with stand(port_of("tcp", tmp_path), tmp_path, kind=kind) as here:
        here.wait_truth(DeviceState.READY)
        here.simulator.set_condition(condition, True)
        here.submit("1")
        send(here, "slip")
        here.submit("2")
        here.wait_ended(1)
        assert here.log.told == [Ended("slip", PrintOutcome.NOT_PRINTED, fault, 0)]
        assert here.lane.waiting() == ("1", "2")
        here.simulator.set_condition(condition, False)
        here.wait_ended(3)
        assert [end.job for end in here.log.ends()] == ["slip", "1", "2"]
        assert len(here.simulator.pages()) == 2


def test_without_the_printer_it_is_given_up(tmp_path: Path) -> None:
    with stand(port_of("tcp", tmp_path), tmp_path, kind=ESCPOS, plugged=False) as here:
        here.wait_truth(DeviceState.GONE, "device.gone")
        send(here, "slip")
        here.wait_ended(1)
        assert here.log.told == [Ended("slip", PrintOutcome.NOT_PRINTED, "device.gone", 0)]


def test_behind_a_page_that_prints_it_waits_its_turn(tmp_path: Path) -> None:
    with stand(port_of("tcp", tmp_path), tmp_path, kind=ESCPOS, print_s=0.5) as here:
        here.wait_truth(DeviceState.READY)
        here.submit("1")
        here.wait_truth(DeviceState.BUSY)
        send(here, "slip")
        here.wait_ended(2)
        assert [(end.job, end.outcome) for end in here.log.ends()] == [
            ("1", PrintOutcome.PRINTED),
            ("slip", PrintOutcome.PRINTED),
        ]
