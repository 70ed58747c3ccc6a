"""Entries beside the chain: a second history, and what comes late of an epoch that another one followed.

They are authentic, so they are kept, each in its branch (a run of entries that follow one another), until a
supervisor of the counter decides (hq/branches.py); nothing folds them before.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select, update

from core.errors import EntryError, EntryFault
from core.exchange import entry_to_json
from core.ledger import branches
from core.ledger.entry import ZERO_HASH, Entry, Head, stamp
from hq.alarms import raise_alarm
from hq.clock import Now
from hq.identity import Terminal
from hq.schema import SIDE_ENTRIES
from hq.schema_beside import BRANCHES

LATE = branches.LATE  # also the alarm of a terminal whose earlier epoch still had entries


def keep(connection: Connection, entries: Sequence[Entry], now: Now, cause: str) -> int:
    """Beside the chain, once each, in their branches; how many were new.

    ``entries`` follow one another, and are of one terminal and epoch.
    """
    if not entries:
        return 0
    received, first = stamp(now()), entries[0].header
    mine = (SIDE_ENTRIES.c.terminal == first.terminal, SIDE_ENTRIES.c.epoch == first.epoch)
    span = SIDE_ENTRIES.c.seq.between(first.seq - 1, entries[-1].header.seq)
    chosen = (SIDE_ENTRIES.c.hash, SIDE_ENTRIES.c.previous, SIDE_ENTRIES.c.branch)
    here = connection.execute(select(*chosen).where(*mine, span)).all()
    branch_of = {row.hash: row.branch for row in here}
    followed = {row.previous for row in here}
    new = [entry for entry in entries if entry.hash not in branch_of]
    for entry in new:
        previous = entry.header.previous
        goes_on = previous in branch_of and previous not in followed
        branch = branch_of[entry.hash] = branch_of[previous] if goes_on else entry.hash
        followed.add(previous)
        connection.execute(insert(SIDE_ENTRIES), [_row(entry, branch, received)])
        _grow(connection, entry, branch, cause, received)
    if new:
        _join(connection, entries[-1], branch_of[entries[-1].hash], received)
    return len(new)


def _grow(connection: Connection, entry: Entry, branch: bytes, cause: str, received: str) -> None:
    """The branch's row reaches as far as its last entry."""
    header = entry.header
    reach = {"last": header.seq, "tip": entry.hash, "changed_at": received}
    mine = (BRANCHES.c.terminal == header.terminal, BRANCHES.c.branch == branch)
    if connection.execute(update(BRANCHES).where(*mine).values(reach)).rowcount:
        return
    row = {"terminal": header.terminal, "branch": branch, "epoch": header.epoch, "cause": cause}
    row |= {"first": header.seq, "base": header.previous, **reach, "facts": ""}
    row |= {"adopted": header.seq - 1, "adopted_tip": header.previous, "declined": 0}
    connection.execute(insert(BRANCHES), [{**row, "told": 0, "told_tip": ZERO_HASH}])


def _join(connection: Connection, last: Entry, branch: bytes, received: str) -> None:
    """What came before its own beginning did, and follows ``last``, is the same branch."""
    mine = (BRANCHES.c.terminal == last.header.terminal, BRANCHES.c.base == last.hash)
    orphans = connection.execute(select(BRANCHES).where(*mine, BRANCHES.c.branch != branch)).all()
    if len(orphans) != 1:
        return
    (orphan,) = orphans
    of = SIDE_ENTRIES.c.terminal == orphan.terminal
    moved = update(SIDE_ENTRIES).where(of, SIDE_ENTRIES.c.branch == orphan.branch)
    connection.execute(moved.values(branch=branch))
    here = (BRANCHES.c.terminal == orphan.terminal, BRANCHES.c.branch == orphan.branch)
    connection.execute(delete(BRANCHES).where(*here))
    reach = {"last": orphan.last, "tip": orphan.tip, "changed_at": received}
    mine = (BRANCHES.c.terminal == orphan.terminal, BRANCHES.c.branch == branch)
    connection.execute(update(BRANCHES).where(*mine).values(reach))


def goes_on(connection: Connection, terminal: Terminal, entry: Entry) -> bool:
    """Whether ``entry`` follows one that is kept beside the chain."""
    header = entry.header
    mine = (SIDE_ENTRIES.c.terminal == terminal.terminal, SIDE_ENTRIES.c.epoch == terminal.epoch)
    before = (SIDE_ENTRIES.c.seq == header.seq - 1, SIDE_ENTRIES.c.hash == header.previous)
    wanted = select(SIDE_ENTRIES.c.seq).where(*mine, *before)
    return connection.execute(wanted).first() is not None


def park(connection: Connection, terminal: Terminal, entries: Sequence[Entry], head: Head, now: Now) -> None:
    """What an earlier epoch still had after ``head``, its last entry in the chain.

    Raises EntryError GAP or PREVIOUS where it follows neither that nor what is kept already.
    """
    first = entries[0]
    follows = first.header.seq == head.seq + 1 and first.header.previous == head.hash
    if not follows and not goes_on(connection, terminal, first):
        fault = EntryFault.GAP if first.header.seq > head.seq + 1 else EntryFault.PREVIOUS
        raise EntryError(fault, seq=first.header.seq, expected=head.seq + 1)
    if keep(connection, entries, now, LATE):
        facts = {"what": f"entries of epoch {terminal.epoch}, replaced by {terminal.replaced}"}
        raise_alarm(
            connection, terminal.terminal, LATE, now(), epoch=terminal.epoch, seq=head.seq + 1, facts=facts
        )


def _row(entry: Entry, branch: bytes, received: str) -> dict[str, object]:
    header = entry.header
    form = json.dumps(entry_to_json(entry), sort_keys=True, separators=(",", ":"))
    return {
        "terminal": header.terminal,
        "epoch": header.epoch,
        "seq": header.seq,
        "hash": entry.hash,
        "previous": header.previous,
        "branch": branch,
        "body": entry.body,
        "entry": form.encode("ascii"),
        "received_at": received,
    }
