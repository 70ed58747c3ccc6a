"""The band on top: where, whose, how current.  The same above every page."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ui.present import Told, place, sync_banner, sync_line
from ui.style import mark, put
from ui.text import CHINA, Texts
from ui.zoom import Room, measure_again

if TYPE_CHECKING:
    from core.view import CounterView

HEIGHT, _TWO_LINES, BANNER, _GIVEN, _EDGE = 48, 70, 24, 14, 4


class Banner(QLabel):
    """One line across the window: how old it is what is known of headquarters.  Away while it is fresh."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sync_banner")
        self.setProperty("role", "banner")
        self.setFixedHeight(BANNER)
        self.setVisible(False)

    def say(self, tone: str, sentence: str) -> None:
        """Show it; nothing to say takes it away."""
        put(self, sentence)
        mark(self, "tone", tone)
        self.setVisible(bool(sentence))


class Header(QFrame):
    """Reads the view only; ages go on between views with :meth:`tick`."""

    arranged = Signal()  # the banner came or went: room has to be found for the form

    def __init__(self, texts: Texts, parent: QWidget | None = None, told: Told | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("header")
        self._texts = texts
        self._view: CounterView | None = None
        self._told = told or Told()
        self._clerk = False
        self._title_code = "header.title"
        self.banner = Banner(parent)
        self._title, self._place = self._label("header_title"), self._label("header_place")
        self._demo = self._label("header_demonstration", chip=True)
        self._mute = self._label("header_mute", chip=True)
        self._day = self._label("header_day", chip=True)
        self._today = self._label("header_today", chip=True)
        self._sync = self._label("header_sync", chip=True)
        self._operator, self._clock = self._label("header_operator"), self._label("header_clock")
        self._upper, self._lower = QHBoxLayout(), QHBoxLayout()
        for line in (self._upper, self._lower):
            line.setSpacing(12)
        lines = self._layout = QVBoxLayout(self)
        lines.setContentsMargins(20, 0, 20, 0)
        lines.setSpacing(0)
        lines.addLayout(self._upper)
        lines.addLayout(self._lower)
        self.set_room(Room.WIDE)
        for label in (self._demo, self._mute, self._day, self._today, self._sync):
            label.setVisible(False)  # until the first view has come
        self.retranslate(texts)

    def set_room(self, room: Room) -> None:
        """One line; two where there is little room, and then without the title, which the window has."""
        narrow = room <= Room.MEDIUM
        left, right = (self._title, self._place, self._demo, self._mute), (self._day, self._today, self._sync)
        ends = (self._operator, self._clock)
        upper: tuple[tuple[QLabel, ...], ...] = (left, ends) if narrow else (left, (*right, *ends))
        for line, (before, behind) in ((self._upper, upper), (self._lower, ((), right if narrow else ()))):
            while line.count():
                line.takeAt(0)
            for label in before:
                line.addWidget(label)
            line.addStretch(1)
            for label in behind:
                line.addWidget(label)
        self._title.setVisible(room > Room.MEDIUM)
        # The banner takes most of its room from here: the form under it just fits the smallest screen.  Two
        # lines have only their margins to give.
        alone = self.banner.isHidden()
        edge, side = (_EDGE if narrow and alone else 0), 12 if narrow else 20
        given = 0 if alone else 2 * _EDGE if narrow else _GIVEN
        self.setFixedHeight((_TWO_LINES if narrow else HEIGHT) - given)
        self._layout.setContentsMargins(side, edge, side, edge)
        measure_again(self, self._layout)

    def _label(self, name: str, *, chip: bool = False) -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        if chip:
            label.setProperty("role", "chip")
            label.setFixedHeight(31)
        return label

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts
        put(self._title, texts(self._title_code))
        put(self._mute, texts("header.mute"))

    def set_title(self, code: str) -> None:
        """What page stands below; a caption's code."""
        self._title_code = code
        put(self._title, self._texts(code))

    def show_sound(self, *, on: bool) -> None:
        """Who hears nothing should see why."""
        self._mute.setVisible(not on)

    def show_view(self, view: CounterView, now: dt.datetime) -> None:
        """Show a view; ``now`` is aware UTC."""
        from core.view import Screen  # not before the first paint: see ``ui/login.py``

        self._view = view
        texts = self._texts
        put(self._place, place(texts, view))
        put(self._demo, f"◆ {texts('header.demonstration')}")
        mark(self._demo, "tone", "warn")
        self._demo.setVisible(view.demonstration)
        clerk = self._clerk = view.screen is Screen.CLERK
        put(self._day, texts("header.day", date=view.day))
        self._day.setVisible(clerk and bool(view.day))
        put(self._today, texts("header.today", count=view.today))
        self._today.setVisible(clerk)
        put(self._operator, f"{view.operator_name} {view.operator}".strip())
        self._operator.setVisible(clerk)
        self.tick(now)

    def tick(self, now: dt.datetime) -> None:
        """A second has passed: clock and age of the last contact."""
        view = self._view
        if view is None:
            return
        since = self._told.seconds(view.sync)
        line, tone = sync_line(self._texts, view.sync, now, since)
        before = self.banner.isHidden()
        self.banner.say(*sync_banner(self._texts, view.sync, now, since))
        if self.banner.isHidden() is not before:
            self.arranged.emit()
        put(self._sync, line)
        self._sync.setVisible(True)
        mark(self._sync, "tone", tone)
        clock = f"{now.astimezone(CHINA):%H:%M}"
        if not view.time_confirmed and self._clerk:
            clock += f" {self._texts('header.time_unconfirmed')}"
        put(self._clock, clock)
