"""What a complainant takes home: every answer of the rule data whole on every paper."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from core.devices import ComplaintRecord
from core.errors import DeviceError, DeviceFault
from core.rules import load_rules
from devices.printer.complaint_slip import ComplaintRenderer, load_complaint
from devices.printer.fonts import FontBook
from devices.printer.setting import RenderedPage

pytestmark = pytest.mark.requirement("R102")

RULES = load_rules(Path(__file__).parents[3] / "resources" / "rules").editions[-1].complaints
TAKEN = ComplaintRecord(
    "990100-01-03 131", "贵阳市示例支局 990100-01", "OP10001", "OP10002", "2026-11-23 14:26", "opened",
    "transport", "投递错误或未按约定投递", "000128", "2026-11-24 14:26", "2026-11-30 14:26",
)  # fmt: skip
PAPERS = [(72, 0), (48, 0), (76, 130), (100, 150)]


def text(page: RenderedPage, field: str) -> str:
    return "".join(placed.text for placed in page.placed if placed.field == field)


@pytest.mark.parametrize(("width", "height"), PAPERS)
def test_all_of_it_stands_on_the_paper(width: int, height: int) -> None:
    renderer, words = ComplaintRenderer(FontBook(), load_complaint(), width, 203, height), load_complaint()
    page = renderer.render(TAKEN)
    assert text(page, "title") == words.titles["opened"]
    assert (TAKEN.contact_by in text(page, "contact_by"), TAKEN.close_by in text(page, "close_by")) == (
        True, True,
    )  # fmt: skip
    for one in RULES.answers:
        paid = 123456 if one.measure == "compensate" else 0
        answered = replace(TAKEN, state="answered", measure=one.names["zh"], text=one.texts["zh"], cents=paid)
        page = renderer.render(replace(answered, until="2026-12-23"))
        assert text(page, "answer") == one.texts["zh"]
        assert ("1234.56 元" in text(page, "amount")) == bool(paid)
        assert "2026-12-23" in text(page, "note")
        assert text(page, "contact_by") == ""
        assert all(placed.x + placed.width <= page.bitmap.width for placed in page.placed)
    with pytest.raises(DeviceError) as caught:
        renderer.render(replace(TAKEN, cls="noise"))
    assert caught.value.code == DeviceFault.LABEL_LAYOUT
