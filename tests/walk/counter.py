"""A whole counter without a window, for walks from the serial port to headquarters."""

from __future__ import annotations

from pathlib import Path

from core import commands as c
from core.config import load_config
from core.devices import DeviceState
from core.view import CounterView, VisitView
from program.demonstration import OPERATOR, PASSWORD, Demonstration
from program.terminal import Parts
from tests.walk.watching import PATIENCE_SECONDS, Watching


class WalkingCounter(Watching):
    """A terminal over the demonstration's devices and headquarters; waits for what it should see."""

    def __init__(self, around: Demonstration, parts: Parts | None = None) -> None:
        self.around = around
        config = load_config(around.config_path)
        self._slots = set(config.devices)
        super().__init__(config, around.data, parts)

    def visit(self) -> VisitView:
        """The visit on the screen."""
        assert self.view is not None
        assert self.view.visit is not None
        return self.view.visit

    def do(self, *commands: c.Command) -> None:
        """Submit and wait until each was worked off."""
        for future in [self.terminal.station.submit(command) for command in commands]:
            future.exception(PATIENCE_SECONDS)

    def log_in(self) -> None:
        """The demonstration's clerk; all devices ready."""
        self.do(c.LogIn(OPERATOR, PASSWORD))
        self.until(
            "devices",
            lambda view: (
                {truth.slot for truth in view.devices if truth.state is DeviceState.READY} == self._slots
            ),
        )

    def tell(self, do: str, **facts: object) -> dict[str, object]:
        """An order to the simulated devices."""
        reply = self.around.control().tell(do, **facts)
        assert reply["ok"], reply
        return reply

    def sender(self, card: str) -> None:
        """The card on the reader, the original seen, the notice given."""
        self.tell("place", card=card)
        self.until("card", lambda view: view.visit is not None and view.visit.sender is not None)
        self.do(
            c.SetField(c.Field.SENDER_PHONE, "13800138000"),
            c.SetField(c.Field.SENDER_ADDRESS, "北京市朝阳区样本街道1号"),
            c.ConfirmOriginal(),
            c.AcknowledgeNotice(c.Acknowledgement.SPOKEN),
        )

    def parcel(self, waybill: str, weight: str = "1.284") -> None:
        """Everything of an item but F9; the waybill comes through the scanner's port."""
        self.tell("scan", code=waybill)
        self.until(
            "scan", lambda view: view.visit is not None and view.visit.fields[c.Field.WAYBILL].text == waybill
        )
        fields = {
            "contents": "衣物",
            "quantity": "1",
            "weight": weight,
            "recipient_name": "示例乙",
            "recipient_phone": "13900139021",
            "recipient_address": "上海市浦东新区世纪大道100号2楼",
        }
        self.do(*(c.SetField(c.Field(name), text) for name, text in fields.items()))
        self.do(c.ConfirmInspected(), c.SetSecurity(c.Security.HERE))

    def printed(self) -> CounterView:
        """No label and no receipt waits any more."""
        return self.until("paper", lambda view: view.last is not None and not view.pending)

    def at_headquarters(self) -> CounterView:
        """Everything is at HQ."""
        live = self.terminal.station._live  # what the pump told last may be of before the newest entry
        return self.until(
            "sync",
            lambda view: (
                view.sync.state == "ok"
                and view.sync.unsent == 0
                and live.received == live.state.head.seq
                and (view.last is None or view.last.at_headquarters)
            ),
        )

    def labels(self) -> list[Path]:
        """The pages that came out of the printer."""
        return sorted((self.around.devices / "labels").glob("page-*.png"))

    def receipts(self) -> list[Path]:
        """The slips that came out of the receipt printer."""
        return sorted((self.around.devices / "receipts").glob("page-*.png"))
