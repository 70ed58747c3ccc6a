"""The one line that says what happened and what to do; it never stands in the way."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from core.view import Message
from ui.style import mark, put
from ui.text import Texts
from ui.zoom import Room, measure_again

HEIGHT = 28
_LINE = 26
_UNBOUND = 16777215
LOCAL_MS = 6000  # how long the screen's own line stands before the station's comes back
FADE_MS = 12_000  # how long a line stands that asks for nothing; warnings and errors stay
_FADING = ("info", "good")
_TONES = {"info": "quiet", "good": "good", "warning": "warn", "error": "bad"}
_URGENT = ("warning", "error")
_SIGNS = {"info": "●", "good": "✓", "warning": "▲", "error": "■"}


class MessageStrip(QFrame):
    """Shows the station's message, or for some seconds one of the screen's own."""

    said = Signal(str)  # the level of a line of the screen's own, as it appears

    def __init__(self, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message")
        self.setMinimumHeight(HEIGHT)
        self._texts = texts
        self._station: Message | None = None
        self._local: Message | None = None
        self._line = QLabel(self)
        self._line.setObjectName("message_text")
        self._hint = QLabel(self)
        self._hint.setObjectName("message_hint")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.addWidget(self._line, 1)
        row.addWidget(self._hint, 0, Qt.AlignmentFlag.AlignTop)
        self._line.setMinimumHeight(_LINE)
        self._hint.setMinimumHeight(_LINE)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LOCAL_MS)
        self._timer.timeout.connect(self._forget_local)
        self._quiet = ""
        self._narrow = False
        self._faded = False
        self._fade = QTimer(self)
        self._fade.setSingleShot(True)
        self._fade.setInterval(FADE_MS)
        self._fade.timeout.connect(self._fade_out)

    def set_room(self, room: Room) -> None:
        """Where there is little, a sentence may take several lines, and a hint none: F1 says it."""
        self._narrow = room is Room.NARROW
        self._line.clear()  # Qt keeps a wrapped label's height until another text comes
        self._line.setWordWrap(room < Room.WIDE)
        self.setMaximumHeight(HEIGHT if room >= Room.WIDE else _UNBOUND)
        self.setMinimumHeight(HEIGHT)
        measure_again(self)
        self._paint()

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts
        self._paint()

    def show_view(self, message: Message | None) -> None:
        """The station's message; a new one takes the place of whatever stood here."""
        newer = message is not None and (self._station is None or message.serial != self._station.serial)
        self._station = message
        if message is not None and newer:
            self._timer.stop()
            self._local = None
            self._faded = False
            self._fade.stop()
            if message.level in _FADING:
                self._fade.start()
        self._paint()

    def say(self, message: Message) -> None:
        """The screen's own line, for some seconds."""
        self._local = message
        self._timer.start()
        self._paint()
        self.said.emit(message.level)

    def hint(self, text: str) -> None:
        """What stands here while there is no message: a word on the field in focus."""
        self._quiet = text
        self._paint()

    @property
    def shown(self) -> Message | None:
        """What stands here now."""
        return self._local or (None if self._faded else self._station)

    def dismiss_local(self) -> bool:
        """Take away the screen's own line; False where none stands."""
        if self._local is None:
            return False
        self._timer.stop()
        self._forget_local()
        return True

    def _fade_out(self) -> None:
        self._faded = True
        self._paint()

    def _forget_local(self) -> None:
        self._local = None
        self._paint()

    def _paint(self) -> None:
        message = self.shown
        self.setVisible(not self._narrow or message is not None)
        if message is None:
            put(self._line, self._quiet)
            put(self._hint, self._texts("message.help") if self._quiet else "")
            mark(self, "tone", "")
            return
        sentence = self._texts.sentence(message.code, message.facts)
        put(self._line, f"{_SIGNS.get(message.level, '●')}  {sentence}")
        put(self._hint, self._texts("message.dismiss"))
        if sentence != self.accessibleName():
            self.setAccessibleName(sentence)
            _announce(self, sentence, urgent=message.level in _URGENT)
        mark(self, "tone", _TONES.get(message.level, "quiet"))


def _announce(strip: QFrame, sentence: str, *, urgent: bool) -> None:
    """Whoever listens instead of looking hears it; a warning does not wait for the sentence before it."""
    event = QAccessibleAnnouncementEvent(strip, sentence)
    level = QAccessible.AnnouncementPoliteness
    event.setPoliteness(level.Assertive if urgent else level.Polite)
    QAccessible.updateAccessibility(event)
