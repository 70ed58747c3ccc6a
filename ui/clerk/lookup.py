"""F3: find an item, typed, scanned or placed; and Alt+P: papers that wait.  A page, not a dialog."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.blocking import BlockingView
from core.commands import CloseLookUp, Command
from core.complaints import ComplaintsView, LeaveComplaint
from core.disclosing import DisclosingView, LeaveDisclosure
from core.item_exceptions import ExceptionsView
from core.seeing import CaseMark, CaseView, LeaveCase, LooksView
from core.view import ItemView
from ui.clerk.block import block_badge, warning_badge
from ui.clerk.case import CasePanel, case_badge
from ui.clerk.complaint import ComplaintPanel, complaint_badge
from ui.clerk.disclosure import DisclosurePanel, disclosure_badge
from ui.clerk.item_exception import exception_badge
from ui.clerk.items import said_by_hand, show_badges
from ui.fields import Entry, Typed
from ui.flow import Flow
from ui.keys import Keyboard
from ui.present import waybill
from ui.style import mark, put
from ui.text import Texts, kilograms
from ui.zoom import Room

_DONE = "note.notify_sent"  # nothing to do about it
ROWS = 6  # so many items stand on a page; the arrow keys move through all


class _Row(QFrame):
    """One item in two lines."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "gate")
        self._number, self._waybill = QLabel(self), QLabel(self)
        self._number.setProperty("role", "semi")
        self._waybill.setProperty("role", "semi")
        self._goods, self._when = QLabel(self), QLabel(self)
        self._goods.setWordWrap(True)
        self._when.setProperty("role", "caption")
        self._badges = [QLabel(self) for _ in range(4)]  # label, scanned back, receipt, headquarters
        for badge in self._badges:
            badge.setProperty("role", "badge")
        self._note = QLabel(self)  # what headquarters says of it
        self._note.setProperty("role", "problem")
        self._note.setProperty("about", "warn")
        self._note.setWordWrap(True)
        upper, self._lower = QHBoxLayout(), QHBoxLayout()
        lower = self._lower
        upper.setSpacing(16)
        lower.setSpacing(8)
        upper.addWidget(self._number)
        upper.addWidget(self._waybill)
        upper.addWidget(self._goods, 1)
        upper.addWidget(self._when)
        lower.addStretch(1)
        self._upper = upper
        for badge in self._badges:
            lower.addWidget(badge)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 4, 12, 4)
        layout.setSpacing(2)
        layout.addLayout(upper)
        self._under = Flow(8)
        layout.addLayout(self._under)
        layout.addLayout(lower)
        layout.addWidget(self._note)
        self._note.hide()

    def set_room(self, room: Room) -> None:
        """Where there is little, the badges begin at the left and take the lines they need."""
        narrow = room <= Room.MEDIUM
        for widget in (self._when, *self._badges):
            for line in (self._upper, self._lower, self._under):
                line.removeWidget(widget)
        (self._under if narrow else self._upper).addWidget(self._when)
        for badge in self._badges:
            (self._under if narrow else self._lower).addWidget(badge)

    def show_view(self, item: ItemView, texts: Texts, case: str, *, selected: bool) -> None:
        """Show an item; ``case`` is said of its open case, "" where it has none."""
        put(self._number, item.number.split(" ")[-1])
        put(self._waybill, waybill(item.waybill))
        goods = f"{item.recipient}  {item.contents}  {kilograms(item.weight_g)}" if item.waybill else ""
        put(self._goods, goods)
        typed = f"▲ {said_by_hand(texts, item)}  " if item.manual or item.paper else ""
        put(self._when, f"{typed}{item.accepted_at}  {item.operator}")
        said = "  ".join(
            [*(texts(note.code, **note.facts) for note in item.notes), *([case] if case else [])]
        )
        done = not case and all(note.code == _DONE for note in item.notes)
        put(self._note, f"{'✓' if done else '▲'} {said}" if said else "")
        self._note.setVisible(bool(said))
        show_badges(self._badges, texts, item)
        mark(self, "now", "true" if selected else "false")
        self.setAccessibleName(f"{self._number.text()} {self._waybill.text()}")
        self.setAccessibleDescription(" ".join(each.text() for each in (*self._badges, self._note)))

    def empty(self) -> None:
        """Keep nothing of an item that is no longer shown."""
        for label in (self._number, self._waybill, self._goods, self._when, self._note):
            put(label, "")
        self.setAccessibleName("")


class LookUpPage(QFrame):
    """Search field, results or waiting labels, and the keys that act on the chosen one."""

    asked = Signal(str)
    filed = Signal(object)  # a Command: what a panel's fields hold

    def __init__(self, texts: Texts, keyboard: Keyboard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("look_up_page")
        self.setProperty("role", "panel")
        self._texts = texts
        self._items: Sequence[ItemView] = ()
        self._found: Sequence[ItemView] = ()
        self._waiting: Sequence[ItemView] = ()
        self._at = 0
        self._by, self._noted = "", 0
        self._told: Sequence[LooksView] = ()
        self.pending_only = False
        self._title, self._count, self._caption, self._keys = (QLabel(self) for _ in range(4))
        self.entry = Entry("look_up", Typed.FIGURES, keyboard, self)
        self.entry.left.connect(self._ask)
        self._rows = [_Row(self) for _ in range(ROWS)]
        self.case = CasePanel(texts, keyboard, self)
        self.disclosure = DisclosurePanel(texts, keyboard, self)
        self.complaint = ComplaintPanel(texts, keyboard, self)
        self._disclosing, self._complaints = DisclosingView(), ComplaintsView()
        self._exceptions = ExceptionsView()
        self._blocking = BlockingView()
        self._stands = False  # a case, in the place of the list
        self._cases: Mapping[int, CaseMark] = {}
        self._nothing, self._looks = QLabel(self), QLabel(self)
        self._lay_out()

    def _lay_out(self) -> None:
        self._title.setProperty("role", "heading")
        self._count.setProperty("role", "caption")
        self._caption.setProperty("role", "caption")
        self._keys.setProperty("role", "caption")
        self._keys.setWordWrap(True)
        self._looks.setProperty("role", "problem")
        self._looks.setProperty("about", "warn")
        self._looks.setWordWrap(True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        top = QHBoxLayout()
        top.addWidget(self._title)
        top.addStretch(1)
        top.addWidget(self._count)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(6)
        layout.addLayout(top)
        layout.addWidget(self._looks)
        layout.addWidget(self._caption)
        layout.addWidget(self.entry)
        layout.addSpacing(4)
        for row in self._rows:
            layout.addWidget(row)
        layout.addWidget(self.case, 1)
        layout.addWidget(self.disclosure, 1)
        layout.addWidget(self.complaint, 1)
        layout.addWidget(self._nothing, 1)
        layout.addStretch(1)
        layout.addWidget(self._keys)

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts
        put(self._caption, texts("look_up.caption"))
        put(self._keys, texts("look_up.keys"))
        self.case.retranslate(texts)
        self.disclosure.retranslate(texts)
        self.complaint.retranslate(texts)
        self.entry.setAccessibleName(texts("look_up.caption"))
        self.entry.setAccessibleDescription(texts("look_up.keys"))
        self._paint()

    def set_room(self, room: Room) -> None:
        """So much room there is for each item."""
        for row in self._rows:
            row.set_room(room)

    def open(self, *, pending_only: bool) -> None:
        """Begin anew: an empty search, or the labels that wait."""
        self.pending_only = pending_only
        self._at = 0
        self.entry.clear()
        self.entry.setFocus()
        self._paint()

    def show_view(
        self, found: Sequence[ItemView], pending: Sequence[ItemView], unscanned: Sequence[ItemView]
    ) -> None:
        """The station's result; papers that wait, and labels to scan back, each item once."""
        if [item.seq for item in found] != [item.seq for item in self._found]:
            self._at = 0
        known = {item.seq for item in pending}
        self._found = found
        self._waiting = (*pending, *(item for item in unscanned if item.seq not in known))
        self._paint()

    def follow(self, by: str, noted: int, looks: Sequence[LooksView] = ()) -> None:
        """How was looked for, as :attr:`core.view.CounterView.found_by`; so many are ``noted``.

        ``looks``: what a supervisor is told of today's look-ups.

        A scan or a document finds something, too, while the waiting labels are shown.
        """
        if (by, noted, looks) != (self._by, self._noted, self._told):
            self._noted, self._told = noted, looks
            self._by, self.pending_only = by, self.pending_only and not by
            self._paint()

    def follow_cases(
        self,
        cases: Mapping[int, CaseMark],
        case: CaseView | None,
        disclosing: DisclosingView,
        blocking: BlockingView,
        complaints: ComplaintsView,
        exceptions: ExceptionsView,
    ) -> None:
        """Which items have an open one; and the one that is typed or shown, in the place of the list."""
        now = (cases, disclosing, blocking, complaints, exceptions)
        before = (self._cases, self._disclosing, self._blocking, self._complaints, self._exceptions)
        changed, stood = now != before, self._stands
        self._cases, self._disclosing, self._blocking, self._complaints, self._exceptions = now
        focused = self.window().focusWidget()
        mine = focused is None or self.isAncestorOf(focused)  # else a question took it already
        self._stands = any(each is not None for each in (case, disclosing.form, complaints.form))
        self.case.show_view(case)
        self.disclosure.show_view(disclosing.form)
        self.complaint.show_view(complaints.form)
        if changed or stood != self._stands:
            self._paint()
        if stood and not self._stands and mine:
            self.entry.setFocus()

    @property
    def language(self) -> str:
        """What it speaks."""
        return self._texts.language

    @property
    def back(self) -> Command:
        """What Esc does here."""
        if self._disclosing.form is not None:
            return LeaveDisclosure()
        if self._complaints.form is not None:
            return LeaveComplaint()
        return LeaveCase() if self._stands else CloseLookUp()

    @property
    def files(self) -> str:
        """Code of the sentence that says what F9 does here, "" for nothing."""
        panel = self._typing()
        return panel.files if panel is not None else ""

    def file(self) -> None:
        """F9: what is typed goes to the station."""
        panel = self._typing()
        if panel is not None:
            self.filed.emit(panel.command())

    def _typing(self) -> CasePanel | DisclosurePanel | ComplaintPanel | None:
        panels = (self.disclosure, self.complaint, self.case)
        stands = (panel for panel in panels if not panel.isHidden() and not panel.entries[0].isHidden())
        return next(stands, None)

    @property
    def typed(self) -> bool:
        """Whether Esc would throw away what somebody has typed; what is only shown is not typed."""
        entries = [*self.disclosure.entries, *self.complaint.entries, *self.case.entries]
        return any(entry.isVisible() and entry.text() for entry in entries)

    @property
    def chosen(self) -> ItemView | None:
        """The item that F10 and Alt+8 mean."""
        return self._items[self._at] if self._at < len(self._items) else None

    def step(self, by: int) -> None:
        """The choice goes up or down."""
        if self._items:
            self._at = max(0, min(len(self._items) - 1, self._at + by))
            self._paint()

    def _badge(self, item: ItemView) -> str:
        """Its case, what an organ or a partner asked, a proposal for the block list, what is wrong."""
        texts = self._texts
        said = (
            case_badge(self._cases, item, texts),
            disclosure_badge(self._disclosing.marks, item, texts),
            block_badge(self._blocking.marks, item, texts),
            warning_badge(self._blocking, item, texts),
            complaint_badge(self._complaints, item, texts),
            exception_badge(self._exceptions, item, texts),
        )
        return "  ".join(each for each in said if each)

    def _ask(self) -> None:
        self.pending_only = False
        self.asked.emit(self.entry.text())

    def _paint(self) -> None:
        texts = self._texts
        self._items = self._waiting if self.pending_only else self._found
        self._at = max(0, min(self._at, len(self._items) - 1))
        # An item that headquarters has something to say of takes a line more.
        more = any(item.notes or self._badge(item) for item in self._items)
        rows = ROWS - 1 if more else ROWS
        first = max(0, min(self._at - rows // 2, len(self._items) - rows))
        for place, row in enumerate(self._rows):
            at = first + place
            shown = place < rows and at < len(self._items) and not self._stands
            if shown:
                item = self._items[at]
                row.show_view(item, texts, self._badge(item), selected=at == self._at)
            else:
                row.empty()
            row.setVisible(shown)
        title = "look_up.by_card" if self._by == "card" else "look_up.title"
        put(self._title, texts("look_up.pending" if self.pending_only else title))
        last = min(first + rows, len(self._items))
        count = texts("look_up.count", first=first + 1, last=last, count=len(self._items))
        noted = f"▲ {texts('look_up.noted', count=self._noted)}    " if self._noted else ""
        put(self._count, f"{noted}{count if self._items else ''}".strip())
        said = [texts(each.what, operator=each.operator, count=each.count) for each in self._told]
        put(self._looks, f"▲ {texts('look_up.looks')}{texts.join(said)}" if said else "")
        self._looks.setVisible(bool(said))
        put(self._nothing, texts("look_up.no_pending" if self.pending_only else "look_up.nothing"))
        self._nothing.setVisible(not self._items and not self._stands)
