"""The clerk's screen: what each key does.

It holds no business state: everything shown comes from the last view, every key becomes a command.
Which keys there are is in ``ui/clerk/shortcuts.py``; a name without an action here is an error at start.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from core.commands import (
    ApproveExemption,
    CancelManual,
    ClosePaste,
    Command,
    Commit,
    ConfirmCondition,
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
    Park,
    Refuse,
    Reprint,
    Resume,
    Security,
    SenderField,
    SenderKind,
    SetExemption,
    SetFee,
    SetField,
    SetManualField,
    SetSecurity,
    SetSenderField,
    SetSenderKind,
    TakeKnown,
    Undo,
)
from core.numbering import TakeNumber
from core.view import CatalogueHit
from ui.bridge import Station
from ui.buttons import KeyButton
from ui.clerk.choices import DISCARD, LOG_OUT, Question
from ui.clerk.command_bar import NEXT
from ui.clerk.confirmations import BY_CHORD, REFUSING, ConfirmationButton, restricted
from ui.clerk.consents import after_answer, of_agent, proof_question
from ui.clerk.frame import Page, Side
from ui.clerk.known import known_question
from ui.clerk.lanes import CANCEL_MANUAL, SENDER_KIND, manual_question
from ui.clerk.pasting import PastingFrame
from ui.clerk.pools import wants_number
from ui.clerk.questions import (
    PARKED,
    centre_question,
    parked_question,
    payment_question,
    refuse_question,
)
from ui.clerk.shortcuts import SHORTCUTS, Chord, key_of
from ui.clerk.stocktaking import STAY
from ui.clerk.walk import something
from ui.clerk.who import ASKING
from ui.fields import Entry
from ui.keys import Keyboard
from ui.text import Texts

COMMIT_SECONDS = 3.0  # a second F9 waits for the first one's answer, at most so long

_Key = Qt.Key


class ClerkScreen(PastingFrame):
    """The frame, alive."""

    def __init__(
        self, station: Station, keyboard: Keyboard, texts: Texts, parent: QWidget | None = None
    ) -> None:
        super().__init__(station, keyboard, texts, parent)
        self._asked_at = float("-inf")  # the last F9 that was sent, and what stood on the screen then
        self._asked_of: object = None
        self._parked_at = float("-inf")  # the same of F4
        self._parked_of: object = None
        acts = self._acts()
        self._keys: Mapping[Chord, Callable[[], None]] = {
            **{chord: acts[each.name] for each in SHORTCUTS if each.group in ("screen", "panel")
               for chord in each.chords},
            **{chord: partial(self._confirm, each.command) for chord, each in BY_CHORD.items()},
        }  # fmt: skip
        self._connect()
        self.translate(texts)
        self.empty()

    def _acts(self) -> Mapping[str, Callable[[], None]]:
        """What each key of the screen does, by its name in the table."""
        return {
            **self.side_acts(),
            "new": self._new,
            "look_up": partial(self._look_up, pending_only=False),
            "known": self.either(self._ask_known, self.take_stock),
            "park": self.either(self._park, self.open_close),
            "undo": self._undo,
            **self.paste_acts(),
            "paste": self.either(self._open_paste, self.print_slip),
            "next_item": self.either(partial(self._go_on, NextItem()), self.export_slip),
            "next_customer": self.either(partial(self._go_on, NextCustomer()), self.make_pack),
            "commit": self.either(self._commit, self.sign_close),
            "reprint": self.either(self._reprint, self.reprint_chosen),
            "lock": partial(self._submit, Lock()),
            "refuse": self._ask_refuse,
            "sender_kind": self._ask_kind,
            "principal": partial(self._in_who, KeepAsPrincipal()),
            "proof": self._ask_proof,
            "manual": self._ask_manual,
            "finish_manual": partial(self._in_lane, FinishManual()),
            "papers": partial(self._look_up, pending_only=True),
            "payment": self._ask_payment,
            "close_day": self.open_close,
            "log_out": partial(self.ask, LOG_OUT),
            "back": self._back,
        }

    def _connect(self) -> None:
        for row in self.rows:
            row.edited.connect(self._edited)
        for button in self.findChildren(KeyButton):
            button.left.connect(self._next_field)
            if isinstance(button, ConfirmationButton):
                button.clicked.connect(partial(self._confirm, button.confirmation.command))
        for field in (*self.form_fields(), *(lane.field for lane in self.lane_fields())):
            field.entry.left.connect(self._entered)
        controls: list[Entry | KeyButton] = [*self.findChildren(Entry), *self.findChildren(KeyButton)]
        for control in controls:
            control.focused.connect(self.follow_help)
        self.manual.edited.connect(self._manual_edited)
        self.manual.finish_asked.connect(partial(self._in_lane, FinishManual()))
        self.manual.cancel_asked.connect(self._cancel_manual)
        self.who.edited.connect(self._who_edited)
        self.who.principal_asked.connect(partial(self._in_who, KeepAsPrincipal()))
        self.who.proof_asked.connect(self._ask_proof)
        self.who.exemption.reason_asked.connect(self._ask_proof)
        self.who.exemption.approve_asked.connect(self._approve)
        self.who.exemption.passed.connect(self._next_field)
        self.who.exemption.scanned.connect(partial(self.say, "msg.key_in_burst", key="Enter"))
        self.item_card.refuse_asked.connect(self._ask_refuse)
        self.item_card.fee.edited.connect(self._fee_edited)
        self.connect_paste()
        self.look_up.asked.connect(lambda text: self._submit(LookUp(text)))
        self.look_up.filed.connect(self._submit)
        self.choices.answered.connect(self._answered)
        self.close_page.acted.connect(self.act_on_difference)
        self.choices.sign.decided.connect(self._submit)
        self.choices.value.typed.connect(self._submit)

    # -- keys ------------------------------------------------------------------------------------

    def handle_key(self, event: QKeyEvent) -> bool:
        """A key that no field took.  True where it was one of the screen's, even if it did nothing."""
        key, modifiers = event.key(), event.modifiers()
        alt = bool(modifiers & Qt.KeyboardModifier.AltModifier)
        control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        if control and modifiers & Qt.KeyboardModifier.ShiftModifier:
            return False  # Ctrl+Shift+Z is the opposite of Ctrl+Z
        try:
            chord = Chord(_Key(key), alt=alt, control=control)
        except ValueError:  # a key that Qt has no name for
            return False
        act = self._keys.get(chord)
        # Scanners can send characters as Alt with digits of the keypad: those confirm nothing.
        if alt and modifiers & Qt.KeyboardModifier.KeypadModifier:
            act = None
        if event.isAutoRepeat():
            return act is not None
        if key == _Key.Key_F12 and act is not None:
            act()
        elif self._keyboard.discard(event):
            return True
        elif act is None:
            return self._arrow(key)
        elif key != _Key.Key_Escape and self._keyboard.in_burst():
            self.say("msg.key_in_burst", key=str(chord))
        else:
            act()
        return True

    def _arrow(self, key: int) -> bool:
        steps = {_Key.Key_Up: -1, _Key.Key_Down: 1, _Key.Key_PageUp: -6, _Key.Key_PageDown: 6}
        if key not in steps:
            return False
        if self.page is Page.LOOK_UP:
            self.look_up.step(steps[_Key(key)])
            return True
        if self.page is Page.CLOSE:
            self.close_page.step(steps[_Key(key)])
            return True
        if self.step_offered(steps[_Key(key)]):
            return True
        return key in (_Key.Key_PageUp, _Key.Key_PageDown) and self.page_help(steps[_Key(key)])

    def _entered(self) -> None:
        """Enter in a field: takes what an arrow key chose of the list under it, else goes on."""
        taken = self.take_offered()
        if wants_number(self.fields[Field.WAYBILL], self._visit):
            self._submit(TakeNumber())
        if taken is None or (isinstance(taken, CatalogueHit) and taken.action not in REFUSING):
            self._next_field()

    def _edited(self, name: Field, text: str) -> None:
        self._submit(SetField(name, text))

    def _fee_edited(self, text: str) -> None:
        self._submit(SetFee(text))

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
            self.ask(manual_question(view.visit, view.role, view.second.reader_down, self.choices.language))

    def _ask_payment(self) -> None:
        if self.page is Page.FORM and self._visit is not None:
            self.ask(payment_question(self._visit))

    def _ask_known(self) -> None:
        """F5: what this sender used before, where anything was found of her."""
        if self.covered or self._visit is None:
            self.say("msg.panel_open")
        elif self._visit.missing == (NEXT,):
            self.say("rule.item_accepted")
        elif self._visit.known:
            self.ask(known_question(self._visit))
        else:
            self.say("msg.nothing_known" if self._visit.sender is not None else "msg.known_needs_document")

    def _ask_refuse(self, _checked: bool = False) -> None:
        self.ask(refuse_question(self._visit))

    def _in_lane(self, command: Command, _checked: bool = False) -> None:
        if self.page is Page.MANUAL and self.side is not Side.CHOICES:
            self._expect_change()
            self._submit(command)

    def _in_who(self, command: Command | Question, _checked: bool = False) -> None:
        """Of an agent: the principal, the proof."""
        visit = self._visit
        if visit is None or self.covered or not of_agent(visit, command):
            self.say("msg.agents_only")
        elif isinstance(command, Question):
            self.ask(command)
        else:
            self._expect_change()
            self._submit(command)

    def _ask_proof(self) -> None:
        """What an agent shows, or why somebody else is exempted."""
        visit = self._visit
        if visit is not None and visit.sender_kind.kind is SenderKind.EXEMPT and not self.covered:
            self.ask(self.who.exemption.question())
        else:
            self._in_who(proof_question(visit))

    def _approve(self, operator: str, password: str) -> None:
        self._expect_change()
        self._submit(ApproveExemption(operator, password))

    def _cancel_manual(self) -> None:
        """Nothing typed: out at once.  Else it is asked first."""
        if any(entry.text() for entry in self.manual.entries()):
            self.ask(CANCEL_MANUAL)
        else:
            self._submit(CancelManual())

    def _commit(self) -> None:
        """F9.  At most one command until the station has answered the one before."""
        pressed_ns = time.perf_counter_ns()
        if self.covered and not self.files:
            self.say("msg.panel_open")
            return
        standing = self._standing()
        if time.monotonic() - self._asked_at < COMMIT_SECONDS and standing == self._asked_of:
            return
        self._asked_at, self._asked_of = time.monotonic(), standing
        if self.covered:
            self.look_up.file()
            return
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
        self.forget_pending()

    def _confirm(self, command: Command, _checked: bool = False) -> None:
        chosen = self.look_up.chosen if self.page is Page.LOOK_UP else None
        if isinstance(command, LabelSeen):
            self._submit(LabelSeen(chosen.seq if chosen else 0))
        elif self.covered:
            self.say("msg.panel_open")
        elif isinstance(command, ConfirmCondition):
            self._confirm_condition(command)
        elif isinstance(command, SetSecurity):
            self._set_security(command)
        else:
            self._submit(command)

    def _confirm_condition(self, command: Command) -> None:
        """Only while its text stands on the screen."""
        if not restricted(self._visit):
            self.say("msg.no_condition")
        elif self.finding.isVisibleTo(self) and self.in_sight(self.finding):
            self._submit(command)
        else:
            self.who.opened = False
            self.fields[Field.CONTENTS].entry.setFocus()
            self.paint_upper(self._visit)
            self.say("msg.condition_shown")

    def _set_security(self, command: SetSecurity) -> None:
        visit = self._visit
        if visit is None:
            return
        if command.security is Security.NOT_REQUIRED and visit.security_required:
            self.say("rule.security_required")
            return
        then = centre_question(visit) if command.security is Security.CENTRE else command
        if isinstance(then, Question):
            self.ask(then)
        else:
            self._submit(then)

    def _go_on(self, command: Command) -> None:
        self._expect_change()
        self._submit(command)

    def _new(self) -> None:
        if self._visit is not None and something(self._visit):
            self.ask(DISCARD)
        else:
            self._go_on(NewAcceptance())

    def _park(self) -> None:
        """F4: what stands here waits; with nothing here, what waits is listed.  One until answered."""
        view, visit = self._view, self._visit
        if self.side is Side.CHOICES and self.choices.asks == PARKED:
            self._leave_side()
        elif self.page is Page.LOOK_UP or self.side is Side.CHOICES:
            self.say("msg.form_covered", key=key_of("park"))
        elif view is None or visit is None:
            return
        elif visit.parkable or NEXT in visit.missing:
            standing = self._standing()
            if time.monotonic() - self._parked_at < COMMIT_SECONDS and standing == self._parked_of:
                return
            self._parked_at, self._parked_of = time.monotonic(), standing
            self._go_on(Park())
        elif view.parked:
            self.ask(parked_question(view.parked), count=len(view.parked))
        else:
            self.say("msg.nothing_parked")

    def _undo(self) -> None:
        """Ctrl+Z that no field had any use for: the clerk's last step of this visit."""
        if self.page is Page.LOOK_UP or self.side is Side.CHOICES:
            self.say("msg.form_covered", key=key_of("undo"))
            return
        self.forget_pending()
        self._submit(Undo())

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

    def _answered(self, command: Command | Question) -> None:
        if isinstance(command, (Question, *STAY)):
            self.ask(command) if isinstance(command, Question) else self._submit(command)
            return
        self._leave_side()
        kind = self._visit.sender_kind.kind if self._visit is not None else SenderKind.PERSON
        if command == SetSenderKind(kind) and kind in ASKING:
            self._enter_who()  # the kind stays; what stands in it can be changed
            return
        if isinstance(command, NewAcceptance | Refuse | Resume | SetSenderKind | SetExemption | TakeKnown):
            self._expect_change()
        asking = isinstance(command, SetSenderKind) and command.kind in ASKING
        self._who_asked = asking or isinstance(command, SetExemption)
        self._submit(command)
        if (then := after_answer(self._visit, command, self.language)) is not None:
            self.ask(then)

    def _back(self) -> None:
        """Esc: leaves the nearest thing that can be left; never a commit."""
        if self.side is not Side.USUAL:
            self._leave_side()
        elif any(listed.close_list() for listed in self.offers):
            return
        elif self.page is Page.CLOSE:
            self.leave_close()
        elif self.page is Page.LOOK_UP:
            self.leave_look_up()
        elif self.message.dismiss_local():
            return
        elif self.message.shown is not None:
            self._submit(DismissMessage())
        elif self.page is Page.MANUAL:
            self._cancel_manual()
        elif self.page is Page.PASTE:
            self.in_paste(ClosePaste())
        else:
            self.focusPreviousChild()
