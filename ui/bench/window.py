"""The demonstration's bench: everything around the counter, in one window beside it.

It gives orders to the simulated devices, to the line to headquarters and to the clock, and shows how they
truly are.  The counter does not know of it; nothing in it takes the counter's keys.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QColor, QKeySequence, QPalette, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QLabel,
    QRadioButton,
    QScrollArea,
    QSlider,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from ui.bench.cards import OperatorCards
from ui.bench.drawer import Drawer, Visitor
from ui.bench.goods import FIRST_SERIAL, OtherCodes, Scale, Scanner, SenderCodes, Shaking
from ui.bench.pages import Pages
from ui.bench.papers import PaperScanner
from ui.bench.part import Order, Part, bench_sheet
from ui.bench.trouble import PART, Clock, Network, Plugs, Printer
from ui.flow import Flow
from ui.style import mark, sheet
from ui.text import Texts
from ui.theme import THEMES, qt_palette, theme

__all__ = ["ERRORS", "BenchWindow", "Visitor", "beside", "first_place"]

NARROW, WIDE = 336, 520
_TALL = 860  # from here on the printed page stands under everything else
_EDGE, _INSET = 8, 10
_OUTLINE = 140  # per cent: what Fusion makes darker by as much
_SLOTS = ("label_printer", "receipt_printer")
# Why an order was not carried out, as the simulators and the orders say it; others stand as they are.
ERRORS = ("no answer", "the device did not follow", "no code on that page")


def first_place(screen: QRect, counter: QRect) -> tuple[QRect, bool]:
    """Where the bench stands first, and whether it lies over the counter.

    Beside it where there is room.  Else over the column that shows what will print, for the bench shows
    the printed page itself: way, form, message, F9 and the header stay free.
    """
    room = screen.right() - counter.right()
    if room >= NARROW:
        width = min(WIDE, room)
        return QRect(counter.right() + 1, screen.top(), width, screen.height() - 40), False
    high = min(620, screen.height() - 186)
    return QRect(screen.right() - NARROW, screen.top() + 88, NARROW, high), True


class BenchWindow(QWidget):
    """Two pages of controls, the printed page, and one line that says what happened."""

    clicked = Signal()  # something was done for the counter with the pointer: its keys are wanted again

    def __init__(
        self,
        visitors: Sequence[Visitor],
        order: Order,
        folders: Mapping[str, Path],
        texts: Texts,
        theme_name: str = THEMES[0].name,
        *,
        serial: int = FIRST_SERIAL,
        newcomer: tuple[str, str] = ("", ""),
    ) -> None:
        """``folders``: where each printer's pages are, by slot; ``serial``: of the first waybill.

        ``newcomer``: who may activate on a card, and her code.
        """
        super().__init__()
        self.setObjectName("bench")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setMinimumSize(NARROW - 16, 420)
        self._order, self._texts, self._below = order, texts, False
        self._state: Mapping[str, object] = {}
        self.over = False  # it lies over the counter
        self._aside = False
        self.drawer = Drawer(visitors, self._give, self)
        self.scanner, self.scale = Scanner(self._give, serial, self), Scale(self._give, self)
        self.pages = Pages(folders, self._give, self)
        self.pages.came.connect(self._came)
        self._trouble: list[Part] = [
            *(Printer(slot, self._give, self) for slot in _SLOTS),
            OperatorCards(self._give, newcomer, self),
            PaperScanner(self._give, self._shown, self),
            Plugs(self._give, self),
            Clock(self._give, self),
            Network(self._give, self),
            Shaking(self._give, self),
            OtherCodes(self._give, self),
            SenderCodes(self._give, self),
        ]
        self._tabs = QTabWidget(self)
        self._tabs.setObjectName("bench_tabs")
        self._tabs.addTab(_scrolled(_below([self.drawer, self.scanner, self.scale])), "")
        self._tabs.addTab(_scrolled(_flowing(self._trouble)), "")
        self._tabs.addTab(self.pages, "")
        self._tabs.tabBarClicked.connect(lambda _at: self.clicked.emit())
        self._said = QLabel(self)
        self._said.setObjectName("bench_said")
        self._said.setProperty("role", "said")
        self._said.setWordWrap(True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(_EDGE, _EDGE, _EDGE, _EDGE)
        self._column.setSpacing(_EDGE)
        self._column.addWidget(self._tabs, 5)
        self._column.addWidget(self._said)
        for at in range(3):
            keys = QShortcut(QKeySequence(f"Alt+{at + 1}"), self)
            keys.activated.connect(partial(self.show_tab, at))
        for part in self._parts():
            part.clicked.connect(self.clicked)
        self.dress(texts.language, theme_name)
        self.drawer.take_focus()

    # -- what it looks like ------------------------------------------------------------------------

    def dress(self, language: str, theme_name: str) -> None:
        """In this language and theme from now on: the counter's."""
        texts = self._texts = Texts(language)
        palette = theme(theme_name)
        colours = qt_palette(palette)
        self.setPalette(colours)
        self.setStyleSheet(sheet(palette) + bench_sheet(palette))
        # The style's own outlines are a darker shade of the window's colour: here they are to be seen.
        colours.setColor(QPalette.ColorRole.Window, QColor(palette.field_border).lighter(_OUTLINE))
        for kind in (QComboBox, QCheckBox, QRadioButton, QSlider):  # the style itself paints these
            for control in self.findChildren(kind):
                control.setPalette(colours)
        self.setWindowTitle(texts("bench.title"))
        for part in self._parts():
            part.retranslate(texts)
        self._name_tabs()
        self._say("quiet", texts("bench.welcome"))

    def show_tab(self, at: int) -> None:
        """Customer, trouble, printed pages; where the pages stand below there are two."""
        self._tabs.setCurrentIndex(min(at, self._tabs.count() - 1))

    def step_aside(self, asked: bool) -> None:
        """Where it lies over the counter's right side it goes while something is asked there."""
        if asked and self.over and self.isVisible():
            self._aside = True
            self.hide()
        elif not asked and self._aside:
            self._aside = False
            self.show()

    def _parts(self) -> list[Part]:
        return [self.drawer, self.scanner, self.scale, *self._trouble, self.pages]

    def _shown(self) -> str:
        """The key of the visitor who is marked, "" for nobody."""
        return self.drawer.chosen.key if self.drawer.chosen is not None else ""

    def _name_tabs(self) -> None:
        texts = self._texts
        for at, code in enumerate(("bench.tab.customer", "bench.tab.trouble", "bench.tab.pages")):
            if at < self._tabs.count():
                self._tabs.setTabText(at, texts(code))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """In a tall window the printed page stands below; in a low one it has a page of its own."""
        super().resizeEvent(event)
        below = self.height() >= _TALL
        if below == self._below:
            return
        self._below = below
        if below:
            self._tabs.removeTab(2)
            self._column.insertWidget(1, self.pages, 4)
            self.pages.show()
        else:
            self._column.removeWidget(self.pages)
            self._tabs.addTab(self.pages, "")
        self._name_tabs()

    # -- orders and what came of them ----------------------------------------------------------------

    def _give(self, do: str, facts: dict[str, object]) -> None:
        self._say("quiet", self._texts("bench.welcome"))
        self._order(do, facts)

    def told(self, told: Mapping[str, object]) -> None:
        """From the orders: the ``state`` as it truly is, or an order that ``failed`` with its ``error``."""
        state = told.get("state")
        if isinstance(state, dict):
            self._state = state
            for part in self._parts():
                part.show_state(state)
            if state.get("ok") is False:
                self._say("bad", self._texts("bench.silent"))
        elif "failed" in told:
            error = str(told.get("error"))
            said = self._texts(f"bench.error.{error}") if error in ERRORS else error
            self._say("bad", self._texts("bench.failed", reason=said))

    def _came(self, slot: str, number: int) -> None:
        page = self._texts(f"bench.page.{slot}", number=number)
        where = "" if self._below else f" · {self._texts('bench.see_pages')}"
        self._say("good", self._texts("bench.came", page=page) + where)

    def _say(self, tone: str, line: str) -> None:
        sign = {"bad": "■ ", "good": "✓ "}.get(tone, "")
        self._said.setText(sign + line)
        mark(self._said, "tone", tone)


def beside(bench: BenchWindow, counter: QWidget) -> None:
    """Put the bench where a stranger sees both; Ctrl+B goes from one to the other.

    Where it lies over the counter, Ctrl+B puts it away from either window, and brings it back.
    """
    screen = counter.screen().availableGeometry()
    counter.move(screen.topLeft())
    place, over = first_place(screen, QRect(screen.topLeft(), counter.size()))
    bench.over = over
    if over:  # a click on the counter must not bury it
        bench.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint)
    bench.setGeometry(place)

    def go() -> None:
        there = bench.isVisible() if over else bench.isActiveWindow()
        to = counter if there else bench
        if to is counter and over:
            bench.hide()
        to.show()
        to.raise_()
        to.activateWindow()

    bench.clicked.connect(counter.activateWindow)
    for window in (bench, counter):
        QShortcut(QKeySequence("Ctrl+B"), window).activated.connect(go)


def _below(parts: Sequence[Part]) -> QFrame:
    """Below each other; the first takes what room there is."""
    inside = QFrame()
    column = QVBoxLayout(inside)
    column.setContentsMargins(_INSET, _INSET, _INSET, _INSET)
    column.setSpacing(10)
    for at, part in enumerate(parts):
        column.addWidget(part, 0 if at else 1)
    return inside


def _flowing(parts: Sequence[Part]) -> QFrame:
    """Beside each other where there is room."""
    inside = QFrame()
    flow = Flow(_INSET, line_spacing=14)
    column = QVBoxLayout(inside)
    column.setContentsMargins(_INSET, _INSET, 0, _INSET)
    column.addLayout(flow)
    column.addStretch(1)
    for part in parts:
        part.setFixedWidth(PART)
        flow.addWidget(part)
    return inside


def _scrolled(inside: QFrame) -> QScrollArea:
    """On a small screen it scrolls."""
    inside.setProperty("role", "card")
    room = QScrollArea()
    room.setWidgetResizable(True)
    room.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    room.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    room.setWidget(inside)
    return room
