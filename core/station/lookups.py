"""Look-up by waybill or by the label's token: masked, and only while it stands on the screen."""

from __future__ import annotations

from core.ports import ItemRow
from core.station.live import Live


class LookUps:
    """F3.  ``found`` is None while no look-up stands."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self.found: list[ItemRow] | None = None

    @property
    def open(self) -> bool:
        """Whether a look-up stands."""
        return self.found is not None

    def find(self, text: str) -> None:
        """By waybill, token or item number; says so where nothing is found."""
        live = self._live
        live.need_session()
        journal = live.need_journal()
        wanted = text.strip()
        if not wanted:
            self.found = journal.items(limit=50)
            return
        row = journal.item_by_waybill(wanted.replace(" ", "").upper()) or journal.item_by_token(wanted)
        self.found = [row] if row else []
        if not row:
            live.say("msg.nothing_found", "warning")

    def close(self) -> None:
        """Forget the result."""
        self.found = None
