"""What another counter's configuration would change here: line by line, before anything is written.

A device that only this counter has stays.  A link says which box is meant, and the other counter's box is not
here: where one of the same make is plugged in here, alone, its link is taken; an address on the network that
this counter has already stays, for two counters' labels must not come out of one printer unseen.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from core.config import Config, parse_config
from core.config_edit import Value, with_values
from core.config_transfer import Origin, Shared, Table, portable
from core.devices import Slot
from core.errors import ConfigError, TransferError, TransferFault

_LINK = "link"
_FIRST = ("driver", _LINK)
_BY_ID = re.compile(r"(serial://\S*/by-id/usb-.+)_[^_]+?(-if[0-9A-Fa-f]{2}\S*)")
_USB = re.compile(r"(usb://[0-9A-Fa-f]{4}:[0-9A-Fa-f]{4})(?:/.+)?")
_ANYWHERE = ("tcp", "pcsc", "file", "spool")  # links that no port of this machine's is compared with


class Note(StrEnum):
    """What a technician should know of a device that is taken over."""

    NOTHING = ""
    FITTED = "fitted"  # the port of the same make that is plugged in here
    ABSENT = "absent"  # nothing of that make is plugged in here, or several are
    ADDRESS = "address"  # on the network: the very box of the other counter
    OWN = "own"  # this counter's own address stays


@dataclass(frozen=True, slots=True)
class Line:
    """One value.  ``part``: a slot's name, ``station`` or ``headquarters``; None: not there."""

    part: str
    key: str
    old: Value
    new: Value
    note: Note = Note.NOTHING


@dataclass(frozen=True, slots=True)
class Plan:
    """``lines`` would be written; ``kept`` differs and stays as it is here.  ``made``: the whole new file."""

    origin: Origin
    shared: Shared
    lines: tuple[Line, ...]
    kept: tuple[Line, ...]
    here: bytes = field(repr=False)  # the file that it was made for
    made: bytes = field(repr=False)

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Whose tables change."""
        changed = {line.part for line in self.lines}
        return tuple(slot for slot in Slot if slot.value in changed)


def plan(here: bytes, shared: Shared, origin: Origin, ports: Sequence[Sequence[str]]) -> Plan:
    """``here``: this counter's file.  ``ports``: each port connected here as all its links, the best first.

    Raises ConfigError where this counter's file is none, TransferError BRANCH, HERE.
    """
    config = parse_config(here, "config")
    if shared.branch != config.station.branch:
        raise TransferError(TransferFault.BRANCH, found=shared.branch, branch=config.station.branch)
    text = here.decode("utf-8-sig")
    tables: Mapping[str, Table] = tomllib.loads(text).get("devices", {})
    lines, kept = _of_the_counter(config, shared)
    wanted, taken = _fitted(tables, shared.devices, ports)
    for slot in (slot for slot in Slot if slot in wanted):
        table = wanted[slot]
        old = portable(tables.get(slot.value, {}))
        keys = sorted({*table, *old}, key=lambda key: (key not in _FIRST, key))
        lines += [
            Line(slot.value, key, old.get(key), table.get(key), taken[slot] if key == _LINK else Note.NOTHING)
            for key in keys
            if (type(old.get(key)), old.get(key)) != (type(table.get(key)), table.get(key))
        ]
        theirs = shared.devices[slot].get(_LINK)
        if taken[slot] is Note.OWN:
            kept.append(Line(slot.value, _LINK, table[_LINK], theirs, Note.OWN))
    made = _written(text, lines).encode()
    _check(made, lines)
    return Plan(origin, shared, tuple(lines), tuple(kept), here, made)


def differences(before: bytes, after: bytes) -> tuple[Line, ...]:
    """What stands otherwise in two configuration files, both valid; for what is taken back."""
    old, new = (dict(_values(tomllib.loads(each.decode("utf-8-sig")))) for each in (before, after))
    keys = [*old, *(key for key in new if key not in old)]
    return tuple(Line(*key, old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key))


def _values(file: Mapping[str, Mapping[str, object]]) -> Iterator[tuple[tuple[str, str], Value]]:
    for part, table in {**file, **file.get("devices", {})}.items():
        if part != "devices" and isinstance(table, Mapping):
            yield from (((part, key), value) for key, value in table.items() if isinstance(value, int | str))


def _of_the_counter(config: Config, shared: Shared) -> tuple[list[Line], list[Line]]:
    lines, kept = [], []
    if shared.language != config.station.language:
        lines.append(Line("station", "language", config.station.language, shared.language))
    if shared.proxy != config.headquarters.proxy:
        lines.append(Line("headquarters", "proxy", config.headquarters.proxy or None, shared.proxy or None))
    if shared.url != config.headquarters.url:
        kept.append(Line("headquarters", "url", config.headquarters.url, shared.url))
    return lines, kept


def _fitted(
    here: Mapping[str, Table], devices: Mapping[Slot, Table], ports: Sequence[Sequence[str]]
) -> tuple[dict[Slot, Table], dict[Slot, Note]]:
    """Each device's table with a link that is right here, and what is to be said of it."""
    made: dict[Slot, Table] = {}
    notes: dict[Slot, Note] = {}
    # What stays in use here, and what the file names itself, is offered to no other slot.
    held = {str(table.get(_LINK, "")) for name, table in here.items() if name not in devices}
    held |= {str(table.get(_LINK, "")) for table in devices.values()}
    held |= {
        str(table.get(_LINK, ""))
        for name, table in here.items()
        if Slot(name) in devices
        and _make(str(table.get(_LINK, ""))) == _make(str(devices[Slot(name)].get(_LINK, ""))) != ""
    }
    for slot, table in devices.items():
        link, own = str(table.get(_LINK, "")), here.get(slot.value, {})
        chosen, notes[slot] = _link(link, own if own.get("driver") == table["driver"] else {}, ports, held)
        held.add(chosen)
        made[slot] = {**table, _LINK: chosen} if _LINK in table else table
    return made, notes


def _link(link: str, own: Table, ports: Sequence[Sequence[str]], held: set[str]) -> tuple[str, Note]:
    scheme, mine = link.partition("://")[0], str(own.get(_LINK, ""))
    if not link or link == mine:
        return link, Note.NOTHING
    if scheme == "tcp":
        return (mine, Note.OWN) if mine.startswith("tcp://") else (link, Note.ADDRESS)
    if scheme in _ANYWHERE:
        return link, Note.NOTHING
    base, _, rate = link.partition("?")
    rate = f"?{rate}" if rate else ""
    if mine and _make(mine) == _make(link) and _make(link) and _leads(mine, ports):
        return mine.partition("?")[0] + rate, Note.NOTHING
    if _leads(link, ports):
        return link, Note.NOTHING
    used = [each for each in held if each]
    fits = [
        next(each for each in port if _make(each) == _make(base))
        for port in ports
        if any(_make(each) == _make(base) for each in port) and not any(_same(each, port) for each in used)
    ]
    if _make(base) and len(fits) == 1:
        return fits[0] + rate, Note.FITTED
    return link, Note.ABSENT


def _make(link: str) -> str:
    """The link without the one box's serial number; "" where it has no such form."""
    base = link.partition("?")[0]
    if found := _BY_ID.fullmatch(base):
        return found[1] + found[2]
    found = _USB.fullmatch(base)
    return found[1].lower() if found else ""


def _same(link: str, port: Collection[str]) -> bool:
    return link.partition("?")[0].lower() in {each.lower() for each in port}


def _leads(link: str, ports: Sequence[Sequence[str]]) -> bool:
    return any(_same(link, port) for port in ports)


def _written(text: str, lines: Sequence[Line]) -> str:
    for part in dict.fromkeys(line.part for line in lines):
        table = (part,) if part in ("station", "headquarters") else ("devices", part)
        text = with_values(text, table, {line.key: line.new for line in lines if line.part == part})
    return text


def _check(made: bytes, lines: Sequence[Line]) -> None:
    """The new file says what the lines say.  Raises TransferError HERE."""
    try:
        parse_config(made, "config")
        stands = dict(_values(tomllib.loads(made.decode())))
    except ConfigError:
        raise TransferError(TransferFault.HERE) from None
    if any(stands.get((line.part, line.key)) != line.new for line in lines):
        raise TransferError(TransferFault.HERE)


def with_parts(live: Config, read: Config, slots: Collection[Slot]) -> Config:
    """What is at work, with some slots and the hashes of the file: a simulated device stands in no file."""
    rest = {slot: device for slot, device in live.devices.items() if slot not in slots}
    devices = {slot: read.devices[slot] for slot in slots if slot in read.devices}
    return replace(live, devices={**rest, **devices}, parts=read.parts)
