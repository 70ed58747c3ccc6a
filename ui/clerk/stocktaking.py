"""The frame with F5 on the day close: while 盘点 stands at the side, a scan counts an item."""

from __future__ import annotations

from core.manifest import MakeManifest
from core.paper_pictures import KeepPicture, TakePicture
from core.shift import SignShift
from core.stocktaking import FinishStocktake, LeaveStocktake, OpenStocktake, StocktakeView
from core.view import CounterView
from ui.clerk.frame import Page, Side
from ui.clerk.shifting import ShiftingFrame
from ui.clerk.stocktake import NAMES, SCANS, stocktake_question

# What stands at the side goes when the station says so, and not before.
STAY = (SignShift, TakePicture, KeepPicture, FinishStocktake, MakeManifest)


class StocktakingFrame(ShiftingFrame):
    """The question follows what the station says; Esc leaves it, and what was scanned stays there."""

    _stocktake: StocktakeView | None = None  # as it was shown last

    def take_stock(self) -> None:
        """F5 on the page of the day close."""
        view = self._view
        if self._asked_already() or view is None or view.close is None:
            return
        if view.close.closed:
            self.say("msg.day_is_closed")
        else:
            self._submit(OpenStocktake())

    def _follow_look_up(self, view: CounterView) -> None:
        super()._follow_look_up(view)
        before, now = self._stocktake, view.stocktake
        self._stocktake = now
        self.close_page.keep_blind(blind=now is not None)
        asks = self.choices.asks if self.side is Side.CHOICES else ""
        if now is None:
            if asks in NAMES:
                super()._leave_side()
        elif now != before and self.page is Page.CLOSE and asks in ("", SCANS):
            self.ask(stocktake_question(now, self._texts))

    def clear(self) -> None:
        """Behind the lock nothing of it is known."""
        self._stocktake = None
        super().clear()

    def _leave_side(self) -> None:
        """One step back: from what is typed or asked to the scans, and from those out of it."""
        asks, stood = self.choices.asks if self.side is Side.CHOICES else "", self._stocktake
        super()._leave_side()
        if stood is None or asks not in NAMES:
            return
        if asks == SCANS:
            self._stocktake = None
            self._submit(LeaveStocktake())
        else:
            self.ask(stocktake_question(stood, self._texts))
