"""Gives the bench window's orders to the simulated devices, one after the other, off the main thread."""

from __future__ import annotations

import logging
import queue
import threading

from devices.simulators.control import ControlClient

_log = logging.getLogger(__name__)


class BenchOrders:
    """``give`` returns at once; a device that does not answer holds up nothing else."""

    def __init__(self, control: ControlClient) -> None:
        self._control = control
        self._queue: queue.SimpleQueue[tuple[str, dict[str, object]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="bench-orders", daemon=True)
        self._thread.start()

    def give(self, do: str, facts: dict[str, object]) -> None:
        """From any thread."""
        self._queue.put((do, facts))

    def stop(self) -> None:
        """What is queued before is still done."""
        self._queue.put(None)
        self._thread.join(6.0)

    def _run(self) -> None:
        while (order := self._queue.get()) is not None:
            try:
                reply = self._control.tell(order[0], **order[1])
            except OSError as error:
                _log.info("the simulated devices do not answer: %s", type(error).__name__)
                continue
            if not reply.get("ok"):
                _log.info("the simulated devices refused %s", order[0])
