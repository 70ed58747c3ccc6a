"""The two signed marks of a terminal: what is *received* here, and what is *safe* elsewhere too."""

from __future__ import annotations

from sqlalchemy import Connection, select

from core.ledger.documents import Marks, make_marks
from core.ledger.entry import Head
from hq.clock import Now, utc_now
from hq.database import Database
from hq.identity import Terminal
from hq.rolls import SigningKeys
from hq.schema import HEADS


def read_marks(
    connection: Connection, terminal: str, epoch: int, now: Now = utc_now, *, replaced: int = 0
) -> Marks:
    """Of one epoch, as its head's row says; ``replaced``: the epoch that followed it."""
    wanted = select(HEADS).where(HEADS.c.terminal == terminal, HEADS.c.epoch == epoch)
    row = connection.execute(wanted).one()
    received, safe = Head(epoch, row.seq, row.hash), Head(epoch, row.safe_seq, row.safe_hash)
    return Marks(terminal, received, safe, now(), replaced)


def signed_marks(
    database: Database, signing: SigningKeys, terminal: Terminal, now: Now = utc_now
) -> tuple[bytes, bytes]:
    """(document, signature) for the terminal's current epoch, by the key of ours that it believes."""
    with database.read() as connection:
        marks = read_marks(connection, terminal.terminal, terminal.epoch, now, replaced=terminal.replaced)
    return make_marks(marks, signing.now().known(terminal.knows))
