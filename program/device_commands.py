"""``main.py device list|ports|test|read``: what is configured or connected, whether it answers, one read."""

from __future__ import annotations

import argparse
import json
import queue
import time
from dataclasses import dataclass

from core.config import Config, load_config
from core.devices import (
    CardFailed,
    CardRead,
    CardReading,
    DeviceChanged,
    DeviceEvent,
    DeviceState,
    OperatorCardIn,
    PrintJob,
    PrintOutcome,
    Slot,
    Weighed,
)
from core.errors import (
    CardError,
    CardFault,
    ConfigError,
    ConfigFault,
    DeviceError,
    DeviceFault,
    RuleError,
    RuleFault,
)
from core.identity.check import check_card
from core.identity.masking import mask_name, mask_number_for_record
from core.ledger.clock import business_date
from core.operator_cards import need_supported
from core.rules import load_rules
from devices.conformance import CheckName, check_device
from devices.rack import Rack
from devices.smartcard.pcsc import card_readers
from devices.smartcard.pcsc_lane import SCHEME
from devices.usb import device_root, usb_ports
from program.calibrating import calibrate
from program.machine import SystemClock
from program.places import config_path, default_data
from program.terminal import RESOURCES, drivers

SOUND, UNSOUND = 0, 1
_READ_SECONDS = 30.0


class NoLog:
    """No page is ever printed by these commands."""

    def starting(self, job: PrintJob) -> bool:
        """See :class:`core.ports.PrintLog`."""
        return False

    def ended(self, job: PrintJob, outcome: PrintOutcome, fault: str = "") -> None:
        """See :class:`core.ports.PrintLog`."""


@dataclass
class _Watch:
    """Runs one slot's lane and hands out its events."""

    config: Config
    slot: Slot

    def __post_init__(self) -> None:
        self.events: queue.SimpleQueue[DeviceEvent] = queue.SimpleQueue()
        device = self.config.devices.get(self.slot)
        if device is None:
            raise ConfigError(ConfigFault.MISSING_KEY, key=f"devices.{self.slot.value}")
        self.rack = Rack([device], drivers(NoLog()), self.events.put)

    def until(self, seconds: float) -> DeviceEvent | None:
        """The next event within so many seconds."""
        try:
            return self.events.get(timeout=max(0.0, seconds))
        except queue.Empty:
            return None


def run(options: argparse.Namespace) -> int:
    """Needs no vault: nothing here is stored.  ``ports`` needs no configuration either."""
    if options.action == "ports":
        return _ports(as_json=options.json)
    config = load_config(options.config or config_path(options.data or default_data(demonstration=False)))
    if options.action == "list":
        for device in config.devices.values():
            row = {"slot": device.slot.value, "driver": device.driver, "link": device.link}
            print(json.dumps(row) if options.json else f"{row['slot']:<16} {row['driver']:<8} {row['link']}")
        return SOUND
    slot = _slot(options.slot, config)
    if options.action == "test":
        return _test(config, slot, as_json=options.json)
    if options.action == "calibrate":
        return calibrate(config.devices[slot], options.png)
    watch = _Watch(config, slot)
    watch.rack.start()
    try:
        return _read(watch)
    finally:
        watch.rack.stop()


def _ports(*, as_json: bool) -> int:
    """What is connected over USB now, each with the link that finds it again; then readers of cards."""
    for port in usb_ports(device_root()):
        stable = f"serial:///dev/serial/by-id/{port.stable}" if port.stable else ""
        row = {"link": port.url, "port": str(port.path), "name": port.name, "stable": stable}
        line = f"{port.url:<36} {port.path!s:<16} {port.name}  {stable}".rstrip()
        print(json.dumps(row, ensure_ascii=False) if as_json else line)
    for name in card_readers():
        row = {"link": f"{SCHEME}{name}", "port": "", "name": name, "stable": ""}
        print(json.dumps(row, ensure_ascii=False) if as_json else row["link"])
    return SOUND


def _slot(name: str, config: Config) -> Slot:
    if name not in [slot.value for slot in config.devices]:
        known = ", ".join(slot.value for slot in config.devices)
        raise ConfigError(ConfigFault.WRONG_VALUE, key="SLOT", value=name[:40], expected=known)
    return Slot(name)


def _test(config: Config, slot: Slot, *, as_json: bool) -> int:
    """The checks that every driver passes, at this device; each a line as it is done, then the whole.

    Nothing is printed or read by it.  What a failure means, and what to do, stands behind it.
    """
    from ui.text import Texts

    texts, done = Texts(config.station.language), []
    for check in check_device(config.devices[slot], drivers(NoLog())):
        done.append(check)
        if not as_json:
            said = texts.sentence(check.fault, dict(check.facts)) if check.fault else ""
            print(f"{check.name.value:<8} {'ok' if check.ok else 'FAILED'} {said}".rstrip(), flush=True)
            if slot is Slot.CAMERA and check.name is CheckName.STEADY and check.ok:
                print(f"{'':<8} {texts('console.paper_now')}", flush=True)
    sound = all(check.ok for check in done)
    telling = next((check for check in done if not check.ok), done[1] if len(done) > 1 else done[0])
    if as_json:
        whole = {
            "slot": slot.value,
            "state": telling.state.value,
            "fault": telling.fault,
            "facts": dict(telling.facts),
            "checks": {check.name.value: check.ok for check in done},
        }
        print(json.dumps(whole))
    else:
        print(f"{slot.value}: {telling.state.value}")
    return SOUND if sound else UNSOUND


def _read(watch: _Watch) -> int:
    """One document as one JSON line: kind, masked fields, checks, milliseconds per step; or a weight."""
    if watch.slot is Slot.SCALE:
        return _weigh(watch)
    if watch.slot is Slot.CARD_READER:
        return _operator_card(watch)
    if watch.slot is not Slot.ID_READER:
        raise RuleError(RuleFault.NOT_ALLOWED, slot=watch.slot.value)
    begun = found = time.perf_counter()
    end, last = time.monotonic() + _READ_SECONDS, ""
    while (event := watch.until(end - time.monotonic())) is not None:
        if isinstance(event, DeviceChanged):
            last = event.truth.fault
        elif isinstance(event, CardReading):
            found = time.perf_counter()
        elif isinstance(event, CardFailed):
            raise DeviceError(DeviceFault(event.fault), document=event.facts.get("document"))
        elif isinstance(event, CardRead):
            print(json.dumps(_card_line(event, begun, found), ensure_ascii=False))
            return SOUND
    raise DeviceError(DeviceFault(last) if last else DeviceFault.NO_CARD)


def _weigh(watch: _Watch) -> int:
    """What lies on the pan, once it stands still.  Raises DeviceError with what the scale last said."""
    begun, end, last = time.perf_counter(), time.monotonic() + _READ_SECONDS, ""
    while (event := watch.until(end - time.monotonic())) is not None:
        if isinstance(event, DeviceChanged):
            last = event.truth.fault
            if event.truth.state is DeviceState.GONE:
                break
        elif isinstance(event, Weighed) and event.stable:
            ms = round((time.perf_counter() - begun) * 1000, 1)
            print(json.dumps({"kind": "weight", "grams": event.grams, "net": event.net, "ms": ms}))
            return SOUND
    raise DeviceError(DeviceFault(last) if last else DeviceFault.NO_ANSWER)


def _operator_card(watch: _Watch) -> int:
    """What an operator's card says without its PIN; no try of it is lost.

    Raises CardError for a card of no use, DeviceError with what the reader last said.
    """
    begun, end = time.perf_counter(), time.monotonic() + _READ_SECONDS
    while (event := watch.until(end - time.monotonic())) is not None:
        if isinstance(event, DeviceChanged) and event.truth.fault:
            said = event.truth.facts
            raise DeviceError(
                DeviceFault(event.truth.fault), reader=said.get("reader"), found=said.get("found")
            )
        if isinstance(event, OperatorCardIn):
            need_supported(event.card)
            row = {name: getattr(event.card, name) for name in ("serial", "operator", "algorithm", "left")}
            ms = round((time.perf_counter() - begun) * 1000, 1)
            print(json.dumps({"kind": "operator_card", "empty": not event.card.signing, **row, "ms": ms}))
            return SOUND
    raise CardError(CardFault.NONE)


def _card_line(event: CardRead, begun: float, found: float) -> dict[str, object]:
    card, now = event.card, time.perf_counter()
    today = business_date(SystemClock().wall())
    finding = check_card(card, today, load_rules(RESOURCES / "rules").at(today))
    answered = event.answered_ns / 1e9 if event.answered_ns else now
    return {
        "kind": card.kind.value,
        "name": mask_name(card.name),
        "number": mask_number_for_record(card.number),
        "long_term": card.valid_to is None,
        "problems": list(finding.problems),
        "warnings": list(finding.warnings),
        "ms": {
            "until_found": round((found - begun) * 1000, 1),
            "read": round((answered - found) * 1000, 1),
            "parse": round((now - answered) * 1000, 1),
        },
    }
