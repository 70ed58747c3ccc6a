"""The order of the tests' files, so that two cores are busy until the end.

Tests of devices mostly wait: for a printer's own time, for a silence to last.  Those of the rooms in
``COMPUTING`` mostly compute, in a few long files.  One file of each kind goes beside the other; the many
short files of the other rooms come last and fill what is left.  Within a file nothing changes.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import chain, zip_longest
from pathlib import Path

import pytest

WAITING = ("devices",)
COMPUTING = ("faults", "walk", "ui", "program", "fuzz")
ROOT = Path(__file__).parent


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """After pytest has put the tests that share a fixture together."""
    files: dict[Path, list[pytest.Item]] = defaultdict(list)
    for item in items:
        files[item.path].append(item)
    groups: dict[tuple[str, ...], list[Path]] = {WAITING: [], COMPUTING: [], (): []}
    for path in files:
        room = path.relative_to(ROOT).parts[0] if path.is_relative_to(ROOT) else ""
        groups[next((rooms for rooms in (WAITING, COMPUTING) if room in rooms), ())].append(path)
    groups[COMPUTING].sort(key=lambda path: COMPUTING.index(path.relative_to(ROOT).parts[0]))
    groups[WAITING].sort(key=lambda path: -len(files[path]))
    beside = chain.from_iterable(zip_longest(groups[COMPUTING], groups[WAITING]))
    items[:] = [item for path in (*beside, *groups[()]) if path is not None for item in files[path]]
