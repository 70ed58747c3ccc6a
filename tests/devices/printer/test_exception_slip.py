"""The report of an item's exception: every state whole on every paper."""

from __future__ import annotations

import pytest

from core.records import ExceptionRecord
from devices.printer.exception_slip import ExceptionRenderer, load_exception
from devices.printer.fonts import FontBook
from tests.devices.printer.test_complaint_slip import PAPERS, text

pytestmark = pytest.mark.requirement("R39")


@pytest.mark.parametrize(("width", "height"), PAPERS)
def test_all_of_it_stands_on_the_paper(width: int, height: int) -> None:
    words = load_exception()
    renderer = ExceptionRenderer(FontBook(), words, width, 203, height)
    for state, title in words.titles.items():
        record = ExceptionRecord(
            "990100-01-03 131", "贵阳市示例支局 990100-01", "OP10001", "2026-11-24 10:26", state,
            "有关机关要求停止寄递", "000128", "EA473124829CN", "2026-11-24 08:26", "OP10002", 12,
            "2026-11-24 09:01", "OP20001", "2026-11-25 09:00", "国家安全机关",
        )  # fmt: skip
        page = renderer.render(record)
        assert text(page, "title") == title
        assert [text(page, name).endswith(said) for name, said in record.rows()] == [True] * 14
        assert ("2026-11-25" in text(page, "note")) == (state == "held")
        assert "＿" in text(page, "signed")
        assert all(placed.x + placed.width <= page.bitmap.width for placed in page.placed)
