"""The rack: drivers by slot, truths, back-off, the lane boundary, and an end within two seconds."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from core.devices import CardRead, DeviceChanged, DeviceState, DeviceTruth, Slot
from core.errors import ConfigError, ConfigFault, DeviceError, DeviceFault
from devices.link import make_link
from devices.rack import DeviceConfig, Lane, LaneReport, Rack
from devices.simulators.cards import load_people
from devices.simulators.port import PtyPort
from devices.simulators.reader import ReaderSimulator
from tests.devices.rig import DRIVERS, Config, Told, until
from tests.guards import ExpectedLogs

SLOT = Slot.SCALE


class ScriptedLane:
    """Does one thing per run: raises what it is given, then serves until the end."""

    def __init__(self, report: LaneReport, *script: Exception, ready_first: bool = False) -> None:
        self.report, self.script, self.ready_first = report, list(script), ready_first
        self.began: list[float] = []
        self.threads: set[str] = set()

    def run(self, stop: threading.Event) -> None:
        self.began.append(time.monotonic())
        self.threads.add(threading.current_thread().name)
        if self.ready_first or not self.script:
            self.report.truth(DeviceState.READY)
        if self.script:
            raise self.script.pop(0)
        while not stop.wait(0.1):
            continue

    def cancel(self) -> None:
        """It waits on nothing but ``stop``."""


class DeafLane(ScriptedLane):
    """Hangs in something that cannot be cancelled."""

    release = threading.Event()

    def run(self, stop: threading.Event) -> None:
        self.report.truth(DeviceState.READY)
        self.release.wait(30)


def rack_of(told: Told, *script: Exception, ready_first: bool = False) -> tuple[Rack, ScriptedLane]:
    """A rack with one scripted lane."""
    lanes: list[ScriptedLane] = []

    def driver(_config: DeviceConfig, report: LaneReport) -> Lane:
        lanes.append(ScriptedLane(report, *script, ready_first=ready_first))
        return lanes[-1]

    rack = Rack([Config(SLOT, "ascii", "")], {(SLOT, "ascii"): driver}, told)
    return rack, lanes[0]


def test_the_driver_must_be_the_slots() -> None:
    with pytest.raises(ConfigError) as caught:
        Rack([Config(Slot.SCANNER, "sam", "")], DRIVERS, Told())
    assert caught.value.code is ConfigFault.WRONG_VALUE
    assert caught.value.facts == {
        "key": "devices.scanner.driver", "value": "sam", "expected": "serial, wedge",
    }  # fmt: skip
    twice = [Config(Slot.SCANNER, "wedge", "")] * 2
    with pytest.raises(ConfigError):
        Rack(twice, DRIVERS, Told())


@pytest.mark.parametrize(
    ("slot", "driver", "options"),
    [
        (Slot.ID_READER, "sam", {"poll_ms": 5}),
        (Slot.ID_READER, "sam", {"poll_ms": "300"}),
        (Slot.ID_READER, "sam", {"max_rf_bytes": 23}),
        (Slot.SCANNER, "serial", {"gap_ms": 0}),
        (Slot.SCANNER, "serial", {"gap_ends": 2}),
    ],
)
def test_options_out_of_range_are_refused(slot: Slot, driver: str, options: dict[str, int | str]) -> None:
    with pytest.raises(ConfigError) as caught:
        Rack([Config(slot, driver, "", options)], DRIVERS, Told())
    assert caught.value.facts["key"] == f"devices.{slot.value}.{next(iter(options))}"


def test_before_the_start_nothing_is_known() -> None:
    told = Told()
    rack, _ = rack_of(told)
    assert [truth.state for truth in rack.truths()] == [DeviceState.UNKNOWN]
    assert rack.stop() == ()
    assert told.nothing_more(0) == []


def test_truths_in_order_and_each_once() -> None:
    told = Told()
    gone = DeviceError(DeviceFault.GONE, link="x", reason="ENOENT")
    rack, lane = rack_of(told, gone, gone, DeviceError(DeviceFault.SELF_TEST, sw="000060"))
    rack.start()
    seen: list[DeviceTruth] = []
    while not seen or seen[-1].state is not DeviceState.READY:
        event = told.next()
        assert isinstance(event, DeviceChanged)
        seen.append(event.truth)
    assert [(truth.state.value, truth.fault) for truth in seen] == [
        ("connecting", ""), ("gone", "device.gone"), ("attention", "device.self_test"), ("ready", ""),
    ]  # fmt: skip
    assert seen[1].facts == {"link": "x", "reason": "ENOENT"}
    assert rack.truths() == (seen[-1],)
    assert rack.stop() == ()
    assert lane.threads == {"lane-scale"}


def test_waits_grow_and_begin_anew_after_success() -> None:
    told = Told()
    rack, lane = rack_of(told, *[DeviceError(DeviceFault.NO_ANSWER)] * 3)
    rack.start()
    until(lambda: len(lane.began) == 4, "no fourth try")
    assert rack.stop() == ()
    gaps = [after - before for before, after in zip(lane.began, lane.began[1:], strict=False)]
    assert all(gap >= least for gap, least in zip(gaps, (0.2, 0.4, 0.8), strict=True))
    flapping, lane = rack_of(Told(), *[DeviceError(DeviceFault.GONE)] * 4, ready_first=True)
    flapping.start()
    until(lambda: len(lane.began) == 5, "no fifth try")
    assert flapping.stop() == ()
    assert lane.began[4] - lane.began[3] < 1.6  # what the fourth wait would be without a new beginning


def test_a_bug_is_logged_without_its_message_and_the_lane_goes_on(
    expected_logs: ExpectedLogs, caplog: pytest.LogCaptureFixture
) -> None:
    expected_logs.expect("devices.rack", r"lane scale: ZeroDivisionError at devices/test_rack\.py:\d+")
    told = Told()
    rack, _ = rack_of(told, ZeroDivisionError("证件样本 11010519491231002X"))
    rack.start()
    truth = told.truth(DeviceState.ATTENTION)
    assert truth.fault == ""
    assert truth.facts["bug"] == "ZeroDivisionError"
    told.truth(DeviceState.READY)
    assert rack.stop() == ()
    assert "样本" not in caplog.text
    assert "样本" not in str(truth)


def test_a_wrong_link_is_said_and_ends_no_thread() -> None:
    told = Told()
    rack = Rack([Config(Slot.SCANNER, "serial", "gopher://label")], DRIVERS, told)
    rack.start()
    truth = told.truth(DeviceState.ATTENTION, "config.wrong_value")
    assert truth.facts["key"] == "link"
    assert rack.stop() == ()


def test_a_wedge_is_unknown() -> None:
    told = Told()
    rack = Rack([Config(Slot.SCANNER, "wedge", "")], DRIVERS, told)
    rack.start()
    told.truth(DeviceState.UNKNOWN)
    assert rack.stop() == ()


def test_lanes_are_found_by_slot(tmp_path: Path) -> None:
    rack = Rack([Config(Slot.SCANNER, "serial", f"serial://{tmp_path}/none")], DRIVERS, Told())
    assert rack.lane(Slot.SCANNER) is not None
    assert rack.lane(Slot.SCALE) is None


# -- the end -------------------------------------------------------------------------------------


def test_stop_in_every_moment_of_a_lane(tmp_path: Path) -> None:
    """While connecting, greeting, polling, reading: always ended, port free again, nothing told after."""
    for moment in range(12):
        reader = ReaderSimulator(PtyPort(tmp_path / "reader", 115_200), read_s=0.3)
        reader.start()
        reader.place(load_people()["证件样本"])
        told = Told()
        rack = Rack([Config(Slot.ID_READER, "sam", reader.url, {"poll_ms": 20})], DRIVERS, told)
        rack.start()
        time.sleep(moment * 0.02)
        assert rack.stop() == ()
        told.nothing_more(0.02)
        link = make_link(reader.url)
        link.open()  # exclusive: nobody holds it any more
        link.close()
        assert told.nothing_more(0.02) == []
        reader.stop()


def test_stop_with_a_mute_device_and_with_none_at_all(tmp_path: Path) -> None:
    reader = ReaderSimulator(PtyPort(tmp_path / "reader", 115_200))
    reader.quirks.silent = True
    reader.start()
    told = Told()
    rack = Rack(
        [
            Config(Slot.ID_READER, "sam", reader.url),
            Config(Slot.SCANNER, "serial", "tcp://192.0.2.1:9100"),  # TEST-NET: nobody answers
        ],
        DRIVERS,
        told,
    )
    rack.start()
    until(lambda: len(reader.commands) > 0, "no question")
    assert rack.stop() == ()
    reader.stop()


def test_a_lane_that_cannot_be_ended_is_named_and_left() -> None:
    DeafLane.release.clear()
    told = Told()
    rack = Rack(
        [Config(SLOT, "ascii", "")], {(SLOT, "ascii"): lambda _config, report: DeafLane(report)}, told
    )
    rack.start()
    told.truth(DeviceState.READY)
    assert rack.stop() == (SLOT,)
    DeafLane.release.set()
    assert rack.stop() == ()


def test_one_slot_is_held_and_taken_up_while_another_goes_on(tmp_path: Path) -> None:
    """Held, its link is free for somebody else; taken up, it is the same lane."""
    told, path = Told(), tmp_path / "reader"
    reader = ReaderSimulator(PtyPort(path, 115_200), read_s=0.0)
    reader.start()
    rack = Rack([Config(Slot.ID_READER, "sam", reader.url), Config(Slot.SCANNER, "wedge", "")], DRIVERS, told)
    rack.start()
    try:
        told.truth(DeviceState.READY)
        lane = rack.lane(Slot.ID_READER)
        assert rack.hold(Slot.ID_READER)
        link = make_link(f"serial://{path}?baud=115200")
        link.open()
        link.close()
        names = {thread.name for thread in threading.enumerate()}
        assert "lane-scanner" in names
        assert "lane-id_reader" not in names
        rack.resume(Slot.ID_READER)
        rack.resume(Slot.ID_READER)
        assert rack.lane(Slot.ID_READER) is lane
        reader.place(next(iter(load_people().values())))
        until(lambda: [e for e in [told.next()] if isinstance(e, CardRead)] != [], "the card is read")
    finally:
        assert rack.stop() == ()
        reader.stop()
    rack.resume(Slot.ID_READER)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("lane-")]


def test_a_slot_gets_another_driver_and_a_wrong_one_changes_nothing() -> None:
    told = Told()
    rack, lane = rack_of(told)
    rack.start()
    told.truth(DeviceState.READY)
    with pytest.raises(ConfigError):
        rack.put(Config(SLOT, "unknown", ""))
    assert rack.lane(SLOT) is lane
    wedge = Config(Slot.SCANNER, "wedge", "")
    with pytest.raises(ConfigError):
        rack.put(wedge)  # this rack was given no driver for it
    assert rack.put(Config(SLOT, "ascii", "")) is not lane
    rack.resume(SLOT)
    told.truth(DeviceState.READY)
    rack.take_out(SLOT)
    assert rack.lane(SLOT) is None
    assert rack.truths() == ()
    assert rack.stop() == ()


def test_the_last_fault_is_kept_with_its_time() -> None:
    told = Told()
    rack, _ = rack_of(told, DeviceError(DeviceFault.SELF_TEST, sw="000060"))
    rack.start()
    told.truth(DeviceState.READY)
    record = rack.records()[SLOT]
    assert rack.stop() == ()
    assert record.truth.state is DeviceState.READY
    assert record.fault is not None
    assert record.fault.fault == DeviceFault.SELF_TEST
    assert record.fault_at <= record.since <= time.monotonic()


def test_a_lane_that_ends_late_is_served_again_and_nothing_moves_meanwhile() -> None:
    """Held in vain: no other lane is put in its place, and taken up it waits for the one before."""
    DeafLane.release.clear()
    told, lanes = Told(), list[DeafLane]()

    def driver(_config: DeviceConfig, report: LaneReport) -> Lane:
        lanes.append(DeafLane(report))
        return lanes[-1]

    rack = Rack([Config(SLOT, "ascii", "")], {(SLOT, "ascii"): driver}, told)
    rack.start()
    told.truth(DeviceState.READY)
    with pytest.raises(DeviceError) as caught:
        rack.put(Config(SLOT, "ascii", ""))
    assert caught.value.code is DeviceFault.BUSY
    assert rack.lane(SLOT) is lanes[0]
    told.truth(DeviceState.CONNECTING)  # nobody serves it, and nobody says that it is well
    DeafLane.release.set()
    told.truth(DeviceState.READY)
    assert rack.stop() == ()
