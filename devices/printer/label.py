"""The real-name label as a 1-bit page: what stands on it, and a report of where.

Sources: 快递暂行条例 22 (nothing of the sender's identity but name, address, phone on a waybill), 31
(已验视), 32 (已安检); GB/T 41833-2022 as far as known (zones, masking).  The label's texts come masked
and are set as they stand.  There is no field for a document number.
"""

from __future__ import annotations

from core.devices import Label
from core.errors import DeviceError, DeviceFault
from devices.printer.fonts import FontBook
from devices.printer.layout import fit
from devices.printer.page import Canvas
from devices.printer.setting import LineSetter, Look, Placed, RenderedPage, StandingLines
from devices.printer.symbols import CODE128_QUIET, QR_QUIET, code128_modules, qr_modules
from devices.printer.template import DEFAULT_TEMPLATES, BarcodeBox, Template, TextBox, load_template
from devices.printer.words import copy_words, weight_source_words, weight_words

_PADDING_MM = 0.4  # between the edge of a solid or framed box and its text
_FRAME_MM = 0.3
_SECURITY_MARKS = {"here": "已安检", "centre": "待安检", "none": ""}


def render_label(label: Label, width_mm: int, height_mm: int, dpi: int) -> RenderedPage:
    """One label, once: opens the fonts for it.  A lane keeps a :class:`LabelRenderer` instead.

    Raises ConfigError when there is no template of that size, and what ``LabelRenderer.render`` does.
    """
    return LabelRenderer(FontBook(), load_template(DEFAULT_TEMPLATES, width_mm, height_mm), dpi).render(label)


def label_texts(label: Label) -> dict[str, str]:
    """What the label says, field by field; an empty text leaves its box away."""
    if label.security not in _SECURITY_MARKS:
        raise DeviceError(DeviceFault.LABEL_LAYOUT, field="security")
    return {
        "real_name": "已实名" if label.real_name else "",
        "inspected": "已验视" if label.inspected else "",
        "security": _SECURITY_MARKS[label.security],
        "manual": "补录" if label.paper else "手工" if label.manual else "",
        "copy": copy_words(label.copy),
        "waybill": label.waybill,
        "sender_name": label.sender_name,
        "sender_phone": label.sender_phone,
        "recipient_name": label.recipient_name,
        "recipient_phone": label.recipient_phone,
        "recipient_address": label.recipient_address,
        "contents": label.contents,
        "quantity": str(label.quantity),
        "weight_g": weight_words(label.weight_g),
        "weight_source": weight_source_words(label.weight_source),
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
        self._standing: StandingLines = {}
        # A "203 dpi" head has 8 dots to the millimetre, "300" has 12, "600" has 24 (TSPL manual, SIZE).
        self._per_mm = round(dpi / 25.4)

    def render(self, label: Label) -> RenderedPage:
        """The page and its report.

        Raises DeviceError GLYPH_MISSING (``character``) or LABEL_LAYOUT (``field``: the text or symbol
        cannot be set legibly in its place).  Nothing is left out or cut to make it fit.
        """
        template = self._template
        canvas = Canvas(self._dots(template.width_mm), self._dots(template.height_mm))
        texts = label_texts(label)
        setter = LineSetter(self._fonts, canvas, self._standing)
        for rule in template.rules:
            canvas.fill(
                self._dots(rule.x), self._dots(rule.y), self._dots(rule.w), max(1, self._dots(rule.h))
            )
        setter.placed.append(self._code128(canvas, template.barcode, label.waybill))
        setter.placed.append(self._qr(canvas, template.qr, label.token))
        for box in template.texts:
            self._text(canvas, setter, box, texts)
        return RenderedPage(canvas.bitmap(), tuple(setter.placed))

    def _dots(self, millimetres: float) -> int:
        return round(millimetres * self._per_mm)

    # -- texts ------------------------------------------------------------------------------------

    def _text(self, canvas: Canvas, setter: LineSetter, box: TextBox, texts: dict[str, str]) -> None:
        text = box.caption or texts[box.field]
        if not text or (box.of and not texts[box.of]):
            return
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
        look = Look(fitted.size, box.bold, tracking, inverse=box.style == "solid")
        top = y if box.top else y + (height - len(fitted.lines) * fitted.line_height) // 2
        for line in fitted.lines:
            spare = width - 2 * pad - setter.width(line, look)
            left = x + pad + {"left": 0, "centre": spare // 2, "right": spare}[box.align]
            setter.line(box.field, line, (left, top, fitted.baseline), look)
            top += fitted.line_height
        if box.style == "solid":
            canvas.invert(x, y, width, height)
        elif box.style == "frame":
            canvas.frame(x, y, width, height, max(1, self._dots(_FRAME_MM)))

    # -- symbols ----------------------------------------------------------------------------------

    def _code128(self, canvas: Canvas, box: BarcodeBox, waybill: str) -> Placed:
        modules = code128_modules(waybill, "waybill")
        x, y, width, height = (self._dots(value) for value in (box.x, box.y, box.w, box.h))
        dots = self._module(box, width // (len(modules) + 2 * CODE128_QUIET), "waybill")
        wide = len(modules) * dots
        left = x + (width - wide) // 2
        canvas.bars(left, y, height, modules, dots)
        return Placed("barcode", "waybill", waybill, left, y, wide, height, dots, quiet=CODE128_QUIET * dots)

    def _qr(self, canvas: Canvas, box: BarcodeBox, token: str) -> Placed:
        modules = qr_modules(token, "token", "M")
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
