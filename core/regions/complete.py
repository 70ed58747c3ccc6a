"""Completion of a region while it is typed: by pinyin initials (gdsz, nmq) or by its first hanzi.

Nothing is taken by itself; each hit is the whole text that the field would have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.identity.characters import is_hanzi
from core.regions.book import Region, Regions
from core.regions.place import Doubt, recognise

_LETTERS = re.compile("[A-Za-z]{1,12}")
_MOST_HANZI = 8


@dataclass(frozen=True, slots=True)
class PlaceHit:
    """``id`` is the region's code, ``name`` its path from the top: what the field would hold."""

    id: str
    name: str
    initials: str


def complete(text: str, regions: Regions, limit: int = 8) -> tuple[PlaceHit, ...]:
    """At most ``limit`` regions for the end of ``text``, the best first; none after a street began."""
    if not text or len(text) > 60:
        return ()
    place = recognise(text, regions)
    if place.doubt in (Doubt.AMBIGUOUS, Doubt.MISMATCH):
        return ()
    tail = place.rest.strip() if place.region is not None else text.strip()
    if _LETTERS.fullmatch(tail):
        found = list(_by_initials(tail.lower(), place.region, regions))
    elif 0 < len(tail) <= _MOST_HANZI and all(map(is_hanzi, tail)):
        wanted = regions.simplified(tail)
        found = [
            (0 if wanted == region.short else 1, region)
            for region in regions.within(place.region)
            if region.name.startswith(wanted)
        ]
    else:
        return ()
    found.sort(key=lambda pair: (pair[0], len(pair[1].code), pair[1].code))
    ranked = list(dict.fromkeys(region for _, region in found))
    return tuple(PlaceHit(region.code, region.full_name, region.initials) for region in ranked[:limit])


def _by_initials(wanted: str, above: Region | None, regions: Regions) -> Iterator[tuple[int, Region]]:
    """(rank, region): by its own initials, or by those of what it lies in followed by its own."""
    for region in regions.within(above):
        if region.initials.startswith(wanted):
            yield (0 if wanted in (region.short_initials, region.initials) else 1), region
        if len(region.code) < 6:
            for key in {region.initials, region.short_initials}:
                if wanted.startswith(key) and len(wanted) > len(key):
                    yield from _by_initials(wanted[len(key) :], region, regions)
