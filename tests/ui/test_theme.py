"""Colours that can be read, and shapes that say the state without them."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from core.devices import DeviceState
from core.view import GateState
from ui.marks import DEVICES, GATES, Shape, paint
from ui.theme import PAIRS, THEMES, UNIT, Pair, Palette, contrast, theme


@pytest.mark.parametrize("palette", THEMES, ids=lambda palette: palette.name)
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.text}-on-{pair.ground}")
def test_contrast(palette: Palette, pair: Pair) -> None:
    """Each pair of colours that is used has the ratio it needs."""
    assert contrast(getattr(palette, pair.text), getattr(palette, pair.ground)) >= pair.least


@pytest.mark.parametrize(
    ("first", "second", "ratio"),
    [("#000000", "#FFFFFF", 21.0), ("#777777", "#FFFFFF", 4.48), ("#0F6E70", "#FFFFFF", 6.01)],
)
def test_the_ratio_is_the_published_one(first: str, second: str, ratio: float) -> None:
    """Known values of WCAG's formula, and it does not matter which colour comes first."""
    assert contrast(first, second) == pytest.approx(ratio, abs=0.02)
    assert contrast(second, first) == contrast(first, second)


def test_the_accent_is_the_one_of_the_house() -> None:
    """screens/README: one accent."""
    assert theme("light").accent == "#0F6E70"
    assert theme("no such theme").name == "light"
    assert UNIT == 4


def test_every_state_has_a_shape_of_its_own() -> None:
    """Colour is never alone: two states never share a shape."""
    assert set(GATES) == set(GateState)
    assert set(DEVICES) == set(DeviceState)
    for table in (GATES, DEVICES):
        shapes = [shape for shape, _ in table.values()]
        assert len(set(shapes)) == len(shapes)


def _drawn(shape: Shape, palette: Palette) -> bytes:
    """The shape as a black and white mask: what a person sees who sees no colours."""
    image = QImage(24, 24, QImage.Format.Format_RGB32)
    image.fill(palette.card)
    painter = QPainter(image)
    paint(painter, QRectF(0, 0, 24, 24), shape, palette, "text", "3")
    painter.end()
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    rows: list[Any] = [grey.constScanLine(row) for row in range(24)]  # Qt's stubs say "object"
    return b"".join(bytes(row[:24]) for row in rows)


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("palette", THEMES, ids=lambda palette: palette.name)
def test_shapes_differ_without_colour(palette: Palette) -> None:
    """Painted in one ink, no two of them look the same."""
    drawn = {shape: _drawn(shape, palette) for shape in Shape}
    for one in Shape:
        for other in Shape:
            if one is not other:
                differing = sum(abs(a - b) > 60 for a, b in zip(drawn[one], drawn[other], strict=True))
                assert differing >= 12, (one, other)
