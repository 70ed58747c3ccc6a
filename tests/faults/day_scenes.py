"""A day at the counter with all that goes wrong in one, logged at the lowest level, ended by a crash."""

from __future__ import annotations

import logging
import os
import resource
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from core import commands as c
from core.commands import Field
from program.cores import leave_no_core
from program.incidents import install
from tests.faults.counter import PASSWORD, Counter, Trap, say
from tests.faults.work import Item, Visit, each, from_json


class BrokenPartError(Exception):
    """A bug whose text quotes a customer, as bugs do."""


class Day:
    """One log-in to one end."""

    def __init__(self, order: Mapping[str, Any], trap: Trap) -> None:
        self.order, self.trap = order, trap
        self.counter = Counter(order, trap)
        self.clerk, self.eyes = self.counter.clerk, self.counter.eyes
        self.counter.terminal.start()
        self.clerk.log_in(order["operator"], PASSWORD)

    def item(self, number: int, visit: Visit, item: Item) -> None:
        """Every item in another way; the numbers only spread the trouble over the day."""
        troubles: dict[int, Callable[[Visit, Item], None]] = {
            2: self._talk_and_lock,
            4: self._bug,
            6: self._wrong_card_and_scan,
            8: self._refuse,
        }
        self.clerk.fill(visit, item, pause_s=0.5 if number % 5 == 0 else 0.0)
        trouble = troubles.get(number % 10)
        if trouble is not None:
            trouble(visit, item)
        self.clerk.accept(visit, item)
        if number % 7 == 0:
            self.clerk.press(c.LookUp(item.waybill))
            self.clerk.press(c.LookUp(visit.items[0].name))
            self.clerk.press(c.CloseLookUp())
            self.clerk.wait_labels()
            self.clerk.press(c.Reprint())

    def _talk_and_lock(self, _visit: Visit, _item: Item) -> None:
        time.sleep(0.6)
        self.clerk.press(c.Lock())
        self.clerk.press(c.LogIn(self.order["operator"], f"{PASSWORD}?"))
        self.clerk.log_in(self.order["operator"], PASSWORD)

    def _bug(self, visit: Visit, item: Item) -> None:
        def raise_once() -> None:
            del self.trap.watch["f9.received"]
            raise BrokenPartError(f"{visit.card} {visit.phone} {item.name} {item.waybill}")

        self.trap.watch["f9.received"] = raise_once
        self.clerk.press(c.Commit())
        message = self.eyes.view.message
        say(incident=message.code if message else "")

    def _wrong_card_and_scan(self, visit: Visit, item: Item) -> None:
        devices = self.counter.devices
        devices.tell("scan", code=f"{item.waybill}{visit.phone}")
        devices.tell("lift")
        time.sleep(0.1)
        devices.tell("place", card="示例丙" if visit.card != "示例丙" else "示例甲")
        time.sleep(0.3)
        devices.tell("quirk", name="read_error", value=0x33)
        devices.tell("lift")
        time.sleep(0.1)
        devices.tell("place", card=visit.card)
        time.sleep(0.3)
        devices.tell("quirk", name="read_error", value=0)

    def _refuse(self, _visit: Visit, _item: Item) -> None:
        self.clerk.press(c.Refuse(c.RefusalReason.CONTENTS_DIFFER))

    def half_typed(self, visit: Visit, item: Item) -> None:
        """What stands there when the program dies: a draft in the file, more of it in memory."""
        self.clerk.fill(visit, item)
        self.clerk.type(Field.RECIPIENT_ADDRESS, item.address, item.waybill)
        time.sleep(0.8)


def day(order: Mapping[str, Any], trap: Trap) -> None:
    """``end``: "crash" (a segmentation fault), "kill" or "well"."""
    logging.basicConfig(filename=order["log"], level=1, force=True)
    install(lambda _number: None)
    leave_no_core()
    running = Day(order, trap)
    if not running.eyes.visit.missing:  # what the last crash left complete is accepted first
        running.clerk.press(c.Commit())
    work = list(each(from_json(order["visits"])))
    for number, (visit, item) in enumerate(work[:-1], 1):
        running.item(number, visit, item)
    running.half_typed(*work[-1])
    say(state="day over")
    if order["end"] == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if order["end"] == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    running.clerk.wait_labels()
    running.clerk.press(c.CloseDay())
    running.counter.terminal.stop()


def crash(order: Mapping[str, Any], _trap: Trap) -> None:
    """A segmentation fault at once, with or without the product's care for cores."""
    os.chdir(Path(order["data"]))
    most = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))
    if order["care"]:
        leave_no_core()
    os.kill(os.getpid(), signal.SIGSEGV)


SCENES: Mapping[str, Callable[[Mapping[str, Any], Trap], None]] = {"day": day, "crash": crash}
