"""The bars on the screen are those of the waybill: a reader that is not ours reads them."""

from __future__ import annotations

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ui.code128 import bars

pytestmark = pytest.mark.requirement("R32")


def _read(text: str) -> str:
    widths, quiet, module = bars(text), 12, 3
    image = Image.new("L", ((sum(widths) + 2 * quiet) * module, 60), 255)
    left = quiet * module
    for at, width in enumerate(widths):
        if at % 2 == 0:
            image.paste(0, (left, 0, left + width * module, 60))
        left += width * module
    found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.Code128))
    return found[0].text if found else ""


@pytest.mark.parametrize(
    "text", ["EA473124829CN", "1234567890", "123", "A1234B", "A12345B", "520100-01 000129"]
)
def test_a_reader_reads_it(text: str) -> None:
    """Letters, packed digits, odd digits, changes between the sets."""
    assert _read(text) == text


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20))
def test_a_reader_reads_anything_printable(text: str) -> None:
    """Every character that has a code."""
    assert _read(text) == text


@pytest.mark.parametrize("text", ["", "示例", "A\tB", "é"])
def test_what_has_no_code_has_no_bars(text: str) -> None:
    """Nothing is drawn that would be read as something else."""
    assert bars(text) == []
