"""The gate log: what was done on the technician's page, before anybody could sign for it.

Lines of a file beside the store, each holding the hash of the one before.  Nobody's key protects them until
the next log-in takes them into the journal (``GateSeen``); from then on a line that is gone or changed shows.
docs/format.md, section 20.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Protocol

from core import wire
from core.errors import EntryError
from core.ledger.gate_log import CUT, EDITED, WHOLE

NAME = "gate.log"
STAMP = "%Y-%m-%dT%H:%M:%SZ"
_CODE = re.compile(r"[a-z0-9_.]{0,40}")
_TAG = b"counter/gate/1\0"


@dataclass(frozen=True, slots=True)
class GateLine:
    """One act.  ``at``: UTC, ISO with seconds, by the machine's clock; ``act``, ``outcome``: codes; ``slot``
    "" for none.  ``n`` counts from 1; ``before`` is the hash of the line before, "" for none.
    """

    n: int
    at: str
    act: str
    slot: str
    outcome: str
    before: str

    def to_bytes(self) -> bytes:
        """Canonical bytes, without the line's end."""
        return wire.encode(asdict(self))

    def hash(self) -> str:
        """Base64url of SHA-256 over tag and canonical bytes."""
        return wire.b64(hashlib.sha256(_TAG + self.to_bytes()).digest())


@dataclass(frozen=True, slots=True)
class GateRead:
    """The file as it was read.  ``broken``: the first line of it that is not what stood there, 0 for none.

    ``digest``: of all its bytes, base64url.
    """

    lines: tuple[GateLine, ...] = ()
    broken: int = 0
    digest: str = ""

    @property
    def last(self) -> int:
        """The newest line's number."""
        return self.lines[-1].n if self.lines else 0

    @property
    def head(self) -> str:
        """The newest line's hash."""
        return self.lines[-1].hash() if self.lines else ""


class Gate(Protocol):
    """The file, to whoever takes it in."""

    def read(self) -> GateRead:
        """Raises StoreError as a read does."""
        ...

    def taken(self) -> None:
        """What was read is in the journal: old lines may go."""
        ...

    def aside(self) -> None:
        """What was read is broken, and the journal says so: it is kept beside, and the log begins anew."""
        ...


def read(data: bytes) -> GateRead:
    """Never raises.  What follows the last line's end was cut off by a power failure and does not count."""
    found, broken = list[GateLine](), 0
    for place, raw in enumerate(data[: data.rfind(b"\n") + 1].splitlines(), 1):
        line = _line(raw)
        follows = line is not None and (
            not found or (line.n, line.before) == (found[-1].n + 1, found[-1].hash())
        )
        if line is None or not follows:
            broken = place
            break
        found.append(line)
    return GateRead(tuple(found), broken, wire.b64(hashlib.sha256(data).digest()) if data else "")


def _line(raw: bytes) -> GateLine | None:
    try:
        value: Mapping[str, Any] = wire.decode(raw)
        line = GateLine(**{each.name: value[each.name] for each in fields(GateLine)})
        known = set(value) == {each.name for each in fields(GateLine)} and type(line.n) is int and line.n > 0
        sound = known and all(map(_CODE.fullmatch, (line.act, line.slot, line.outcome)))
        dt.datetime.strptime(line.at, STAMP).replace(tzinfo=dt.UTC)
    except (EntryError, KeyError, TypeError, ValueError):
        return None
    return line if sound and isinstance(line.before, str) else None


def next_line(lines: Sequence[GateLine], at: str, act: str, slot: str, outcome: str) -> GateLine:
    """What follows them."""
    before = lines[-1] if lines else None
    return GateLine(before.n + 1 if before else 1, at, act, slot, outcome, before.hash() if before else "")


def found(state: Mapping[str, Any], seen: GateRead, *, anew: bool = False) -> tuple[str, int]:
    """(whole, edited or cut; how many lines are new), against what the journal took in last.

    ``anew``: nothing since the epoch began; an earlier one may have taken the log in and shortened it.
    """
    if seen.broken:
        return EDITED, len(seen.lines)
    if anew:
        return WHOLE, len(seen.lines)
    last, before = int(state["last"]), None
    for line in seen.lines:
        if line.n == last:
            before = line.hash()
        elif line.n == last + 1:
            before = line.before
            break
    if before is None and (last or seen.lines):
        return CUT, len(seen.lines)
    if before is not None and before != state["head"]:
        return EDITED, len(seen.lines)
    return WHOLE, sum(line.n > last for line in seen.lines)
