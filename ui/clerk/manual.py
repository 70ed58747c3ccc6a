"""The manual lane: a document that no reader reads, typed from the original.  A page of the frame."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.commands import ManualField
from core.view import FieldView, ManualView
from ui.buttons import KeyButton
from ui.clerk.shortcuts import key_of
from ui.clerk.text_field import LaneField
from ui.fields import Entry, Typed
from ui.keys import Keyboard
from ui.style import mark, put
from ui.text import Texts
from ui.theme import body_font
from ui.zoom import Room

_COLUMNS = 2
_FIGURES = (ManualField.NUMBER, ManualField.NUMBER_AGAIN)
_PLAIN = (ManualField.MRZ, ManualField.BIRTH)


class ManualPage(QFrame):
    """Kind and cause, the fields that the kind asks for, and the keys that end the lane."""

    edited = Signal(object, str)  # ManualField, text
    finish_asked = Signal()
    cancel_asked = Signal()

    def __init__(self, texts: Texts, keyboard: Keyboard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("manual_page")
        self.setProperty("role", "panel")
        self._texts = texts
        self._columns = _COLUMNS
        self._shown: tuple[ManualField, ...] = tuple(ManualField)
        self._title, self._cause, self._what, self._lines = (QLabel(self) for _ in range(4))
        self.fields = {name: self._field(name, keyboard) for name in ManualField}
        self.finish = KeyButton("manual_finish", key_of("finish_manual"), keyboard, self)
        self.finish.clicked.connect(self.finish_asked)
        self.cancel = KeyButton("manual_cancel", key_of("back"), keyboard, self)
        self.cancel.clicked.connect(self.cancel_asked)
        self._grid = QGridLayout()
        self._lay_out()
        self._place(())

    def _field(self, name: ManualField, keyboard: Keyboard) -> LaneField:
        typed = Typed.FIGURES if name in _FIGURES else Typed.PLAIN if name in _PLAIN else Typed.WORDS
        made = LaneField("manual", name.value, typed, keyboard, self)
        made.field.edited.connect(partial(self._tell, name))
        return made

    def _lay_out(self) -> None:
        self._title.setProperty("role", "heading")
        self._cause.setProperty("role", "badge")
        mark(self._cause, "tone", "warn")
        self._what.setWordWrap(True)
        self._lines.setFont(body_font(mono=True))
        self._lines.setObjectName("manual_lines")
        self._lines.setAlignment(Qt.AlignmentFlag.AlignTop)
        top, keys = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self._title)
        top.addStretch(1)
        top.addWidget(self._cause, 0, Qt.AlignmentFlag.AlignVCenter)
        keys.setSpacing(8)
        keys.addWidget(self.finish)
        keys.addWidget(self.cancel)
        keys.addStretch(1)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(4)
        for column in range(_COLUMNS):
            self._grid.setColumnStretch(column, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self._what)
        layout.addLayout(self._grid)
        layout.addWidget(self._lines)
        layout.addLayout(keys)
        layout.addStretch(1)

    def set_room(self, room: Room) -> None:
        """One column of fields where there is little room."""
        columns = 1 if room is Room.NARROW else _COLUMNS
        if columns != self._columns:
            self._columns = columns
            self._grid.setColumnStretch(1, columns - 1)
            shown, self._shown = self._shown, ()
            for lane in self.fields.values():
                self._grid.removeWidget(lane)
            self._place(shown)

    def _place(self, names: tuple[ManualField, ...]) -> None:
        """The fields in their order; the zone takes a line of its own."""
        if names == self._shown:
            return
        self._shown = names
        at = 0
        for name, lane in self.fields.items():
            self._grid.removeWidget(lane)
            lane.setVisible(name in names)
            if name not in names:
                lane.empty()
                continue
            wide = name is ManualField.MRZ
            columns = self._columns
            self._grid.addWidget(lane, at // columns, at % columns, 1, columns if wide else 1)
            at += columns if wide else 1

    def _tell(self, name: ManualField, text: str) -> None:
        self.edited.emit(name, text)

    def entries(self) -> Iterator[Entry]:
        """The fields that stand, in their order."""
        return (self.fields[name].entry for name in self._shown)

    def line_ended(self) -> bool:
        """Enter in the zone after its first line: the next line follows, as readers of zones send it."""
        zone = self.fields[ManualField.MRZ].entry
        if not zone.hasFocus() or len(zone.text().split()) != 1:
            return False
        zone.insert(" ")
        zone.textEdited.emit(zone.text())
        return True

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts
        put(self._what, texts("manual.what"))
        self.finish.say(texts("manual.finish"), texts("confirmed.no"), chosen=False)
        self.cancel.say(texts("manual.cancel"), texts("manual.cancel"), chosen=False)
        for lane in self.fields.values():
            lane.retranslate(texts)

    def show_view(self, manual: ManualView | None) -> None:
        """What the station holds of the lane; None: nothing of it stays."""
        texts = self._texts
        if manual is None:
            self._place(())
            for label in (self._title, self._cause, self._lines):
                put(label, "")
            return
        self._place(tuple(manual.fields))
        put(self._title, texts(f"fact.kind.{manual.kind}"))
        put(self._cause, f"▲ {texts(f'manual_cause.{manual.cause.value}')}")
        for name, view in manual.fields.items():
            self.fields[name].show_view(FieldView(view.text, view.problem, view.facts), texts)
        zone = manual.fields.get(ManualField.MRZ)
        put(self._lines, "\n".join(_zone_lines(zone.text)) if zone is not None else "")
        done = texts("manual.complete" if manual.complete else "manual.open")
        self.finish.say(texts("manual.finish"), done, chosen=manual.complete)


def _zone_lines(text: str) -> list[str]:
    """As they stand on the document: two lines of 44, or three of 30."""
    joined = "".join(text.split()).upper()
    size = 30 if len(joined) in range(89, 91) or joined[:1] in ("I", "A", "C") else 44
    return [joined[start : start + size] for start in range(0, min(len(joined), 90), size)]
