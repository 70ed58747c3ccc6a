"""Plug back in → the device is ready again, after it was away for a moment and for a while."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.around import clerk, demonstration
from bench.figures import Figure, at_most
from core.devices import DeviceState, Slot
from core.view import CounterView

_AWAY_SECONDS = (0.5, 3.0, 10.0)


def run() -> Iterator[Figure]:
    """The slowest of each device's returns, in seconds."""
    with demonstration() as around, clerk(around) as person:
        for slot in (Slot.ID_READER, Slot.SCANNER, Slot.LABEL_PRINTER, Slot.RECEIPT_PRINTER):

            def state(view: CounterView, slot: Slot = slot) -> DeviceState | None:
                return next((truth.state for truth in view.devices if truth.slot is slot), None)

            taken = []
            for away in _AWAY_SECONDS:
                person.counter.tell("unplug", slot=slot.value)
                person.counter.until("gone", lambda view: state(view) is not DeviceState.READY)
                time.sleep(away)
                person.counter.tell("replug", slot=slot.value)
                begin = time.perf_counter()
                person.counter.until("ready", lambda view: state(view) is DeviceState.READY)
                taken.append(time.perf_counter() - begin)
            note = ", ".join(f"{one:.2f}" for one in taken) + f" s after {_AWAY_SECONDS} s away"
            yield at_most(f"replug {slot.value}", max(taken), "s", 2, note)
