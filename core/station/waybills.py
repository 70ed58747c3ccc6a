"""Where a waybill was met before: asked at the scan and again by F9, of the disk once between two items.

And the next number of this counter's pools, which nothing has met yet.
"""

from __future__ import annotations

from core.acceptance.visit import KnownWaybill
from core.errors import RuleError, RuleFault
from core.ledger.writer import Proposal
from core.station import late
from core.station.days import day_proposals
from core.station.live import Live
from core.station.pools import MET, Drawn, Pools, skipped


class Waybills:
    """Keeps the last answer until another item is accepted.  Called on the station's thread only."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self.pools = Pools(live)
        self._asked: tuple[str, int] | None = None
        self._known: KnownWaybill | None = None
        self.parked: dict[str, KnownWaybill] = {}  # what visits that wait have on them

    def known(self, waybill: str) -> KnownWaybill | None:
        """The newest item of that waybill, or whoever's unfinished work has it; None where it is free."""
        asked = (waybill, int(self._live.state.value["items"]))
        if asked != self._asked:
            row = self._live.need_journal().item_by_waybill(waybill)
            row = row or next(iter(late.find(self._live, "waybill", waybill)), None)
            self._known = KnownWaybill(row.number, row.accepted_at) if row else None
            self._asked = asked
        return self._known or self.parked.get(waybill) or self.pools.gone(waybill)

    def draw(self) -> tuple[Drawn, list[Proposal]]:
        """The next number to give out, and the entries that pass over those ahead of it that were met before.

        What stands in a visit that waits is left to that visit.  Raises RuleError POOL_EMPTY.
        """
        passed: list[Proposal] = []
        for drawn in self.pools.free_numbers():
            if drawn.waybill in self.parked:
                continue
            if self._live.need_journal().item_by_waybill(drawn.waybill) is None:
                return drawn, passed
            passed.append(skipped(drawn.pool, drawn.ordinal, drawn.ordinal, MET))
        if passed:  # there is no item whose entry they could go with
            self._live.commit([*day_proposals(self._live), *passed])
        raise RuleError(RuleFault.POOL_EMPTY)

    def forget(self) -> None:
        """The customer goes: nothing of her items stays in memory."""
        self._asked, self._known = None, None
