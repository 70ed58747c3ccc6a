"""The slip of a closed day as a PDF, A4, in the language of whoever asked; needs no window."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QUrl
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPdfWriter, QTextDocument

from core.ledger.day_slip import DaySlip, SlipDifference, SlipLine
from core.ledger.differences import LEFT
from core.ledger.entry import parse_stamp
from core.slips import SlipPage
from ui.text import CHINA, Texts
from ui.theme import FAMILIES, MONO

_MARGIN_MM = 16.0
_QR_DOTS, _QR_QUIET, _QR_WIDE = 4, 4, 180  # dots to the module, modules of white around it, points on paper
COLUMNS = ("number", "kinds", "clerk", "outcome", "reason", "signed")
FIGURES = ("accepted", "labelled", "affixed", "receipted", "voided")
_STYLE = """
body { font-family: %s; font-size: 9pt; color: #000000; }
h1 { font-size: 18pt; } h2 { font-size: 11pt; margin-top: 12px; }
td, th { padding: 3px 8px 3px 0px; vertical-align: top; }
th { text-align: left; font-weight: normal; color: #444444; }
.big { font-size: 16pt; font-weight: bold; } .mono { font-family: %s; font-size: 8pt; }
.small { font-size: 8pt; color: #444444; }
"""

Modules = Sequence[bytes]  # of the code: one row each, one byte a module: 1 = black


def draw(page: SlipPage, code: Modules, texts: Texts) -> bytes:
    """The file's bytes; as many pages as it takes."""
    document = QTextDocument()
    families = [", ".join(f"'{name}'" for name in names) for names in (FAMILIES, MONO)]
    document.setDefaultStyleSheet(_STYLE % tuple(families))
    document.addResource(QTextDocument.ResourceType.ImageResource.value, QUrl("code"), _image(code))
    document.setHtml(_html(page, texts))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(f"{texts('slip.title')} {page.slip.terminal} {page.slip.date}")
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


# -- what it says ----------------------------------------------------------------------------------------


def _html(page: SlipPage, texts: Texts) -> str:
    parts = [*_head(page, texts), *_clerks(page.slip, texts), *_differences(page, texts),
             *_rest(page.slip, texts), *_hashes(page.slip, texts), *_foot(page, texts)]  # fmt: skip
    return f"<html><body>{''.join(parts)}</body></html>"


def _table(rows: Iterable[Sequence[str]], head: Sequence[str] = (), cell: str = "") -> str:
    """Cells are HTML already."""
    top = f"<tr>{''.join(f'<th>{escape(name)}</th>' for name in head)}</tr>" if head else ""
    kind = f" class='{cell}'" if cell else ""
    body = "".join(f"<tr>{''.join(f'<td{kind}>{each}</td>' for each in row)}</tr>" for row in rows)
    return f"<table width='100%' cellspacing='0'>{top}{body}</table>"


def _head(page: SlipPage, texts: Texts) -> Iterable[str]:
    slip = page.slip
    copy = f" — {texts('slip.copy', count=page.copy)}" if page.copy else ""
    yield f"<h1>{escape(texts('slip.title') + copy)}</h1>"
    yield _table([(escape(slip.branch), escape(slip.terminal)),
                  (f"<b>{escape(texts('slip.day', date=slip.date, day=slip.day))}</b>",
                   escape(texts("slip.signed", operator=slip.signed_by, when=slip.closed_at)))])  # fmt: skip
    total = slip.total
    figures = [f"<span class='big'>{getattr(total, name)}</span>" for name in FIGURES]
    there = texts("slip.pending", count=page.pending) if page.pending else texts("slip.received")
    yield _table([figures], [texts(f"slip.figure.{name}") for name in FIGURES])
    yield f"<p>{escape(texts('slip.due', due=total.due))} {escape(there)}</p>"


def _clerks(slip: DaySlip, texts: Texts) -> Iterable[str]:
    if slip.lines:
        yield f"<h2>{escape(texts('slip.clerks'))}</h2>"
        head = [texts("slip.clerk"), *(texts(f"slip.figure.{name}") for name in FIGURES)]
        yield _table([(line.operator, *_figures(line)) for line in slip.lines], head)
    yield f"<h2>{escape(texts('slip.refused', count=sum(count for _, count in slip.refused)))}</h2>"
    if slip.refused:
        yield _table([(escape(texts(f"refusal.{reason}")), str(count)) for reason, count in slip.refused])


def _figures(line: SlipLine) -> list[str]:
    return [str(getattr(line, name)) for name in FIGURES]


def _differences(page: SlipPage, texts: Texts) -> Iterable[str]:
    rows = page.slip.differences
    yield f"<h2>{escape(texts('slip.differences', count=len(rows)))}</h2>"
    if not rows:
        yield f"<p>{escape(texts('slip.none'))}</p>"
        return
    head = [
        texts(f"slip.head.{name}") for name in ("number", "kinds", "clerk", "outcome", "reason", "signed")
    ]
    yield _table([_difference(page, row, texts) for row in rows], head)


def _difference(page: SlipPage, row: SlipDifference, texts: Texts) -> list[str]:
    names = page.reasons.get(row.reason, {})
    unsaid = texts("slip.left_open") if row.reason == LEFT else row.reason
    reason = names.get(texts.language) or unsaid
    kinds = texts.join([texts(f"difference.{kind}") for kind in row.kinds])
    until = f"{parse_stamp(row.until).astimezone(CHINA):%m-%d %H:%M}" if row.until else ""
    signed = row.signed or (texts("slip.until", until=until) if until else "—")
    outcome = f"{texts(f'slip.outcome.{row.outcome}')} {row.by}".strip()
    cells = (row.number, kinds, f"{row.operator} {row.at}", outcome, reason or "—", signed)
    return [escape(cell) for cell in cells]


def _rest(slip: DaySlip, texts: Texts) -> Iterable[str]:
    if slip.closes:
        yield f"<p>{escape(texts('slip.closes', days=texts.join([str(day) for day in slip.closes])))}</p>"
    if slip.earlier:
        yield f"<h2>{escape(texts('slip.earlier', count=len(slip.earlier)))}</h2>"
        yield _table([
            (escape(texts(f"slip.kind.{each.kind}")),
             escape(texts("slip.of_earlier", date=each.date, item=each.item, seq=each.seq)))
            for each in slip.earlier
        ])  # fmt: skip
    if slip.numbers:
        yield f"<h2>{escape(texts('slip.numbers'))}</h2>"
        yield _table([
            (escape(texts(f"slip.cause.{each.cause}")),
             escape(texts("slip.of_numbers", pool=each.pool, first=each.first, last=each.last)))
            for each in slip.numbers
        ])  # fmt: skip
    if slip.late:
        yield f"<h2>{escape(texts('slip.late'))}</h2>"
        yield _table([
            (escape(texts(f"slip.kind.{each.kind}")),
             escape(texts("slip.of_late", epoch=each.epoch, first=each.first, last=each.last,
                          count=each.accepted)))
            for each in slip.late
        ])  # fmt: skip


def _hashes(slip: DaySlip, texts: Texts) -> Iterable[str]:
    yield f"<h2>{escape(texts('slip.span', first=slip.first.seq, last=slip.last.seq))}</h2>"
    rows = (("first", slip.first.hash), ("last", slip.last.hash), ("verdict", slip.verdict.hash),
            ("state", slip.state))  # fmt: skip
    named = [
        (escape(texts(f"slip.hash.{name}", seq=slip.verdict.seq)), digest.hex()) for name, digest in rows
    ]
    yield _table(named, cell="mono")


def _foot(page: SlipPage, texts: Texts) -> Iterable[str]:
    for wait in page.waits:
        action = texts(f"right.{wait.action}")
        line = texts("slip.waits", action=action, number=wait.number, until=wait.until)
        yield f"<p>{escape(line)}</p>"
    sign = [texts("slip.sign"), *([texts("slip.countersign")] if page.waits else [])]
    lines = "".join(f"<p>{escape(text)} ____________________</p>" for text in sign)
    told = "".join(
        f"<p class='small'>{escape(text)}</p>"
        for text in (
            texts("slip.made", operator=page.by, when=page.at),
            texts("slip.scan"),
            texts("slip.whole"),
        )
    )
    code = f"<img src='code' width='{_QR_WIDE}' height='{_QR_WIDE}'/>"
    yield f"<table width='100%'><tr><td>{lines}{told}</td><td align='right'>{code}</td></tr></table>"
