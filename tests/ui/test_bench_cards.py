"""The bench's reader for operators' cards: what its buttons order, and what it says lies there."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from devices.simulators.desk import OPERATOR_CARDS
from devices.simulators.desk import PIN as GIVEN
from ui.bench.cards import NAMES, PIN, OperatorCards
from ui.text import Texts


@pytest.fixture
def orders() -> list[tuple[str, dict[str, object]]]:
    return []


@pytest.fixture
def part(qtbot: QtBot, orders: list[tuple[str, dict[str, object]]]) -> OperatorCards:
    made = OperatorCards(lambda do, facts: orders.append((do, facts)), ("OP10002", "CODE-1"))
    qtbot.addWidget(made)
    made.retranslate(Texts("zh"))
    return made


def _press(part: OperatorCards, name: str) -> None:
    button = part.findChild(QPushButton, name)
    assert isinstance(button, QPushButton)
    button.click()


def test_a_card_goes_in_and_out(part: OperatorCards, orders: list[tuple[str, dict[str, object]]]) -> None:
    part.choice.setCurrentIndex(1)
    _press(part, "bench_card_in")
    _press(part, "bench_card_out")
    assert orders == [("card_in", {"card": "card_2"}), ("card_out", {})]
    assert (set(NAMES), PIN) == (set(OPERATOR_CARDS), GIVEN)  # the cards and the PIN that there are


def test_it_says_what_lies_there_and_how_to_begin(part: OperatorCards) -> None:
    lies, code = part.findChild(QLabel, "bench_card_lies"), part.findChild(QLineEdit, "bench_card_code")
    assert isinstance(lies, QLabel)
    assert isinstance(code, QLineEdit)
    assert code.text() == "CODE-1"
    part.show_state({"operator_cards": {"1": {"card": "card_1", "operator": "", "left": 3}}})
    assert lies.text() == f"已插：卡 1（空白） · PIN {GIVEN}"
    part.show_state({"operator_cards": {}})
    assert lies.text() == "读卡器里没有卡"
    part.show_state({"operator_cards": None})  # no reader for them here
    assert not part.isEnabled()
