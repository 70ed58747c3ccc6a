"""The bar that says what the one key will do, and what is still missing.  It cannot be clicked."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.closing import CloseView
from core.view import VisitView
from ui.clerk.shortcuts import key_of
from ui.style import mark, put
from ui.text import Texts
from ui.zoom import Room, measure_again

HEIGHT = 52
_NAMED, _FEW = 4, 2  # so many missing steps are named, the rest is a number
_ROOMY, _CLOSE = 20, 12
NEXT = "missing.next"  # this item is committed: F7 or F8
_HINTS = ("help", "new", "look_up", "park", "known", "next_item", "next_customer",
          "paste", "reprint", "lock", "undo", "language", "log_out", "close_day")  # fmt: skip
_A_ROW = 7


class CommandBar(QFrame):
    """``F9`` with its meaning now, and the other keys."""

    def __init__(self, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("commit_bar")
        self.setMinimumHeight(HEIGHT)
        self._texts = texts
        self._visit: VisitView | None = None
        self._covered, self._files = False, ""
        self._close: CloseView | None = None
        self._room = Room.WIDE
        self._key = QLabel(key_of("commit"), self)
        self._key.setObjectName("commit_key")
        self._key.setFixedHeight(38)
        self._action = QLabel(self)
        self._action.setObjectName("commit_action")
        self._missing = QLabel(self)
        self._missing.setObjectName("commit_missing")
        self._missing.setWordWrap(True)
        self._missing.setAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        self._hints: list[QLabel] = []
        self._named = _NAMED
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(_ROOMY, 0, _ROOMY, 0)
        row.setSpacing(16)
        row.addWidget(self._key, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._action)
        row.addWidget(self._missing, 1)
        row.addLayout(self._hint_grid())

    def _hint_grid(self) -> QVBoxLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        for number, _ in enumerate(_HINTS):
            label = QLabel(self)
            label.setProperty("role", "caption")
            self._hints.append(label)
            grid.addWidget(label, number // _A_ROW, number % _A_ROW)
        middle = QVBoxLayout()
        middle.addStretch(1)
        middle.addLayout(grid)
        middle.addStretch(1)
        return middle

    def set_room(self, room: Room) -> None:
        """Where there is little, the help lists the other keys, and fewer missing steps are named."""
        self._room = room
        self._named = _NAMED if room >= Room.WIDE else _FEW
        self._show_hints()
        margins = _ROOMY if room > Room.NARROW else _CLOSE
        if self._row.contentsMargins().left() != margins:
            self._row.setContentsMargins(margins, 0, margins, 0)
            self._row.setSpacing(margins - 4)
            measure_again(self._row)
        self._paint()

    def _show_hints(self) -> None:
        """On the page of the day close the other keys stand in its line."""
        for at, label in enumerate(self._hints):
            fits = self._room >= Room.WIDE or (not at and self._room > Room.NARROW)
            label.setVisible(fits and self._close is None)

    def follow_close(self, close: CloseView | None) -> None:
        """The day close stands in front of the form: F9 signs it."""
        if close is not self._close:
            changed = (close is None) is not (self._close is None)
            self._close = close
            if changed:
                self._show_hints()
            self._paint()

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts
        for label, name in zip(self._hints, _HINTS, strict=True):
            put(label, f"{key_of(name)} {texts(f'key.{name}')}")
        self._paint()

    def show_view(self, visit: VisitView | None, *, covered: bool, files: str = "") -> None:
        """``covered``: another page stands in front of the form; F9 does nothing there, or ``files``."""
        self._visit, self._covered, self._files = visit, covered, files
        self._paint()

    @property
    def ready(self) -> bool:
        """Whether nothing is missing as far as the screen knows."""
        if self._close is not None:
            return not self._close.closed and not self._close.fault and not self._close.left
        whole = self._visit is not None and not self._visit.missing and not self._covered
        return bool(self._files) or whole

    def _paint(self) -> None:
        texts, visit = self._texts, self._visit
        action = self._files or ("commit.action" if self._close is None else "close.sign")
        put(self._action, texts(action))
        if self._close is not None:
            line = f"{_said(self._close, texts)}    {texts('close.keys')}"
        elif self._files:
            line = texts("commit.files")
        elif self._covered and visit is not None and visit.manual is not None:
            line = texts("commit.manual", finish=key_of("finish_manual"), back=key_of("back"))
        elif self._covered:
            line = texts("commit.covered")
        elif visit is None:
            line = texts("commit.nothing")
        elif visit.reading:
            line = texts("commit.reading")
        elif visit.missing == (NEXT,):
            line = texts("commit.accepted", named=texts(NEXT))
        elif visit.missing:
            line = self._missing_line(visit.missing)
        else:
            line = texts("commit.ready", count=len(visit.items) + 1)
        put(self._missing, line)
        mark(self, "ready", "true" if self.ready else "false")
        self.setAccessibleName(f"{key_of('commit')} {texts(action)}")
        self.setAccessibleDescription(line)

    def _missing_line(self, missing: tuple[str, ...]) -> str:
        texts = self._texts
        named = texts.join([texts(code) for code in missing[: self._named]])
        more = len(missing) - self._named
        if more > 0:
            named += texts("commit.more", count=more)
        return texts("commit.missing", count=len(missing), named=named)


def _said(close: CloseView, texts: Texts) -> str:
    """How far the day close is."""
    if close.closed:
        return texts("close.pending_day", count=close.pending) if close.pending else texts("close.all_there")
    if close.fault:
        return texts("close.fault")
    return texts("close.left", count=close.left) if close.left else texts("close.ready")
