"""The administration log: one line for each administrative act at headquarters, chained and signed.

A line is a document (docs/format.md, section 14) under the key of the administrator whose act it is, or
of the log itself: before there are administrators, and for who was refused.  The first line, and the one
that founds the administrators, are signed by headquarters' own key as well: whoever holds the directory
without its passphrase begins no other log.  Lines name people by number only.

Source: GB/T 22239-2019, 8.1.4.3.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from core import wire
from core.crypto.keys import PublicKey, Signer, parse_public_key
from core.errors import EntryError, EntryFault, StoreError, StoreFault
from core.ledger.documents import sign, sign_again
from core.ledger.entry import ZERO_HASH, parse_stamp, stamp
from hq.directives import lock_estate
from hq.keys import write_private
from hq.schema import ESTATE
from hq.schema_beside import ADMIN_LOG

TYPE, FORMAT = "administration", 1
HOUSE = "house"  # signed by the log's own key
_HEAD = "head.json"


class Phase(StrEnum):
    """What a line says of its act."""

    BEGUN = "begun"
    DONE = "done"
    FAILED = "failed"  # outcome: the code of what went wrong
    REFUSED = "refused"  # outcome: why she may not


@dataclass(frozen=True, slots=True)
class Effect:
    """What an act left behind, so that a row changed by hand is found: ``digest`` is base64url or a code."""

    what: str
    key: str
    digest: str

    def as_json(self) -> dict[str, str]:
        """In a line."""
        return {"what": self.what, "key": self.key, "digest": self.digest}


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its place.  ``begun``: the line that it ends, 0 for what only looks."""

    command: str
    phase: Phase
    who: str = ""
    administration: str = HOUSE  # HOUSE where the log's own key signs
    second: str = ""
    outcome: str = ""
    begun: int = 0
    shown: Mapping[str, str] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """A line as it stands, read."""

    number: int
    previous: bytes
    at: dt.datetime
    line: Line
    document: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    second_signature: bytes | None = field(repr=False)

    @property
    def hash(self) -> bytes:
        """SHA-256 of the document, which the next line names."""
        return hashlib.sha256(self.document).digest()


@dataclass(frozen=True, slots=True)
class LogHead:
    """A position in the log; 0 and zero bytes before the first line."""

    number: int
    hash: bytes

    def as_json(self) -> dict[str, Any]:
        """In exports, directives and the head file."""
        return {"number": self.number, "hash": wire.b64(self.hash)}


_HERE = ADMIN_LOG.c.terminal == ESTATE


def append(
    connection: Connection, line: Line, signer: Signer, now: dt.datetime, second: Signer | None = None
) -> LogHead:
    """Write the next line in the caller's transaction; the head after it.  ``second`` signs it as well."""
    lock_estate(connection)
    before = head(connection)
    document, signature = sign(
        {
            "type": TYPE,
            "format": FORMAT,
            "number": before.number + 1,
            "previous": wire.b64(before.hash),
            "at": stamp(now),
            "who": line.who,
            "administration": line.administration,
            "second": line.second,
            "command": line.command,
            "shown": dict(line.shown),
            "phase": line.phase.value,
            "outcome": line.outcome,
            "begun": line.begun,
            "effects": [effect.as_json() for effect in line.effects],
        },
        signer,
    )
    row = {"terminal": ESTATE, "number": before.number + 1, "who": line.who, "command": line.command}
    row |= {"phase": line.phase.value, "at": stamp(now), "document": document, "signature": signature}
    row["second_signature"] = None if second is None else sign_again(document, second)
    connection.execute(insert(ADMIN_LOG), [row])
    return LogHead(before.number + 1, hashlib.sha256(document).digest())


def head(connection: Connection) -> LogHead:
    """The last line that is here."""
    wanted = select(ADMIN_LOG.c.number, ADMIN_LOG.c.document).where(_HERE)
    row = connection.execute(wanted.order_by(ADMIN_LOG.c.number.desc()).limit(1)).one_or_none()
    if row is None:
        return LogHead(0, ZERO_HASH)
    return LogHead(int(row.number), hashlib.sha256(row.document).digest())


def read_kept(row: Mapping[Any, Any]) -> Kept:
    """A row as its document says it; raises EntryError FORM where row and document differ."""
    value = wire.decode(row["document"])
    try:
        if value["type"] != TYPE or value["format"] != FORMAT:
            raise EntryError(EntryFault.FORMAT_UNKNOWN, what=TYPE)
        line = Line(
            value["command"],
            Phase(value["phase"]),
            value["who"],
            value["administration"],
            value["second"],
            value["outcome"],
            int(value["begun"]),
            dict(value["shown"]),
            tuple(Effect(said["what"], said["key"], said["digest"]) for said in value["effects"]),
        )
        repeated = {"number": value["number"], "who": line.who, "command": line.command}
        repeated |= {"phase": line.phase.value, "at": value["at"]}
        if any(row[name] != said for name, said in repeated.items()):
            raise EntryError(EntryFault.FORM, what="columns")
        previous, at = wire.unb64(value["previous"], 32), parse_stamp(value["at"])
    except (KeyError, TypeError, ValueError):
        raise EntryError(EntryFault.FORM, what=TYPE) from None
    return Kept(
        int(value["number"]), previous, at, line, row["document"], row["signature"], row["second_signature"]
    )


def rows(connection: Connection, *conditions: Any, first: int = 1) -> Iterator[Mapping[Any, Any]]:
    """The rows as they stand, in order, unread."""
    wanted = select(ADMIN_LOG).where(_HERE, ADMIN_LOG.c.number >= first, *conditions)
    yield from connection.execute(wanted.order_by(ADMIN_LOG.c.number)).mappings()


def founder_key(first: Kept) -> PublicKey:
    """The log's own key, as its first line says; raises EntryError KEY, FORM."""
    for effect in first.line.effects:
        if effect.what == "log":
            return parse_public_key(effect.digest, signing=True)
    raise EntryError(EntryFault.FORM, what="first line")


def note_head(directory: Path, reached: LogHead, *, anew: bool = False) -> None:
    """Beside the database, so that who can only write there cannot take lines off its end unseen.

    ``anew``: whatever stood there, after a restore.  Of several nodes one writes at a time.
    """
    folder = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)  # held for one small file, and gone with the process
        known = noted_head(directory)
        if anew or known is None or known.number < reached.number:
            data = json.dumps(reached.as_json(), sort_keys=True).encode("ascii")
            write_private(directory / _HEAD, data)
    finally:
        os.close(folder)


def noted_head(directory: Path) -> LogHead | None:
    """The last head that this machine saw, None before the first; raises StoreError DAMAGED."""
    try:
        said = json.loads((directory / _HEAD).read_bytes())
        return LogHead(int(said["number"]), wire.unb64(said["hash"], 32))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, EntryError):
        raise StoreError(StoreFault.DAMAGED, what=f"admin/{_HEAD}") from None
