"""Export: the journals by sequence, with a statement of what is here and what is not (T17).

The order is terminal and seq, never a date: what came in weeks late stands where it belongs.  Before each
terminal's entries stands its statement: for each epoch from which to which entry, which are missing by range,
what stands beside the chain, and what is parked.  The form is docs/format.md, section 10.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, func, select

from core import wire
from core.crypto.keys import PublicKey
from core.errors import HqError, HqFault, StoreError, StoreFault
from core.exchange import entry_to_json
from core.ledger.entry import EMPTY_HEAD, Entry, stamp
from core.ledger.rolls import KeyChain
from hq.admin_log import head as admin_head
from hq.clock import Now, utc_now
from hq.database import Database
from hq.entries import read_received
from hq.erasures import erased
from hq.keys import write_private
from hq.person_erasing import corrected_item, erased_at
from hq.reviews import ReviewState
from hq.schema import CONTESTS, ENTRIES, HEADS, REVIEWS, SIDE_ENTRIES, TERMINALS
from hq.schema_beside import BRANCHES
from hq.shelves import file_under

EXPORT_FORMAT = "counter-export/2"
_OPEN = (ReviewState.PARKED.value, ReviewState.RETURNED.value)


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: entries in the chains, entries beside them, and each terminal's statement."""

    entries: int
    beside: int
    statements: tuple[dict[str, Any], ...]

    @property
    def complete(self) -> bool:
        """Whether no range is missing."""
        return not any(epoch["missing"] for said in self.statements for epoch in said["epochs"])


class _Writer:
    """Lines into a file, and the digest of them all."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()

    def line(self, value: dict[str, Any]) -> None:
        """One line; canonical, without the limit of size."""
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        data = text.encode("utf-8") + b"\n"
        self._digest.update(data)
        self._stream.write(data)

    @property
    def digest(self) -> str:
        """Of everything so far."""
        return wire.b64(self._digest.digest())


def export(
    database: Database,
    headquarters: PublicKey | KeyChain,
    path: Path,
    terminal: str | None = None,
    *,
    now: Now = utc_now,
) -> Exported:
    """Write every journal, or one terminal's, as of one moment.  The file holds personal data: 0600.

    Raises HqError CONFLICT for a terminal that never enrolled, StoreError IO.
    """
    try:
        write_private(path, b"")
        with database.read() as connection, path.open("wb") as stream:
            branches = _branches(connection, terminal)
            writer = _Writer(stream)
            keys = KeyChain.of(headquarters)
            first: dict[str, Any] = {
                "format": EXPORT_FORMAT,
                "headquarters": keys.current.text,
                "made": stamp(now()),
            }
            rolls = [roll.as_json() for roll in keys.rolls]
            first |= {"rolls": rolls, "administration": admin_head(connection).as_json()}
            writer.line({**first, "terminals": list(branches)})
            done = [_journal(connection, writer, name, branch) for name, branch in branches.items()]
            entries, beside = sum(each["entries"] for each in done), sum(len(each["beside"]) for each in done)
            last = {"total": entries, "beside": beside, "terminals": len(done)}
            writer.line({**last, "digest": writer.digest})
    except OSError as error:
        raise StoreError(StoreFault.IO, what=error.strerror or type(error).__name__) from None
    return Exported(entries, beside, tuple(done))


def entry_id(terminal: str, epoch: int, seq: int) -> str:
    """What names an entry everywhere: ``990100-01-03/1/17``."""
    return f"{terminal}/{epoch}/{seq}"


def _branches(connection: Connection, terminal: str | None) -> dict[str, str]:
    wanted = select(TERMINALS.c.terminal, TERMINALS.c.branch).order_by(TERMINALS.c.terminal)
    if terminal is not None:
        wanted = wanted.where(TERMINALS.c.terminal == terminal)
    # By code point, as Python orders text: a database may have an order of its own.
    found = dict(sorted((row.terminal, row.branch) for row in connection.execute(wanted)))
    if terminal is not None and not found:
        raise HqError(HqFault.CONFLICT, what="terminal unknown", terminal=terminal[:64])
    return found


def _journal(connection: Connection, writer: _Writer, terminal: str, branch: str) -> dict[str, Any]:
    """One terminal: its statement, its entries, what stands beside them, its end."""
    statement = _statement(connection, terminal, branch)
    writer.line(statement)
    count, head, gone = 0, EMPTY_HEAD, _Gone(connection)
    for entry, received in read_received(connection, terminal, 1, attachments=True):
        place = entry_id(terminal, entry.header.epoch, entry.header.seq)
        said = {"id": place, "hash": wire.b64(entry.hash), "received": received}
        writer.line({**said, **entry_to_json(entry)})
        gone.look(entry, received)
        count, head = count + 1, entry.head
    side = select(SIDE_ENTRIES).where(SIDE_ENTRIES.c.terminal == terminal)
    order = (SIDE_ENTRIES.c.epoch, SIDE_ENTRIES.c.seq, SIDE_ENTRIES.c.hash)
    for row in connection.execute(side.order_by(*order)):
        said = {"beside": entry_id(terminal, row.epoch, row.seq), "hash": wire.b64(row.hash)}
        writer.line({**said, "received": row.received_at, **json.loads(row.entry)})
    last = {"end": count, "beside": len(statement["beside"]), "head": head.as_json()}
    writer.line({**last, "gone": gone.told()})
    if count != statement["entries"]:
        raise StoreError(StoreFault.DAMAGED, what="entries missing", terminal=terminal, found=count)
    return {**statement, "gone": gone.told()}


class _Gone:
    """Which attachments of a chain are not here, by class and month as the entries say them."""

    def __init__(self, connection: Connection) -> None:
        self._erased = erased(connection)
        self._items = erased_at(connection)
        self._counts: Counter[tuple[str, str, str]] = Counter()

    def look(self, entry: Entry, received: str) -> None:
        """Count what is missing of one entry."""
        header = entry.header
        item = corrected_item(entry.body) or header.seq
        person = self._items.get((header.terminal, header.epoch, item))
        for number, said in enumerate(header.commitments):
            if not entry.attachments or entry.attachments[number] is None:
                erasure = self._erased.get(file_under(header, said, received))
                at = person or (erasure.began if erasure else "")
                self._counts[said.retention, said.month, at] += 1

    def told(self) -> list[dict[str, Any]]:
        """``erased`` null: not by the rules of headquarters; it never came, or was lost."""
        return [
            {"retention": retention, "month": month, "count": count, "erased": at or None}
            for (retention, month, at), count in sorted(self._counts.items())
        ]


def _statement(connection: Connection, terminal: str, branch: str) -> dict[str, Any]:
    mine = HEADS.c.terminal == terminal
    heads = connection.execute(select(HEADS).where(mine).order_by(HEADS.c.epoch)).all()
    epochs = []
    for head in heads:
        first, last = int(head.start_seq) + 1, int(head.seq)
        missing = _missing(connection, terminal, head.epoch, first, last)
        said = {"epoch": head.epoch, "from": first, "to": last, "hash": wire.b64(head.hash)}
        epochs.append({**said, "missing": missing})
    here = select(func.count()).select_from(ENTRIES).where(ENTRIES.c.terminal == terminal)
    of_branch = (BRANCHES.c.terminal == SIDE_ENTRIES.c.terminal) & (
        BRANCHES.c.branch == SIDE_ENTRIES.c.branch
    )
    chosen = (SIDE_ENTRIES.c.epoch, SIDE_ENTRIES.c.seq, SIDE_ENTRIES.c.hash, SIDE_ENTRIES.c.branch)
    side = select(*chosen, BRANCHES.c.adopted).join(BRANCHES, of_branch)
    side = side.where(SIDE_ENTRIES.c.terminal == terminal)
    order = (SIDE_ENTRIES.c.epoch, SIDE_ENTRIES.c.seq, SIDE_ENTRIES.c.hash)
    return {
        "terminal": terminal,
        "branch": branch,
        "epochs": epochs,
        "entries": int(connection.execute(here).scalar_one()),
        "beside": [
            {"id": entry_id(terminal, row.epoch, row.seq), "hash": wire.b64(row.hash)}
            | {"branch": wire.b64(row.branch), "taken": row.seq <= row.adopted}
            for row in connection.execute(side.order_by(*order))
        ],
        "parked": _parked(connection, terminal),
        "held": _held(connection, terminal),
    }


def _missing(connection: Connection, terminal: str, epoch: int, first: int, last: int) -> list[list[int]]:
    """The ranges that are not here, though the head says that they were received."""
    mine = (ENTRIES.c.terminal == terminal, ENTRIES.c.epoch == epoch)
    after = func.lead(ENTRIES.c.seq).over(order_by=ENTRIES.c.seq)
    steps = select(ENTRIES.c.seq, after.label("after")).where(*mine).subquery()
    holes = select(steps.c.seq, steps.c.after).where(steps.c.after > steps.c.seq + 1).order_by(steps.c.seq)
    ranges = [[int(row.seq) + 1, int(row.after) - 1] for row in connection.execute(holes)]
    ends = connection.execute(select(func.min(ENTRIES.c.seq), func.max(ENTRIES.c.seq)).where(*mine)).one()
    if ends[0] is None:
        return [[first, last]] if last >= first else []
    before = [[first, int(ends[0]) - 1]] if ends[0] > first else []
    return before + ranges + ([[int(ends[1]) + 1, last]] if ends[1] < last else [])


def _parked(connection: Connection, terminal: str) -> list[dict[str, Any]]:
    wanted = select(REVIEWS).where(REVIEWS.c.terminal == terminal, REVIEWS.c.state.in_(_OPEN))
    return [
        {"id": entry_id(terminal, row.epoch, row.seq), "since": row.parked_at}
        | {"state": row.state, "why": row.why, "owner": row.owner}
        for row in connection.execute(wanted.order_by(REVIEWS.c.seq))
    ]


def _held(connection: Connection, terminal: str) -> list[dict[str, str]]:
    """Acceptances whose waybill another one holds."""
    wanted = select(CONTESTS).where(CONTESTS.c.terminal == terminal).order_by(CONTESTS.c.seq)
    return [
        {
            "id": entry_id(terminal, row.epoch, row.seq),
            "by": entry_id(row.winner_terminal, row.winner_epoch, row.winner_seq),
        }
        for row in connection.execute(wanted)
    ]


def told(statement: dict[str, Any]) -> Sequence[str]:
    """A statement for people, a line for each epoch and one for what is not in the chain as it should be."""
    name = statement["terminal"]
    lines = []
    for epoch in statement["epochs"]:
        holes = ", ".join(f"{first}–{last}" for first, last in epoch["missing"])
        state = f"MISSING {holes}" if holes else "complete"
        lines.append(f"{name}  epoch {epoch['epoch']}  {epoch['from']}–{epoch['to']}  {state}")
    beside, parked, held = (len(statement[member]) for member in ("beside", "parked", "held"))
    if beside or parked or held:
        lines.append(
            f"{name}  beside the chain {beside}  parked or returned {parked}  waybill held elsewhere {held}"
        )
    for gone in statement["gone"]:
        why = f"erased {gone['erased']}" if gone["erased"] else "NOT HERE, and not erased by headquarters"
        lines.append(f"{name}  attachments {gone['retention']} {gone['month']}: {gone['count']} {why}")
    return lines
