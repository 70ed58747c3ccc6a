"""What is new: told once after an update, never in the way, there again when asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.commands import Commit, Field, LookUp, SetField
from core.view import CounterView, VisitView
from program.version import version
from tests.ui.looking import cut_off
from tests.ui.small_station import Recorder
from tests.ui.typing import ALT, Hands, Key
from ui.bridge import Bridge
from ui.clerk.frame import Side
from ui.clerk.shortcuts import BY_NAME, key_of
from ui.settings import Settings, settings_from, settings_value
from ui.specimens import BASE, EMPTY, HALF, VIEWS
from ui.text import LANGUAGES
from ui.whatsnew import FOLDER, newer, notes, number_of
from ui.window import SIZE, MainWindow

_HERE = replace(BASE, visit=EMPTY)
_BEFORE, _NOW = "0.0.9", "0.1.0"
Updated = Callable[..., tuple[MainWindow, Hands, Recorder, list[Settings]]]


def _side(window: MainWindow) -> Side:
    return window.clerk.side


@pytest.fixture
def updated(qapp: QApplication, qtbot: QtBot) -> Updated:
    """Opens a window of ``version`` on a machine that told about ``seen`` last; nobody is logged in."""
    assert qapp is not None

    def make(
        seen: str = _BEFORE, *, version: str = _NOW
    ) -> tuple[MainWindow, Hands, Recorder, list[Settings]]:
        kept: list[Settings] = []
        recorder = Recorder(Bridge())
        start = Settings(seen=seen)
        window = MainWindow(recorder, recorder.bridge, settings=start, keep=kept.append, version=version)
        qtbot.addWidget(window)
        with qtbot.waitActive(window):
            window.show()
        window.show_view(VIEWS["login"])
        return window, Hands(qtbot, window), recorder, kept

    return make


def test_told_once_after_the_first_log_in(updated: Updated) -> None:
    """Nothing before it; the focus stays where a newcomer's would be; the next log-in shows nothing."""
    window, hands, recorder, kept = updated()
    assert kept == []
    window.show_view(_HERE)
    assert _side(window) is Side.NEWS
    assert window.clerk.news.isVisible()
    assert hands.place == "sender_name"
    assert kept == [Settings(seen=_NOW)]
    window.show_view(VIEWS["locked"])
    window.show_view(_HERE)
    assert _side(window) is Side.USUAL
    assert recorder.commands == []
    assert len(kept) == 1


@pytest.mark.parametrize(
    ("seen", "version", "remembered"),
    [("", _NOW, [_NOW]), (_NOW, _NOW, []), ("0.2.0", _NOW, []), ("", "", [])],
)
def test_nothing_is_told_where_nothing_is_new(
    updated: Updated, seen: str, version: str, remembered: list[str]
) -> None:
    """The first start ever; the same version; an older one than before, which forgets nothing."""
    window, _, _, kept = updated(seen, version=version)
    window.show_view(_HERE)
    assert _side(window) is Side.USUAL
    assert [each.seen for each in kept] == remembered


@pytest.mark.parametrize("at_work", [HALF, replace(EMPTY, reading=True)], ids=["draft", "card"])
def test_who_is_being_served_comes_first(updated: Updated, at_work: VisitView) -> None:
    """A draft, a card on the reader: nothing shows, nothing counts as told; the next log-in tells it."""
    window, _, _, kept = updated()
    window.show_view(replace(BASE, visit=at_work))
    assert (_side(window), kept) == (Side.USUAL, [])
    window.show_view(VIEWS["locked"])
    window.show_view(_HERE)
    assert _side(window) is Side.NEWS


def test_typing_goes_on_and_puts_it_away(updated: Updated) -> None:
    """The first letter is in its field, and the label's picture stands again."""
    window, hands, recorder, _ = updated()
    window.show_view(_HERE)
    hands.type("A")
    assert recorder.commands == [SetField(Field.SENDER_NAME, "A")]
    assert _side(window) is Side.USUAL
    assert hands.place == "sender_name"


@pytest.mark.parametrize(
    "view",
    [replace(BASE, visit=replace(EMPTY, reading=True)), replace(BASE, visit=replace(HALF, revision=9)),
     VIEWS["look-up"]],
    ids=["card", "scan", "look-up"],
)  # fmt: skip
def test_what_devices_bring_puts_it_away(updated: Updated, view: CounterView) -> None:
    window, _, recorder, _ = updated()
    window.show_view(_HERE)
    window.show_view(replace(_HERE, today=7))  # a view that brings no work leaves it
    assert _side(window) is Side.NEWS
    window.show_view(view)
    assert _side(window) is Side.USUAL
    assert recorder.commands == []


@pytest.mark.parametrize(
    ("key", "modifiers", "side"),
    [(Key.Key_Escape, 0, Side.USUAL), (Key.Key_F1, 0, Side.HELP), (Key.Key_W, 1, Side.USUAL),
     (Key.Key_K, 1, Side.CHOICES), (Key.Key_F5, 0, Side.USUAL), (Key.Key_PageDown, 0, Side.NEWS)],
)  # fmt: skip
def test_keys_lead_on_from_it(updated: Updated, key: Qt.Key, modifiers: int, side: Side) -> None:
    """Without any command: Esc to the form, F1 to the help, a question over it."""
    window, hands, recorder, _ = updated()
    window.show_view(_HERE)
    hands.press(key, ALT if modifiers else Qt.KeyboardModifier.NoModifier)
    assert window.clerk.side is side
    assert recorder.commands == []


def test_f9_and_f3_work_through_it(updated: Updated) -> None:
    """The key that commits does what its bar says, whatever stands beside the form."""
    for key, kind in ((Key.Key_F9, Commit), (Key.Key_F3, LookUp)):
        window, hands, recorder, _ = updated()
        window.show_view(_HERE)
        hands.press(key)
        assert len(recorder.of(kind)) == len(recorder.commands) == 1
        assert _side(window) is Side.USUAL
        window.close()


def test_the_help_leads_to_it_at_any_time(updated: Updated) -> None:
    """The key stands in the help's list; in the middle of an item, every line; no question is left."""
    window, hands, recorder, _ = updated(_NOW)
    window.show_view(replace(BASE, visit=HALF))
    hands.press(Key.Key_F1)
    assert key_of("news") in dict(window.clerk.help.listed())
    hands.press(Key.Key_W, ALT)
    assert _side(window) is Side.NEWS
    told = [line.text for each in notes("zh", upto=_NOW) for line in each.lines]
    assert [text for _, text in window.clerk.news.lines()] == told
    window.show_view(replace(BASE, visit=HALF, today=8))  # what stands already is no new work
    assert _side(window) is Side.NEWS
    hands.press(Key.Key_Q, ALT)
    hands.press(Key.Key_W, ALT)
    assert _side(window) is Side.CHOICES
    assert recorder.commands == []


def test_it_speaks_the_other_language_at_once(updated: Updated) -> None:
    window, hands, _, _ = updated()
    window.show_view(_HERE)
    hands.press(Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    english = [line.text for each in notes("en", after=_BEFORE, upto=_NOW) for line in each.lines]
    assert [text for _, text in window.clerk.news.lines()] == english
    assert _side(window) is Side.NEWS


def _write(folder: Path, version: str, *texts: str) -> None:
    lines = [{"key": "", "zh": text, "en": text} for text in texts]
    (folder / f"{version}.json").write_text(json.dumps({"lines": lines}), "utf-8")


def test_versions_are_compared_as_figures_and_none_between_is_lost(tmp_path: Path) -> None:
    """From 0.9.0 to 0.10.1: both that came between, the newest first; never what is not installed yet."""
    for name in ("0.9.0", "0.10.0", "0.10.1", "0.11.0", "draft"):
        _write(tmp_path, name, f"in {name}")
    told = notes("en", after="0.9.0", upto="0.10.1", folder=tmp_path)
    assert [each.version for each in told] == ["0.10.1", "0.10.0"]
    assert told[0].lines[0].text == "in 0.10.1"
    assert len(notes("zh", folder=tmp_path)) == 4
    assert newer("0.10.0", "0.9.9")
    assert not newer("0.10.0", "0.10.0")
    assert [newer("", "0.1.0"), newer("0.1.0", ""), newer("1.0", "0.1.0"), newer("01.0.0", "0.1.0")] == [
        False
    ] * 4


def test_this_version_has_its_notes() -> None:
    """One source of the version; its lines in both languages, short, with keys that exist."""
    assert notes("zh")[0].version == version()
    for path in FOLDER.iterdir():
        assert number_of(path.stem), path.name
        lines = json.loads(path.read_text("utf-8"))["lines"]
        assert 1 <= len(lines) <= 10
        for line in lines:
            assert set(line) == {"key", *LANGUAGES}
            assert not line["key"] or line["key"] in BY_NAME
            assert 4 <= len(line["zh"]) <= 30
            assert 8 <= len(line["en"]) <= 60
            assert not any("\u4e00" <= letter <= "\u9fff" for letter in line["en"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_several_versions_are_told_apart_and_nothing_is_cut(
    updated: Updated, qtbot: QtBot, tmp_path: Path, language: str
) -> None:
    """Two updates at once: a heading for each; on the smallest screen the panel scrolls."""
    for name in ("0.0.9", "0.1.0"):
        _write(tmp_path, name, *(line.text for line in notes(language, upto=_NOW)[0].lines))
    window, _, _, _ = updated("0.0.8")
    window.clerk.news.folder = tmp_path
    window.set_language(language)
    window.show_view(_HERE)
    window.resize(SIZE)
    qtbot.wait(20)
    headings = [text for key, text in window.clerk.news.lines() if "0." in text]
    assert len(headings) == 2
    assert headings[0].count("0.1.0") == headings[1].count("0.0.9") == 1
    assert [line for line in cut_off(window) if "message" not in line] == []


def test_what_is_kept_of_it_is_a_version() -> None:
    """Anything else in the file is as if nobody had been here."""
    assert settings_from(settings_value(Settings(seen="1.20.3"))).seen == "1.20.3"
    for wrong in (3, None, "", "latest", "1.2", "1.2.3.4", "1.2.x", "-1.2.3", "99999.0.0"):
        assert settings_from({"seen": wrong}) == Settings()
