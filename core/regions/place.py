"""Which region an address begins with, what was lacking in it, and what is doubtful about it.  Pure.

Nothing is ever refused here: an unknown region is a soft warning (ecosystem.md), and what was written
stays.  A name is only completed where one single region fits; where two do, both are named and neither
is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from core.identity.characters import fold_width
from core.regions.book import Named, Region, Regions, Way

_BETWEEN = re.compile(r"[\s,，、;；·/|>＞\-—]*")
# Statistics write them between city and county; nobody's address needs them.
_FILLER = re.compile("市辖区|(?:省|自治区)直辖县级行政区划|(?:省|自治区)直辖")
# What makes another word of a short name before it: 中山路, 朝阳门外大街, 南明河.
_ANOTHER = re.compile(
    "(?:[东西南北中前后上下][一二三四五六七八九十]?)?"
    "(?:[路街道巷弄里桥门村镇乡河湖山苑庄寨市区县旗盟州省国园]|大道|大街|广场|公园|花园|新[村区]|小区)"
)
_ROAD = re.compile("[路街道巷]|大道|大街")
_RANKS = "县市区"
_MOST_PARTS = 8
_MOST_TEXT = 80  # no address names its region further on


class Correction(StrEnum):
    """What was put right; codes for the screen."""

    PROVINCE_ADDED = "province_added"
    CITY_ADDED = "city_added"
    WRITTEN_OUT = "written_out"  # 深圳 → 深圳市
    FORMER_NAME = "former_name"  # 襄樊市 → 襄阳市
    REPEATED = "repeated"
    TRADITIONAL = "traditional"
    SPACES = "spaces"  # and other marks between the parts


class Doubt(StrEnum):
    """What is not certain."""

    NONE = ""
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"  # several regions bear this name
    MISMATCH = "mismatch"  # a city or county that does not lie in the one before it
    INCOMPLETE = "incomplete"  # the county is lacking


@dataclass(frozen=True, slots=True)
class Place:
    """The region at the beginning of a text; ``end`` is where the rest begins."""

    region: Region | None = None
    end: int = 0
    corrections: tuple[Correction, ...] = ()
    doubt: Doubt = Doubt.UNKNOWN
    others: tuple[Region, ...] = ()
    rest: str = field(default="", repr=False)
    loose: bool = False  # a short name stands last: 河南农业大学 is no address in 河南省

    @property
    def certain(self) -> bool:
        """Whether the region may be written out without asking."""
        return self.region is not None and self.doubt in (Doubt.NONE, Doubt.INCOMPLETE) and not self.loose

    @property
    def likely(self) -> bool:
        """Whether it may be written out where a person looks at it before it counts."""
        return self.certain or (self.region is not None and self.doubt is Doubt.NONE)


@dataclass(frozen=True, slots=True)
class _Try:
    """One way to read the beginning: ``steps`` are (what the name stands for, how), ``end`` behind them."""

    region: Region | None
    end: int
    steps: tuple[Named, ...] = ()
    parts: int = 0  # with those that say nothing new
    repeated: bool = False
    spaced: bool = False

    @property
    def rank(self) -> tuple[int, int]:
        """The further the better, then with as few short names as can be."""
        return self.end, -sum(step.way is not Way.FULL for step in self.steps)


def recognise(text: str, regions: Regions) -> Place:
    """The region with which ``text`` begins.  Whatever stands before it makes it unknown."""
    folded = fold_width(text)
    simple = regions.simplified(folded[:_MOST_TEXT])
    tries = list(_walk(simple, 0, _Try(None, 0), regions))
    best = max(tries, key=lambda each: each.rank, default=_Try(None, 0))
    if best.region is None:
        return Place(rest=text)
    same = {each.region: each for each in tries if each.end == best.end and each.region is not None}
    exact = {r: each for r, each in same.items() if each.rank == best.rank}
    if len(exact) > 1:
        return Place(None, 0, (), Doubt.AMBIGUOUS, tuple(exact), text)
    end = _BETWEEN.match(folded, best.end).end()  # type: ignore[union-attr]  # it matches nothing, too
    found = _corrections(best, traditional=simple[: best.end] != folded[: best.end])
    loose = best.steps[-1].way is Way.SHORT and end < len(text)
    return Place(best.region, end, found, _doubt(best, simple, regions), (), text[end:], loose)


def _walk(text: str, at: int, so_far: _Try, regions: Regions) -> Iterator[_Try]:
    """Every way to read ``text`` on from ``at``, the one that stops here included."""
    between = _BETWEEN.match(text, at)
    start = between.end() if between is not None and so_far.steps else at
    filler = _FILLER.match(text, start) if so_far.steps else None
    if filler is not None and so_far.parts < _MOST_PARTS:
        yield from _walk(text, filler.end(), _after_filler(so_far, filler.end()), regions)
    if so_far.parts < _MOST_PARTS:
        for end, named in _here(text, start, regions, so_far.region):
            if not _follows(named, so_far.region):
                continue
            repeated = named.region is so_far.region or not named.region.under(so_far.region)
            if repeated and named.way is Way.FORMER:
                repeated = False
            step = _Try(
                so_far.region if repeated else named.region,
                end,
                so_far.steps if repeated else (*so_far.steps, named),
                so_far.parts + 1,
                so_far.repeated or repeated,
                so_far.spaced or start > at,
            )
            yield from (each for each in _walk(text, end, step, regions) if _stands(each, text))
    if so_far.steps:
        yield so_far


def _after_filler(so_far: _Try, end: int) -> _Try:
    return _Try(so_far.region, end, so_far.steps, so_far.parts + 1, True, so_far.spaced)


def _here(text: str, at: int, regions: Regions, above: Region | None) -> Iterator[tuple[int, Named]]:
    for end in range(min(len(text), at + regions.longest), at + 1, -1):
        found = regions.names.get(text[at:end], ())
        yield from ((end, named) for named in found)
        if above is not None and end - at > 2 and text[end - 1] in _RANKS:
            # A county that became a city or a district: the name is the same but for its last character.
            if any(named.way is Way.FULL and named.region.under(above) for named in found):
                continue
            for named in regions.names.get(text[at : end - 1], ()):
                if named.way is Way.SHORT and len(named.region.code) == 6 and named.region.under(above):
                    yield end, Named(named.region, Way.FORMER, above.code)


def _follows(named: Named, region: Region | None) -> bool:
    """Whether this name may stand after ``region``; nothing else is in front of it where that is None."""
    found = named.region
    if named.way is Way.FORMER:
        return region is None or region.code.startswith(named.above) or named.above.startswith(region.code)
    if region is None:
        return named.way is not Way.SHORT or len(found.code) < 6
    if found in region.path:  # 北京市北京市朝阳区, as order systems write it
        return named.way is Way.FULL or found.parent is None
    return found.under(region)


def _stands(found: _Try, text: str) -> bool:
    """A short name at the end counts only where what follows does not make another word of it."""
    if found.steps[-1].way is not Way.SHORT or found.end >= len(text):
        return True
    return _ANOTHER.match(text, found.end) is None


def _corrections(found: _Try, *, traditional: bool) -> tuple[Correction, ...]:
    region = found.region
    if region is None:
        return ()
    written = {step.region for step in found.steps}
    lacking = [each for each in region.path if each not in written]
    ways = {step.way for step in found.steps}
    former = Way.FORMER in ways
    said = (
        (Correction.PROVINCE_ADDED, any(each.parent is None for each in lacking)),
        (Correction.CITY_ADDED, not former and any(len(each.code) == 4 for each in lacking)),
        (Correction.WRITTEN_OUT, bool(ways & {Way.SHORT, Way.COMMON})),
        (Correction.FORMER_NAME, former),
        (Correction.REPEATED, found.repeated),
        (Correction.TRADITIONAL, traditional),
        (Correction.SPACES, found.spaced),
    )
    return tuple(correction for correction, is_so in said if is_so)


def _doubt(found: _Try, text: str, regions: Regions) -> Doubt:
    region = found.region
    start = _BETWEEN.match(text, found.end)
    at = start.end() if start is not None else found.end
    for end, named in _here(text, at, regions, None):
        if named.way is Way.FULL and end - at > 2 and _ROAD.match(text, end) is None:
            return Doubt.MISMATCH
    beyond = region is None or region.code[0] in "78"  # their districts are rarely written
    if not beyond and len(found.steps[-1].region.code) < 6 and region is not None and regions.within(region):
        return Doubt.INCOMPLETE
    return Doubt.NONE


def completed(text: str, place: Place) -> str:
    """The address with its region written out; as it stands where that is not certain."""
    if place.region is None or not place.certain:
        return text
    return place.region.full_name + place.rest
