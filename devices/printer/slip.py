"""The slip for a person without an acceptable document, on receipt paper or on a label: a short list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.devices import NoPaperSlip
from core.errors import DeviceError, DeviceFault
from devices.printer.fonts import FontBook
from devices.printer.layout import baseline, line_height, wrap
from devices.printer.page import Canvas
from devices.printer.receipt_template import DEFAULT_RECEIPTS, load_receipt_words, read_paper
from devices.printer.setting import LineSetter, Look, RenderedPage

_FILE = "slip.toml"
_SCALES = (1.0, 0.9, 0.8, 0.7, 0.62)
_BULLET = "·"


@dataclass(frozen=True, slots=True)
class SlipTemplate:
    """Millimetres and words; ``documents`` and ``remarks`` by DocumentKind code."""

    dated: dt.date
    source: str
    margin: float
    least: float
    title_size: float
    size: float
    foot_size: float
    gap: float
    title: str
    lead: str
    note: str
    rules: str
    documents: Mapping[str, str]
    remarks: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Piece:
    """One text of the page; ``field`` is what it is called in the report."""

    field: str
    text: str
    size: float
    bold: bool = False
    gap: bool = False  # white above it


def load_slip(directory: Path = DEFAULT_RECEIPTS) -> SlipTemplate:
    """Raises ConfigError SYNTAX."""
    documents = load_receipt_words(directory).document
    return read_paper(
        directory / _FILE,
        lambda data: SlipTemplate(remarks=data.pop("remark"), documents=documents, **data),
    )


class Sizes(Protocol):
    """Millimetres: of the margin, of the least type, and between paragraphs."""

    @property
    def margin(self) -> float: ...
    @property
    def least(self) -> float: ...
    @property
    def gap(self) -> float: ...


class PieceRenderer:
    """Sets texts one under the other, ``width_mm`` wide; as long as they must be, or exactly ``height_mm``
    where that is given.  One thread at a time.
    """

    def __init__(
        self, fonts: FontBook, sizes: Sizes, width_mm: float, dpi: int, height_mm: float = 0.0
    ) -> None:
        self._fonts = fonts
        self._sizes = sizes
        self._per_mm = round(dpi / 25.4)
        self._width = self._dots(width_mm)
        self._height = self._dots(height_mm)

    def set(self, pieces: tuple[Piece, ...], field: str) -> RenderedPage:
        """Raises DeviceError LABEL_LAYOUT (``field``) where the label is too small for them."""
        for scale in _SCALES if self._height else _SCALES[:1]:
            lines = self._lines(pieces, scale)
            length = lines[-1][1] + line_height(lines[-1][3].size) + self._dots(self._sizes.margin)
            if not self._height or length <= self._height:
                return self._drawn(lines, self._height or length)
        raise DeviceError(DeviceFault.LABEL_LAYOUT, field=field)

    def worded(self, pieces: Iterable[Piece], field: str) -> RenderedPage:
        """The same of pieces that are made from words by their codes; LABEL_LAYOUT for a code without one."""
        try:
            return self.set(tuple(pieces), field)
        except KeyError as error:
            raise DeviceError(DeviceFault.LABEL_LAYOUT, field=str(error.args[0])[:40]) from None

    def _lines(self, pieces: tuple[Piece, ...], scale: float) -> list[tuple[str, int, str, Look]]:
        """(field, top, line, look), downward."""
        words, found = self._sizes, list[tuple[str, int, str, Look]]()
        top = self._dots(words.margin)
        room = self._width - 2 * self._dots(words.margin)
        for piece in pieces:
            look = Look(self._dots(max(words.least, piece.size * scale)), piece.bold)
            top += self._dots(words.gap * scale) if piece.gap else 0
            lines = wrap(self._fonts, piece.text, room, size=look.size, bold=look.bold)
            if lines is None:
                raise DeviceError(DeviceFault.LABEL_LAYOUT, field=piece.field)
            for line in lines:
                found.append((piece.field, top, line, look))
                top += line_height(look.size)
        return found

    def _drawn(self, lines: list[tuple[str, int, str, Look]], height: int) -> RenderedPage:
        canvas = Canvas(self._width, height)
        setter = LineSetter(self._fonts, canvas)
        left = self._dots(self._sizes.margin)
        for field, top, line, look in lines:
            setter.line(field, line, (left, top, baseline(look.size)), look)
        return RenderedPage(canvas.bitmap(), tuple(setter.placed))

    def _dots(self, millimetres: float) -> int:
        return round(millimetres * self._per_mm)


class SlipRenderer(PieceRenderer):
    """The slip of what would do."""

    def __init__(
        self, fonts: FontBook, template: SlipTemplate, width_mm: float, dpi: int, height_mm: float = 0.0
    ) -> None:
        super().__init__(fonts, template, width_mm, dpi, height_mm)
        self._template = template

    def render(self, slip: NoPaperSlip) -> RenderedPage:
        """Raises DeviceError LABEL_LAYOUT: too small a label, or a document without words."""
        return self.set(tuple(self._pieces(slip)), "slip")

    def _pieces(self, slip: NoPaperSlip) -> Iterator[Piece]:
        words = self._template
        yield Piece("title", words.title, words.title_size, bold=True)
        yield Piece("lead", words.lead, words.size, gap=True)
        for name in dict.fromkeys(self._named(code) for code in slip.documents):
            yield Piece("document", _BULLET + name, words.size, bold=True)
        yield Piece("note", words.note, words.size, gap=True)
        yield Piece("branch", slip.branch, words.foot_size, gap=True)
        yield Piece("day", slip.day, words.foot_size)
        yield Piece("rules", f"{words.rules} {slip.rules}", words.foot_size)

    def _named(self, code: str) -> str:
        words = self._template
        if code not in words.documents:
            raise DeviceError(DeviceFault.LABEL_LAYOUT, field="document")
        remark = words.remarks.get(code, "")
        return words.documents[code] + (f"（{remark}）" if remark else "")
