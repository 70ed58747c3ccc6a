"""F1 at the notice shows what is told, whole and in the clerk's language; elsewhere it shows the keys."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel

from tests.ui.conftest import Seated
from tests.ui.typing import Key
from ui.specimens import BASE, VIEWS

pytestmark = pytest.mark.requirement("R33", "R55")


def test_the_notice_stands_where_the_clerk_reads_it_out(seated: Seated) -> None:
    visit = VIEWS["notice"].visit
    assert visit is not None
    window, hands, _ = seated(replace(BASE, visit=visit))
    hands.press(Key.Key_F1)
    shown = window.clerk.help.findChild(QLabel, "help_notice")
    assert not shown.isVisible()
    window.clerk.help.show_topic("gate_notice_spoken")
    assert shown.isVisible()
    for heading, text in visit.notice["zh"]:
        assert heading in shown.text()
        assert text in shown.text()
    # Another one takes its place while it stands there.
    window.show_view(replace(BASE, visit=replace(visit, notice={"zh": (("新告知", ""), ("谁", "甲"))})))
    assert shown.text().startswith("新告知")
    window.clerk.help.show_topic("waybill")
    assert not shown.isVisible()
    assert window.clerk.help.listed()[0][0] == "F1"
