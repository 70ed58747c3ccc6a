"""The bench beside the counter: each control gives its one order, and shows what the devices truly are."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QRadioButton,
    QScrollArea,
    QSlider,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from devices.simulators.paper_scanner import PAPERS as MADE
from ui.bench.drawer import GROUPS
from ui.bench.goods import HOSTILE
from ui.bench.papers import TROUBLES
from ui.bench.pictures import STATES, render_bench
from ui.bench.window import NARROW, BenchWindow, Visitor, beside, first_place
from ui.text import LANGUAGES, Texts
from ui.theme import THEMES
from ui.window import SIZE

VISITORS = (
    Visitor("证件样本", {"zh": "公布的样本", "en": "the specimen"}),
    Visitor("样本外新", {"zh": "外国人永久居留身份证 2023 版", "en": "foreigner's card of 2023"}),
    Visitor(
        "护照",
        {"zh": "外国护照", "en": "a passport"},
        "typed",
        "passport",
        "",
        [["mrz", "P<UTO"], ["contents", "书"]],
    ),
)
W = TypeVar("W", bound=QWidget)


class Bench:
    """A bench window and the orders it gave."""

    def __init__(self, qtbot: QtBot, folder: Path, language: str = "zh", theme: str = "light") -> None:
        self.orders: list[tuple[str, dict[str, object]]] = []
        self.folders = {"label_printer": folder / "labels", "receipt_printer": folder / "receipts"}
        for each in self.folders.values():
            each.mkdir(exist_ok=True)
        self.qtbot = qtbot
        self.window = BenchWindow(VISITORS, self._order, self.folders, Texts(language), theme)
        qtbot.addWidget(self.window)
        self.window.resize(NARROW, 620)
        self.window.show()

    def _order(self, do: str, facts: dict[str, object]) -> None:
        self.orders.append((do, facts))

    def find(self, kind: type[W], name: str) -> W:
        found = self.window.findChild(kind, name)
        assert found is not None, name
        return found

    def press(self, name: str) -> list[tuple[str, dict[str, object]]]:
        """The orders that this control gave."""
        self.orders.clear()
        self.find(QAbstractButton, name).click()
        return self.orders

    def people(self) -> list[str]:
        listed = self.find(QListWidget, "bench_people")
        return [listed.item(at).text() for at in range(listed.count())]

    def page(self, slot: str, number: int) -> None:
        """A page came out of a printer."""
        picture = QPixmap(60, 100)
        picture.fill(Qt.GlobalColor.black)
        assert picture.save(str(self.folders[slot] / f"page-{number:04d}.png"))


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> Bench:
    return Bench(qtbot, tmp_path)


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("bench_place", ("place", {"card": "证件样本"})),
        ("bench_lift", ("lift", {})),
        ("bench_pull", ("place", {"card": "证件样本", "pulled": 1})),
        ("bench_weigh_1284", ("weigh", {"grams": 1284})),
        ("bench_take_off", ("weigh", {"grams": 0})),
        ("bench_unstable", ("unstable", {"on": 1})),
        ("bench_over", ("over", {"on": 1})),
        (
            "bench_label_printer_paper_out",
            ("condition", {"name": "paper_out", "on": 1, "slot": "label_printer"}),
        ),
        ("bench_receipt_printer_head_open",
         ("condition", {"name": "head_open", "on": 1, "slot": "receipt_printer"})),
        ("bench_plug_scanner", ("unplug", {"slot": "scanner"})),
        ("bench_scan_hostile", ("scan", {"code": HOSTILE["check"]})),
        ("bench_paper", ("paper", {"of": "证件样本", "kind": "good"})),
        ("bench_plug_camera", ("unplug", {"slot": "camera"})),
        ("bench_scan_sender_code", ("sender_code", {"kind": "good"})),
    ],
)  # fmt: skip
def test_each_control_gives_its_order(bench: Bench, name: str, order: tuple[str, dict[str, object]]) -> None:
    assert bench.press(name) == [order]


def test_the_next_parcel_has_the_next_number(bench: Bench) -> None:
    first, second = bench.press("bench_scan")[0], bench.press("bench_scan")[0]
    assert first == ("scan", {"code": "EA473124829CN"})
    assert second == ("scan", {"code": "EA473124832CN"})
    bench.find(QLineEdit, "bench_code").setText(" 其他 ")
    assert bench.press("bench_scan") == [("scan", {"code": "其他"})]


def test_searching_and_groups(bench: Bench) -> None:
    assert len(bench.people()) == 3
    search, group = bench.find(QLineEdit, "bench_search"), bench.find(QComboBox, "bench_group")
    search.setText("2023 Foreigner")
    assert bench.people() == ["样本外新 · 外国人永久居留身份证 2023 版"]
    assert bench.press("bench_place") == [("place", {"card": "样本外新"})]
    search.setText("nobody")
    assert bench.people() == []
    assert bench.press("bench_place") == []
    search.clear()
    group.setCurrentIndex(GROUPS.index("typed"))
    assert bench.people() == ["护照 · 外国护照"]


def test_what_a_visitor_says_can_be_copied(bench: Bench) -> None:
    bench.find(QListWidget, "bench_people").setCurrentRow(2)
    assert "护照" in bench.find(QLabel, "bench_how").text()
    bench.press("bench_copy_mrz")
    assert QGuiApplication.clipboard().text() == "P<UTO"
    bench.press("bench_copy_contents")
    assert QGuiApplication.clipboard().text() == "书"  # the visitor's own, not the usual
    bench.press("bench_copy_recipient_phone")
    assert QGuiApplication.clipboard().text() == "13900139000"


STATE: dict[str, object] = {
    "ok": True,
    "card": ["证件样本"],
    "conditions": ["hot"],
    "receipt_conditions": ["paper_out"],
    "scale": {"grams": 5600, "unstable": True, "over": False},
    "unplugged": ["label_printer"],
    "slots": ["id_reader", "scanner", "scale", "label_printer", "receipt_printer", "camera"],
    "network": "cut",
    "clock": {"speed": 60, "ahead": 90_060, "dead": False},
}


POINTED = (
    "bench_place",
    "bench_copy_sender_phone",
    "bench_label_printer_paper_out",
    "bench_line_cut",
    "bench_day",
)


@pytest.mark.parametrize("name", POINTED)
def test_the_pointer_leaves_the_keys_to_the_counter(bench: Bench, name: str) -> None:
    bench.window.told({"state": {"ok": True, "network": "up", "clock": {"ahead": 0}}})
    control = bench.find(QAbstractButton, name)
    given: list[bool] = []
    bench.window.clicked.connect(lambda: given.append(True))
    bench.window.show_tab(0 if control.isVisible() else 1)
    bench.qtbot.mouseClick(control, Qt.MouseButton.LeftButton, pos=QPoint(12, control.height() // 2))
    assert given == [True]
    control.setFocus()
    bench.qtbot.keyClick(control, Qt.Key.Key_Space)  # by keys of its own window: they stay here
    assert given == [True]


def test_a_tab_leaves_the_keys_to_the_counter_too(bench: Bench) -> None:
    given: list[bool] = []
    bench.window.clicked.connect(lambda: given.append(True))
    bar = bench.find(QTabBar, "qt_tabwidget_tabbar")
    bench.qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(2).center())
    assert given == [True]
    assert bench.window.pages.isVisible()
    bench.window.show_tab(0)  # by its own keys
    assert given == [True]


@pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)
def test_over_the_counter_one_key_puts_it_away_and_brings_it_back(bench: Bench) -> None:
    """On a small screen it covers what the counter asks: from the counter too, one press is enough."""
    counter = QWidget()
    bench.qtbot.addWidget(counter)
    counter.resize(counter.screen().availableSize())
    beside(bench.window, counter)
    bench.window.show()
    counter.show()
    counter.activateWindow()
    bench.qtbot.waitUntil(counter.isActiveWindow, timeout=2000)
    for visible in (False, True):
        focused = QGuiApplication.focusWindow()
        assert focused is not None
        QTest.keyClick(focused, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
        bench.qtbot.waitUntil(partial(_stands, bench.window, visible), timeout=2000)


@pytest.mark.parametrize("over", [True, False])
def test_it_steps_aside_while_the_counter_asks(bench: Bench, over: bool) -> None:
    """Only where it covers the question; put away by hand it stays away."""
    window = bench.window
    window.over = over
    window.show()
    window.step_aside(True)
    assert window.isVisible() is not over
    window.step_aside(False)
    assert window.isVisible()
    window.hide()
    for asked in (True, False):
        window.step_aside(asked)
        assert not window.isVisible()


def _stands(window: QWidget, visible: bool) -> bool:
    return window.isVisible() is visible


def test_it_shows_what_is_whoever_did_it(bench: Bench) -> None:
    bench.window.told({"state": STATE})
    ticked = {box.objectName() for box in bench.window.findChildren(QCheckBox) if box.isChecked()}
    assert ticked == {
        "bench_label_printer_hot", "bench_receipt_printer_paper_out", "bench_unstable", "bench_fast",
        "bench_plug_id_reader", "bench_plug_scanner", "bench_plug_scale", "bench_plug_receipt_printer",
        "bench_plug_camera",
    }  # fmt: skip
    assert bench.find(QRadioButton, "bench_line_cut").isChecked()
    assert "证件样本" in bench.find(QLabel, "bench_card").text()
    assert bench.find(QLabel, "bench_grams").text() == "5.600 kg"
    assert bench.find(QSlider, "bench_slider").value() == 560
    assert "1d 01:01" in bench.find(QLabel, "bench_clock").text()
    bench.qtbot.wait(300)
    assert bench.orders == []  # showing it orders nothing
    assert bench.press("bench_line_up") == [("network", {"line": "up"})]
    assert bench.press("bench_plug_label_printer") == [("replug", {"slot": "label_printer"})]
    assert bench.press("bench_fast") == [("clock", {"act": "run", "value": 1})]


def test_without_a_line_and_a_clock_of_ones_own_nothing_can_be_moved(bench: Bench) -> None:
    bench.window.told({"state": {**STATE, "network": "", "clock": {}}})
    for name in ("bench_line_cut", "bench_hour", "bench_day", "bench_1970", "bench_right", "bench_fast"):
        assert bench.press(name) == []


def test_without_a_paper_scanner_nothing_is_put_in(bench: Bench) -> None:
    bench.window.told({"state": {**STATE, "slots": ["id_reader"]}})
    assert bench.press("bench_paper") + bench.press("bench_paper_trouble") == []
    bench.find(QComboBox, "bench_paper_kind").setCurrentIndex(TROUBLES.index("torn"))
    bench.find(QListWidget, "bench_people").setCurrentRow(2)
    bench.window.told({"state": STATE})
    assert bench.press("bench_paper_trouble") == [("paper", {"of": "护照", "kind": "torn"})]
    assert ("good", *TROUBLES) == MADE  # every kind that the simulated scanner makes


def test_an_order_that_failed_is_said(bench: Bench) -> None:
    said = bench.find(QLabel, "bench_said")
    bench.window.told({"failed": "scan", "error": "no answer"})
    assert said.text() == "■ 没有做成：模拟设备没有应答"
    bench.press("bench_lift")
    assert not said.text().startswith("■")


def test_the_slider_weighs_once_it_rests(bench: Bench) -> None:
    slider = bench.find(QSlider, "bench_slider")
    for value in (10, 50, 128):
        slider.setValue(value)
    bench.qtbot.waitUntil(lambda: bool(bench.orders), timeout=10_000)
    assert bench.orders == [("weigh", {"grams": 1280})]


def test_pages_of_both_printers_newest_first(bench: Bench) -> None:
    page, name = bench.find(QLabel, "bench_page"), bench.find(QLabel, "bench_page_name")
    pages, said = bench.window.pages, bench.find(QLabel, "bench_said")
    pages.look()
    assert page.pixmap().isNull()
    bench.page("label_printer", 1)
    pages.look()
    assert name.text() == "标签 1 (1/1)"
    assert said.text().startswith("✓ 标签 1")
    time.sleep(0.02)  # file times are what says which came later
    bench.page("receipt_printer", 1)
    pages.look()
    assert name.text() == "回执 1 (2/2)"
    assert bench.press("bench_scan_page") == [("scan_page", {"slot": "receipt_printer", "page": 1})]
    bench.press("bench_earlier")
    assert name.text() == "标签 1 (1/2)"
    assert bench.press("bench_scan_page") == [("scan_page", {"slot": "label_printer", "page": 1})]
    bench.press("bench_zoom")
    assert page.pixmap().size() == QPixmap(60, 100).size()
    bench.press("bench_zoom")
    assert page.pixmap().height() > 100


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [(NARROW, 598), (520, 1030)])
def test_nothing_is_cut_off_and_everything_has_a_name(
    qtbot: QtBot, tmp_path: Path, language: str, size: tuple[int, int]
) -> None:
    bench = Bench(qtbot, tmp_path, language)
    bench.window.resize(*size)
    bench.window.told({"state": STATE})
    qtbot.wait(50)
    for tab in range(3):
        bench.window.show_tab(tab)
        qtbot.wait(10)
        for button in bench.window.findChildren(QAbstractButton):
            if button.isVisible() and button.objectName().startswith("bench_"):
                assert button.width() >= button.sizeHint().width(), button.objectName()
                assert button.accessibleName() or button.text(), button.objectName()
        for room in bench.window.findChildren(QScrollArea):
            if room.isVisible() and room.objectName() != "bench_page_room":
                assert room.widget().width() <= room.viewport().width(), tab
    for control in (QLineEdit, QComboBox, QSlider, QListWidget):
        for each in bench.window.findChildren(control):
            if each.objectName().startswith("bench_"):
                assert each.accessibleName(), each.objectName()


def test_it_follows_the_counters_language_and_theme(bench: Bench) -> None:
    bench.window.told({"state": STATE})
    bench.window.dress("en", THEMES[1].name)
    assert bench.window.windowTitle() == Texts("en")("bench.title")
    assert bench.find(QAbstractButton, "bench_place").text() == Texts("en")("bench.place")
    assert bench.people()[0] == "证件样本 · the specimen"
    assert bench.window.palette().window().color().name().upper() == THEMES[1].window


@pytest.mark.parametrize(
    ("wide", "high", "over"),
    [(1366, 768, True), (1920, 1080, False), (2560, 1440, False), (3840, 2160, False)],
)
def test_where_it_stands_first(wide: int, high: int, over: bool) -> None:
    """Beside the counter, or over the column that shows what will print and nothing else."""
    screen = QRect(0, 0, wide, high)
    place, covers = first_place(screen, QRect(screen.topLeft(), SIZE))
    assert covers == over
    assert screen.contains(place)
    if over:
        assert place.left() >= 1028  # where that column begins
        assert place.top() >= 56
        assert place.bottom() + 30 <= 704  # above the bar of F9, a title bar included
    else:
        assert not place.intersects(QRect(screen.topLeft(), SIZE))


def test_the_pictures_of_the_bench(qtbot: QtBot, tmp_path: Path) -> None:
    """One of each state, language and theme, named in the index and no two alike."""
    made = render_bench(tmp_path, VISITORS)
    files = sorted(tmp_path.glob("*.png"))
    assert len(files) == made == len(STATES) * 4
    assert len({path.read_bytes() for path in files}) == made
    index = (tmp_path / "index.md").read_text("utf-8")
    assert all(f"({path.name})" in index for path in files)
