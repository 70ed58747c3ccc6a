"""The day close (日终): five figures that must be one, every item that differs, and what may be said of it.

A page in the middle of the frame.  The arrow keys choose an item, digits act on it; what each asks stands at
the side, as everywhere.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from core.closing import CloseLine, CloseView, DifferenceView
from core.errors import Fact
from core.ledger import stock
from core.ledger.day_slip import Earlier
from ui.buttons import KeyButton
from ui.keys import Deliberate, Keyboard
from ui.style import mark, put
from ui.supervisor.bars import Bars
from ui.supervisor.branch import BranchLine
from ui.text import Texts
from ui.theme import Palette
from ui.zoom import Room

ROWS = 7  # so many items stand on a page; the arrow keys move through all
ACTS = ("explain", "put_right", "dispute", "see")
FIGURES = ("accepted", "labelled", "affixed", "receipted", "at_headquarters")
STATES = ("open", "ready", "asked", "unsigned", "disputed", "explained", "unused")
_TONES = {
    "open": "warn",
    "ready": "warn",
    "asked": "quiet",
    "unsigned": "warn",
    "disputed": "quiet",
    "unused": "warn",
}
_SIGNS = {"good": "✓ ", "warn": "▲ ", "quiet": ""}
_LABELS = (
    "title", "whole", "stock", "list", "count", "nothing", "rule",
    "hash", "by_hour", "by_clerk", "refused", "earlier",
)  # fmt: skip
_SHARES = (26, 25, 19, 25, 18)  # of a row: item, difference, clerk and time, clue, state


class _Figure(QFrame):
    """One of the figures, with what it lacks."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setObjectName(f"close_{name}")
        self.name = name
        self._caption, self._figure, self._tag = QLabel(self), QLabel(self), QLabel(self)
        self._caption.setProperty("role", "caption")
        self._figure.setProperty("role", "figure")
        self._tag.setProperty("role", "badge")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 8, 12, 8)
        layout.setSpacing(1)
        layout.addWidget(self._caption)
        layout.addWidget(self._figure)
        layout.addWidget(self._tag, 0, Qt.AlignmentFlag.AlignLeft)

    def show_view(self, texts: Texts, view: CloseView) -> None:
        total = view.total
        figure: int = getattr(total, self.name)
        wanted = total.due if self.name == "receipted" else total.accepted
        put(self._caption, texts(f"close.figure.{self.name}"))
        put(self._figure, str(figure))
        if self.name == "accepted":
            tone, said = "quiet", texts("close.void", count=total.voided)
        elif figure == wanted:
            tone, said = "good", f"✓ {texts('close.agrees')}"
        elif self.name == "at_headquarters":  # offline is not missing
            tone, said = "quiet", texts("close.pending", count=wanted - figure)
        else:
            tone, said = "warn", f"▲ {texts('close.differs', count=wanted - figure)}"
        put(self._tag, said)
        mark(self._tag, "tone", tone)
        self.setAccessibleName(f"{self._caption.text()} {figure}")
        self.setAccessibleDescription(self._tag.text())


class _Row(QFrame):
    """One item that differs."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "gate")
        self._cells = [QLabel(self) for _ in _SHARES]
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 4, 4, 4)
        layout.setSpacing(10)
        for cell, share in zip(self._cells, _SHARES, strict=True):
            cell.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            cell.setWordWrap(True)
            cell.setProperty("role", "dense")
            layout.addWidget(cell, share)
        self._badge = QLabel(self)
        self._badge.setProperty("role", "badge")
        layout.replaceWidget(self._cells[-1], self._badge)
        layout.setStretch(len(_SHARES) - 1, _SHARES[-1])
        self._badge.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._badge.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._badge.setWordWrap(True)  # in large type it takes two lines
        self._cells.pop().deleteLater()

    def head(self, texts: Texts) -> None:
        """The captions of the columns."""
        for cell, name in zip(self._cells, ("item", "what", "who", "clue"), strict=True):
            mark(cell, "role", "caption")
            put(cell, texts(f"close.head.{name}"))
        mark(self._badge, "role", "caption")
        put(self._badge, texts("close.head.state"))

    def show_view(self, row: DifferenceView, texts: Texts, *, selected: bool) -> None:
        what = texts.join([texts(f"difference.{kind}") for kind in row.kinds])
        item = f"{row.number}  {row.waybill}".strip()
        cells = (item, what, f"{row.operator}  {row.at}".strip(), _clue(row, texts))
        for cell, text in zip(self._cells, cells, strict=True):
            put(cell, text)
        tone = _TONES.get(row.state, "good")
        put(self._badge, f"{_SIGNS[tone]}{texts(f'close.state.{row.state}')}")
        mark(self._badge, "tone", tone)
        mark(self, "now", "true" if selected else "false")
        self.setAccessibleName(f"{row.number} {what}")
        self.setAccessibleDescription(self._badge.text())

    def empty(self) -> None:
        """Keep nothing of an item that is no longer shown."""
        for cell in (*self._cells, self._badge):
            put(cell, "")
        self.setAccessibleName("")


def _clue(row: DifferenceView, texts: Texts) -> str:
    """What is known about why, or until when somebody may say."""
    if row.until:
        return texts("close.clue.until", operator=row.by, until=row.until)
    if row.fault:
        return texts(row.fault)
    return texts(f"close.clue.{row.kinds[0]}") if row.state in ("open", "unused") else ""


class ClosePage(QFrame):
    """Figures, differences, the day's hours; ``acted``: a digit was pressed, one of :data:`ACTS`."""

    acted = Signal(str)

    def __init__(self, texts: Texts, keyboard: Keyboard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("close_page")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._texts, self._keyboard = texts, keyboard
        self._deliberate = Deliberate(keyboard, self)
        self.view: CloseView | None = None
        self._item, self._at, self._room, self._alone = 0, 0, Room.WIDE, True
        self._blind = False
        self._labels = {name: QLabel(self) for name in _LABELS}
        self._figures = [_Figure(name, self) for name in FIGURES]
        self._head = _Row(self)
        self._rows = [_Row(self) for _ in range(ROWS)]
        self.bars = Bars(self)
        self.branch = BranchLine(self)
        self._clerks, self._reasons = QLabel(self), QLabel(self)
        self._buttons = [KeyButton(f"close_{act}", str(n), keyboard, self) for n, act in enumerate(ACTS, 1)]
        for act, button in zip(ACTS, self._buttons, strict=True):
            button.clicked.connect(partial(self._clicked, act))
        self._lay_out()

    def _lay_out(self) -> None:
        labels = self._labels
        for name, role in (("title", "heading"), ("list", "title"), ("count", "caption"), ("rule", "caption"),
                           ("hash", "caption"), ("by_hour", "title"), ("by_clerk", "title"),
                           ("refused", "title"), ("earlier", "caption"), ("whole", "badge"),
                           ("stock", "dense")):  # fmt: skip
            labels[name].setProperty("role", role)
        labels["stock"].setObjectName("close_stock")
        for name in ("rule", "hash", "nothing", "by_clerk", "earlier", "stock"):
            labels[name].setWordWrap(True)
        top = QHBoxLayout()
        top.addWidget(labels["title"])
        top.addStretch(1)
        top.addWidget(labels["whole"])
        cards = self._cards = QGridLayout()
        cards.setSpacing(10)
        for place, card in enumerate(self._figures):
            cards.addWidget(card, 0, place)
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addWidget(self._list_card(), 1)
        body.addWidget(self._side_card())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(top)
        layout.addLayout(cards)
        layout.addWidget(labels["stock"])
        layout.addLayout(body, 1)
        layout.addWidget(self.branch)

    def _list_card(self) -> QFrame:
        card, labels = QFrame(self), self._labels
        card.setProperty("role", "card")
        layout = QVBoxLayout(card)
        layout.setContentsMargins(14, 8, 14, 8)
        layout.setSpacing(2)
        title, keys = QHBoxLayout(), QGridLayout()
        title.addWidget(labels["list"])
        title.addStretch(1)
        title.addWidget(labels["count"])
        layout.addLayout(title)
        layout.addWidget(self._head)
        for row in self._rows:
            layout.addWidget(row)
        layout.addWidget(labels["nothing"])
        keys.setSpacing(8)
        self._grid = keys
        layout.addSpacing(2)
        layout.addLayout(keys)
        layout.addWidget(labels["rule"])
        layout.addWidget(labels["earlier"])
        layout.addStretch(1)
        layout.addWidget(labels["hash"])
        return card

    def _side_card(self) -> QFrame:
        card = self._side = QFrame(self)
        card.setProperty("role", "card")
        card.setFixedWidth(270)
        layout = QVBoxLayout(card)
        layout.setContentsMargins(14, 10, 14, 10)
        layout.setSpacing(6)
        labels = self._labels
        for title, widget in (("by_hour", self.bars), ("by_clerk", self._clerks), ("refused", self._reasons)):
            layout.addWidget(labels[title])
            layout.addWidget(widget)
        for label in (self._clerks, self._reasons):
            label.setWordWrap(True)
            label.setProperty("role", "dense")
        layout.addStretch(1)
        return card

    # -- the frame -------------------------------------------------------------------------------

    def set_theme(self, palette: Palette) -> None:
        """Repaint what is painted by hand."""
        self.bars.set_theme(palette)

    def set_room(self, room: Room) -> None:
        """Where there is little, figures stand in two lines and the chart makes way."""
        self._room = room
        across = 3 if room is Room.NARROW else len(FIGURES)
        for place, card in enumerate(self._figures):
            self._cards.addWidget(card, place // across, place % across)
        self._stand()

    def keep_blind(self, *, blind: bool) -> None:
        """Whether somebody counts the stock: then nothing of the books stands here."""
        if blind is not self._blind:
            self._blind = blind
            self._paint()

    def stand_alone(self, *, alone: bool) -> None:
        """Whether nothing is asked at the side: then the chart stands there."""
        self._alone = alone
        self._stand()

    def _stand(self) -> None:
        self._side.setVisible(self._alone and self._room >= Room.WIDE)
        across = 4 if self._alone and self._room >= Room.WIDE else 2
        for place, button in enumerate(self._buttons):
            self._grid.addWidget(button, place // across, place % across, Qt.AlignmentFlag.AlignLeft)
        self._grid.setColumnStretch(4, 1)

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts
        self._paint()

    def show_view(self, view: CloseView | None) -> None:
        """The day as it stands; None where the page does not stand: nothing of an item stays in it."""
        if view is self.view and view is not None:
            return
        before, self.view = self.view, view
        if view is None:
            self._item = self._at = 0
            for row in self._rows:
                row.empty()
            return
        found = [row.item for row in view.differences]
        if _said_of(view, self._item) and not _said_of(before, self._item):
            # A word was said of it: on to the one behind it that wants one, and those stand first.
            self._at = min(self._at, max(0, sum(row.state == "open" for row in view.differences) - 1))
        elif self._item in found:  # it goes on to mean the same item wherever it stands now
            self._at = found.index(self._item)
        self._paint()

    @property
    def chosen(self) -> DifferenceView | None:
        """The item that the digits mean."""
        rows = self.view.differences if self.view is not None else ()
        return rows[self._at] if self._at < len(rows) else None

    def step(self, by: int) -> None:
        """The choice goes up or down."""
        if self.view is not None and self.view.differences:
            self._at = max(0, min(len(self.view.differences) - 1, self._at + by))
            self._paint()

    # -- painting --------------------------------------------------------------------------------

    def _paint(self) -> None:
        view, texts, labels = self.view, self._texts, self._labels
        if view is None:
            return
        rows = view.differences
        self._at = max(0, min(self._at, len(rows) - 1))
        self._item = rows[self._at].item if rows else 0
        put(labels["title"], texts("close.title", day=view.day))
        put(
            labels["whole"],
            f"■ {texts(view.fault, **view.facts)}" if view.fault else f"✓ {texts('close.whole')}",
        )
        mark(labels["whole"], "tone", "bad" if view.fault else "good")
        for card in self._figures:
            card.show_view(texts, view)
        put(labels["stock"], stock_words(view, texts, blind=self._blind))
        labels["stock"].setVisible(bool(view.stock))
        self._paint_rows(rows)
        count = texts("close.count", count=len(rows) + view.more, left=view.left)
        put(labels["list"], texts("close.list"))
        put(labels["count"], count if rows else "")
        put(labels["nothing"], texts("close.nothing" if view.closed else "close.none"))
        labels["nothing"].setVisible(not rows)
        put(labels["rule"], texts("close.rule"))
        said = texts.join([_of_earlier(each, texts) for each in view.earlier])
        put(labels["earlier"], texts("close.earlier", count=view.earlier_count, said=said))
        labels["earlier"].setVisible(bool(view.earlier))
        put(labels["hash"], texts("close.hash", first=_short(view.first), last=_short(view.last)))
        self._paint_side(view)
        usable = bool(rows) and not view.closed
        for act, button in zip(ACTS, self._buttons, strict=True):
            button.say(texts(f"close.do.{act}"), texts(f"close.do.{act}.do"), chosen=False)
            button.setVisible(usable or (act == "see" and bool(rows)))
        self.setAccessibleName(labels["title"].text())
        chosen = self._rows[self._at - self._first(rows)] if rows else None
        self.setAccessibleDescription(chosen.accessibleName() if chosen is not None else texts("close.none"))

    def _first(self, rows: tuple[DifferenceView, ...]) -> int:
        return max(0, min(self._at - ROWS // 2, len(rows) - ROWS))

    def _paint_rows(self, rows: tuple[DifferenceView, ...]) -> None:
        first = self._first(rows)
        self._head.head(self._texts)
        self._head.setVisible(bool(rows))
        for place, row in enumerate(self._rows):
            at = first + place
            if at < len(rows):
                row.show_view(rows[at], self._texts, selected=at == self._at)
            else:
                row.empty()
            row.setVisible(at < len(rows))

    def _paint_side(self, view: CloseView) -> None:
        texts, labels = self._texts, self._labels
        for name in ("by_hour", "by_clerk", "refused"):
            put(labels[name], texts(f"close.{name}"))
        self.bars.show_view(view.hours, labels["by_hour"].text())
        put(self._clerks, "\n".join(_line(line, texts) for line in view.lines) or texts("close.nobody"))
        refused = [f"{texts(f'refusal.{reason}')}  {count}" for reason, count in view.refused.items()]
        put(self._reasons, "\n".join(refused) or texts("close.nobody"))

    # -- keys ------------------------------------------------------------------------------------

    def _clicked(self, act: str, _checked: bool = False) -> None:
        self.acted.emit(act)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        self._deliberate.cancel()
        number = event.key() - Qt.Key.Key_1
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier or not event.text():
            event.ignore()
            return
        if 0 <= number < len(ACTS):
            event.accept()
            self._deliberate.press(event, partial(self._clicked, ACTS[number]))
            return
        if event.key() != Qt.Key.Key_Escape:
            self._keyboard.note(event)
        event.ignore()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        self._deliberate.cancel()
        super().focusOutEvent(event)


def _said_of(view: CloseView | None, item: int) -> bool:
    """Whether a word was said of that item."""
    rows = view.differences if view is not None else ()
    return any(row.item == item and row.state in ("explained", "disputed") for row in rows)


def stock_words(view: CloseView, texts: Texts, *, blind: bool = False) -> str:
    """The equation of what lies here, without what never happened, and what a blind count came to; before
    that only that there was none.
    """
    row, count = view.stock, view.stocktake
    if not row:
        return ""
    if blind or (count is None and not view.closed):
        return texts("close.counting" if blind else "close.uncounted")
    came, went = (
        " + ".join(f"{texts(f'stock.{name}')} {row[name]}" for name in side if row[name] or name in _ALWAYS)
        for side in (stock.FIGURES[:2], stock.FIGURES[2:])
    )
    even = texts("close.stock", came=came, went=went)
    if count is None:
        return f"{even}　{texts('close.never_counted')}"
    differs = "_differs" if count["missing"] or count["extra"] or count["strange"] else ""
    return f"{even}　{texts(f'close.counted{differs}', **count)}"


_ALWAYS = ("opening", "accepted", "sent", "closing")


def _line(line: CloseLine, texts: Texts) -> str:
    """One clerk's equation."""
    parts = (line.accepted, line.labelled, line.affixed, line.receipted, line.at_headquarters)
    return texts("close.clerk", operator=line.operator, figures=" · ".join(map(str, parts)))


def _of_earlier(each: Earlier, texts: Texts) -> str:
    """What was done to an item of a closed day, whose figures stay as they were."""
    facts: dict[str, Fact] = {"date": each.date, "item": each.item, "seq": each.seq}
    return texts("close.of_earlier", kind=texts(f"slip.kind.{each.kind}"), **facts)


def _short(digest: str) -> str:
    """As people compare it: ``7f3a…91c2``."""
    return f"{digest[:4]}…{digest[-4:]}" if digest else ""
