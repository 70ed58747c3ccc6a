"""``main.py doctor``: one line for each thing that must be right, and what to do where it is not.

Without ``--operator`` the vault stays shut: that line says so, and the rest is checked.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core import gate_log
from core.access.rights import Action
from core.config import Config, HeadquartersConfig, load_config
from core.devices import DeviceEvent, DeviceState, DeviceTruth, OperatorCardIn, Slot
from core.errors import (
    ConfigError,
    CounterError,
    DeviceError,
    DeviceFault,
    Fact,
    StoreError,
)
from devices.printer.fonts import FontBook
from devices.rack import DeviceConfig, Drivers, Rack
from program.device_commands import NoLog
from program.journals import check, open_vault
from program.machine import SystemClock
from program.places import config_path, default_data
from program.terminal import drivers
from storage import tls
from storage.backup import same_disk
from storage.files import read_small
from storage.gate_file import ASIDE
from storage.headquarters import BestClock, Headquarters
from storage.keeper import last_backup
from storage.link import HqLink, Route
from storage.pump import Listeners
from storage.store import RESTORED_NAME, Replication, connect, open_reader
from storage.vault import FileVault
from ui.text import Texts

SOUND, UNSOUND = 0, 1
OK, WARN, BAD, SKIPPED = "ok", "warn", "bad", "not opened"
_CAPTIONS = {
    "config": "doctor.name.config",
    "disk": "doctor.name.disk",
    "backup": "doctor.name.backup",
    "gate_log": "doctor.name.gate_log",
    "vault": "doctor.name.vault",
    "journal": "doctor.name.journal",
    "headquarters": "doctor.name.headquarters",
    "clock": "doctor.name.clock",
    "certificate": "doctor.name.certificate",
    "fonts": "doctor.name.fonts",
    "device": "doctor.name.device",
}
_LOW_DISK = 512 * 1024 * 1024
_DEVICE_SECONDS = 4.0
_CARD_SECONDS = 1.0
_CLOCK_OFF_SECONDS = 60
_BACKUPS_MISSED = 6  # so many in a row: more than a night and a day between
_SOON = dt.timedelta(days=30)
# Characters that real names have and common fonts lack (GB 18030-2022, levels 1 to 3).
_FONT_SAMPLE = "汉㛃䶮𠅤𬭚·"


@dataclass(frozen=True, slots=True)
class Line:
    """One checked thing.  ``code`` is a sentence of ui/text.py."""

    name: str
    state: str
    code: str
    facts: dict[str, Fact]


def run(options: argparse.Namespace) -> int:
    """Exit 0 only if nothing is bad and the vault was opened or not asked for."""
    texts = Texts(options.lang or "zh")
    bad = False
    for line in examine(options.data or default_data(demonstration=False), options.config, options.operator):
        bad = bad or line.state == BAD
        said = texts.sentence(line.code, line.facts)
        if options.json:
            row = {"name": line.name, "state": line.state, "code": line.code, "facts": line.facts}
            print(json.dumps({**row, "text": said}, ensure_ascii=False))
        else:
            sign = {OK: "✓", WARN: "▲", BAD: "■", SKIPPED: "○"}[line.state]
            print(f"{sign} {texts(_CAPTIONS[line.name])}  {said}")
    return UNSOUND if bad else SOUND


def examine(
    data: Path,
    path: Path | None,
    operator: str | None,
    devices: Callable[[Config], Iterator[Line]] | None = None,
) -> Iterator[Line]:
    """Every line, in the order in which a technician would ask.

    ``devices``: who asks them, where a rack is at work already and holds their links.
    """
    config: Config | None = None
    try:
        config = load_config(path or config_path(data))
        yield Line("config", OK, "doctor.fine", {})
    except ConfigError as error:
        yield _bad("config", error)
    yield _disk(data)
    if config is not None:
        yield _backup(data, config)
    yield from _gate_log(data)
    yield from _vault(data, operator, config)
    yield _certificate(data)
    yield _fonts()
    if config is not None:
        yield from (devices or _devices)(config)
        if operator is None:
            yield _reach(data, config)


def _bad(name: str, error: CounterError) -> Line:
    return Line(name, BAD, str(error.code), dict(error.facts))


def _guard(name: str, check: Callable[[], Line]) -> Line:
    try:
        return check()
    except CounterError as error:
        return _bad(name, error)


def _disk(data: Path) -> Line:
    there = data if data.exists() else data.parent
    free = shutil.disk_usage(there if there.exists() else Path("/")).free
    facts: dict[str, Fact] = {"free_mb": free // (1024 * 1024)}
    enough = free > _LOW_DISK
    return Line("disk", OK if enough else BAD, "doctor.disk" if enough else "doctor.disk_low", facts)


def _backup(data: Path, config: Config) -> Line:
    """How old the last backup is, against how often the configuration asks for one."""
    if config.backup is None:
        return Line("backup", WARN, "doctor.backup_off", {})
    age = last_backup(data, SystemClock().wall())
    if age is None:
        return Line("backup", BAD, "doctor.backup_none", {})
    hours = max(0, int(age.total_seconds() // 3600))  # below: a clock that went back since
    late = hours > _BACKUPS_MISSED * config.backup.every_hours
    facts: dict[str, Fact] = {"hours": hours}
    if late:
        return Line("backup", BAD, "doctor.backup_old", facts)
    with suppress(OSError):  # a folder that is away is said where the next one fails
        if same_disk(data, config.backup.folder):  # also where nothing is mounted on it
            return Line("backup", WARN, "doctor.backup_same_disk", {})
    return Line("backup", OK, "doctor.backup", facts)


def _gate_log(data: Path) -> Iterator[Line]:
    """What was done on the technician's page; whether the journal has it, the next log-in says."""
    try:
        path = data / gate_log.NAME
        found = gate_log.read(read_small(path) if path.exists() else b"")
    except StoreError as error:
        yield _bad("gate_log", error)
        return
    if found.broken:
        yield Line("gate_log", BAD, "doctor.gate_broken", {"line": found.broken})
    elif (data / ASIDE).exists():
        yield Line("gate_log", WARN, "doctor.gate_aside", {})
    else:
        yield Line("gate_log", OK, "doctor.gate", {"count": len(found.lines)})


def _vault(data: Path, operator: str | None, config: Config | None) -> Iterator[Line]:
    if not (data / "vault.json").exists():
        yield Line("vault", BAD, "store.missing", {"what": "vault.json"})
        return
    if operator is None:
        yield Line("vault", SKIPPED, "doctor.not_opened", {})
        return
    try:
        vault = open_vault(data, operator, Action.JOURNAL)
    except CounterError as error:
        yield _bad("vault", error)
        return
    try:
        yield Line("vault", OK, "doctor.fine", {})
        yield _guard("journal", lambda: _journal(data, vault))
        if config is not None:
            yield from _headquarters(data, vault, config.headquarters)
    finally:
        vault.close()


def _journal(data: Path, vault: FileVault) -> Line:
    journal = open_reader(data, vault)
    try:
        report = check(journal, vault, restored=(data / RESTORED_NAME).exists())
    finally:
        journal.database.close()
    first = report.first
    if first is not None:
        return Line("journal", BAD, first.code, {"seq": first.seq, "what": first.what})
    return Line("journal", OK, "doctor.journal", {"entries": report.entries})


def _headquarters(data: Path, vault: FileVault, where: HeadquartersConfig) -> Iterator[Line]:
    """HQ answers with its own signature; its time is held against this machine's clock."""
    machine = SystemClock()
    try:
        listeners = Listeners(lambda *_: None, lambda _: None)
        link, best = connect(
            data, vault, machine, Replication(where.url, listeners, route=Route(proxy=where.proxy))
        )
    except CounterError as error:
        yield _bad("headquarters", error)
        return
    try:
        grant, keys = vault.grant(), vault.headquarters_keys()
        client = Headquarters(link, best, grant.terminal, vault.terminal_signer(), keys.chain)
        told = client.time()
        off = abs((told.anchor.at - machine.wall()).total_seconds())
        marks = client.marks().marks
        yield Line("headquarters", OK, "doctor.headquarters", {"received": marks.received.seq})
        facts: dict[str, Fact] = {"seconds": round(off)}
        near = off < _CLOCK_OFF_SECONDS
        yield Line("clock", OK if near else WARN, "doctor.clock" if near else "doctor.clock_off", facts)
    except CounterError as error:
        yield _bad("headquarters", error)
    finally:
        link.close()


def _reach(data: Path, config: Config) -> Line:
    """Without the vault only this: something answers there that our authority signed."""

    def ask() -> Line:
        context = tls.public_context(data)
        where = config.headquarters
        link = HqLink(where.url, context, BestClock(SystemClock()).now, Route(proxy=where.proxy))
        try:
            link.request("GET", "/healthz")
        finally:
            link.close()
        return Line("headquarters", OK, "doctor.reached", {})

    return _guard("headquarters", ask)


def _certificate(data: Path) -> Line:
    def look() -> Line:
        left = tls.certificate_end(data) - SystemClock().wall()
        facts: dict[str, Fact] = {"days": left.days}
        if left < dt.timedelta(0):
            return Line("certificate", BAD, "doctor.certificate_over", facts)
        return Line("certificate", OK if left > _SOON else WARN, "doctor.certificate", facts)

    return _guard("certificate", look)


def _fonts() -> Line:
    try:
        book = FontBook()
        book.require(_FONT_SAMPLE)
    except DeviceError as error:
        return _bad("fonts", error)
    return Line("fonts", OK, "doctor.fine", {})


def _devices(config: Config) -> Iterator[Line]:
    """Every configured device at once, a few seconds for all."""
    known = drivers(NoLog())
    served = [device for device in config.used.values() if (device.slot, device.driver) in known]
    yield from device_lines(served, known)


def device_lines(served: Sequence[DeviceConfig], known: Drivers) -> Iterator[Line]:
    """How each is, and what stands against a card that lies in its reader though the reader is well."""
    cards: list[str] = []

    def heard(event: DeviceEvent) -> None:
        if isinstance(event, OperatorCardIn):
            cards.append(event.card.fault)

    rack = Rack(served, known, heard)
    rack.start()
    end = time.monotonic() + _DEVICE_SECONDS
    try:
        while time.monotonic() < end and any(t.state is not DeviceState.READY for t in rack.truths()):
            time.sleep(0.05)
        truths = rack.truths()
        readers = [t for t in truths if t.slot is Slot.CARD_READER and t.state is DeviceState.READY]
        end = min(end, time.monotonic() + _CARD_SECONDS)  # a reader is ready before it has seen its card
        while readers and not cards and time.monotonic() < end:
            time.sleep(0.05)
    finally:
        rack.stop()
    for truth in truths:
        yield device_line(truth)
    yield from (Line("device", WARN, code, {"slot": Slot.CARD_READER.value}) for code in cards[-1:] if code)


def device_line(truth: DeviceTruth, ready: tuple[DeviceState, ...] = (DeviceState.READY,)) -> Line:
    """How one device is."""
    well = truth.state in ready
    facts: dict[str, Fact] = {**truth.facts, "slot": truth.slot.value}
    code = "doctor.device" if well else truth.fault or str(DeviceFault.NO_ANSWER)
    works = truth.fault == DeviceFault.PICTURE_LEFT  # pictures are taken all the same
    return Line("device", OK if well else WARN if works else BAD, code, facts)
