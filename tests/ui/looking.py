"""What a person could not read: texts that are cut off, parts that lie on each other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QWidget

from ui.buttons import KeyButton
from ui.clerk.suggestions import Suggestions
from ui.fields import Entry
from ui.marks import Mark
from ui.scroll import Scroll
from ui.window import MainWindow


def shown(window: QWidget, kind: type[Any]) -> list[Any]:
    """All of that kind that can be seen, from the back to the front; what is hidden is not gone through."""
    found, waiting = [], [window]
    while waiting:
        for child in waiting.pop().children():
            if isinstance(child, QWidget) and child.isVisible():
                waiting.append(child)
                if isinstance(child, kind):
                    found.append(child)
    return found


def place(widget: QWidget, window: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def outside(widget: QWidget, window: QWidget) -> bool:
    """Whether any ancestor cuts something off."""
    rect = widget.rect()
    parent: QWidget | None = widget
    while parent is not None and parent is not window:
        rect = QRect(parent.mapToParent(rect.topLeft()), rect.size())
        parent = parent.parentWidget()
        scroll = parent.parentWidget() if parent is not None else None
        if isinstance(scroll, Scroll) and parent is scroll.viewport():
            if rect.left() < 0 or rect.right() > parent.rect().right():
                return True  # it scrolls up and down only
            rect, parent = scroll.rect(), scroll
        if parent is not None and not parent.rect().contains(rect):
            return True
    return False


def too_small(label: QLabel) -> str:
    """Why the text of a label does not fit into it, or ""."""
    if label.wordWrap():
        needed = label.heightForWidth(label.width())
        if needed > label.height():
            return f"height {label.height()} of {needed}"
        metrics, inner = QFontMetrics(label.font()), label.contentsRect().width()
        for word in label.text().replace("\n", " ").split(" "):
            if word.isascii() and metrics.horizontalAdvance(word) > inner:
                return f"word {word!r}"
        return ""
    wanted = label.sizeHint()
    if wanted.width() > label.width() or wanted.height() > label.height():
        return f"{label.width()}×{label.height()} of {wanted.width()}×{wanted.height()}"
    return ""


def cut_off(window: MainWindow) -> list[str]:
    """What a person could not read in full."""
    wrong = []
    for label in shown(window, QLabel):
        if label.text():
            reason = too_small(label) or ("outside" if outside(label, window) else "")
            if reason:
                wrong.append(f"label {label.objectName()} {label.text()!r}: {reason}")
    for button in shown(window, KeyButton):
        wanted = button.sizeHint()
        if wanted.width() > button.width() or wanted.height() > button.height() or outside(button, window):
            wrong.append(f"button {button.objectName()} {button.text()!r}")
    for entry in shown(window, Entry):
        metrics = QFontMetrics(entry.font())
        if metrics.height() > entry.height() - 8 or outside(entry, window):
            wrong.append(f"field {entry.objectName()}: height")
        figures = entry.property("figure") == "true"
        if figures and metrics.horizontalAdvance(entry.text()) > entry.width() - 24:
            wrong.append(f"field {entry.objectName()}: {entry.text()!r}")
    return wrong


def lists_of(window: MainWindow) -> list[Suggestions]:
    """The lists of suggestions that stand open."""
    return shown(window, Suggestions)


def under_a_list(part: QWidget, window: MainWindow, lists: Iterable[Suggestions]) -> bool:
    """A list of suggestions may cover the rows below its field while somebody types in it."""
    for listed in lists:
        if not listed.isAncestorOf(part):
            below = place(part, window).top() > place(listed.field.entry, window).bottom()
            if below and place(listed, window).intersects(place(part, window)):
                return True
    return False


def overlapping(window: MainWindow) -> list[str]:
    """Texts, fields and buttons that lie on each other."""
    lists = lists_of(window)
    inside: dict[Scroll | None, list[tuple[QRect, QWidget]]] = {}
    for part in shown(window, QWidget):
        if not isinstance(part, QLabel | QLineEdit | KeyButton | Mark):
            continue
        if (not isinstance(part, QLabel) or part.text()) and not under_a_list(part, window, lists):
            # by what they scroll in: what is scrolled away lies under other parts
            inside.setdefault(_scroll_of(part), []).append((place(part, window), part))
    found = []
    for parts in inside.values():
        placed = sorted(parts, key=lambda each: each[0].top())
        for at, (first, one) in enumerate(placed):
            for second, other in placed[at + 1 :]:
                if second.top() > first.bottom():
                    break
                if first.intersects(second):
                    found.append(f"{one.objectName()} {other.objectName()}")
    return found


def _scroll_of(part: QWidget) -> Scroll | None:
    parent = part.parentWidget()
    while parent is not None and not isinstance(parent, Scroll):
        parent = parent.parentWidget()
    return parent


def said(window: QWidget) -> dict[str, list[str]]:
    """Every text and accessible text of every widget, by path of object names."""
    found: dict[str, list[str]] = {}
    for number, widget in enumerate(window.findChildren(QWidget)):
        texts = [widget.accessibleName(), widget.accessibleDescription(), widget.toolTip()]
        if isinstance(widget, QLabel | QAbstractButton):
            texts.append(widget.text())
        found[f"{number} {widget.objectName()}"] = texts
    return found
