"""A counter of the station's tests; a file that needs more puts its own ``counter`` over this one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.core.station.desk import Counter


@pytest.fixture
def counter() -> Iterator[Counter]:
    """A clerk is logged in."""
    made = Counter()
    made.log_in()
    yield made
    made.station.stop()
