"""Cards that went while their slot was held or taken out: nobody was told as it happened."""

from __future__ import annotations

from collections.abc import Iterable

from core.devices import OperatorCardOut
from devices.rack import LaneReport


class LeavingCards:
    """What a lane of cards says of them once its run has ended; see :class:`devices.rack.Leaving`."""

    def __init__(self, report: LaneReport) -> None:
        self._report = report
        self._held_back: list[str] = []  # serial numbers

    def hold_back(self, serials: Iterable[str]) -> None:
        """From the lane's thread: told later."""
        self._held_back += serials

    def left(self) -> None:
        """Whoever waits for a card's PIN hears that nobody asks it."""
        held, self._held_back = self._held_back, []
        for serial in held:
            self._report.event(OperatorCardOut(self._report.slot, serial))
