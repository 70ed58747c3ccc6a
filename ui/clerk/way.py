"""The way of one acceptance: eight gates, each with mark, name and one line."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.commands import Field
from core.view import GateName, GateState, GateView, ParkedView, VisitView
from ui.clerk.shortcuts import key_of
from ui.marks import GATES, Mark
from ui.style import mark, put
from ui.text import Texts
from ui.theme import Palette

WIDTH = 228
_MARK = 28
_SOON_MINUTES = 15


class _Gate(QFrame):
    """One gate."""

    def __init__(self, number: int, name: GateName, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(f"way_{name.value}")
        self.setProperty("role", "gate")
        self._number = str(number)
        self.mark = Mark(_MARK, self)
        self._title, self._line = QLabel(self), QLabel(self)
        self._title.setProperty("role", "semi")
        self._title.setWordWrap(True)
        self._line.setProperty("role", "caption")
        self._line.setWordWrap(True)
        words = QVBoxLayout()
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(0)
        words.addWidget(self._title)
        words.addWidget(self._line)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(9, 4, 8, 4)
        row.setSpacing(10)
        row.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)

    def show_view(self, view: GateView, texts: Texts, live: str = "") -> None:
        """Show state and detail, and ``live``: what a device shows at this moment."""
        self.mark.show_state(*GATES[view.state], self._number)
        put(self._title, texts(f"way.{view.name.value}"))
        state = texts(f"gate_state.{view.state.value}")
        line = state + (f" · {texts.what(view.detail, view.facts)}" if view.detail else "")
        line += f" · {live}" if live else ""
        put(self._line, line)
        mark(self, "now", "true" if view.state is GateState.CURRENT else "false")
        self.setAccessibleName(self._title.text())
        self.setAccessibleDescription(line)


class Way(QFrame):
    """The card on the left."""

    def __init__(self, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("way")
        self.setProperty("role", "card")
        self.setFixedWidth(WIDTH)
        self._texts = texts
        self._title = QLabel(self)
        self._title.setProperty("role", "title")
        self._waiting: Sequence[ParkedView] = ()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 12, 8, 8)
        layout.setSpacing(2)
        self._parked = QLabel(self)
        self._parked.setObjectName("parked")
        self._parked.setProperty("role", "badge")
        top = QHBoxLayout()
        top.setContentsMargins(14, 0, 4, 4)
        top.addWidget(self._title)
        top.addStretch(1)
        top.addWidget(self._parked)
        layout.addLayout(top)
        self._gates: dict[GateName, _Gate] = {}
        for number, name in enumerate(GateName, 1):
            gate = _Gate(number, name, self)
            self._gates[name] = gate
            layout.addWidget(gate, 1)

    def set_theme(self, palette: Palette) -> None:
        """Repaint in these colours."""
        for gate in self._gates.values():
            gate.mark.set_theme(palette)

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts
        put(self._title, texts("way.title"))
        self.show_parked(self._waiting)

    def show_parked(self, waiting: Sequence[ParkedView]) -> None:
        """How many visits wait; the time left where one of them lapses soon."""
        self._waiting = waiting
        texts, count = self._texts, len(waiting)
        minutes = min((each.minutes for each in waiting), default=0)
        soon = minutes <= _SOON_MINUTES
        if soon:
            line = f"▲ {texts('parked.soon', count=count, minutes=minutes)}"
        else:
            line = f"● {texts('parked.strip', count=count, key=key_of('park'))}"
        put(self._parked, line if count else "")
        mark(self._parked, "tone", "warn" if soon else "quiet")
        self._parked.setVisible(bool(count))

    def show_view(self, visit: VisitView | None) -> None:
        """The gates of the visit; before there is one, all are open."""
        gates = visit.gates if visit is not None else ()
        known = {gate.name: gate for gate in gates}
        for name, widget in self._gates.items():
            live = self._scale(visit) if name is GateName.WEIGHT else ""
            widget.show_view(known.get(name, GateView(name, GateState.OPEN)), self._texts, live)

    def _scale(self, visit: VisitView | None) -> str:
        """What the scale shows, as far as it helps with this item."""
        scale, texts = visit.scale if visit is not None else None, self._texts
        if visit is None or scale is None or "missing.next" in visit.missing:
            return ""
        if scale.grams is None:
            return texts(scale.fault) if scale.fault else ""
        weighed = bool(visit.fields[Field.WEIGHT].text)
        if scale.note == "empty":
            return "" if weighed else texts("scale.empty")
        if scale.note == "last":
            return texts("scale.last")
        if not scale.stable:
            return texts("scale.moving", grams=scale.grams)
        return texts(f"scale.{scale.note or 'stable'}", grams=scale.grams)
