"""The rows and the traffic of the technician's page, from what the lanes have noted."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace

from core.config import DeviceConfig
from core.devices import DeviceState, DeviceTruth, Slot
from core.technician import SlotRow, TrafficLine
from devices.printer.queue import PrinterLane
from devices.rack import LaneRecord, Rack
from devices.traffic import Direction, TrafficLog

_SHOWN = 60  # lines of traffic


def now() -> tuple[dt.datetime, float]:
    """The moment: aware UTC, and of the clock that only runs on."""
    return dt.datetime.now(dt.UTC), time.monotonic()


def row_of(
    device: DeviceConfig, record: LaneRecord | None, log: TrafficLog | None, at: tuple[dt.datetime, float]
) -> SlotRow:
    """One slot as it is at ``at``."""
    truth = record.truth if record is not None else DeviceTruth(device.slot, DeviceState.DISABLED)
    row = SlotRow(
        device.slot, device.driver, device.link, truth, str(device.options.get("name", "")), device.options,
        messages=log.total if log is not None else 0,
    )  # fmt: skip
    if record is None:
        return row
    fault_at = _then(record.fault_at, at) if record.fault is not None else None
    return replace(row, since=_then(record.since, at), fault=record.fault, fault_at=fault_at)


def _then(monotonic: float, at: tuple[dt.datetime, float]) -> dt.datetime:
    return at[0] - dt.timedelta(seconds=at[1] - monotonic)


def traffic_of(rack: Rack, slot: Slot) -> TrafficLog | None:
    """What a lane has noted of its link; None where it has none."""
    lane = rack.lane(slot)
    log = lane.traffic if isinstance(lane, PrinterLane) else getattr(lane, "traffic", None)
    return log if isinstance(log, TrafficLog) else None


def lines_of(log: TrafficLog) -> tuple[TrafficLine, ...]:
    """The newest messages as the page shows them."""
    at = now()
    return tuple(
        TrafficLine(
            _then(each.monotonic_ns / 1e9, at), each.direction is Direction.OUT, each.name, each.shown,
            each.hidden,
        )
        for each in log.entries()[-_SHOWN:]
    )  # fmt: skip
