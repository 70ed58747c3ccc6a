"""Receipt paper with a signed code at its end: lines one under the other, as long as they must be."""

from __future__ import annotations

from typing import Protocol

from core.errors import DeviceError, DeviceFault
from core.handover import CodedPage
from devices.printer.fonts import FontBook
from devices.printer.layout import baseline, line_height
from devices.printer.page import Canvas
from devices.printer.setting import LineSetter, Placed, RenderedPage
from devices.printer.slip import Piece, PieceRenderer, Sizes
from devices.printer.symbols import QR_QUIET, Modules, qr_modules

_LEVELS = ("M", "L")


class CodedSizes(Sizes, Protocol):
    """Millimetres: of type too, and of the code's modules, as wished and at least."""

    @property
    def title_size(self) -> float: ...
    @property
    def size(self) -> float: ...
    @property
    def foot_size(self) -> float: ...
    @property
    def module(self) -> float: ...
    @property
    def least_module(self) -> float: ...


class CodedRenderer(PieceRenderer):
    """Raises as :class:`PieceRenderer`, and DeviceError LABEL_LAYOUT where the code does not fit."""

    def __init__(self, fonts: FontBook, sizes: CodedSizes, width_mm: float, dpi: int) -> None:
        super().__init__(fonts, sizes, width_mm, dpi)
        self._code = sizes

    def page(self, page: CodedPage) -> RenderedPage:
        """A page whose words were made elsewhere."""
        sizes = self._code
        lines = (
            Piece("line", each.text, sizes.foot_size if each.small else sizes.size, each.bold, each.gap)
            for each in page.lines
        )
        return self.coded((Piece("title", page.title, sizes.title_size, bold=True), *lines), page.qr)

    def coded(self, pieces: tuple[Piece, ...], qr: str) -> RenderedPage:
        """The texts, and below them the code."""
        lines = self._lines(pieces, 1.0)
        length = lines[-1][1] + line_height(lines[-1][3].size) + self._dots(self._sizes.gap)
        modules, dots = self._symbol(qr)
        side, quiet = len(modules) * dots, QR_QUIET * dots
        left, top = (self._width - side) // 2, length + quiet
        canvas = Canvas(self._width, top + side + quiet)
        setter = LineSetter(self._fonts, canvas)
        for field, at, line, look in lines:
            setter.line(field, line, (self._dots(self._sizes.margin), at, baseline(look.size)), look)
        canvas.matrix(left, top, modules, dots)
        setter.placed.append(Placed("qr", "qr", qr, left, top, side, side, dots, quiet=quiet))
        return RenderedPage(canvas.bitmap(), tuple(setter.placed))

    def _symbol(self, text: str) -> tuple[Modules, int]:
        for level in _LEVELS:
            modules = qr_modules(text, "qr", level)
            dots = min(self._width // (len(modules) + 2 * QR_QUIET), self._dots(self._code.module))
            if dots >= max(1, self._dots(self._code.least_module)):
                return modules, dots
        raise DeviceError(DeviceFault.LABEL_LAYOUT, field="qr")
