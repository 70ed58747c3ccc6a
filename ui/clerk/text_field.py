"""A field with its own problem under it, for the lanes beside the form."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from core.view import FieldView
from ui.clerk.form_field import FormField
from ui.fields import Typed
from ui.keys import Keyboard
from ui.style import put
from ui.text import Texts

_LINE = 19


class LaneField(QWidget):
    """Caption, entry and problem.  ``lane`` begins the object name, ``name`` ends the caption's code."""

    def __init__(
        self,
        lane: str,
        name: str,
        typed: Typed,
        keyboard: Keyboard,
        parent: QWidget | None = None,
        *,
        problem_lines: int = 2,
    ) -> None:
        super().__init__(parent)
        self.field = FormField(name, typed, keyboard, self)
        self.entry = self.field.entry
        self.entry.setObjectName(f"{lane}_{name}")
        self.entry.focused.connect(self._select_masked)
        self._problem = QLabel(self)
        self._problem.setObjectName(f"problem_{lane}_{name}")
        self._problem.setProperty("role", "problem")
        self._problem.setWordWrap(True)
        self._problem.setMinimumHeight(problem_lines * _LINE + 3)
        self._problem.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.field)
        layout.addWidget(self._problem)

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self.field.retranslate(texts)

    def show_view(self, view: FieldView, texts: Texts) -> None:
        """What the station holds, and what is wrong with it."""
        self.field.show_view(view)
        put(self._problem, f"■ {texts.sentence(view.problem, view.facts)}" if view.problem else "")

    def empty(self) -> None:
        """Nothing of a customer stays in the widgets."""
        self.field.forget_pending()
        self.field.show_view(FieldView(""))
        put(self._problem, "")

    def _select_masked(self) -> None:
        """What stands masked cannot be mended letter by letter: the next key begins anew."""
        if "*" in self.entry.text():
            self.entry.selectAll()
