"""Disk for all entries and attachments of one item, label printed, WAL folded back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.around import clerk, demonstration, labels_done
from bench.figures import Figure, at_most

_ITEMS = 200


def run() -> Iterator[Figure]:
    """Growth of the data directory over 200 single-item visits, divided."""
    sizes: list[int] = []
    with demonstration() as around:
        for items in (5, _ITEMS):
            with clerk(around) as person:
                person.items = sum(sizes) % 1000 + items * 10_000
                for _ in range(items):
                    person.whole()
                    person.counter.until("label", labels_done)
            sizes.append(_bytes(around.data))
    each = (sizes[1] - sizes[0]) / _ITEMS / 1024
    yield at_most("size", each, "KB", 8, f"{_ITEMS} items of one visit each, four entries, sealed and annex")


def _bytes(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())
