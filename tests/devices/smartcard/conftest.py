"""PC/SC of the tests' own, for the tests of real cards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.devices.smartcard import vpcd


@pytest.fixture
def readers() -> Iterator[vpcd.Readers]:
    """The service running, both readers empty."""
    yield from vpcd.readers()
