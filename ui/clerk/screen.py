"""The clerk's screen: what each key does, and where the focus goes.

It holds no business state: everything shown comes from the last view, every key becomes a command.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from core.commands import (
    CancelManual,
    CloseLookUp,
    Command,
    Commit,
    DismissMessage,
    Field,
    FinishManual,
    KeepAsPrincipal,
    LabelSeen,
    Lock,
    LookUp,
    ManualField,
    NewAcceptance,
    NextCustomer,
    NextItem,
    Refuse,
    Reprint,
    SenderField,
    SenderKind,
    SetField,
    SetManualField,
    SetSenderField,
    SetSenderKind,
)
from core.view import CounterView, Message
from ui.bridge import Station
from ui.buttons import KeyButton
from ui.clerk.choices import CLOSE_DAY, DISCARD, LOG_OUT, REFUSE, Question
from ui.clerk.confirmations import COMMANDS, ConfirmationButton
from ui.clerk.frame import ClerkFrame, Page, Side
from ui.clerk.lanes import CANCEL_MANUAL, PROOF, SENDER_KIND, manual_question
from ui.clerk.walk import key_name, round_from, something
from ui.fields import Entry
from ui.keys import Keyboard
from ui.text import Texts

COMMIT_SECONDS = 3.0  # a second F9 waits for the first one's answer, at most so long
TYPING_SECONDS = 1.5  # the focus stays where somebody typed so recently

_Key = Qt.Key


class ClerkScreen(ClerkFrame):
    """The frame, alive."""

    def __init__(
        self, station: Station, keyboard: Keyboard, texts: Texts, parent: QWidget | None = None
    ) -> None:
        super().__init__(keyboard, texts, parent)
        self._station = station
        self._keyboard = keyboard
        self._view: CounterView | None = None
        self._reading = False
        self._refocus = True
        self._opened = False  # the manual lane, and nobody is in it yet
        self._home: QWidget | None = None  # where the focus was before a panel took it
        self._asked_at = float("-inf")  # the last F9 that was sent, and what stood on the screen then
        self._asked_of: object = None
        self._keys: Mapping[tuple[int, bool], Callable[[], None]] = {
            (_Key.Key_F1, False): self.toggle_help,
            (_Key.Key_F2, False): self._new,
            (_Key.Key_F3, False): partial(self._look_up, pending_only=False),
            (_Key.Key_F7, False): partial(self._go_on, NextItem()),
            (_Key.Key_F8, False): partial(self._go_on, NextCustomer()),
            (_Key.Key_F9, False): self._commit,
            (_Key.Key_F10, False): self._reprint,
            (_Key.Key_R, True): partial(self.ask, REFUSE),
            (_Key.Key_D, True): self._close_day,
            (_Key.Key_Q, True): partial(self.ask, LOG_OUT),
            (_Key.Key_K, True): self._ask_kind,
            (_Key.Key_M, True): self._ask_manual,
            (_Key.Key_F, True): partial(self._in_lane, FinishManual()),
            (_Key.Key_B, True): partial(self._in_who, KeepAsPrincipal()),
            (_Key.Key_O, True): partial(self._in_who, PROOF),
            (_Key.Key_P, True): partial(self._look_up, pending_only=True),
        }
        self._connect()
        self.translate(texts)
        self.empty()

    def _connect(self) -> None:
        for row in self.rows:
            row.edited.connect(self._edited)
        for button in self.findChildren(KeyButton):
            button.left.connect(self._next_field)
            if isinstance(button, ConfirmationButton):
                button.clicked.connect(partial(self._clicked, button.confirmation.command))
        for field in (*self.fields.values(), *(lane.field for lane in self.lane_fields())):
            field.entry.left.connect(self._next_field)
        controls: list[Entry | KeyButton] = [*self.findChildren(Entry), *self.findChildren(KeyButton)]
        for control in controls:
            control.focused.connect(self.follow_help)
        self.manual.edited.connect(self._manual_edited)
        self.manual.finish_asked.connect(partial(self._in_lane, FinishManual()))
        self.manual.cancel_asked.connect(self._cancel_manual)
        self.who.edited.connect(self._who_edited)
        self.who.principal_asked.connect(partial(self._in_who, KeepAsPrincipal()))
        self.who.proof_asked.connect(partial(self._in_who, PROOF))
        self.item_card.refuse_asked.connect(partial(self.ask, REFUSE))
        self.look_up.asked.connect(self._search)
        self.choices.answered.connect(self._answered)

    # -- views -----------------------------------------------------------------------------------

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self.translate(texts)
        self._hint()
        if self._view is not None:
            self.paint_view(self._view)
        else:
            self.empty()

    def show_view(self, view: CounterView) -> None:
        """Show a view of the clerk's screen."""
        before, self._view = self._view, view
        self._follow_look_up(view)
        self._follow_manual(view)
        self.paint_view(view)
        self._follow_reading(view)  # after the message of a read that failed: both are said, one by one
        self._follow_focus(before, view)

    def clear(self) -> None:
        """Nobody is logged in, or the screen is locked."""
        if self._view is not None:
            self._view = None
            self._reading = False
            self._refocus = True
            self._home = None
            self._keyboard.end_reading()
            self.empty()

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
        focused = self.focusWidget()
        idle = not isinstance(focused, Entry) or bool(focused.text())
        if self._refocus or (idle and self._keyboard.idle_seconds() > TYPING_SECONDS):
            self._refocus = False
            self.focus_first_empty()

    def focus_first_empty(self) -> None:
        """The first field that is still empty; the first of all where none is."""
        entries = list(self.entries())
        next((entry for entry in entries if not entry.text()), entries[0]).setFocus()

    def say(self, code: str, **facts: str | int) -> None:
        """A line of the screen's own, for some seconds."""
        self.message.say(Message(code, facts, "warning"))

    # -- keys ------------------------------------------------------------------------------------

    def handle_key(self, event: QKeyEvent) -> bool:
        """A key that no field took.  True where it was one of the screen's, even if it did nothing."""
        key, modifiers = event.key(), event.modifiers()
        alt = bool(modifiers & Qt.KeyboardModifier.AltModifier)
        act = self._keys.get((key, alt))
        # Scanners can send characters as Alt with digits of the keypad: those confirm nothing.
        if alt and key in COMMANDS and not modifiers & Qt.KeyboardModifier.KeypadModifier:
            act = partial(self._confirm, COMMANDS[_Key(key)])
        if event.isAutoRepeat():
            return act is not None or key in (_Key.Key_F12, _Key.Key_Escape)
        if key == _Key.Key_F12 and not alt:
            self._submit(Lock())
        elif self._keyboard.discard(event):
            return True
        elif key == _Key.Key_Escape:
            self._back()
        elif act is None:
            return self._arrow(key)
        elif self._keyboard.in_burst():
            self.say("msg.key_in_burst", key=key_name(key, alt=alt))
        else:
            act()
        return True

    def _arrow(self, key: int) -> bool:
        steps = {_Key.Key_Up: -1, _Key.Key_Down: 1, _Key.Key_PageUp: -6, _Key.Key_PageDown: 6}
        if self.page is not Page.LOOK_UP or key not in steps:
            return False
        self.look_up.step(steps[_Key(key)])
        return True

    def _submit(self, command: Command) -> None:
        self._station.submit(command)

    def _edited(self, name: Field, text: str) -> None:
        self._submit(SetField(name, text))

    def _manual_edited(self, name: ManualField, text: str) -> None:
        self._submit(SetManualField(name, text))

    def _who_edited(self, name: SenderField, text: str) -> None:
        self._submit(SetSenderField(name, text))

    def _ask_kind(self) -> None:
        if self.page is Page.FORM:
            self.ask(SENDER_KIND)

    def _ask_manual(self) -> None:
        view = self._view
        if self.page is Page.FORM and view is not None and view.visit is not None:
            self.ask(manual_question(view.visit, view.role))

    def _in_lane(self, command: Command, _checked: bool = False) -> None:
        if self.page is Page.MANUAL and self.side is not Side.CHOICES:
            self._expect_change()
            self._submit(command)

    def _in_who(self, command: Command | Question, _checked: bool = False) -> None:
        """Of an agent: the principal, the proof."""
        visit = self._view.visit if self._view else None
        if visit is None or visit.sender_kind.kind is not SenderKind.AGENT or self.covered:
            self.say("msg.agents_only")
        elif isinstance(command, Question):
            self.ask(command)
        else:
            self._expect_change()
            self._submit(command)

    def _cancel_manual(self) -> None:
        """Nothing typed: out at once.  Else it is asked first."""
        if any(entry.text() for entry in self.manual.entries()):
            self.ask(CANCEL_MANUAL)
        else:
            self._submit(CancelManual())

    def _commit(self) -> None:
        """F9.  At most one command until the station has answered the one before."""
        pressed_ns = time.perf_counter_ns()
        if self.covered:
            self.say("msg.panel_open")
            return
        standing = self._standing()
        if time.monotonic() - self._asked_at < COMMIT_SECONDS and standing == self._asked_of:
            return
        self._asked_at, self._asked_of = time.monotonic(), standing
        self._expect_change()
        self._submit(Commit(pressed_ns))

    def _standing(self) -> object:
        """What differs once the station has answered: its message, a field it changed, the last item."""
        view = self._view
        if view is None:
            return None
        revision = view.visit.revision if view.visit else -1
        return revision, view.message.serial if view.message else -1, view.last.seq if view.last else -1

    def _expect_change(self) -> None:
        """The station decides now what stands in the fields; the focus follows it."""
        self._refocus = True
        for field in (*self.fields.values(), *(lane.field for lane in self.lane_fields())):
            field.forget_pending()

    def _clicked(self, command: Command, _checked: bool = False) -> None:
        self._confirm(command)

    def _confirm(self, command: Command) -> None:
        chosen = self.look_up.chosen if self.page is Page.LOOK_UP else None
        if isinstance(command, LabelSeen):
            self._submit(LabelSeen(chosen.seq if chosen else 0))
        elif self.covered:
            self.say("msg.panel_open")
        else:
            self._submit(command)

    def _go_on(self, command: Command) -> None:
        self._expect_change()
        self._submit(command)

    def _new(self) -> None:
        visit = self._view.visit if self._view else None
        if visit is not None and something(visit):
            self.ask(DISCARD)
        else:
            self._go_on(NewAcceptance())

    def _reprint(self) -> None:
        chosen = self.look_up.chosen if self.page is Page.LOOK_UP else None
        self._submit(Reprint(chosen.seq if chosen else 0))

    # -- panels ----------------------------------------------------------------------------------

    def _look_up(self, *, pending_only: bool) -> None:
        self._leave_side()
        self.look_up.pending_only = pending_only
        if self.page is Page.LOOK_UP:
            self.look_up.open(pending_only=pending_only)
        self._submit(LookUp(""))

    def _search(self, text: str) -> None:
        self._submit(LookUp(text))

    def _close_day(self) -> None:
        view = self._view
        self.ask(CLOSE_DAY, date=view.day if view else "", count=view.today if view else 0)

    def ask(self, question: Question, **facts: str | int) -> None:
        """A question at the side, with numbered answers."""
        self._remember_focus()
        self.side = Side.CHOICES
        self.choices.ask(question, **facts)
        self._paint_bar()
        self._hint()

    def _answered(self, command: Command | Question) -> None:
        if isinstance(command, Question):
            self.ask(command)
            return
        self._leave_side()
        if isinstance(command, NewAcceptance | Refuse | SetSenderKind):
            self._expect_change()
        self._submit(command)

    def toggle_help(self) -> None:
        """F1."""
        if self.side is Side.USUAL:
            self.side = Side.HELP
            self.follow_help()
        elif self.side is Side.HELP:
            self.side = Side.USUAL

    def follow_help(self) -> None:
        """Help and hint are about what has the focus."""
        focused = self.focusWidget()
        name = focused.objectName() if focused is not None else ""
        self.help.show_topic(name)
        self._hint()

    def _hint(self) -> None:
        self.message.hint("" if self.side is Side.CHOICES else self.help.line)

    def _back(self) -> None:
        """Esc: leaves the nearest thing that can be left; never a commit."""
        if self.side is not Side.USUAL:
            self._leave_side()
        elif self.page is Page.LOOK_UP:
            self._submit(CloseLookUp())
        elif self.message.dismiss_local():
            return
        elif self.message.shown is not None:
            self._submit(DismissMessage())
        else:
            self._step_back()

    def _step_back(self) -> None:
        if self.page is Page.MANUAL:
            self._cancel_manual()
        else:
            self.focusPreviousChild()

    def _leave_side(self) -> None:
        asked = self.side is Side.CHOICES
        self.side = Side.USUAL
        if asked:
            self._focus_home()
        self._paint_bar()

    def _paint_bar(self) -> None:
        self.bar.show_view(self._view.visit if self._view else None, covered=self.covered)

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

    def _wants(self, entry: Entry) -> bool:
        visit = self._view.visit if self._view else None
        if not entry.text() or visit is None:
            return True
        every = (*self.fields.values(), *(lane.field for lane in self.lane_fields()))
        return any(field.view.problem for field in every if field.entry is entry)
