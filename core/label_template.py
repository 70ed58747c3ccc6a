"""Label templates: where things stand on a label, in millimetres; the same file serves every resolution.

The program brings one for each size (``resources/labels``); headquarters may publish others, by their dates.
A template sets what a :class:`core.devices.Label` says and captions of its own, nothing else: the label has
no field for what may not be printed (快递暂行条例 22), and its texts come masked (GB/T 41833).
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from core.errors import ConfigError, ConfigFault

OWN = "own"  # the version of what the program brings
Style = Literal["plain", "solid", "frame"]
Align = Literal["left", "centre", "right"]

# What a label may say (devices/printer/label.py gives each a text), and what every one has to.
_ALWAYS = "real_name inspected security manual copy waybill number accepted_at weight_g weight_source"
_ON_WAYBILLS = "recipient_name recipient_phone recipient_address sender_name contents branch operator"
NEEDED = frozenset(_ALWAYS.split())
NEEDED_ON_WAYBILLS = NEEDED | frozenset(_ON_WAYBILLS.split())  # from 70 mm on it is the waybill itself
FIELDS = NEEDED_ON_WAYBILLS | {"sender_phone", "quantity"}
_WAYBILL_MM = 70
_CAPTION_MOST = 20
_LEAST_TYPE_MM = 1.5  # smaller is not legible after thermal printing at 203 dpi
_LEAST_MODULE_MM = 0.25
_TEXTS_MOST = 100


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


Box = Rule | TextBox | BarcodeBox


@dataclass(frozen=True, slots=True)
class Template:
    """One label size.  ``dated`` is the day from which this layout holds, ``source`` where it is from.

    ``version`` is "" for one that the program brings.
    """

    name: str
    width_mm: int
    height_mm: int
    dated: dt.date
    source: str
    barcode: BarcodeBox
    qr: BarcodeBox
    rules: tuple[Rule, ...]
    texts: tuple[TextBox, ...]
    version: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """A template that came by directive ``number``; its text travels to the printer's lane."""

    number: int
    version: str
    effective_from: dt.date
    size: tuple[int, int]
    text: str = field(repr=False)


def parse_template(text: str, file: str) -> Template:
    """A template from TOML.  Raises ConfigError SYNTAX where it is none."""
    try:
        return _template(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfigError(ConfigFault.SYNTAX, file=file, expected=str(error)) from error


def check_template(template: Template, file: str) -> None:
    """What parsing alone does not find.  Raises ConfigError WRONG_VALUE (``key``, ``expected``)."""
    for key, sound, expected in _findings(template):
        if not sound:
            raise ConfigError(ConfigFault.WRONG_VALUE, file=file, key=key, expected=expected)


def _findings(template: Template) -> Iterator[tuple[str, bool, str]]:
    size = 20 <= template.width_mm <= 110 and 20 <= template.height_mm <= 300
    yield "template", size, "width_mm from 20 to 110 and height_mm from 20 to 300"
    yield "text", len(template.texts) + len(template.rules) <= _TEXTS_MOST, f"at most {_TEXTS_MOST} texts"
    symbols = (("barcode", template.barcode), ("qr", template.qr))
    for at, box in enumerate(template.texts, 1):
        key = f"text {at}"
        yield key, bool(box.field) != bool(box.caption), "either field or caption"
        known = {box.field, box.of} <= FIELDS | {""}
        yield key, known, "one of " + ", ".join(sorted(FIELDS))
        yield key, box.caption.isprintable() and len(box.caption) <= _CAPTION_MOST, "a short caption"
        yield key, box.align in ("left", "centre", "right"), "align left, centre or right"
        yield key, box.style in ("plain", "solid", "frame"), "style plain, solid or frame"
        legible = _LEAST_TYPE_MM <= (box.least or box.size) <= box.size <= box.h
        yield key, legible, f"size within its box, least from {_LEAST_TYPE_MM} mm to size"
        yield key, _inside(box, template), "a box on the page"
        for name, symbol in symbols:
            yield key, not _overlap(box, symbol), f"a box beside the {name}"
    for at, rule in enumerate(template.rules, 1):
        yield f"rule {at}", _inside(rule, template), "a line on the page"
        for name, symbol in symbols:
            yield f"rule {at}", not _overlap(rule, symbol), f"a line beside the {name}"
    for name, symbol in symbols:
        yield name, _inside(symbol, template), "a box on the page"
        modules = _LEAST_MODULE_MM <= symbol.least <= symbol.module
        yield name, modules, f"least from {_LEAST_MODULE_MM} mm to module"
    yield "qr", not _overlap(*(symbol for _, symbol in symbols)), "a box beside the barcode"
    needed = NEEDED_ON_WAYBILLS if template.width_mm >= _WAYBILL_MM else NEEDED
    lacking = sorted(needed - {box.field for box in template.texts})
    yield "text", not lacking, "also " + ", ".join(lacking)


def _inside(box: Box, page: Template) -> bool:
    return (
        box.x >= 0 and box.y >= 0 and box.w > 0 and box.h > 0
        and box.x + box.w <= page.width_mm and box.y + box.h <= page.height_mm
    )  # fmt: skip


def _overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.w and other.x < one.x + one.w
        and one.y < other.y + other.h and other.y < one.y + one.h
    )  # fmt: skip


def _template(data: Mapping[str, Any]) -> Template:
    head = data["template"]
    dated = head["dated"]
    if type(dated) is not dt.date:
        raise TypeError("template.dated must be a date")
    strange = set(data) - {"template", "barcode", "qr", "rule", "text"}
    if strange:
        raise KeyError(min(strange))
    return Template(
        name=str(head["name"]),
        width_mm=_whole(head["width_mm"]),
        height_mm=_whole(head["height_mm"]),
        dated=dated,
        source=str(head["source"]),
        barcode=_made(BarcodeBox, data["barcode"]),
        qr=_made(BarcodeBox, data["qr"]),
        rules=tuple(_made(Rule, table) for table in data.get("rule", ())),
        texts=tuple(_made(TextBox, table) for table in data.get("text", ())),
        version=str(head.get("version", "")),
    )


def _made(kind: Any, table: Mapping[str, Any]) -> Any:
    """Of that kind, each member of its own type; raises TypeError."""
    types = {each.name: str(each.type) for each in fields(kind)}
    for name, value in table.items():
        wanted = types.get(name)
        if wanted is None:
            raise TypeError(f"no such member: {name}")
        sound = isinstance(value, bool) if wanted == "bool" else isinstance(value, str)
        if wanted == "float":
            sound = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1000
        if not sound:
            raise TypeError(f"{name}: {wanted}")
    return kind(**table)


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("a whole number of millimetres")
    return value
