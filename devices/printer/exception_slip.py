"""The report of an item's exception, on receipt paper or a label: for customer, organ and branch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.records import ExceptionRecord
from devices.printer.fonts import FontBook
from devices.printer.receipt_template import DEFAULT_RECEIPTS, read_paper
from devices.printer.setting import RenderedPage
from devices.printer.slip import Piece, PieceRenderer

_FILE = "exception.toml"


@dataclass(frozen=True, slots=True)
class ExceptionTemplate:
    """Millimetres and words; ``titles`` and ``notes`` by state."""

    margin: float
    least: float
    title_size: float
    size: float
    foot_size: float
    gap: float
    dated: str
    source: str
    titles: Mapping[str, str]
    notes: Mapping[str, str]
    captions: Mapping[str, str]
    signed: str


def load_exception(directory: Path = DEFAULT_RECEIPTS) -> ExceptionTemplate:
    """Raises ConfigError SYNTAX."""
    return read_paper(
        directory / _FILE, lambda data: ExceptionTemplate(**{**data, "dated": str(data["dated"])})
    )


class ExceptionRenderer(PieceRenderer):
    """What is wrong, since when, who approved a hold and until when, and where the item went."""

    def __init__(
        self, fonts: FontBook, words: ExceptionTemplate, width_mm: float, dpi: int, height_mm: float = 0.0
    ) -> None:
        super().__init__(fonts, words, width_mm, dpi, height_mm)
        self._words = words

    def render(self, record: ExceptionRecord) -> RenderedPage:
        """Raises DeviceError LABEL_LAYOUT: too small a label, or a code without words."""
        return self.worded(self._pieces(record), "record")

    def _pieces(self, record: ExceptionRecord) -> Iterator[Piece]:
        words = self._words
        yield Piece("title", words.titles[record.state], words.title_size, bold=True)
        for name, text in record.rows():
            yield Piece(name, f"{words.captions[name]}：{text}", words.size, bold=name == "reference")
        note = words.notes[record.state].replace("{until}", record.until)
        yield Piece("note", note, words.foot_size, gap=True)
        yield Piece("signed", words.signed, words.size, gap=True)
