"""The one calm frame: way, form, side, message, bar, devices.  Only what stands where, no keys."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from itertools import chain, pairwise

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from core.commands import Field
from core.view import CounterView, VisitView
from ui.buttons import KeyButton
from ui.clerk.choices import ChoicePanel
from ui.clerk.command_bar import CommandBar
from ui.clerk.device_bar import DeviceBar
from ui.clerk.finding import FindingCard, wanted
from ui.clerk.form import ItemCard
from ui.clerk.form_field import FormField
from ui.clerk.help import HelpPanel
from ui.clerk.items import LastCard
from ui.clerk.lookup import LookUpPage
from ui.clerk.manual import ManualPage
from ui.clerk.message import MessageStrip
from ui.clerk.preview import PreviewCard
from ui.clerk.sender import SenderCard
from ui.clerk.suggestions import Suggestions
from ui.clerk.text_field import LaneField
from ui.clerk.way import Way
from ui.clerk.who import WhoCard
from ui.fields import Entry
from ui.keys import Keyboard
from ui.text import Texts
from ui.theme import Palette

SIDE_WIDTH = 322


class Page(IntEnum):
    """What stands in the middle."""

    FORM = 0
    LOOK_UP = 1
    MANUAL = 2  # a document that is being typed


class Side(IntEnum):
    """What stands on the right."""

    USUAL = 0  # what will print, the last item
    HELP = 1
    CHOICES = 2


class ClerkFrame(QWidget):
    """The panels and where they stand."""

    def __init__(self, keyboard: Keyboard, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("clerk_screen")
        self.way = Way(texts, self)
        self.sender_card = SenderCard(texts, keyboard, self)
        self.item_card = ItemCard(texts, keyboard, self)
        self.look_up = LookUpPage(texts, keyboard, self)
        self.manual = ManualPage(texts, keyboard, self)
        self.preview = PreviewCard(texts, self)
        self.who = WhoCard(texts, keyboard, self)
        self.finding = FindingCard(texts, keyboard, self)
        self.last = LastCard(texts, keyboard, self)
        self.help = HelpPanel(texts, self)
        self.choices = ChoicePanel(texts, keyboard, self)
        self.message = MessageStrip(texts, self)
        self.bar = CommandBar(texts, self)
        self.devices = DeviceBar(texts, self)
        self._centre, self._side = QStackedWidget(self), QStackedWidget(self)
        self._upper = QStackedWidget(self)  # what will print, who sends, or what the contents want
        for card in (self.preview, self.who, self.finding):
            self._upper.addWidget(card)
        self._lay_out()
        self.rows = (self.sender_card.row, self.item_card.item, self.item_card.recipient)
        self.fields: dict[Field, FormField] = {n: f for row in self.rows for n, f in row.fields.items()}
        self.suggestions = Suggestions(texts, self.fields[Field.CONTENTS], self.item_card)
        self._order_tabs()

    def _order_tabs(self) -> None:
        """Tab goes as the eye does: the fields row by row, the choices row by row."""
        manual = [lane.entry for lane in self.manual.fields.values()]
        form = (field.entry for field in self.form_fields())
        order: list[QWidget] = [*manual, self.manual.finish, self.manual.cancel]
        order += [*self.who.order(), *form, *self.item_card.order(), self.finding.condition, self.last.seen]
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)

    def _lay_out(self) -> None:
        for stack, pages in (
            (self._centre, (_column(self.sender_card, self.item_card, stretch=1), self.look_up, self.manual)),
            (self._side, (_column(self._upper, self.last, stretch=0), self.help, self.choices)),
        ):
            for page in pages:
                stack.addWidget(page)
        self._side.setFixedWidth(SIDE_WIDTH)
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addWidget(self.way)
        body.addWidget(self._centre, 1)
        body.addWidget(self._side)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 10, 16, 0)
        layout.setSpacing(5)
        layout.addLayout(body, 1)
        layout.addWidget(self.message)
        layout.addWidget(self.bar)
        layout.addWidget(self.devices)

    @property
    def page(self) -> Page:
        """What stands in the middle now."""
        return Page(self._centre.currentIndex())

    @page.setter
    def page(self, page: Page) -> None:
        self._centre.setCurrentIndex(page)

    @property
    def side(self) -> Side:
        """What stands on the right now."""
        return Side(self._side.currentIndex())

    @side.setter
    def side(self, side: Side) -> None:
        self._side.setCurrentIndex(side)

    @property
    def covered(self) -> bool:
        """Whether the form is hidden, or a question waits for its answer: then F9 does nothing."""
        return self.page is not Page.FORM or self.side is Side.CHOICES

    def entries(self) -> Iterator[Entry]:
        """The fields that can be reached now, in the order of the eye."""
        if self.page is Page.MANUAL:
            return self.manual.entries()
        who = self.who.entries() if self._upper.currentWidget() is self.who else ()
        return chain(who, (field.entry for field in self.form_fields()))

    def form_fields(self) -> Iterator[FormField]:
        """The fields of the form, in the order of the eye."""
        return (field for row in self.rows for field in row.every)

    def lane_fields(self) -> Iterator[LaneField]:
        """The fields beside the form: of the manual lane and of who sends."""
        return chain(self.manual.fields.values(), self.who.fields.values())

    def set_theme(self, palette: Palette) -> None:
        """Repaint what is painted by hand."""
        for part in (self.way, self.preview.picture, self.devices):
            part.set_theme(palette)
        for button in self.findChildren(KeyButton):
            button.set_theme(palette)

    def translate(self, texts: Texts) -> None:
        """Every panel in this language; the caller paints the view again."""
        parts = (self.way, self.sender_card, self.item_card, self.look_up, self.preview, self.last,
                 self.manual, self.who, self.finding, self.suggestions, self.help, self.choices,
                 self.message, self.bar, self.devices)  # fmt: skip
        for part in parts:
            part.retranslate(texts)

    def paint_view(self, view: CounterView) -> None:
        """Every panel shows the view; which panels stand is not changed here."""
        visit = view.visit
        for part in (self.way, self.sender_card, self.item_card, self.preview):
            part.show_view(visit)
        self._paint_lanes(visit)
        self.way.show_parked(view.parked)
        self.suggestions.show_view(visit.suggestions if visit is not None else ())
        self.last.show_view(visit, view.last, view.pending, view.unscanned)
        self.look_up.show_view(view.found or (), view.pending, view.unscanned)
        self.look_up.follow(view.found_by)
        self.message.show_view(view.message)
        self.bar.show_view(visit, covered=self.covered)
        self.devices.show_view(view.devices, visit)

    def _paint_lanes(self, visit: VisitView | None) -> None:
        self.manual.show_view(visit.manual if visit is not None else None)
        self.who.show_view(visit)
        self.finding.show_view(visit)
        self.paint_upper(visit)

    def paint_upper(self, visit: VisitView | None) -> None:
        """Of the cards at the upper right, the one that wants something: who sends while somebody is at it,
        then a decision about the contents, then who sends where that is lacking."""
        if self.who.wanted(visit) and (self.who.opened or self.who.at_it or not wanted(visit)):
            card: QWidget = self.who
        else:
            card = self.finding if wanted(visit) else self.preview
        self._upper.setCurrentWidget(card)

    def empty(self) -> None:
        """Nothing of a customer stays in the widgets."""
        for field in self.form_fields():
            field.forget_pending()
        self.look_up.entry.clear()
        self.page, self.side = Page.FORM, Side.USUAL
        self.who.opened = False
        for part in (self.way, self.sender_card, self.item_card, self.preview):
            part.show_view(None)
        self._paint_lanes(None)
        self.way.show_parked(())
        self.suggestions.show_view(())
        self.last.show_view(None, None, (), ())
        self.look_up.show_view((), (), ())
        self.message.show_view(None)
        self.message.dismiss_local()
        self.bar.show_view(None, covered=False)
        self.message.hint("")
        self.devices.show_view((), None)


def _column(upper: QWidget, lower: QWidget, *, stretch: int) -> QWidget:
    """Two cards, one above the other; ``stretch`` says which takes the room that is left."""
    column = QWidget()
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(8)
    for at, card in enumerate((upper, lower)):
        layout.addWidget(card, 1 if at == stretch else 0)
    return column
