"""Log-in, unlocking and the locked screen: one page, as little of it as possible.

It stands before anything else is loaded, so that the first key can be typed at once: even ``core`` is
asked for only when the first view comes.
"""

from __future__ import annotations

import datetime as dt
import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ui import login_card
from ui.bridge import Station
from ui.fields import Entry, Typed
from ui.keys import Keyboard
from ui.present import Told, age, age_seconds
from ui.scroll import Scroll
from ui.style import mark, put
from ui.text import Texts

if TYPE_CHECKING:
    from core.card_view import CardView
    from core.view import CounterView

_WIDTH = 460
_TONES = {"info": "quiet", "good": "good", "warning": "warn", "error": "bad"}
_BREAK = "\u200b"  # a long path may go on in the next line
_SAID_ELSEWHERE = ("store.locked_out", "msg.locked")  # by the countdown, by the title
# A supervisor is wanted.
_BESIDE = ("rule.key_new", "rule.endorser", "rule.approver_self", "store.locked_out")
_ACTIVATED = ("msg.activated", "msg.activated_shut")  # back to the log-in
_TRIED = (
    "store.wrong_key", "store.locked_out", "rule.role",
    "card.pin_wrong", "card.pin_blocked", "card.missing", "card.other", "card.pulled", "card.failed",
)  # one of the two people  # fmt: skip
_SIGNS = {"info": "●", "good": "✓", "warning": "▲", "error": "■"}


class LoginPage(QWidget):
    """Staff number and password; says how current this counter is at headquarters."""

    def __init__(
        self, station: Station, keyboard: Keyboard, texts: Texts, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("login_screen")
        self._station = station
        self._texts = texts
        self._told = Told()
        self._view: CounterView | None = None
        self._locked_until = 0.0
        self._help = False
        self._title, self._who, self._state = QLabel(self), QLabel(self), QLabel(self)
        self._operator_caption, self._password_caption = QLabel(self), QLabel(self)
        self._keys, self._sync, self._note = QLabel(self), QLabel(self), QLabel(self)
        self._card = QLabel(self)
        self.operator = Entry("operator", Typed.FIGURES, keyboard, self)
        self.password = Entry("password", Typed.SECRET, keyboard, self)
        # Only where a key is new here: a supervisor stands by.
        self.endorser = Entry("endorser", Typed.FIGURES, keyboard, self)
        self.endorser_password = Entry("endorser_password", Typed.SECRET, keyboard, self)
        self._endorser_caption, self._endorser_password_caption = QLabel(self), QLabel(self)
        self._beside = (
            self._endorser_caption, self.endorser, self._endorser_password_caption, self.endorser_password,
        )  # fmt: skip
        self._newcomer = False
        # Only while somebody new is activated (F2): her code, and the new password twice.
        self.code = Entry("code", Typed.FIGURES, keyboard, self)
        self.again = Entry("password_again", Typed.SECRET, keyboard, self)
        self._code_caption, self._again_caption = QLabel(self), QLabel(self)
        self._activating = False
        self._differ = False
        self.code.left.connect(self.password.setFocus)
        self.again.left.connect(self.endorser.setFocus)
        self.operator.left.connect(self._operator_left)
        self.operator.textChanged.connect(self._retyped)
        self.password.left.connect(self._password_left)
        self.endorser.left.connect(self.endorser_password.setFocus)
        self.endorser_password.left.connect(self._log_in)
        self._lay_out()
        self._show_fields()
        self.retranslate(texts)
        self.operator.setFocus()

    def _lay_out(self) -> None:
        card = QFrame(self)
        card.setObjectName("login_card")
        card.setProperty("role", "card")
        card.setFixedWidth(_WIDTH)
        for label, role in (
            (self._title, "heading"), (self._operator_caption, "caption"), (self._state, "badge"),
            (self._card, "badge"),
            (self._password_caption, "caption"), (self._keys, "caption"), (self._sync, "semi"),
            (self._endorser_caption, "caption"), (self._endorser_password_caption, "caption"),
            (self._code_caption, "caption"), (self._again_caption, "caption"),
        ):  # fmt: skip
            label.setProperty("role", role)
        for label in (self._who, self._card, self._state, self._keys, self._sync, self._note):
            label.setWordWrap(True)
        self._card.setObjectName("login_on_card")
        self._state.setObjectName("login_state")
        self._sync.setObjectName("login_sync")
        self._who.setObjectName("locked_by")
        inner = QVBoxLayout(card)
        inner.setContentsMargins(28, 24, 28, 24)
        inner.setSpacing(6)
        for widget, space in (
            (self._title, 0), (self._who, 8), (self._card, 4),
            (self._operator_caption, 0), (self.operator, 8),
            (self._code_caption, 0), (self.code, 8),
            (self._password_caption, 0), (self.password, 8),
            (self._again_caption, 0), (self.again, 8), (self._second(), 0), (self._state, 4),
            (self._keys, 0),
        ):  # fmt: skip
            inner.addWidget(widget)
            inner.addSpacing(space)
        place = QWidget()
        self._scroll = Scroll(place, self)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._scroll)
        for entry in self._entries():
            entry.focused.connect(partial(self._scroll.reveal, entry))
        column = QVBoxLayout(place)
        column.addStretch(2)
        parts: tuple[QWidget, ...] = (card, self._sync, self._note)
        for part in parts:
            part.setFixedWidth(_WIDTH)
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(part)
            row.addStretch(1)
            column.addLayout(row)
            column.addSpacing(8)
        column.addStretch(3)
        self._layouts = (inner, column)

    def _second(self) -> QWidget:
        """The supervisor's two fields: one widget, so that no gap stands where they are not needed."""
        self._both = QWidget(self)
        inner = QVBoxLayout(self._both)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(6)
        for widget in self._beside:
            inner.addWidget(widget)
            if isinstance(widget, Entry):
                inner.addSpacing(8)
        self._both.setVisible(False)
        return self._both

    def _entries(self) -> tuple[Entry, ...]:
        return self.operator, self.code, self.password, self.again, self.endorser, self.endorser_password

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts
        put(self._operator_caption, texts("login.operator"))
        put(self._code_caption, texts("login.code"))
        put(self._again_caption, texts("login.password_again"))
        self._name_password()
        put(self._endorser_caption, texts("login.endorser"))
        put(self._endorser_password_caption, texts("login.endorser_password"))
        for entry in self._entries():
            if entry is not self.password:
                entry.setAccessibleName(texts(f"login.{entry.objectName()}"))
            entry.setAccessibleDescription(texts("login.keys"))
        put(self._title, texts("login.title"))
        self._say_keys()

    def _name_password(self) -> None:
        by_card = self._becomes if self._activating else self._belongs
        word = "login.new_password" if self._activating else "login.password"
        name = self._texts("login.pin" if by_card() else word)
        put(self._password_caption, name)
        self.password.setAccessibleName(name)

    def _belongs(self) -> bool:
        """Her own card is in the reader."""
        return self._view is not None and login_card.belongs(self._view.card, self.operator.text().strip())

    def _becomes(self) -> bool:
        """The card in the reader will have her keys."""
        return self._view is not None and login_card.becomes(self._view.card, self.operator.text().strip())

    def _retyped(self) -> None:
        """Another staff number stands there: it may ask for a PIN instead of a password, or the reverse."""
        self._name_password()
        if self._activating:
            self._show_fields()
        if self._view is not None:
            self._say_card(self._view)

    def _follow_card(self, before: CardView | None, card: CardView | None) -> None:
        """Card in: her staff number is known, only the PIN is asked.  Card out: nothing of it stays."""
        now, then = (each.operator if each is not None else "" for each in (card, before))
        if now and now != then and not self._activating:
            self.operator.setText(now)
            self.password.clear()
            self.password.setFocus()
        elif then and now != then and self.operator.text() == then:
            self.password.clear()
        self._name_password()

    def _say_keys(self) -> None:
        keys = "login.activate_keys" if self._activating else "login.keys"
        put(self._keys, self._texts("login.help" if self._help else keys))

    def activate(self, *, begin: bool) -> None:
        """F2: somebody new makes her keys here; Esc goes back to the log-in."""
        self._activating, self._differ, self._help = begin, False, False
        for entry in self._entries()[1:]:
            entry.clear()
        self._show_fields()
        self._name_password()
        self._say_keys()
        put(self._title, self._texts("login.activate" if begin else "login.title"))
        (self.password if self.operator.text() and not begin else self.operator).setFocus()

    def _show_fields(self) -> None:
        """Those that are wanted now; without a gap where none stands."""
        for widget in (self._code_caption, self.code):
            widget.setVisible(self._activating)
        for widget in (self._again_caption, self.again):  # a card has its PIN already
            widget.setVisible(self._activating and not self._becomes())
        self._both.setVisible(self._newcomer or self._activating)
        for layout in self._layouts:
            layout.invalidate()

    def show_view(self, view: CounterView, now: dt.datetime) -> None:
        """A view whose screen is LOGIN, UNLOCKING or LOCKED; ``now`` is aware UTC."""
        from core.view import Screen

        before, self._view = self._view, view
        if before is None or before.lockout_seconds != view.lockout_seconds:
            self._locked_until = time.monotonic() + view.lockout_seconds
        busy = view.screen is Screen.UNLOCKING
        was_busy = before is not None and before.screen is Screen.UNLOCKING
        if view.screen is not Screen.UNLOCKING:
            said = view.message.code if view.message is not None else ""
            self._newcomer = said in _BESIDE or (self._newcomer and said in _TRIED)
            if said in _ACTIVATED and self._activating and (before is None or before.message != view.message):
                # Not again while the sentence stands: F2 begins with the next one then.
                self.activate(begin=False)
        self._show_fields()
        for entry in self._entries():
            entry.setEnabled(not busy)  # first: what is disabled takes no focus
        if view.screen is Screen.LOCKED and (before is None or before.screen is Screen.CLERK):
            self.operator.setText(view.operator)
            self.password.clear()
            self.password.setFocus()
        self._follow_card(before.card if before is not None else None, view.card)
        if was_busy and not busy:
            (self.password if self.operator.text() else self.operator).setFocus()
        self.tick(now)
        for layout in self._layouts:  # lines came and went: no height of before may stand
            layout.invalidate()

    def leave(self, view: CounterView) -> None:
        """The clerk's screen stands now; the password field keeps nothing."""
        self._view = view
        self._newcomer = self._activating = False
        self._name_password()
        self._say_keys()
        for entry in self._entries():
            entry.clear()

    def tick(self, now: dt.datetime) -> None:
        """A second has passed: ages and the countdown."""
        view, texts = self._view, self._texts
        if view is None:
            return
        from core.view import Screen

        locked = view.screen is Screen.LOCKED
        title = "login.activate" if self._activating else "login.locked" if locked else "login.title"
        put(self._title, texts(title))
        who = f"{view.operator_name} {view.operator}".strip()
        put(self._who, texts("login.locked_by", who=who) if locked and who else "")
        self._who.setVisible(bool(self._who.text()))
        self._say_state(view)
        self._say_card(view)
        line = texts("login.sync", count=view.sync.unsent, age=age(texts, self._age(view, now)))
        put(self._sync, line)
        note = texts("login.behind_lock" if locked else "login.nobody")
        if view.demonstration:  # invented people: whoever tries the program needs no manual
            note = texts("login.demonstration")
        put(self._note, note)

    def _age(self, view: CounterView, now: dt.datetime) -> int | None:
        return age_seconds(view.sync, now, self._told.seconds(view.sync))

    def _say_state(self, view: CounterView) -> None:
        from core.view import Screen

        texts = self._texts
        left = self._lockout_left()
        tone, line = "", ""
        if view.screen is Screen.UNLOCKING:
            tone, line = "quiet", f"◆ {texts('login.unlocking')}"
        elif left:
            tone, line = "bad", f"■ {texts('login.locked_out', seconds=left)}"
        elif self._differ:
            tone, line = "bad", f"■ {texts('login.differ')}"
        elif view.message is not None and view.message.code not in _SAID_ELSEWHERE:
            said = view.message
            tone = _TONES.get(said.level, "quiet")
            line = f"{_SIGNS.get(said.level, '●')} {texts.sentence(said.code, said.facts)}"
        self._say(tone, line)

    def _say_card(self, view: CounterView) -> None:
        operator = self.operator.text().strip()
        tone, line = login_card.said(self._texts, view.card, activating=self._activating, operator=operator)
        put(self._card, line)
        mark(self._card, "tone", tone)
        self._card.setVisible(bool(line))

    def _say(self, tone: str, line: str) -> None:
        put(self._state, line.replace("/", f"/{_BREAK}"))
        mark(self._state, "tone", tone)
        self._state.setVisible(bool(line))
        self.setAccessibleDescription(line)

    def _lockout_left(self) -> int:
        left = self._locked_until - time.monotonic()
        return int(left) + 1 if left > 0 else 0

    def _operator_left(self) -> None:
        (self.code if self._activating else self.password).setFocus()

    def _password_left(self) -> None:
        """Enter in the password: the last field, unless a supervisor stands by."""
        if self._activating:
            (self.endorser if self._becomes() else self.again).setFocus()
        elif self._newcomer:
            self.endorser.setFocus()
        else:
            self._log_in()

    def _log_in(self) -> None:
        """Enter in the last field.  Passwords are emptied, so that a second Enter sends nothing."""
        if self._activating:
            self._activate()
            return
        operator, password = self.operator.text().strip(), self.password.text()
        endorser, beside = self.endorser.text().strip(), self.endorser_password.text()
        if not operator:
            self.operator.setFocus()
        elif not password:
            self.password.setFocus()
        elif not self._lockout_left() or (endorser and beside):  # a supervisor ends a lockout at once
            from core.commands import LogIn

            self.password.clear()
            self.endorser_password.clear()
            self._say("quiet", f"◆ {self._texts('login.unlocking')}")  # until a view says it better
            self._station.submit(LogIn(operator, password, endorser, beside))

    def _activate(self) -> None:
        """Enter in the last field, where every one is filled and both new passwords are one."""
        card = self._becomes()
        wanted = [entry for entry in self._entries() if not (card and entry is self.again)]
        lacking = next((entry for entry in wanted if not entry.text().strip()), None)
        self._differ = lacking is None and not card and self.password.text() != self.again.text()
        if lacking is not None:
            lacking.setFocus()
        elif self._differ:
            self.password.clear()
            self.again.clear()
            self.password.setFocus()
            if self._view is not None:
                self._say_state(self._view)
        elif not self._lockout_left():
            from core.commands import Activate

            code, password = self.code.text().strip(), self.password.text()
            beside, theirs = self.endorser.text().strip(), self.endorser_password.text()
            for entry in (self.password, self.again, self.endorser_password):
                entry.clear()
            operator = self.operator.text().strip()
            self._station.submit(Activate(operator, code, password, beside, theirs, card))

    def handle_key(self, event: QKeyEvent) -> bool:
        """F1 shows what is needed here; Esc empties the password.  Nothing here can commit."""
        if event.key() == Qt.Key.Key_F1 and not event.isAutoRepeat():
            self._help = not self._help
            self._say_keys()
            return True
        if event.key() == Qt.Key.Key_F2 and not event.isAutoRepeat():
            self.activate(begin=not self._activating)
            return True
        if event.key() == Qt.Key.Key_Escape and self._activating:
            self.activate(begin=False)
            return True
        if event.key() == Qt.Key.Key_Escape:
            self.password.clear()
            self.endorser_password.clear()
            return True
        return False
