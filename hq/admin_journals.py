"""Every journal verified again from its first entry: what was changed at headquarters after it was followed.

The follower looks at each entry once.  This looks at all of them, as an export's reader would, against the
head that headquarters signs as *received*.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from core.errors import EntryError
from core.ledger.chain import Verifier
from core.ledger.documents import read_grant
from core.ledger.rolls import KeyChain
from hq.admin_walk import Finding
from hq.database import Database
from hq.entries import read_entries
from hq.home import Home
from hq.schema import GRANTS, HEADS


def check_journals(home: Home, database: Database) -> Iterator[Finding]:
    """The first entry of each terminal that does not hold; all signatures are checked."""
    keys = home.rolls().now()
    with database.read() as connection:
        for terminal in sorted(set(connection.execute(select(HEADS.c.terminal)).scalars())):
            if (found := check_journal(connection, terminal, keys)) is not None:
                yield found


def check_journal(connection: Connection, terminal: str, keys: KeyChain) -> Finding | None:
    """One terminal; None where all of it holds up to the head."""
    verifier = Verifier(terminal, keys)
    try:
        mine = GRANTS.c.terminal == terminal
        for grant in connection.execute(select(GRANTS).where(mine).order_by(GRANTS.c.epoch)):
            verifier.learn(read_grant(grant.document, grant.signature, keys))
        for entry in read_entries(connection, terminal, 1):
            verifier.admit(entry)
    except EntryError as error:
        return Finding(f"{terminal} entry {verifier.head.seq + 1}", str(error.code))
    newest = select(HEADS).where(HEADS.c.terminal == terminal).order_by(HEADS.c.epoch.desc()).limit(1)
    head = connection.execute(newest).one()
    if (int(head.seq), head.hash) != (verifier.head.seq, verifier.head.hash) and head.seq:
        return Finding(f"{terminal} head", f"is at {head.seq}, the entries end at {verifier.head.seq}")
    return None
