"""A counter is handed over at the end of its first run: counted, signed through its station, put on paper.

The station alone writes: the operator logs in there, signs, and is out again before anything is printed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from core.assistant import Handed, Shop
from core.commands import LogIn, LogOut
from core.delivering import checks_of, devices_of
from core.devices import Slot
from core.errors import CounterError, DeviceError, DeviceFault, Fact, StoreError, StoreFault
from core.handover import HandOverPage, TakeOver
from core.ledger.handover import Delivered
from core.technician import Work
from program.calibrating import print_page
from program.evidence_files import MOUNTS, stick
from program.first_steps import AUTHORITY_NAME
from program.slip_files import export_folder, taken_along, write_slip
from program.version import version
from storage.files import read_small
from storage.reach import fingerprint
from ui.assistant.handover_paper import printed
from ui.text import Texts

if TYPE_CHECKING:
    from program.terminal import Terminal

_LOG_IN_S, _ACT_S, _CHECKS_S, _STEP_S = 60.0, 30.0, 40.0, 0.1
_TONGUE = "zh"  # of receipt paper, whatever the screen speaks
_Said = tuple[str, dict[str, Fact], str]


class Handing:
    """On the assistant's thread.  ``terminal`` gives None until one is put together."""

    def __init__(
        self,
        data: Path,
        terminal: Callable[[], Terminal | None],
        shop: Shop,
        mounts: tuple[str, ...] = MOUNTS,
    ) -> None:
        self._data, self._terminal, self._shop, self._mounts = data, terminal, shop, mounts
        self._page: HandOverPage | None = None

    def count(self, way: str) -> Delivered:
        """What is there now; the checks are made first where nobody made them.  Raises StoreError BUSY."""
        self._standing()
        if not self._shop.look(None).findings:
            self._shop.examine()
        end = time.monotonic() + _CHECKS_S
        while (shop := self._shop.look(None)).work is not Work.NOTHING or not shop.findings:
            if time.monotonic() > end:
                raise StoreError(StoreFault.BUSY, what="checks")
            time.sleep(_STEP_S)
        backup = self._standing().config.backup is not None
        said = version() or "unknown"
        return Delivered(said, way, self._authority(), backup, devices_of(shop), checks_of(shop))

    def take(self, operator: str, password: str, delivered: Delivered, kept: Delivered | None) -> Delivered:
        """She signs; what stands in her entry.  Raises as a log-in and a commit do, StoreError BUSY."""
        station = self._standing().station
        try:
            station.submit(LogIn(operator, password)).result(_LOG_IN_S)
            try:
                page = station.submit(TakeOver(delivered, kept)).result(_ACT_S)
            finally:
                station.submit(LogOut()).result(_ACT_S)
        except TimeoutError:
            raise StoreError(StoreFault.BUSY, what="station") from None
        assert isinstance(page, HandOverPage)
        self._page = page
        return page.slip.what

    def slip(self, language: str) -> tuple[Handed | None, _Said]:
        """Its files, and the page where a receipt printer stands; what is to be said of it."""
        page, file = self._page, ""
        if page is None:
            raise StoreError(StoreFault.MISSING, what="slip")
        said: _Said | None = None
        try:
            file = str(self._written(page, language))
        except CounterError as error:
            said = str(error.code), dict(error.facts), "error"
        fault = self._print(page)
        facts: dict[str, Fact] = {"file": file, "fault": fault}
        if said is None and fault == "":
            said = "first.handed", facts, "good"
        elif said is None:
            said = ("first.handed_file", facts, "good") if fault is None else (
                "first.handed_unprinted", facts, "warning")  # fmt: skip
        return Handed(file, fault == ""), said

    def _standing(self) -> Terminal:
        """The counter, which may be being put together."""
        end = time.monotonic() + _ACT_S
        while (terminal := self._terminal()) is None:
            if time.monotonic() > end:
                raise StoreError(StoreFault.BUSY, what="counter")
            time.sleep(_STEP_S)
        return terminal

    def _authority(self) -> str:
        try:
            return fingerprint(read_small(self._data / AUTHORITY_NAME))
        except StoreError:
            return ""

    def _written(self, page: HandOverPage, language: str) -> Path:
        name = f"hand-over-{page.slip.terminal}-{page.at[:10]}-{page.entry.seq}"
        path = write_slip(page, export_folder(self._data) / name, language)
        plugged = stick(self._mounts)
        if plugged is not None:
            with suppress(StoreError):  # a stick that takes nothing: it is here all the same
                return taken_along(path, plugged)
        return path

    def _print(self, page: HandOverPage) -> str | None:
        """ "" where it came out, None without a printer, else why not."""
        terminal = self._standing()
        device = terminal.config.used.get(Slot.RECEIPT_PRINTER)
        if device is None:
            return None
        try:
            if not terminal.rack.hold(device.slot):
                return str(DeviceFault.BUSY)
            print_page(device, printed(page, Texts(_TONGUE)))
        except DeviceError as error:
            return str(error.code)
        finally:
            terminal.rack.resume(device.slot)
        return ""
