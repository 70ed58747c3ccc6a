"""The first-run assistant's page: one step at a time, by keys alone, before anybody can log in.

It polls the assistant some times a second, which never waits, and holds nothing but what is being typed.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QVBoxLayout, QWidget

from core.assistant import STAGES, Assistant, AssistantView, Busy, Registration, Shop, Stage, Way
from core.technician import WorkshopView
from ui.assistant.fields import WAYS, Fields
from ui.assistant.steps import ACTIONS as ACTIONS  # noqa: PLC0414
from ui.assistant.steps import StepList, action_of, devices_of, handed_of, hints_of, sheet_of
from ui.keys import Deliberate, Keyboard
from ui.scroll import Scroll
from ui.style import mark, put
from ui.technician import words
from ui.technician.bar import Bar
from ui.technician.findings import Findings, of_findings
from ui.text import LANGUAGES, Texts
from ui.theme import Palette
from ui.zoom import Room

LOOK_EVERY_MS = 200
_KEY = Qt.Key
_DIGITS = (_KEY.Key_1, _KEY.Key_2, _KEY.Key_3)
_AT_DEVICES = {_KEY.Key_F5: "", _KEY.Key_F8: "fetch"}
KEYS = ("F9", "Esc", "Alt+1", "Alt+2", "Alt+3", "Alt+G", "Alt+N", "N", "F4", "F5", "F8")


class AssistantPage(QWidget):
    """``language``: somebody chose one.  ``founded``: a counter stands, devices can be added.

    ``devices``: the technician's page is asked for, with an act of it at once, "" for none.
    ``done``: on to the log-in.
    """

    language = Signal(str)
    founded = Signal()
    devices = Signal(str)
    done = Signal()

    def __init__(
        self,
        assistant: Assistant,
        workshop: Shop | None,
        keyboard: Keyboard,
        texts: Texts,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("assistant_screen")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._assistant, self._workshop = assistant, workshop
        self._keyboard, self._texts = keyboard, texts
        self._letter = Deliberate(keyboard, self)
        self._view, self._shop = AssistantView(), WorkshopView()
        self._tested: tuple[str, ...] | None = None  # what was reached
        self._named = ("", Way.NEW)  # what was named
        self._offered = ""
        self._differ = self._sure = self._begun = self._ended = self._examined = False
        self._title, self._lead, self._told, self._where = (QLabel(self) for _ in range(4))
        self._sheet_caption, self._sheet, self._sheet_foot = (QLabel(self) for _ in range(3))
        self.steps = StepList(self)
        self.fields = Fields(keyboard, self)
        self.findings = Findings("assistant_findings", self)
        self._bar = Bar(self)
        self.fields.left.connect(self._left)
        self.fields.chosen.connect(self._choose)
        self._lay_out()
        self.fields.focused.connect(self._scroll.reveal)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)
        self.retranslate(texts)

    # -- how it is arranged ----------------------------------------------------------------------------

    def _lay_out(self) -> None:
        for label, name, role in (
            (self._title, "assistant_title", "heading"), (self._lead, "assistant_lead", ""),
            (self._told, "assistant_told", "badge"), (self._where, "assistant_where", "title"),
            (self._sheet_caption, "assistant_sheet_caption", "caption"),
            (self._sheet, "assistant_sheet", "strong"), (self._sheet_foot, "assistant_sheet_foot", "caption"),
        ):  # fmt: skip
            label.setObjectName(name)
            if role:
                label.setProperty("role", role)
            label.setWordWrap(True)
        card = self._card("assistant_card")
        column = QVBoxLayout(card)
        column.setContentsMargins(28, 24, 28, 24)
        column.setSpacing(10)
        for widget in (
            self._where, self._title, self._lead, self.fields, self._told, self._sheet_caption, self._sheet,
            self._sheet_foot, self.findings,
        ):  # fmt: skip
            column.addWidget(widget)
            if widget in (self._lead, self.fields):
                column.addSpacing(8)
        column.addStretch(1)
        steps = self._steps_card = self._card("assistant_steps_card")
        inner = QVBoxLayout(steps)
        inner.setContentsMargins(16, 16, 16, 16)
        inner.addWidget(self.steps)
        inner.addStretch(1)
        place = QWidget()
        self._scroll = Scroll(place, self)
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight, place)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(14)
        self._body.addWidget(steps, 26)
        self._body.addWidget(card, 74)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 12, 16, 12)
        whole.setSpacing(8)
        whole.addWidget(self._scroll, 1)
        whole.addWidget(self._bar)

    def _card(self, name: str) -> QFrame:
        card = QFrame(self)
        card.setObjectName(name)
        card.setProperty("role", "card")
        return card

    def set_room(self, room: Room) -> None:
        """The list of steps beside the step; where there is little room, only where somebody stands."""
        self._steps_card.setVisible(room >= Room.MEDIUM)
        self._where.setVisible(room < Room.MEDIUM)
        self._bar.set_room(room)

    def set_theme(self, palette: Palette) -> None:
        """Repaint in these colours."""
        self.fields.set_theme(palette)

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts
        self.setAccessibleName(texts("assistant.title"))
        self.setAccessibleDescription(texts("assistant.keys"))
        self._paint()

    def follow(self, assistant: Assistant) -> None:
        """Another one stands behind the page, as if nobody had typed yet."""
        self._assistant = assistant
        self._view, self._tested, self._named = AssistantView(), None, ("", Way.NEW)
        self._begun = self._ended = False
        for entry in self.fields.entries.values():
            entry.clear()

    def take_focus(self) -> None:
        """The keys are this page's: the first field's, where the step has one."""
        self.setFocus()
        self.fields.focus_first()

    # -- what is shown ---------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        self._timer.start()
        self.look()
        self.fields.focus_first()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        super().hideEvent(event)
        self._timer.stop()
        self._letter.cancel()

    def look(self) -> None:
        """Ask what is so now."""
        stands = STAGES.index(self._view.stage) >= STAGES.index(Stage.DEVICES)
        shop = self._workshop.look(None) if self._workshop is not None and stands else WorkshopView()
        self.show_view(self._assistant.look(), shop)

    def show_view(self, view: AssistantView, shop: WorkshopView | None = None) -> None:
        """Show it at once and whole, on the main thread."""
        before, self._view, self._shop = self._view, view, shop or WorkshopView()
        if view.stage is not before.stage:
            self._enter(view)
        self._fill(before, view)
        self._paint()
        if view.busy is Busy.NOTHING and before.busy is not Busy.NOTHING:
            self.fields.focus_first()
        if not self.fields.isAncestorOf(self.focusWidget() or self) and not self._has_fields():
            self.setFocus()

    def _has_fields(self) -> bool:
        return any(not entry.isHidden() for entry in self.fields.entries.values())

    def _enter(self, view: AssistantView) -> None:
        """Another step stands."""
        self._differ = self._sure = False
        self._offered = ""
        if STAGES.index(view.stage) >= STAGES.index(Stage.DEVICES):
            self.fields.clear_secrets()
            if not self._begun:
                self._begun = True
                self.founded.emit()
        if view.stage is Stage.CHECKS and self._workshop is not None:
            self._workshop.examine()
        if view.stage is Stage.HANDOVER and self._workshop is not None and not self._shop.findings:
            self._workshop.examine()  # it went on here after a cut
        if view.stage is Stage.DONE and not self._ended:
            self._ended = True
            self.done.emit()

    def _fill(self, before: AssistantView, view: AssistantView) -> None:
        """What the assistant knows stands in the fields, unless somebody typed something else."""
        entries = self.fields.entries
        for name, was, now in (
            ("url", before.url, view.url),
            ("authority", before.authority, view.authority),
            ("proxy", before.proxy, view.proxy),
            ("operator", before.operator, view.operator),
        ):
            if now != was and entries[name].text() in ("", was) and now:
                entries[name].setText(now)
        if view.reached is not None and view.reached is not before.reached:
            entries["url"].setText(view.reached.url)
            self._tested = (view.reached.url, entries["authority"].text(), entries["proxy"].text())
        if view.named is not None and view.named is not before.named:
            self._named = (entries["code"].text(), view.way)

    def reached(self) -> bool:
        """Whether what stands in the fields was reached."""
        typed = tuple(self.fields.text(name) for name in ("url", "authority", "proxy"))
        return self._view.reached is not None and typed == self._tested

    def named(self) -> bool:
        """Whether headquarters said what the code in the field is for."""
        typed = (self.fields.text("code"), self._view.way)
        return self._view.named is not None and typed == self._named

    def _paint(self) -> None:
        texts, view = self._texts, self._view
        number = STAGES.index(view.stage) + 1
        name = texts(f"assistant.step_{view.stage.value}")
        self.steps.show_stage(texts, view.stage)
        put(self._where, texts("assistant.where", number=number, count=len(STAGES) - 1, name=name))
        put(self._title, texts(f"assistant.title_{view.stage.value}"))
        put(self._lead, self._lead_of(view))
        self.fields.show_view(texts, view, busy=view.busy is not Busy.NOTHING)
        self._paint_told()
        sheet = sheet_of(texts, view, reached=self.reached(), named=self.named(), offered=self._offered)
        for label, line in zip((self._sheet_caption, self._sheet, self._sheet_foot), sheet, strict=True):
            put(label, line)
            label.setVisible(bool(line))
        self.findings.setVisible(view.stage in (Stage.DEVICES, Stage.CHECKS, Stage.HANDOVER))
        if view.stage is Stage.DEVICES:
            self.findings.show_lines(devices_of(texts, self._shop))
        elif view.stage is Stage.CHECKS:
            self.findings.show_lines(of_findings(texts, self._shop.findings, devices=True))
        elif view.stage is Stage.HANDOVER:
            self.findings.show_lines(handed_of(texts, self._shop))
        self._paint_bar()

    def _lead_of(self, view: AssistantView) -> str:
        texts = self._texts
        if view.stage is Stage.CODE:
            return texts(f"assistant.lead_code_{view.way.value}")
        if view.stage is Stage.OPERATOR and view.way is not Way.NEW:
            return texts("assistant.lead_recover")
        if view.handed is not None:
            return texts("assistant.lead_handed")
        if view.stage is Stage.HEADQUARTERS and view.found:
            listed = "\n".join(
                f"{number}  {words.breakable(path)}" for number, path in enumerate(view.found, 1)
            )
            return texts("assistant.lead_found", listed=listed)
        return texts(f"assistant.lead_{view.stage.value}")

    def _paint_told(self) -> None:
        texts, view, told = self._texts, self._view, self._view.told
        line, tone = "", "quiet"
        if self._differ:
            line, tone = f"■ {texts('login.differ')}", "bad"
        elif self._sure:
            unsigned = view.stage is Stage.HANDOVER
            sure = texts("assistant.unsigned_sure") if unsigned else texts("assistant.anew_sure")
            line, tone = f"▲ {sure}", "warn"
        elif told is not None:
            sign, tone = words.LEVELS.get(told.level, words.LEVELS["info"])
            line = f"{sign} {texts.sentence(told.code, told.facts)}"
        put(self._told, line.replace("/", f"/{words.BREAK}"))
        mark(self._told, "tone", tone)
        self._told.setVisible(bool(line))

    def _paint_bar(self) -> None:
        texts, view = self._texts, self._view
        if view.busy is not Busy.NOTHING:
            self._bar.say("◆", texts(f"assistant.busy_{view.busy.value}"), "", [], ready=False)
            return
        action, about = action_of(view, reached=self.reached(), named=self.named())
        hints = hints_of(texts, view, back=self._back_to() is not None)
        self._bar.say(
            "F9", texts(f"assistant.act_{action}"), texts(about) if about else "", hints, ready=True
        )

    # -- keys ------------------------------------------------------------------------------------------

    def handle_key(self, event: QKeyEvent) -> bool:
        """Every key that no field took."""
        key, plain = Qt.Key(event.key()), event.modifiers() == Qt.KeyboardModifier.NoModifier
        alt = event.modifiers() == Qt.KeyboardModifier.AltModifier
        if plain and key == _KEY.Key_N and self._view.stage is Stage.DEVICES:
            self._letter.press(event, lambda: self.devices.emit("add"))
            return True
        self._letter.cancel()
        if event.text():
            self._keyboard.note(event)
        if event.isAutoRepeat():
            return True
        if alt and key in _DIGITS:
            self._choose(_DIGITS.index(key))
        elif alt and key == _KEY.Key_G:
            self.offer()
        elif alt and key == _KEY.Key_N:
            self._anew()
        elif key in (_KEY.Key_PageUp, _KEY.Key_PageDown):
            self._scroll.page(1 if key == _KEY.Key_PageDown else -1)
        elif key == _KEY.Key_F9:
            self._act()
        elif key == _KEY.Key_Escape:
            self._back()
        elif key == _KEY.Key_F4 and self._view.stage is Stage.CHECKS and self._workshop is not None:
            self._workshop.examine()
        elif key == _KEY.Key_F4 and self._view.handed is not None:
            self._assistant.slip(self._texts.language)
        elif key in _AT_DEVICES and self._view.stage is Stage.DEVICES:
            self.devices.emit(_AT_DEVICES[key])
        else:
            return False
        return True

    def _back_to(self) -> Stage | None:
        """The step before; none before a counter that stands."""
        at = STAGES.index(self._view.stage)
        if at == 0 or self._view.stage in (Stage.DEVICES, Stage.DONE):
            return None
        return STAGES[at - 1]

    def _back(self) -> None:
        """One step; what was typed stays in its fields."""
        if self._sure or self._differ:
            self._sure = self._differ = False
            self._paint()
            return
        stage = self._back_to()
        if stage is not None and self._view.busy is Busy.NOTHING:
            self._assistant.go(stage)
            self.look()

    def _left(self) -> None:
        """Enter in the last field: it asks, and uses nothing up."""
        if self._view.stage in (Stage.HEADQUARTERS, Stage.CODE):
            self._act()

    def _choose(self, number: int) -> None:
        if self._view.stage is Stage.LANGUAGE and number < len(LANGUAGES):
            self.language.emit(LANGUAGES[number])
        elif self._view.stage is Stage.CODE and number < len(WAYS):
            self._assistant.choose(WAYS[number])
        elif self._view.stage is Stage.HEADQUARTERS and number < len(self._view.found):
            self.fields.entries["authority"].setText(self._view.found[number])
        self.look()

    def offer(self) -> None:
        """A password that she may take: it fills the first field, she types it in the second."""
        view = self._view
        if view.stage is Stage.OPERATOR and view.way is Way.NEW and view.begun is None:
            self._offered = self._assistant.offer()
            self._differ = False
            self.fields.entries["password"].setText(self._offered)
            self.fields.entries["again"].clear()
            self.fields.entries["again"].setFocus()
            self._paint()

    def _anew(self) -> None:
        """Twice: what was begun is lost with it, or nobody signs for the counter."""
        view = self._view
        unsigned = view.stage is Stage.HANDOVER and view.handed is None
        if view.busy is not Busy.NOTHING or not (unsigned or view.begun is not None):
            return
        if self._sure:
            self.fields.clear_secrets()
            if unsigned:
                self._assistant.go(Stage.DONE)
            else:
                self._assistant.anew()
        self._sure = not self._sure
        self.look()

    def _act(self) -> None:
        view, fields = self._view, self.fields
        if view.busy is not Busy.NOTHING:
            return
        self._differ = self._sure = False
        if view.stage is Stage.HEADQUARTERS and not self.reached():
            path = fields.text("authority").strip()
            if path.isascii() and path.isdigit() and 0 < int(path) <= len(view.found):
                fields.entries["authority"].setText(view.found[int(path) - 1])
            self._tested = None
            self._assistant.reach(*(fields.text(name) for name in ("url", "authority", "proxy")))
        elif view.stage is Stage.CODE and not self.named():
            self._assistant.name(fields.text("code"))
        elif view.stage is Stage.OPERATOR:
            self._register()
        elif view.stage is Stage.HANDOVER and view.handed is None:
            self._hand_over()
        else:
            self._assistant.go(STAGES[STAGES.index(view.stage) + 1])
        self.look()

    def _register(self) -> None:
        fields, new = self.fields, self._view.way is Way.NEW and self._view.begun is None
        if new and fields.text("password") != fields.text("again"):
            self._differ = True
            fields.entries["again"].clear()
            fields.entries["again"].setFocus()
            return
        names = ("operator", "activation", "password", "folder")
        self._assistant.register(Registration(*(fields.text(name) for name in names)))

    def _hand_over(self) -> None:
        """The password is in no field any more, whatever comes of it."""
        operator, password = self.fields.text("operator"), self.fields.text("password")
        self.fields.clear_secrets()
        self._assistant.hand_over(operator, password, self._texts.language)
