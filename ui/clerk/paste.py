"""F6: one text with a whole contact, and what was recognised in it, field by field.  A page of the frame."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.commands import ClosePaste, NextPastedPhone, SwitchPaste, TakePaste
from core.pasted_view import PasteRow, PasteView
from ui.buttons import KeyButton
from ui.clerk.shortcuts import key_of
from ui.keys import Keyboard
from ui.style import mark, put
from ui.text import Texts
from ui.text_box import TextBox

_PARTS = ("name", "phone", "region", "street")
_BOX_HEIGHT = 132
_LEFT_SHOWN = 160  # characters of what is left over; the rest is counted
_JOIN = " ｜ "


class PastePage(QFrame):
    """The text above, the fields below it, and the keys that end it."""

    edited = Signal(str)
    asked = Signal(object)  # a command
    too_long = Signal(int)

    def __init__(self, texts: Texts, keyboard: Keyboard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("paste_page")
        self.setProperty("role", "panel")
        self._texts = texts
        self._view: PasteView | None = None
        self._title, self._what, self._reason = (QLabel(self) for _ in range(3))
        self._whose = QLabel(self)
        self.box = TextBox("paste_text", keyboard, self)
        self.box.setFixedHeight(_BOX_HEIGHT)
        self.box.edited.connect(self.edited)
        self.box.left.connect(self._take)
        self.box.too_long.connect(self.too_long)
        self._rows = {part: (QLabel(self), QLabel(self), QLabel(self)) for part in (*_PARTS, "left")}
        self.buttons = {
            name: self._button(name, key, command, keyboard)
            for name, key, command in (
                ("take", "next_field", TakePaste()),
                ("switch", "paste_other", SwitchPaste()),
                ("number", "paste_number", NextPastedPhone()),
                ("close", "back", ClosePaste()),
            )
        }
        self._lay_out()

    def _button(self, name: str, key: str, command: object, keyboard: Keyboard) -> KeyButton:
        button = KeyButton(f"paste_{name}", key_of(key), keyboard, self)
        button.clicked.connect(partial(self._ask, command))
        return button

    def _lay_out(self) -> None:
        self._title.setProperty("role", "heading")
        self._whose.setProperty("role", "badge")
        self._whose.setObjectName("paste_whose")
        self._reason.setProperty("role", "semi")
        self._reason.setObjectName("paste_reason")
        for label in (self._what, self._reason):
            label.setWordWrap(True)
        top, keys, grid = QHBoxLayout(), QHBoxLayout(), QGridLayout()
        top.addWidget(self._title)
        top.addStretch(1)
        top.addWidget(self._whose)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(1, 1)
        for at, (part, (caption, value, note)) in enumerate(self._rows.items()):
            caption.setProperty("role", "caption")
            value.setObjectName(f"paste_{part}")
            value.setProperty("role", "strong" if part in _PARTS else "")
            note.setObjectName(f"paste_note_{part}")
            note.setProperty("role", "problem")
            for label in (value, note):
                label.setWordWrap(True)
                label.setTextFormat(Qt.TextFormat.PlainText)
            grid.addWidget(caption, 2 * at, 0, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(value, 2 * at, 1)
            grid.addWidget(note, 2 * at + 1, 1)
            grid.setRowMinimumHeight(2 * at, 28)
            grid.setRowMinimumHeight(2 * at + 1, 20)
        keys.setSpacing(8)
        for button in self.buttons.values():
            keys.addWidget(button)
        keys.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self._what)
        layout.addWidget(self.box)
        layout.addWidget(self._reason)
        layout.addLayout(grid)
        layout.addStretch(1)
        layout.addLayout(keys)

    def order(self) -> list[QWidget]:
        """As the eye goes."""
        return [self.box, *self.buttons.values()]

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts
        put(self._title, texts("paste.title"))
        put(self._what, texts("paste.what"))
        self.box.setAccessibleName(texts("paste.title"))
        self.box.setAccessibleDescription(texts("paste.what"))
        for part, (caption, _, _) in self._rows.items():
            put(caption, texts(f"paste.{part}"))
        for name, button in self.buttons.items():
            button.say(texts(f"paste.do.{name}"), texts(f"paste.do.{name}"), chosen=False)
        self._paint()

    def show_view(self, view: PasteView | None) -> None:
        """What the station recognised; None: nothing of it stays."""
        before, self._view = self._view, view
        if view is None:
            self.box.hold("", 0)
        elif before is None or before.serial != view.serial:
            self.box.hold(view.text, view.most)
        self._paint()

    @property
    def read(self) -> bool:
        """Whether what is shown is of the text as it stands."""
        return self._view is not None and self._view.text == self.box.toPlainText()

    def _take(self) -> None:
        if self.read:  # else what Enter would take was not to be seen yet
            self.asked.emit(TakePaste())

    def _ask(self, command: object, _checked: bool = False) -> None:
        if isinstance(command, TakePaste):
            self._take()
        else:
            self.asked.emit(command)

    def _paint(self) -> None:
        texts, view = self._texts, self._view or PasteView(sender=False)
        put(self._whose, texts("paste.sender" if view.sender else "paste.recipient"))
        mark(self._whose, "tone", "quiet")
        rows = {row.part: row for row in view.rows}
        for part in _PARTS:
            self._paint_row(part, rows.get(part, PasteRow(part)))
        self._paint_left(view)
        nothing = bool(view.text.strip()) and not any(row.text for row in view.rows)
        put(self._reason, f"▲ {texts.sentence('rule.paste_empty')}" if nothing else "")
        self._reason.setVisible(nothing)
        self.buttons["number"].setVisible(view.phones > 1)
        done = any(row.text for row in view.rows)
        self.buttons["take"].say(texts("paste.do.take"), texts("paste.do.take"), chosen=done)

    def _paint_row(self, part: str, row: PasteRow) -> None:
        texts = self._texts
        _, value, note = self._rows[part]
        put(value, row.text or "—")
        tone, line = "plain", ""
        if row.fixes:
            fixes = texts.join([texts(f"paste.fix.{fix}") for fix in row.fixes])
            tone, line = "good", f"✓ {texts('paste.fixed', fixes=fixes, text=row.raw)}"
        if row.held:
            tone, line = "warn", f"▲ {texts('paste.held')}"
        elif row.doubt:
            doubt = texts(f"paste.doubt.{row.part}.{row.doubt}", names=texts.join(list(row.named)))
            tone, line = "warn", f"▲ {doubt}" + (f"　{line}" if line else "")
        put(note, line)
        mark(note, "about", tone)

    def _paint_left(self, view: PasteView) -> None:
        texts = self._texts
        caption, value, note = self._rows["left"]
        whole = _JOIN.join(view.left)
        line = whole if len(whole) <= _LEFT_SHOWN else f"{whole[:_LEFT_SHOWN]}…"
        put(value, line)
        more = [texts("paste.more", count=len(whole))] if len(whole) > _LEFT_SHOWN else []
        more += [texts("paste.hidden", count=view.hidden)] if view.hidden else []
        put(note, texts.join(more))
        mark(note, "about", "plain")
        for label in (caption, value, note):
            label.setVisible(bool(whole or more))
