"""The item: waybill, contents, quantity, weight, recipient; inspection, security and notice."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.commands import Field
from core.view import VisitView
from ui.buttons import KeyButton
from ui.clerk.command_bar import NEXT
from ui.clerk.confirmations import ConfirmationButton
from ui.clerk.field_row import FieldRow
from ui.keys import Keyboard
from ui.style import mark, put
from ui.text import Texts

_ITEM = (Field.WAYBILL, Field.CONTENTS, Field.QUANTITY, Field.WEIGHT)
_RECIPIENT = (Field.RECIPIENT_NAME, Field.RECIPIENT_PHONE, Field.RECIPIENT_ADDRESS)
_INSPECT = ("gate_inspected",)
_SECURITY = ("gate_security_here", "gate_security_centre")
_NOTICE = ("gate_notice_own_tap", "gate_notice_signature", "gate_notice_spoken")


class ItemCard(QFrame):
    """Lower card in the middle."""

    refuse_asked = Signal()

    def __init__(self, texts: Texts, keyboard: Keyboard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("item_card")
        self.setProperty("role", "card")
        self._texts = texts
        self._title, self._state = QLabel(self), QLabel(self)
        self._title.setProperty("role", "title")
        self._state.setObjectName("item_state")
        self._state.setProperty("role", "badge")
        self.item = FieldRow(
            _ITEM, (11, 10, 4, 6), keyboard, self, figures=(Field.WAYBILL, Field.QUANTITY, Field.WEIGHT)
        )
        self.recipient = FieldRow(_RECIPIENT, (4, 4, 9), keyboard, self, figures=(Field.RECIPIENT_PHONE,))
        names = (*_INSPECT, *_SECURITY, *_NOTICE)
        self.buttons = {name: ConfirmationButton(name, keyboard, self) for name in names}
        self.refuse = KeyButton("refuse", "Alt+R", keyboard, self)
        self.refuse.clicked.connect(self.refuse_asked)
        self._captions = {name: QLabel(self) for name in ("inspection", "security", "notice")}
        self._lay_out()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self._title)
        top.addStretch(1)
        top.addWidget(self._state)
        confirm = QHBoxLayout()
        confirm.setSpacing(24)
        confirm.addLayout(self._group("inspection", [*_INSPECT], self.refuse))
        confirm.addLayout(self._group("security", [*_SECURITY]))
        confirm.addStretch(1)
        notice = QHBoxLayout()
        notice.setSpacing(8)
        self._captions["notice"].setProperty("role", "caption")
        notice.addWidget(self._captions["notice"])
        for name in _NOTICE:
            notice.addWidget(self.buttons[name])
        notice.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 8)
        layout.setSpacing(4)
        layout.addLayout(top)
        layout.addWidget(self.item)
        layout.addWidget(self.recipient)
        layout.addLayout(confirm)
        layout.addSpacing(4)
        layout.addLayout(notice)
        layout.addStretch(1)

    def _group(self, name: str, buttons: list[str], *more: QWidget) -> QVBoxLayout:
        caption = self._captions[name]
        caption.setProperty("role", "caption")
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in buttons:
            row.addWidget(self.buttons[button])
        for widget in more:
            row.addWidget(widget)
        group = QVBoxLayout()
        group.setSpacing(4)
        group.addWidget(caption)
        group.addLayout(row)
        return group

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts
        put(self._title, texts("item.title"))
        self.refuse.say(texts("confirm.refuse"), texts("confirm.refuse.described"), chosen=False)
        self.item.retranslate(texts)
        self.recipient.retranslate(texts)

    def show_view(self, visit: VisitView | None) -> None:
        """What the station holds."""
        texts = self._texts
        locked = visit is not None and visit.missing == (NEXT,)
        for row in (self.item, self.recipient):
            row.show_view(visit)
            row.set_locked(locked)
        for button in self.buttons.values():
            button.show_view(visit, texts)
        for name, caption in self._captions.items():
            put(caption, texts(f"caption.{name}"))
        if visit is not None and visit.notice_version:
            put(self._captions["notice"], texts("caption.notice_version", version=visit.notice_version))
        complete = visit is not None and (not visit.missing or locked)
        count = len(visit.missing) if visit is not None else 0
        sign = "✓" if complete else "▲"
        line = texts("item.missing", count=count)
        if complete:
            line = texts("item.accepted" if locked else "item.complete")
        put(self._state, f"{sign} {line}")
        mark(self._state, "tone", "good" if complete else "warn")
        self._state.setVisible(visit is not None)
