"""What goes wrong at the scanner that writes files: two pages, a torn file, a PDF, of the marked visitor."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QComboBox, QGridLayout, QWidget

from ui.bench.part import Order, Part, State
from ui.text import Texts

TROUBLES = ("two", "torn", "pdf")


class PaperScanner(Part):
    """``shown``: the key of the visitor whose paper it is."""

    def __init__(self, order: Order, shown: Callable[[], str], parent: QWidget | None = None) -> None:
        super().__init__(order, parent)
        self._shown = shown
        self._kind = QComboBox(self)
        self._kind.setObjectName("bench_paper_kind")
        self._kind.addItems(list(TROUBLES))
        self._kind.setMinimumContentsLength(8)
        self._kind.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        grid.addWidget(self.caption("bench.paper"), 0, 0, 1, 2)
        grid.addWidget(self._kind, 1, 0)
        grid.addWidget(self.button("bench_paper_trouble", "bench.paper_in", self._put), 1, 1)
        grid.setColumnStretch(0, 1)
        self.says(self._say)

    def _say(self, texts: Texts) -> None:
        self._kind.setAccessibleName(texts("bench.paper"))
        for at, name in enumerate(TROUBLES):
            self._kind.setItemText(at, texts(f"bench.paper.{name}"))

    def _put(self) -> None:
        self.order("paper", {"of": self._shown(), "kind": TROUBLES[max(0, self._kind.currentIndex())]})

    def show_state(self, state: State) -> None:
        """Where this machine has no folder in memory there is no such scanner."""
        slots = state.get("slots")
        self.setEnabled(not isinstance(slots, list) or "camera" in slots)
