"""What the doctor found, or how a slot's test goes: a line each, with what to do where something is wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.devices import Slot
from core.gate_log import GateLine
from core.technician import Finding, Test, Verdict, WorkshopView
from ui.style import mark, put
from ui.technician.words import VERDICTS
from ui.text import CHINA, Texts

ACTS = (
    "test", "take", "rename", "enable", "disable", "print_page", "learn", "bundle", "share", "import", "undo",
    "proxy", "full",
)  # fmt: skip
OUTCOMES = ("done", "sound", "unsound", "broken_off", "bug")
_BEFORE_PAPER = "steady"  # the check after which a camera waits for a paper
_DEVICE = "device"  # stands in the list of slots already


@dataclass(frozen=True, slots=True)
class Said:
    """One line: tone, sign, what is so, what to do."""

    tone: str
    sign: str
    what: str
    todo: str = ""


def of_findings(texts: Texts, findings: Sequence[Finding], *, devices: bool = False) -> list[Said]:
    """The doctor's lines, those of the devices only where they are wanted."""
    found = []
    for finding in findings:
        if devices or finding.name != _DEVICE:
            sign, tone = VERDICTS[finding.state]
            name = texts(f"doctor.name.{finding.name}")
            bad = finding.state in (Verdict.WARN, Verdict.BAD)
            shut = finding.state is Verdict.SKIPPED
            what = texts("console.shut") if shut else texts.what(finding.code, finding.facts)
            todo = texts.todo(finding.code, finding.facts) if bad else ""
            found.append(Said(tone, sign, texts("console.finding", name=name, what=what), todo))
    return found


def of_view(texts: Texts, view: WorkshopView) -> list[Said]:
    """The doctor's lines, and what was done here last."""
    return of_findings(texts, view.findings) + [_act(texts, line) for line in view.done]


def _act(texts: Texts, line: GateLine) -> Said:
    """A file that anybody may have written: what is no word of ours is a question mark."""
    at = dt.datetime.fromisoformat(line.at).astimezone(CHINA)
    what, slot = f"gate_act.{line.act}", f"slot.{line.slot}"
    words = [f"{at:%m-%d %H:%M}", *(texts(each) if texts.has(each) else "?" for each in (what, slot))]
    outcome = f"gate_outcome.{line.outcome}"
    said = texts(outcome) if texts.has(outcome) else texts.what(line.outcome)
    name = " ".join(words if line.slot else words[:2])
    return Said("quiet", "○", texts("console.finding", name=name, what=said))


def of_test(texts: Texts, test: Test) -> list[Said]:
    """The checks so far, and how it ended."""
    found = []
    for check in test.checks:
        sign, tone = VERDICTS[Verdict.OK if check.ok else Verdict.BAD]
        what = texts(f"check.{check.name}")
        if not check.ok and check.fault:
            what = texts("console.finding", name=what, what=texts.what(check.fault, check.facts))
        todo = texts.todo(check.fault, check.facts) if not check.ok and check.fault else ""
        found.append(Said(tone, sign, what, todo))
    if test.broken_off:
        found.append(Said("warn", "▲", texts("console.broken_off")))
    elif not test.done:
        paper = test.slot is Slot.CAMERA and test.checks[-1:] and test.checks[-1].name == _BEFORE_PAPER
        found.append(Said("quiet", "○", texts("console.paper_now" if paper else "console.testing")))
    return found


class _Line(QWidget):
    """Sign, sentence, and what to do below it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._sign, self._what, self._todo = QLabel(self), QLabel(self), QLabel(self)
        self._sign.setProperty("role", "badge")
        self._what.setProperty("role", "dense")
        self._todo.setProperty("role", "caption")
        for label in (self._what, self._todo):
            label.setWordWrap(True)
        row, words = QHBoxLayout(self), QVBoxLayout()
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(8)
        words.setSpacing(0)
        words.addWidget(self._what)
        words.addWidget(self._todo)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)

    def say(self, said: Said) -> None:
        """Show it."""
        put(self._sign, said.sign)
        mark(self._sign, "tone", said.tone)
        put(self._what, said.what)
        put(self._todo, said.todo)
        self._todo.setVisible(bool(said.todo))


class Findings(QWidget):
    """The lines one below the other."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._lines: list[_Line] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._before: list[Said] = []

    def show_lines(self, said: list[Said]) -> None:
        """These from now on."""
        if said == self._before:
            return
        self._before = said
        while len(self._lines) < len(said):
            line = _Line(self)
            self._lines.append(line)
            self._column.addWidget(line)
        for number, line in enumerate(self._lines):
            line.setVisible(number < len(said))
            if number < len(said):
                line.say(said[number])
