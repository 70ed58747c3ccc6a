"""The registration receipt as a 1-bit page of any length: what stands on it, and a report of where.

Sources: 快递市场管理办法 25 (item, quantity, weight, fee, who has the data and how to complain), 个人信息
保护法 17 (what is kept, why, how long, which rights).  Texts come masked and are set as they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import assert_never

from core.devices import Receipt
from core.errors import DeviceError, DeviceFault
from devices.printer.fonts import FontBook
from devices.printer.layout import baseline, line_height, line_width, wrap
from devices.printer.page import Canvas
from devices.printer.receipt_template import (
    DEFAULT_RECEIPTS,
    Block,
    ReceiptTemplate,
    ReceiptWords,
    load_receipt_template,
    load_receipt_words,
)
from devices.printer.setting import LineSetter, Look, Placed, RenderedPage, StandingLines
from devices.printer.symbols import QR_QUIET, Modules, qr_modules
from devices.printer.words import accepted_words, copy_words, weight_source_words, weight_words

_PADDING_MM = 0.75  # in the solid box of the copy mark
_QR_LEVELS = ("M", "L")  # M as long as its modules are legible, else L

Draw = Callable[[Canvas, LineSetter], None]


def render_receipt(receipt: Receipt, paper_mm: int, dpi: int = 203) -> RenderedPage:
    """One receipt, once: opens fonts and template for it.  A lane keeps a :class:`ReceiptRenderer`."""
    return receipt_renderer(paper_mm, dpi).render(receipt)


def receipt_renderer(paper_mm: int, dpi: int) -> ReceiptRenderer:
    """With the templates of ``resources/receipts``.  Raises ConfigError for a width without template."""
    template = load_receipt_template(DEFAULT_RECEIPTS, paper_mm)
    return ReceiptRenderer(FontBook(), template, load_receipt_words(DEFAULT_RECEIPTS), dpi)


def receipt_texts(receipt: Receipt, words: ReceiptWords) -> dict[str, str]:
    """What the receipt says, field by field; an empty text leaves its block away.

    Raises DeviceError LABEL_LAYOUT where a code has no words: a customer never gets a code to read.
    """
    typed = weight_source_words(receipt.weight_source)
    return {
        "copy": copy_words(receipt.copy),
        "number": receipt.number,
        "replaces": words.replaces.format(count=receipt.correction, number=receipt.replaces)
        if receipt.correction
        else "",
        "branch": receipt.branch,
        "terminal": receipt.terminal,
        "operator": receipt.operator,
        "accepted_at": accepted_words(receipt.accepted_at, receipt.paper),
        "waybill": receipt.waybill,
        "contents": receipt.contents,
        "quantity": str(receipt.quantity),
        "weight": weight_words(receipt.weight_g) + (f"（{typed}）" if typed else ""),
        "fee": words.unrecorded if receipt.fee_cents is None else _yuan(receipt.fee_cents),
        "payment": _words(receipt.payment, words.payment, "payment") or words.unrecorded,
        "sender_name": receipt.sender_name,
        "document": _words(receipt.document, words.document, "document"),
        "document_number": receipt.document_number,
        "recipient_name": receipt.recipient_name,
    }


def _words(code: str, known: Mapping[str, str], field: str) -> str:
    if code and code not in known:
        raise DeviceError(DeviceFault.LABEL_LAYOUT, field=field)
    return known[code] if code else ""


def _yuan(cents: int) -> str:
    yuan, rest = divmod(cents, 100)
    return f"{yuan}.{rest:02d} 元"


class ReceiptRenderer:
    """Renders receipts of one width at one resolution; keeps its glyphs.  One thread at a time."""

    def __init__(self, fonts: FontBook, template: ReceiptTemplate, words: ReceiptWords, dpi: int) -> None:
        self._fonts = fonts
        self._template = template
        self._words = words
        self._standing: StandingLines = {}
        self._per_mm = round(dpi / 25.4)  # 8 dots to the millimetre at "203 dpi"

    def render(self, receipt: Receipt) -> RenderedPage:
        """The page, as long as it must be, and its report.

        Raises DeviceError GLYPH_MISSING (``character``) or LABEL_LAYOUT (``field``).  Nothing is cut.
        """
        flow = _Flow(self._fonts, self._template, self._per_mm, self._standing)
        texts = receipt_texts(receipt, self._words)
        for block in self._template.blocks:
            flow.block(block, receipt, texts)
        return flow.page()


class _Flow:
    """Blocks set below each other: positions first, the canvas when the length is known."""

    def __init__(
        self, fonts: FontBook, template: ReceiptTemplate, per_mm: int, standing: StandingLines
    ) -> None:
        self._fonts = fonts
        self._standing = standing
        self._per_mm = per_mm
        self._width = self._dots(template.printed_mm)
        self._left = self._dots(template.margin)
        self._room = self._width - 2 * self._left
        self._column = self._dots(template.label_width)
        self._caption = self._dots(template.label_size)
        self._top = 0
        self._draws: list[Draw] = []

    def block(self, block: Block, receipt: Receipt, texts: dict[str, str]) -> None:
        """Set one block; a block whose field is empty takes no room."""
        text = texts[block.field] if block.field else block.caption
        match block.kind:
            case "title":
                self._title(block, texts[block.beside])
            case "centre":
                if not text:
                    return
                self._centre(block, text)
            case "pair":
                if not text:
                    return
                self._pair(block, text)
            case "rule":
                self._rule(block)
            case "notice":
                self._notice(block, receipt)
            case "qr":
                self._qr(block, receipt.qr)
            case _:
                assert_never(block.kind)
        self._top += self._dots(block.after)

    def page(self) -> RenderedPage:
        """Everything drawn."""
        canvas = Canvas(self._width, max(1, self._top))
        setter = LineSetter(self._fonts, canvas, self._standing)
        for draw in self._draws:
            draw(canvas, setter)
        return RenderedPage(canvas.bitmap(), tuple(setter.placed))

    def _dots(self, millimetres: float) -> int:
        return round(millimetres * self._per_mm)

    # -- blocks -----------------------------------------------------------------------------------

    def _title(self, block: Block, mark: str) -> None:
        """The caption in the middle; a copy's mark stands beside it, white on black."""
        size = self._dots(block.size)
        wide = self._wide(block.caption, size, block.bold)
        left = self._left + (self._room - wide) // 2
        if mark:
            small = size * 2 // 3
            pad = self._dots(_PADDING_MM)
            box = self._wide(mark, small, True) + 2 * pad
            gap = self._dots(2.0)
            left = self._left + (self._room - wide - gap - box) // 2
            if left < self._left:
                raise DeviceError(DeviceFault.LABEL_LAYOUT, field=block.beside)
            at, high = left + wide + gap, line_height(small)
            top = self._top + (line_height(size) - high) // 2
            self._set(block.beside, mark, at + pad, top, Look(small, bold=True, inverse=True))
            self._draws.append(lambda canvas, _setter: canvas.invert(at, top, box, high))
        self._set("caption", block.caption, left, self._top, Look(size, block.bold))
        self._top += line_height(size)

    def _centre(self, block: Block, text: str) -> None:
        look = Look(self._dots(block.size), block.bold)
        for line in self._lines(block.field, text, self._room, look):
            left = self._left + (self._room - self._wide(line, look.size, look.bold)) // 2
            self._set(block.field, line, left, self._top, look)
            self._top += line_height(look.size)

    def _pair(self, block: Block, text: str) -> None:
        """The caption in its column, the text beside it with a hanging indent."""
        look = Look(self._dots(block.size), block.bold)
        caption = Look(self._caption)
        # Both stand on one baseline.
        lower = baseline(look.size) - baseline(caption.size)
        self._set("caption", block.caption, self._left, self._top + lower, caption)
        for line in self._lines(block.field, text, self._room - self._column, look):
            self._set(block.field, line, self._left + self._column, self._top, look)
            self._top += line_height(look.size)

    def _rule(self, block: Block) -> None:
        top, high = self._top, max(1, self._dots(block.thick))
        self._draws.append(lambda canvas, _setter: canvas.fill(self._left, top, self._room, high))
        self._top += high

    def _notice(self, block: Block, receipt: Receipt) -> None:
        """What was acknowledged, word for word: the title, then every heading and paragraph."""
        pieces = [("notice_title", receipt.notice_title, Look(self._dots(block.title), bold=True))]
        gap = self._dots(block.gap)
        for heading, text in receipt.paragraphs:
            pieces.append(("heading", heading, Look(self._dots(block.heading), bold=True)))
            pieces.append(("paragraph", text, Look(self._dots(block.size))))
        for field, text, look in pieces:
            self._top += gap if field == "heading" else 0
            for line in self._lines(field, text, self._room, look):
                self._set(field, line, self._left, self._top, look)
                self._top += line_height(look.size)

    def _qr(self, block: Block, text: str) -> None:
        modules, dots, quiet = self._symbol(block, text)
        side = len(modules) * dots
        left, top = (self._width - side) // 2, self._top + quiet

        def draw(canvas: Canvas, setter: LineSetter) -> None:
            canvas.matrix(left, top, modules, dots)
            setter.placed.append(Placed("qr", "qr", text, left, top, side, side, dots, quiet=quiet))

        self._draws.append(draw)
        self._top += side + 2 * quiet

    def _symbol(self, block: Block, text: str) -> tuple[Modules, int, int]:
        """(modules, dots to the module, dots of quiet zone): as wide as the paper and the template let."""
        for level in _QR_LEVELS:
            modules = qr_modules(text, "qr", level)
            room = self._width // (len(modules) + 2 * QR_QUIET)
            dots = min(room, self._dots(block.module))
            if dots >= max(1, self._dots(block.least)):
                return modules, dots, QR_QUIET * dots
        raise DeviceError(DeviceFault.LABEL_LAYOUT, field="qr")

    # -- lines ------------------------------------------------------------------------------------

    def _lines(self, field: str, text: str, width: int, look: Look) -> tuple[str, ...]:
        lines = wrap(self._fonts, text, width, size=look.size, bold=look.bold)
        if lines is None:
            raise DeviceError(DeviceFault.LABEL_LAYOUT, field=field)
        return lines

    def _wide(self, text: str, size: int, bold: bool) -> int:
        return line_width(self._fonts, text, size, bold=bold, tracking=0)

    def _set(self, field: str, text: str, left: int, top: int, look: Look) -> None:
        at = (left, top, baseline(look.size))
        self._draws.append(lambda _canvas, setter: setter.line(field, text, at, look))
