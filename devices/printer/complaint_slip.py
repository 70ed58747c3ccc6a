"""What a complainant takes home, on receipt paper or a label: taken down, or the written answer (R102)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.devices import ComplaintRecord
from devices.printer.fonts import FontBook
from devices.printer.receipt_template import DEFAULT_RECEIPTS, read_paper
from devices.printer.setting import RenderedPage
from devices.printer.slip import Piece, PieceRenderer

_FILE = "complaint.toml"


@dataclass(frozen=True, slots=True)
class ComplaintTemplate:
    """Millimetres and words; ``titles`` and ``notes`` by state, ``classes`` by code."""

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
    classes: Mapping[str, str]


def load_complaint(directory: Path = DEFAULT_RECEIPTS) -> ComplaintTemplate:
    """Raises ConfigError SYNTAX."""
    return read_paper(
        directory / _FILE, lambda data: ComplaintTemplate(**{**data, "dated": str(data["dated"])})
    )


class ComplaintRenderer(PieceRenderer):
    """The slip: what it is about, both clocks while it is open, and the answer once there is one."""

    def __init__(
        self, fonts: FontBook, words: ComplaintTemplate, width_mm: float, dpi: int, height_mm: float = 0.0
    ) -> None:
        super().__init__(fonts, words, width_mm, dpi, height_mm)
        self._words = words

    def render(self, record: ComplaintRecord) -> RenderedPage:
        """Raises DeviceError LABEL_LAYOUT: too small a label, or a code without words."""
        return self.worded(self._pieces(record), "record")

    def _pieces(self, record: ComplaintRecord) -> Iterator[Piece]:
        words = self._words
        yield Piece("title", words.titles[record.state], words.title_size, bold=True)
        rows = [("reference", record.reference), ("about", f"{words.classes[record.cls]}　{record.reason}")]
        if record.number:
            rows.append(("number", record.number))
        if record.text:
            rows.append(("measure", record.measure))
        else:
            rows += [("contact_by", record.contact_by), ("close_by", record.close_by)]
        rows += [("owner", record.owner), ("at", record.at), ("branch", record.branch)]
        for name, text in rows:
            yield Piece(name, f"{words.captions[name]}：{text}", words.size, bold=name == "reference")
        if record.text:
            yield Piece("answer", record.text, words.size, gap=True)
        if record.cents:
            amount = f"{record.cents // 100}.{record.cents % 100:02d}"
            yield Piece("amount", f"{words.captions['amount']}：{amount} 元", words.size, bold=True)
        note = words.notes[record.state].replace("{until}", record.until)
        yield Piece("note", note, words.foot_size, gap=True)
