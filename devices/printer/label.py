"""The real-name label as a 1-bit page: what stands on it, and a report of where.

Sources: 快递暂行条例 22 (nothing of the sender's identity but name, address, phone on a waybill), 31
(已验视), 32 (已安检); GB/T 41833-2022 as far as known (zones, masking).  The label's texts come masked
and are set as they stand.  There is no field for a document number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import zxingcpp

from core.devices import Label
from core.errors import DeviceError, DeviceFault
from devices.printer.fonts import FontBook
from devices.printer.layout import Fitted, fit, line_width
from devices.printer.page import Bitmap, Canvas
from devices.printer.template import DEFAULT_TEMPLATES, BarcodeBox, Template, TextBox, load_template

CODE128_QUIET = 10  # modules on each side (ISO/IEC 15417)
QR_QUIET = 4  # modules all around (ISO/IEC 18004)
_PADDING_MM = 0.4  # between the edge of a solid or framed box and its text
_FRAME_MM = 0.3
_SECURITY_MARKS = {"here": "已安检", "centre": "待安检", "none": ""}


@dataclass(frozen=True, slots=True)
class Placed:
    """One thing on the page.  ``kind`` is "text", "barcode" or "qr"; the box is in dots.

    For a symbol the box is without its quiet zones, ``size`` is the module's width and ``quiet`` the
    dots that stay white around it.  For a text the box is one line, ``pen`` and ``baseline`` are where
    its first glyph starts.
    """

    kind: str
    field: str  # a field of Label, or "caption"
    text: str
    x: int
    y: int
    width: int
    height: int
    size: int
    bold: bool = False
    inverse: bool = False
    tracking: int = 0
    baseline: int = 0
    quiet: int = 0

    def __repr__(self) -> str:
        return f"Placed({self.kind!r}, field={self.field!r}, …)"


@dataclass(frozen=True, slots=True)
class RenderedLabel:
    """The picture, and what was placed where: nothing is on the page that is not in ``placed``."""

    bitmap: Bitmap
    placed: tuple[Placed, ...]


def render_label(label: Label, width_mm: int, height_mm: int, dpi: int) -> RenderedLabel:
    """One label, once: opens the fonts for it.  A lane keeps a :class:`LabelRenderer` instead.

    Raises ConfigError when there is no template of that size, and what ``LabelRenderer.render`` does.
    """
    return LabelRenderer(FontBook(), load_template(DEFAULT_TEMPLATES, width_mm, height_mm), dpi).render(label)


def label_texts(label: Label) -> dict[str, str]:
    """What the label says, field by field; an empty text leaves its box away."""
    if label.security not in _SECURITY_MARKS:
        raise DeviceError(DeviceFault.LABEL_LAYOUT, field="security")
    kilograms, grams = divmod(label.weight_g, 1000)
    return {
        "real_name": "已实名" if label.real_name else "",
        "inspected": "已验视" if label.inspected else "",
        "security": _SECURITY_MARKS[label.security],
        "manual": "手工" if label.manual else "",
        "copy": f"副本 {label.copy}" if label.copy else "",
        "waybill": label.waybill,
        "sender_name": label.sender_name,
        "sender_phone": label.sender_phone,
        "recipient_name": label.recipient_name,
        "recipient_phone": label.recipient_phone,
        "recipient_address": label.recipient_address,
        "contents": label.contents,
        "quantity": str(label.quantity),
        "weight_g": f"{kilograms}.{grams:03d} kg",
        # Anything that did not come from the scale was typed (快递市场管理办法 26: 如实标注).
        "weight_source": "" if label.weight_source == "scale" else "手输",
        "branch": label.branch,
        "operator": label.operator,
        "number": label.number,
        "accepted_at": label.accepted_at,
    }


class LabelRenderer:
    """Renders labels of one size at one resolution; keeps its glyphs.  One thread at a time."""

    def __init__(self, fonts: FontBook, template: Template, dpi: int) -> None:
        self._fonts = fonts
        self._template = template
        # A "203 dpi" head has 8 dots to the millimetre, "300" has 12, "600" has 24 (TSPL manual, SIZE).
        self._per_mm = round(dpi / 25.4)

    def render(self, label: Label) -> RenderedLabel:
        """The page and its report.

        Raises DeviceError GLYPH_MISSING (``character``) or LABEL_LAYOUT (``field``: the text or symbol
        cannot be set legibly in its place).  Nothing is left out or cut to make it fit.
        """
        template = self._template
        canvas = Canvas(self._dots(template.width_mm), self._dots(template.height_mm))
        texts = label_texts(label)
        placed: list[Placed] = []
        for rule in template.rules:
            canvas.fill(
                self._dots(rule.x), self._dots(rule.y), self._dots(rule.w), max(1, self._dots(rule.h))
            )
        placed.append(self._code128(canvas, template.barcode, label.waybill))
        placed.append(self._qr(canvas, template.qr, label.token))
        for box in template.texts:
            placed.extend(self._text(canvas, box, texts))
        return RenderedLabel(canvas.bitmap(), tuple(placed))

    def _dots(self, millimetres: float) -> int:
        return round(millimetres * self._per_mm)

    # -- texts ------------------------------------------------------------------------------------

    def _text(self, canvas: Canvas, box: TextBox, texts: dict[str, str]) -> list[Placed]:
        text = box.caption or texts[box.field]
        if not text or (box.of and not texts[box.of]):
            return []
        pad = 0 if box.style == "plain" else self._dots(_PADDING_MM)
        x, y, width, height = (self._dots(value) for value in (box.x, box.y, box.w, box.h))
        tracking = self._dots(box.tracking)
        fitted = fit(
            self._fonts,
            text,
            width - 2 * pad,
            height,
            size=self._dots(box.size),
            least=self._dots(box.least or box.size),
            bold=box.bold,
            tracking=tracking,
        )
        if fitted is None:
            raise DeviceError(DeviceFault.LABEL_LAYOUT, field=box.field or box.caption)
        placed = self._lines(canvas, box, fitted, (x + pad, y, width - 2 * pad, height), tracking)
        if box.style == "solid":
            canvas.invert(x, y, width, height)
        elif box.style == "frame":
            canvas.frame(x, y, width, height, max(1, self._dots(_FRAME_MM)))
        return placed

    def _lines(
        self, canvas: Canvas, box: TextBox, fitted: Fitted, area: tuple[int, int, int, int], tracking: int
    ) -> list[Placed]:
        """Sets the lines in ``area`` (x, y, width, height)."""
        x, y, width, height = area
        placed = []
        top = y if box.top else y + (height - len(fitted.lines) * fitted.line_height) // 2
        for line in fitted.lines:
            wide = line_width(self._fonts, line, fitted.size, bold=box.bold, tracking=tracking)
            left = x + {"left": 0, "centre": (width - wide) // 2, "right": width - wide}[box.align]
            pen = left
            for char in line:
                if not char.isspace():
                    glyph = self._fonts.glyph(char, fitted.size, bold=box.bold)
                    canvas.glyph(pen, top + fitted.baseline, glyph)
                pen += self._fonts.advance(char, fitted.size, bold=box.bold) + tracking
            placed.append(
                Placed(
                    "text",
                    box.field or "caption",
                    line,
                    left,
                    top,
                    wide,
                    fitted.line_height,
                    fitted.size,
                    bold=box.bold,
                    inverse=box.style == "solid",
                    tracking=tracking,
                    baseline=top + fitted.baseline,
                )
            )
            top += fitted.line_height
        return placed

    # -- symbols ----------------------------------------------------------------------------------

    def _code128(self, canvas: Canvas, box: BarcodeBox, waybill: str) -> Placed:
        modules = _modules(waybill, zxingcpp.BarcodeFormat.Code128, "waybill")[0]
        x, y, width, height = (self._dots(value) for value in (box.x, box.y, box.w, box.h))
        dots = self._module(box, width // (len(modules) + 2 * CODE128_QUIET), "waybill")
        wide = len(modules) * dots
        left = x + (width - wide) // 2
        canvas.bars(left, y, height, modules, dots)
        return Placed("barcode", "waybill", waybill, left, y, wide, height, dots, quiet=CODE128_QUIET * dots)

    def _qr(self, canvas: Canvas, box: BarcodeBox, token: str) -> Placed:
        modules = _modules(token, zxingcpp.BarcodeFormat.QRCode, "token", ec_level="M")
        x, y, width, height = (self._dots(value) for value in (box.x, box.y, box.w, box.h))
        dots = self._module(box, min(width, height) // (len(modules) + 2 * QR_QUIET), "token")
        side = len(modules) * dots
        left, top = x + (width - side) // 2, y + (height - side) // 2
        canvas.matrix(left, top, modules, dots)
        return Placed("qr", "token", token, left, top, side, side, dots, quiet=QR_QUIET * dots)

    def _module(self, box: BarcodeBox, room: int, field: str) -> int:
        """The module's width in whole dots: a resampled bar is a bar that does not read."""
        dots = min(room, self._dots(box.module))
        if dots < max(1, self._dots(box.least)):
            raise DeviceError(DeviceFault.LABEL_LAYOUT, field=field)
        return dots


def _modules(text: str, kind: zxingcpp.BarcodeFormat, field: str, **options: str) -> Sequence[Sequence[bool]]:
    """The symbol's modules, True = black, one row for each row of the symbol, no quiet zone.

    Only printable ASCII goes into a symbol: everything else depends on the reader's settings.
    """
    for char in text:
        if not " " <= char <= "~":
            raise DeviceError(DeviceFault.GLYPH_MISSING, character=f"U+{ord(char):04X}")
    if not text.strip():
        raise DeviceError(DeviceFault.LABEL_LAYOUT, field=field)
    try:
        symbol = zxingcpp.create_barcode(text, kind, **options)
    except ValueError:
        # The library's message repeats the text.
        raise DeviceError(DeviceFault.LABEL_LAYOUT, field=field) from None
    # The image offers the buffer protocol; zxing-cpp's type stubs do not say so.
    view = memoryview(cast("bytes", symbol.to_image(scale=1, add_quiet_zones=False)))
    (height, width), flat = view.shape or (0, 0), view.tobytes()
    return [[byte == 0 for byte in flat[row * width : (row + 1) * width]] for row in range(height)]
