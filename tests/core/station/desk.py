"""A station over memory, driven as the screen and the lanes drive it."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

from core import commands as c
from core.devices import CardLifted, CardRead, CodeScanned, PrintJob, PrintOutcome, Slot
from core.identity.card import DocumentKind, IdCard, Sex
from core.rules import load_rules
from core.station.live import Live, StationSettings
from core.station.station import Station
from core.view import CounterView, VisitView
from tests.core.memory import BRANCH, TERMINAL, MemoryVault, StandingPrinter

RULES = load_rules(Path(__file__).parents[3] / "resources" / "rules")
WAYBILLS = ("EA473124829CN", "EA473124815CN", "EA100000003CN")


def card(name: str = "证件样本", number: str = "11010519491231002X", read: str = "r-1") -> IdCard:
    """The published specimen."""
    return IdCard(
        read, DocumentKind.RESIDENT, name, Sex.FEMALE, "01", dt.date(1949, 12, 31),
        "北京市朝阳区样本街道1号院1号楼101室", number, "北京市公安局朝阳分局", dt.date(2020, 1, 1),
        dt.date(2040, 1, 1),
    )  # fmt: skip


class Counter:
    """One station; every call waits for its view."""

    rules = RULES

    def __init__(
        self,
        vault: MemoryVault | None = None,
        *,
        receipts: bool = False,
        labels: bool = True,
        stickers: bool = False,
    ) -> None:
        self.vault = vault or MemoryVault()
        self.receipts = receipts
        self.printer = StandingPrinter()
        self.steps: list[str] = []
        self.views: list[CounterView] = []
        self.live = Live(
            StationSettings(BRANCH, TERMINAL, receipts=receipts, labels=labels, stickers=stickers),
            self.vault,
            self.vault,
            self.vault.machine,
            self.rules,
            self.steps.append,
        )
        self.station = Station(self.live, self.printer, self.publish)
        self.station.start()

    def publish(self, view: CounterView) -> None:
        """Every view, on the station's thread."""
        self.views.append(view)

    def do(self, *commands: c.Command) -> CounterView:
        """Submit in one go, then wait for all: errors are on the screen, not raised here."""
        for future in [self.station.submit(command) for command in commands]:
            future.exception(10)
        return self.views[-1]

    def settle(self) -> CounterView:
        """Everything queued so far is done."""
        return self.do(c.DismissMessage())

    def shown(self) -> CounterView:
        """The view of everything queued so far; nothing is done."""
        self.station._enqueue(lambda: None, shown=True).result(10)
        return self.views[-1]

    def look_up_one(self) -> None:
        """One item is accepted, and stands in the look-up."""
        self.sender()
        self.parcel(WAYBILLS[0])
        self.do(c.Commit(), c.NextItem())
        self.lift()
        self.do(c.NextCustomer(), c.LookUp("1"))

    def log_in(self, operator: str = "OP10001", password: str = "yi-er-san") -> CounterView:
        return self.do(c.LogIn(operator, password))

    def place(self, document: IdCard | None = None) -> CounterView:
        self.station.device_event(CardRead(Slot.ID_READER, document or card()))
        return self.look()

    def lift(self) -> CounterView:
        self.station.device_event(CardLifted(Slot.ID_READER))
        return self.look()

    def scan(self, code: str) -> CounterView:
        self.station.device_event(CodeScanned(Slot.SCANNER, code, "]C0"))
        return self.look()

    def look(self) -> CounterView:
        """Wait without changing anything on the screen."""
        self.do(c.CloseLookUp())
        return self.views[-1]

    def type(self, **fields: str) -> CounterView:
        return self.do(*(c.SetField(c.Field(name), text) for name, text in fields.items()))

    def sender(self) -> CounterView:
        """Everything of a sender."""
        self.place()
        self.type(sender_phone="13800138000", sender_address="北京市朝阳区样本街道1号")
        return self.do(c.ConfirmOriginal(), c.AcknowledgeNotice(c.Acknowledgement.SPOKEN))

    def parcel(self, waybill: str) -> CounterView:
        """Everything of an item but F9."""
        self.scan(waybill)
        self.type(
            contents="衣物",
            quantity="1",
            weight="1.284",
            recipient_name="示例乙",
            recipient_phone="13900139021",
            recipient_address="上海市浦东新区世纪大道100号2楼",
        )
        return self.do(c.ConfirmInspected(), c.SetSecurity(c.Security.HERE))

    def labelled(self, *waybills: str) -> list[str]:
        """Items of one sender at a counter without receipts, their labels scanned back; the labels' codes."""
        tokens, before = list[str](), len(self.printer.jobs)
        self.sender()
        for place, waybill in enumerate(waybills, 1):
            if place > 1:
                self.do(c.NextItem())
            self.parcel(waybill)
            self.do(c.Commit())
            job = self.paper(before + place)[-1]
            self.print(job)
            tokens.append(job.label.token)
            self.scan(tokens[-1])
        return tokens

    def visit(self) -> VisitView:
        visit = self.views[-1].visit
        assert visit is not None
        return visit

    def print(self, job: PrintJob, outcome: PrintOutcome = PrintOutcome.PRINTED, fault: str = "") -> bool:
        """What a lane does with a job."""
        started = self.station.starting(job)
        self.station.ended(job, outcome, fault)
        self.look()
        return started

    def paper(self, jobs: int) -> list[PrintJob]:
        """The jobs handed to printers, once there are so many: a receipt is made when nothing else is."""
        deadline = time.monotonic() + 20
        while len(self.printer.jobs) < jobs:
            assert time.monotonic() < deadline, "no such job"
            time.sleep(0.005)
        return self.printer.jobs

    def kinds(self) -> list[str]:
        return [entry.header.kind for entry in self.vault.journal.rows]

    def message(self) -> str:
        message = self.views[-1].message
        return message.code if message else ""
