"""The first run's list of devices says one thing of each: the same that its hand-over would say."""

from __future__ import annotations

import itertools

import pytest

from core import delivering, technician
from core.devices import DeviceState, DeviceTruth, Slot
from core.errors import DeviceFault
from core.ledger.handover import FAILED, OK, SKIPPED
from ui.assistant.steps import devices_of
from ui.technician.findings import Said
from ui.text import Texts

_BAD = (
    technician.Tested("opens", ok=True),
    technician.Tested("ready", ok=False, fault=DeviceFault.NO_ANSWER),
)
TESTS = {
    "": None,
    "sound": technician.Test(Slot.SCALE, (technician.Tested("opens", ok=True),), done=True),
    "bad": technician.Test(Slot.SCALE, _BAD, done=True),
    "mute": technician.Test(Slot.SCALE, (technician.Tested("ends", ok=False),), done=True),
    "broken_off": technician.Test(Slot.SCALE, _BAD, broken_off=True),
}
_FAULTS = {
    DeviceState.ATTENTION: DeviceFault.SCALE_OVER,
    DeviceState.GONE: DeviceFault.GONE,
}  # fmt: skip


def _shop(state: DeviceState, test: str) -> technician.WorkshopView:
    truth = DeviceTruth(Slot.SCALE, state, _FAULTS.get(state, ""))
    row = technician.SlotRow(Slot.SCALE, "nci", "usb://067b:2303", truth)
    found = TESTS[test]
    return technician.WorkshopView((row,), tests={Slot.SCALE: found} if found is not None else {})


def _line(shop: technician.WorkshopView, texts: Texts) -> Said:
    (line,) = [each for each in devices_of(texts, shop) if texts("slot.scale") in each.what]
    return line


@pytest.mark.parametrize(
    ("state", "test", "said", "todo"),
    [
        (DeviceState.READY, "bad", "assistant.tested_bad", "device.no_answer"),
        (DeviceState.READY, "mute", "assistant.tested_bad", "assistant.test_again"),
        (DeviceState.READY, "sound", "device_state.ready", "assistant.tested"),
        (DeviceState.READY, "broken_off", "device_state.ready", "assistant.untested"),
        (DeviceState.BUSY, "", "device_state.busy", "assistant.untested"),
        (DeviceState.ATTENTION, "sound", "device.scale_over", "device.scale_over"),
        (DeviceState.GONE, "bad", "device.gone", "device.gone"),
        (DeviceState.DISABLED, "bad", "device_state.disabled", "assistant.off_do"),
    ],
)
def test_what_it_says(state: DeviceState, test: str, said: str, todo: str) -> None:
    """Neither a green sign over a fault that its test found, nor an old test over what is wrong now."""
    texts = Texts("zh")
    line = _line(_shop(state, test), texts)
    assert line.what.endswith(texts.what(said))
    if todo == said:
        assert line.todo == texts.todo(todo)
    else:
        assert line.todo == (texts.sentence(todo) if todo.startswith("device.") else texts(todo))


def test_the_sign_is_that_of_the_hand_over() -> None:
    """Over every state and test; a green sign stands for what would be handed over as well."""
    for state, test in itertools.product(DeviceState, TESTS):
        shop = _shop(state, test)
        (handed,) = [each for each in delivering.devices_of(shop) if each.slot == "scale"]
        line = _line(shop, Texts("en"))
        assert (line.tone == "good") <= (handed.outcome == OK), (state, test)
        assert (handed.outcome == FAILED) <= (line.tone in ("bad", "warn", "quiet")), (state, test)
        assert (handed.outcome == SKIPPED) == (state is DeviceState.DISABLED), (state, test)
        assert line.todo, (state, test)
