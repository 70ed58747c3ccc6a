"""The line's rate is found, on a pty that garbles what is sent at another."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.devices import CardRead, CardReading, DeviceState, Slot
from devices.rack import Rack
from devices.simulators.port import PtyPort
from devices.simulators.reader import ReaderSimulator
from tests.devices.idcard.stand import SAM, A
from tests.devices.rig import DRIVERS, Config, Told


@pytest.mark.parametrize("actual", [115_200, 57_600, 38_400, 19_200, 9_600])
@pytest.mark.parametrize("configured", ["auto", "115200", "9600"])
def test_the_rate_is_found(tmp_path: Path, configured: str, actual: int) -> None:
    reader = ReaderSimulator(PtyPort(tmp_path / "id_reader", actual))
    reader.start()
    told = Told()
    link = reader.url.partition("?")[0] + f"?baud={configured}"
    # At 9600 baud a status and its answer take 22 ms on the wire.
    options = {"poll_ms": 25, "patience_percent": 30, "start_limit_ms": 100}
    rack = Rack([Config(Slot.ID_READER, "sam", link, options)], DRIVERS, told)
    rack.start()
    try:
        facts = told.truth(DeviceState.READY).facts
        assert facts == {"sam": SAM} | ({} if str(actual) == configured else {"baud": actual})
        reader.place(A)
        assert isinstance(told.story(), CardReading)
        assert isinstance(told.story(), CardRead)
        reader.power_cycle()
        assert told.truth(DeviceState.READY).facts == facts  # found at once: it is the one of before
    finally:
        assert rack.stop() == ()
        reader.stop()


def test_a_mute_reader_at_any_rate_is_said_and_found_when_it_speaks(tmp_path: Path) -> None:
    reader = ReaderSimulator(PtyPort(tmp_path / "id_reader", 19_200))
    reader.quirks.silent = True
    reader.start()
    told = Told()
    options = {"poll_ms": 25, "patience_percent": 15, "start_limit_ms": 100}
    link = reader.url.partition("?")[0] + "?baud=auto"
    rack = Rack([Config(Slot.ID_READER, "sam", link, options)], DRIVERS, told)
    rack.start()
    try:
        told.truth(DeviceState.ATTENTION, "device.no_answer")
        reader.quirks.silent = False
        assert told.truth(DeviceState.READY).facts == {"sam": SAM, "baud": 19_200}
    finally:
        assert rack.stop() == ()
        reader.stop()
