"""Label templates: dated TOML files that say where things stand, in millimetres.

``resources/labels/<width>x<height>.toml``; the same file serves every resolution.  A template is
data of ours, not of a customer: what is wrong in it is a configuration error with its file.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.errors import ConfigError, ConfigFault

DEFAULT_TEMPLATES = Path(__file__).resolve().parents[2] / "resources" / "labels"

Style = Literal["plain", "solid", "frame"]
Align = Literal["left", "centre", "right"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A straight line, as a filled rectangle."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBox:
    """Where one text stands.  It wraps, and shrinks from ``size`` to ``least``, but never further.

    Either ``caption`` (the template's own words) or ``field`` (a text of the label; an empty one
    leaves the box away).  A caption with ``of`` appears only when that field has a text.
    """

    x: float
    y: float
    w: float
    h: float
    size: float
    least: float = 0.0  # 0: as size
    field: str = ""
    caption: str = ""
    of: str = ""
    bold: bool = False
    tracking: float = 0.0  # extra space after each character
    align: Align = "left"
    style: Style = "plain"
    top: bool = False  # lines start at the top of the box instead of standing in its middle


@dataclass(frozen=True, slots=True, kw_only=True)
class BarcodeBox:
    """Where a symbol stands, quiet zones included (Code 128: 10 modules, QR: 4)."""

    x: float
    y: float
    w: float
    h: float
    module: float  # the widest module wished
    least: float  # the narrowest that a hand scanner reads after thermal printing


@dataclass(frozen=True, slots=True)
class Template:
    """One label size.  ``dated`` is the day from which this layout holds, ``source`` where it is from."""

    name: str
    width_mm: int
    height_mm: int
    dated: dt.date
    source: str
    barcode: BarcodeBox
    qr: BarcodeBox
    rules: tuple[Rule, ...]
    texts: tuple[TextBox, ...]


def load_template(directory: Path, width_mm: int, height_mm: int) -> Template:
    """The template of that size.  Raises ConfigError WRONG_VALUE (no such size) or SYNTAX."""
    path = directory / f"{width_mm}x{height_mm}.toml"
    if not path.is_file():
        sizes = ", ".join(sorted(found.stem for found in directory.glob("*x*.toml")))
        raise ConfigError(
            ConfigFault.WRONG_VALUE, key="width_mm", value=f"{width_mm}x{height_mm}", expected=sizes
        )
    try:
        return _template(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise ConfigError(ConfigFault.SYNTAX, file=path.name, expected=str(error)) from error


def _template(data: Mapping[str, Mapping[str, object]]) -> Template:
    head = data["template"]
    dated = head["dated"]
    if not isinstance(dated, dt.date):
        raise TypeError("template.dated must be a date")
    return Template(
        name=str(head["name"]),
        width_mm=_whole(head["width_mm"]),
        height_mm=_whole(head["height_mm"]),
        dated=dated,
        source=str(head["source"]),
        barcode=BarcodeBox(**data["barcode"]),  # type: ignore[arg-type]  # checked by the keywords
        qr=BarcodeBox(**data["qr"]),  # type: ignore[arg-type]
        rules=tuple(Rule(**table) for table in data.get("rule", ())),  # type: ignore[arg-type]
        texts=tuple(TextBox(**table) for table in data.get("text", ())),  # type: ignore[arg-type]
    )


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError("a whole number of millimetres")
    return value
