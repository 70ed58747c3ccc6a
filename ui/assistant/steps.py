"""The list of the assistant's steps, and what a step has to show: to compare, to write down, to look at."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from core import delivering
from core.assistant import STAGES, AssistantView, Stage, Way
from core.config import DRIVERS
from core.delivering import STANDS as WELL
from core.ledger.handover import FAILED, OK, SKIPPED
from core.technician import SlotRow, Test, Verdict, WorkshopView
from ui.assistant.handover_paper import device_line
from ui.style import mark, put
from ui.technician import words
from ui.technician.findings import Said, of_findings
from ui.text import Texts

ACTIONS = (
    "next", "reach", "agree", "name", "named", "register", "recover", "handover", "sign", "finish",
)  # fmt: skip
_TONES = {OK: ("good", "●"), FAILED: ("bad", "■"), SKIPPED: ("quiet", "○")}
Sheet = tuple[str, str, str]  # caption, what counts, a word about it


class StepList(QWidget):
    """One line each: done, here, still to come; said by sign and words, never by colour alone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("assistant_steps")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self._lines = {stage: QLabel(self) for stage in STAGES if stage is not Stage.DONE}
        for stage, line in self._lines.items():
            line.setObjectName(f"assistant_step_{stage.value}")
            line.setWordWrap(True)
            column.addWidget(line)

    def show_stage(self, texts: Texts, stage: Stage) -> None:
        """Where somebody stands."""
        at = STAGES.index(stage)
        for number, (each, line) in enumerate(self._lines.items()):
            sign = "✓" if number < at else "▶" if number == at else "○"
            put(line, f"{sign}  {number + 1}  {texts(f'assistant.step_{each.value}')}")
            mark(line, "role", "semi" if number == at else "caption" if number > at else "")


def sheet_of(texts: Texts, view: AssistantView, *, reached: bool, named: bool, offered: str) -> Sheet:
    """("", "", "") where the step has nothing to show."""
    if view.stage is Stage.HEADQUARTERS and reached and view.reached is not None:
        words = view.reached.fingerprint.split(" ")
        half = len(words) // 2
        lines = "\n".join("  ".join(part) for part in (words[:half], words[half:]))
        return texts("assistant.fingerprint"), lines, texts("assistant.fingerprint_do")
    if view.stage is Stage.CODE and named and view.named is not None and view.named.terminal:
        caption = texts("assistant.names_follow" if view.named.follows else "assistant.names")
        line = texts("assistant.names_line", branch=view.named.branch, terminal=view.named.terminal)
        return caption, line, texts("assistant.names_do")
    if view.stage is Stage.OPERATOR and offered:
        return texts("assistant.offered"), offered, texts("assistant.offered_do")
    return "", "", ""


def devices_of(texts: Texts, shop: WorkshopView) -> list[Said]:
    """Every slot that a counter may have: what stands there, how it is, what its test found."""
    rows, lines = {row.slot: row for row in shop.rows}, []
    for slot in (slot for slot, known in DRIVERS.items() if known):
        row, test, name = rows.get(slot), shop.tests.get(slot), texts(f"slot.{slot.value}")
        if row is None:
            lines.append(
                Said("quiet", "○", texts("assistant.no_device", name=name), texts("assistant.skip_do"))
            )
            continue
        tone, sign, said, todo = _device_words(texts, row, test)
        what = texts("console.finding", name=f"{name} · {words.title(texts, row)}", what=said)
        lines.append(Said(tone, sign, what, todo))
    return lines


def _device_words(texts: Texts, row: SlotRow, test: Test | None) -> tuple[str, str, str, str]:
    """(tone, sign, how it is, what to do): one state, by the same rule as the hand-over's.

    What is wrong now counts more than a test, and a test that found a fault more than that it is well now.
    """
    outcome = delivering.outcome_of(row, test)
    tone, state = words.state(texts, row)
    sign, _, said = state.partition(" ")
    well = row.truth.state in WELL
    if outcome == SKIPPED:
        return tone, sign, said, texts("assistant.off_do")
    if outcome == FAILED and test is not None and well:
        wrong = next((check for check in test.checks if check.fault), None)
        known = texts.sentence(wrong.fault, wrong.facts) if wrong is not None else ""
        bad_sign, bad_tone = words.VERDICTS[Verdict.BAD]
        return bad_tone, bad_sign, texts("assistant.tested_bad"), known or texts("assistant.test_again")
    if outcome == FAILED and row.truth.fault:
        return tone, sign, said, texts.todo(row.truth.fault, row.truth.facts)
    tested = test is not None and test.done and test.sound
    return tone, sign, said, texts("assistant.tested" if tested else "assistant.untested")


def handed_of(texts: Texts, shop: WorkshopView) -> list[Said]:
    """What the operator signs for: each place for a device, and of the checks what is not in order."""
    lines = []
    for device in delivering.devices_of(shop):
        tone, sign = _TONES[device.outcome]
        lines.append(Said(tone, sign, device_line(texts, device)))
    wrong = [each for each in shop.findings if each.state in (Verdict.WARN, Verdict.BAD)]
    return lines + of_findings(texts, wrong)


def action_of(view: AssistantView, *, reached: bool, named: bool) -> tuple[str, str]:
    """(what F9 does, a word about it)."""
    match view.stage:
        case Stage.HEADQUARTERS:
            return ("agree", "assistant.about_agree") if reached else ("reach", "assistant.about_reach")
        case Stage.CODE:
            return ("named", "assistant.about_named") if named else ("name", "assistant.about_name")
        case Stage.OPERATOR:
            return "register" if view.way is Way.NEW else "recover", "assistant.about_register"
        case Stage.DEVICES:
            return "next", "assistant.about_devices"
        case Stage.CHECKS:
            return "handover", "assistant.about_handover"
        case Stage.HANDOVER if view.handed is None:
            return "sign", "assistant.about_sign"
        case Stage.HANDOVER:
            return "finish", "assistant.about_finish"
    return "next", ""


def hints_of(texts: Texts, view: AssistantView, *, back: bool) -> list[str]:
    """The other keys of the step."""
    escape = [f"Esc {texts('console.back')}"] if back else []
    if view.stage is Stage.DEVICES:
        others = (("F8", "assistant.hint_fetch"), ("F5", "assistant.hint_devices"))
        return [f"N {texts('technician.add')}", *(f"{key} {texts(code)}" for key, code in others)]
    if view.stage is Stage.CHECKS:
        return [f"F4 {texts('console.examine')}", *escape]
    if view.stage is Stage.HANDOVER:
        other = (
            f"F4 {texts('assistant.hint_slip')}"
            if view.handed
            else f"Alt+N {texts('assistant.hint_unsigned')}"
        )
        return [other, *escape]
    hints = [*escape, f"Ctrl+L {texts('assistant.hint_language')}"]
    if view.stage is Stage.OPERATOR and view.way is Way.NEW and view.begun is None:
        hints.insert(0, f"Alt+G {texts('assistant.hint_offer')}")
    if view.begun is not None:
        hints.insert(0, f"Alt+N {texts('assistant.hint_anew')}")
    return hints
