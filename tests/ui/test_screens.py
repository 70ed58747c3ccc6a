"""Every screen and state: nothing cut off, nothing overlapping, readable, named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from core.commands import Field
from core.errors import ConfigFault, DeviceFault, EntryFault, Fact, HqFault, RuleFault, StoreFault
from core.view import FieldView, Message
from tests.ui.conftest import Opened
from tests.ui.looking import cut_off, lists_of, overlapping, place, shown, under_a_list
from tests.ui.small_station import Recorder
from ui.buttons import KeyButton
from ui.clerk.help import TOPICS
from ui.clerk.preview import LabelPicture
from ui.fields import Typed
from ui.screenshots import STATES, pose, stage
from ui.specimens import BASE, LONG, READY, VIEWS
from ui.text import FACTS, LANGUAGES, MESSAGES, Texts
from ui.theme import THEMES, contrast
from ui.window import SIZE, MainWindow

Staged = Callable[..., MainWindow]
_ROUNDS = 6  # what was laid out may be laid out again
EVERY = [(state, language) for state in STATES for language in LANGUAGES]
FAULTS = (*DeviceFault, *RuleFault, *StoreFault, *EntryFault, *HqFault, *ConfigFault)
WIDE_FACTS: dict[str, Fact] = {
    "number": "520100-01-03 000129", "count": 9999, "operator": "OP10000001",
    "fault": "device.printer_other",
    "first": "problem.recipient_address", "date": "2026-11-21", "key": "Alt+8", "seconds": 3600,
    "character": "U+2A6DF", "minutes": 120, "cause": "day_closed", "what": "undone.recipient_address",
    "limit": 5, "when": "14:22", "field": "recipient_address", "seq": 123456,
}  # fmt: skip


def _show(state: str, language: str, theme: str) -> MainWindow:
    """A window in a state, on the screen and laid out."""
    window = stage(state, language, theme)
    window.show()
    assert QTest.qWaitForWindowExposed(window)
    window.resize(SIZE)
    QTest.qWait(1)
    return window


@pytest.fixture(scope="module")
def spoken(qapp: QApplication) -> Iterator[Mapping[str, MainWindow]]:
    """One window a language for all states: building it is what takes the time."""
    windows = {language: _show("login", language, "light") for language in LANGUAGES}
    yield windows
    for window in windows.values():
        window.close()
        window.deleteLater()


@pytest.fixture(scope="module", params=EVERY, ids=lambda pair: "-".join(pair))
def every(request: pytest.FixtureRequest, spoken: Mapping[str, MainWindow]) -> MainWindow:
    """Each state in each language, for the tests that only look."""
    state, language = request.param
    return _posed(spoken[language], state)


def _posed(window: MainWindow, state: str) -> MainWindow:
    window.show_view(VIEWS["login"])  # nothing of the state before stays
    pose(window, state)
    _settle()
    return window


def _settle() -> None:
    for _ in range(_ROUNDS):
        QApplication.processEvents()


@pytest.fixture(scope="module")
def dressed(qapp: QApplication) -> Iterator[Mapping[str, MainWindow]]:
    """One window a theme, for what is painted."""
    windows = {palette.name: _show("login", "zh", palette.name) for palette in THEMES}
    yield windows
    for window in windows.values():
        window.close()
        window.deleteLater()


@pytest.fixture
def staged(qtbot: QtBot) -> Staged:
    """Makes and shows a window in a state."""

    def show(state: str, language: str, theme: str = "light") -> MainWindow:
        window = _show(state, language, theme)
        qtbot.addWidget(window)
        return window

    return show


def test_nothing_is_cut_off_at_the_smallest_screen(every: MainWindow) -> None:
    """1366×768, both languages: every text in full, nothing on top of something else."""
    assert every.size() == SIZE
    assert cut_off(every) == []
    assert overlapping(every) == []


def test_everything_that_takes_the_focus_is_named(every: MainWindow) -> None:
    """Object name, accessible name and description, and the marks have words beside them."""
    named = [w for w in shown(every, QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert named
    for widget in named:
        assert widget.objectName(), widget
        assert widget.accessibleName(), widget.objectName()
        assert widget.accessibleDescription(), widget.objectName()
    names = Counter(widget.objectName() for widget in named)
    assert [name for name, count in names.items() if count > 1] == []


def _luminance_ends(image: QImage, area: QRect) -> tuple[str, str]:
    """The ground of an area (its most frequent colour) and the ink that differs most from it."""
    pixels = memoryview(image.constBits()).cast("I")  # 0xAARRGGBB, rows without padding
    seen: Counter[int] = Counter()
    for y in range(area.top(), area.bottom() + 1):
        seen.update(pixels[y * image.width() + area.left() : y * image.width() + area.right() + 1])
    colours = {f"#{pixel & 0xFFFFFF:06x}": count for pixel, count in seen.items()}
    ground = max(colours, key=lambda colour: colours[colour])
    return ground, max(colours, key=lambda colour: contrast(colour, ground))


ACTED_ON = ("commit_", "document_", "item_state", "device_", "message_text", "login_state", "locked_by")


@pytest.mark.parametrize("theme", [palette.name for palette in THEMES])
@pytest.mark.parametrize("state", ["login-wrong", "trouble", "ready", "look-up", "refuse", "all-devices",
     "suggestions", "paste-doubtful", "places", "region-doubtful", "restricted", "prohibited", "by-air",
     "document-hmt", "help"])  # fmt: skip
def test_what_is_painted_has_the_contrast(dressed: Mapping[str, MainWindow], state: str, theme: str) -> None:
    """Measured on the pixels of every label and field: 4.5:1, and 7:1 for what a clerk acts on."""
    window = _posed(dressed[theme], state)
    image = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    wrong, lists = [], lists_of(window)
    for widget in (*shown(window, QLabel), *shown(window, QLineEdit)):
        if not widget.text().strip() or under_a_list(widget, window, lists):
            continue
        inner = place(widget, window).adjusted(3, 3, -3, -3)
        ratio = contrast(*_luminance_ends(image, inner))
        acted = isinstance(widget, QLineEdit) or widget.objectName().startswith(ACTED_ON)
        if ratio < (7.0 if acted else 4.5):
            wrong.append(f"{widget.objectName()} {widget.text()!r} {ratio:.1f}")
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_fits_its_line(staged: Staged, language: str) -> None:
    """Every code that the station can say, with long facts; and every hint on a field."""
    window = staged("half", language)
    wrong = []
    for number, code in enumerate((*FAULTS, *MESSAGES)):
        if isinstance(code, ConfigFault | EntryFault):
            continue  # said on the command line
        window.show_view(replace(BASE, visit=READY, message=Message(str(code), WIDE_FACTS, "error", number)))
        wrong += _line_wrong(window)
    window.show_view(replace(BASE, visit=READY))
    for topic in TOPICS:
        window.clerk.help.show_topic(topic)
        window.clerk.message.hint(window.clerk.help.line)
        wrong += _line_wrong(window)
    assert wrong == []


def _line_wrong(window: MainWindow) -> list[str]:
    window.clerk.layout().activate()
    window.clerk.message.layout().activate()
    label = window.findChild(QLabel, "message_text")
    room = window.clerk.message.width() - 32 - window.findChild(QLabel, "message_hint").sizeHint().width() - 6
    wanted = label.sizeHint().width()
    return [f"{label.text()!r} {wanted} of {room}"] if wanted > room else []


def _faults_of(name: Field) -> list[RuleFault]:
    """What ``core.acceptance`` can find wrong in a field."""
    common = [RuleFault.FIELD_TOO_LONG, RuleFault.FIELD_EMPTY]
    own = {
        "name": [RuleFault.NAME_FORM, RuleFault.NAME_MISMATCH],
        "phone": [RuleFault.PHONE_FORM],
        "address": [RuleFault.ADDRESS_FORM],
        "waybill": [RuleFault.WAYBILL_FORM, RuleFault.WAYBILL_CHECK, RuleFault.WAYBILL_TWICE],
        "contents": [RuleFault.CONTENTS_FORM],
        "quantity": [RuleFault.QUANTITY_FORM],
        "weight": [RuleFault.WEIGHT_FORM],
    }
    return common + own[name.value.split("_")[-1]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_fits_under_its_row(staged: Staged, language: str) -> None:
    """Each rule's fault in each field of the form."""
    window = staged("half", language)
    texts = Texts(language)
    wrong = []
    for row in window.clerk.rows:
        for name, field in row.fields.items():
            for fault in _faults_of(name):
                field.view = FieldView(
                    "x", fault, {fact: WIDE_FACTS.get(fact, 7) for fact in FACTS.get(fault, ())}
                )
                line = "■ " + field.problem_line(texts)
                problem = window.findChild(QLabel, f"problem_{next(iter(row.fields)).value}")
                if QFontMetrics(problem.font()).horizontalAdvance(line) > problem.width():
                    wrong.append(f"{name} {line}")
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_help_fits_its_panel(staged: Staged, language: str) -> None:
    """Title, text, rule and keys, of each topic after the other."""
    window = staged("help", language)
    wrong = []
    for topic in TOPICS:
        window.clerk.help.show_topic(topic)
        _settle()  # in its scrolling place the panel grows after its texts
        wrong += [f"{topic}: {line}" for line in cut_off(window) if "message" not in line]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_missing_fits_the_bar(staged: Staged, language: str) -> None:
    """All steps open, all fields wrong."""
    window = staged("half", language)
    texts = Texts(language)
    codes = sorted(
        (code for code in texts.codes() if code.startswith(("missing.", "problem."))), key=_longest(texts)
    )
    visit = replace(READY, missing=tuple(code for code in codes if code != "missing.next"))
    window.show_view(replace(BASE, visit=visit))
    _settle()
    assert cut_off(window) == []


def _longest(texts: Texts) -> Callable[[str], int]:
    return lambda code: -len(texts(code))


def test_the_window_never_grows(qtbot: QtBot, opened: Opened, recorder: Recorder) -> None:
    """Whatever comes and in whatever language: 1366×768 is enough."""
    window = opened(recorder)
    for language in (*LANGUAGES, *LANGUAGES):
        window.set_language(language)
        for view in VIEWS.values():
            window.show_view(view)
            qtbot.wait(1)
            assert window.size() == SIZE


def test_the_longest_label_fits_its_paper(staged: Staged) -> None:
    """Names of 25 hanzi and long contents: the parts of the picture do not run into each other."""
    window = staged("all-devices", "zh")
    picture = window.findChild(LabelPicture)
    assert LONG.preview is not None
    assert picture.needed_height(LONG.preview) <= picture.height()


def test_fields_with_figures_are_large(staged: Staged) -> None:
    """Numbers that a clerk reads from a metre: 19 px and bold."""
    window = staged("ready", "zh")
    for name in (Field.WAYBILL, Field.QUANTITY, Field.WEIGHT, Field.SENDER_PHONE, Field.RECIPIENT_PHONE):
        font = window.clerk.fields[name].entry.font()
        assert font.pixelSize() >= 19
        assert font.bold()
    assert Typed.FIGURES.value == "figures"


RESERVED = {"✓": "good", "▲": "warn", "■": "bad"}


def test_no_tone_stands_without_its_sign(every: MainWindow) -> None:
    """A ground in colour is never alone: a sign goes before the words, and ✓ ▲ ■ mean one thing each."""
    for label in shown(every, QLabel):
        tone = label.property("tone")
        if tone in RESERVED.values() and label.text():
            assert label.text()[0] in "✓▲■●◆", label.text()
            assert RESERVED.get(label.text()[0], tone) == tone, label.text()


@pytest.mark.parametrize("theme", [palette.name for palette in THEMES])
def test_buttons_and_the_quietest_texts_can_be_read(staged: Staged, theme: str) -> None:
    """Painted: 7:1 for a button's words; 4.5:1 for a hint and for a field that takes nothing."""
    window = staged("half", "zh", theme)
    hinted, shut = (window.clerk.fields[name].entry for name in (Field.QUANTITY, Field.WAYBILL))
    hinted.setPlaceholderText("示例")
    shut.setEnabled(False)
    window.findChild(QWidget, "sender_address").setFocus()
    image = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    for entry in (hinted, shut):
        inner = place(entry, window).adjusted(4, 4, -4, -4)
        assert contrast(*_luminance_ends(image, inner)) >= 4.5, entry.objectName()
    buttons = shown(window, KeyButton)
    assert buttons
    for button in buttons:
        inner = place(button, window).adjusted(4, 4, -4, -4)
        assert contrast(*_luminance_ends(image, inner)) >= 7.0, button.objectName()
