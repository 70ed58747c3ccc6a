"""Lines: nothing lost, nothing too wide, refused when it cannot be."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.printer.fonts import FontBook
from devices.printer.layout import fit, line_height, line_width
from tests.devices.printer.labels import texts


@pytest.fixture(scope="module")
def fonts() -> FontBook:
    return FontBook()


@settings(max_examples=120, deadline=None)
@given(
    text=texts(120),
    width=st.integers(40, 600),
    height=st.integers(20, 300),
    least=st.integers(12, 30),
    tracking=st.integers(0, 8),
)
def test_lines_hold_the_whole_text_inside_the_box(
    fonts: FontBook, text: str, width: int, height: int, least: int, tracking: int
) -> None:
    fitted = fit(fonts, text, width, height, size=56, least=least, bold=False, tracking=tracking)
    if fitted is None:
        # Never refused where the whole text would stand on one line, or every word on its own.
        room = height // line_height(least)
        needed = [line_width(fonts, word, least, bold=False, tracking=tracking) for word in text.split(" ")]
        whole = line_width(fonts, text, least, bold=False, tracking=tracking)
        assert room == 0 or (whole > width and (max(needed) > width or len(text) > room))
        return
    assert "".join(fitted.lines) == text
    assert least <= fitted.size <= 56
    assert len(fitted.lines) * fitted.line_height <= height
    for line in fitted.lines:
        assert line_width(fonts, line, fitted.size, bold=False, tracking=tracking) <= width


def test_the_largest_size_that_fits_is_taken(fonts: FontBook) -> None:
    one = fit(fonts, "示例", 100, 52, size=40, least=10, bold=True)
    assert one is not None
    assert (one.size, one.lines) == (40, ("示例",))
    smaller = fit(fonts, "示例示例", 100, 52, size=40, least=10, bold=True)
    assert smaller is not None
    assert (smaller.size, smaller.lines) == (25, ("示例示例",))
    wrapped = fit(fonts, "示例示例", 60, 80, size=30, least=10, bold=True)
    assert wrapped is not None
    assert (wrapped.size, wrapped.lines) == (30, ("示例", "示例"))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("电话139****6021", ("电话", "139****6021")),  # a number is not torn
        ("世纪大道（示例）", ("世纪大道（示", "例）")),  # no line begins with a closing mark
        ("Room 12 Northgate 7", ("Room 12 ", "Northgate 7")),
        ("0123456789012345678901234", ("0123456789", "0123456789", "01234")),  # longer than a line: anywhere
    ],
)
def test_where_lines_break(fonts: FontBook, text: str, lines: tuple[str, ...]) -> None:
    fitted = fit(fonts, text, 150, 100, size=25, least=25, bold=False)
    assert fitted is not None
    assert fitted.lines == lines


def test_no_room_for_one_character(fonts: FontBook) -> None:
    assert fit(fonts, "示", 10, 100, size=20, least=20, bold=False) is None
    assert fit(fonts, "示", 100, 10, size=20, least=20, bold=False) is None
