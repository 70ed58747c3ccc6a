"""The pages that came out of the printers, as pictures: the newest first, the others by paging."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPixmap, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from ui.bench.part import Order, Part
from ui.text import Texts

_LOOK_MS = 500
_LEAST = QSize(200, 200)


class Pages(Part):
    """Shows files that the simulated printers wrote; their names and numbers are the printers'."""

    came = Signal(str, int)  # slot and number of a page that is new

    def __init__(self, folders: Mapping[str, Path], order: Order, parent: QWidget | None = None) -> None:
        """``folders``: where each printer's ``page-0001.png`` … are, by slot."""
        super().__init__(order, parent)
        self._folders = folders
        self._texts = Texts("zh")
        self._found: list[tuple[int, str, Path]] = []  # (when, slot, file), oldest first
        self._at = -1
        self._picture = QPixmap()
        self._whole = True  # fitted into the room there is
        self._looked = False
        self._page = QLabel(self)
        self._page.setObjectName("bench_page")
        self._page.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._page.setWordWrap(True)
        self._room = QScrollArea(self)
        self._room.setObjectName("bench_page_room")
        self._room.setWidgetResizable(True)
        self._room.setMinimumSize(_LEAST)
        self._room.setWidget(self._page)
        self._what = QLabel(self)
        self._what.setObjectName("bench_page_name")
        self._what.setProperty("role", "semi")
        self._earlier = self.button("bench_earlier", "bench.earlier", lambda: self.turn(-1), low=True)
        self._later = self.button("bench_later", "bench.later", lambda: self.turn(1), low=True)
        self._zoom = self.button("bench_zoom", "bench.zoom", self._toggle, low=True)
        self._zoom.setCheckable(True)
        self._back = self.button("bench_scan_page", "bench.scan_page", self._scan, main=True)
        self._lay_out()
        self.says(self._say)
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def _lay_out(self) -> None:
        top, acts = QHBoxLayout(), QHBoxLayout()
        for row in (top, acts):
            row.setSpacing(6)
        top.addWidget(self._what, 1)
        top.addWidget(self._earlier)
        top.addWidget(self._later)
        acts.addWidget(self._back)
        acts.addWidget(self._zoom)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self._room, 1)
        column.addLayout(acts)

    def _say(self, texts: Texts) -> None:
        self._texts = texts
        self._show()

    def look(self) -> None:
        """What has come out since; the newest stands then."""
        found = []
        for slot, folder in self._folders.items():
            for path in folder.glob("page-[0-9]*.png"):
                try:
                    found.append((path.stat().st_mtime_ns, slot, path))
                except OSError:
                    continue  # gone in between
        found.sort()
        if len(found) == len(self._found):
            self._looked = True
            return
        self._found = found
        self._at = len(found) - 1
        self._load()
        if found and self._looked:  # what lay there at the start is not news
            self.came.emit(found[-1][1], _number(found[-1][2]))
        self._looked = True

    def turn(self, step: int) -> None:
        """An earlier or a later page."""
        at = max(0, min(len(self._found) - 1, self._at + step))
        if self._found and at != self._at:
            self._at = at
            self._load()

    def _load(self) -> None:
        self._picture = QPixmap(str(self._found[self._at][2])) if self._found else QPixmap()
        self._show()

    def _show(self) -> None:
        texts, here = self._texts, bool(self._found) and not self._picture.isNull()
        for button in (self._zoom, self._back):
            button.setEnabled(here)
        self._earlier.setEnabled(here and self._at > 0)
        self._later.setEnabled(here and self._at < len(self._found) - 1)
        if not here:
            self._what.setText(texts("bench.page"))
            self._page.setText(texts("bench.no_page"))
            return
        _, slot, path = self._found[self._at]
        name = texts(f"bench.page.{slot}", number=_number(path))
        self._what.setText(f"{name} ({self._at + 1}/{len(self._found)})")
        self._page.setAccessibleName(name)
        self._page.setToolTip(str(path))
        self._draw()

    def _draw(self) -> None:
        if self._picture.isNull():
            return
        smooth, whole = Qt.TransformationMode.SmoothTransformation, Qt.AspectRatioMode.KeepAspectRatio
        room = self._room.viewport().size() - QSize(4, 4)
        self._page.setPixmap(self._picture.scaled(room, whole, smooth) if self._whole else self._picture)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        if self._whole:
            self._draw()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        QTimer.singleShot(0, self, self._draw)  # once it has its size

    def _toggle(self) -> None:
        """As large as it was printed, dot by dot, or the whole page."""
        self._whole = not self._zoom.isChecked()
        self._draw()

    def _scan(self) -> None:
        """The scanner reads the page that stands here."""
        if self._found:
            _, slot, path = self._found[self._at]
            self.order("scan_page", {"slot": slot, "page": _number(path)})


def _number(path: Path) -> int:
    return int(path.stem.rpartition("-")[2])
