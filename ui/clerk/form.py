"""The item: waybill, contents, quantity, weight, recipient; checks, route, security and notice."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.commands import Field, Party, Route, Security
from core.view import FeeView, FieldView, VisitView
from ui.buttons import KeyButton
from ui.clerk.choice_row import ChoiceRow, ChoiceRows
from ui.clerk.command_bar import NEXT
from ui.clerk.confirmations import ConfirmationButton, names_of
from ui.clerk.consents import notice_line
from ui.clerk.field_row import FieldRow
from ui.clerk.finding import finding_line
from ui.clerk.form_field import FormField
from ui.clerk.known import known_line
from ui.clerk.places import place_line
from ui.clerk.pools import pool_line
from ui.clerk.shortcuts import key_of
from ui.fields import Typed
from ui.keys import Keyboard
from ui.present import yuan
from ui.style import mark, put
from ui.text import Texts
from ui.zoom import Room, measure_again

_ITEM = (Field.WAYBILL, Field.CONTENTS, Field.QUANTITY, Field.WEIGHT)
_RECIPIENT = (Field.RECIPIENT_NAME, Field.RECIPIENT_PHONE, Field.RECIPIENT_ADDRESS)
# Row → lines of ``ui/clerk/shortcuts.py`` whose buttons stand in it.
ROWS = {
    "checks": ("original", "inspected"),
    "route": ("route",),
    "security": ("security",),
    "notice": ("notice",),
}
FEE = "fee"
TARIFF = "tariff"
NOT_REQUIRED = f"gate_security_{Security.NOT_REQUIRED.value}"


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
        self._pays = QLabel(self)
        self._pays.setObjectName("payment")
        self._pays.setProperty("role", "badge")
        self.fee = FormField(FEE, Typed.FIGURES, keyboard, self)
        self.item = FieldRow(
            _ITEM,
            (12, 8, 4, 5),
            keyboard,
            self,
            figures=(Field.WAYBILL, Field.QUANTITY, Field.WEIGHT),
            more=[(self.fee, 5)],
        )
        self.fee.entry.focused.connect(self.fee.entry.selectAll)  # a digit takes the tariff's place
        self.recipient = FieldRow(_RECIPIENT, (4, 4, 9), keyboard, self, figures=(Field.RECIPIENT_PHONE,))
        self.refuse = KeyButton("refuse", key_of("refuse"), keyboard, self)
        self.refuse.clicked.connect(self.refuse_asked)
        self.buttons: dict[str, ConfirmationButton] = {}
        self.choices = ChoiceRows([self._row(name, keyboard) for name in ROWS], self)
        self._lay_out()

    def _row(self, name: str, keyboard: Keyboard) -> ChoiceRow:
        buttons: list[KeyButton] = []
        for shortcut in ROWS[name]:
            for confirmed in names_of(shortcut):
                self.buttons[confirmed] = ConfirmationButton(confirmed, keyboard, self)
                buttons.append(self.buttons[confirmed])
        return ChoiceRow(name, [*buttons, self.refuse] if name == "checks" else buttons, self)

    def order(self) -> list[QWidget]:
        """The buttons as the eye goes."""
        return [button for row in self.choices.rows.values() for button in row.buttons]

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self._title)
        top.addWidget(self._pays)
        top.addStretch(1)
        top.addWidget(self._state)
        layout = self._layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 4)
        layout.setSpacing(2)
        layout.addLayout(top)
        layout.addSpacing(4)
        layout.addWidget(self.item)
        layout.addWidget(self.recipient)
        layout.addWidget(self.choices)
        layout.addStretch(1)

    def set_room(self, room: Room) -> None:
        """More air where there is room, more lines where there is little."""
        for row in (self.item, self.recipient):
            row.set_room(room)
        self.choices.set_room(room)
        roomy = room is Room.ROOMY
        self._layout.setContentsMargins(*((16, 12, 16, 12) if roomy else (16, 8, 16, 4)))
        self._layout.setSpacing(12 if roomy else 2)
        measure_again(self._layout)

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts
        put(self._title, texts("item.title"))
        self.refuse.say(texts("confirm.refuse"), texts("confirm.refuse.described"), chosen=False)
        self.item.retranslate(texts)
        self.recipient.retranslate(texts)
        for name, row in self.choices.rows.items():
            put(row.caption, texts(f"caption.{name}"))

    def show_view(self, visit: VisitView | None) -> None:
        """What the station holds."""
        texts = self._texts
        locked = visit is not None and visit.missing == (NEXT,)
        found = finding_line(visit, texts)
        self.item.remark(*(found if found[1] else pool_line(visit, texts)))
        known = known_line(visit, Party.RECIPIENT, texts)
        place = place_line(visit, Field.RECIPIENT_ADDRESS, texts)
        self.recipient.remark(*(known if known[1] else place), yields=not known[1])
        self._show_fee(visit)
        for row in (self.item, self.recipient):
            row.show_view(visit)
            row.set_locked(locked)
        for button in self.buttons.values():
            button.show_view(visit, texts)
        self.buttons[NOT_REQUIRED].setVisible(visit is None or not visit.security_required)
        self._note(visit)
        self._say_state(visit, locked=locked)

    def _show_fee(self, visit: VisitView | None) -> None:
        """The fee in its field, by the tariff where none was typed; the payment kind at the top."""
        texts, fee = self._texts, visit.fee if visit is not None else FeeView()
        tariff = fee.source == TARIFF and fee.cents is not None
        text = yuan(fee.cents) if tariff and fee.cents is not None else fee.text
        facts = {"most": fee.most_cents // 100}
        self.fee.show_view(FieldView(text, fee.problem, facts, TARIFF if tariff else ""))
        tone = "quiet" if fee.payment is not None else "warn"
        words = texts(f"payment.{fee.payment.value}" if fee.payment is not None else "payment.open")
        put(self._pays, f"{'●' if fee.payment is not None else '▲'} {words} {key_of('payment')}")
        mark(self._pays, "tone", tone)

    def _note(self, visit: VisitView | None) -> None:
        """What route and choice mean; beside the checks and the notice, what they are about."""
        texts, rows = self._texts, self.choices.rows
        rows["checks"].note("", "", texts("checks.present"))
        rows["notice"].note("", "", notice_line(visit, texts))
        if visit is None:
            rows["route"].note("", "")
            rows["security"].note("", "")
            return
        if visit.security_required:
            ground = "region" if visit.route is Route.LAND else visit.route.value
            rows["route"].note("warn", f"▲ {texts(f'security_rule.{ground}')}")
        else:
            rows["route"].note("quiet", f"○ {texts('security_rule.open')}")
        chosen = visit.security
        line = texts(f"security_note.{chosen.value}") if chosen is not None else ""
        if chosen is Security.CENTRE:
            line = texts("security_note.centre", centre=visit.centres.get(visit.centre, visit.centre))
        rows["security"].note("", "", line)

    def _say_state(self, visit: VisitView | None, *, locked: bool) -> None:
        texts = self._texts
        complete = visit is not None and (not visit.missing or locked)
        count = len(visit.missing) if visit is not None else 0
        sign = "✓" if complete else "▲"
        line = texts("item.missing", count=count)
        if complete:
            line = texts("item.accepted" if locked else "item.complete")
        put(self._state, f"{sign} {line}")
        mark(self._state, "tone", "good" if complete else "warn")
        self._state.setVisible(visit is not None)
