"""What goes wrong: paper, covers and heads of the printers, plugs, the line to headquarters, the clock."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from ui.bench.part import Order, Part, State
from ui.text import Texts

HOUR, DAY = 3600, 86_400
FAST = 60
PART = 232  # pixels across: two parts stand beside each other in a wide window
LINES = ("up", "slow", "cut")
PLUGS = ("id_reader", "scanner", "scale", "label_printer", "receipt_printer", "camera")
# By printer what can be switched, and the member of the simulators' state that says what is.
CONDITIONS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "label_printer": (
        "conditions", ("paper_out", "head_open", "ribbon_out", "hot", "paper_jam", "paused")
    ),
    "receipt_printer": (
        "receipt_conditions", ("paper_out", "head_open", "paper_low", "hot", "paper_jam", "paused")
    ),
}  # fmt: skip


class Printer(Part):
    """One printer's conditions, each by itself."""

    def __init__(self, slot: str, order: Order, parent: QWidget | None = None) -> None:
        super().__init__(order, parent)
        self._slot = slot
        self._member, names = CONDITIONS[slot]
        self._boxes: dict[str, QCheckBox] = {}
        title = QLabel(self)
        title.setProperty("role", "title")
        self.says(lambda texts: title.setText(texts(f"slot.{slot}")))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(2)
        grid.addWidget(title, 0, 0, 1, 2)
        for at, name in enumerate(names):
            box = self.switch(f"bench_{slot}_{name}", f"bench.condition.{name}", partial(self._switch, name))
            self._boxes[name] = box
            grid.addWidget(box, 1 + at // 2, at % 2)

    def _switch(self, name: str, on: bool) -> None:
        self.order("condition", {"name": name, "on": int(on), "slot": self._slot})

    def show_state(self, state: State) -> None:
        """What the printer itself says."""
        found = state.get(self._member)
        for name, box in self._boxes.items():
            box.setChecked(isinstance(found, list) and name in found)


class Plugs(Part):
    """The cable of each device; ticked: it is in."""

    def __init__(self, order: Order, parent: QWidget | None = None) -> None:
        super().__init__(order, parent)
        self._boxes: dict[str, QCheckBox] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(2)
        grid.addWidget(self.caption("bench.plugs"), 0, 0, 1, 2)
        for at, slot in enumerate(PLUGS):
            box = self.switch(f"bench_plug_{slot}", f"slot.{slot}", partial(self._switch, slot))
            box.setChecked(True)
            self._boxes[slot] = box
            grid.addWidget(box, 1 + at, 0)

    def _switch(self, slot: str, plugged: bool) -> None:
        self.order("replug" if plugged else "unplug", {"slot": slot})

    def show_state(self, state: State) -> None:
        """Which cables are in."""
        out, here = state.get("unplugged"), state.get("slots")
        for slot, box in self._boxes.items():
            box.setEnabled(not isinstance(here, list) or slot in here)
            box.setChecked(not (isinstance(out, list) and slot in out))


class Network(Part):
    """The line to headquarters: up, slow, cut."""

    def __init__(self, order: Order, parent: QWidget | None = None) -> None:
        super().__init__(order, parent)
        self._group = QButtonGroup(self)
        self._radios: dict[str, QRadioButton] = {}
        row = QHBoxLayout()
        row.setSpacing(6)
        for line in LINES:
            radio = self._named(QRadioButton(self), f"bench_line_{line}", f"bench.line.{line}")
            self.acts(radio, partial(self._set, line))
            self._group.addButton(radio)
            self._radios[line] = radio
            row.addWidget(radio)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.caption("bench.network"))
        column.addLayout(row)

    def _set(self, line: str, _checked: bool = False) -> None:
        self.order("network", {"line": line})

    def show_state(self, state: State) -> None:
        """How the line is; without one of our own there is nothing to cut."""
        line = str(state.get("network", ""))
        for name, radio in self._radios.items():
            radio.setEnabled(bool(line))
            if name == line:
                radio.setChecked(True)


class Clock(Part):
    """Time passes faster, or is gone; headquarters puts it right when it answers."""

    def __init__(self, order: Order, parent: QWidget | None = None) -> None:
        super().__init__(order, parent)
        self._texts = Texts("zh")
        self._clock: Mapping[str, object] = {}
        self._shown = QLabel(self)
        self._shown.setObjectName("bench_clock")
        self._shown.setProperty("role", "semi")
        self._fast = self.switch("bench_fast", "bench.fast", self._run)
        self._buttons = [
            self.button("bench_hour", "bench.hour", partial(self._act, "jump", HOUR)),
            self.button("bench_day", "bench.day", partial(self._act, "jump", DAY)),
            self.button("bench_1970", "bench.dead", partial(self._act, "dead", 0)),
            self.button("bench_right", "bench.right", partial(self._act, "right", 0)),
        ]
        top, row, last = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.caption("bench.clock"))
        top.addStretch(1)
        top.addWidget(self._shown)
        for button in self._buttons[:2]:
            row.addWidget(button)
        for button in self._buttons[2:]:
            last.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for each in (top, row, last):
            each.setSpacing(6)
            column.addLayout(each)
        column.addWidget(self._fast)
        self._note = self.caption("bench.clock_note", "caption")
        self._note.setWordWrap(True)
        column.addWidget(self._note)
        self.says(self._say)

    def _act(self, act: str, value: int) -> None:
        self.order("clock", {"act": act, "value": value})

    def _run(self, on: bool) -> None:
        self._act("run", FAST if on else 1)

    def show_state(self, state: State) -> None:
        """How the clock goes; only the demonstration has one that moves."""
        clock = state.get("clock")
        self._clock = clock if isinstance(clock, dict) else {}
        for control in (*self._buttons, self._fast):
            control.setEnabled(bool(self._clock))
        self._fast.setChecked(self._clock.get("speed", 1) != 1)
        self._say_clock()

    def _say(self, texts: Texts) -> None:
        self._texts = texts
        self._note.ensurePolished()  # its height follows from its width, which a flow does not ask for
        self._note.setMinimumHeight(self._note.heightForWidth(PART))
        self._say_clock()

    def _say_clock(self) -> None:
        texts, ahead = self._texts, self._clock.get("ahead", 0)
        if self._clock.get("dead"):
            self._shown.setText(f"■ {texts('bench.clock.dead')}")
        elif isinstance(ahead, int) and ahead:
            minutes = ahead // 60
            shown = f"{minutes // 1440}d {minutes // 60 % 24:02d}:{minutes % 60:02d}"
            self._shown.setText(f"▲ {texts('bench.clock.ahead', time=shown)}")
        else:
            self._shown.setText(f"● {texts('bench.clock.right')}")
