"""The frame with the page of the day close: Alt+D opens it, Esc leaves it; neither closes anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from core.closing import CloseView, DifferenceView, LeaveClose, OpenClose
from core.commands import LookUp, Reprint
from core.view import CounterView, ItemView
from ui.clerk.asking import AskingFrame
from ui.clerk.choices import Question
from ui.clerk.frame import Page, Side
from ui.clerk.questions import close_question
from ui.fields import Entry
from ui.supervisor.questions import dispute_question, explain_question, numbers_question, right_question
from ui.supervisor.slips import export_question, pack_question, print_question


class ClosingFrame(AskingFrame):
    """The keys of that page; what they ask stands at the side, as everywhere."""

    def entries(self) -> Iterator[Entry]:
        """The page has no fields."""
        return iter(()) if self.page is Page.CLOSE else super().entries()

    def focus_first_empty(self) -> None:
        """The page takes digits and arrow keys by itself."""
        if self.page is Page.CLOSE:
            self.close_page.setFocus()
        else:
            super().focus_first_empty()

    def _hint(self) -> None:
        """What the form's keys do is no hint here."""
        if self.page is Page.CLOSE:
            self.message.hint("")
        else:
            super()._hint()

    def either(self, usual: Callable[[], None], closing: Callable[[], None]) -> Callable[[], None]:
        """What a key does: ``closing`` while that page stands."""
        return lambda: closing() if self.page is Page.CLOSE else usual()

    def open_close(self) -> None:
        """Alt+D, and F4 on the page: count the day anew."""
        if self.page not in (Page.FORM, Page.CLOSE) or self.side is Side.CHOICES:
            self.say("msg.panel_open")
        else:
            self._submit(OpenClose())

    def leave_close(self) -> None:
        """Esc: the day stays as it is."""
        self._submit(LeaveClose())

    def sign_close(self) -> None:
        """F9 on the page: it asks once more.  Refused where the day could not be counted whole (T7)."""
        view = self._view
        if view is None or view.close is None or self.side is Side.CHOICES:
            self.say("msg.panel_open")
        elif view.close.fault:
            self.say(view.close.fault, level="error", **_plain(view))
        elif view.close.closed:
            self.say("msg.day_is_closed")
        else:
            self.ask(
                close_question(view, self.choices.language),
                date=view.close.day,
                count=view.close.total.accepted,
            )

    def reprint_chosen(self) -> None:
        """F10 on the page: the item that is chosen there."""
        row = self.close_page.chosen
        if row is None or row.item < 0:
            self.say("msg.no_difference")
        else:
            self._submit(Reprint(row.item))

    def print_slip(self) -> None:
        """F6 on the page: the slip of a day that is closed."""
        view = self._view
        if self._asked_already() or view is None or view.close is None:
            return
        asked = print_question(view.close)
        if asked is None:
            self.say("msg.no_slip")
        elif isinstance(asked, Question):
            self.ask(asked)
        else:
            self._submit(asked)

    def export_slip(self) -> None:
        """F7 on the page: the same as a file."""
        view = self._view
        if self._asked_already() or view is None or view.close is None:
            return
        asked = export_question(view.close, self.choices.language)
        if asked is None:
            self.say("msg.no_slip")
        else:
            self.ask(asked)

    def make_pack(self) -> None:
        """F8 on the page: what an inspector asks for."""
        view = self._view
        if not self._asked_already() and view is not None and view.close is not None:
            self.ask(pack_question(view.close, self.choices.language))

    def act_on_difference(self, act: str) -> None:
        """A digit on the page."""
        view, row = self._view, self.close_page.chosen
        if view is None or view.close is None or row is None:
            self.say("msg.no_difference")
            return
        language = self.choices.language
        if row.state == "unused":
            self._act_on_numbers(view.close, row, act)
        elif act == "see":
            self._submit(LookUp(row.waybill or row.number))
        elif view.close.closed or row.state in ("explained", "disputed") or "unsigned" in row.kinds:
            self.say("rule.difference_gone")
        elif act == "put_right":
            self.ask(right_question(row, _item(view, row.item), view.second, language))
        elif act == "dispute":
            self.ask(dispute_question(view.close, row, language))
        else:
            asked = explain_question(view.close, row, language)
            if isinstance(asked, Question):
                self.ask(asked)
            else:
                self._submit(asked)

    def _act_on_numbers(self, close: CloseView, row: DifferenceView, act: str) -> None:
        """Numbers that were passed over are given up with a cause, or stay free."""
        if close.closed:
            self.say("rule.difference_gone")
        elif act in ("explain", "put_right"):
            self.ask(numbers_question(row))
        else:
            self.say("msg.numbers_unused")

    def _follow_look_up(self, view: CounterView) -> None:
        """After every other page it comes back by itself, as long as the station has it."""
        super()._follow_look_up(view)
        stands = view.close is not None
        self.bar.follow_close(view.close)
        if stands and self.page is Page.FORM:
            self._remember_focus()
            self.page = Page.CLOSE
            self._show_close(view)
            if self.side is not Side.CHOICES:
                self.close_page.setFocus()
                self.follow_help()
        elif not stands and self.page is Page.CLOSE:
            self.page = Page.FORM
            self._focus_home()
        self._show_close(view)

    def _show_close(self, view: CounterView) -> None:
        self.close_page.show_view(view.close)
        if view.close is not None:
            self.close_page.branch.show_branch(self._texts, view.sync, view.terminal, view.close.day)


def _plain(view: CounterView) -> dict[str, str | int]:
    facts = view.close.facts if view.close is not None else {}
    return {name: fact for name, fact in facts.items() if isinstance(fact, str | int)}


def _item(view: CounterView, seq: int) -> ItemView | None:
    listed = (*view.pending, *view.unscanned, *((view.last,) if view.last is not None else ()))
    return next((item for item in listed if item.seq == seq), None)
