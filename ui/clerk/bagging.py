"""The frame with Ctrl+B: while 封发 stands at the side, a scan goes into the bag; Esc leaves it as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.dispatch import DispatchView, LeaveDispatch, OpenDispatch
from core.view import CounterView
from ui.clerk.closing import ClosingFrame
from ui.clerk.dispatch import NAMES, NONE, OPEN, dispatch_question, renews
from ui.clerk.frame import Page, Side


class BaggingFrame(ClosingFrame):
    """What is asked about bags follows what the station says of them."""

    _bags: DispatchView | None = None  # as it was shown last

    def side_acts(self) -> Mapping[str, Callable[[], None]]:
        """Ctrl+B beside the others."""
        return {**super().side_acts(), "dispatch": self.open_dispatch}

    def open_dispatch(self) -> None:
        """Ctrl+B: from now on scans go into a bag."""
        if self._asked_already():
            return
        if self._view is None or self.page is not Page.FORM:
            self.say("msg.key_elsewhere")
        else:
            self._submit(OpenDispatch())

    def _follow_look_up(self, view: CounterView) -> None:
        super()._follow_look_up(view)
        before, now = self._bags, view.dispatch
        self._bags = now
        asks = self.choices.asks if self.side is Side.CHOICES else ""
        if now is None:
            if asks in NAMES:
                super()._leave_side()
            return
        stands = not asks or (asks in NAMES and renews(asks, before, now))
        if self.page is Page.FORM and now is not before and stands:
            self.ask(dispatch_question(now, self._texts))

    def clear(self) -> None:
        """Behind the lock nothing of a bag is known."""
        self._bags = None
        super().clear()

    def _leave_side(self) -> None:
        """One step back; from what stands first, out of it: a bag that is open stays open."""
        asks, bags = self.choices.asks if self.side is Side.CHOICES else "", self._bags
        super()._leave_side()
        if bags is None or asks not in NAMES:
            return
        if asks in (NONE, OPEN):
            self._bags = None
            self._submit(LeaveDispatch())
        else:
            self.ask(dispatch_question(bags, self._texts))
