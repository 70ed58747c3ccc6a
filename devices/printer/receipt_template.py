"""Receipt templates: TOML files, one for each width of paper, and the words of codes.

``resources/receipts/<paper_mm>.toml`` lists blocks that follow each other downward, in millimetres;
``words.toml`` says what document kinds and payment kinds are called.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from core.errors import ConfigError, ConfigFault

DEFAULT_RECEIPTS = Path(__file__).resolve().parents[2] / "resources" / "receipts"

Kind = Literal["title", "centre", "pair", "rule", "notice", "qr"]
_KINDS = frozenset({"title", "centre", "pair", "rule", "notice", "qr"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block.  ``after`` is white space below it; a block whose field is empty is left away.

    ``beside`` of a title is the field that stands in a solid box after it.  ``heading`` and ``title`` are
    sizes of a notice's type, ``gap`` stands between its paragraphs.  ``module`` and ``least`` are a
    symbol's widest and narrowest module.
    """

    kind: Kind
    field: str = ""
    caption: str = ""
    beside: str = ""
    size: float = 0.0
    heading: float = 0.0
    gap: float = 0.0
    title: float = 0.0
    bold: bool = False
    thick: float = 0.0
    module: float = 0.0
    least: float = 0.0
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class ReceiptTemplate:
    """One width of paper; ``dated`` is the day from which this layout holds."""

    name: str
    paper_mm: int
    printed_mm: int
    dated: dt.date
    source: str
    margin: float
    label_width: float
    label_size: float
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class ReceiptWords:
    """Code → words."""

    unrecorded: str
    replaces: str  # of a corrected item: ``{count}``, and ``{number}`` of the receipt before
    document: Mapping[str, str]
    payment: Mapping[str, str]


_T = TypeVar("_T")


def read_paper(path: Path, made: Callable[[dict[str, Any]], _T]) -> _T:
    """What ``made`` makes of a paper's file.  Raises ConfigError SYNTAX where it cannot."""
    try:
        return made(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise ConfigError(ConfigFault.SYNTAX, file=path.name, expected=str(error)) from error


def load_receipt_template(directory: Path, paper_mm: int) -> ReceiptTemplate:
    """Raises ConfigError WRONG_VALUE (no such width) or SYNTAX."""
    path = directory / f"{paper_mm}.toml"
    if not path.is_file():
        widths = ", ".join(sorted(found.stem for found in directory.glob("[0-9]*.toml")))
        raise ConfigError(ConfigFault.WRONG_VALUE, key="width_mm", value=str(paper_mm), expected=widths)
    return read_paper(path, _template)


def load_receipt_words(directory: Path) -> ReceiptWords:
    """Raises ConfigError SYNTAX."""

    def made(data: dict[str, Any]) -> ReceiptWords:
        said = str(data["unrecorded"]), str(data["replaces"])
        return ReceiptWords(*said, dict(data["document"]), dict(data["payment"]))

    return read_paper(directory / "words.toml", made)


def _template(data: Mapping[str, Any]) -> ReceiptTemplate:
    head = data["template"]
    if not isinstance(head["dated"], dt.date):
        raise TypeError("template.dated must be a date")
    blocks = tuple(Block(**table) for table in data["block"])
    unknown = {block.kind for block in blocks} - _KINDS
    if unknown:
        raise ValueError(f"block.kind: {', '.join(sorted(unknown))}")
    return ReceiptTemplate(
        name=str(head["name"]),
        paper_mm=int(head["paper_mm"]),
        printed_mm=int(head["printed_mm"]),
        dated=head["dated"],
        source=str(head["source"]),
        margin=float(head["margin"]),
        label_width=float(head["label_width"]),
        label_size=float(head["label_size"]),
        blocks=blocks,
    )
