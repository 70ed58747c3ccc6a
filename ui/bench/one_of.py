"""A group of the bench with one list and one button: something of several kinds, given in once."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox, QGridLayout, QWidget

from ui.bench.part import Order, Part
from ui.text import Texts


class OneOf(Part):
    """``caption``: a code; each of ``names`` has its words under ``caption.NAME``."""

    def __init__(
        self,
        order: Order,
        names: Sequence[str],
        caption: str,
        *,
        listed: str,
        button: tuple[str, str],
        parent: QWidget | None = None,
    ) -> None:
        """``listed``: the list's object name; ``button``: its object name, and the code of what it says."""
        super().__init__(order, parent)
        self._names, self._title = tuple(names), caption
        self._list = QComboBox(self)
        self._list.setObjectName(listed)
        self._list.addItems(list(names))
        self._list.setMinimumContentsLength(8)
        self._list.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        grid.addWidget(self.caption(caption), 0, 0, 1, 2)
        grid.addWidget(self._list, 1, 0)
        grid.addWidget(self.button(*button, self.give), 1, 1)
        grid.setColumnStretch(0, 1)
        self.says(self._say)

    @property
    def chosen(self) -> str:
        """One of the names."""
        return self._names[max(0, self._list.currentIndex())]

    def give(self) -> None:
        """The button was pressed."""
        raise NotImplementedError

    def _say(self, texts: Texts) -> None:
        self._list.setAccessibleName(texts(self._title))
        for at, name in enumerate(self._names):
            self._list.setItemText(at, texts(f"{self._title}.{name}"))
