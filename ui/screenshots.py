"""One picture of every screen and state, in both languages and themes, without a display."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QLineEdit

from core.commands import Command, Field, Party
from core.disclosing import LeaveDisclosure
from core.view import Note, Screen
from ui import keys_card
from ui.application import create_application
from ui.bridge import Bridge
from ui.clerk.choices import DISCARD, LOG_OUT, Question
from ui.clerk.consents import item_question
from ui.clerk.known import known_question
from ui.clerk.lanes import (
    CANCEL_MANUAL,
    PROOF,
    SENDER_KIND,
    leave_typed,
    manual_question,
    reader_down_question,
)
from ui.clerk.late import declining, late_question
from ui.clerk.picturing import which_question
from ui.clerk.pools import void_question
from ui.clerk.questions import centre_question, close_question, parked_question, refuse_question
from ui.clerk.screen import ClerkScreen
from ui.clerk.second import requests_question, sign_question, void_item_question
from ui.exception_stages import EXCEPTION_STATES
from ui.specimen_assistant import VIEWS as FIRST_RUN
from ui.specimen_assistant import first_run
from ui.specimen_consents import ITEM, OF_PERSON
from ui.specimen_correct import ADDRESS, CHANGED, FIELDS, WEIGHT, choose, confirm, later, typing
from ui.specimen_devices import WORKSHOPS
from ui.specimen_late import DOWN, MANY, SECOND
from ui.specimen_paper_forms import PAPER_REQUEST
from ui.specimen_papers import HITS
from ui.specimen_pictures import BOTH
from ui.specimen_rights import RIGHTS
from ui.specimen_typed import TYPED_REQUEST
from ui.specimen_visits import KNOWN, item
from ui.specimens import CENTRES, HALF, LOGIN, NO_DOCUMENT, NOW, OFFERED, VIEWS
from ui.style import mark
from ui.text import LANGUAGES, Texts
from ui.theme import THEMES
from ui.window import SIZE, MainWindow

_ROUNDS = 8
_QUALITY = 80  # Qt's word for little compression: a third of the time, and flat pictures stay small


class Recorder:
    """Takes commands and keeps them: the pictures need nobody behind the screen."""

    def __init__(self) -> None:
        self.commands: list[Command] = []

    def submit(self, command: Command) -> None:
        """Keep it."""
        self.commands.append(command)


def _typeahead(clerk: ClerkScreen) -> None:
    clerk.say("msg.typeahead_dropped", count=7)


def _activate(clerk: ClerkScreen) -> None:
    window = clerk.window()
    assert isinstance(window, MainWindow)
    window.login.activate(begin=True)
    window.login.operator.setText("OP10002")
    window.login.code.setText("K7M2Q-94QD3-0VXGT-6HWZN-B8CRE")


def _suggest(clerk: ClerkScreen) -> None:
    entry = clerk.fields[Field.CONTENTS].entry
    clerk.grab()  # lays everything out
    entry.setFocus()
    entry.setText("b")
    entry.textEdited.emit("b")
    for _ in range(2):
        clerk.suggestions.step(1)


def _places(clerk: ClerkScreen) -> None:
    entry = clerk.fields[Field.RECIPIENT_ADDRESS].entry
    clerk.grab()
    entry.setFocus()
    entry.textEdited.emit(entry.text())
    clerk.places[Field.RECIPIENT_ADDRESS].step(1)


def _found(clerk: ClerkScreen) -> None:
    visit = replace(HALF, suggestions=HITS)
    clerk.ask(refuse_question(visit))
    clerk.choices.answer(0)


def _notice(clerk: ClerkScreen) -> None:
    clerk.toggle_help()
    clerk.help.show_topic("gate_notice_spoken")


def _ask_consent(clerk: ClerkScreen, *answers: int) -> None:
    clerk.side_acts()["consents"]()
    for number in answers:
        clerk.choices.answer(number)


def _ask_person(clerk: ClerkScreen, *answers: int) -> None:
    found = (replace(OF_PERSON[0], notes=(Note("note.right_soon", _SOON),)), *OF_PERSON[1:])
    clerk.show_view(replace(VIEWS["look-up"], found=found, found_by="card", rights=RIGHTS))
    clerk.side_acts()["person"]()
    for number in answers:
        clerk.choices.answer(number)


def _complain(clerk: ClerkScreen, *answers: int) -> None:
    clerk.side_acts()["complaint"]()
    for number in answers:
        clerk.choices.answer(number)


def _ask_rights(clerk: ClerkScreen, *answers: int) -> None:
    clerk.show_view(replace(VIEWS["half"], role="supervisor", rights=RIGHTS))
    clerk.side_acts()["person"]()
    for number in answers:
        clerk.choices.answer(number)


def _console(clerk: ClerkScreen, state: str) -> None:
    window = clerk.window()
    assert isinstance(window, MainWindow)
    window.open_console()
    window.console.show_view(WORKSHOPS[state])


def _rename(clerk: ClerkScreen) -> None:
    _console(clerk, "devices")
    window = clerk.window()
    assert isinstance(window, MainWindow)
    window.console.rename()


def _notify(clerk: ClerkScreen) -> None:
    clerk.side_acts()["notify"]()
    clerk.choices.answer(0)


def _help(clerk: ClerkScreen) -> None:
    clerk.fields[Field.WAYBILL].entry.setFocus()
    clerk.toggle_help()


_SOON = {"right": "person_right.correct", "day": "2026-11-25"}


def _explain_mode(clerk: ClerkScreen) -> None:
    clerk.act_on_difference("explain")
    clerk.choices.answer(0)


def _answer(clerk: ClerkScreen, place: int) -> None:
    clerk.choices.answer(place)


# What Alt+Z leads to, by the answers that are chosen.
_PAPER = {"ask": (), "why": (0,), "type": (0, 0), "void": (1,), "void-type": (1, 0), "count": (2,)}


def _ask_paper(clerk: ClerkScreen, digits: tuple[int, ...]) -> None:
    clerk.ask_paper()
    for digit in digits:
        clerk.choices.answer(digit)


# Views that look like another one until something is opened on top of them.
_OPENED_ALONE = ("pending", "suggestions", "places", "block-none", "block-listed", "paper-out")
# state → (view, what is opened on top of it)
STATES: Mapping[str, tuple[str, Callable[[ClerkScreen], None] | None]] = {
    **{name: (name, None) for name in VIEWS if name not in _OPENED_ALONE},
    "suggestions": ("suggestions", _suggest),
    "places": ("places", _places),
    "refuse-found": ("suggestions", _found),
    "refuse-no-document": (
        "half",
        lambda clerk: clerk.choices.answered.emit(refuse_question(NO_DOCUMENT).answers[5].then),
    ),
    "known-asked": ("known", lambda clerk: clerk.ask(known_question(KNOWN))),
    "known-recipients": ("known", lambda clerk: clerk.ask(known_question(KNOWN, Party.RECIPIENT))),
    "centres": ("half", lambda clerk: clerk.choices.answered.emit(centre_question(CENTRES))),
    "close-day-unscanned": (
        "papers",
        lambda clerk: clerk.ask(
            close_question(VIEWS["papers"], clerk.choices.language), date="2026-11-21", count=129
        ),
    ),
    "login-activate": ("login", _activate),
    **{name: ("login", partial(_console, state=name)) for name in WORKSHOPS},
    **{name: ("login", partial(first_run, state=name)) for name in FIRST_RUN},
    "devices-rename": ("login", _rename),
    "login-activate-card": ("login-card-empty", _activate),
    "pending": ("pending", lambda clerk: clerk.look_up.open(pending_only=True)),
    "typeahead": ("half", _typeahead),
    "help": ("half", _help),
    "help-notice": ("notice", _notice),
    "news": ("empty", lambda clerk: clerk.toggle_news()),
    "refuse": ("half", lambda clerk: clerk.ask(refuse_question(HALF))),
    "refuse-told": ("half", lambda clerk: clerk.choices.answered.emit(refuse_question(HALF).answers[0].then)),
    "who-sends": ("half", lambda clerk: clerk.ask(SENDER_KIND)),
    "proof": ("agent", lambda clerk: clerk.ask(PROOF)),
    "exempt-reasons": ("exempt", lambda clerk: clerk.ask(clerk.who.exemption.question())),
    "manual-kinds": (
        "manual-offered",
        lambda clerk: clerk.ask(manual_question(OFFERED, "clerk", DOWN, clerk.choices.language)),
    ),
    "reader-down-why": (
        "manual-offered",
        lambda clerk: clerk.ask(reader_down_question(DOWN, clerk.choices.language, 4)),
    ),
    "disclosure-leave": ("disclosure-typing", lambda clerk: clerk.ask(leave_typed(LeaveDisclosure()))),
    "picture-which": ("agent", lambda clerk: clerk.ask(which_question(BOTH))),
    "manual-leave": ("manual", lambda clerk: clerk.ask(CANCEL_MANUAL)),
    "close-day": (
        "accepted",
        lambda clerk: clerk.ask(close_question(None, clerk.choices.language), date="2026-11-21", count=129),
    ),
    "parked-list": ("parked", lambda clerk: clerk.ask(parked_question(VIEWS["parked"].parked), count=3)),
    "close-day-parked": (
        "parked-soon",
        lambda clerk: clerk.ask(
            close_question(VIEWS["parked-soon"], clerk.choices.language), date="2026-11-21", count=129
        ),
    ),
    "void-number": (
        "pool-drawn",
        lambda clerk: clerk.ask(void_question(VIEWS["pool-drawn"].visit) or LOG_OUT),
    ),
    "notify-choose": ("notify-list", lambda clerk: clerk.side_acts()["notify"]()),
    "notify-send": ("notify-list", _notify),
    "case-begin": ("look-up", lambda clerk: clerk.side_acts()["case"]()),
    "case-ask": ("case-list", lambda clerk: clerk.side_acts()["case"]()),
    "case-see": ("case-approved", lambda clerk: clerk.side_acts()["case"]()),
    **EXCEPTION_STATES,
    "block-basis": ("block-none", lambda clerk: clerk.ask_block()),
    "block-stands": ("block-listed", lambda clerk: clerk.ask_block()),
    **{f"paper-{name}": ("paper-out", partial(_ask_paper, digits=digits)) for name, digits in _PAPER.items()},
    **{
        f"bag-{name}": ("bag-open" if name != "number" else "bag-none", partial(_answer, place=place))
        for name, place in (("number", 1), ("seal", 0), ("code", 1), ("take-out", 2), ("give-up", 3))
    },
    "paper-sign": (
        "paper-stands",
        lambda clerk: clerk.ask(sign_question(PAPER_REQUEST, clerk.choices.language)),
    ),
    "disclosure-begin": ("disclosure-list", lambda clerk: clerk.side_acts()["disclosure"]()),
    "late-decide": ("late", lambda clerk: clerk.ask(late_question(VIEWS["late"]))),
    "late-decline": ("late", lambda clerk: clerk.ask(declining(VIEWS["late"]))),
    "late-shown": ("late-clerk", lambda clerk: clerk.ask(late_question(VIEWS["late-clerk"]))),
    "consent": ("consents", lambda clerk: _ask_consent(clerk)),
    "consents-all": ("consents-asked", lambda clerk: _ask_consent(clerk)),
    "guardian": ("child", lambda clerk: _ask_consent(clerk)),
    "guardian-told": ("child", lambda clerk: _ask_consent(clerk, 0)),
    "consents-item": ("look-up", lambda clerk: clerk.ask(item_question(ITEM, clerk.language))),
    "person": ("look-up", _ask_person),
    "person-wrong": ("look-up", lambda clerk: _ask_person(clerk, 3)),
    "erasure": ("look-up", lambda clerk: _ask_person(clerk, 4)),
    "complaint": ("complaint-list", _complain),
    "complaint-one": ("complaint-list", lambda clerk: _complain(clerk, 3)),
    "complaint-text": ("complaint-list", lambda clerk: _complain(clerk, 3, 2, 0)),
    "complaint-amount": ("complaint-list", lambda clerk: _complain(clerk, 2, 1, 0)),
    "rights": ("half", _ask_rights),
    "right-answer": ("half", lambda clerk: _ask_rights(clerk, 1)),
    "right-ground": ("half", lambda clerk: _ask_rights(clerk, 0, 2)),
    "notice-again": ("consents", _notice),
    "void-item": ("second", lambda clerk: clerk.ask(_void_item(clerk))),
    "void-when": ("second", lambda clerk: clerk.ask(_void_when(clerk))),
    "correct": ("second", lambda clerk: clerk.ask(choose(clerk.language))),
    "correct-type": ("second", lambda clerk: clerk.ask(typing(clerk.language))),
    "correct-why": ("second", lambda clerk: clerk.ask(confirm(WEIGHT, clerk.language))),
    "correct-second": ("second", lambda clerk: clerk.ask(confirm(ADDRESS, clerk.language))),
    "correct-when": ("second", lambda clerk: clerk.ask(later(clerk.language))),
    "correct-sign": (
        "second",
        lambda clerk: clerk.ask(sign_question(CHANGED, clerk.choices.language, FIELDS)),
    ),
    "requests": ("second", lambda clerk: clerk.ask(requests_question(SECOND, clerk.choices.language))),
    "requests-many": ("second", lambda clerk: clerk.ask(requests_question(MANY, clerk.choices.language))),
    "request-sign": (
        "second",
        lambda clerk: clerk.ask(sign_question(SECOND.requests[0], clerk.choices.language)),
    ),
    "typed-sign": (
        "typed-waits",
        lambda clerk: clerk.ask(sign_question(TYPED_REQUEST, clerk.choices.language)),
    ),
    "close-day-second": (
        "second",
        lambda clerk: clerk.ask(
            close_question(VIEWS["second"], clerk.choices.language), date="2026-11-21", count=129
        ),
    ),
    "close-explain": ("close", lambda clerk: clerk.act_on_difference("explain")),
    "close-mode": ("close", _explain_mode),
    "close-right": ("close", lambda clerk: clerk.act_on_difference("put_right")),
    "close-dispute": ("close", lambda clerk: clerk.act_on_difference("dispute")),
    "close-slips": ("close", lambda clerk: clerk.print_slip()),
    "close-export": ("close-closed", lambda clerk: clerk.export_slip()),
    "close-sign": ("close", lambda clerk: clerk.sign_close()),
    "log-out": ("accepted", lambda clerk: clerk.ask(LOG_OUT)),
    "discard": ("half", lambda clerk: clerk.ask(DISCARD)),
}


def _void_item(clerk: ClerkScreen) -> Question:
    return void_item_question(item(127), SECOND, clerk.choices.language)


def _void_when(clerk: ClerkScreen) -> Question:
    then = _void_item(clerk).answers[0].then
    return then if isinstance(then, Question) else LOG_OUT


def stage(state: str, language: str, theme_name: str) -> MainWindow:
    """A window in that state.  It is not shown; ``grab()`` paints it."""
    bridge = Bridge()
    window = MainWindow(Recorder(), bridge, language, theme_name=theme_name, clock=lambda: NOW)
    bridge.setParent(window)
    window.resize(SIZE)
    pose(window, state)
    _mark_focus(window, "true")
    return window


def _mark_focus(window: MainWindow, pictured: str) -> None:
    """A window that is never shown has no real focus."""
    focused = window.focusWidget()
    if isinstance(focused, QLineEdit):
        mark(focused, "pictured", pictured)


class Stages:
    """A window for each state.  Building the clerk's screen takes ten times as long as painting it, so all
    its states of one language and theme share a window; the log-in, where it is not built, never does.
    """

    def __init__(self) -> None:
        self._clerks: dict[tuple[str, str], MainWindow] = {}

    @contextmanager
    def on(self, state: str, language: str, theme_name: str) -> Iterator[MainWindow]:
        """A window in that state, laid out; it is not shown."""
        if VIEWS[STATES[state][0]].screen is not Screen.CLERK:
            window = stage(state, language, theme_name)
            yield window
            _end(window)
            return
        key = (language, theme_name)
        if key not in self._clerks:
            self._clerks[key] = stage("half", language, theme_name)
            _settle()
        window = self._clerks[key]
        _mark_focus(window, "")
        window.show_view(LOGIN)  # nothing of the state before stays
        pose(window, state)
        _mark_focus(window, "true")
        _settle()
        yield window

    def close(self) -> None:
        """End the windows."""
        while self._clerks:
            _end(self._clerks.popitem()[1])


def _settle() -> None:
    """What was laid out may be laid out again: a scroll bar went, a sentence took a second line."""
    for _ in range(_ROUNDS):
        QApplication.processEvents()


def _end(window: MainWindow) -> None:
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)  # now: no event loop runs here


def pose(window: MainWindow, state: str) -> None:
    """Bring a window into that state."""
    name, opened = STATES[state]
    window.leave_console()
    window.stand_first(None)
    window.show_view(VIEWS[name])
    if opened is not None:
        opened(window.clerk)


def pictures() -> Iterator[tuple[str, str, str]]:
    """(state, language, theme) of every picture."""
    for state in STATES:
        for language in LANGUAGES:
            for palette in THEMES:
                yield state, language, palette.name


def render_all(directory: Path, chosen: Iterable[tuple[str, str, str]] | None = None) -> int:
    """Write the pictures (all, or the ``chosen``), the cards of keys and ``index.md``; returns how many.

    Makes the application where there is none.
    """
    application = QApplication.instance() or create_application(["screenshots", "-platform", "offscreen"])
    directory.mkdir(parents=True, exist_ok=True)
    lines = ["# Screens", "", "Invented data; 1366×768.", ""]
    count, stages = 0, Stages()
    for state, language, theme_name in pictures() if chosen is None else chosen:
        name = f"{state}-{language}-{theme_name}.png"
        with stages.on(state, language, theme_name) as window:
            window.grab().save(str(directory / name), "PNG", _QUALITY)
        lines += [f"## {state} · {language} · {theme_name}", "", f"![{state}]({name})", ""]
        count += 1
    stages.close()
    for language in LANGUAGES:
        keys_card.write(directory / f"keys-{language}.pdf", Texts(language))
        lines += [f"[keys-{language}.pdf](keys-{language}.pdf)", ""]
    (directory / "index.md").write_text("\n".join(lines), encoding="utf-8")
    del application  # held until here: without a reference it would have been gone at once
    return count
