"""The written warning: what for, until when, what may follow and how to object, whole on every paper."""

from __future__ import annotations

import pytest

from core.records import WarningRecord
from devices.printer.fonts import FontBook
from devices.printer.warning_slip import WarningRenderer, load_warning
from tests.devices.printer.test_complaint_slip import PAPERS, text

pytestmark = pytest.mark.requirement("R41")


@pytest.mark.parametrize(("width", "height"), PAPERS)
def test_all_of_it_stands_on_the_paper(width: int, height: int) -> None:
    words = load_warning()
    record = WarningRecord(
        "990100-01-03 131", "贵阳市示例支局 990100-01", "OP10001", "2026-11-24 10:26", "妨碍验视或安检",
        "000128", "2026-12-01", 15,
    )  # fmt: skip
    page = WarningRenderer(FontBook(), words, width, 203, height).render(record)
    assert text(page, "then") == words.then
    assert ("2026-12-01" in text(page, "demand"), "15 天" in text(page, "appeal")) == (True, True)
    assert text(page, "breach").endswith(record.breach)
    assert all(placed.x + placed.width <= page.bitmap.width for placed in page.placed)
