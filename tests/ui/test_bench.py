"""The bench beside the counter: each control gives its one order, a finished page is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QCheckBox, QLabel, QListWidget, QPushButton
from pytestqt.qtbot import QtBot

from ui.bench.window import BenchWindow, Visitor
from ui.text import LANGUAGES, Texts

Orders = list[tuple[str, dict[str, object]]]
VISITORS = (
    Visitor("证件样本", {"zh": "公布的样本", "en": "the specimen"}),
    Visitor("护照", {"zh": "外国护照", "en": "a passport"}, "[passport]\nmrz: P<UTO\nL89"),
)


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> tuple[BenchWindow, Orders]:
    orders: Orders = []
    window = BenchWindow(VISITORS, lambda do, facts: orders.append((do, facts)), tmp_path, Texts("zh"))
    qtbot.addWidget(window)
    window.resize(340, 820)
    window.show()
    return window, orders


def press(qtbot: QtBot, window: BenchWindow, name: str) -> None:
    button = window.findChild(QPushButton, name)
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_cards_and_scans(qtbot: QtBot, bench: tuple[BenchWindow, Orders]) -> None:
    window, orders = bench
    for name in ("bench_place", "bench_lift", "bench_scan", "bench_scan"):
        press(qtbot, window, name)
    assert orders[:2] == [("place", {"card": "证件样本"}), ("lift", {})]
    codes = [facts["code"] for do, facts in orders if do == "scan"]
    assert codes == ["EA473124829CN", "EA473124832CN"]  # the next parcel has the next number


def test_the_drawer_says_who_comes_and_what_is_typed(qtbot: QtBot, bench: tuple[BenchWindow, Orders]) -> None:
    window, orders = bench
    people, typed = window.findChild(QListWidget, "bench_people"), window.findChild(QLabel, "bench_typed")
    assert people is not None
    assert typed is not None
    assert people.item(0).text() == "证件样本 · 公布的样本"
    assert not typed.isVisible()
    people.setCurrentRow(1)
    assert typed.isVisible()
    assert typed.text().splitlines()[1:] == ["mrz: P<UTO", "L89"]
    press(qtbot, window, "bench_place")
    assert orders == [("place", {"card": "护照"})]


def test_switches_go_on_and_off(bench: tuple[BenchWindow, Orders]) -> None:
    window, orders = bench
    wanted = {
        "bench_paper": [("paper_out", {"on": 1}), ("paper_out", {"on": 0})],
        "bench_cover": [("cover", {"on": 1}), ("cover", {"on": 0})],
        "bench_unplug_scanner": [("unplug", {"slot": "scanner"}), ("replug", {"slot": "scanner"})],
    }
    for name, told in wanted.items():
        orders.clear()
        box = window.findChild(QCheckBox, name)
        assert box is not None
        box.setChecked(True)
        box.setChecked(False)
        assert orders == told


def test_the_newest_page_is_shown(qtbot: QtBot, bench: tuple[BenchWindow, Orders], tmp_path: Path) -> None:
    window, _ = bench
    page = window.findChild(QLabel, "bench_page")
    assert page is not None
    assert page.pixmap().isNull()
    picture = QPixmap(60, 100)
    picture.fill(Qt.GlobalColor.black)
    assert picture.save(str(tmp_path / "page-0001.png"))
    qtbot.waitUntil(lambda: not page.pixmap().isNull(), timeout=10_000)
    assert page.pixmap().height() <= page.height()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_cut_off(qtbot: QtBot, tmp_path: Path, language: str) -> None:
    window = BenchWindow(VISITORS, lambda _do, _facts: None, tmp_path, Texts(language))
    qtbot.addWidget(window)
    window.resize(340, 820)
    window.show()
    boxes: list[QPushButton | QCheckBox] = [
        *window.findChildren(QPushButton), *window.findChildren(QCheckBox)
    ]  # fmt: skip
    for box in boxes:
        assert box.width() >= box.sizeHint().width(), box.objectName()
