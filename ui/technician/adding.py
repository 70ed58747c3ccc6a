"""A device is added, its plug looked for, or a name typed: the panel beside the slots, by keys alone."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.config import LONGEST_NAME
from core.devices import Slot
from core.technician import Adding, Work
from ui.buttons import KeyButton
from ui.fields import Entry, Typed
from ui.keys import Keyboard
from ui.style import mark, put
from ui.technician.words import breakable
from ui.text import Texts
from ui.theme import Palette

_SLOTS = 2  # a page in a label language may be a label or a sticker


class AddPanel(QWidget):
    """Says at each step what to do with the plug; F9 on the page writes what was found."""

    address = Signal(str)

    def __init__(self, keyboard: Keyboard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("add_panel")
        self._texts: Texts | None = None
        self._adding: Adding | None = None
        self.slot: Slot | None = None  # what F9 would write
        self._step, self._ports = QLabel(self), QLabel(self)
        self._address_caption, self._name_caption = QLabel(self), QLabel(self)
        self._found = QLabel(self)
        for label, name, role in (
            (self._step, "add_step", "dense"), (self._ports, "add_ports", "caption"),
            (self._address_caption, "add_address_caption", "caption"),
            (self._found, "add_found", "badge"), (self._name_caption, "add_name_caption", "caption"),
        ):  # fmt: skip
            label.setObjectName(name)
            label.setProperty("role", role)
            label.setWordWrap(True)
        self.where = Entry("add_address", Typed.PLAIN, keyboard, self)
        self.name = Entry("add_name", Typed.WORDS, keyboard, self)
        self.name.setMaxLength(LONGEST_NAME)
        self.where.left.connect(lambda: self.address.emit(self.where.text()))
        self._slots = [KeyButton(f"add_slot_{n + 1}", f"Alt+{n + 1}", keyboard, self) for n in range(_SLOTS)]
        for number, button in enumerate(self._slots):
            button.clicked.connect(lambda _checked=False, at=number: self.choose(at))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in self._slots:
            row.addWidget(button)
        row.addStretch(1)
        column.addWidget(self._step)
        column.addWidget(self._found)
        column.addLayout(row)
        for widget in (self._ports, self._address_caption, self.where, self._name_caption, self.name):
            column.addWidget(widget)
        column.addStretch(1)

    def set_theme(self, palette: Palette) -> None:
        """Repaint in these colours."""
        for button in self._slots:
            button.set_theme(palette)

    def begin(self) -> None:
        """Nothing typed, nothing chosen."""
        self.where.clear()
        self.name.clear()
        self.slot, self._adding = None, None

    def name_of(self, texts: Texts, slot: Slot, name: str) -> None:
        """Only the name of a device that is there already."""
        self.begin()
        self.slot = slot
        self.name.setText(name)
        put(self._step, texts("console.rename", slot=f"slot.{slot.value}"))
        self._show(found=True, looking=False)
        self._found.setVisible(False)
        self._say_entries(texts)

    def choose(self, number: int) -> None:
        """One of the slots that the found device may serve."""
        found = self._adding.found if self._adding is not None else None
        if found is not None and number < len(found.slots) and self._texts is not None:
            self.slot = found.slots[number]
            self._say_found(self._texts)

    def show_adding(self, texts: Texts, adding: Adding, work: Work) -> None:
        """The step as it is now."""
        before, self._adding, self._texts = self._adding, adding, texts
        found = adding.found
        fresh = found is not None and (before is None or before.found != found)
        if found is not None and fresh:
            self.slot = adding.wanted or found.slots[0]
            if self.slot not in found.slots:
                self.slot = None  # another one than was looked for is never written
        put(self._step, self._words(texts, adding, work))
        listed = "\n".join(f"{number}  {breakable(port)}" for number, port in enumerate(adding.ports, 1))
        put(self._ports, texts("console.free_ports", listed=listed) if listed else "")
        looking = found is None and work is not Work.TRYING
        again = looking and before is not None and self.where.isHidden()
        self._show(found=self.slot is not None, looking=looking)
        if fresh and self.slot is not None:  # it can be seen by now, and takes the focus
            self.name.setFocus()
        if again:  # it was hidden while the address was tried, and the focus went elsewhere
            self.where.setFocus()
            self.where.selectAll()
        self._ports.setVisible(bool(self._ports.text()) and found is None)
        self._say_entries(texts)
        self._say_found(texts)

    def _words(self, texts: Texts, adding: Adding, work: Work) -> str:
        wanted = f"slot.{adding.wanted.value}" if adding.wanted is not None else ""
        if adding.waits:
            return texts("console.plug_wait")
        if adding.found is not None:
            other = adding.wanted is not None and adding.wanted not in adding.found.slots
            return texts("console.other_do", slot=wanted) if other else texts("console.found_do")
        if adding.silent and work is Work.TRYING:
            return texts("console.scan_now", port=adding.port)
        if adding.silent:
            return texts("console.silent", port=adding.port)
        if work is Work.TRYING:
            return texts("console.trying", port=adding.port, driver=f"driver_word.{adding.driver}")
        return texts("console.plug_moved", slot=wanted) if wanted else texts("console.plug_now")

    def _say_found(self, texts: Texts) -> None:
        found = self._adding.found if self._adding is not None else None
        for number, button in enumerate(self._slots):
            several = found is not None and len(found.slots) > 1 and number < len(found.slots)
            button.setVisible(several)
            if several and found is not None:
                slot = found.slots[number]
                said = texts(f"slot.{slot.value}")
                button.say(said, texts("console.as_slot", slot=said), chosen=slot is self.slot)
        if found is None:
            self._found.setVisible(False)
            return
        wanted = self._adding.wanted if self._adding is not None else None
        other = wanted is not None and wanted not in found.slots
        what = texts(f"slot.{(self.slot or found.slots[0]).value}")
        line = texts("console.found", what=what, link=breakable(found.link.partition("?")[0]))
        if other and wanted is not None:
            line = texts("console.found_other", what=what, slot=f"slot.{wanted.value}")
        put(self._found, f"{'▲' if other else '✓'} {line}")
        mark(self._found, "tone", "warn" if other else "good")
        self._found.setVisible(True)

    def _say_entries(self, texts: Texts) -> None:
        put(self._address_caption, texts("console.address"))
        put(self._name_caption, texts("console.name"))
        for entry, code in ((self.where, "console.address"), (self.name, "console.name")):
            entry.setAccessibleName(texts(code))
            entry.setAccessibleDescription(texts("console.entry"))

    def _show(self, *, found: bool, looking: bool) -> None:
        for widget in (self._address_caption, self.where):
            widget.setVisible(looking)
        for widget in (self._name_caption, self.name):
            widget.setVisible(found)
        for button in self._slots:
            button.setVisible(False)
        self._ports.setVisible(False)
