"""Where a waybill was met before: asked at the scan and again by F9, of the disk once between two items."""

from __future__ import annotations

from core.acceptance.visit import KnownWaybill
from core.station.live import Live


class Waybills:
    """Keeps the last answer until another item is accepted.  Called on the station's thread only."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._asked: tuple[str, int] | None = None
        self._known: KnownWaybill | None = None
        self.parked: dict[str, KnownWaybill] = {}  # what visits that wait have on them

    def known(self, waybill: str) -> KnownWaybill | None:
        """The newest item of that waybill, or whoever's unfinished work has it; None where it is free."""
        asked = (waybill, int(self._live.state.value["items"]))
        if asked != self._asked:
            row = self._live.need_journal().item_by_waybill(waybill)
            self._known = KnownWaybill(str(row.annex.get("number", "")), row.accepted_at) if row else None
            self._asked = asked
        return self._known or self.parked.get(waybill)

    def forget(self) -> None:
        """The customer goes: nothing of her items stays in memory."""
        self._asked, self._known = None, None
