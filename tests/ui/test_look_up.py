"""The look-up page says how was looked for, and leaves the waiting labels when something is found."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from core.commands import LookUp
from tests.ui.conftest import Desk
from ui.specimens import VIEWS

pytestmark = pytest.mark.requirement("R105")

Key = Qt.Key


def test_a_document_finds_while_the_waiting_labels_are_shown(desk: Desk) -> None:
    window, hands, recorder = desk
    page = window.clerk.look_up
    hands.press(Key.Key_P, Qt.KeyboardModifier.AltModifier)
    window.show_view(VIEWS["pending"])
    assert recorder.commands == [LookUp("")]
    assert (page.pending_only, page.chosen and page.chosen.seq) == (True, 126)
    window.show_view(replace(VIEWS["look-up"], found_by="card"))
    assert (page.pending_only, page.chosen and page.chosen.seq) == (False, 128)
    texts = window.clerk.look_up._texts
    assert page._title.text() == texts("look_up.by_card")
    window.show_view(replace(VIEWS["look-up"], found_by="text"))
    assert page._title.text() == texts("look_up.title")
