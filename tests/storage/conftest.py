"""Stores for tests, shut again whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from core.errors import StoreError
from storage.journal import SqlJournal
from tests.storage.counters import Counter


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    """A terminal whose store is not made yet."""
    directory = tmp_path / "store"
    directory.mkdir()
    return Counter(directory)


@pytest.fixture
def journal(counter: Counter) -> Iterator[SqlJournal]:
    """Its journal: made, founded, logged in."""
    opened = counter.start()
    yield opened
    with suppress(StoreError):
        opened.database.close()
