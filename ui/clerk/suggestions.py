"""What is offered while somebody types: a short list under the field, never in the way.

It takes no focus and nothing is chosen before an arrow key was pressed, so that Enter goes on as ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import QEvent, QObject, QPoint, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.regions.complete import PlaceHit
from core.view import CatalogueHit
from ui.clerk.confirmations import REFUSING
from ui.clerk.finding import SIGNS, sign_of
from ui.clerk.form_field import FormField
from ui.style import mark, put
from ui.text import Texts
from ui.zoom import measured_by_itself, times

_NONE = -1
_MARGIN = 16


Hit = CatalogueHit | PlaceHit


class HitRow(QFrame):
    """A line of the list."""

    def show_hit(self, hit: Hit, texts: Texts, *, chosen: bool) -> None:
        """Fill it."""
        raise NotImplementedError


class _Row(HitRow):
    """One item: what is done with it, its name, its initials, its class."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "gate")
        self._action, self._name, self._initials, self._class = (QLabel(self) for _ in range(4))
        self._action.setProperty("role", "badge")
        self._widest = 0  # of the words for an action, in pixels as they stand
        self._name.setProperty("role", "semi")
        self._initials.setProperty("role", "caption")
        self._class.setProperty("role", "caption")
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 1, 8, 1)
        row.setSpacing(8)
        for label in (self._action, self._name, self._initials):
            row.addWidget(label)
        row.addStretch(1)
        row.addWidget(self._class)

    def show_hit(self, hit: Hit, texts: Texts, *, chosen: bool) -> None:
        """Fill it."""
        if isinstance(hit, PlaceHit):
            return
        tone, word = sign_of(hit.action, texts)
        put(self._action, word)
        self._align(texts)
        mark(self._action, "tone", tone)
        put(self._name, hit.name)
        put(self._initials, hit.initials)
        put(self._class, texts("suggestion.class", number=hit.number) if hit.action in REFUSING else "")
        mark(self, "now", "true" if chosen else "false")
        self.setAccessibleName(f"{hit.name} {word}")

    def _align(self, texts: Texts) -> None:
        """As wide as the longest word for an action: the names stand below each other."""
        badge = self._action
        badge.ensurePolished()
        width = badge.fontMetrics().horizontalAdvance
        widest = max(width(sign_of(action, texts)[1]) for action in SIGNS)
        if widest == self._widest:
            return
        self._widest = widest
        badge.setMinimumWidth(0)
        badge.setWordWrap(False)  # its hint would keep the least width of before
        badge.setMinimumWidth(widest + badge.sizeHint().width() - width(badge.text()))
        measured_by_itself(badge)


class Suggestions(QFrame):
    """Belongs to one field; stands while somebody types in it and something is known."""

    row_kind: ClassVar[type[HitRow]] = _Row
    most: ClassVar[int] = 8
    taken = Signal(str)  # the name that was chosen

    def __init__(self, texts: Texts, field: FormField, card: QWidget) -> None:
        """``card`` is what it stands on, to the right edge of its fields."""
        super().__init__(card)
        self._card = card
        self.setObjectName("suggestions")
        self.setProperty("role", "panel")
        self._texts = texts
        self.field = field
        self._hits: Sequence[Hit] = ()
        self._typing = False
        self._at = _NONE
        self._margin = _MARGIN
        self._rows = [self.row_kind(self) for _ in range(self.most)]
        self._keys = QLabel(self)
        self._keys.setProperty("role", "small")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(0)
        for row in self._rows:
            layout.addWidget(row)
        layout.addWidget(self._keys)
        field.installEventFilter(self)
        field.entry.textEdited.connect(self._typed)
        field.entry.unfocused.connect(self.close_list)
        self.hide()

    @property
    def chosen(self) -> Hit | None:
        """What an arrow key chose; None before any was pressed, or while the list does not stand."""
        return self._hits[self._at] if not self.isHidden() and 0 <= self._at < len(self._hits) else None

    def set_zoom(self, factor: float) -> None:
        """Its distance from the edge of the card."""
        self._margin = times(_MARGIN, factor)
        if not self.isHidden():
            self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """The field moved: the list stays under it."""
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize) and not self.isHidden():
            self._place()
        return super().eventFilter(watched, event)

    @property
    def row(self) -> QWidget | None:
        """The line of what is chosen."""
        return self._rows[self._at] if self.chosen is not None else None

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts
        put(self._keys, texts("suggestion.keys"))
        self._paint()

    def show_view(self, hits: Sequence[Hit]) -> None:
        """The station's answer to what was typed."""
        if [hit.id for hit in hits] != [hit.id for hit in self._hits]:
            self._at = _NONE
        self._hits = hits[: self.most]
        self._paint()

    def step(self, by: int) -> bool:
        """The choice goes up or down; False where no list stands."""
        if self.isHidden():
            return False
        self._at = max(_NONE, min(len(self._hits) - 1, self._at + by))
        self._paint()
        return True

    def take(self) -> Hit | None:
        """Enter: the chosen one goes into the field and the list away.  None where none is chosen."""
        chosen = self.chosen
        if chosen is not None:
            self.close_list()
            self.taken.emit(chosen.name)
        return chosen

    def close_list(self) -> bool:
        """Away until somebody types again; False where it did not stand."""
        stood = not self.isHidden()
        self._typing, self._at = False, _NONE
        self._paint()
        return stood

    def _typed(self, _text: str) -> None:
        self._typing, self._at = True, _NONE
        self._paint()

    def _paint(self) -> None:
        stands = self._typing and bool(self._hits) and bool(self.field.entry.text())
        for at, row in enumerate(self._rows):
            row.setVisible(at < len(self._hits))
            if at < len(self._hits):
                row.show_hit(self._hits[at], self._texts, chosen=at == self._at)
        if stands:
            self._place()
        self.setVisible(stands)

    def _place(self) -> None:
        """Under the field, to the right edge of the fields."""
        at = self.field.mapTo(self._card, QPoint(0, self.field.height() + 2))
        self.adjustSize()
        right = self._card.width() - self._margin
        left = max(self._margin, min(at.x(), right - self.sizeHint().width()))
        self.setGeometry(left, at.y(), right - left, self.sizeHint().height())
        self.raise_()
