"""The technician's page: slots at a glance, live traffic, tests, the doctor; by keys alone, without a log-in.

It polls the workshop some times a second, which never waits, and holds nothing but which slot is chosen.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.devices import DeviceState, Slot
from core.technician import Workshop, WorkshopView
from ui.buttons import KeyButton
from ui.flow import Flow
from ui.keys import Deliberate, Keyboard
from ui.scroll import Scroll
from ui.style import mark, put
from ui.technician import words
from ui.technician.adding import AddPanel
from ui.technician.bar import Bar, pair
from ui.technician.findings import Findings, of_test, of_view
from ui.technician.keys import ARROWS, FUNCTIONS, LETTERS, SIDEWAYS
from ui.technician.paper import PaperPanel
from ui.technician.proxy import ProxyPanel
from ui.technician.slots import SlotList
from ui.technician.taking import lines_of
from ui.technician.traffic import TrafficPanel
from ui.text import Texts
from ui.theme import Palette
from ui.zoom import Room

LOOK_EVERY_MS = 250
_KEY = Qt.Key
_WELL = (DeviceState.READY, DeviceState.BUSY)


class ConsolePage(QWidget):
    """``left``: Esc, back to the page before."""

    left = Signal()

    def __init__(self, keyboard: Keyboard, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("technician_screen")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._keyboard, self._texts = keyboard, texts
        self._letter = Deliberate(keyboard, self)
        self._workshop: Workshop | None = None
        self._view = WorkshopView()
        self._changes = self._naming = False
        self._focused: QWidget | None = None
        self._title, self._count, self._beside, self._note = (QLabel(self) for _ in range(4))
        self._checks_title, self._told, self._foot, self._nobody = (QLabel(self) for _ in range(4))
        self.slots = SlotList(self)
        self.traffic = TrafficPanel(self)
        self.findings = Findings("findings", self)
        self.adding = AddPanel(keyboard, self)
        self.paper = PaperPanel(self)
        self.taking = Findings("taking", self)
        self.proxy = ProxyPanel(keyboard, self)
        self._bar = Bar(self)
        self._buttons = {
            name: KeyButton(f"technician_{name}", chr(key.value), keyboard, self)
            for key, name in LETTERS.items()
        }
        for name, button in self._buttons.items():
            button.clicked.connect(lambda _checked=False, act=name: self.act(act))
        self.adding.address.connect(self._try_address)
        self.paper.adjusted.connect(self._adjust)
        self.slots.chosen_changed.connect(self._look)
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look)
        self.retranslate(texts)

    # -- how it is arranged ----------------------------------------------------------------------------

    def _lay_out(self) -> None:
        for label, name, role in (
            (self._title, "technician_title", "title"), (self._count, "technician_count", "title"),
            (self._beside, "technician_beside", "title"), (self._note, "technician_note", "title"),
            (self._checks_title, "technician_checks", "title"), (self._told, "technician_told", "badge"),
            (self._foot, "technician_foot", "caption"), (self._nobody, "technician_nobody", "caption"),
        ):  # fmt: skip
            label.setObjectName(name)
            label.setProperty("role", role)
        for label in (self._told, self._foot, self._nobody, self._count, self._note, self._checks_title):
            label.setWordWrap(True)
        for label in (self._count, self._note, self._nobody):
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        place = QWidget()
        self._scroll = Scroll(place, self)
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight, place)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(14)
        self._body.addWidget(self._slots_card(), 69)
        self._body.addWidget(self._side_card(), 33)
        foot = QHBoxLayout()
        foot.setContentsMargins(4, 0, 4, 0)
        foot.addWidget(self._foot, 3)
        foot.addWidget(self._nobody, 2)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 12, 16, 8)
        whole.setSpacing(8)
        whole.addWidget(self._scroll, 1)
        whole.addWidget(self._told)  # below no scrolled slots: it is the answer to a key
        whole.addWidget(self._bar)
        whole.addLayout(foot)

    def _slots_card(self) -> QFrame:
        card = self._card("slots_card")
        column = QVBoxLayout(card)
        column.setContentsMargins(16, 12, 16, 14)
        column.setSpacing(8)
        column.addLayout(pair(self._title, self._count))
        column.addWidget(self.slots)
        flow = Flow(8, line_spacing=8)
        for button in self._buttons.values():
            flow.addWidget(button)
        column.addLayout(flow)
        column.addStretch(1)
        return card

    def _side_card(self) -> QFrame:
        card = self._card("side_card")
        column = QVBoxLayout(card)
        column.setContentsMargins(16, 12, 16, 14)
        column.setSpacing(8)
        column.addLayout(pair(self._beside, self._note))
        column.addWidget(self.traffic)
        column.addSpacing(4)
        column.addWidget(self._checks_title)
        column.addWidget(self.findings)
        for panel in (self.adding, self.paper, self.taking, self.proxy):
            column.addWidget(panel)
        column.addStretch(1)
        return card

    def _card(self, name: str) -> QFrame:
        card = QFrame(self)
        card.setObjectName(name)
        card.setProperty("role", "card")
        return card

    def set_room(self, room: Room) -> None:
        """Side by side; one below the other where there is little room."""
        wide = room >= Room.WIDE
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        self._body.setDirection(way)
        self._foot.setVisible(room > Room.NARROW)
        self._nobody.setVisible(room > Room.NARROW)
        self._bar.set_room(room)

    def set_theme(self, palette: Palette) -> None:
        """Repaint in these colours."""
        self.adding.set_theme(palette)
        for button in self._buttons.values():
            button.set_theme(palette)

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts
        self.setAccessibleName(texts("console.title"))
        self.setAccessibleDescription(texts("console.keys"))
        self._paint()

    # -- what is shown ---------------------------------------------------------------------------------

    def open(self, workshop: Workshop | None, *, changes: bool) -> None:
        """From now on this one's view is shown; ``changes``: somebody may test and change here."""
        self._workshop, self._changes, self._naming = workshop, changes, False
        self._view = WorkshopView()
        self.setFocus()
        if workshop is not None:
            workshop.examine()
        self._look()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        super().hideEvent(event)
        self._timer.stop()
        self._letter.cancel()
        if self._workshop is not None:
            self._workshop.leave()

    def _look(self) -> None:
        if self._workshop is not None:
            self.show_view(self._workshop.look(self.slots.chosen))

    def show_view(self, view: WorkshopView) -> None:
        """Show it at once and whole, on the main thread."""
        before, self._view = self._view, view
        left = before.adding is not None and view.adding is None and not self._naming
        if left or (before.proxy is not None and view.proxy is None):
            self.setFocus()
        self._paint()
        self._show_focus()

    def _show_focus(self) -> None:
        """A field that just took the focus comes into sight, and from then on whoever turns pages may."""
        focused = self.focusWidget()
        if focused is not self._focused:
            self._focused = focused
            if focused is not None and self._scroll.isAncestorOf(focused):
                self._scroll.reveal(focused)

    def _paint(self) -> None:
        texts, view = self._texts, self._view
        self.slots.show_rows(texts, view.rows)
        row = self.slots.row()
        well = sum(each.truth.state in _WELL for each in view.rows)
        idle = sum(each.truth.state is DeviceState.DISABLED for each in view.rows)
        put(self._title, texts("console.devices"))
        put(self._count, texts("console.count", count=len(view.rows), well=well,
                               bad=len(view.rows) - well - idle))  # fmt: skip
        adding = view.adding is not None or self._naming
        aside = self._naming or self._aside
        for widget in (self.traffic, self._checks_title, self.findings, self._note):
            widget.setVisible(not aside)
        self.adding.setVisible(adding)
        self.paper.setVisible(view.paper is not None and not adding)
        self.taking.setVisible(view.taking is not None and not adding)
        self.proxy.setVisible(view.proxy is not None and not adding)
        if view.adding is not None:
            put(self._beside, texts("console.moving" if view.adding.wanted else "console.adding"))
            self.adding.show_adding(texts, view.adding, view.work)
        elif self._naming:
            put(self._beside, texts("console.renaming"))
        elif view.paper is not None:
            put(self._beside, texts("paper.of", name=f"slot.{view.paper.slot.value}"))
            self.paper.show_paper(texts, view.paper)
        elif view.taking is not None:
            put(self._beside, texts("taking.title"))
            self.taking.show_lines(lines_of(texts, view.taking))
        elif view.proxy is not None:
            put(self._beside, texts("technician.proxy"))
        else:
            name = texts(f"slot.{row.slot.value}") if row is not None else ""
            put(self._beside, texts("console.traffic_of", name=name) if name else texts("console.traffic"))
            self._paint_side(row.slot if row is not None else None)
        if self.proxy.show_proxy(texts, view.proxy):
            self.proxy.entry.setFocus()
        self._paint_buttons()
        self._paint_told()
        self._paint_bar()

    def _paint_side(self, slot: Slot | None) -> None:
        texts, view = self._texts, self._view
        put(self._note, texts("console.blacked"))
        self.traffic.show_lines(texts, view.traffic)
        test = view.tests.get(slot) if slot is not None else None
        lines = [*(of_test(texts, test) if test is not None else ()), *of_view(texts, view)]
        put(self._checks_title, texts("console.checks" if test is None else "console.checks_and_test"))
        self.findings.show_lines(lines)

    def _paint_buttons(self) -> None:
        texts, row = self._texts, self.slots.row()
        off = row is not None and row.truth.state is DeviceState.DISABLED
        for name, button in self._buttons.items():
            code = "enable" if name == "disable" and off else name
            text = texts(f"technician.{code}")
            button.say(text, texts("console.button", what=text), chosen=False)
            alone = row is not None or name in ("add", "proxy", "undo")
            button.setVisible(self._changes and alone and self._fits(name))

    def _fits(self, name: str) -> bool:
        """Whether this letter is of any use now: a page for printers, learning where its page is shown."""
        row, paper = self.slots.row(), self._view.paper
        if name == "undo" or self._view.taking is not None or self._view.proxy is not None:
            return name == "undo" and self._view.undoable and not self._aside
        if paper is not None or name == "learn":
            return name == "learn" and paper is not None and paper.learns
        return name != "paper" or (row is not None and row.slot in words.PRINTERS)

    def _paint_told(self) -> None:
        told = self._view.told
        put(self._told, "")
        if told is not None:
            sign, tone = words.LEVELS.get(told.level, words.LEVELS["info"])
            line = self._texts.sentence(told.code, told.facts)
            put(self._told, f"{sign} {line.replace('/', f'/{words.BREAK}')}")
            mark(self._told, "tone", tone)
        self._told.setVisible(told is not None)

    def _paint_bar(self) -> None:
        texts, view = self._texts, self._view
        found = view.adding is not None and view.adding.found is not None and self.adding.slot is not None
        if self._naming or view.adding is not None:
            self._bar.show_act(texts, view, writes=found or self._naming, paper=False)
        elif self._changes or view.paper is not None:
            self._bar.show_act(texts, view, writes=None, paper=self.paper.ready)
        else:
            self._bar.say("Esc", texts("console.back"), texts("console.only_looking"), [], ready=False)
        put(self._foot, texts("console.file", file=words.breakable(view.file)) if view.file else "")
        put(self._nobody, texts("console.nobody"))

    # -- keys ------------------------------------------------------------------------------------------

    def handle_key(self, event: QKeyEvent) -> bool:
        """Every key that no field took.  A letter counts where it stands alone: a scanner types too (T14)."""
        key, plain = Qt.Key(event.key()), event.modifiers() == Qt.KeyboardModifier.NoModifier
        alt = event.modifiers() == Qt.KeyboardModifier.AltModifier
        if plain and (letter := LETTERS.get(key)) is not None:
            self._letter.press(event, lambda: self.act(letter))
            return True
        self._letter.cancel()
        if event.text():
            self._keyboard.note(event)
        if event.isAutoRepeat() and key not in ARROWS:
            return True
        if plain and self._view.paper is not None and self._changes and self.paper.handle(key):
            return True
        if plain and self._view.taking is not None and self._workshop and key in SIDEWAYS:
            self._workshop.pick(SIDEWAYS[key])
            return True
        if key == _KEY.Key_Escape:
            self._back()
            return True
        if key in (_KEY.Key_Up, _KEY.Key_Down):
            self._step(1 if key == _KEY.Key_Down else -1)
            return True
        if key in (_KEY.Key_PageUp, _KEY.Key_PageDown):
            self._scroll.page(1 if key == _KEY.Key_PageDown else -1)
            return True
        if alt and key in (_KEY.Key_1, _KEY.Key_2) and self._view.adding is not None:
            self.adding.choose(key.value - _KEY.Key_1.value)
            return True
        act = FUNCTIONS.get(key)
        if act is not None:
            self.act(act)
        return act is not None

    def _step(self, by: int) -> None:
        if not self._naming and self._view.adding is None:
            self.slots.step(by)
            row = self.slots.widget_of(self.slots.chosen) if self.slots.chosen is not None else None
            if row is not None:
                self._scroll.reveal(row)

    @property
    def _aside(self) -> bool:
        """Whether something of the workshop stands beside the slots that Esc takes away."""
        return self._view.beside

    def _back(self) -> None:
        if self._naming:
            self._naming = False
            self.setFocus()
            self._paint()
        elif self._aside and self._workshop is not None:
            self._workshop.leave()
            self.setFocus()
            self._look()
        else:
            self.left.emit()

    def act(self, act: str) -> None:
        """Tests and changes only where nobody works at the counter meanwhile; looking always."""
        workshop, row = self._workshop, self.slots.row()
        if workshop is None:
            return
        if act == "examine":
            workshop.examine()
        elif not self._changes:
            return
        elif act == "write":
            self._write(workshop)
        elif act == "learn":
            if self._fits(act):
                workshop.learn()
        elif self._aside or self._naming:
            return
        elif act == "test_all":
            workshop.test(*[each.slot for each in self._view.rows])
        elif act in ("bundle", "share", "fetch"):
            {"bundle": workshop.bundle, "share": workshop.share, "fetch": workshop.fetch}[act]()
        elif act == "proxy":
            workshop.ask_proxy()
        elif act == "undo":
            if self._fits(act):
                workshop.undo()
        elif act == "add":
            self._begin(workshop, None)
        elif row is not None:
            self._act_on(act, workshop)
        self._look()

    def _act_on(self, act: str, workshop: Workshop) -> None:
        row = self.slots.row()
        if row is None:
            return
        if act == "test":
            workshop.test(row.slot)
        elif act == "move":
            self._begin(workshop, row.slot)
        elif act == "rename":
            self.rename()
        elif act == "paper":
            workshop.paper(row.slot)
        elif act == "disable":
            workshop.enable(row.slot, on=row.truth.state is DeviceState.DISABLED)

    def rename(self) -> None:
        """A name is typed for the chosen device; F9 writes it."""
        row = self.slots.row()
        if row is not None:
            self._naming = True
            self.adding.name_of(self._texts, row.slot, row.name)
            self._paint()
            self.adding.name.setFocus()
            self._show_focus()

    def _begin(self, workshop: Workshop, wanted: Slot | None) -> None:
        self.adding.begin()
        workshop.add(wanted)
        self._look()
        if self._view.adding is not None:  # refused, the panel is not there: the keys stay with the slots
            self.adding.where.setFocus()
        self._show_focus()

    def _try_address(self, text: str) -> None:
        if self._workshop is not None and text.strip():
            self._workshop.try_address(text)

    def _adjust(self, name: str, by: int) -> None:
        if self._workshop is not None:
            self._workshop.adjust(name, by)
            self._look()

    def _write(self, workshop: Workshop) -> None:
        view, slot, name = self._view, self.adding.slot, self.adding.name.text().strip()
        if view.paper is not None:
            if self.paper.ready:
                workshop.print_page()
        elif view.taking is not None:
            workshop.take_over()
        elif view.proxy is not None:
            workshop.set_proxy(self.proxy.text)
        elif self._naming and slot is not None:
            workshop.rename(slot, name)
            self._naming = False
            self.setFocus()
        elif slot is not None and view.adding is not None and view.adding.found is not None:
            workshop.take(slot, name)
