"""The regions of one edition, as dated data: provinces, cities, counties (``resources/regions/<date>.json``).

An edition of the rule data names the version it goes with.  The file is read when the first address is
looked at, on the thread that does so (the station's): a counter that starts does not wait for it.  What is
not known here is never refused, so a file that cannot be read leaves no region known, and a line in the log.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from core.errors import ConfigError
from core.strict import Node, read_json

_log = logging.getLogger(__name__)
_MAX_BYTES = 2_000_000
_HEAD_BYTES = 200
_VERSION = "[A-Za-z0-9][A-Za-z0-9._:-]{0,63}"


class Way(StrEnum):
    """How a region was named."""

    FULL = "full"
    SHORT = "short"  # 深圳 for 深圳市
    COMMON = "common"  # shorter, yet with the word for its rank: 三江县, 恩施州
    FORMER = "former"  # 襄樊市 for 襄阳市


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """One region.  ``code`` has two digits (province), four (city) or six (county), as in GB/T 2260."""

    code: str
    name: str
    short: str
    initials: str  # of the full name: nmq
    short_initials: str
    parent: Region | None = field(default=None, repr=False)

    @property
    def path(self) -> tuple[Region, ...]:
        """From the province down to this one."""
        return (*self.parent.path, self) if self.parent is not None else (self,)

    @property
    def full_name(self) -> str:
        """贵州省贵阳市南明区."""
        return "".join(region.name for region in self.path)

    def under(self, other: Region | None) -> bool:
        """Whether this one lies within ``other``; everything lies within None."""
        return other is None or other in self.path[:-1]


class Named(NamedTuple):
    """What a name stands for.  ``above``: a former name holds within the region of this code."""

    region: Region
    way: Way
    above: str = ""


class Regions:
    """All regions of an edition; everything but the version is read at first use."""

    def __init__(self, data: bytes, file: str = "") -> None:
        """``data`` is the file's content; nothing of it is looked at yet."""
        self._data = data
        self._file = file

    @cached_property
    def _read(self) -> tuple[tuple[Region, ...], Mapping[str, tuple[Named, ...]], dict[int, str]]:
        try:
            return _parse(self._data, self._file)
        except ConfigError as error:
            _log.warning("regions: %s in %s at %s", error.code, self._file, error.facts.get("key", ""))
            return (), {}, {}

    @property
    def every(self) -> tuple[Region, ...]:
        """By code: each region stands right before those within it."""
        return self._read[0]

    @property
    def names(self) -> Mapping[str, tuple[Named, ...]]:
        """Full, short and former names."""
        return self._read[1]

    @cached_property
    def longest(self) -> int:
        """Length of the longest name."""
        return max(map(len, self.names), default=0)

    @cached_property
    def _below(self) -> Mapping[str, tuple[Region, ...]]:
        found: dict[str, list[Region]] = {}
        for region in self.every:
            for above in region.path[:-1]:
                found.setdefault(above.code, []).append(region)
        return {code: tuple(regions) for code, regions in found.items()}

    def within(self, region: Region | None) -> Sequence[Region]:
        """Every region within one, at any depth; of None every region."""
        return self.every if region is None else self._below.get(region.code, ())

    def simplified(self, text: str) -> str:
        """Traditional hanzi that stand in names of regions, one for one."""
        return text.translate(self._read[2])


def load_regions(directory: Path) -> dict[str, Regions]:
    """Every ``*.json`` in ``directory`` by version, unread but for its first line.

    Raises ConfigError where that line does not name a version.
    """
    found: dict[str, Regions] = {}
    for path in sorted(directory.glob("*.json")):
        data = path.read_bytes()
        head = data[:_HEAD_BYTES].partition(b",")[0] + b"}"
        version = read_json(head, path.name, _HEAD_BYTES + 1).members(("version",))["version"]
        found[version.matching(_VERSION, "version: letters, digits, . _ : -")] = Regions(data, path.name)
    return found


def parse_regions(data: bytes, file: str) -> tuple[Region, ...]:
    """The regions of one file.

    Raises ConfigError SYNTAX, UNKNOWN_KEY, MISSING_KEY, WRONG_TYPE or WRONG_VALUE.
    """
    return _parse(data, file)[0]


def _parse(
    data: bytes, file: str
) -> tuple[tuple[Region, ...], Mapping[str, tuple[Named, ...]], dict[int, str]]:
    top = read_json(data, file, _MAX_BYTES)
    part = top.members(("version", "date", "sources", "regions", "former", "traditional"))
    part["date"].date()
    for source in part["sources"].items():
        for text in source.members(("package", "version", "licence", "sha256", "what")).values():
            text.text()
    by_code: dict[str, Region] = {}
    names: dict[str, list[Named]] = {}
    for at, words in enumerate(_rows(part["regions"], 5)):
        region = _region(words, by_code)
        if region is None:
            raise part["regions"].items()[at].wrong("each code once, below the code that it begins with")
        by_code[region.code] = region
        names.setdefault(region.name, []).append(Named(region, Way.FULL))
        for short, way in _shorts(region):
            names.setdefault(short, []).append(Named(region, way))
    for at, (above, name, code) in enumerate(_rows(part["former"], 3)):
        if code not in by_code or above not in by_code:
            raise part["former"].items()[at].wrong("codes of regions that stand in this file")
        for known in (name, name[:-1]) if len(code) == 4 else (name,):
            names.setdefault(known, []).append(Named(by_code[code], Way.FORMER, above))
    pairs = part["traditional"].text()
    signs = {ord(one): other for one, other in zip(pairs[::2], pairs[1::2], strict=False)}
    return tuple(by_code.values()), {name: tuple(named) for name, named in names.items()}, signs


def _rows(node: Node, count: int) -> list[list[str]]:
    """Lines of so many words.  Thousands of them: each is only looked at closer where it is not right."""
    rows = node.value if isinstance(node.value, list) else []
    split = [row.split(" ") for row in rows if isinstance(row, str)]
    if len(split) != len(rows) or not rows or any(len(words) != count or "" in words for words in split):
        wrong = [each for each in node.items() if len(str(each.value).split()) != count]
        raise (wrong or [node])[0].wrong(f"{count} words with a space between")
    return split


def _region(words: list[str], by_code: Mapping[str, Region]) -> Region | None:
    """None where its code is known already, or that of what it lies in is not."""
    code, name, short, initials, short_initials = words
    size = len(code)
    parent = (by_code.get(code[:4]) if size == 6 else None) or (by_code.get(code[:2]) if size > 2 else None)
    right = size in (2, 4, 6) and code.isdecimal() and code not in by_code and (size == 2 or parent)
    return Region(code, name, short, initials, short_initials, parent) if right else None


def _shorts(region: Region) -> list[tuple[str, Way]]:
    """What people write for a region besides its full name."""
    name, short = region.name, region.short
    found = [(short, Way.SHORT)] if short != name else []
    if "自治" in name:
        if name.endswith("自治区"):
            found += [(f"{short}自治区", Way.COMMON), (f"{short}省", Way.COMMON)]
            found += [("内蒙", Way.SHORT)] if short == "内蒙古" else []
        else:
            found.append((short + name[-1], Way.COMMON))
    elif name.endswith("特别行政区"):
        found += [(f"{short}特区", Way.COMMON), (f"{short}市", Way.COMMON)]
    return [(known, way) for known, way in found if known != name]
