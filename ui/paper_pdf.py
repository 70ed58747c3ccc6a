"""A signed paper as a PDF, A4, with its code; needs no window."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QUrl
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPdfWriter, QTextDocument

from ui.theme import FAMILIES, MONO

_MARGIN_MM = 16.0
_QR_DOTS, _QR_QUIET, _QR_WIDE = 4, 4, 180  # dots to the module, modules of white around it, points on paper
_STYLE = """
body { font-family: %s; font-size: 9pt; color: #000000; }
h1 { font-size: 18pt; } h2 { font-size: 11pt; margin-top: 12px; }
td, th { padding: 3px 8px 3px 0px; vertical-align: top; }
th { text-align: left; font-weight: normal; color: #444444; }
.big { font-size: 16pt; font-weight: bold; } .mono { font-family: %s; font-size: 8pt; }
.small { font-size: 8pt; color: #444444; }
"""

Modules = Sequence[bytes]  # of the code: one row each, one byte a module: 1 = black


def made_pdf(html: str, title: str, code: Modules) -> bytes:
    """The file's bytes; as many pages as it takes.  ``html`` shows the code as the image ``code``."""
    document = QTextDocument()
    families = [", ".join(f"'{name}'" for name in names) for names in (FAMILIES, MONO)]
    document.setDefaultStyleSheet(_STYLE % tuple(families))
    document.addResource(QTextDocument.ResourceType.ImageResource.value, QUrl("code"), _image(code))
    document.setHtml(html)
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(title)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    margins = QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
    writer.setPageMargins(margins, QPageLayout.Unit.Millimeter)
    document.print_(writer)
    buffer.close()
    return bytes(data.data())


def _image(code: Modules) -> QImage:
    side = len(code) + 2 * _QR_QUIET
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    for y, row in enumerate(code):
        for x, module in enumerate(row):
            if module:
                image.setPixel(x + _QR_QUIET, y + _QR_QUIET, 0xFF000000)
    return image.scaled(side * _QR_DOTS, side * _QR_DOTS)


def table(rows: Iterable[Sequence[str]], head: Sequence[str] = (), cell: str = "") -> str:
    """Cells are HTML already."""
    top = f"<tr>{''.join(f'<th>{escape(name)}</th>' for name in head)}</tr>" if head else ""
    kind = f" class='{cell}'" if cell else ""
    body = "".join(f"<tr>{''.join(f'<td{kind}>{each}</td>' for each in row)}</tr>" for row in rows)
    return f"<table width='100%' cellspacing='0'>{top}{body}</table>"


def signed_foot(sign: Iterable[str], told: Iterable[str]) -> str:
    """Where people sign, what they are told, and the code beside it."""
    lines = "".join(f"<p>{escape(text)} ____________________</p>" for text in sign)
    small = "".join(f"<p class='small'>{escape(text)}</p>" for text in told)
    code = f"<img src='code' width='{_QR_WIDE}' height='{_QR_WIDE}'/>"
    return f"<table width='100%'><tr><td>{lines}{small}</td><td align='right'>{code}</td></tr></table>"
