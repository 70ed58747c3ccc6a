"""Claims: which acceptance holds a waybill when several terminals accepted it (T4).

Each acceptance claims the waybill of its annex under a keyed digest.  The claim is written with the
follower's own row, in a transaction of that terminal alone, and only then compared with the others': of two
terminals that come at the same moment, whichever commits last sees the other.  The earliest acceptance
holds the waybill (:func:`rank`), whatever the order of arrival; every attempt stays as it is.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from core.ledger.entry import AttachmentClass, Entry, stamp
from hq.alarms import insert_if_new
from hq.bulk import insert_new_rows
from hq.clock import Now, utc_now
from hq.database import Database
from hq.entries import on_shelves, shelves_of, span_of
from hq.schema import ATTACHMENTS, CLAIMS, CONTESTS

_TAG = b"counter/waybill-index/1\0"
_SLICE = 500  # claims compared at once
# One chain runs through all epochs of a terminal, so its seq alone names a claim.
_MINE, _OTHER = CLAIMS.alias("mine"), CLAIMS.alias("other")
_UNSETTLED = (CLAIMS.c.terminal == bindparam("of"), CLAIMS.c.settled == 0)
_NEW = select(CLAIMS.c.seq).where(*_UNSETTLED).order_by(CLAIMS.c.seq).limit(_SLICE)
_SETTLED = (
    update(CLAIMS).where(*_UNSETTLED, CLAIMS.c.seq.in_(bindparam("seqs", expanding=True))).values(settled=1)
)
# All claims on the waybills of the new ones, where there is another than the new one: nearly always none.
_RIVALS = select(CLAIMS).where(
    CLAIMS.c.digest.in_(
        select(_MINE.c.digest)
        .join(_OTHER, _OTHER.c.digest == _MINE.c.digest)
        .where(_MINE.c.terminal == bindparam("of"), _MINE.c.settled == 0, _MINE.c.seq <= bindparam("to"))
        .where((_OTHER.c.terminal != _MINE.c.terminal) | (_OTHER.c.seq != _MINE.c.seq))
    )
)

_ANNEXES = select(ATTACHMENTS.c.seq, ATTACHMENTS.c.month, ATTACHMENTS.c.data).where(
    *span_of(ATTACHMENTS),
    ATTACHMENTS.c["class"] == AttachmentClass.ANNEX.value,
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One acceptance of a waybill."""

    terminal: str
    epoch: int
    seq: int
    number: int  # of the item at its terminal
    operator: str  # staff number
    at: str  # trusted time
    confirmed: bool


def rank(attempt: Attempt) -> tuple[bool, str, str, int, int]:
    """The least holds the waybill: confirmed time before unconfirmed, then the earlier, then by name.

    Nothing in it depends on when headquarters heard of the attempt (docs/decisions).
    """
    return (not attempt.confirmed, attempt.at, attempt.terminal, attempt.epoch, attempt.seq)


class Claims:
    """Notes and settles.  Several may run, on several machines."""

    def __init__(self, database: Database, key: bytes, *, now: Now = utc_now) -> None:
        """``key``: 32 bytes, the same at every node."""
        self._database = database
        self._key = key
        self._now = now

    def digest(self, waybill: str) -> bytes:
        """HMAC-SHA256, 32 bytes: finds the same waybill again, and names none without the key."""
        return hmac.digest(self._key, _TAG + waybill.encode("utf-8", "surrogatepass"), "sha256")

    def of(self, entry: Entry, waybill: str, month: str) -> dict[str, object]:
        """What ``entry`` (an ItemAccepted 1 of sound form) claims; its annex is filed under ``month``."""
        header = entry.header
        return {
            "terminal": header.terminal,
            "digest": self.digest(waybill),
            "month": month,
            "epoch": header.epoch,
            "seq": header.seq,
            "number": int(entry.data["number"]),
            "operator": header.actor.id[:64],
            "at": stamp(header.trusted.at),
            "confirmed": int(header.trusted.quality == "confirmed"),
            "settled": 0,
        }

    def note(self, connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
        """Write claims of one terminal in the caller's transaction; those that stand stay as they are."""
        insert_new_rows(connection, CLAIMS, rows)

    def settle_all(self) -> None:
        """Settle what a node that died, or a database that went away, left behind."""
        wanted = select(CLAIMS.c.terminal).where(CLAIMS.c.settled == 0).distinct()
        with self._database.read() as connection:
            terminals = list(connection.execute(wanted).scalars())
        for terminal in terminals:
            self.settle(terminal)

    def settle(self, terminal: str) -> int:
        """Compare this terminal's new claims with everybody's; how many acceptances lost their waybill.

        One transaction for each terminal that is told: none spans two.
        """
        lost, asked = 0, {"of": terminal}
        while True:
            with self._database.read() as connection:
                new = connection.execute(_NEW, asked).scalars().all()
                rows = connection.execute(_RIVALS, {**asked, "to": new[-1]}).all() if new else []
            if not new:
                return lost
            for loser, holder in _contests(rows):
                lost += self._lose(loser, holder)
            with self._database.write() as connection:
                connection.execute(_SETTLED, {**asked, "seqs": new})
            if len(new) < _SLICE:
                return lost

    def _lose(self, lost: Attempt, holder: Attempt) -> int:
        """Record who holds the waybill; 1 where that is new.  The counter is told of it by hq/notices.py."""
        place = {"terminal": lost.terminal, "epoch": lost.epoch, "seq": lost.seq}
        mine = [CONTESTS.c[name] == value for name, value in place.items()]
        row = {**_holder_row(holder), "found_at": stamp(self._now()), "told": 0}
        with self._database.write() as connection:
            if insert_if_new(connection, CONTESTS, {**place, **row}):
                return 1
            stands = connection.execute(select(CONTESTS).where(*mine).with_for_update()).one()
            # Another node may have seen more attempts than this one: what stands gives way only to better.
            if rank(holder) >= rank(_holder_of(stands)):
                return 0
            connection.execute(update(CONTESTS).where(*mine).values(row))
        return 1


def _holder_row(holder: Attempt) -> dict[str, object]:
    return {
        "winner_terminal": holder.terminal,
        "winner_epoch": holder.epoch,
        "winner_seq": holder.seq,
        "winner_number": holder.number,
        "winner_operator": holder.operator,
        "winner_at": holder.at,
        "winner_confirmed": int(holder.confirmed),
    }


def _holder_of(row: Row[Any]) -> Attempt:
    return Attempt(
        row.winner_terminal,
        row.winner_epoch,
        row.winner_seq,
        row.winner_number,
        row.winner_operator,
        row.winner_at,
        bool(row.winner_confirmed),
    )


def read_annex(annex: bytes) -> Mapping[str, Any]:
    """What an annex says; nothing where it is not of that form."""
    try:
        value = json.loads(annex)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def waybill_of(annex: Mapping[str, Any]) -> str:
    """The waybill that an annex names, "" where it names none."""
    waybill = annex.get("waybill")
    return waybill if isinstance(waybill, str) else ""


@dataclass(frozen=True, slots=True)
class Annex:
    """An acceptance's annex and the month under which it is filed."""

    month: str
    data: bytes = field(repr=False)


def read_annexes(connection: Connection, stored: Collection[tuple[Entry, str]]) -> dict[int, Annex]:
    """seq → annex, of the acceptances among one terminal's entries (each with when it came) that is here."""
    wanted = [pair for pair in stored if pair[0].header.kind == "ItemAccepted" and pair[0].header.commitments]
    if not wanted:
        return {}
    first, last = wanted[0][0].header, wanted[-1][0].header
    span = {"of": first.terminal, "low": first.seq, "high": last.seq}
    rows = connection.execute(_ANNEXES.where(on_shelves(shelves_of(wanted))), span)
    return {row.seq: Annex(row.month, row.data) for row in rows}


def list_contests(database: Database, terminal: str | None = None) -> list[dict[str, Any]]:
    """Acceptances whose waybill another one holds, in the order in which that was found."""
    wanted = select(CONTESTS).order_by(CONTESTS.c.found_at, CONTESTS.c.terminal, CONTESTS.c.seq)
    if terminal is not None:
        wanted = wanted.where(CONTESTS.c.terminal == terminal)
    with database.read() as connection:
        return [dict(row) for row in connection.execute(wanted).mappings()]


def _contests(rows: Sequence[Row[Any]]) -> Iterable[tuple[Attempt, Attempt]]:
    """(who lost, who holds) of all claims on some waybills."""
    claims: dict[bytes, list[Attempt]] = {}
    for row in rows:
        attempt = Attempt(
            row.terminal, row.epoch, row.seq, row.number, row.operator, row.at, bool(row.confirmed)
        )
        claims.setdefault(row.digest, []).append(attempt)
    for attempts in claims.values():
        holder, *others = sorted(attempts, key=rank)
        for other in others:
            yield other, holder
