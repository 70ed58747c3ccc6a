"""The bar at the bottom of the technician's page: what the one key does now, and the other keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from core.technician import Work, WorkshopView
from ui.style import mark, put
from ui.technician import taking
from ui.text import Texts
from ui.zoom import Room

AT_WORK = (Work.TESTING, Work.WRITING, Work.BUNDLING, Work.PRINTING, Work.LEARNING)

_HEIGHT = 52


class Bar(QFrame):
    """A key, what it does, a word about it; hints on the right where there is room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("technician_bar")
        self.setMinimumHeight(_HEIGHT)
        self._key, self._action, self._about, self._hints = (QLabel(self) for _ in range(4))
        self._key.setObjectName("technician_key")
        self._key.setFixedHeight(38)
        self._action.setObjectName("technician_action")
        self._about.setObjectName("technician_about")
        self._about.setWordWrap(True)
        self._hints.setObjectName("technician_hints")
        self._hints.setProperty("role", "caption")
        self._wide = True
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 4, 20, 4)
        row.setSpacing(16)
        row.addWidget(self._key, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._action)
        row.addWidget(self._about, 1)
        row.addWidget(self._hints)

    def set_room(self, room: Room) -> None:
        """Where there is little, only the one key stands here."""
        self._wide = room >= Room.WIDE
        self._hints.setVisible(self._wide)

    def say(self, key: str, action: str, about: str, hints: Sequence[str], *, ready: bool) -> None:
        """From now on."""
        put(self._key, key)
        put(self._action, action)
        put(self._about, about)
        put(self._hints, "   ".join(hints))
        mark(self, "ready", "true" if ready else "false")
        self.setAccessibleName(f"{key} {action}")
        self.setAccessibleDescription(about)

    def show_act(self, texts: Texts, view: WorkshopView, *, writes: bool | None, paper: bool) -> None:
        """What F9, F5 or Esc does now.

        ``writes``: while a device is added or named, whether F9 writes something; ``paper``: whether there is
        a page to print.
        """
        back, busy = f"Esc {texts('console.back')}", view.work in AT_WORK
        doing = texts(f"console.work_{view.work.value}") if busy else ""
        if writes is not None:
            about = texts("console.write_about" if writes else "console.nothing_found_yet")
            self.say("F9", texts("console.write"), about, [back], ready=writes)
        elif view.paper is not None:
            what = texts("paper.write_and_print" if view.paper.changed else "paper.print")
            self.say("F9", what, doing or texts("paper.about"), [back], ready=paper and not busy)
        elif view.taking is not None:
            compares = taking.compares(view.taking)
            what = texts("taking.agree" if compares else "taking.take")
            about = doing or texts("taking.agree_about" if compares else "console.write_about")
            hints = [f"← → {texts('taking.other')}", back] if len(view.taking.files) > 1 else [back]
            self.say("F9", what, about, hints, ready=taking.ready(view.taking) and not busy)
        elif view.proxy is not None:
            about = doing or texts("console.write_about")
            self.say("F9", texts("console.write"), about, [back], ready=not busy)
        else:
            said = (("F4", "examine"), ("F6", "bundle"), ("F7", "share"), ("F8", "fetch"))
            hints = [*(f"{key} {texts(f'console.{what}')}" for key, what in said), back]
            about = doing or texts("console.test_all_about")
            self.say("F5", texts("console.test_all"), about, hints, ready=not busy)


def pair(left: QLabel, right: QLabel) -> QHBoxLayout:
    """Two labels in one row; the second has the room that is left."""
    row = QHBoxLayout()
    row.setSpacing(12)
    row.addWidget(left)
    row.addWidget(right, 1)
    return row
