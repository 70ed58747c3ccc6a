"""What goes wrong at the scanner that writes files: two pages, a torn file, a PDF, of the marked visitor."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from ui.bench.one_of import OneOf
from ui.bench.part import Order, State

TROUBLES = ("two", "torn", "pdf")


class PaperScanner(OneOf):
    """``shown``: the key of the visitor whose paper it is."""

    def __init__(self, order: Order, shown: Callable[[], str], parent: QWidget | None = None) -> None:
        button = ("bench_paper_trouble", "bench.paper_in")
        super().__init__(
            order, TROUBLES, "bench.paper", listed="bench_paper_kind", button=button, parent=parent
        )
        self._shown = shown

    def give(self) -> None:
        """See the base."""
        self.order("paper", {"of": self._shown(), "kind": self.chosen})

    def show_state(self, state: State) -> None:
        """Where this machine has no folder in memory there is no such scanner."""
        slots = state.get("slots")
        self.setEnabled(not isinstance(slots, list) or "camera" in slots)
