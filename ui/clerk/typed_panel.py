"""A panel of the F3 page that a station's form is typed into; hidden it keeps nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from core.commands import Command
from ui.fields import Entry, Typed
from ui.keys import Keyboard
from ui.text import Texts


class Form(Protocol):
    """What the station asks for; ``serial`` grows with each one that is begun."""

    @property
    def serial(self) -> int: ...


_Form = TypeVar("_Form", bound=Form)


class TypedPanel(QFrame, Generic[_Form]):
    """Title, what to type, a field each, and where it goes; how they are laid out is the subclass's.

    ``fields``: (name, what is typed), by which entries and captions are called.  Enter goes from one to
    the next and stays in the last: only F9 files.
    """

    def __init__(
        self,
        name: str,
        fields: Sequence[tuple[str, Typed]],
        texts: Texts,
        keyboard: Keyboard,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(f"{name}_panel")
        self.texts = texts
        self.view: _Form | None = None
        self.title, self.said, self.sealed = QLabel(self), QLabel(self), QLabel(self)
        self.captions = [QLabel(self) for _ in fields]
        self.entries = [Entry(f"{name}_{field}", typed, keyboard, self) for field, typed in fields]
        self.title.setProperty("role", "semi")
        for label in (self.said, self.sealed, *self.captions):
            label.setProperty("role", "caption")
        for label in (self.title, self.said, self.sealed, *self.captions):
            label.setWordWrap(True)
        for number, entry in enumerate(self.entries):
            entry.left.connect(lambda number=number: self._next(number))
        self.hide()

    def command(self) -> Command:
        """What files that which is typed."""
        raise NotImplementedError

    @property
    def files(self) -> str:
        """Code of the sentence that says what F9 does."""
        raise NotImplementedError

    def _next(self, number: int) -> None:
        following = next((entry for entry in self.entries[number + 1 :] if not entry.isHidden()), None)
        if following is not None:
            following.setFocus()

    def paint(self) -> None:
        """Put the words of ``texts`` for ``view``, or for nothing."""
        raise NotImplementedError

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self.texts = texts
        self.paint()

    def show_view(self, view: _Form | None) -> None:
        """What the station asks for, None: nothing stands."""
        if view == self.view:
            return
        fresh = view is not None and (self.view is None or self.view.serial != view.serial)
        self.view = view
        if fresh or view is None:
            self._forget()
        self.paint()
        self.setVisible(view is not None)
        if fresh:
            self.entries[0].setFocus()

    def typed(self) -> tuple[str, ...]:
        """Every field as it stands."""
        return tuple(entry.text() for entry in self.entries)

    def _forget(self) -> None:
        for entry in self.entries:
            entry.setText("")  # with what could be brought back

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Nothing waits behind another page."""
        self._forget()
        super().hideEvent(event)
