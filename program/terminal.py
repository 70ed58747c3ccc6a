"""One terminal put together: vault, store, station, lanes.  Tests and benches use it without a window."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from core.config import Config, DeviceConfig
from core.devices import DeviceChanged, DeviceState, DeviceTruth, PrintJob, Slot
from core.errors import ConfigError, ConfigFault
from core.ledger.clock import business_date
from core.paper_pictures import Camera
from core.ports import Clock, Journal, Printer, PrintLog, Probe, no_probe
from core.rules import RuleBook, load_rules
from core.station.live import Live, StationSettings
from core.station.station import Station
from core.view import CounterView, SyncView
from devices.camera.lane import FolderCameraLane
from devices.idcard.lane import ReaderLane
from devices.printer.form import PageMaker, label_size
from devices.printer.lane import LABEL_LANGUAGES, LabelPrinterLane, ReceiptPrinterLane
from devices.printer.page_process import PageProcess
from devices.printer.queue import PrinterLane
from devices.rack import Drivers, Rack
from devices.scale.lane import ScaleLane, nci_lane, sics_lane
from devices.scanner.serial import ScannerLane, WedgeLane
from devices.smartcard.pcsc_lane import PcscCardLane
from devices.smartcard.software import SoftwareCardLane
from devices.smartcard.tray import CardTray
from program.activating import Activating
from program.evidence_files import OwnEvidence
from program.examples import with_examples
from program.machine import SystemClock
from program.slip_files import DaySlipFiles
from program.told import LastTold
from storage.gate_file import GateFile
from storage.headquarters import TimeTold
from storage.keeper import BackupKeeper, BackupPlan
from storage.link import Route
from storage.pump import Listeners, PumpSettings
from storage.store import FileStore, Replication
from storage.vault import FileVault

RESOURCES = Path(__file__).parents[1] / "resources"
PRINTERS = (Slot.LABEL_PRINTER, Slot.RECEIPT_PRINTER, Slot.STICKER_PRINTER)
FirstByte = Callable[[PrintJob, int], None]


@dataclass(frozen=True, slots=True)
class Parts:
    """What tests and benches may put in another's place; the product takes the defaults."""

    clock: Clock | None = None
    probe: Probe = no_probe
    pump: PumpSettings | None = None
    first_byte: FirstByte | None = None
    rules: RuleBook | None = None
    printer: Callable[[Printer | None, PrintLog], Printer | None] | None = None
    page_process: bool = True  # pages are made in a process beside this one


class ConfiguredStore(FileStore):
    """The store, if it is that of the terminal which the configuration names; backed up as it says."""

    branch = expected = ""
    plan: BackupPlan | None = None
    _keeper: BackupKeeper | None = None

    def open(self) -> Journal:
        """As :meth:`FileStore.open`; also raises ConfigError where the vault is another terminal's.

        Another branch's too: labels and receipts print the configured one, and headquarters granted one.
        """
        grant = self._vault.grant()
        said = {"terminal": (self.expected, grant.terminal), "branch": (self.branch, grant.branch)}
        for key, (value, found) in said.items():
            if value != found:
                raise ConfigError(ConfigFault.WRONG_VALUE, key=f"station.{key}", value=value, expected=found)
        journal = super().open()
        if self.plan is not None and self._keeper is None:
            self._keeper = BackupKeeper(self._directory, self._vault, self._clock, self.plan)
            self._keeper.start()
        return journal

    def close(self) -> None:
        """As :meth:`FileStore.close`, the backups first."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.stop()
        super().close()


class PrinterSlots:
    """Hands each job to the lane of its slot; without one the page stays due, and that is shown."""

    def __init__(self) -> None:
        self.lanes: dict[Slot, Printer] = {}

    def submit(self, job: PrintJob) -> None:
        """See :class:`core.ports.Printer`."""
        lane = self.lanes.get(job.slot)
        if lane is not None:
            lane.submit(job)


class Terminal:
    """Everything but the window.  ``publish`` gets every view, on the station's thread."""

    def __init__(
        self,
        config: Config,
        data: Path,
        publish: Callable[[CounterView], None],
        *,
        demonstration: bool = False,
        parts: Parts | None = None,
    ) -> None:
        """Raises ConfigError for devices that cannot be; nothing is opened yet."""
        parts = parts or Parts()
        clock = parts.clock or SystemClock()
        rules = parts.rules or load_rules(RESOURCES / "rules")
        if demonstration:
            rules = with_examples(rules)
        tray = CardTray()
        vault = self.vault = FileVault(data, clock, lockout(rules), parts.probe, tray)
        listeners = Listeners(
            self._synced,
            self._time_told,
            lambda directives: self.station.directives_told(directives),
            lambda what: self.station.directive_fault(what),
            lambda read: self.station.late_told(read),
        )
        replication = Replication(
            config.headquarters.url,
            listeners,
            parts.pump or PumpSettings(),
            Route(proxy=config.headquarters.proxy),
        )
        store = ConfiguredStore(data, vault, clock, replication, probe=parts.probe)
        store.expected, store.branch = config.station.terminal, config.station.branch
        if config.backup is not None:
            store.plan = BackupPlan(
                config.backup.folder,
                dt.timedelta(hours=config.backup.every_hours),
                lambda: rules.at(business_date(clock.wall())).limits.backup_days,
                lambda fault: self.station.backup_told(fault),
            )
        self._told = LastTold(data)
        self.config, self._demonstration = config, demonstration
        live = Live(settings_of(config, demonstration), vault, store, clock, rules, parts.probe)
        live.slip_files = DaySlipFiles(data)
        live.gate = self.gate = GateFile(data)
        printers = self._printers = PrinterSlots()
        activation = Activating(data, config.headquarters, clock, tray)
        evidence = OwnEvidence(lambda: live.journal, vault)
        self.station = Station(live, printers, publish, activation, evidence)
        self._pages = PageProcess() if parts.page_process else None
        known = self._known = drivers(self.station, parts.first_byte, self._pages, tray)
        served = [device for device in config.used.values() if (device.slot, device.driver) in known]
        self._later = [device for device in config.devices.values() if device not in served]
        self.rack = Rack(served, known, self.station.device_event)
        for slot in PRINTERS:
            lane = self.rack.lane(slot)
            printer: Printer | None = lane if isinstance(lane, PrinterLane) else None
            if parts.printer is not None and slot is Slot.LABEL_PRINTER:
                printer = parts.printer(printer, self.station)
            if printer is not None:
                printers.lanes[slot] = printer
        self._pictures = live.pictures
        self._look_through()

    def start(self) -> None:
        """Start the station, then the lanes."""
        self.station.start()
        before = self._told.read()
        if before is not None:
            self.station.sync_changed(before, 0)
        for device in self._later:
            self._say_disabled(device.slot, device.driver)
        self.rack.start()

    def _say_disabled(self, slot: Slot, driver: str) -> None:
        truth = DeviceTruth(slot, DeviceState.DISABLED, "", {"driver": driver})
        self.station.device_event(DeviceChanged(truth))

    def reconfigure(self, config: Config, slot: Slot) -> None:
        """One slot from now on as ``config`` says; the others go on, and nobody has to start anew.

        What a printer had waiting goes to its new lane; where none follows, it is certainly not printed.
        Raises ConfigError, DeviceError BUSY where the lane did not end in time, and then nothing has
        changed.  Not from the main thread: a lane may take two seconds to end.
        """
        device, before = config.devices.get(slot), self.rack.lane(slot)
        if device is not None and device.enabled and (slot, device.driver) in self._known:
            lane = self.rack.put(device)
            if isinstance(lane, PrinterLane):
                self._printers.lanes[slot] = lane
                for job in before.left_over() if isinstance(before, PrinterLane) else ():
                    lane.submit(job)
        else:
            self.rack.take_out(slot)
            self._printers.lanes.pop(slot, None)
            if isinstance(before, PrinterLane):
                before.give_up()
            self._say_disabled(slot, device.driver if device is not None else "")
        self._look_through()
        self.config = config
        self.station.configured(settings_of(config, self._demonstration))
        self.rack.resume(slot)

    def _look_through(self) -> None:
        """Whatever lane takes pictures now is what the station asks."""
        lane: object = self.rack.lane(Slot.CAMERA)
        self._pictures.camera = lane if isinstance(lane, Camera) else None

    def stop(self) -> None:
        """Lanes first, so that nothing is begun that the station cannot record; never hangs."""
        self.rack.stop()
        self.station.stop()
        if self._pages is not None:
            self._pages.close()

    def _synced(self, sync: SyncView, received: int) -> None:
        self._told.write(sync)
        self.station.sync_changed(sync, received)

    def _time_told(self, told: TimeTold) -> None:
        self.station.time_told(told.anchor, told.nonce, told.signature, told.signer)


def settings_of(config: Config, demonstration: bool) -> StationSettings:
    """What the station wants to know of the configuration."""
    used = config.used
    return StationSettings(
        config.station.branch,
        config.station.terminal,
        demonstration,
        receipts=Slot.RECEIPT_PRINTER in used,
        labels=Slot.LABEL_PRINTER in used,
        stickers=Slot.STICKER_PRINTER in used,
        paper={
            slot: label_size(used[slot])
            for slot in (Slot.LABEL_PRINTER, Slot.STICKER_PRINTER)
            if slot in used
        },
        configuration={} if demonstration else config.parts,  # written anew at each start of that
    )


def drivers(
    log: PrintLog,
    first_byte: FirstByte | None = None,
    pages: PageMaker | None = None,
    tray: CardTray | None = None,
) -> Drivers:
    """Which drivers this version has, by slot and name; operators' cards come into ``tray``."""
    cards = tray or CardTray()
    found: Drivers = {
        (Slot.ID_READER, "sam"): ReaderLane,
        (Slot.SCANNER, "serial"): ScannerLane,
        (Slot.SCANNER, "wedge"): WedgeLane,
        (Slot.CAMERA, "folder"): FolderCameraLane,
        (Slot.SCALE, "ascii"): ScaleLane,
        (Slot.SCALE, "sics"): sics_lane,
        (Slot.SCALE, "nci"): nci_lane,
        (Slot.CARD_READER, "software"): lambda config, report: SoftwareCardLane(config, report, cards),
        (Slot.CARD_READER, "pcsc"): lambda config, report: PcscCardLane(config, report, cards),
        (Slot.RECEIPT_PRINTER, "escpos"): lambda config, report: ReceiptPrinterLane(
            config, report, log, pages=pages
        ),
    }
    labels: Drivers = {
        (slot, name): lambda config, report: LabelPrinterLane(
            config, report, log, pages=pages, first_byte=first_byte
        )
        for slot in (Slot.LABEL_PRINTER, Slot.STICKER_PRINTER)
        for name in LABEL_LANGUAGES
    }
    return {**found, **labels}


def lockout(rules: RuleBook) -> Callable[[int], int]:
    """Seconds to wait after so many failures: the newest edition's, for nobody is logged in yet."""
    return rules.editions[-1].password.wait_seconds


def with_links(config: Config, links: Mapping[Slot, DeviceConfig]) -> Config:
    """The configuration with some devices replaced, for simulation."""
    return replace(config, devices={**config.devices, **links})


def threads_left() -> list[str]:
    """Names of our threads that still run; for a clean end to be checked."""
    return [t.name for t in threading.enumerate() if t.name.startswith(("lane-", "station", "pump"))]
