"""The frame with Ctrl+J: 交接班 beside the form."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.shift import LeaveShift, OpenShift, ShiftView
from core.view import CounterView
from ui.clerk.bagging import BaggingFrame
from ui.clerk.frame import Page, Side
from ui.clerk.shift import NAMES, shift_question


class ShiftingFrame(BaggingFrame):
    """The question follows what the station says; Esc leaves it, and nothing has happened."""

    _shift: ShiftView | None = None  # as it was shown last

    def side_acts(self) -> Mapping[str, Callable[[], None]]:
        """Ctrl+J beside the others."""
        return {**super().side_acts(), "shift": self.open_shift}

    def open_shift(self) -> None:
        """Ctrl+J: whoever stands here counts."""
        if self._asked_already():
            return
        if self._view is None or self.page is not Page.FORM:
            self.say("msg.key_elsewhere")
        else:
            self._submit(OpenShift())

    def _follow_look_up(self, view: CounterView) -> None:
        super()._follow_look_up(view)
        before, now = self._shift, view.shift
        self._shift = now
        asks = self.choices.asks if self.side is Side.CHOICES else ""
        if now is None:
            if asks in NAMES:
                super()._leave_side()
        elif now != before and self.page is Page.FORM and (not asks or asks in NAMES):
            self.ask(shift_question(now, self._texts))

    def clear(self) -> None:
        """Behind the lock nothing of it is known."""
        self._shift = None
        super().clear()

    def _leave_side(self) -> None:
        asks, stood = self.choices.asks if self.side is Side.CHOICES else "", self._shift
        super()._leave_side()
        if stood is not None and asks in NAMES:
            self._shift = None
            self._submit(LeaveShift())
