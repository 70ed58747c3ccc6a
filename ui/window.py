"""The one window: header, log-in, and the clerk's screen, which is built after the first paint."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QStackedWidget, QVBoxLayout, QWidget

from core.scanning import ScanTyped
from ui.bridge import Bridge, Station
from ui.header import Header
from ui.keys import Keyboard
from ui.login import LoginPage
from ui.present import utc_now
from ui.settings import Keep, Settings, keep_nothing
from ui.sounds import Play, Sound, play_nothing, sound_of
from ui.style import sheet
from ui.text import LANGUAGES, Texts
from ui.theme import THEMES, qt_palette, theme
from ui.turns import Turns
from ui.wedge import Wedge, wedge_among
from ui.whatsnew import newer
from ui.zoom import STEPS, Room, after, factor_of, room_of, scale

if TYPE_CHECKING:
    from core.technician import Workshop
    from core.view import CounterView
    from ui.assistant.page import AssistantPage
    from ui.clerk.screen import ClerkScreen
    from ui.technician.console import ConsolePage

SIZE = QSize(1366, 768)  # the smallest screen the counter has
# With Shift and on the keypad too: Ctrl and plus is what people try.
ZOOM_KEYS = {
    Qt.Key.Key_Equal: 1, Qt.Key.Key_Plus: 1, Qt.Key.Key_Minus: -1, Qt.Key.Key_Underscore: -1,
    Qt.Key.Key_0: 0, Qt.Key.Key_ParenRight: 0,
}  # fmt: skip


class MainWindow(QWidget):
    """Paints the newest view.  It holds language, theme and focus, and nothing of the business."""

    closing = Signal()
    dressed = Signal(str, str)  # language and theme, when either was switched
    side_taken = Signal(bool)  # see :class:`ui.clerk.frame.ClerkFrame`

    def __init__(
        self,
        station: Station,
        bridge: Bridge,
        language: str = "zh",
        *,
        theme_name: str = "light",
        clock: Callable[[], dt.datetime] = utc_now,
        settings: Settings | None = None,
        keep: Keep = keep_nothing,
        play: Play = play_nothing,
        version: str = "",
        workshop: Workshop | None = None,
    ) -> None:
        """``settings`` are what this machine remembers; ``language`` stands over theirs.

        ``version`` is the program's; without one nothing is told about it.  ``workshop`` is behind the
        technician's page.
        """
        super().__init__()
        self.setObjectName("window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._station = station
        self._bridge = bridge
        self._clock = clock
        kept = self._settings = settings or Settings(theme=theme_name)
        self._keep, self._play, self._version = keep, play, version
        self._texts = Texts(language)
        self._palette = theme(kept.theme)
        self._view: CounterView | None = None
        self._loading = False
        self._clerk: ClerkScreen | None = None
        self._workshop, self._console = workshop, _no_console()
        self.first_run: AssistantPage | None = None
        self._assisting = False
        self.keyboard = Keyboard()
        self.header = Header(self._texts, self)
        self.login = LoginPage(station, self.keyboard, self._texts, self)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self.login)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.header.banner)
        layout.addWidget(self._pages, 1)
        # What does not fit is arranged anew (``ui/zoom.py``); the window itself never grows by it.
        layout.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)
        self._factor, self._zoom = 1.0, kept.zoom
        self._room = Room.WIDE
        self.setWindowTitle(self._texts("header.title"))
        self._apply_theme()
        self.header.show_sound(on=kept.sound)
        self.resize(SIZE)
        self._fit()
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self._tick)
        self._second.start()
        self._around = Turns(self)
        self._wedge = Wedge(self, lambda text: station.submit(ScanTyped(text)))
        self.header.arranged.connect(self._lay_out_header)
        self.forms_folder: Callable[[], Path] = Path.home  # where files to print are written
        bridge.changed.connect(self.take_view)

    @property
    def clerk(self) -> ClerkScreen:
        """The clerk's screen, built when it is first asked for."""
        if self._clerk is None:
            from ui.clerk.screen import ClerkScreen

            # Without a parent until it is whole: what stands below a style sheet is dressed anew, with all
            # that is in it, each time something is put into something.
            self._clerk = ClerkScreen(self._station, self.keyboard, self._texts)
            self._clerk.forms_folder = lambda: self.forms_folder()
            self._clerk.set_theme(self._palette)
            self._clerk.message.said.connect(self._said)
            self._clerk.side_taken.connect(self.side_taken)
            self._clerk.news.version = self._version
            self._pages.addWidget(self._clerk)
            self._lay_out_again()
        return self._clerk

    @property
    def console(self) -> ConsolePage:
        """The technician's page, built when it is first asked for."""
        if self._console is None:
            from ui.technician.console import ConsolePage

            self._console = ConsolePage(self.keyboard, self._texts)
            self._console.set_theme(self._palette)
            self._console.left.connect(self.leave_console)
            self._pages.addWidget(self._console)
            self._lay_out_again()
        return self._console

    def stand_first(self, page: AssistantPage | None) -> None:
        """The first run before the log-in; None: it has ended, and its page stays, unseen."""
        self._assisting = page is not None
        if page is not None and page is not self.first_run:
            self.first_run = page
            page.set_theme(self._palette)
            self._pages.addWidget(page)
            self._lay_out_again()
        self._back_to_front()

    @property
    def at_console(self) -> bool:
        """Whether the technician's page stands; views change nothing of it."""
        return self._console is not None and self._pages.currentWidget() is self._console

    def open_console(self) -> None:
        """The technician's page: to test and change in front of the log-in, to look at behind it."""
        before = self._pages.currentWidget() in (self.login, self.first_run)
        self._pages.setCurrentWidget(self.console)
        self.header.set_title("console.title")
        self.keyboard.new_page()
        self.console.open(self._workshop, changes=before)

    def leave_console(self) -> None:
        """Back to what the newest view shows."""
        if self.at_console:
            self._back_to_front()

    def _back_to_front(self) -> None:
        """The first run where it goes on; else the log-in, and what the newest view shows."""
        page = self.first_run if self._assisting else None
        self.header.set_title("header.title" if page is None else "assistant.title")
        self._pages.setCurrentWidget(page or self.login)
        self.keyboard.new_page()
        if page is not None:
            page.take_focus()
            return
        self.login.operator.setFocus()
        if self._view is not None:
            self.show_view(self._view)

    @property
    def language(self) -> str:
        """The language that stands now."""
        return self._texts.language

    @property
    def theme_name(self) -> str:
        """The theme that stands now."""
        return self._palette.name

    @property
    def settings(self) -> Settings:
        """What stands now, as this machine remembers it."""
        return self._settings

    def change(self, settings: Settings) -> None:
        """Take other settings on, and have them remembered."""
        self._settings = settings
        if settings.language not in ("", self.language):
            self.set_language(settings.language)
        if settings.theme != self.theme_name:
            self.set_theme(settings.theme)
        if settings.zoom != self._zoom:
            self.set_zoom(settings.zoom)
        self._keep(settings)

    @property
    def zoom(self) -> int:
        """In per cent; one of :data:`ui.zoom.STEPS`."""
        return self._zoom

    def set_zoom(self, percent: int) -> None:
        """Everything larger or smaller, while running."""
        self._zoom = percent
        self._fit()

    def _fit(self) -> None:
        """As large as window and zoom want it, and arranged as it fits."""
        factor = factor_of(self.size(), self._zoom)
        if factor != self._factor:
            self._factor = factor
            self.setStyleSheet(sheet(self._palette, factor))
            self._lay_out_again()
            if self._view is not None:
                self.show_view(self._view)
        elif self._room is not room_of(self.size(), factor):
            self._lay_out_again()

    def _lay_out_again(self) -> None:
        room = self._room = room_of(self.size(), self._factor)
        self.header.set_room(room)
        for page in (self._clerk, self._console, self.first_run):
            if page is not None:
                page.set_room(room)
        scale(self, self._factor)
        if self._clerk is not None:
            self._clerk.show_focus()

    def _lay_out_header(self) -> None:
        """The banner came or went.  Nothing else has another size, and a frame is too short for all of it."""
        self.header.set_room(room_of(self.size(), self._factor))
        scale(self.header, self._factor, itself=True)
        if self._clerk is not None:
            self._clerk.show_focus()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._fit()

    def set_language(self, language: str) -> None:
        """Every sentence in another language, while running."""
        self._texts = Texts(language)
        self.setWindowTitle(self._texts("header.title"))
        self.header.retranslate(self._texts)
        self.login.retranslate(self._texts)
        for page in (self._clerk, self._console, self.first_run):
            if page is not None:
                page.retranslate(self._texts)
        if self._view is not None:
            self.show_view(self._view)
        self.dressed.emit(self.language, self.theme_name)

    def set_theme(self, name: str) -> None:
        """Light or dark, while running."""
        self._palette = theme(name)
        self._apply_theme()
        self.dressed.emit(self.language, self.theme_name)

    def _apply_theme(self) -> None:
        self.setPalette(qt_palette(self._palette))
        self.setStyleSheet(sheet(self._palette, self._factor))
        for page in (self._clerk, self._console, self.first_run):
            if page is not None:
                page.set_theme(self._palette)

    def take_view(self, view: CounterView) -> None:
        """From the station.  On the clerk's screen the middle changes at once and what is around it in the
        next turns of the loop: together they would take longer than a frame, and keys would wait.
        """
        from core.view import Screen

        if view.screen is not Screen.CLERK or self._pages.currentWidget() is not self._clerk:
            self.show_view(view)
            return
        before, self._view = self._view, view
        self._sound(before, view)
        self._watch_keys(view)
        self.clerk.show_view(view, around=False)
        self._around.begin((*self.clerk.around, self._show_header))

    def _show_header(self) -> None:
        if self._view is not None:
            self.header.show_view(self._view, self._clock())

    def show_view(self, view: CounterView) -> None:
        """Show a view at once and whole, on the main thread."""
        from core.view import Screen  # not before the first paint: see ``ui/login.py``

        self._around.stop()
        before, self._view = self._view, view
        self._sound(before, view)
        now = self._clock()
        self._watch_keys(view)
        self.header.show_view(view, now)
        if self.at_console or self._assisting:
            return  # who looks at devices is not led away; Esc shows what came meanwhile
        if view.screen is Screen.CLERK:
            self.login.leave(view)
            self.clerk.show_view(view)
            self._show_page(self.clerk)
            return
        if view.screen is Screen.UNLOCKING and not self._loading:
            self._loading = True
            QTimer.singleShot(0, self, self._load_panels)
        if self._clerk is not None:
            self._clerk.clear()
        self.login.show_view(view, now)
        self._show_page(self.login)

    def _watch_keys(self, view: CounterView) -> None:
        """Where the counter's scanner types, its codes are told from what a person types."""
        self._wedge.watch(self.windowHandle() if wedge_among(view.devices) else None)

    def _show_page(self, page: QWidget) -> None:
        if self._pages.currentWidget() is page:
            return
        self._pages.setCurrentWidget(page)
        self.keyboard.new_page()
        if page is self._clerk:
            self._clerk.focus_first_empty()
            self._clerk.follow_help()
            self._tell_news(self._clerk)

    def _tell_news(self, clerk: ClerkScreen) -> None:
        """After the first log-in with a newer version, once; where a customer is being served, at the next.

        To whoever is new here nothing has changed: at the first start ever nothing is shown.
        """
        seen = self._settings.seen
        newcomer = not seen and bool(self._version)
        if newcomer or (newer(self._version, seen) and clerk.tell_news(seen)):
            self.change(replace(self._settings, seen=self._version))

    def _tick(self) -> None:
        now = self._clock()
        self.header.tick(now)
        if self._pages.currentWidget() is self.login:
            self.login.tick(now)

    # While the key is derived nobody types: that half second loads the clerk's screen, in steps.

    def _load_panels(self) -> None:
        from ui.clerk import form, sender, way  # noqa: F401 - read now, used by the next step

        QTimer.singleShot(0, self, self._load_screen)

    def _load_screen(self) -> None:
        from ui.clerk import screen  # noqa: F401 - read now, used by the next step

        QTimer.singleShot(0, self, self._build_clerk)

    def _build_clerk(self) -> None:
        self.clerk.ensurePolished()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        page = self._pages.currentWidget()
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if control and event.key() in ZOOM_KEYS:
            step = ZOOM_KEYS[Qt.Key(event.key())]
            zoom = after(self._zoom, step) if step else STEPS[0]
            self.change(replace(self._settings, zoom=zoom))
            event.accept()
            return
        if control and event.key() in (Qt.Key.Key_L, Qt.Key.Key_T, Qt.Key.Key_M):
            if not event.isAutoRepeat():
                self._switch(event.key())
            event.accept()
            return
        alone = event.modifiers() == Qt.KeyboardModifier.AltModifier and not event.isAutoRepeat()
        if page is self.login and alone and event.key() == Qt.Key.Key_T:
            self.open_console()
            event.accept()
            return
        if self.at_console:
            event.setAccepted(self.console.handle_key(event))
            return
        first = self.first_run if self._assisting else None
        stands = page if isinstance(page, LoginPage) else first or self.clerk
        handled = stands.handle_key(event)
        event.setAccepted(handled)

    def _switch(self, key: int) -> None:
        now = self._settings
        if key == Qt.Key.Key_L:
            self.change(replace(now, language=_after(self.language, LANGUAGES)))
        elif key == Qt.Key.Key_T:
            self.change(replace(now, theme=_after(self.theme_name, [palette.name for palette in THEMES])))
        else:
            self.change(replace(now, sound=not now.sound))
            self._say_sound()

    def _say_sound(self) -> None:
        """That sounds are off stands above every page; switching them is said where a clerk looks."""
        self.header.show_sound(on=self._settings.sound)
        if self._clerk is not None and self._pages.currentWidget() is self._clerk:
            self._clerk.say("msg.sound_on" if self._settings.sound else "msg.sound_off", level="info")
        if self._settings.sound:
            self._make(Sound.ACCEPTED)

    def _said(self, level: str) -> None:
        if level == Sound.WARNING:
            self._make(Sound.WARNING)

    def _sound(self, before: CounterView | None, view: CounterView) -> None:
        sound = sound_of(before, view)
        if sound is not None:
            self._make(sound)

    def _make(self, sound: Sound) -> None:
        """Where this machine has no way to play a tone, its bell stands for what needs a look."""
        if self._settings.sound and not self._play(sound) and sound in (Sound.WARNING, Sound.ERROR):
            QApplication.beep()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """The program ends; what was typed is with the station already."""
        self._bridge.close()
        self.closing.emit()
        super().closeEvent(event)


def _no_console() -> ConsolePage | None:
    """Not built yet; the type would narrow to None otherwise."""
    return None


def _after(name: str, names: Sequence[str]) -> str:
    return names[(names.index(name) + 1) % len(names)]
