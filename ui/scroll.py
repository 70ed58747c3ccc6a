"""Room that scrolls where a panel is longer than its place.  It takes no keys and no focus."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

_AROUND = 8  # so much of what lies around the focus is shown too


class Scroll(QScrollArea):
    """Up and down only; what has the focus is always in sight."""

    def __init__(self, inner: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self.setWidget(inner)
        self.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)
        self._shown: QWidget | None = None
        self._soon = QTimer(self)  # after the layout that is due
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._show_it)
        self.verticalScrollBar().rangeChanged.connect(self._measured)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(0, 0)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        inner = self.widget()
        return inner.sizeHint() if inner is not None else QSize(0, 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        event.ignore()  # arrows and pages belong to the screen

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._soon.start()

    def _measured(self, _least: int, _most: int) -> None:
        self._soon.start()

    def reveal(self, widget: QWidget) -> None:
        """Scroll so that ``widget`` can be seen, now and after the layout that may be due."""
        self._shown = widget
        self._show_it()
        self._soon.start()

    def page(self, by: int) -> bool:
        """Up (-1) or down (1) by most of what is seen; False where there is no more."""
        bar = self.verticalScrollBar()
        before = bar.value()
        bar.setValue(before + by * max(1, self.viewport().height() * 4 // 5))
        return bar.value() != before

    def shows(self, widget: QWidget) -> bool:
        """Whether ``widget`` is in sight: whole, or as much of it as there is room for."""
        inner = self.widget()
        if inner is None or not inner.isAncestorOf(widget) or not widget.isVisibleTo(inner):
            return False
        seen = QRect(-inner.pos(), self.viewport().size())
        place = QRect(widget.mapTo(inner, QPoint(0, 0)), widget.size())
        return seen.intersected(place).height() >= min(place.height(), seen.height())

    def _show_it(self) -> None:
        inner, widget = self.widget(), self._shown
        if inner is None or widget is None or not inner.isAncestorOf(widget) or not widget.isVisibleTo(inner):
            return
        bar = self.verticalScrollBar()
        if bar.maximum() == 0:
            return
        top = widget.mapTo(inner, QPoint(0, 0)).y()
        least = top + widget.height() + _AROUND - self.viewport().height()
        bar.setValue(max(0, min(top - _AROUND, max(bar.value(), least))))


class Pages(QWidget):
    """A stack that wants the room of the page that stands, not that of the largest one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pages: list[QWidget] = []
        self._at = 0
        layout = self._column = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)

    def addWidget(self, page: QWidget) -> None:  # noqa: N802 - as Qt's own stack has it
        """Behind the others; the first one stands."""
        self._pages.append(page)
        self._column.addWidget(page)
        page.setVisible(len(self._pages) == 1)

    def widget(self, index: int) -> QWidget:
        """The page of that number."""
        return self._pages[index]

    def currentIndex(self) -> int:  # noqa: N802
        """Which one stands."""
        return self._at

    def currentWidget(self) -> QWidget:  # noqa: N802
        """The one that stands."""
        return self._pages[self._at]

    def setCurrentWidget(self, page: QWidget) -> None:  # noqa: N802
        """Let this one stand."""
        self.setCurrentIndex(self._pages.index(page))

    def setCurrentIndex(self, index: int) -> None:  # noqa: N802
        """Let that one stand; where the old one had the focus, the new one has it."""
        if index == self._at:
            return
        old, new = self._pages[self._at], self._pages[index]
        self._at = index
        focused = self.window().focusWidget()
        new.show()
        if focused is not None and old.isAncestorOf(focused):
            inside = new.focusWidget() or next(
                (each for each in new.findChildren(QWidget) if _takes_tab(each)), None
            )
            (inside or new).setFocus()
        old.hide()


def _takes_tab(widget: QWidget) -> bool:
    return (
        bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and not widget.isHidden() and widget.isEnabled()
    )
