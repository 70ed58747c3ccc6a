"""The sender: the document as read, for the comparison with the original, and the sender's fields."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from core.commands import SENDER_FIELDS, Field, Party, SenderKind
from core.errors import RuleFault
from core.view import SenderView, VisitView
from ui.clerk.command_bar import NEXT
from ui.clerk.field_row import FieldRow
from ui.clerk.known import known_line
from ui.clerk.places import place_line
from ui.clerk.shortcuts import key_of
from ui.flow import Flow
from ui.keys import Keyboard
from ui.present import one_of
from ui.style import laid_out_once, mark, put
from ui.text import CHINA, Texts
from ui.zoom import Room, measure_again

_DOCUMENT_HEIGHT, _ROOMY_HEIGHT = 113, 128
_PHOTO = QSize(90, _DOCUMENT_HEIGHT)  # 102 × 126 of the card, as high as there is room
_UNBOUND = 16777215
_NO_PHOTO = {"manual": "typed", "code": "code"}  # by how the document came
_DETAILS = 3  # lines under name and number; no kind of document has more


class SenderCard(QFrame):
    """Upper card in the middle."""

    def __init__(self, texts: Texts, keyboard: Keyboard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sender_card")
        self.setProperty("role", "card")
        self._texts = texts
        self._title = QLabel(self)
        self._title.setProperty("role", "title")
        self._kind = QLabel(self)
        self._kind.setObjectName("sender_kind")
        self._badges = [QLabel(self) for _ in range(4)]
        self._empty = QLabel(self)
        self._empty.setObjectName("document_hint")
        self._empty.setProperty("role", "strong")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._document = self._document_block()
        # One or the other stands, in the same place: never both, not even while they change.
        self._upper = QStackedWidget(self)
        self._upper.setMinimumHeight(_DOCUMENT_HEIGHT)
        self._upper.setMaximumHeight(_DOCUMENT_HEIGHT)
        self._upper.addWidget(self._empty)
        self._upper.addWidget(self._document)
        self.row = FieldRow(SENDER_FIELDS, (4, 4, 9), keyboard, self, figures=(Field.SENDER_PHONE,))
        self._lay_out()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(self._title)
        self._kind.setProperty("role", "badge")
        mark(self._kind, "tone", "quiet")
        top.addWidget(self._kind)
        top.addStretch(1)
        self._top, self._under = top, Flow(6)
        for badge in self._badges:
            badge.setProperty("role", "badge")
            top.addWidget(badge)
        layout = self._layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 6, 16, 2)
        layout.setSpacing(4)
        layout.addLayout(top)
        layout.addLayout(self._under)
        layout.addWidget(self._upper)
        layout.addWidget(self.row)

    def _document_block(self) -> QWidget:
        block = QWidget(self)
        self._factor = 1.0
        self._photo = QLabel(block)
        self._photo.setObjectName("photo")
        self._photo.setProperty("tone", "quiet")
        self._photo.setProperty("role", "photo")
        self._photo.setFixedSize(_PHOTO)
        self._photo.setWordWrap(True)
        self._photo.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._picture = b""
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(2, 1)
        self._captions = {name: QLabel(block) for name in ("name", "number")}
        self._values = {name: QLabel(block) for name in ("name", "number", "person")}
        for name, label in self._values.items():
            label.setObjectName(f"document_{name}")
        for line, name in enumerate(self._captions):
            self._captions[name].setProperty("role", "caption")
            self._values[name].setProperty("role", "strong")
            grid.addWidget(self._captions[name], line, 0)
        grid.addWidget(self._values["name"], 0, 1, 1, 2)
        grid.addWidget(self._values["number"], 1, 1)
        grid.addWidget(self._values["person"], 1, 2)
        self._details = [(QLabel(block), QLabel(block)) for _ in range(_DETAILS)]
        for line, (caption, value) in enumerate(self._details, 2):
            caption.setProperty("role", "caption")
            value.setProperty("role", "detail")
            value.setObjectName(f"document_detail_{line - 1}")
            grid.addWidget(caption, line, 0)
            grid.addWidget(value, line, 1, 1, 2)
        row = QHBoxLayout(block)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(self._photo)
        row.addLayout(grid, 1)
        return block

    def set_room(self, room: Room) -> None:
        """Where there is little, what the document says takes the lines it needs."""
        narrow = room <= Room.MEDIUM
        self.row.set_room(room)
        for badge in self._badges:
            for line in (self._top, self._under):
                line.removeWidget(badge)
            (self._under if narrow else self._top).addWidget(badge)
        for label in (self._values["name"], *(value for _, value in self._details)):
            label.setWordWrap(room < Room.WIDE)
        self._upper.setMaximumHeight(_DOCUMENT_HEIGHT if room is Room.WIDE else _UNBOUND)
        self._upper.setMinimumHeight(_ROOMY_HEIGHT if room is Room.ROOMY else _DOCUMENT_HEIGHT)
        self._layout.setContentsMargins(*((16, 12, 16, 8) if room is Room.ROOMY else (16, 6, 16, 2)))
        self._layout.setSpacing(8 if room is Room.ROOMY else 4)
        measure_again(self._upper, self._layout)

    def set_zoom(self, factor: float) -> None:
        """The photo is drawn anew at the next view, as large as its place is then."""
        if factor != self._factor:
            self._factor = factor
            self._picture = b""
            self._photo.clear()

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts
        put(self._title, texts("sender.title"))
        for name, caption in self._captions.items():
            put(caption, texts(f"document.{name}"))
        self.row.retranslate(texts)

    def show_view(self, visit: VisitView | None) -> None:
        """The document, or what to do to get one."""
        with laid_out_once(self):
            self._show(visit)

    def _show(self, visit: VisitView | None) -> None:
        sender = visit.sender if visit is not None else None
        reading = visit is not None and visit.reading
        put(self._empty, self._texts("sender.reading") if reading else _hint(visit, self._texts))
        kind = visit.sender_kind.kind if visit is not None else SenderKind.PERSON
        sign = "●" if kind is SenderKind.PERSON else "◆"
        key = key_of("sender_kind")
        put(self._kind, f"{sign} {self._texts(f'sender_kind.{kind.value}')} {key}")
        self._badge_all(sender)
        if sender is not None:
            self._fill(sender)
        else:
            self._show_photo(b"", "")
            for label in (*self._values.values(), *(label for pair in self._details for label in pair)):
                put(label, "")
        known = known_line(visit, Party.SENDER, self._texts)
        place = place_line(visit, Field.SENDER_ADDRESS, self._texts)
        self.row.remark(*(known if known[1] else place), yields=not known[1])
        self._upper.setCurrentWidget(self._empty if sender is None else self._document)
        self.row.show_view(visit)
        # Whose keys ran on after F9 must not change whom the next parcel is from.
        self.row.set_locked(visit is not None and visit.missing == (NEXT,))

    def _fill(self, sender: SenderView) -> None:
        texts = self._texts
        # Once an entry holds the document, its details leave the screen; a typed one never had a photo.
        gone = not sender.birth and sender.method == "chip"
        code = "gone" if gone else _NO_PHOTO.get(sender.method, sender.photo)
        self._show_photo(sender.picture if code == "shown" else b"", texts(f"photo.{code}"))
        put(self._values["name"], sender.name or sender.name_en)
        put(self._values["number"], _grouped(sender.number))
        person = (one_of(texts, "sex", sender.sex), one_of(texts, "nation", sender.nation), sender.birth)
        put(self._values["person"], " · ".join(part for part in person if part))
        lines = [*details(sender, texts), *[("", "")] * _DETAILS]
        for (caption, value), (name, text) in zip(self._details, lines, strict=False):
            put(caption, texts(f"document.{name}") if name else "")
            put(value, text)

    def _show_photo(self, picture: bytes, words: str) -> None:
        """The picture, or why there is none.  What Qt cannot read is none."""
        if picture != self._picture:
            self._picture = picture
            self._photo.clear()
        if not picture:
            put(self._photo, words)
        elif self._photo.pixmap().isNull():
            drawn = QPixmap()
            if drawn.loadFromData(picture, "BMP"):
                ratio = self.devicePixelRatioF()
                drawn = drawn.scaled(
                    self._photo.contentsRect().size() * ratio,
                    Qt.AspectRatioMode.KeepAspectRatio,
                    Qt.TransformationMode.SmoothTransformation,
                )
                drawn.setDevicePixelRatio(ratio)
                self._photo.setPixmap(drawn)
            else:
                put(self._photo, self._texts("photo.output"))
        mark(self._photo, "tone", "" if not self._photo.pixmap().isNull() else "quiet")
        self._photo.setAccessibleName(words)

    def _badge_all(self, sender: SenderView | None) -> None:
        shown = badges(sender, self._texts) if sender is not None else []
        for label, (tone, text) in zip(self._badges, [*shown, *[("", "")] * 4], strict=False):
            put(label, text)
            mark(label, "tone", tone)
            label.setVisible(bool(text))


def _hint(visit: VisitView | None, texts: Texts) -> str:
    """Where no document stands: what to do to get one, or that none is asked for."""
    if visit is None:
        return texts("sender.place")
    exemption = visit.sender_kind.exemption
    if exemption is not None:
        by = exemption.approved_by
        return texts("sender.approved", operator=by) if by else texts("sender.exempt")
    if visit.sender_kind.kind in (SenderKind.LETTER, SenderKind.AGREEMENT):
        return texts("sender.exempted")
    second = texts("sender.manual_offered" if visit.manual_offered else "sender.no_chip")
    if visit.reader_down is not None:
        until = f"{visit.reader_down.until.astimezone(CHINA):%H:%M}"
        second = texts("sender.reader_down", until=until, count=visit.reader_down.left)
    agent = visit.sender_kind.kind is SenderKind.AGENT and visit.sender_kind.principal is None
    return f"{texts('sender.place_principal' if agent else 'sender.place')}\n{second}"


def details(sender: SenderView, texts: Texts) -> list[tuple[str, str]]:
    """(caption, text) of what the document says besides, at most three lines."""
    lines = []
    if sender.name and sender.name_en:
        lines.append(("name_en", sender.name_en))
    parts = [
        texts(f"detail.{name}", text=text)
        for name, text in (
            ("nationality", sender.nationality),
            ("pass_number", sender.pass_number),
            ("renewed" if sender.old_number or sender.nationality else "issued", sender.issue_count),
            ("old_number", sender.old_number),
        )
        if text
    ]
    if parts:
        lines.append(("details", " · ".join(parts)))
    lines += [
        (name, text)
        for name, text in (("address", sender.address), ("newest_address", sender.newest_address))
        if text
    ]
    return lines[:_DETAILS]


def badges(sender: SenderView, texts: Texts) -> list[tuple[str, str]]:
    """At most four (tone, text): what blocks first, then warnings, then what is well."""
    found = [("bad", f"■ {_badge(texts, code)}") for code in sender.problems]
    if sender.name_matches is False and RuleFault.NAME_MISMATCH not in sender.problems:
        found.append(("bad", f"■ {_badge(texts, RuleFault.NAME_MISMATCH)}"))
    if sender.method == "manual":
        found.append(("warn", f"▲ {texts('sender.typed')}"))
    if sender.method == "code":
        found.append(("good", f"✓ {texts('sender.code')}"))
    found += [("warn", f"▲ {texts.what(code)}") for code in sender.warnings]
    if not any(code.startswith("rule.document") for code in sender.problems):
        until = texts("sender.long_term") if sender.long_term else sender.valid_to
        found.append(("good", f"✓ {texts('sender.valid', date=until)}"))
    if sender.name_matches:
        found.append(("good", f"✓ {texts('sender.name_matches')}"))
    return found[:4]


def _badge(texts: Texts, code: str) -> str:
    """The short form of a rule's fault; the whole sentence stands at its gate."""
    short = f"badge.{code.removeprefix('rule.')}"
    return texts(short if texts.has(short) else code)


def _grouped(number: str) -> str:
    """``110105 ******** 002X``: as people read an 18-character number."""
    if len(number) == 18:
        return f"{number[:6]} {number[6:14]} {number[14:]}"
    return number
