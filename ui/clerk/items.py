"""The last item, how many this visit has, papers that still have to come out, labels to scan back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.view import ItemView, VisitView
from ui.clerk.confirmations import ConfirmationButton
from ui.clerk.shortcuts import key_of
from ui.flow import Flow
from ui.keys import Keyboard
from ui.present import waybill
from ui.style import mark, put
from ui.text import Texts

_NAMED = 3  # labels not scanned back that are named; the rest is a number


def label_words(texts: Texts, item: ItemView) -> tuple[str, str]:
    """(tone, words) for the state of an item's label."""
    if item.label == "printed":
        said = texts("label_state.copies", count=item.copies) if item.copies else texts("label_state.printed")
        return "good", f"✓ {said}"
    if item.label == "unknown":
        return "bad", f"■ {texts('label_state.unknown')}"
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


def show_badges(badges: Sequence[QLabel], texts: Texts, item: ItemView | None) -> None:
    """Four badges: the label, the scan-back, the receipt, headquarters; those without words are hidden."""
    states = (label_words, affixed_words, receipt_words, sent_words)
    for badge, state in zip(badges, states, strict=True):
        tone, words = state(texts, item) if item is not None else ("quiet", "")
        put(badge, words)
        mark(badge, "tone", tone)
        badge.setVisible(bool(words))


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
        layout.addLayout(top)
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
        put(self._title, texts("last.title"))

    def show_view(
        self,
        visit: VisitView | None,
        last: ItemView | None,
        pending: Sequence[ItemView],
        unscanned: Sequence[ItemView],
    ) -> None:
        """The newest item, what the printers still owe, and which labels were not scanned back."""
        texts = self._texts
        count = len(visit.items) if visit is not None else 0
        put(self._visit, texts("last.visit", count=count) if count else "")
        if last is None:
            put(self._first, "")
            put(self._second, texts("last.none"))
        else:
            put(self._first, f"{last.number.split(' ')[-1]}  {waybill(last.waybill)}")
            typed = f"▲ {texts('item.manual')}  " if last.manual else ""
            put(self._second, f"{typed}{last.accepted_at}  {last.recipient}  {last.contents}")
        show_badges(self._badges, texts, last)
        self._first.setVisible(last is not None)
        self._say_pending(last, pending)
        self._say_unscanned(last, unscanned)

    def _say_pending(self, last: ItemView | None, pending: Sequence[ItemView]) -> None:
        others = [item for item in pending if last is None or item.seq != last.seq]
        unknown = [item for item in pending if "unknown" in (item.label, item.receipt)]
        if others:
            words = self._texts("last.pending", count=len(pending), key=key_of("papers"))
            put(self._pending, f"▲ {words}")
            mark(self._pending, "tone", "warn")
        self._pending.setVisible(bool(others))
        self.seen.show_view(None, self._texts)
        self.seen.setVisible(bool(unknown))

    def _say_unscanned(self, last: ItemView | None, unscanned: Sequence[ItemView]) -> None:
        """Those of earlier items by number: the last item has a badge of its own."""
        others = [item for item in unscanned if last is None or item.seq != last.seq]
        numbers = self._texts.join([item.number.split(" ")[-1] for item in others[:_NAMED]])
        if others:
            code = "last.unscanned" if len(others) <= _NAMED else "last.unscanned_more"
            words = self._texts(code, count=len(others), named=numbers, key=key_of("papers"))
            put(self._loose, f"▲ {words}")
            mark(self._loose, "tone", "warn")
        self._loose.setVisible(bool(others))
