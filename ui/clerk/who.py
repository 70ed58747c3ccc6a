"""Who sends, where it is not just the person at the counter: fields of the kind, principal, exemption."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from core.commands import SenderField, SenderKind
from core.view import FieldView, VisitView
from ui.buttons import KeyButton
from ui.clerk.exemption import ExemptionPart
from ui.clerk.shortcuts import key_of
from ui.clerk.text_field import LaneField
from ui.fields import Entry, Typed
from ui.keys import Keyboard
from ui.style import put
from ui.text import Texts

ASKING = (SenderKind.ORGANISATION, SenderKind.AGREEMENT, SenderKind.AGENT, SenderKind.EXEMPT)
_LACKING = ("missing.sender", "problem.sender")


class WhoCard(QFrame):
    """The card at the upper right, while the kind of sender wants something."""

    edited = Signal(object, str)  # SenderField, text
    principal_asked = Signal()
    proof_asked = Signal()

    def __init__(self, texts: Texts, keyboard: Keyboard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("who_card")
        self.setProperty("role", "card")
        self._texts = texts
        self._exempt = False
        self.opened = False  # Alt+K asked for it: it stands although nothing is lacking
        self._title, self._what, self._principal, self._proof = (QLabel(self) for _ in range(4))
        self._title.setProperty("role", "heading")
        self.fields = {name: self._field(name, keyboard) for name in SenderField}
        self.principal = KeyButton("who_principal", key_of("principal"), keyboard, self, wide=True)
        self.proof = KeyButton("who_proof", key_of("proof"), keyboard, self, wide=True)
        self.exemption = ExemptionPart(texts, keyboard, self)
        self.principal.clicked.connect(self.principal_asked)
        self.proof.clicked.connect(self.proof_asked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(8)
        for label in (self._title, self._what, self._principal, self._proof):
            label.setWordWrap(True)
        parts: tuple[QWidget, ...] = (
            self._title, self._what, *self.fields.values(), self._principal, self.principal, self._proof,
            self.proof, self.exemption,
        )  # fmt: skip
        for part in parts:
            layout.addWidget(part)
        layout.addStretch(1)

    def _field(self, name: SenderField, keyboard: Keyboard) -> LaneField:
        typed = Typed.WORDS if name is SenderField.ORGANISATION_NAME else Typed.FIGURES
        made = LaneField("who", name.value, typed, keyboard, self, problem_lines=3)
        made.field.edited.connect(partial(self._tell, name))
        return made

    def _tell(self, name: SenderField, text: str) -> None:
        self.edited.emit(name, text)

    def wanted(self, visit: VisitView | None) -> bool:
        """Whether it stands: it was asked for, something is lacking, or somebody is at it."""
        if visit is None or visit.sender_kind.kind not in ASKING:
            return False
        return self.opened or self.at_it or any(code in visit.missing for code in _LACKING)

    @property
    def at_it(self) -> bool:
        """Whether the focus is in here."""
        focused = self.focusWidget()
        return focused is not None and focused.hasFocus()

    def first(self) -> QWidget:
        """Where the focus goes when it is opened: the first field that stands, else the first button."""
        button = self.exemption.reason if self._exempt else self.principal
        return next(iter(self.entries()), None) or button

    def entries(self) -> Iterator[Entry]:
        """The fields that stand, in their order."""
        lanes = (lane.entry for lane in self.fields.values() if not lane.isHidden())
        return chain(lanes, self.exemption.entries())

    def order(self) -> Iterator[QWidget]:
        """Everything that takes the focus, as the eye goes."""
        fields = (lane.entry for lane in self.fields.values())
        return chain(fields, (self.principal, self.proof), self.exemption.order())

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts
        self.exemption.retranslate(texts)
        for lane in self.fields.values():
            lane.retranslate(texts)

    def show_view(self, visit: VisitView | None) -> None:
        """What the station holds of who sends; None: nothing of it stays."""
        texts = self._texts
        kind = visit.sender_kind if visit is not None else None
        asked = kind.fields if kind is not None else {}
        self._exempt = kind is not None and kind.kind is SenderKind.EXEMPT
        self.exemption.show_view(kind.exemption if kind is not None else None)
        for name, lane in self.fields.items():
            held = asked.get(name)
            lane.setVisible(held is not None)
            if held is None:
                lane.empty()
            else:
                lane.show_view(FieldView(held.text, held.problem), texts)
        agent = kind is not None and kind.kind is SenderKind.AGENT
        for widget in (self._principal, self.principal, self._proof, self.proof):
            widget.setVisible(agent)
        put(self._title, texts(f"sender_kind.{kind.kind.value}") if kind is not None else "")
        asking = kind is not None and kind.kind in ASKING
        put(self._what, texts(f"who.{kind.kind.value}") if kind is not None and asking else "")
        person = kind.principal if kind is not None else None
        kept = texts("confirmed.yes" if person is not None else "confirmed.no")
        self.principal.say(texts("who.keep_principal"), kept, chosen=person is not None)
        put(self._principal, "")
        if person is not None:
            line = f"{texts(f'fact.kind.{person.kind}')}  {person.name}  {person.number}"
            put(self._principal, f"✓ {texts('who.principal')}{texts('join.fact')}{line}")
        elif agent:
            put(self._principal, f"○ {texts('who.no_principal')}")
        proof = kind.proof if kind is not None else None
        shown = texts("confirmed.yes" if proof is not None else "confirmed.no")
        self.proof.say(texts("who.choose_proof"), shown, chosen=proof is not None)
        put(self._proof, f"✓ {texts(f'proof.{proof.value}')}" if proof else f"○ {texts('who.no_proof')}")
