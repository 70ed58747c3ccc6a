"""The way of one acceptance: eight gates, each with mark, name and one line."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.commands import Field
from core.view import GateName, GateState, GateView, ParkedView, VisitView
from ui.clerk.shortcuts import key_of
from ui.marks import GATES, Mark
from ui.style import mark, put
from ui.text import Texts
from ui.theme import Palette
from ui.zoom import Room, measure_again

WIDTH, _ROOMY_WIDTH = 228, 264
_UNBOUND = 16777215
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
        self._now = self._strip = False
        self.brief = False  # in a strip: the name of the step only, something else wants the room
        self._beside = QWidget(self)
        words = self._words = QBoxLayout(QBoxLayout.Direction.TopToBottom, self._beside)
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(0)
        words.addWidget(self._title)
        words.addWidget(self._line)
        words.addStretch(1)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(9, 4, 8, 4)
        row.setSpacing(10)
        row.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._beside, 1)

    def set_strip(self, strip: bool) -> None:
        """In one line, with words where it is the step that stands now."""
        self._strip = strip
        down, across = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._words.setDirection(across if strip else down)
        self._words.setSpacing(8 if strip else 0)
        for label in (self._title, self._line):
            label.setWordWrap(not strip)
        self._row.setContentsMargins(*((4, 3, 4, 3) if strip else (9, 4, 8, 4)))
        self._row.setSpacing(6 if strip else 10)
        measure_again(self._words, self._row)
        self._show_words()

    @property
    def now(self) -> bool:
        """Whether this is the step that stands now."""
        return self._now

    def be_brief(self, *, brief: bool) -> None:
        """In a strip the name of the step only."""
        if brief != self.brief:
            self.brief = brief
            self._show_words()

    def _show_words(self) -> None:
        self._beside.setVisible(self._now or not self._strip)
        self._line.setVisible(not self._strip or not self.brief)

    def show_view(self, view: GateView, texts: Texts, live: str = "") -> None:
        """Show state and detail, and ``live``: what a device shows at this moment."""
        self.mark.show_state(*GATES[view.state], self._number)
        put(self._title, texts(f"way.{view.name.value}"))
        state = texts(f"gate_state.{view.state.value}")
        line = state + (f" · {texts.what(view.detail, view.facts)}" if view.detail else "")
        line += f" · {live}" if live else ""
        short = live or (texts.what(view.detail, view.facts) if view.detail else line)
        put(self._line, short if self._strip else line)
        self._now = view.state is GateState.CURRENT
        mark(self, "now", "true" if self._now else "false")
        self._show_words()
        self.setToolTip(f"{self._title.text()} {line}" if self._strip else "")
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
        self._strip, self._room = False, Room.WIDE
        self._title = QLabel(self)
        self._title.setProperty("role", "title")
        self._waiting: Sequence[ParkedView] = ()
        layout = self._layout = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
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
        self._second = QLabel(self)  # requests that wait for a second person
        self._second.setObjectName("requests")
        self._second.setProperty("role", "badge")
        self._requests = 0
        head, beside = QVBoxLayout(), QHBoxLayout()
        head.setSpacing(2)
        beside.setContentsMargins(14, 0, 4, 4)
        beside.addWidget(self._second)
        beside.addStretch(1)
        head.addLayout(top)
        head.addLayout(beside)
        layout.addLayout(head)
        self._gates: dict[GateName, _Gate] = {}
        for number, name in enumerate(GateName, 1):
            gate = _Gate(number, name, self)
            self._gates[name] = gate
            layout.addWidget(gate, 1)

    def set_room(self, room: Room) -> None:
        """A column with words, or one strip of marks with the words of the step that stands now."""
        self._room = room
        strip = room < Room.WIDE
        down, across = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._layout.setDirection(across if strip else down)
        self._layout.setContentsMargins(*((4, 2, 8, 2) if strip else (4, 12, 8, 8)))
        self._layout.setSpacing(2)
        self._title.setVisible(not strip)
        width = _ROOMY_WIDTH if room is Room.ROOMY else WIDTH
        self.setMinimumWidth(0 if strip else width)
        self.setMaximumWidth(_UNBOUND if strip else width)
        for gate in self._gates.values():
            gate.set_strip(strip)
        measure_again(self, self._layout)
        self._strip = strip
        self._stretch()

    def _stretch(self) -> None:
        """In a strip the step that stands now takes the room that is left."""
        for at, gate in enumerate(self._gates.values(), 1):
            self._layout.setStretch(at, int(gate.now or not self._strip))
            gate.be_brief(brief=self._room is Room.NARROW and bool(self._waiting or self._requests))

    def set_theme(self, palette: Palette) -> None:
        """Repaint in these colours."""
        for gate in self._gates.values():
            gate.mark.set_theme(palette)

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts
        put(self._title, texts("way.title"))
        self.show_parked(self._waiting)
        self.show_requests(self._requests)

    def show_requests(self, count: int) -> None:
        """How many requests wait for a second person."""
        self._requests = count
        line = f"● {self._texts('second.strip', count=count, key=key_of('requests'))}"
        put(self._second, line if count else "")
        mark(self._second, "tone", "quiet")
        self._second.setVisible(bool(count))
        self._stretch()

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
        self._stretch()

    def show_view(self, visit: VisitView | None) -> None:
        """The gates of the visit; before there is one, all are open."""
        gates = visit.gates if visit is not None else ()
        known = {gate.name: gate for gate in gates}
        for name, widget in self._gates.items():
            live = self._scale(visit) if name is GateName.WEIGHT else ""
            widget.show_view(known.get(name, GateView(name, GateState.OPEN)), self._texts, live)
        self._stretch()

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
