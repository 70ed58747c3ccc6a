"""The frame that follows the station: which page and card stand after a view, and where the focus goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QWidget

from core.commands import Command
from core.view import CounterView, Message, VisitView
from ui.bridge import Station
from ui.buttons import KeyButton
from ui.clerk.choices import Question
from ui.clerk.consents import item_question
from ui.clerk.correct import confirm_question
from ui.clerk.frame import Around, ClerkFrame, Page, Side
from ui.clerk.paper_forms import TYPED
from ui.clerk.second import decided, sign_question
from ui.clerk.walk import round_from, something
from ui.fields import Entry
from ui.keys import Keyboard
from ui.paper_form import draw_forms
from ui.report_form import Sheet, exception_sheet, incident_sheet, write_sheet
from ui.text import Texts

TYPING_SECONDS = 1.5  # the focus stays where somebody typed so recently

# Questions that end with something typed: what changes in the view once it was taken.
_ENTERED: Mapping[str, Callable[[CounterView], object]] = {
    "incident_persons": lambda view: [each.assessed for each in view.incidents.open],
    "complaint_amount": lambda view: [each.complaint for each in view.complaints.answered],
}


class FollowingFrame(ClerkFrame):
    """Views in, panels and focus out; what keys do is in :class:`ui.clerk.screen.ClerkScreen`."""

    def __init__(
        self, station: Station, keyboard: Keyboard, texts: Texts, parent: QWidget | None = None
    ) -> None:
        super().__init__(keyboard, texts, parent)
        self._station = station
        self._keyboard = keyboard
        self._view: CounterView | None = None
        self._reading = False
        self._refocus = True
        self._texts = texts
        self._opened = False  # the manual lane, and nobody is in it yet
        self._who_asked = False  # who sends, and nobody is in it yet
        self._home: QWidget | None = None  # where the focus was before a panel took it
        self.forms_folder: Callable[[], Path] = Path.home  # where blank paper forms are written
        self._around_parts = tuple(partial(self._show_part, part) for part in Around)

    @property
    def _visit(self) -> VisitView | None:
        return self._view.visit if self._view else None

    @property
    def language(self) -> str:
        """The language of the screen."""
        return self._texts.language

    def _submit(self, command: Command) -> None:
        self._put_news_away()
        self._station.submit(command)

    def say(self, code: str, *, level: str = "warning", **facts: str | int) -> None:
        """A line of the screen's own, for some seconds."""
        if level != "info":
            self._put_news_away()  # a key wanted something that the panel may hide
        self.message.say(Message(code, facts, level))

    # -- views -----------------------------------------------------------------------------------

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts
        self.translate(texts)
        self._hint()
        if self._view is not None:
            self.paint_view(self._view)
        else:
            self.empty()

    def show_view(self, view: CounterView, *, around: bool = True) -> None:
        """Show a view of the clerk's screen; without ``around`` only its middle, and the caller goes on."""
        before, self._view = self._view, view
        self.help.show_day(view.day)
        self.help.show_notice(view.visit.notice if view.visit is not None else {}, _told_on(view.visit))
        self._follow_look_up(view)
        self._follow_manual(view)
        self._follow_paste(view)
        self._follow_news(before, view)
        if before is not None and before.operator == view.operator:
            self._follow_second(before, view)
        if before is None or around or self._middle_changed(before, view):
            self.paint_middle(view)
        else:
            self.message.show_view(view.message)
        if around:
            self.paint_around(view)
        self._follow_reading(view)  # after the message of a read that failed: both are said, one by one
        self._write_report(before, view)
        self._draw_forms(before, view)  # after the message that they were handed out
        self._follow_focus(before, view)
        self._follow_consents(before, view)

    @property
    def around(self) -> Sequence[Callable[[], None]]:
        """What stands around the middle of the newest view, to be shown part by part; nothing where nobody
        is logged in any more."""
        return self._around_parts

    def _show_part(self, part: Around) -> None:
        if self._view is not None:
            self.paint_part(part, self._view)

    def clear(self) -> None:
        """Nobody is logged in, or the screen is locked."""
        if self._view is not None:
            self._view = None
            self._reading = False
            self._refocus = True
            self._who_asked = False
            self._home = None
            self._keyboard.end_reading()
            self.empty()

    def _middle_changed(self, before: CounterView, view: CounterView) -> bool:
        """Most views are about a printer, a device or headquarters: the form says the same as before then.

        Not so while an edit waits for its answer: a field counts the views that do not give it.
        """
        stood, stands = (
            (each.visit, each.found, each.found_by, each.noted, each.looks, each.pending, each.unscanned,
             each.case, each.cases, each.disclosing, each.complaints, each.exceptions)
            for each in (before, view)
        )  # fmt: skip
        return stood != stands or any(field.waits for row in self.rows for field in row.every)

    def _follow_reading(self, view: CounterView) -> None:
        reading = view.visit is not None and view.visit.reading
        if reading and not self._reading:
            self._keyboard.begin_reading()
        elif self._reading and not reading:
            dropped = self._keyboard.end_reading()
            if dropped:
                self.say("msg.typeahead_dropped", count=dropped)
        self._reading = reading

    def _follow_look_up(self, view: CounterView) -> None:
        if view.found is not None and self.page is not Page.LOOK_UP:
            self._remember_focus()
            self.side = Side.USUAL
            self.page = Page.LOOK_UP
            self.look_up.open(pending_only=self.look_up.pending_only)
            self.follow_help()
        elif view.found is None and self.page is Page.LOOK_UP:
            self.page = Page.FORM
            self.look_up.entry.clear()
            self._focus_home()

    def _follow_manual(self, view: CounterView) -> None:
        """The lane stands while the station has one; the look-up may stand before it."""
        typing = view.visit is not None and view.visit.manual is not None
        if typing and self.page is Page.FORM:
            self.page = Page.MANUAL
            self._opened = True
        elif not typing and self.page is Page.MANUAL:
            self.page = Page.FORM
            self._refocus = True

    def _follow_paste(self, view: CounterView) -> None:
        """The panel stands while the station has one, before the form."""
        pasting = view.visit is not None and view.visit.paste is not None
        if pasting and self.page is Page.FORM:
            self._remember_focus()
            self.page = Page.PASTE
            if self.side is not Side.CHOICES:
                self.paste.box.setFocus()
                self.follow_help()
        elif not pasting and self.page is Page.PASTE:
            self.page = Page.FORM
            if not self._refocus and self.side is not Side.CHOICES:
                self._focus_home()

    def _follow_focus(self, before: CounterView | None, view: CounterView) -> None:
        """After a card, a scan or a new customer: to the first empty field, unless somebody is typing."""
        if self._opened and self.side is not Side.CHOICES:
            self._opened = False
            self.focus_first_empty()
            self.follow_help()
        old, new = (each.visit if each else None for each in (before, view))
        changed = (old.revision if old else -1) != (new.revision if new else -1)
        if (not changed and before is not None) or self.covered:
            return
        if self._who_asked and self.who.wanted(new):
            self._enter_who()
            return
        focused = self.focusWidget()
        idle = not isinstance(focused, Entry) or bool(focused.text())
        if self._refocus or (idle and self._keyboard.idle_seconds() > TYPING_SECONDS):
            self._refocus = False
            self.focus_first_empty()

    def focus_first_empty(self) -> None:
        """The first field that is still empty; the first of all where none is."""
        if self.page is Page.PASTE:
            self.paste.box.setFocus()
            return
        entries = list(self.entries())
        empty = (entry for entry in entries if not entry.text() and self._asked_for(entry))
        next(empty, entries[0]).setFocus()

    # -- who sends -------------------------------------------------------------------------------

    def _enter_who(self) -> None:
        """The card of who sends is opened, with the focus in it."""
        self._who_asked = self._refocus = False
        self.who.opened = True
        self.paint_upper(self._visit)
        self.who.first().setFocus()

    def _leave_who(self) -> None:
        """The focus went elsewhere: the card stands only while something is lacking."""
        if self.who.opened and not self.who.at_it and not self._who_asked:
            self.who.opened = False
        if self.side is not Side.CHOICES:
            self.paint_upper(self._visit)

    # -- panels and focus ------------------------------------------------------------------------

    def ask(self, question: Question, **facts: str | int) -> None:
        """A question at the side, with numbered answers."""
        self._remember_focus()
        self.side = Side.CHOICES
        self.choices.ask(question, **facts)
        self._stand()  # a picture takes the form's place
        self._paint_bar()
        self._hint()

    def toggle_help(self) -> None:
        """F1."""
        if self.side in (Side.USUAL, Side.NEWS):
            self.side = Side.HELP
            self.follow_help()
        elif self.side is Side.HELP:
            self.side = Side.USUAL

    def _follow_consents(self, before: CounterView | None, view: CounterView) -> None:
        """What was asked about an earlier item is told: the question stands, and anew after each answer."""
        told = view.consents
        if told is not None and self.page is Page.LOOK_UP and (before is None or before.consents is not told):
            self.ask(item_question(told, self.language))

    def _follow_second(self, before: CounterView, view: CounterView) -> None:
        """What was asked for just now is put before the second person at once: she may stand beside."""
        if self.side is Side.CHOICES and decided(view.second, self.choices.signs):
            self._leave_side()  # not before: what she types after a wrong password belongs into that panel
        self._follow_paper(before, view)
        typed, stood = view.second.correction, before.second.correction
        if typed is not None and (stood is None or stood.serial != typed.serial):
            self.ask(confirm_question(typed, view.second, self.choices.language))
        known = {each.request for each in before.second.requests}
        fresh = [each for each in view.second.requests if each.request not in known and each.mine]
        if fresh and fresh[0].state == "waits" and self.side is not Side.CHOICES:
            self.ask(sign_question(fresh[0], self.choices.language, view.second.fields))

    def _follow_paper(self, before: CounterView, view: CounterView) -> None:
        """What was typed about a form was taken: its question goes."""
        stands, stood = view.paper, before.paper
        asked = {each.request for each in view.second.requests} - {
            each.request for each in before.second.requests
        }
        typing = self.side is Side.CHOICES and self.choices.asks in TYPED
        if typing and (stands.standing != stood.standing or asked):
            self._leave_side()
        if self.side is Side.CHOICES and self.choices.asks in _ENTERED:
            entered = _ENTERED[self.choices.asks]
            if entered(before) != entered(view):
                self._leave_side()

    def _draw_forms(self, before: CounterView | None, view: CounterView) -> None:
        """Forms were handed out, or are wanted once more: a file to print."""
        serial, numbers = view.paper.drawn
        if before is None or serial == before.paper.drawn[0]:
            return
        try:
            path = draw_forms(self.forms_folder(), view.terminal, view.branch, numbers)
        except OSError:
            self.say("msg.paper_not_drawn", level="error")
        else:
            self.say("msg.paper_drawn", level="good", file=str(path))

    def _write_report(self, before: CounterView | None, view: CounterView) -> None:
        """A report was asked for as a file."""
        if before is None:
            return
        texts, found, met = Texts("zh"), view.exceptions.report, view.incidents.report
        if found[1] is not None and found[0] != before.exceptions.report[0]:
            self._write(f"exception-{found[1].reference}", exception_sheet(found[1], texts))
        if met[1] is not None and met[0] != before.incidents.report[0]:
            self._write(f"incident-{met[1].reference}", incident_sheet(met[1], texts))

    def _write(self, name: str, sheet: Sheet) -> None:
        try:
            path = write_sheet(self.forms_folder(), name.replace(" ", "-"), sheet)
        except OSError:
            self.say("msg.report_not_written", level="error")
        else:
            self.say("msg.report_written", level="good", file=str(path))

    def toggle_news(self) -> None:
        """Everything that came up to this version; from the help or the form, and back to the form."""
        if self.side is Side.NEWS:
            self.side = Side.USUAL
        elif self.side is not Side.CHOICES:
            self.news.open()
            self.side = Side.NEWS

    def tell_news(self, after: str) -> bool:
        """What came after that version, unless a customer is being served: then False, and nothing shows."""
        visit = self._visit
        if self.page is not Page.FORM or self.side is not Side.USUAL or (visit is not None and _busy(visit)):
            return False
        self.news.open(after=after)
        self.side = Side.NEWS
        return True

    def _follow_news(self, before: CounterView | None, view: CounterView) -> None:
        """A card or a scan goes on as if nothing stood there: the panel makes way by itself."""
        old, new = (each.visit if each else None for each in (before, view))
        if self.side is Side.NEWS and new is not None and _busy(new):
            same = old is not None and (old.revision, old.reading) == (new.revision, new.reading)
            if not same:
                self._put_news_away()

    def _put_news_away(self) -> None:
        """Whatever anybody does is more important."""
        if self.side is Side.NEWS:
            self.side = Side.USUAL

    def follow_help(self) -> None:
        """Help and hint are about what has the focus."""
        focused = self.focusWidget()
        name = focused.objectName() if focused is not None else ""
        self.help.show_topic(name)
        self.show_focus()
        self._hint()
        self._leave_who()

    def _hint(self) -> None:
        self.message.hint("" if self.side is Side.CHOICES else self.help.line)

    def _leave_side(self) -> None:
        asked = self.side is Side.CHOICES
        self.choices.leave()
        self.side = Side.USUAL
        if asked:
            self._focus_home()
        self._paint_bar()

    def _paint_bar(self) -> None:
        self.bar.show_view(self._visit, covered=self.covered, files=self.files)

    def _remember_focus(self) -> None:
        focused = self.focusWidget()
        if focused is not None and focused is not self.choices and not self.choices.isAncestorOf(focused):
            self._home = focused

    def _focus_home(self) -> None:
        home, self._home = self._home, None
        if home is not None and home.isVisibleTo(self):
            home.setFocus()
        else:
            self.focus_first_empty()

    def _next_field(self) -> None:
        """Enter: the next field that still wants something; what a card or a scan filled is passed over."""
        entries = list(self.entries())
        focused = self.focusWidget()
        if isinstance(focused, KeyButton):
            self.focusNextChild()
            return
        if self.page is Page.MANUAL and self.manual.line_ended():
            return
        for entry in filter(self._wants, round_from(entries, focused)):
            entry.setFocus()
            return
        if self.page is Page.MANUAL:
            self.manual.finish.setFocus()

    def _asked_for(self, entry: Entry) -> bool:
        """The fee comes from the tariff a moment after the weight: asked for only where it is missing."""
        if entry is not self.item_card.fee.entry:
            return True
        return self._visit is not None and bool({"missing.fee", "problem.fee"} & set(self._visit.missing))

    def _wants(self, entry: Entry) -> bool:
        visit = self._visit
        if not self._asked_for(entry):
            return False
        if not entry.text() or visit is None:
            return True
        every = (*self.form_fields(), *(lane.field for lane in self.lane_fields()))
        return any(field.view.problem for field in every if field.entry is entry)


def _busy(visit: VisitView) -> bool:
    """Whether somebody is being served."""
    return visit.reading or visit.sender is not None or bool(visit.items) or something(visit)


def _told_on(visit: VisitView | None) -> str:
    """The day on which probably the same person was told this version of the notice; "" where she was not."""
    return visit.said.told_on if visit is not None else ""
