"""What comes with the parcel: codes before the scanner, weights on the scale."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from core.acceptance.waybill import s10_check_digit
from ui.bench.one_of import OneOf
from ui.bench.part import Order, Part, State
from ui.text import Texts, kilograms

FIRST_SERIAL = 47312482
PRESETS_G = (350, 1284, 5600)
SENDER_CODES = ("good", "again", "expired", "forged", "stranger", "torn")
_MOST_G, _STEP_G = 30_000, 10
_CALM_MS = 150

# What a scanner may send that is no waybill, or a wrong one, by name.
HOSTILE = {
    "check": "EA473124820CN",
    "other": "RA123456785CN",
    "link": "https://example.invalid/?q=EA473124829CN",
    "phone": "13800138000",
    "sql": "EA47'; DROP TABLE items;--",
    "bidi": "EA\u202e473124829CN",
    "long": "9" * 900,
}


class Scanner(Part):
    """The next waybill with one press; others typed or chosen."""

    def __init__(self, order: Order, serial: int = FIRST_SERIAL, parent: QWidget | None = None) -> None:
        """``serial``: of the first waybill."""
        super().__init__(order, parent)
        self._serial = serial
        self._code = QLineEdit(waybill(self._serial), self)
        self._code.setObjectName("bench_code")
        self._code.returnPressed.connect(self.scan)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        grid.addWidget(self.caption("bench.scanner"), 0, 0, 1, 2)
        grid.addWidget(self._code, 1, 0)
        grid.addWidget(self.button("bench_scan", "bench.scan", self.scan, main=True), 1, 1)
        grid.setColumnStretch(0, 1)
        self.says(lambda texts: self._code.setAccessibleName(texts("bench.code")))

    def scan(self) -> None:
        """What stands in the field; behind a waybill of ours comes the next number."""
        code = self._code.text().strip()
        if not code:
            return
        self.order("scan", {"code": code})
        if code == waybill(self._serial):
            self._serial += 1
            self._code.setText(waybill(self._serial))


def waybill(serial: int) -> str:
    """The S10 number of a serial number."""
    digits = f"{serial:08d}"
    return f"EA{digits}{s10_check_digit(digits)}CN"


class OtherCodes(OneOf):
    """What a scanner may send that is no waybill, or a wrong one."""

    def __init__(self, order: Order, parent: QWidget | None = None) -> None:
        button = ("bench_scan_hostile", "bench.scan_hostile")
        super().__init__(
            order, tuple(HOSTILE), "bench.hostile", listed="bench_hostile", button=button, parent=parent
        )

    def give(self) -> None:
        """See the base."""
        self.order("scan", {"code": HOSTILE[self.chosen]})


class SenderCodes(Part):
    """The phone of a sender who registered beforehand, held before the scanner."""

    def __init__(self, order: Order, parent: QWidget | None = None) -> None:
        super().__init__(order, parent)
        self._kind = QComboBox(self)
        self._kind.setObjectName("bench_sender_code")
        self._kind.addItems(list(SENDER_CODES))
        self._kind.setMinimumContentsLength(8)
        self._kind.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        grid.addWidget(self.caption("bench.sender_code"), 0, 0, 1, 2)
        grid.addWidget(self._kind, 1, 0)
        grid.addWidget(self.button("bench_scan_sender_code", "bench.scan_hostile", self._scan), 1, 1)
        grid.setColumnStretch(0, 1)
        self.says(self._say)

    def _say(self, texts: Texts) -> None:
        self._kind.setAccessibleName(texts("bench.sender_code"))
        for at, name in enumerate(SENDER_CODES):
            self._kind.setItemText(at, texts(f"bench.sender_code.{name}"))

    def _scan(self) -> None:
        self.order("sender_code", {"kind": SENDER_CODES[max(0, self._kind.currentIndex())]})


class Shaking(Part):
    """Somebody leans on the table; too heavy."""

    def __init__(self, order: Order, parent: QWidget | None = None) -> None:
        super().__init__(order, parent)
        self._unstable = self.switch(
            "bench_unstable", "bench.unstable", lambda on: self.order("unstable", {"on": int(on)})
        )
        self._over = self.switch("bench_over", "bench.over", lambda on: self.order("over", {"on": int(on)}))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(2)
        grid.addWidget(self.caption("bench.scale"), 0, 0, 1, 2)
        grid.addWidget(self._unstable, 1, 0)
        grid.addWidget(self._over, 1, 1)

    def show_state(self, state: State) -> None:
        """What is switched on."""
        scale = state.get("scale")
        if isinstance(scale, dict):
            self._unstable.setChecked(bool(scale.get("unstable")))
            self._over.setChecked(bool(scale.get("over")))


class Scale(Part):
    """Presets, a slider, off again."""

    def __init__(self, order: Order, parent: QWidget | None = None) -> None:
        super().__init__(order, parent)
        self._grams = 0
        self._shown = QLabel(self)
        self._shown.setObjectName("bench_grams")
        self._shown.setProperty("role", "semi")
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._slider.setObjectName("bench_slider")
        self._slider.setRange(0, _MOST_G // _STEP_G)
        self._slider.setPageStep(100)
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.setInterval(_CALM_MS)
        self._slider.valueChanged.connect(lambda _value: self._calm.start())
        self._calm.timeout.connect(self._slid)
        self._lay_out()
        self.says(self._say)

    def _lay_out(self) -> None:
        top, row = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.caption("bench.scale"))
        top.addStretch(1)
        top.addWidget(self._shown)
        for grams in PRESETS_G:
            row.addWidget(self._preset(grams))
        row.addWidget(self.button("bench_take_off", "bench.take_off", lambda: self._put(0)))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        row.setSpacing(4)
        column.addLayout(top)
        column.addLayout(row)
        column.addWidget(self._slider)

    def _preset(self, grams: int) -> QPushButton:
        weigh = self.button(f"bench_weigh_{grams}", "bench.weigh", partial(self._put, grams))

        def say(texts: Texts) -> None:
            weigh.setText(f"{grams / 1000:.2f} kg")
            weigh.setAccessibleName(f"{texts('bench.weigh')} {kilograms(grams)}")

        self.says(say)
        return weigh

    def _say(self, texts: Texts) -> None:
        self._slider.setAccessibleName(texts("bench.scale"))

    def _put(self, grams: int) -> None:
        self.order("weigh", {"grams": grams})

    def _slid(self) -> None:
        grams = self._slider.value() * _STEP_G
        if abs(grams - self._grams) >= _STEP_G:
            self._put(grams)

    def show_state(self, state: State) -> None:
        """What lies on the pan."""
        scale = state.get("scale")
        if not isinstance(scale, dict):
            return
        self._grams = int(scale.get("grams", 0))
        self._shown.setText(kilograms(self._grams))
        if not self._slider.isSliderDown() and not self._calm.isActive():
            self._slider.blockSignals(True)
            self._slider.setValue(self._grams // _STEP_G)
            self._slider.blockSignals(False)
