"""The written warning, on receipt paper or a label: what for, until when, and how to object (R41)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.records import WarningRecord
from devices.printer.fonts import FontBook
from devices.printer.receipt_template import DEFAULT_RECEIPTS, read_paper
from devices.printer.setting import RenderedPage
from devices.printer.slip import Piece, PieceRenderer

_FILE = "warning.toml"


@dataclass(frozen=True, slots=True)
class WarningTemplate:
    """Millimetres and words."""

    margin: float
    least: float
    title_size: float
    size: float
    foot_size: float
    gap: float
    dated: str
    source: str
    title: str
    demand: str
    then: str
    appeal: str
    captions: Mapping[str, str]


def load_warning(directory: Path = DEFAULT_RECEIPTS) -> WarningTemplate:
    """Raises ConfigError SYNTAX."""
    return read_paper(
        directory / _FILE, lambda data: WarningTemplate(**{**data, "dated": str(data["dated"])})
    )


class WarningRenderer(PieceRenderer):
    """Basis, demand, consequence and the way to object, in this order."""

    def __init__(
        self, fonts: FontBook, words: WarningTemplate, width_mm: float, dpi: int, height_mm: float = 0.0
    ) -> None:
        super().__init__(fonts, words, width_mm, dpi, height_mm)
        self._words = words

    def render(self, record: WarningRecord) -> RenderedPage:
        """Raises DeviceError LABEL_LAYOUT: too small a label."""
        return self.worded(self._pieces(record), "record")

    def _pieces(self, record: WarningRecord) -> Iterator[Piece]:
        words = self._words
        yield Piece("title", words.title, words.title_size, bold=True)
        for name in ("reference", "breach", "number", "due"):
            text = f"{words.captions[name]}：{getattr(record, name)}"
            yield Piece(name, text, words.size, bold=name in ("reference", "due"))
        yield Piece("demand", words.demand.replace("{due}", record.due), words.size, gap=True)
        yield Piece("then", words.then, words.size)
        days = str(record.appeal_days)
        yield Piece("appeal", words.appeal.replace("{days}", days), words.size, gap=True)
        for name in ("operator", "at", "branch"):
            text = f"{words.captions[name]}：{getattr(record, name)}"
            yield Piece(name, text, words.foot_size, gap=name == "operator")
