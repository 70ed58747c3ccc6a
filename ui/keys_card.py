"""The card of keys for the counter: A5 across, drawn from the table that the screen itself reads."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMarginsF, QRectF, Qt
from PySide6.QtGui import QColor, QPageLayout, QPageSize, QPainter, QPdfWriter, QPen

from ui.clerk.shortcuts import LISTED
from ui.text import Texts
from ui.theme import LIGHT, body_font

_DPI = 96
_COLUMNS = 3
_MARGIN, _HEAD, _KEY_WIDTH = 36.0, 64.0, 84.0


def lines(texts: Texts) -> list[tuple[str, str]]:
    """(key, what it does) of every line of the table, in its order."""
    return [(str(shortcut), texts(f"key.{shortcut.name}")) for shortcut in LISTED]


def write(path: Path, texts: Texts) -> None:
    """A PDF of one page, 210 × 148 mm, vector type."""
    writer = QPdfWriter(str(path))
    writer.setResolution(_DPI)
    writer.setTitle(texts("card.title"))
    writer.setPageLayout(
        QPageLayout(QPageSize(QPageSize.PageSizeId.A5), QPageLayout.Orientation.Landscape, QMarginsF())
    )
    painter = QPainter(writer)
    draw(painter, QRectF(0, 0, writer.width(), writer.height()), texts)
    painter.end()


def draw(painter: QPainter, area: QRectF, texts: Texts) -> None:
    """The card into ``area``: the one key that commits stands apart, the others in columns."""
    ink, accent = QColor(LIGHT.text), QColor(LIGHT.accent)
    painter.fillRect(area, QColor(LIGHT.card))
    inner = area.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
    left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    painter.setPen(accent)
    painter.setFont(body_font(26, bold=True))
    painter.drawText(QRectF(inner.left(), inner.top(), inner.width(), 34), left, texts("card.title"))
    painter.setPen(ink)
    painter.setFont(body_font(14))
    painter.drawText(QRectF(inner.left(), inner.top() + 34, inner.width(), 22), left, texts("card.commit"))
    painter.setPen(QPen(accent, 2))
    painter.drawLine(inner.left(), inner.top() + _HEAD, inner.right(), inner.top() + _HEAD)  # type: ignore[call-overload]
    every = lines(texts)
    rows = -(-len(every) // _COLUMNS)
    width = inner.width() / _COLUMNS
    height = min(30.0, (inner.height() - _HEAD - 12) / rows)
    for at, (key, said) in enumerate(every):
        x = inner.left() + at // rows * width
        y = inner.top() + _HEAD + 12 + at % rows * height
        painter.setPen(ink)
        painter.setFont(body_font(13, bold=True))
        painter.drawText(QRectF(x, y, _KEY_WIDTH, height), left, key)
        painter.setFont(body_font(13))
        painter.drawText(QRectF(x + _KEY_WIDTH, y, width - _KEY_WIDTH - 8, height), left, said)
