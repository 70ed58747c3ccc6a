"""The hand-over of a counter (装机交接单): what a technician leaves behind, and who takes it over.

What was handed over is a record whose digest stands in ``CounterHandedOver``; who took it over and when is
that entry's own actor and time.  So the slip of a hand-over can be made again from record and entry, byte
for byte.  docs/format.md, section 17.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from core import wire
from core.ledger.entry import Entry
from core.ledger.rows import need

KIND = "CounterHandedOver"
MEMBER = "handed"  # of the state: the newest one's entry and record; none where nothing was handed over
OK, FAILED, SKIPPED = "ok", "failed", "skipped"  # of a device
WARNED, WRONG = "warn", "bad"  # of a check
NOT_IDENTIFIED = "not_identified"  # the technician: nobody can log in before there is a counter


@dataclass(frozen=True, slots=True)
class HandedDevice:
    """One place for a device.  ``why``: a code, of a fault or of how far it was tried.

    ``driver`` and ``link`` (as configured) are "" where nothing stands there.
    """

    slot: str
    outcome: str  # OK, FAILED, SKIPPED
    why: str
    driver: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class HandedCheck:
    """One line of the doctor.  ``of``: the slot that it speaks of, "" for none; ``code``: what it said.

    ``facts``: the numbers in that; a path or a name in it stays where it was found.
    """

    name: str
    state: str
    code: str
    of: str = ""
    facts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Delivered:
    """What the first run counted.  ``authority``: SHA-256 of headquarters' certificate, upper-case hex.

    ``way``: as :class:`core.assistant.Way`.  ``backup``: whether the configuration asks for backups.
    """

    version: str
    way: str
    authority: str
    backup: bool
    devices: tuple[HandedDevice, ...] = ()
    checks: tuple[HandedCheck, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """To be kept, and as members of the record."""
        value = {each.name: getattr(self, each.name) for each in fields(self)}
        return {**value, "devices": list(map(asdict, self.devices)), "checks": list(map(asdict, self.checks))}

    def counts(self) -> dict[str, int]:
        """How many devices and checks came to what."""
        outcomes = [each.outcome for each in self.devices]
        states = [each.state for each in self.checks]
        return {
            "ready": outcomes.count(OK),
            "failed": outcomes.count(FAILED),
            "skipped": outcomes.count(SKIPPED),
            "checks": len(states),
            "warned": states.count(WARNED),
            "wrong": states.count(WRONG),
        }


def delivered_from(value: Mapping[str, Any]) -> Delivered:
    """What was kept.  Raises KeyError, TypeError for anything else."""
    rows = {
        "devices": tuple(HandedDevice(**row) for row in value["devices"]),
        "checks": tuple(HandedCheck(**row) for row in value["checks"]),
    }
    return Delivered(**{each.name: value[each.name] for each in fields(Delivered)} | rows)


@dataclass(frozen=True)
class HandOver:
    """The record.  ``keys``: key ids of the terminal, of headquarters' signing and opening keys."""

    branch: str
    terminal: str
    epoch: int
    keys: Mapping[str, str]
    what: Delivered

    def as_json(self) -> dict[str, Any]:
        """The members of the canonical bytes."""
        head = {name: getattr(self, name) for name in ("branch", "terminal", "epoch")}
        said = {"technician": NOT_IDENTIFIED, "keys": dict(self.keys)}
        return {"type": "hand-over", **head, **said, **self.what.as_json()}

    def digest(self) -> bytes:
        """SHA-256 over the canonical bytes: what the entry and the code on the paper name."""
        return hashlib.sha256(wire.encode(self.as_json())).digest()

    def data(self) -> dict[str, Any]:
        """Of the entry."""
        return {
            "record": wire.b64(self.digest()),
            "version": self.what.version,
            "way": self.what.way,
            "technician": NOT_IDENTIFIED,
            "backup": self.what.backup,
            **self.what.counts(),
        }


def before(state: Mapping[str, Any], slip: HandOver) -> int:
    """The entry by which this very hand-over was recorded, 0 for none."""
    row = state.get(MEMBER)
    return int(row["entry"]) if row is not None and row["record"] == wire.b64(slip.digest()) else 0


def handed(value: dict[str, Any], entry: Entry) -> None:
    """``CounterHandedOver``.  Raises EntryError STATE where the same record was handed over last."""
    data, row = entry.data, value.get(MEMBER)
    sound = data["warned"] + data["wrong"] <= data["checks"]
    need("hand-over", entry, sound and (row is None or row["record"] != data["record"]))
    value[MEMBER] = {"entry": entry.header.seq, "record": data["record"]}


STEPS = {(KIND, 1): handed}
