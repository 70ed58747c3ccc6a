"""One page of A4 about something that happened here, to be signed and filed, in Chinese as every paper is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMarginsF, QRectF, Qt
from PySide6.QtGui import QColor, QPageLayout, QPageSize, QPainter, QPdfWriter, QPen

from core.records import ExceptionRecord, IncidentRecord
from ui.text import Texts
from ui.theme import LIGHT, body_font

_DPI = 96  # 794 × 1123 dots on A4
_MARGIN, _ROW, _CAPTION = 56.0, 34.0, 170.0
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
STATES = ("open", "stopped", "held", "goes_on", "handed_back", "mistaken", "released", "handed_over")
EXCEPTION_ROWS = (
    "reference", "reason", "number", "waybill", "opened", "by", "tries", "told", "approved", "until", "organ",
    "operator", "at", "branch",
)  # fmt: skip
INCIDENT_ROWS = (
    "reference", "kind", "opened", "team", "data", "cause", "harm", "persons", "measures", "advice",
    "contact", "told_headquarters", "told_authority", "told_police", "told_persons", "review", "branch", "at",
)  # fmt: skip
SIGNED = ("by_operator", "by_second", "by_taker", "taker_paper")


@dataclass(frozen=True, slots=True)
class Sheet:
    """``rows`` are (caption, text), ``signed`` captions of empty boxes, two side by side."""

    title: str
    rows: Sequence[tuple[str, str]]
    note: str
    signed: Sequence[str]


def exception_sheet(record: ExceptionRecord, texts: Texts) -> Sheet:
    """The report of an item's exception."""
    rows = [(texts(f"report.exception.{name}"), text) for name, text in record.rows()]
    return Sheet(
        texts(f"report.exception.title_{record.state}"), rows, texts("report.exception.note"),
        [texts(f"report.{name}") for name in SIGNED],
    )  # fmt: skip


def incident_sheet(record: IncidentRecord, texts: Texts) -> Sheet:
    """The report of an incident of personal data (PIPL 57)."""
    rows = [(texts(f"report.incident.{name}"), text) for name, text in record.lines]
    signed = [texts(f"report.{name}") for name in SIGNED[:2]]
    return Sheet(texts("report.incident.title"), rows, texts("report.incident.note"), signed)


def write_sheet(folder: Path, name: str, sheet: Sheet) -> Path:
    """The file, under a name that is free.  Raises OSError where it cannot be written."""
    path, count = folder / f"{name}.pdf", 1
    while path.exists():
        count += 1
        path = folder / f"{name}-{count}.pdf"
    with path.open("xb"):  # Qt only says that it could not begin
        pass
    writer = QPdfWriter(str(path))
    writer.setResolution(_DPI)
    writer.setTitle(sheet.title)
    writer.setPageLayout(
        QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, QMarginsF())
    )
    painter = QPainter(writer)
    try:
        draw(painter, QRectF(0, 0, writer.width(), writer.height()), sheet)
    finally:
        painter.end()
    if not path.stat().st_size:
        raise OSError
    return path


def draw(painter: QPainter, area: QRectF, sheet: Sheet) -> None:
    """Into ``area``: each row as high as its text is."""
    inner = area.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
    painter.setPen(QColor(LIGHT.text))
    painter.setFont(body_font(26, bold=True))
    painter.drawText(QRectF(inner.left(), inner.top(), inner.width(), 40), _LEFT, sheet.title)
    top = inner.top() + 60
    painter.setFont(body_font(14))
    wrapped = int(_LEFT) | int(Qt.TextFlag.TextWordWrap)
    for caption, text in sheet.rows:
        room = QRectF(inner.left() + _CAPTION + 8, top + 6, inner.width() - _CAPTION - 16, 600)
        needed = painter.boundingRect(room, int(Qt.TextFlag.TextWordWrap), text).height() + 12
        height = max(_ROW, needed)
        painter.setPen(QPen(QColor(LIGHT.text), 1))
        painter.drawRect(QRectF(inner.left(), top, _CAPTION, height))
        painter.drawRect(QRectF(inner.left() + _CAPTION, top, inner.width() - _CAPTION, height))
        painter.drawText(QRectF(inner.left() + 8, top, _CAPTION - 12, height), wrapped, caption)
        painter.drawText(QRectF(room.left(), top, room.width(), height), wrapped, text)
        top += height
    for at, caption in enumerate(sheet.signed):
        half = inner.width() / 2
        cell = QRectF(inner.left() + at % 2 * half, top + 14 + at // 2 * 60, half, 60)
        painter.drawRect(cell)
        painter.drawText(cell.adjusted(8, 6, -8, 0), caption)
    top += 14 + (len(sheet.signed) + 1) // 2 * 60
    painter.setFont(body_font(12))
    painter.setPen(QColor(LIGHT.muted))
    foot = QRectF(inner.left(), top + 12, inner.width(), inner.bottom() - top - 12)
    painter.drawText(foot, int(Qt.TextFlag.TextWordWrap), sheet.note)
