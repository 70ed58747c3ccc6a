"""Blank paper forms (应急登记表) as a file to print: one A4 page for each number, in Chinese as the label is.

The fields are what 快递暂行条例 22 wants registered, the boxes what is confirmed at the counter in its order.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMarginsF, QRectF, Qt
from PySide6.QtGui import QColor, QPageLayout, QPageSize, QPainter, QPdfWriter, QPen

from ui.text import Texts
from ui.theme import LIGHT, body_font

_DPI = 96  # 794 × 1123 dots on A4
_MARGIN, _ROW = 56.0, 38.0
# Rows of a table: each cell is (caption, share of the width).
_TABLES: Sequence[tuple[str, Sequence[Sequence[tuple[str, float]]]]] = (
    ("sender", ((("name", 1), ("kind", 1)), (("number", 1.4), ("valid", 0.6)), (("phone", 1), ("code", 1)),
                (("address", 1),))),
    ("recipient", ((("name", 1), ("phone", 1)), (("address", 1),))),
    ("item", ((("contents", 1.4), ("quantity", 0.6)), (("weight", 1), ("fee", 1)), (("waybill", 1),))),
)  # fmt: skip
_BOXES = ("original", "inspected", "security", "centre", "notice")
_SIGNED = ("by_sender", "by_clerk", "by_second", "late")
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def names() -> set[str]:
    """Every code that a form asks a text for."""
    found = {f"paper.{table}.{name}" for table, rows in _TABLES for row in rows for name, _ in row}
    found |= {f"paper.{table}" for table, _ in _TABLES} | {f"paper.box.{box}" for box in _BOXES}
    return found | {f"paper.{name}" for name in _SIGNED}


def draw_forms(folder: Path, terminal: str, branch: str, numbers: Sequence[tuple[int, int]]) -> Path:
    """The file with every form of these ranges.  Raises OSError where it cannot be written."""
    every = [number for first, last in numbers for number in range(first, last + 1)]
    path = folder / f"forms-{terminal}-{every[0]:06d}-{every[-1]:06d}.pdf"
    texts = Texts("zh")
    with path.open("wb"):  # Qt only says that it could not begin
        pass
    writer = QPdfWriter(str(path))
    writer.setResolution(_DPI)
    writer.setTitle(texts("paper.title"))
    writer.setPageLayout(
        QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, QMarginsF())
    )
    painter = QPainter(writer)
    try:
        for at, number in enumerate(every):
            if at:
                writer.newPage()
            area = QRectF(0, 0, writer.width(), writer.height())
            draw(painter, area, texts, branch, f"{terminal}-{number:06d}")
    finally:
        painter.end()
    if not path.stat().st_size:
        raise OSError
    return path


def draw(painter: QPainter, area: QRectF, texts: Texts, branch: str, number: str) -> None:
    """One form into ``area``."""
    inner = area.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
    top = _head(painter, inner, texts, branch, number)
    for table, rows in _TABLES:
        top = _title(painter, inner, top + 10, texts(f"paper.{table}"))
        for row in rows:
            top = _row(painter, inner, top, [(texts(f"paper.{table}.{name}"), share) for name, share in row])
    top = _title(painter, inner, top + 10, texts("paper.confirmed"))
    painter.setFont(body_font(14))
    for box in _BOXES:
        painter.drawRect(QRectF(inner.left() + 2, top + 7, 14, 14))
        painter.drawText(
            QRectF(inner.left() + 26, top, inner.width() - 26, 28), _LEFT, texts(f"paper.box.{box}")
        )
        top += 28
    top = _title(painter, inner, top + 10, texts("paper.signed"))
    for first, second in zip(_SIGNED[::2], _SIGNED[1::2], strict=True):
        cells = [(texts(f"paper.{name}"), 1.0) for name in (first, second)]
        top = _row(painter, inner, top, cells, 52)
    painter.setFont(body_font(12))
    painter.setPen(QColor(LIGHT.muted))
    foot = QRectF(inner.left(), top + 10, inner.width(), inner.bottom() - top - 10)
    painter.drawText(foot, int(Qt.TextFlag.TextWordWrap), texts("paper.foot"))


def _head(painter: QPainter, inner: QRectF, texts: Texts, branch: str, number: str) -> float:
    painter.setPen(QColor(LIGHT.text))
    painter.setFont(body_font(26, bold=True))
    painter.drawText(QRectF(inner.left(), inner.top(), inner.width(), 36), _LEFT, texts("paper.title"))
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    painter.setFont(body_font(20, bold=True, mono=True))
    painter.drawText(QRectF(inner.left(), inner.top(), inner.width(), 36), right, number)
    painter.setFont(body_font(14))
    line = QRectF(inner.left(), inner.top() + 44, inner.width(), 24)
    painter.drawText(line, _LEFT, texts("paper.branch", branch=branch))
    painter.drawText(line.translated(0, 30), _LEFT, texts("paper.when"))
    painter.drawText(line.translated(0, 60), _LEFT, texts("paper.why"))
    return inner.top() + 134


def _title(painter: QPainter, inner: QRectF, top: float, text: str) -> float:
    painter.setPen(QColor(LIGHT.text))
    painter.setFont(body_font(15, bold=True))
    painter.drawText(QRectF(inner.left(), top, inner.width(), 26), _LEFT, text)
    return top + 28


def _row(
    painter: QPainter, inner: QRectF, top: float, cells: Sequence[tuple[str, float]], height: float = _ROW
) -> float:
    painter.setPen(QPen(QColor(LIGHT.text), 1))
    painter.setFont(body_font(13))
    left, whole = inner.left(), sum(share for _, share in cells)
    for caption, share in cells:
        cell = QRectF(left, top, inner.width() * share / whole, height)
        painter.drawRect(cell)
        painter.drawText(cell.adjusted(8, 0, -4, 0), _LEFT, caption)
        left = cell.right()
    return top + height
