"""What is new in this version: beside the form like the help, and it takes no focus."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from ui.clerk.shortcuts import key_of
from ui.style import put
from ui.text import Texts
from ui.whatsnew import FOLDER, notes

_ROWS = 24  # so many lines stand, the newest first; the panel scrolls, and older ones are left out


class NewsPanel(QFrame):
    """A heading and, of each version that is new to this counter, one line for each thing."""

    def __init__(self, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("news_panel")
        self.setProperty("role", "panel")
        self._texts = texts
        self.version = ""  # the program's; "": whatever there are notes of
        self.folder = FOLDER
        self._after = ""
        self._title, self._keys = QLabel(self), QLabel(self)
        self._rows = [(QLabel(self), QLabel(self)) for _ in range(_ROWS)]
        self._title.setProperty("role", "heading")
        self._keys.setProperty("role", "caption")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(8)
        self._title.setWordWrap(True)
        self._keys.setWordWrap(True)
        layout.addWidget(self._title)
        layout.addLayout(self._grid())
        layout.addStretch(1)
        layout.addWidget(self._keys)

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(9)
        grid.setColumnStretch(1, 1)
        for at, (key, said) in enumerate(self._rows):
            key.setProperty("role", "key")
            key.setProperty("lowered", "true")  # on one line with what it does
            said.setProperty("role", "dense")
            said.setWordWrap(True)
            grid.addWidget(key, at, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(said, at, 1, Qt.AlignmentFlag.AlignTop)
        return grid

    def open(self, *, after: str = "") -> None:
        """What came after that version; "": everything up to now.  The files are read now."""
        self._after = after
        self._paint()

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts
        if self.lines():  # else it was never opened
            self._paint()

    def lines(self) -> list[tuple[str, str]]:
        """(key, what is new) of every line that stands."""
        return [(key.text(), said.text()) for key, said in self._rows if said.text()]

    def _paint(self) -> None:
        texts = self._texts
        told = notes(texts.language, after=self._after, upto=self.version, folder=self.folder)
        lines: list[tuple[str, str]] = []
        for each in told:
            if len(told) > 1:
                lines.append(("", texts("news.version", version=each.version)))
            lines += [(key_of(line.key) if line.key else "", line.text) for line in each.lines]
        lines += [("", "")] * (_ROWS - len(lines))
        for (key, said), (name, text) in zip(self._rows, lines, strict=False):
            put(key, name or "·" if text else "")
            put(said, text)
            key.setVisible(bool(text))
            said.setVisible(bool(text))
        put(self._title, texts("news.title", version=told[0].version if told else self.version))
        put(self._keys, texts("news.keys", back=key_of("back"), again=key_of("news")))
        self.setAccessibleName(self._title.text())
        self.setAccessibleDescription(" ".join(f"{key.text()} {said.text()}" for key, said in self._rows
                                               if said.text()))  # fmt: skip
