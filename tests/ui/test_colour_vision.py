"""Whoever sees no red, no green or no blue: states keep their shape and word, texts their contrast."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from core.devices import DeviceState
from core.view import GateState
from tests.ui.colour_vision import USUAL, VISIONS, distance, seen
from ui.clerk.device_bar import DeviceBar
from ui.clerk.message import _SIGNS as SIGNS
from ui.clerk.way import Way
from ui.marks import DEVICES, GATES, Mark, Shape, paint
from ui.text import LANGUAGES, Texts
from ui.theme import PAIRS, THEMES, Palette, body_font, contrast

GLANCE = 20.0  # ΔE: told apart at a glance
BLIND = [vision for vision in VISIONS if vision != USUAL]
every_theme = pytest.mark.parametrize("palette", THEMES, ids=lambda palette: palette.name)


@pytest.mark.parametrize("vision", VISIONS)
def test_greys_stay_grey(vision: str) -> None:
    """The published matrices keep what has no colour; a slip of a digit would not."""
    for grey in ("#000000", "#808080", "#FFFFFF"):
        assert distance(seen(grey, vision), grey) < 1.0


@pytest.mark.parametrize(
    ("vision", "first", "second"),
    [("protanopia", "#B20000", "#4F4700"), ("deuteranopia", "#C00000", "#7A6C00"),
     ("tritanopia", "#00B4B4", "#00B4FF")],
)  # fmt: skip
def test_it_confuses_what_those_eyes_confuse(vision: str, first: str, second: str) -> None:
    """Dark red and olive, blue and green: far apart to the usual eye, close to the one that lacks cones."""
    assert distance(first, second) > 2 * GLANCE
    assert distance(first, second, vision) < GLANCE


@every_theme
@pytest.mark.parametrize("vision", BLIND)
def test_contrast_holds_to_every_eye(palette: Palette, vision: str) -> None:
    """Each pair of the theme keeps the ratio that it has for everybody else."""
    wrong = []
    for pair in PAIRS:
        text, ground = (seen(getattr(palette, name), vision) for name in (pair.text, pair.ground))
        if contrast(text, ground) < pair.least:
            wrong.append(f"{pair.text} on {pair.ground}: {contrast(text, ground):.1f} of {pair.least}")
    assert wrong == []


def _image(side: int, ground: str, draw: Any) -> QImage:
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(QColor(ground))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw(painter)
    painter.end()
    return image


def _greys(image: QImage) -> bytes:
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    rows: list[Any] = [grey.constScanLine(row) for row in range(grey.height())]
    return b"".join(bytes(row[: grey.width()]) for row in rows)


def _drawn(side: int, palette: Palette, shape: Shape, digit: str) -> bytes:
    """The mark in one ink, as large as it stands on the screen."""
    area = QRectF(0, 0, side, side)
    return _greys(_image(side, palette.card, lambda p: paint(p, area, shape, palette, "text", digit)))


def _differing(one: bytes, other: bytes) -> int:
    """Pixels whose grey is plainly another."""
    return sum(abs(a - b) > 60 for a, b in zip(one, other, strict=True))


@pytest.mark.usefixtures("qapp")
@every_theme
@pytest.mark.parametrize("states", ["gates", "devices"])
def test_no_two_states_differ_by_colour_alone(palette: Palette, states: str) -> None:
    """At the size on the screen, in one ink, each pair differs by shape; and by word in each language."""
    texts = [Texts(language) for language in LANGUAGES]
    side = _side(Way(texts[0])) if states == "gates" else _side(_bar(texts[0]))
    table = GATES if states == "gates" else DEVICES
    family, digit = ("gate_state", "3") if states == "gates" else ("device_state", "")
    drawn = {state: _drawn(side, palette, shape, digit) for state, (shape, _) in table.items()}
    assert set(drawn) == set(GateState if states == "gates" else DeviceState)
    for one, other in combinations(drawn, 2):
        assert _differing(drawn[one], drawn[other]) >= side, (one, other)
        for each in texts:
            assert each(f"{family}.{one.value}") != each(f"{family}.{other.value}")


def _bar(texts: Texts) -> DeviceBar:
    from ui.specimens import BASE

    bar = DeviceBar(texts)
    bar.show_view(BASE.devices, None)
    return bar


def _side(widget: Way | DeviceBar) -> int:
    (side,) = {each.width() for each in widget.findChildren(Mark)}
    return side


@pytest.mark.usefixtures("qapp")
@every_theme
def test_the_signs_before_messages_differ_without_colour(palette: Palette) -> None:
    """● ✓ ▲ ■ as the house's type draws them, all in one ink."""

    def draw(sign: str) -> bytes:
        def write(painter: QPainter) -> None:
            painter.setFont(body_font())
            painter.setPen(QColor(palette.text))
            painter.drawText(QRectF(0, 0, 24, 24), Qt.AlignmentFlag.AlignCenter, sign)

        return _greys(_image(24, palette.card, write))

    drawn = {level: draw(sign) for level, sign in SIGNS.items()}
    for one, other in combinations(drawn, 2):
        assert _differing(drawn[one], drawn[other]) >= 12, (one, other)


@every_theme
@pytest.mark.parametrize("vision", BLIND)
def test_what_needs_a_look_is_told_from_what_is_quiet_by_colour_too(palette: Palette, vision: str) -> None:
    """Shape and word are there in any case; but a warning, a fault and what is fine should also not look
    like what asks for nothing, nor a fault quite like a warning."""
    pairs = [
        ("good_mark", "quiet"),
        ("warn_mark", "quiet"),
        ("bad_mark", "quiet"),
        ("good_mark", "warn_mark"),
    ]
    close = [
        pair
        for pair in pairs
        if distance(getattr(palette, pair[0]), getattr(palette, pair[1]), vision) < GLANCE
    ]
    assert close == []


def test_colours_alone_would_not_do() -> None:
    """Why every state has a shape: to some eye, some pair of the theme's marks looks nearly the same."""
    marks = ("good_mark", "warn_mark", "bad_mark", "quiet", "accent")
    for palette in THEMES:
        least = min(
            distance(getattr(palette, one), getattr(palette, other), vision)
            for one, other in combinations(marks, 2)
            for vision in BLIND
        )
        assert least < GLANCE
