"""A whole counter for the benches: the demonstration's headquarters and devices, a real store."""

from __future__ import annotations

import queue
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core import commands as c
from core.acceptance.waybill import s10_check_digit
from core.devices import CardLifted, CardRead, CodeScanned, PrintJob, PrintOutcome, Slot
from core.view import CounterView
from program import interpreter
from program.demonstration import Demonstration
from program.terminal import Parts
from tests.core.station.desk import card
from tests.walk.counter import WalkingCounter

_FIELDS = {
    "contents": "衣物", "quantity": "1", "weight": "1.284", "recipient_name": "示例乙",
    "recipient_phone": "13900139021", "recipient_address": "上海市浦东新区世纪大道100号2号楼3单元401室",
}  # fmt: skip


def waybill(number: int) -> str:
    """A valid S10 number."""
    serial = f"{number:08d}"
    return f"EA{serial}{s10_check_digit(serial)}CN"


@contextmanager
def demonstration(database: str | None = None) -> Iterator[Demonstration]:
    """Headquarters and devices up, the counter enrolled; everything gone afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="counter-bench-") as directory,
        Demonstration(Path(directory) / "b", None, whole=True, database=database) as around,
    ):
        around.give_way()
        yield around


class Clerk:
    """Feeds the station as lanes and screen do, as fast as it takes it."""

    def __init__(self, counter: WalkingCounter) -> None:
        self.counter = counter
        self.station = counter.terminal.station
        self.items = 0

    def sender(self) -> None:
        """A verified sender."""
        self.station.device_event(CardRead(Slot.ID_READER, card()))
        self.counter.do(
            c.SetField(c.Field.SENDER_PHONE, "13800138000"),
            c.SetField(c.Field.SENDER_ADDRESS, "北京市朝阳区样本街道1号院1号楼101室"),
            c.ConfirmOriginal(),
            c.AcknowledgeNotice(c.Acknowledgement.SPOKEN),
        )

    def leave(self) -> None:
        """The customer goes."""
        self.station.device_event(CardLifted(Slot.ID_READER))
        self.counter.do(c.NextCustomer())

    def parcel(self) -> None:
        """An item up to F9."""
        self.items += 1
        self.station.device_event(CodeScanned(Slot.SCANNER, waybill(self.items)))
        self.counter.do(*(c.SetField(c.Field(name), text) for name, text in _FIELDS.items()))
        self.counter.do(c.ConfirmInspected(), c.SetSecurity(c.Security.HERE))

    def press(self) -> int:
        """F9; ``perf_counter_ns`` of the press."""
        pressed = time.perf_counter_ns()
        self.counter.do(c.Commit(pressed))
        return pressed

    def whole(self) -> int:
        """A visit of one item."""
        self.sender()
        self.parcel()
        pressed = self.press()
        self.leave()
        return pressed


class PaperAtOnce:
    """Prints between two items, as fast as it is told: its own commits do not stand beside F9's."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[PrintJob] = queue.SimpleQueue()

    def submit(self, job: PrintJob) -> None:
        """Waits for :meth:`finish`."""
        self._jobs.put(job)

    def finish(self, person: Clerk) -> None:
        """Label and receipt are printed, and the label is scanned on its parcel."""
        for _ in range(2):
            job = self._jobs.get(timeout=10)
            assert person.station.starting(job)
            person.station.ended(job, PrintOutcome.PRINTED)
        person.station.device_event(CodeScanned(Slot.SCANNER, waybill(person.items)))

    def take_receipts(self, person: Clerk) -> None:
        """Receipts too, which :class:`Parts` leaves to their own printer."""
        slots = person.station._paper.receipts._printer
        slots.lanes[Slot.RECEIPT_PRINTER] = self  # type: ignore[attr-defined]


@contextmanager
def clerk(around: Demonstration, parts: Parts | None = None) -> Iterator[Clerk]:
    """Logged in, devices ready."""
    with WalkingCounter(around, parts) as counter:
        counter.log_in()
        interpreter.settle()
        yield Clerk(counter)


def labels_done(view: CounterView) -> bool:
    """No label waits."""
    return not view.pending
