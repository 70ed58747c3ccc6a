"""Where the keyboard is can be seen: on the pixels of every control, in both themes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Seated
from ui.buttons import KeyButton
from ui.fields import Entry
from ui.specimens import BASE, READY
from ui.theme import THEMES, contrast, theme


def _grabbed(widget: QWidget) -> QImage:
    return widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def _edge_changes(before: QImage, after: QImage) -> int:
    """How many pixels of the outer four differ."""
    width, height = before.width(), before.height()
    return sum(
        before.pixel(x, y) != after.pixel(x, y)
        for x in range(width)
        for y in range(height)
        if min(x, y, width - 1 - x, height - 1 - y) < 4
    )


@pytest.mark.parametrize("name", [palette.name for palette in THEMES])
def test_every_control_shows_that_it_has_the_focus(qtbot: QtBot, seated: Seated, name: str) -> None:
    """A ring all round, two pixels or more, 3:1 against the card, also on a choice that was made."""
    window, _, _ = seated(replace(BASE, visit=READY))
    window.set_theme(name)
    qtbot.wait(1)
    card, seen = theme(name).card, 0
    controls: list[QWidget] = [*window.clerk.findChildren(Entry), *window.clerk.findChildren(KeyButton)]
    for control in controls:
        if not control.isVisible() or not control.focusPolicy() & Qt.FocusPolicy.TabFocus:
            continue
        window.clerk.setFocus()
        control.clearFocus()
        before = _grabbed(control)
        control.setFocus()
        after = _grabbed(control)
        around = 2 * (control.width() + control.height())
        assert _edge_changes(before, after) >= around * 0.8, control.objectName()
        middle = control.width() // 2
        for depth in (0, 1):
            ring = f"#{after.pixel(middle, depth) & 0xFFFFFF:06x}"
            assert contrast(ring, card) >= 3.0, (control.objectName(), depth, ring)
        seen += 1
    assert seen > 20
