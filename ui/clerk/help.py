"""F1: what the field in focus wants, and why; it stands beside the form and takes no focus."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from core.commands import Field
from ui.clerk.confirmations import CONFIRMATIONS
from ui.clerk.shortcuts import HELPED
from ui.rule_texts import RuleTexts
from ui.style import put
from ui.text import Texts

_GENERAL = "general"
_NOTICE = "gate_notice_"  # names of the three ways to acknowledge it
_LANES = ("manual", "who", "paste")  # the object names of whose fields begin so
TOPICS = (_GENERAL, "look_up", "refuse", "fee", *_LANES, *(field.value for field in Field), *CONFIRMATIONS)


class _Close(QLabel):
    """A line of the table, closer to the next one than the typeface has it: fifty keys stand on one screen.

    What goes is the air above and below the letters, which the CJK faces have much of.
    """

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        wanted = super().sizeHint()
        return QSize(wanted.width(), self._closer(wanted.height()))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        least = super().minimumSizeHint()
        return QSize(least.width(), self._closer(least.height()))

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        height = super().heightForWidth(width)
        return height if height < 0 else self._closer(height)

    def _closer(self, height: int) -> int:
        return height - self.fontMetrics().height() // 6


class HelpPanel(QFrame):
    """Title, what to do, the rule behind it, and every key there is."""

    def __init__(self, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("help_panel")
        self.setProperty("role", "panel")
        self._texts = texts
        self._rules, self._day = RuleTexts(), ""
        self.topic = _GENERAL
        self._title, self._what, self._why = QLabel(self), QLabel(self), QLabel(self)
        self._notice = QLabel(self)  # what a customer is told, where the help is about that
        self._told: Mapping[str, tuple[tuple[str, str], ...]] = {}
        self._told_on = ""
        self._keys_title = QLabel(self)
        self._keys = [(_Close(self), _Close(self)) for _ in HELPED]
        self._title.setProperty("role", "heading")
        self._why.setProperty("role", "caption")
        self._keys_title.setProperty("role", "title")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 6)
        layout.setSpacing(5)
        self._notice.setObjectName("help_notice")
        self._notice.setProperty("role", "small")
        for label in (self._title, self._what, self._notice, self._why):
            label.setWordWrap(True)
            layout.addWidget(label)
        layout.addStretch(1)
        layout.addWidget(self._keys_title)
        layout.addLayout(self._key_grid())

    def _key_grid(self) -> QGridLayout:
        """Key and meaning, in two columns."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(0)
        grid.setColumnMinimumWidth(2, 2)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(4, 1)
        half = (len(self._keys) + 1) // 2
        for at, (key, said) in enumerate(self._keys):
            key.setProperty("role", "key")
            said.setProperty("role", "small")
            said.setWordWrap(True)
            grid.addWidget(key, at % half, at // half * 3, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(said, at % half, at // half * 3 + 1, Qt.AlignmentFlag.AlignTop)
        return grid

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts
        put(self._keys_title, texts("help.keys.title"))
        for shortcut, (key, meaning) in zip(HELPED, self._keys, strict=True):
            put(key, str(shortcut))
            put(meaning, texts(f"key.{shortcut.name}"))
        self._say()

    def show_day(self, day: str) -> None:
        """The business day, ISO date: the law of that day is quoted."""
        if day != self._day:
            self._day = day
            self._say()

    def show_notice(self, told: Mapping[str, tuple[tuple[str, str], ...]], told_on: str = "") -> None:
        """The notice in force, by language: (heading, text), its title first.  The clerk reads it out.

        ``told_on``: the day on which the same person was told it before: then its title says so in one line.
        """
        if (told, told_on) != (self._told, self._told_on):
            self._told, self._told_on = told, told_on
            self._say()

    @property
    def line(self) -> str:
        """The topic in one line, for the place where messages stand."""
        said = self._texts(f"help.{self.topic}")
        if self.topic == _GENERAL:
            return said
        return self._texts(f"help.{self.topic}.title") + self._texts("join.fact") + said

    def show_topic(self, name: str) -> None:
        """The object name of what has the focus; anything without help of its own gets the general page."""
        lane = name.partition("_")[0]
        self.topic = name if name in TOPICS else lane if lane in _LANES else _GENERAL
        self._say()

    def _say(self) -> None:
        texts = self._texts
        put(self._title, texts(f"help.{self.topic}.title"))
        put(self._what, texts(f"help.{self.topic}"))
        why = self._rules.why(self.topic, texts.language, self._day)
        put(self._why, why)
        self._why.setVisible(bool(why))
        told = self._told.get(texts.language, ()) if self.topic.startswith(_NOTICE) else ()
        if told and self._told_on:
            told = ((told[0][0], texts("notice.told_on", day=self._told_on)),)
        put(
            self._notice,
            "\n".join(f"{heading}{texts('join.fact')}{said}" if said else heading for heading, said in told),
        )
        self._notice.setVisible(bool(told))
        for label in (self._keys_title, *(label for pair in self._keys for label in pair)):
            label.setVisible(not told)  # the notice takes their place: it is read out to its end

    def said(self) -> list[str]:
        """Title, what to do, and the rule behind it where there is one."""
        return [text for label in (self._title, self._what, self._why) if (text := label.text())]

    def listed(self) -> list[tuple[str, str]]:
        """(key, meaning) of every line of the table, as it stands."""
        return [(key.text(), meaning.text()) for key, meaning in self._keys]
