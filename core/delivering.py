"""What a first run leaves behind, counted from what the technician's page shows."""

from __future__ import annotations

from core.config import DRIVERS
from core.devices import DeviceState
from core.ledger.handover import FAILED, OK, SKIPPED, HandedCheck, HandedDevice
from core.technician import SlotRow, Test, Verdict, WorkshopView

STANDS = (DeviceState.READY, DeviceState.BUSY, DeviceState.UNKNOWN)  # some can never be asked


def devices_of(shop: WorkshopView) -> tuple[HandedDevice, ...]:
    """Every place that a counter may have for a device, in the order of the configuration's drivers."""
    rows = {row.slot: row for row in shop.rows}
    return tuple(
        _device(rows[slot], shop.tests.get(slot))
        if slot in rows
        else HandedDevice(slot.value, SKIPPED, "no_device")
        for slot, known in DRIVERS.items()
        if known
    )


def _device(row: SlotRow, test: Test | None) -> HandedDevice:
    outcome, why = _came_to(row, test)
    link = "file:" if row.link.startswith("file:") else row.link  # a path may name a person's login
    return HandedDevice(row.slot.value, outcome, why, row.driver, link)


def _came_to(row: SlotRow, test: Test | None) -> tuple[str, str]:
    """A test counts that ran to its end; what is wrong now counts more than that it was tested before."""
    done = test is not None and test.done
    if row.truth.state is DeviceState.DISABLED:
        return SKIPPED, "switched_off"
    if row.truth.state not in STANDS:
        return FAILED, row.truth.fault or "not_ready"
    if test is not None and done and not test.sound:
        return FAILED, next((check.fault for check in test.checks if check.fault), "test_failed")
    return OK, "tested" if done else "untested"


def outcome_of(row: SlotRow, test: Test | None) -> str:
    """OK, FAILED or SKIPPED, as it would be handed over now."""
    return _came_to(row, test)[0]


def checks_of(shop: WorkshopView) -> tuple[HandedCheck, ...]:
    """The doctor's lines; of their facts the numbers, for anything else may name a person's folder."""
    return tuple(
        HandedCheck(
            each.name,
            "not_opened" if each.state is Verdict.SKIPPED else each.state.value,
            each.code,
            str(each.facts.get("slot", "")),
            {name: fact for name, fact in each.facts.items() if type(fact) is int and fact >= 0},
        )
        for each in shop.findings
    )
