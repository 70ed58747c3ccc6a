"""Carries out the bench window's orders, one after the other, off the main thread, and says how all is.

Orders about devices go to their simulators; ``network`` and ``clock`` to the demonstration's own line and
clock, where there are any; ``sender_code`` to the app on a sender's phone, whose code the scanner then reads.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from devices.simulators.control import ControlClient
from program.bench_clock import BenchClock
from program.relay import Line, Relay
from program.sender_app import SenderApp

_log = logging.getLogger(__name__)
_LOOK_S = 0.5
_STOP_S = 6.0

Told = Callable[[Mapping[str, object]], None]


@dataclass(frozen=True, slots=True)
class Around:
    """What of the demonstration can be moved besides its devices; None: not here."""

    relay: Relay | None = None
    clock: BenchClock | None = None
    app: SenderApp | None = None


class BenchOrders:
    """``give`` returns at once; a device that does not answer holds up nothing else."""

    def __init__(
        self, control: ControlClient, told: Told | None = None, around: Around | None = None
    ) -> None:
        """``told`` gets, on a thread of its own, ``{"failed": order, "error": …}`` and ``{"state": …}``.

        Without it nobody is asked how it is.
        """
        self._control = control
        self._told = told
        self._around = around or Around()
        self._queue: queue.SimpleQueue[tuple[str, dict[str, object]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="bench-orders", daemon=True)
        self._last: Mapping[str, object] = {}
        self._thread.start()

    def give(self, do: str, facts: dict[str, object]) -> None:
        """From any thread."""
        self._queue.put((do, facts))

    def stop(self) -> None:
        """What is queued before is still done."""
        self._queue.put(None)
        self._thread.join(_STOP_S)

    def _run(self) -> None:
        due = time.monotonic()
        while True:
            try:
                wait = max(0.0, due - time.monotonic()) if self._told is not None else None
                order = self._queue.get(timeout=wait)
            except queue.Empty:
                self._look()
                due = time.monotonic() + _LOOK_S
                continue
            if order is None:
                return
            error = self._do(*order)
            if error:
                _log.info("the order %s failed", order[0])
                if self._told is not None:
                    self._told({"failed": order[0], "error": error})
            due = time.monotonic()  # what it changed is seen at once

    def _do(self, do: str, facts: dict[str, object]) -> str:
        """What went wrong, "" where nothing did."""
        if do == "network":
            return self._network(str(facts.get("line")))
        if do == "clock":
            return self._clock(facts)
        if do == "sender_code":
            if self._around.app is None:
                return "no such app"
            do, facts = "scan", {"code": self._around.app.code(str(facts.get("kind")))}
        try:
            reply = self._control.tell(do, **facts)
        except (OSError, ValueError):
            return "no answer"
        return "" if reply.get("ok") else str(reply.get("error", "refused"))

    def _network(self, line: str) -> str:
        if self._around.relay is None or line not in list(Line):
            return "no such line"
        self._around.relay.set(Line(line))
        return ""

    def _clock(self, facts: Mapping[str, object]) -> str:
        clock, act, value = self._around.clock, facts.get("act"), facts.get("value", 0)
        if clock is None or not isinstance(value, int):
            return "no such clock"
        if act == "jump":
            clock.jump(value)
        elif act == "run":
            clock.run(value)
        elif act == "dead":
            clock.kill_battery()
        elif act == "right":
            clock.right()
        else:
            return "no such act"
        return ""

    def _look(self) -> None:
        """How everything truly is; told where it is not as before."""
        try:
            state: dict[str, object] = dict(self._control.tell("state"))
        except (OSError, ValueError):
            state = {"ok": False}
        relay, clock = self._around.relay, self._around.clock
        state["network"] = relay.line.value if relay is not None else ""
        state["clock"] = clock.state() if clock is not None else {}
        if state != self._last and self._told is not None:
            self._last = state
            self._told({"state": state})
