"""Operators' cards: put one into the reader, pull it; what a visitor needs to make keys on an empty one."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from ui.bench.part import HIGH, Order, Part, State
from ui.style import put
from ui.text import Texts

NAMES = ("card_1", "card_2", "rsa")
PIN = "246810"  # as the simulators give it to every card


class OperatorCards(Part):
    """One reader.  ``newcomer``: who may activate, and her code; ("", "") for nobody."""

    def __init__(self, order: Order, newcomer: tuple[str, str], parent: QWidget | None = None) -> None:
        super().__init__(order, parent)
        self._newcomer = newcomer
        self._texts: Texts | None = None
        self._state: State = {}
        self.choice = QComboBox(self)
        self.choice.setObjectName("bench_card")
        self.choice.setMinimumHeight(HIGH)
        for name in NAMES:
            self.choice.addItem("", name)
        self._lies, self._how = QLabel(self), QLabel(self)
        self._lies.setObjectName("bench_card_lies")
        for label in (self._lies, self._how):
            label.setWordWrap(True)
            label.setProperty("role", "caption")
        self._code = QLineEdit(self)  # to be copied
        self._code.setReadOnly(True)
        self._code.setObjectName("bench_card_code")
        insert = self.button("bench_card_in", "bench.card_in", self._insert)
        pull = self.button("bench_card_out", "bench.card_out", lambda: self.order("card_out", {}))
        self.says(self._retold)
        row = QHBoxLayout()
        row.setSpacing(6)
        for button in (insert, pull):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.caption("slot.card_reader"))
        column.addWidget(self.choice)
        column.addLayout(row)
        column.addWidget(self._lies)
        column.addWidget(self._how)
        column.addWidget(self._code)

    def _insert(self) -> None:
        self.order("card_in", {"card": str(self.choice.currentData())})

    def _retold(self, texts: Texts) -> None:
        self._texts = texts
        self.choice.setAccessibleName(texts("slot.card_reader"))
        self._code.setAccessibleName(texts("login.code"))
        for at, name in enumerate(NAMES):
            self.choice.setItemText(at, texts(f"bench.card.{name}"))
        operator, code = self._newcomer
        put(self._how, texts("bench.card_how", operator=operator) if operator else "")
        self._code.setText(code)
        self._code.setCursorPosition(0)
        for widget in (self._how, self._code):
            widget.setVisible(bool(operator))
        self._tell()

    def show_state(self, state: State) -> None:
        """What lies in the reader; without one nothing can be put in."""
        self._state = state
        self.setEnabled(not state or state.get("operator_cards") is not None)
        self._tell()

    def _tell(self) -> None:
        if self._texts is None:
            return
        readers = self._state.get("operator_cards")
        card = readers.get("1") if isinstance(readers, dict) else None
        if not isinstance(card, dict):
            put(self._lies, self._texts("bench.card_none"))
            return
        name = self._texts(f"bench.card.{card.get('card')}")
        owner = str(card.get("operator") or self._texts("bench.card_empty"))
        put(self._lies, self._texts("bench.card_lies", card=name, operator=owner, pin=PIN))
