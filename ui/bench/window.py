"""One window beside the counter: cards, scanner, printers' paper and plugs, and the printed page.

It gives orders to the simulated devices and shows what they made; the counter does not know of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.acceptance.waybill import s10_check_digit
from ui.style import sheet
from ui.text import Texts
from ui.theme import THEMES, qt_palette

Order = Callable[[str, dict[str, object]], None]  # returns at once; what comes of it is seen
_LOOK_MS = 500
_FIRST_SERIAL = 47312482
_PICTURE = QSize(300, 330)
_SLOTS = ("id_reader", "scanner", "label_printer")


@dataclass(frozen=True)
class Visitor:
    """Somebody of the drawer: what is remarkable by language, and what is typed of a paper without a chip."""

    key: str
    about: Mapping[str, str]
    typed: str = ""


class BenchWindow(QWidget):
    """Small enough to stand beside the counter; nothing in it takes the counter's keys."""

    def __init__(self, visitors: Sequence[Visitor], order: Order, pages: Path, texts: Texts) -> None:
        super().__init__()
        self.setObjectName("bench")
        self.setWindowTitle(texts("bench.title"))
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self._order, self._pages, self._texts = order, pages, texts
        self._serial, self._shown = _FIRST_SERIAL, ""
        self._people = QListWidget(self)
        self._people.setObjectName("bench_people")
        self._people.setAccessibleName(texts("bench.people"))
        self._visitors = list(visitors)
        self._people.addItems([f"{one.key} · {one.about.get(texts.language, '')}" for one in visitors])
        self._people.setWordWrap(True)
        self._people.currentRowChanged.connect(self._choose)
        self._people.itemDoubleClicked.connect(self._place)
        self._typed = QLabel(self)
        self._typed.setObjectName("bench_typed")
        self._typed.setProperty("role", "caption")
        self._typed.setWordWrap(True)
        self._typed.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._people.setCurrentRow(0)
        self._code = QLineEdit(self._waybill(), self)
        self._code.setObjectName("bench_code")
        self._code.setAccessibleName(texts("bench.code"))
        self._page = QLabel(self)
        self._page.setObjectName("bench_page")
        self._page.setFixedSize(_PICTURE)
        self._page.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._page.setWordWrap(True)
        self._page.setText(texts("bench.no_page"))
        self._lay_out()
        self.setPalette(qt_palette(THEMES[0]))
        self.setStyleSheet(sheet(THEMES[0]))
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _lay_out(self) -> None:
        texts = self._texts
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(self._caption("bench.people"))
        column.addWidget(self._people, 1)
        column.addWidget(self._typed)
        grid = QGridLayout()
        grid.setSpacing(8)
        grid.addWidget(self._button("bench_place", texts("bench.place"), self._place), 0, 0)
        grid.addWidget(self._button("bench_lift", texts("bench.lift"), lambda: self._order("lift", {})), 0, 1)
        grid.addWidget(self._code, 1, 0)
        grid.addWidget(self._button("bench_scan", texts("bench.scan"), self._scan), 1, 1)
        paper = self._switch("bench_paper", texts("bench.paper"))
        paper.toggled.connect(lambda on: self._order("paper_out", {"on": int(on)}))
        cover = self._switch("bench_cover", texts("bench.cover"))
        cover.toggled.connect(lambda on: self._order("cover", {"on": int(on)}))
        grid.addWidget(paper, 2, 0)
        grid.addWidget(cover, 2, 1)
        for row, slot in enumerate(_SLOTS):
            plug = self._switch(f"bench_unplug_{slot}", texts("bench.unplug", slot=slot))
            plug.toggled.connect(
                lambda out, slot=slot: self._order("unplug" if out else "replug", {"slot": slot})
            )
            grid.addWidget(plug, 3 + row, 0, 1, 2)
        column.addLayout(grid)
        column.addWidget(self._caption("bench.page"))
        column.addWidget(self._page, 0, Qt.AlignmentFlag.AlignHCenter)

    def _caption(self, code: str) -> QLabel:
        label = QLabel(self._texts(code), self)
        label.setProperty("role", "caption")
        return label

    def _button(self, name: str, text: str, act: Callable[[], None]) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setMinimumHeight(36)
        button.clicked.connect(lambda _checked: act())
        return button

    def _switch(self, name: str, text: str) -> QCheckBox:
        box = QCheckBox(text, self)
        box.setObjectName(name)
        return box

    # -- orders ------------------------------------------------------------------------------------

    def _choose(self, row: int) -> None:
        """What the clerk would copy from a paper that no reader reads."""
        typed = self._visitors[row].typed if 0 <= row < len(self._visitors) else ""
        self._typed.setText(typed)
        self._typed.setVisible(bool(typed))

    def _place(self, _item: object = None) -> None:
        row = self._people.currentRow()
        if 0 <= row < len(self._visitors):
            self._order("place", {"card": self._visitors[row].key})

    def _scan(self) -> None:
        code = self._code.text().strip()
        if not code:
            return
        self._order("scan", {"code": code})
        if code == self._waybill():  # the next parcel has the next number
            self._serial += 1
            self._code.setText(self._waybill())

    def _waybill(self) -> str:
        serial = f"{self._serial:08d}"
        return f"EA{serial}{s10_check_digit(serial)}CN"

    def _look(self) -> None:
        """The newest page that came out of a printer."""
        found = sorted(self._pages.glob("page-*.png"))
        if not found or found[-1].name == self._shown:
            return
        picture = QPixmap(str(found[-1]))
        if picture.isNull():
            return  # still being written
        self._shown = found[-1].name
        smooth = Qt.TransformationMode.SmoothTransformation
        self._page.setPixmap(picture.scaled(_PICTURE, Qt.AspectRatioMode.KeepAspectRatio, smooth))
        self._page.setAccessibleName(f"{self._texts('bench.page')} {self._shown}")
