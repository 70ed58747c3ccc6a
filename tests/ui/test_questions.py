"""Questions one after the other: what they list, what they send, and that the window stays as it is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from core.commands import CloseDay, RefusalReason, Refuse
from core.identity.card import DocumentKind
from core.view import CatalogueHit, VisitView
from tests.ui.conftest import Desk, Seated
from tests.ui.typing import ALT, Key
from ui.specimen_close import CLOSE
from ui.specimen_papers import GUN, HITS
from ui.specimens import BASE, HALF, NO_DOCUMENT, item
from ui.text import LANGUAGES, Texts
from ui.window import SIZE, MainWindow

_REASON = {reason: Key(Key.Key_1.value + at) for at, reason in enumerate(RefusalReason)}


def _listed(window: MainWindow) -> list[str]:
    label = window.clerk.findChild(QLabel, "choice_lines")
    return label.text().splitlines() if label.isVisible() else []


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_document_what_would_do_is_listed(qtbot: QtBot, seated: Seated, language: str) -> None:
    """Every kind of the rules in words, before it is sent; and the window has not grown for it."""
    window, hands, recorder = seated(replace(BASE, visit=NO_DOCUMENT))
    window.set_language(language)
    hands.press(Key.Key_R, ALT)
    hands.press(_REASON[RefusalReason.NO_VALID_DOCUMENT])
    texts = Texts(language)
    assert _listed(window) == [f"· {texts(f'fact.kind.{kind.value}')}" for kind in DocumentKind]
    assert recorder.commands == []
    qtbot.wait(20)
    assert window.size() == SIZE
    hands.press(Key.Key_1)
    assert recorder.commands == [Refuse(RefusalReason.NO_VALID_DOCUMENT, told=True)]
    hands.press(Key.Key_R, ALT)
    assert _listed(window) == []
    qtbot.wait(20)
    assert window.size() == SIZE


def _refused(
    seated: Seated, visit: VisitView, reason: RefusalReason, *digits: str
) -> tuple[MainWindow, list[object]]:
    window, hands, recorder = seated(replace(BASE, visit=visit))
    hands.press(Key.Key_R, ALT)
    hands.press(_REASON[reason])
    for digit in digits:
        hands.press(Key(ord(digit)))
    return window, list(recorder.commands)


def _refusing(hits: tuple[CatalogueHit, ...]) -> list[CatalogueHit]:
    return [hit for hit in hits if hit.action in ("refuse", "refuse_report")]


@pytest.mark.parametrize("reason", [RefusalReason.PROHIBITED, RefusalReason.CONTENTS_DIFFER])
def test_what_was_found_can_be_another_thing_than_what_was_declared(
    seated: Seated, reason: RefusalReason
) -> None:
    """Those that the catalogue refuses are offered by name; the record gets the id of the one chosen."""
    found = _refusing(HITS)
    _, sent = _refused(seated, replace(HALF, suggestions=HITS), reason, "2", "1")
    assert sent == [Refuse(reason, told=True, item=found[1].id)]


@pytest.mark.parametrize("reason", [RefusalReason.PROHIBITED, RefusalReason.CONTENTS_DIFFER])
def test_or_it_is_none_of_them(seated: Seated, reason: RefusalReason) -> None:
    """The last answer names nothing."""
    last = str(len(_refusing(HITS)) + 1)
    _, sent = _refused(seated, replace(HALF, suggestions=HITS), reason, last, "2")
    assert sent == [Refuse(reason)]


def test_what_was_declared_itself_is_not_asked_again(seated: Seated) -> None:
    """One prohibited item in the contents, and that is the reason: straight to "was it told"."""
    visit = replace(HALF, finding=(GUN,), suggestions=(GUN,))
    _, sent = _refused(seated, visit, RefusalReason.PROHIBITED, "1")
    assert sent == [Refuse(RefusalReason.PROHIBITED, told=True)]


def test_the_day_closes_with_what_was_not_scanned_back_before_the_eyes(qtbot: QtBot, desk: Desk) -> None:
    """The first eight by number and waybill, the rest as a number."""
    window, hands, recorder = desk
    loose = tuple(item(seq, affixed=False) for seq in range(1, 12))
    window.show_view(replace(BASE, unscanned=loose, close=replace(CLOSE, left=0)))
    hands.press(Key.Key_F9)
    listed = _listed(window)
    assert len(listed) == 9
    assert all(each.number in line for each, line in zip(loose[:8], listed[:8], strict=True))
    assert "3" in listed[-1]
    qtbot.wait(20)
    assert window.size() == SIZE
    hands.press(Key.Key_1)
    assert recorder.commands == [CloseDay()]


def test_with_everything_scanned_back_the_day_closes_as_ever(desk: Desk) -> None:
    """Nothing listed."""
    window, hands, _ = desk
    window.show_view(replace(BASE, close=replace(CLOSE, left=0)))
    hands.press(Key.Key_F9)
    assert _listed(window) == []
