"""The one calm frame: way, form, side, message, bar, devices.  Only what stands where, no keys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, IntEnum, auto
from itertools import chain, pairwise

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

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
from ui.clerk.news import NewsPanel
from ui.clerk.paste import PastePage
from ui.clerk.picture_part import PicturePart
from ui.clerk.places import PlaceSuggestions
from ui.clerk.preview import PreviewCard
from ui.clerk.sender import SenderCard
from ui.clerk.suggestions import Suggestions
from ui.clerk.text_field import LaneField
from ui.clerk.way import Way
from ui.clerk.who import WhoCard
from ui.fields import Entry
from ui.keys import Keyboard
from ui.scroll import Pages, Scroll
from ui.supervisor.close import ClosePage
from ui.text import Texts
from ui.theme import Palette
from ui.zoom import Room, measure_again

SIDE_WIDTH, _ROOMY_SIDE = 322, 364
_UNBOUND = 16777215


class Page(IntEnum):
    """What stands in the middle."""

    FORM = 0
    LOOK_UP = 1
    MANUAL = 2  # a document that is being typed
    PASTE = 3  # one text with a whole contact
    CLOSE = 4  # the day close


class Side(IntEnum):
    """What stands on the right."""

    USUAL = 0  # what will print, the last item
    HELP = 1
    CHOICES = 2
    NEWS = 3  # what this version brought


class Around(Enum):
    """What stands around the middle; each is painted in a turn of its own."""

    BAR = auto()
    ITEMS = auto()
    WAY = auto()
    PREVIEW = auto()
    DEVICES = auto()


class ClerkFrame(QWidget):
    """The panels and where they stand."""

    side_taken = Signal(bool)  # something is asked, explained or told on the right, or no longer

    def __init__(self, keyboard: Keyboard, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("clerk_screen")
        self._room = Room.WIDE
        self.way = Way(texts, self)
        self.sender_card = SenderCard(texts, keyboard, self)
        self.item_card = ItemCard(texts, keyboard, self)
        self.look_up = LookUpPage(texts, keyboard, self)
        self.manual = ManualPage(texts, keyboard, self)
        self.paste = PastePage(texts, keyboard, self)
        self.close_page = ClosePage(texts, keyboard, self)
        self.preview = PreviewCard(texts, self)
        self.who = WhoCard(texts, keyboard, self)
        self.finding = FindingCard(texts, keyboard, self)
        self.last = LastCard(texts, keyboard, self)
        self.help, self.news = HelpPanel(texts, self), NewsPanel(texts, self)
        self.choices = ChoicePanel(texts, keyboard, self)
        self.large_picture = PicturePart("large_picture", 0, self)
        self.choices.pictures.append(self.large_picture)
        self.message = MessageStrip(texts, self)
        self.bar = CommandBar(texts, self)
        self.devices = DeviceBar(texts, self)
        self._centre, self._side, self._upper = Pages(), Pages(), Pages()
        # Of the upper one: what will print, who sends, or what the contents want
        for card in (self.preview, self.who, self.finding):
            self._upper.addWidget(card)
        self._lay_out()
        self.rows = (self.sender_card.row, self.item_card.item, self.item_card.recipient)
        self.fields: dict[Field, FormField] = {n: f for row in self.rows for n, f in row.fields.items()}
        self.suggestions = Suggestions(texts, self.fields[Field.CONTENTS], self.item_card)
        column = self.sender_card.parentWidget() or self
        self.places = {
            name: PlaceSuggestions(texts, self.fields[name], column)
            for name in (Field.SENDER_ADDRESS, Field.RECIPIENT_ADDRESS)
        }
        for name, listed in self.places.items():
            listed.setObjectName(f"suggestions_{name.value}")
        self._order_tabs()

    def _order_tabs(self) -> None:
        """Tab goes as the eye does: the fields row by row, the choices row by row."""
        manual = [lane.entry for lane in self.manual.fields.values()]
        form = (field.entry for field in self.form_fields())
        order: list[QWidget] = [*manual, self.manual.finish, self.manual.cancel]
        order += self.paste.order()
        order += [*self.who.order(), *form, *self.item_card.order(), self.finding.condition, self.last.seen]
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)

    def _lay_out(self) -> None:
        self._usual = _column(self._upper, self.last, stretch=0)
        form = _column(self.sender_card, self.item_card, stretch=1)
        for stack, pages in (
            (self._centre, (form, self.look_up, self.manual, self.paste, self.close_page)),
            (self._side, (_column(self._usual, None, stretch=0), self.help, self.choices, self.news)),
        ):
            for page in pages:
                stack.addWidget(page)
        middle = _column(self._centre, None, stretch=0)
        self._middle, self._beside = Scroll(middle, self), Scroll(self._side, self)
        self._middle.setObjectName("middle")
        self._beside.setObjectName("beside")
        body = self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        body.setSpacing(12)
        body.addWidget(self._middle, 1)
        body.addWidget(self.large_picture, 1)
        body.addWidget(self._beside)
        around = self._around = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        around.setSpacing(12)
        around.addWidget(self.way)
        around.addLayout(body, 1)
        layout = self._layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 10, 16, 0)
        layout.setSpacing(5)
        layout.addLayout(around, 1)
        layout.addWidget(self.message)
        layout.addWidget(self.bar)
        layout.addWidget(self.devices)
        self._arrange()

    # -- room ------------------------------------------------------------------------------------

    @property
    def room(self) -> Room:
        """How much stands side by side now."""
        return self._room

    def set_room(self, room: Room) -> None:
        """So much room there is: nothing is cut off, what does not fit beside goes below."""
        if room is self._room:
            return
        self._room = room
        with kept_focus(self):
            for part in (self.way, self.sender_card, self.item_card, self.look_up, self.manual, self.preview,
                         self.close_page, self.message, self.bar):  # fmt: skip
                part.set_room(room)
            self._arrange()
            self._order_tabs()
        self.show_focus()

    def _arrange(self) -> None:
        room, narrow = self._room, self._room is Room.NARROW
        down, across = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._around.setDirection(across if room >= Room.WIDE else down)
        self._body.setDirection(down if narrow else across)
        for layout in (self._around, self._body):
            layout.setSpacing(6 if narrow else 12)
        place = self._middle.widget() if narrow else self._side.widget(Side.USUAL)
        column = place.layout() if place is not None else None
        if column is not None and self._usual.parentWidget() is not place:
            column.addWidget(self._usual)
        width = _ROOMY_SIDE if room is Room.ROOMY else SIDE_WIDTH
        self._beside.setMinimumWidth(0 if narrow else width)
        self._beside.setMaximumWidth(_UNBOUND if narrow else width)
        self._layout.setContentsMargins(*((8, 6, 8, 0) if narrow else (16, 10, 16, 0)))
        self._layout.setSpacing(5)
        measure_again(self._around, self._body, self._beside, self._layout)
        self._stand()

    def _stand(self) -> None:
        """Which of the columns stand.  Where there is room for one only, a question takes it; the help
        leaves the form the upper half; of the usual cards the one that wants something comes first."""
        side, narrow = self.side, self._room is Room.NARROW
        closing = self.page is Page.CLOSE
        self.way.setVisible(not closing)
        self.close_page.stand_alone(alone=side is Side.USUAL)
        self._beside.setVisible(side is not Side.USUAL or not (narrow or closing))
        pictured = side is Side.CHOICES and not self.choices.picture.empty
        self.choices.picture.setVisible(pictured and narrow)
        self.large_picture.setVisible(pictured and not narrow)  # in the form's place: it is to be legible
        self._middle.setVisible(not pictured and (not narrow or side is not Side.CHOICES))
        self._body.setStretch(2, int(narrow))
        middle = self._middle.widget()
        layout = middle.layout() if middle is not None else None
        if isinstance(layout, QBoxLayout):
            first = narrow and self._upper.currentWidget() is not self.preview
            down, up = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.BottomToTop
            layout.setDirection(up if first else down)
        self._usual.setVisible(not narrow or self.page is Page.FORM)

    def show_focus(self, *_changed: QWidget | None) -> None:
        """What has the focus is in sight, with its caption and its problem."""
        focused = self.focusWidget()
        for scroll in (self._middle, self._beside):
            if focused is not None and scroll.isAncestorOf(focused):
                parent = focused.parentWidget()
                field = isinstance(parent, FormField) or isinstance(focused, Entry)
                scroll.reveal(parent if field and parent is not None else focused)

    def page_help(self, by: int) -> bool:
        """The help goes on up or down, what is new, or a picture; False where none stands."""
        stands = self.side in (Side.HELP, Side.NEWS) or not self.choices.picture.empty
        return stands and self._beside.page(1 if by > 0 else -1)

    def in_sight(self, widget: QWidget) -> bool:
        """Whether it can be read now; where it was scrolled away it comes back and False is the answer."""
        for scroll in (self._middle, self._beside):
            if scroll.isAncestorOf(widget) and scroll.isVisible():
                seen = scroll.shows(widget)
                scroll.reveal(widget)
                return seen
        return widget.isVisible()

    @property
    def page(self) -> Page:
        """What stands in the middle now."""
        return Page(self._centre.currentIndex())

    @page.setter
    def page(self, page: Page) -> None:
        self._centre.setCurrentIndex(page)
        self._stand()

    @property
    def side(self) -> Side:
        """What stands on the right now."""
        return Side(self._side.currentIndex())

    @side.setter
    def side(self, side: Side) -> None:
        self._side.setCurrentIndex(side)
        self._stand()
        self.side_taken.emit(side is not Side.USUAL)

    @property
    def covered(self) -> bool:
        """Whether the form is hidden, or a question waits for its answer: then F9 does nothing."""
        return self.page is not Page.FORM or self.side is Side.CHOICES

    @property
    def files(self) -> str:
        """What F9 does on the page of F3, "" where it does nothing."""
        return self.look_up.files if self.page is Page.LOOK_UP and self.side is not Side.CHOICES else ""

    def entries(self) -> Iterator[Entry]:
        """The fields that can be reached now, in the order of the eye."""
        if self.page is Page.MANUAL:
            return self.manual.entries()
        if self.page is Page.PASTE:
            return iter(())
        who = self.who.entries() if self._upper.currentWidget() is self.who else ()
        return chain(who, (field.entry for field in self.form_fields()))

    def form_fields(self) -> Iterator[FormField]:
        """The fields of the form, in the order of the eye."""
        return (field for row in self.rows for field in row.every)

    def forget_pending(self) -> None:
        """The station decides now what stands in the fields: the next view is taken."""
        for field in (*self.form_fields(), *(lane.field for lane in self.lane_fields())):
            field.forget_pending()

    def lane_fields(self) -> Iterator[LaneField]:
        """The fields beside the form: of the manual lane and of who sends."""
        return chain(self.manual.fields.values(), self.who.fields.values())

    def set_theme(self, palette: Palette) -> None:
        """Repaint what is painted by hand."""
        for part in (self.way, self.close_page, self.preview.picture, self.devices):
            part.set_theme(palette)
        for button in self.findChildren(KeyButton):
            button.set_theme(palette)

    def translate(self, texts: Texts) -> None:
        """Every panel in this language; the caller paints the view again."""
        parts = (self.way, self.sender_card, self.item_card, self.look_up, self.preview, self.last,
                 self.manual, self.who, self.finding, self.suggestions, self.paste, self.help, self.news,
                 self.close_page, self.choices, self.message, self.bar, self.devices)  # fmt: skip
        for part in parts:
            part.retranslate(texts)
        for listed in self.places.values():
            listed.retranslate(texts)

    def paint_view(self, view: CounterView) -> None:
        """Every panel shows the view; which panels stand is not changed here."""
        self.paint_middle(view)
        self.paint_around(view)

    def paint_middle(self, view: CounterView) -> None:
        """What the clerk looks at and types into."""
        visit = view.visit
        for part in (self.sender_card, self.item_card):
            part.show_view(visit)
        self._paint_lanes(visit)
        self.suggestions.show_view(visit.suggestions if visit is not None else ())
        for name, listed in self.places.items():
            listed.show_view(visit.place_hits.get(name, ()) if visit is not None else ())
        self.paste.show_view(visit.paste if visit is not None else None)
        self.look_up.show_view(view.found or (), view.pending, view.unscanned)
        self.look_up.follow(view.found_by, view.noted, view.looks)
        self.look_up.follow_cases(
            view.cases, view.case, view.disclosing, view.blocking, view.complaints, view.exceptions
        )
        self.message.show_view(view.message)

    def paint_around(self, view: CounterView) -> None:
        """The bar, the items, the way, what will print, the devices."""
        for part in Around:
            self.paint_part(part, view)

    def paint_part(self, part: Around, view: CounterView) -> None:
        """One of what stands around the middle."""
        visit = view.visit
        match part:
            case Around.BAR:
                self.bar.show_view(visit, covered=self.covered, files=self.files)
            case Around.ITEMS:
                self.last.show_view(visit, view.last, view.pending, view.unscanned)
            case Around.WAY:
                self.way.show_view(visit)
                self.way.show_parked(view.parked)
                self.way.show_requests(len(view.second.requests))
            case Around.PREVIEW:
                self.preview.show_view(visit)
            case Around.DEVICES:
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
        if self._upper.currentWidget() is not card:
            self._upper.setCurrentWidget(card)
            self._stand()

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
        self.way.show_requests(0)
        self.choices.leave()
        for listed in (self.suggestions, *self.places.values()):
            listed.show_view(())
            listed.close_list()  # whoever comes next has typed nothing yet
        self.paste.show_view(None)
        self.last.show_view(None, None, (), ())
        self.look_up.show_view((), (), ())
        self.close_page.show_view(None)
        self.message.show_view(None)
        self.message.dismiss_local()
        self.bar.show_view(None, covered=False)
        self.help.show_topic("")
        self.message.hint("")
        self.devices.show_view((), None)


@contextmanager
def kept_focus(within: QWidget) -> Iterator[None]:
    """Whatever is moved meanwhile, the focus stays where it is."""
    focused = within.focusWidget()
    yield
    if focused is not None and not focused.hasFocus():
        focused.setFocus()


def _column(upper: QWidget, lower: QWidget | None, *, stretch: int) -> QWidget:
    """One card above the other; ``stretch`` says which takes the room that is left."""
    column = QWidget()
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(8)
    for at, card in enumerate((upper, lower)):
        if card is not None:
            layout.addWidget(card, 1 if at == stretch else 0)
    return column
