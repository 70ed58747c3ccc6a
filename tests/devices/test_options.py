"""What the configuration lets through, the lanes take: names and ranges agree."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from core.config import DRIVERS
from core.devices import Slot
from devices.idcard import lane as reader
from devices.scanner import serial as scanner

LANES = [(Slot.ID_READER, "sam", reader.OPTIONS), (Slot.SCANNER, "serial", scanner.OPTIONS)]


@pytest.mark.parametrize(("slot", "driver", "options"), LANES, ids=lambda value: str(value)[:12])
def test_names_and_ranges(slot: Slot, driver: str, options: Mapping[str, tuple[int, int, int]]) -> None:
    configured = DRIVERS[slot][driver].options
    assert set(configured) - {"photo_library", "prefix", "suffix"} == set(options)
    for name, (default, least, most) in options.items():
        low = getattr(configured[name], "least", 0)
        high = getattr(configured[name], "most", 1)
        assert least <= low <= high <= most, name
        assert configured[name].default in (None, default), name
