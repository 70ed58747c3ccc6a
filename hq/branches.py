"""Branches: what stands beside a chain is added up, told to its counter, and counted once she took it in.

A supervisor of the counter decides (``BranchAdopted``, ``BranchDeclined``); headquarters only reads it.  Its
own figures of a branch come from the entries that stand here: where the counter's entry says others, that is
an alarm, as where the second count differs.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from core import wire
from core.errors import EntryError, HqError, HqFault
from core.exchange import entry_from_json, entry_to_json
from core.ledger import branches
from core.ledger.branches import Late, Span
from core.ledger.chain import Verifier
from core.ledger.documents import read_grant
from core.ledger.entry import AttachmentClass, Entry, parse_stamp
from core.ledger.rolls import KeyChain
from core.ledger.state import State
from hq.claims import Claims, read_annex, waybill_of
from hq.entries import read_entries
from hq.partitions import make_month
from hq.schema import ENTRIES, GRANTS, SIDE_ENTRIES
from hq.schema_beside import BRANCHES
from hq.shelves import file_under

OTHER = "branch.other"  # the alarm: the counter's entry says of a branch what is not so here
QUIET_SECONDS = 5.0  # nothing came for so long: the old machine has sent what it has
_DECISIONS = ((branches.ADOPTED, 1), (branches.DECLINED, 1))
_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Waiting:
    """A branch that its counter was not told of yet, as it stands now."""

    terminal: str
    tip: bytes
    late: Late | None
    why: str = ""  # why it cannot be offered


def decides(entry: Entry) -> bool:
    """Whether :func:`keep_decision` has to see it."""
    return (entry.header.kind, entry.header.kind_version) in _DECISIONS


def read_branch(connection: Connection, terminal: str, branch: bytes, first: int = 1) -> Iterator[Entry]:
    """The entries of a branch from ``first`` on, in sequence, with their attachments."""
    for entry, _at in _received(connection, terminal, branch, first):
        yield entry


def _received(
    connection: Connection, terminal: str, branch: bytes, first: int
) -> Iterator[tuple[Entry, str]]:
    """Each with when it came (stamp form)."""
    mine = (SIDE_ENTRIES.c.terminal == terminal, SIDE_ENTRIES.c.branch == branch)
    wanted = select(SIDE_ENTRIES.c.entry, SIDE_ENTRIES.c.received_at)
    wanted = wanted.where(*mine, SIDE_ENTRIES.c.seq >= first)
    wanted = wanted.order_by(SIDE_ENTRIES.c.seq).execution_options(yield_per=200)
    with connection.execute(wanted) as rows:
        for row in rows:
            yield entry_from_json(json.loads(row.entry)), row.received_at


def waiting(connection: Connection, headquarters: KeyChain, now: dt.datetime) -> list[Waiting]:
    """What nobody was told of, added up: the slow part, outside every transaction that writes."""
    here = (BRANCHES.c.tip != BRANCHES.c.told_tip, BRANCHES.c.last > BRANCHES.c.adopted)
    rows = connection.execute(select(BRANCHES).where(*here).limit(_AT_ONCE)).all()
    limit = now - dt.timedelta(seconds=QUIET_SECONDS)
    return [_added(connection, row, headquarters) for row in rows if parse_stamp(row.changed_at) <= limit]


def note_told(connection: Connection, waits: Waiting, number: int) -> None:
    """It was published under ``number`` (0: it cannot be), unless it grew meanwhile."""
    branch = BRANCHES.c.terminal == waits.terminal, BRANCHES.c.tip == waits.tip
    late = waits.late
    said = {"why": waits.why} if late is None else branches.late_body(late)
    values = {"told": number, "told_tip": waits.tip, "facts": json.dumps(said)[:1000]}
    connection.execute(update(BRANCHES).where(*branch).values(values))


def check_decision(connection: Connection, entry: Entry, headquarters: KeyChain) -> str:
    """What a ``BranchAdopted`` says that is not so here, "" where all of it is."""
    if entry.header.kind != branches.ADOPTED:
        return ""
    said = branches.span_from(entry.data)
    row = _row(connection, entry.header.terminal, said.branch)
    if row is None:
        return "branch unknown"
    known_tip = select(SIDE_ENTRIES.c.hash).where(
        SIDE_ENTRIES.c.terminal == entry.header.terminal,
        SIDE_ENTRIES.c.branch == said.branch,
        SIDE_ENTRIES.c.seq == said.last,
    )
    if connection.execute(known_tip).scalar_one_or_none() != said.tip:
        return "tip"
    found = _added(connection, row, headquarters, said)
    if found.late is None:
        return found.why
    ours = branches.adopted_data(found.late)
    return ", ".join(
        f"{name} {entry.data[name]}≠{ours[name]}" for name in sorted(ours) if entry.data[name] != ours[name]
    )


def keep_decision(connection: Connection, entries: Sequence[Entry], claims: Claims | None) -> None:
    """What these entries of one terminal decided, in the follower's transaction.

    The waybills of what was taken in are claimed as any acceptance's (T4).
    """
    for entry in entries:
        span, terminal = branches.span_from(entry.data), entry.header.terminal
        mine = (BRANCHES.c.terminal == terminal, BRANCHES.c.branch == span.branch)
        if entry.header.kind == branches.DECLINED:
            connection.execute(update(BRANCHES).where(*mine).values(declined=span.last))
            continue
        values = {"adopted": span.last, "adopted_tip": span.tip}
        connection.execute(update(BRANCHES).where(*mine).values(values))
        if claims is not None:
            rows = list(_claims(connection, terminal, span, claims))
            if connection.dialect.name == "postgresql":
                for month in sorted({str(row["month"]) for row in rows}):
                    make_month(connection, month)  # ingest made those of the chains only
            claims.note(connection, rows)


def _claims(connection: Connection, terminal: str, span: Span, claims: Claims) -> Iterator[dict[str, object]]:
    for entry, received in _received(connection, terminal, span.branch, span.first):
        if entry.header.seq > span.last:
            return
        if (entry.header.kind, entry.header.kind_version) != ("ItemAccepted", 1):
            continue
        for said, part in zip(entry.header.commitments, entry.attachments, strict=False):
            if part is None or part.cls is not AttachmentClass.ANNEX:
                continue
            if waybill := waybill_of(read_annex(part.data)):
                yield claims.of(entry, waybill, file_under(entry.header, said, received)[1])


def _row(connection: Connection, terminal: str, branch: bytes) -> Row[*tuple[Any, ...]] | None:
    wanted = select(BRANCHES).where(BRANCHES.c.terminal == terminal, BRANCHES.c.branch == branch)
    return connection.execute(wanted).one_or_none()


def _added(
    connection: Connection, row: Row[*tuple[Any, ...]], headquarters: KeyChain, said: Span | None = None
) -> Waiting:
    """What a branch adds up to from where it was taken in so far; every signature in it is checked.

    ``said``: a span that a counter's entry names, instead of what stands here now.
    """
    terminal = row.terminal
    span = said or Span(row.branch, row.epoch, row.adopted + 1, row.last, row.adopted_tip, row.tip)
    base = select(ENTRIES.c.hash).where(ENTRIES.c.terminal == terminal, ENTRIES.c.seq == row.first - 1)
    if row.base not in connection.execute(base).scalars().all():
        return Waiting(terminal, row.tip, None, "stands on no entry of the chain")
    verifier, state = _stood(connection, terminal, row.first - 1, headquarters)
    entries = [e for e in read_branch(connection, terminal, row.branch) if e.header.seq <= span.last]
    try:
        for entry in entries:
            verifier.admit(entry)
        counts, number = branches.add_up(state, entries, span.first)
    except EntryError as error:
        return Waiting(terminal, row.tip, None, f"not sound: {error.code} at {error.facts.get('seq')}")
    mine = [entry.header.trusted.at for entry in entries if entry.header.seq >= span.first]
    if len(mine) != span.last - span.first + 1:
        return Waiting(terminal, row.tip, None, "not whole")
    late = Late(span, counts, number, mine[0], mine[-1], row.cause)
    return Waiting(terminal, row.tip, late)


def _stood(
    connection: Connection, terminal: str, last: int, headquarters: KeyChain
) -> tuple[Verifier, State]:
    """Verifier and state after entry ``last`` of the chain, which was verified before."""
    verifier, state = Verifier(terminal, headquarters), State()
    grants = select(GRANTS.c.document, GRANTS.c.signature).where(GRANTS.c.terminal == terminal)
    for grant in connection.execute(grants):
        verifier.learn(read_grant(grant.document, grant.signature, headquarters))
    for entry in read_entries(connection, terminal, 1, last):
        verifier.relearn(entry)
        state = branches.fold_on(state, entry)
    return verifier, state


def page(
    connection: Connection, terminal: str, branch: bytes, first: int, most: int, size: int
) -> list[dict[str, Any]]:
    """As they travel, without sealed parts: the counter looks its items up, and can read no more."""
    found: list[dict[str, Any]] = []
    for entry in read_branch(connection, terminal, branch, first):
        kept = tuple(p if p and p.cls is not AttachmentClass.SEALED else None for p in entry.attachments)
        bare = Entry(entry.body, entry.terminal_signature, entry.session_signature, kept)
        size -= len(entry.body) + sum(len(part.data) for part in kept if part) * 4 // 3
        if found and (size < 0 or len(found) == most):
            break
        found.append(entry_to_json(bare))
    return found


def list_late(connection: Connection, terminal: str | None = None) -> dict[str, list[dict[str, Any]]]:
    """By terminal: each branch, from where to where, since when, what was told and decided of it."""
    of = (SIDE_ENTRIES.c.terminal, SIDE_ENTRIES.c.branch)
    came = select(*of, func.min(SIDE_ENTRIES.c.received_at).label("since")).group_by(*of)
    earliest = {(row.terminal, row.branch): row.since for row in connection.execute(came)}
    wanted = select(BRANCHES).order_by(BRANCHES.c.terminal, BRANCHES.c.epoch, BRANCHES.c.first)
    if terminal is not None:
        wanted = wanted.where(BRANCHES.c.terminal == terminal)
    found: dict[str, list[dict[str, Any]]] = {}
    for row in connection.execute(wanted):
        found.setdefault(row.terminal, []).append(_listed(row, earliest[row.terminal, row.branch]))
    return found


def _listed(row: Row[*tuple[Any, ...]], since: str) -> dict[str, Any]:
    if row.adopted == row.last:
        state = "adopted"
    elif row.declined == row.last:
        state = "declined"
    else:
        state = "waits"
    shown = {"epoch": row.epoch, "first": row.first, "last": row.last, "count": row.last - row.first + 1}
    shown |= {"branch": wire.b64(row.branch), "cause": row.cause, "state": state, "since": since}
    shown |= {"adopted": row.adopted if row.adopted >= row.first else 0, "told": bool(row.told)}
    return {**shown, "facts": json.loads(row.facts) if row.facts else None}


def show_late(connection: Connection, terminal: str, branch: str) -> dict[str, Any]:
    """One branch with its entries by kind: numbers, times and staff, never a customer's data.

    ``branch``: its name or the beginning of it.  Raises HqError CONFLICT where there is none, or several.
    """
    rows = [
        row for row in list_late(connection, terminal).get(terminal, []) if row["branch"].startswith(branch)
    ]
    if len(rows) != 1:
        raise HqError(HqFault.CONFLICT, what="branch unknown" if not rows else "several branches")
    row, listed = rows[0], []
    kinds: dict[str, int] = {}
    for entry in read_branch(connection, terminal, wire.unb64(row["branch"], 32)):
        header = entry.header
        kinds[header.kind] = kinds.get(header.kind, 0) + 1
        at = header.trusted.at.isoformat(timespec="seconds")
        item = entry.data.get("number") if header.kind == "ItemAccepted" else None
        listed.append(
            {"seq": header.seq, "kind": header.kind, "actor": header.actor.id, "at": at, "item": item}
        )
    return {**row, "terminal": terminal, "kinds": dict(sorted(kinds.items())), "entries": listed}


def late_line(late: dict[str, Any]) -> str:
    """One branch, for people."""
    state = {"waits": "a supervisor of the counter decides"}.get(late["state"], late["state"])
    facts = late["facts"] or {}
    said = f"{facts['counts']['accepted']} items, " if "counts" in facts else ""
    said = f"CANNOT BE OFFERED ({facts['why']}), " if "why" in facts else said
    return (
        f"LATE epoch {late['epoch']}: {late['count']} entries, {late['first']} to {late['last']} "
        f"({late['cause']} {late['branch'][:8]}), {said}beside the chain since {late['since']}: {state}"
    )


def late_lines(shown: dict[str, Any]) -> list[str]:
    """The same with its entries."""
    lines = [late_line(shown), "  " + ", ".join(f"{name} {count}" for name, count in shown["kinds"].items())]
    for entry in shown["entries"]:
        item = "" if entry["item"] is None else f"  No. {entry['item']:06d}"
        lines.append(f"  {entry['seq']:>8}  {entry['at']}  {entry['actor']:<10} {entry['kind']}{item}")
    return lines
