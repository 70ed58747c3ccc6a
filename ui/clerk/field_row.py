"""A row of fields, and under it one line that says what is wrong in the row."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from core.commands import Field
from core.view import FieldView, VisitView
from ui.clerk.form_field import FormField
from ui.fields import Typed
from ui.keys import Keyboard
from ui.style import mark, put
from ui.text import Texts
from ui.zoom import Room

PLAIN = (Field.SENDER_PHONE, Field.RECIPIENT_PHONE, Field.WAYBILL, Field.QUANTITY, Field.WEIGHT)
_PROBLEM_HEIGHT = 19
_INSIDE = 22  # border and padding of an entry


class FieldRow(QWidget):
    """Fields beside each other with widths in the given proportions."""

    edited = Signal(object, str)  # Field, text

    def __init__(
        self,
        names: Sequence[Field],
        widths: Sequence[int],
        keyboard: Keyboard,
        parent: QWidget | None = None,
        *,
        figures: Sequence[Field] = (),
        more: Sequence[tuple[FormField, int]] = (),
        breaks: int = 2,
    ) -> None:
        """``more`` are fields at the end, with their widths, that are not of the form's own.

        Where there is little room, a second line begins after ``breaks`` fields.
        """
        super().__init__(parent)
        self._texts: Texts | None = None
        self.fields: dict[Field, FormField] = {}
        self._more = [field for field, _ in more]
        self._widths = [*widths, *(width for _, width in more)]
        self._breaks = breaks
        self._narrow = False
        for name in names:
            typed = Typed.FIGURES if name in figures else Typed.PLAIN if name in PLAIN else Typed.WORDS
            field = FormField(name.value, typed, keyboard, self)
            field.edited.connect(partial(self._tell, name))
            field.entry.focused.connect(self._say)
            self.fields[name] = field
        for field, _ in more:
            field.entry.focused.connect(self._say)
        self._lines = [QHBoxLayout(), QHBoxLayout()]
        for line in self._lines:
            line.setSpacing(12)
        self._factor = 1.0
        self._soon = QTimer(self)  # after the layout that is due
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._say)
        self._yields = False
        self._remark = ("", "")  # tone and words of what is no problem
        self._problem = QLabel(self)
        self._problem.setProperty("role", "problem")
        self._problem.setMinimumHeight(_PROBLEM_HEIGHT)
        self._problem.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._problem.setObjectName(f"problem_{names[0].value}")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for line in self._lines:
            layout.addLayout(line)
        layout.addWidget(self._problem)
        self._place()

    def _place(self) -> None:
        """All in one line, or in two where there is little room."""
        first, second = self._lines
        for at, (field, width) in enumerate(zip(self.every, self._widths, strict=True)):
            for line in self._lines:
                line.removeWidget(field)
            (second if self._narrow and at >= self._breaks else first).addWidget(field, width)

    def set_room(self, room: Room) -> None:
        """Two lines, and a problem that may be longer than one, where there is little room."""
        self._problem.setWordWrap(room < Room.WIDE)
        if self._narrow != (room is Room.NARROW):
            self._narrow = room is Room.NARROW
            self._place()

    def _tell(self, name: Field, text: str) -> None:
        self.edited.emit(name, text)

    @property
    def every(self) -> list[FormField]:
        """All fields as the eye goes."""
        return [*self.fields.values(), *self._more]

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts
        for field in self.every:
            field.retranslate(texts)
        self._say()

    def show_view(self, visit: VisitView | None) -> None:
        """What the station holds in these fields."""
        for name, field in self.fields.items():
            held = visit.fields.get(name) if visit is not None else None
            field.show_view(held or FieldView(""))
        self._say()

    def remark(self, tone: str, line: str, *, yields: bool = False) -> None:
        """What stands under the row while nothing is wrong in it: "good", "warn" or "bad", and words.

        ``yields``: a text that is longer than its field stands there instead, unless this is a warning.
        """
        self._remark, self._yields = (tone, line), yields and tone != "warn"
        self._say()

    def set_locked(self, locked: bool) -> None:
        """The item is committed: nothing of it can be typed any more."""
        for field in self.every:
            field.entry.set_locked(locked)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._say()
        self._soon.start()  # the fields inside may get their own widths after the row

    def set_zoom(self, factor: float) -> None:
        """What fits into a field is measured once the fields are as large as their type."""
        self._factor = factor
        self._soon.start()

    def _say(self) -> None:
        """The problem of the field in focus, or else the first one of the row."""
        if self._texts is None:
            return
        order = sorted(self.every, key=lambda field: not field.entry.hasFocus())
        lines = [field.problem_line(self._texts) for field in order]
        problem = next((line for line in lines if line), "")
        tone, line = ("bad", f"■ {problem}") if problem else self._remark
        if not line or (self._yields and not problem):
            whole = self._whole(order, self._texts)
            tone, line = ("plain", whole) if whole or not line else (tone, line)
        put(self._problem, line)
        mark(self._problem, "about", tone)

    def _whole(self, order: Sequence[FormField], texts: Texts) -> str:
        """A text that is longer than its field, in full: a name of fifty characters is compared here."""
        for field in order:
            entry = field.entry
            if entry.fontMetrics().horizontalAdvance(entry.text()) > entry.width() - _INSIDE * self._factor:
                line = texts("field.whole", field=texts(f"field.{field.name}"), text=entry.text())
                if self._problem.fontMetrics().horizontalAdvance(line) <= self._problem.width():
                    return line
        return ""
