"""Who comes to the counter: the drawer of invented people, what each types, and a card's way on and off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ui.bench.part import Order, Part, State
from ui.text import Texts

GROUPS = ("all", "cards", "typed", "reader", "senders", "goods")
_TYPED_LEAST = 84
_ROW = Qt.ItemDataRole.UserRole

# What stands on every parcel of the demonstration where the visitor says nothing else; nobody's data.
USUAL = (
    ("sender_phone", "13800138000"),
    ("sender_address", "贵州省贵阳市南明区虚构路1号301室"),
    ("contents", "衣物"),
    ("quantity", "1"),
    ("recipient_name", "示例乙"),
    ("recipient_phone", "13900139000"),
    ("recipient_address", "上海市浦东新区想象大道88号"),
)


@dataclass(frozen=True)
class Visitor:
    """Somebody of the drawer: what is remarkable by language, and what is typed, as (field, text).

    ``kind`` is the code of a document that is typed, ``sender`` of an unusual kind of sender.
    """

    key: str
    about: Mapping[str, str]
    group: str = "cards"
    kind: str = ""
    sender: str = ""
    typed: Sequence[Sequence[str]] = ()

    def lines(self) -> list[tuple[str, str]]:
        """Everything that is typed for this visitor's parcel, in the order of the screen."""
        own = [(name, text) for name, text in self.typed]
        names = {name for name, _ in own}
        return own + [(name, text) for name, text in USUAL if name not in names]


class Drawer(Part):
    """Search, group, list; below it what to type; place, lift, pull away."""

    def __init__(self, visitors: Sequence[Visitor], order: Order, parent: QWidget | None = None) -> None:
        super().__init__(order, parent)
        self._visitors = list(visitors)
        self._texts = Texts("zh")
        self._search = QLineEdit(self)
        self._search.setObjectName("bench_search")
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self._fill)
        self._search.returnPressed.connect(self.place)
        self._group = QComboBox(self)
        self._group.setObjectName("bench_group")
        self._group.addItems(GROUPS)
        self._group.currentIndexChanged.connect(self._fill)
        self._people = QListWidget(self)
        self._people.setObjectName("bench_people")
        self._people.setMinimumHeight(84)
        self._people.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._people.setTextElideMode(Qt.TextElideMode.ElideNone)
        self._people.setWordWrap(True)
        self._people.currentItemChanged.connect(lambda _now, _before: self._show_typed())
        self._people.itemActivated.connect(lambda _item: self.place())
        self._how = QLabel(self)
        self._how.setObjectName("bench_how")
        self._how.setProperty("role", "caption")
        self._how.setWordWrap(True)
        self._lines = QScrollArea(self)
        self._lines.setObjectName("bench_typed")
        self._lines.setWidgetResizable(True)
        self._lines.setMinimumHeight(_TYPED_LEAST)
        for room in (self._people, self._lines):  # as high as the window has room for
            room.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._lines.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._on = QLabel(self)
        self._on.setObjectName("bench_card")
        self._on.setProperty("role", "caption")
        self._lying: list[str] = []
        self._lay_out()
        self.says(self._say)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(6)
        for control in (self._search, self._group):
            control.setFixedHeight(34)
        top.addWidget(self._search, 3)
        top.addWidget(self._group, 2)
        acts = QHBoxLayout()
        acts.setSpacing(6)
        acts.addWidget(self.button("bench_place", "bench.place", self.place, main=True))
        acts.addWidget(self.button("bench_lift", "bench.lift", lambda: self.order("lift", {})))
        acts.addWidget(self.button("bench_pull", "bench.pull", lambda: self.place(pulled=True)))
        self._paper = self.button("bench_paper", "bench.paper.good", self.scan)
        acts.addWidget(self._paper)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self._people, 3)
        column.addLayout(acts)
        column.addWidget(self._on)
        column.addWidget(self._how)
        column.addWidget(self._lines, 2)

    def _say(self, texts: Texts) -> None:
        self._texts = texts
        self._search.setPlaceholderText(texts("bench.search"))
        self._search.setAccessibleName(texts("bench.search"))
        self._group.setAccessibleName(texts("bench.group"))
        for at, group in enumerate(GROUPS):
            self._group.setItemText(at, texts(f"bench.group.{group}"))
        self._people.setAccessibleName(texts("bench.people"))
        self._fill()
        self._say_card()

    def _fill(self) -> None:
        """The visitors of the group that have every word of the search in them."""
        stood = self.chosen
        words = self._search.text().lower().split()
        group = GROUPS[max(0, self._group.currentIndex())]
        self._people.blockSignals(True)
        self._people.clear()
        for visitor in self._visitors:
            known = " ".join((visitor.key, *visitor.about.values())).lower()
            if group in ("all", visitor.group) and all(word in known for word in words):
                item = QListWidgetItem(f"{visitor.key} · {visitor.about.get(self._texts.language, '')}")
                item.setData(_ROW, visitor.key)
                self._people.addItem(item)
                if stood is not None and visitor.key == stood.key:
                    self._people.setCurrentItem(item)
        if self._people.currentRow() < 0:
            self._people.setCurrentRow(0)
        self._people.blockSignals(False)
        self._show_typed()

    @property
    def chosen(self) -> Visitor | None:
        """Who is marked in the list."""
        item = self._people.currentItem()
        key = item.data(_ROW) if item is not None else None
        return next((visitor for visitor in self._visitors if visitor.key == key), None)

    def take_focus(self) -> None:
        """Where a keyboard begins."""
        self._people.setFocus()

    def place(self, *, pulled: bool = False) -> None:
        """What the marked visitor puts on the reader."""
        visitor = self.chosen
        if visitor is not None:
            self.order("place", {"card": visitor.key, **({"pulled": 1} if pulled else {})})

    def scan(self) -> None:
        """The marked visitor's paper into the scanner that writes files."""
        visitor = self.chosen
        if visitor is not None:
            self.order("paper", {"of": visitor.key, "kind": "good"})

    def show_state(self, state: State) -> None:
        """Which card lies on the reader; whether there is a scanner for papers."""
        slots = state.get("slots")
        self._paper.setEnabled(not isinstance(slots, list) or "camera" in slots)
        lying = state.get("card")
        self._lying = [str(key) for key in lying] if isinstance(lying, list) else []
        self._say_card()

    def _say_card(self) -> None:
        texts = self._texts
        lies = texts("bench.lies", card=texts.join(self._lying)) if self._lying else texts("bench.lies_none")
        self._on.setText(f"{'●' if self._lying else '○'} {lies}")

    def _show_typed(self) -> None:
        """What the clerk would copy from a paper that no reader reads, or is told by the customer."""
        visitor, texts = self.chosen, self._texts
        how = ""
        if visitor is not None and visitor.kind:
            how = texts("bench.how_typed", kind=texts(f"fact.kind.{visitor.kind}"))
        elif visitor is not None and visitor.sender:
            how = texts("bench.how_sender", kind=texts(f"sender_kind.{visitor.sender}"))
        self._how.setText(how or texts("bench.how"))
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 4, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        for row, (name, text) in enumerate(visitor.lines() if visitor is not None else ()):
            caption, value = QLabel(texts(f"field.{name}"), inside), QLabel(text, inside)
            caption.setProperty("role", "caption")
            value.setWordWrap(True)
            value.setProperty("role", "detail")
            value.setTextFormat(Qt.TextFormat.PlainText)
            grid.addWidget(caption, row, 0)
            grid.addWidget(value, row, 1)
            grid.addWidget(self._copier(texts, name, text, inside), row, 2)
        self._lines.setWidget(inside)

    def _copier(self, texts: Texts, name: str, text: str, parent: QWidget) -> QPushButton:
        copy = QPushButton(texts("bench.copy"), parent)
        copy.setObjectName(f"bench_copy_{name}")
        copy.setProperty("low", "true")
        copy.setAccessibleName(f"{texts('bench.copy')} {texts(f'field.{name}')}")
        self.acts(copy, lambda _on: QGuiApplication.clipboard().setText(text))
        return copy
