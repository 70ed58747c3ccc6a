"""The record of a disclosure on receipt paper or a label: codes by their words, and nobody's name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.devices import DisclosureRecord
from devices.printer.fonts import FontBook
from devices.printer.receipt_template import DEFAULT_RECEIPTS, read_paper
from devices.printer.setting import RenderedPage
from devices.printer.slip import Piece, PieceRenderer

_FILE = "disclosure.toml"


@dataclass(frozen=True, slots=True)
class DisclosureTemplate:
    """Millimetres and words; ``states``, ``ways`` and ``data`` by code."""

    margin: float
    least: float
    title_size: float
    size: float
    foot_size: float
    gap: float
    dated: str
    source: str
    note: str
    signs: tuple[str, ...]
    captions: Mapping[str, str]
    ways: Mapping[str, str]
    states: Mapping[str, str]
    data: Mapping[str, str]


def load_disclosure(directory: Path = DEFAULT_RECEIPTS) -> DisclosureTemplate:
    """Raises ConfigError SYNTAX."""
    return read_paper(
        directory / _FILE,
        lambda data: DisclosureTemplate(
            **{**data, "dated": str(data["dated"]), "signs": tuple(data["signs"])}
        ),
    )


class DisclosureRenderer(PieceRenderer):
    """The record: what was asked for, of which item, and how it stands."""

    def __init__(
        self, fonts: FontBook, words: DisclosureTemplate, width_mm: float, dpi: int, height_mm: float = 0.0
    ) -> None:
        super().__init__(fonts, words, width_mm, dpi, height_mm)
        self._words = words

    def render(self, record: DisclosureRecord) -> RenderedPage:
        """Raises DeviceError LABEL_LAYOUT: too small a label, or a code without words."""
        return self.worded(self._pieces(record), "record")

    def _pieces(self, record: DisclosureRecord) -> Iterator[Piece]:
        words = self._words
        yield Piece("title", words.ways[record.way], words.title_size, bold=True)
        rows = (
            ("reference", record.reference), ("state", words.states[record.state]),
            ("recipient", record.recipient), ("basis", record.basis), ("purpose", record.purpose),
            ("number", record.number), ("fields", "、".join(words.data[name] for name in record.fields)),
            ("until", record.until), ("operator", record.operator), ("at", record.at),
            ("branch", record.branch),
        )  # fmt: skip
        for name, text in rows:
            yield Piece(name, f"{words.captions[name]}：{text}", words.size, bold=name == "reference")
        yield Piece("note", words.note, words.foot_size, gap=True)
        for text in words.signs:
            yield Piece("sign", text, words.size, gap=True)
