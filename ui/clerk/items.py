"""The items of this visit or the last one, papers that still have to come out, labels to scan back."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.view import ItemView, VisitView
from ui.clerk.confirmations import ConfirmationButton
from ui.clerk.shortcuts import key_of
from ui.flow import Flow
from ui.keys import Keyboard
from ui.present import short_name, waybill
from ui.style import mark, put
from ui.text import Texts

_LINES = 3  # items of this visit that are shown; the earlier ones are a number
_NAMED = 3  # labels not scanned back that are named; the rest is a number


def said_by_hand(texts: Texts, item: ItemView) -> str:
    """How its record came where no reader vouches for it: typed, or entered late from a paper form."""
    return f"{texts('item.paper')} {item.paper}" if item.paper else texts("item.manual")


def label_words(texts: Texts, item: ItemView) -> tuple[str, str]:
    """(tone, words) for the state of an item's label."""
    if item.label == "printed":
        said = texts("label_state.copies", count=item.copies) if item.copies else texts("label_state.printed")
        return "good", f"✓ {said}"
    if item.label in ("unknown", "voided"):
        return "bad", f"■ {texts(f'label_state.{item.label}')}"
    said = texts(f"label_state.{item.label}")
    if item.label_fault:
        return "warn", f"▲ {said}{texts('join.fact')}{texts.what(item.label_fault)}"
    return "quiet", f"○ {said}"


def receipt_words(texts: Texts, item: ItemView) -> tuple[str, str]:
    """(tone, words) for the state of an item's receipt; words are "" where none is printed."""
    if item.receipt == "none":
        return "quiet", ""
    if item.receipt in ("due", "started") and item.receipt_fault:
        said = texts(f"receipt_state.{item.receipt}")
        return "warn", f"▲ {said}{texts('join.fact')}{texts.what(item.receipt_fault)}"
    tone, sign = {"printed": ("good", "✓"), "unknown": ("bad", "■")}.get(item.receipt, ("quiet", "○"))
    return tone, f"{sign} {texts(f'receipt_state.{item.receipt}')}"


def affixed_words(texts: Texts, item: ItemView) -> tuple[str, str]:
    """(tone, words) for whether a printed label was scanned on its parcel; "" before it is printed."""
    if item.label != "printed":
        return "quiet", ""
    return ("good", f"✓ {texts('affixed.yes')}") if item.affixed else ("warn", f"▲ {texts('affixed.no')}")


def sent_words(texts: Texts, item: ItemView) -> tuple[str, str]:
    """(tone, words) for whether headquarters has the item."""
    return ("good", f"✓ {texts('sent.yes')}") if item.at_headquarters else ("quiet", f"○ {texts('sent.no')}")


def paper_words(texts: Texts, item: ItemView) -> tuple[str, str]:
    """(tone, few words) for the label and where it is: on the parcel, or what it still wants."""
    if item.label == "printed":
        return (
            ("good", f"✓ {texts('brief.affixed')}") if item.affixed else ("warn", f"▲ {texts('brief.loose')}")
        )
    tone, sign = ("bad", "■") if item.label in ("unknown", "voided") else ("quiet", "○")
    if item.label_fault and tone != "bad":
        tone, sign = "warn", "▲"
    return tone, f"{sign} {texts(f'brief.label.{item.label}')}"


def brief_receipt_words(texts: Texts, item: ItemView) -> tuple[str, str]:
    """(tone, few words) for the receipt; words are "" where none is printed."""
    tone, words = receipt_words(texts, item)
    return tone, f"{words[0]} {texts(f'brief.receipt.{item.receipt}')}" if words else ""


def brief_sent_words(texts: Texts, item: ItemView) -> tuple[str, str]:
    """(tone, few words) for whether headquarters has the item."""
    return (
        ("good", f"✓ {texts('brief.sent')}")
        if item.at_headquarters
        else ("quiet", f"○ {texts('brief.unsent')}")
    )


class _Line(QWidget):
    """One item of this visit in two lines."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("visit_item")
        self._number, self._recipient = QLabel(self), QLabel(self)
        self._number.setProperty("role", "semi")
        self._badges = [QLabel(self) for _ in range(3)]
        upper = QHBoxLayout()
        upper.setSpacing(8)
        upper.addWidget(self._number)
        upper.addStretch(1)
        upper.addWidget(self._recipient)
        lower = Flow(spacing=6)
        for badge in self._badges:
            badge.setProperty("role", "badge")
            lower.addWidget(badge)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(2)
        layout.addLayout(upper)
        layout.addLayout(lower)

    def show_view(self, item: ItemView | None, texts: Texts) -> None:
        """Show an item; None: nothing of one stays here."""
        put(self._number, f"{item.number.split(' ')[-1]}  {waybill(item.waybill)}" if item else "")
        put(self._recipient, short_name(item.recipient) if item else "")
        for badge, words_of in zip(self._badges, _BRIEF, strict=True):
            tone, words = words_of(texts, item) if item is not None else ("quiet", "")
            put(badge, words)
            mark(badge, "tone", tone)
            badge.setVisible(bool(words))
        self.setAccessibleName(f"{self._number.text()} {self._recipient.text()}".strip())
        self.setAccessibleDescription(" ".join(badge.text() for badge in self._badges if badge.text()))
        self.setVisible(item is not None)


def show_badges(badges: Sequence[QLabel], texts: Texts, item: ItemView | None) -> None:
    """Four badges: the label, the scan-back, the receipt, headquarters; those without words are hidden."""
    states = (label_words, affixed_words, receipt_words, sent_words)
    for badge, state in zip(badges, states, strict=True):
        tone, words = state(texts, item) if item is not None else ("quiet", "")
        put(badge, words)
        mark(badge, "tone", tone)
        badge.setVisible(bool(words))


_BRIEF = (paper_words, brief_receipt_words, brief_sent_words)


class LastCard(QFrame):
    """The card at the lower right."""

    def __init__(self, texts: Texts, keyboard: Keyboard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("last_card")
        self.setProperty("role", "card")
        self._texts = texts
        self._title, self._visit = QLabel(self), QLabel(self)
        self._first, self._second = QLabel(self), QLabel(self)
        self._badges = [QLabel(self) for _ in range(4)]  # label, scanned back, receipt, headquarters
        self._lines = [_Line(self) for _ in range(_LINES)]
        self._earlier = QLabel(self)
        self._pending, self._loose = QLabel(self), QLabel(self)
        self.seen = ConfirmationButton("label_seen", keyboard, self)
        self._lay_out()

    def _lay_out(self) -> None:
        for label in (self._title, self._visit):
            label.setProperty("role", "title")
        self._first.setProperty("role", "semi")
        named = {"last_item": self._first, "last_item_line": self._second}
        for name, label in (named | {"pending_papers": self._pending, "unscanned": self._loose}).items():
            label.setObjectName(name)
        self._second.setWordWrap(True)
        for label in (*self._badges, self._pending, self._loose):
            label.setProperty("role", "badge")
        top = QHBoxLayout()
        top.addWidget(self._title)
        top.addStretch(1)
        top.addWidget(self._visit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 10, 16, 12)
        layout.setSpacing(4)
        self._earlier.setProperty("role", "caption")
        layout.addLayout(top)
        layout.addWidget(self._earlier)
        for line in self._lines:
            layout.addWidget(line)
        layout.addWidget(self._first)
        layout.addWidget(self._second)
        badges = Flow(spacing=6)
        for badge in (*self._badges, self._pending):
            badges.addWidget(badge)
        layout.addLayout(badges)
        self._loose.setWordWrap(True)
        layout.addWidget(self._loose)
        layout.addWidget(self.seen)

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts

    def show_view(
        self,
        visit: VisitView | None,
        last: ItemView | None,
        pending: Sequence[ItemView],
        unscanned: Sequence[ItemView],
    ) -> None:
        """This visit's items or else the newest one, what the printers owe, which labels lack a scan."""
        items = visit.items if visit is not None else ()
        newest = items[-_LINES:] or ((last,) if last is not None else ())
        others = [any(item not in newest for item in papers) for papers in (pending, unscanned)]
        room = _LINES - sum(others)  # what waits elsewhere takes a line of its own
        self._say_visit(items, room=room)
        self._say_last(None if items else last, shown=not items)
        seen = {item.seq for item in (items[-room:] or newest)}
        self._say_pending(seen, pending)
        self._say_unscanned(seen, unscanned)

    def _say_visit(self, items: Sequence[ItemView], *, room: int) -> None:
        texts, count = self._texts, len(items)
        put(self._title, texts("visit.title" if items else "last.title"))
        put(self._visit, texts("visit.count", count=count) if items else "")
        newest = [*items[-room:], *[None] * _LINES][:_LINES]
        # What goes, goes first: showing makes Qt lay out at once.
        for line, item in sorted(zip(self._lines, newest, strict=True), key=lambda pair: pair[1] is not None):
            line.show_view(item, texts)
        put(self._earlier, texts("visit.more", count=count - room) if count > room else "")
        self._earlier.setVisible(count > room)

    def shown_items(self) -> list[str]:
        """Each item of this visit as it is read: what it is, and under it how it stands."""
        shown = (line for line in self._lines if line.isVisibleTo(self))
        return [f"{line.accessibleName()}\n{line.accessibleDescription()}" for line in shown]

    def _say_last(self, last: ItemView | None, *, shown: bool) -> None:
        texts = self._texts
        if last is None:
            put(self._first, "")
            put(self._second, texts("last.none") if shown else "")
        else:
            put(self._first, f"{last.number.split(' ')[-1]}  {waybill(last.waybill)}")
            typed = f"▲ {said_by_hand(texts, last)}  " if last.manual or last.paper else ""
            put(self._second, f"{typed}{last.accepted_at}  {last.recipient}  {last.contents}")
        show_badges(self._badges, texts, last)
        self._first.setVisible(last is not None)
        self._second.setVisible(shown)

    def _say_pending(self, seen: Collection[int], pending: Sequence[ItemView]) -> None:
        others = [item for item in pending if item.seq not in seen]
        unknown = [item for item in pending if "unknown" in (item.label, item.receipt)]
        if others:
            words = self._texts("last.pending", count=len(pending), key=key_of("papers"))
            put(self._pending, f"▲ {words}")
            mark(self._pending, "tone", "warn")
        self._pending.setVisible(bool(others))
        self.seen.show_view(None, self._texts)
        self.seen.setVisible(bool(unknown))

    def _say_unscanned(self, seen: Collection[int], unscanned: Sequence[ItemView]) -> None:
        """Those of earlier items by number: what is shown above has a badge of its own."""
        others = [item for item in unscanned if item.seq not in seen]
        numbers = self._texts.join([item.number.split(" ")[-1] for item in others[:_NAMED]])
        if others:
            code = "last.unscanned" if len(others) <= _NAMED else "last.unscanned_more"
            words = self._texts(code, count=len(others), named=numbers, key=key_of("papers"))
            put(self._loose, f"▲ {words}")
            mark(self._loose, "tone", "warn")
        self._loose.setVisible(bool(others))
