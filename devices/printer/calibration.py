"""The calibration page: millimetre rulers, fine lines, slits and codes, in the dots of the printer itself.

By it somebody with a ruler and a scanner finds place, density and speed of a printer, and sees at once where
its resolution is not the configured one: ten printed millimetres are ten millimetres.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import DeviceError, DeviceFault
from devices.printer.fonts import FontBook
from devices.printer.layout import baseline, line_height, wrap
from devices.printer.page import Canvas
from devices.printer.receipt_template import DEFAULT_RECEIPTS, read_paper
from devices.printer.setting import LineSetter, Look, Placed, RenderedPage
from devices.printer.symbols import CODE128_QUIET, QR_QUIET, code128_modules, qr_modules

if TYPE_CHECKING:
    from devices.printer.form import PageForm

_FILE = "calibration.toml"
_INCH_MM = 25.4
_ROLL_MM = 90  # of receipt paper, which has no end of its own
_TICK_MM, _FIFTH_MM, _TENTH_MM = 1.0, 2.0, 3.0
_LINES = (1, 2, 3, 4)  # dots wide, with as much white between
CODE = "CAL01234567"


@dataclass(frozen=True, slots=True)
class CalibrationWords:
    """Millimetres and words."""

    dated: dt.date
    source: str
    margin: float
    least: float
    size: float
    title: str
    cross: str
    slits: str
    codes: str
    setting: str
    roll: str
    as_it_is: str


def load_calibration(directory: Path = DEFAULT_RECEIPTS) -> CalibrationWords:
    """Raises ConfigError SYNTAX."""
    return read_paper(directory / _FILE, lambda data: CalibrationWords(**data))


class CalibrationRenderer:
    """Draws the page of one printer's form.  One thread at a time."""

    def __init__(self, fonts: FontBook, words: CalibrationWords, form: PageForm, width_mm: float) -> None:
        """``width_mm``: what the printer can print of the paper's width."""
        self._fonts, self._words, self._form = fonts, words, form
        self._per_mm = round(form.dpi / 25.4)
        self._width = self._dots(width_mm)
        self._height = self._dots(form.height_mm or _ROLL_MM)

    def render(self) -> RenderedPage:
        """Raises DeviceError LABEL_LAYOUT where not even rulers have room, GLYPH_MISSING."""
        page = _Page(self._fonts, self._width, self._height, self._per_mm, self._form.dpi / _INCH_MM)
        margin = self._dots(self._words.margin)
        if min(self._width, self._height) < 3 * margin:
            raise DeviceError(DeviceFault.LABEL_LAYOUT, field="calibration")
        page.cross(margin)
        page.rulers(margin)
        left, top = margin + self._dots(4.5), margin + self._dots(3.5)
        size = self._dots(max(self._words.least, self._words.size))
        right = self._width - self._dots(1.5)
        words = self._words
        top = page.text("title", words.title, (left, top, right), Look(round(size * 1.2), bold=True))
        parts: tuple[Callable[[int], int], ...] = (
            lambda at: page.text("setting", self._setting(), (left, at, right), Look(size)),
            lambda at: page.wedge(left, at, right),
            lambda at: page.slits(left, at, right),
            lambda at: page.barcode(left, at, right),
            lambda at: page.qr(left, at),
            lambda at: page.text("codes", words.codes, (left, at, right), Look(size)),
        )
        if self._form.height_mm:  # a receipt printer has nothing of it to set
            parts += (
                lambda at: page.text("cross", self._cross(), (left, at, right), Look(size)),
                lambda at: page.text("slits", words.slits, (left, at, right), Look(size)),
            )
        for part in parts:
            top = part(top + self._dots(0.8)) or top
        return page.done()

    def _setting(self) -> str:
        form, words = self._form, self._words
        if not form.height_mm:
            return words.roll.format(width=form.width_mm, dpi=form.dpi)

        def own(value: int) -> str:
            return words.as_it_is if value < 0 else str(value)

        return words.setting.format(
            width=form.width_mm,
            height=form.height_mm,
            dpi=form.dpi,
            right=form.right_dots,
            down=form.down_dots,
            speed=own(form.speed),
            density=own(form.density),
        )

    def _cross(self) -> str:
        return self._words.cross.format(margin=f"{self._words.margin:g}", per_mm=self._per_mm)

    def _dots(self, millimetres: float) -> int:
        return round(millimetres * self._per_mm)


class _Page:
    """One canvas.  A part gives the row under it, 0 where it had no room and nothing was drawn."""

    def __init__(self, fonts: FontBook, width: int, height: int, per_mm: int, true_per_mm: float) -> None:
        """``true_per_mm``: of the ruler, which the whole dots of a millimetre would shift."""
        self._fonts, self._per_mm, self._true_per_mm = fonts, per_mm, true_per_mm
        self._width, self._height = width, height
        self._canvas = Canvas(width, height)
        self._setter = LineSetter(fonts, self._canvas)
        self._symbols: list[Placed] = []

    def done(self) -> RenderedPage:
        return RenderedPage(self._canvas.bitmap(), (*self._setter.placed, *self._symbols))

    def cross(self, at: int) -> None:
        """Its middle stands ``at`` dots from both edges."""
        arm = self._dots(2.0)
        self._canvas.fill(at - arm, at, 2 * arm, 1)
        self._canvas.fill(at, at - arm, 1, 2 * arm)

    def rulers(self, origin: int) -> None:
        """Ticks of a millimetre along the upper and the left edge, counted from the cross."""
        small = Look(self._dots(1.8))
        for step in range(1, int((self._width - origin) / self._true_per_mm)):
            at, tick = origin + round(step * self._true_per_mm), self._dots(_tick(step))
            self._canvas.fill(at, origin - tick, 1, tick)
            if step % 10 == 0 and at + self._setter.width(str(step), small) < self._width:
                self._setter.line("ruler", str(step), (at, origin + 2, baseline(small.size)), small)
        for step in range(1, int((self._height - origin) / self._true_per_mm)):
            at, tick = origin + round(step * self._true_per_mm), self._dots(_tick(step))
            self._canvas.fill(origin - tick, at, tick, 1)
            if step % 10 == 0 and at + line_height(small.size) < self._height:
                self._setter.line("ruler", str(step), (origin + 3, at, baseline(small.size)), small)

    def text(self, field: str, text: str, box: tuple[int, int, int], look: Look) -> int:
        left, top, right = box
        lines = wrap(self._fonts, text, right - left, size=look.size, bold=look.bold)
        high = line_height(look.size)
        if lines is None or top + high * len(lines) > self._height:
            return 0
        for line in lines:
            self._setter.line(field, line, (left, top, baseline(look.size)), look)
            top += high
        return top

    def wedge(self, left: int, top: int, right: int) -> int:
        """Groups of lines one to four dots wide, standing and lying: what the printer can still part."""
        high, group = self._dots(5.0), self._dots(6.0)
        if top + high > self._height:
            return 0
        at = left
        for dots in _LINES:
            for standing in (True, False):
                if at + group > right:
                    return top + high
                for step in range(0, high - dots, 2 * dots):
                    if standing:
                        self._canvas.fill(at + step, top, dots, high)
                    else:
                        self._canvas.fill(at, top + step, high, dots)
                at += group
        return top + high

    def slits(self, left: int, top: int, right: int) -> int:
        """Black blocks with white slits one to four dots wide: they close where a page is too dark."""
        high, block = self._dots(4.0), self._dots(8.0)
        if top + high > self._height:
            return 0
        at = left
        for dots in _LINES:
            if at + 2 * block + dots > right:
                break
            self._canvas.fill(at, top, block, high)
            self._canvas.fill(at + block + dots, top, block, high)
            at += 2 * block + dots + self._dots(2.0)
        return top + high

    def barcode(self, left: int, top: int, right: int) -> int:
        """At the widest module that has room, two dots at least."""
        modules, high = code128_modules(CODE, "calibration"), self._dots(8.0)
        for dots in (3, 2):  # narrower ones are no longer sure to be read
            wide, quiet = len(modules) * dots, CODE128_QUIET * dots
            if left + wide + 2 * quiet <= right and top + high <= self._height:
                self._canvas.bars(left + quiet, top, high, modules, dots)
                self._place("barcode", (left + quiet, top, wide, high), dots, quiet)
                return top + high
        return 0

    def qr(self, left: int, top: int) -> int:
        modules, dots = qr_modules(CODE, "calibration", "M"), max(3, self._per_mm // 2)
        wide, quiet = len(modules) * dots, QR_QUIET * dots
        if top + wide + 2 * quiet > self._height or left + wide + 2 * quiet > self._width:
            return 0
        self._canvas.matrix(left + quiet, top + quiet, modules, dots)
        self._place("qr", (left + quiet, top + quiet, wide, wide), dots, quiet)
        return top + wide + 2 * quiet

    def _place(self, kind: str, box: tuple[int, int, int, int], size: int, quiet: int) -> None:
        self._symbols.append(Placed(kind, "calibration", CODE, *box, size, quiet=quiet))

    def _dots(self, millimetres: float) -> int:
        return round(millimetres * self._per_mm)


def _tick(step: int) -> float:
    return _TENTH_MM if step % 10 == 0 else _FIFTH_MM if step % 5 == 0 else _TICK_MM
