"""The record of a person's request about her own data, on receipt paper or on labels (PIPL 44-50)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.devices import PersonItem, PersonRecord
from core.errors import DeviceError, DeviceFault
from devices.printer.fonts import FontBook
from devices.printer.receipt_template import DEFAULT_RECEIPTS, read_paper
from devices.printer.setting import RenderedPage
from devices.printer.slip import Piece, PieceRenderer

_FILE = "person.toml"
_BULLET = "·"


@dataclass(frozen=True, slots=True)
class RecordTemplate:
    """Millimetres and words; the tables are by code."""

    dated: dt.date
    source: str
    margin: float
    least: float
    title_size: float
    size: float
    foot_size: float
    gap: float
    words: Mapping[str, str]
    title: Mapping[str, str]
    outcome: Mapping[str, str]
    consent: Mapping[str, str]
    row: Mapping[str, str]

    def of(self, table: Mapping[str, str], code: str) -> str:
        """The word of a code; raises DeviceError LABEL_LAYOUT for one without."""
        if code not in table:
            raise DeviceError(DeviceFault.LABEL_LAYOUT, field=code[:40])
        return table[code]


def load_record(directory: Path = DEFAULT_RECEIPTS) -> RecordTemplate:
    """Raises ConfigError SYNTAX."""

    def made(data: dict[str, Any]) -> RecordTemplate:
        words = {name: data.pop(name) for name in list(data) if isinstance(data[name], str)}
        return RecordTemplate(source=words.pop("source"), words=words, **data)

    return read_paper(directory / _FILE, made)


class RecordRenderer(PieceRenderer):
    """Renders records; raises as :class:`PieceRenderer`, and for a code without words."""

    def __init__(
        self, fonts: FontBook, template: RecordTemplate, width_mm: float, dpi: int, height_mm: float = 0.0
    ) -> None:
        super().__init__(fonts, template, width_mm, dpi, height_mm)
        self._template = template

    def render(self, record: PersonRecord) -> RenderedPage:
        """The whole record, one text under the other."""
        return self.set(tuple(self._pieces(record)), "record")

    def _pieces(self, record: PersonRecord) -> Iterator[Piece]:
        template, words = self._template, self._template.words
        size, foot = template.size, template.foot_size
        yield Piece("title", template.of(template.title, record.right), template.title_size, bold=True)
        yield Piece("reference", f"{words['reference']} {record.reference}", size, gap=True)
        yield Piece("at", f"{words['at']} {record.at}  {words['operator']} {record.operator}", size)
        if record.outcome:
            outcome = template.of(template.outcome, record.outcome)
            yield Piece("outcome", f"{words['outcome_title']}：{outcome}", size, bold=True)
        else:
            yield Piece("due", f"{words['due']} {record.due}", size, bold=True)
        if record.ground:
            yield Piece("ground", f"{words['ground']}：{record.ground}", size)
        if record.fields:
            yield Piece("fields", f"{words['fields']}：{'、'.join(record.fields)}", size)
        yield from self._kept(record)
        if record.told:
            yield Piece("heading", words["told_title"], size, bold=True, gap=True)
        for heading, text in record.told:
            yield Piece("told", f"{heading}：{text}", size)
        yield from self._items(record)
        if record.outcome in ("", "done"):
            yield Piece("note", words[f"note_{record.right}"], size, gap=True)
        yield Piece("handler", f"{words['handler']}：{record.handler}", size, gap=True)
        yield Piece("branch", record.branch, foot, gap=True)
        yield Piece("rules", f"{words['rules']} {record.rules}", foot)

    def _kept(self, record: PersonRecord) -> Iterator[Piece]:
        words, size = self._template.words, self._template.size
        if record.kept:
            yield Piece("heading", words["kept_title"], size, bold=True, gap=True)
        for what, why, long, whom in record.kept:
            yield Piece("kept", _BULLET + what, size, bold=True)
            yield Piece(
                "kept", f"{words['why']}：{why}。{words['long']}：{long}。{words['whom']}：{whom}。", size
            )

    def _items(self, record: PersonRecord) -> Iterator[Piece]:
        words, size = self._template.words, self._template.size
        if record.items:
            whole = any(item.rows for item in record.items)
            yield Piece("heading", words["data_title" if whole else "items"], size, bold=True, gap=True)
        for item in record.items:
            yield Piece("item", f"{_BULLET}{item.number}  {item.accepted_at}", size, bold=True)
            yield from self._item(item)

    def _item(self, item: PersonItem) -> Iterator[Piece]:
        template, words, size = self._template, self._template.words, self._template.size
        for code, text in item.rows:
            yield Piece("row", f"{template.of(template.row, code)}：{text}", size)
        if item.rows and not item.consents:
            yield Piece("consent", words["no_consents"], size)
        elif item.consents:
            yield Piece("consent", f"{words['consents']}：", size)
        for title, answer, day in item.consents:
            yield Piece("consent", f"{title}：{template.of(template.consent, answer)}（{day}）", size)
