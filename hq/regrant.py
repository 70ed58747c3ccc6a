"""A restored headquarters gets the grants back that it signed after its backup, from its counters.

The counter shows them with its request for a certificate.  Headquarters trusts its own signature, and the key
of the newest grant must have signed the request.  Entries before the epoch's start may be lost as well: then
the present epoch's head stands before its start, and the counter sends what is missing under the keys of the
epochs that it is of (hq/ingest.py).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select, update

from core.errors import EntryError, EntryFault, Fact, HqError, HqFault
from core.ledger.documents import Grant, read_grant
from core.ledger.entry import EMPTY_HEAD, ZERO_HASH, Head, stamp
from hq.alarms import raise_alarm
from hq.clock import Now, utc_now
from hq.database import Database
from hq.identity import Identity, SignedRequest
from hq.rolls import Headquarters, chain_of
from hq.schema import ENROL_CODES, ENTRIES, GRANTS, HEADS, TERMINALS

_LOG = logging.getLogger(__name__)
OTHER_GRANT = "grant.other"  # the alarm: two machines hold grants for one epoch, or its start is not here
MOST = 8  # of the newest epochs
Shown = tuple[bytes, bytes]  # document, signature


class Regrants:
    """Takes back.  One transaction, of one terminal."""

    def __init__(
        self, database: Database, identity: Identity, headquarters: Headquarters, now: Now = utc_now
    ) -> None:
        self._database = database
        self._identity = identity
        self._headquarters = headquarters
        self._now = now

    def take_back(self, request: SignedRequest, terminal: str, shown: Sequence[Shown]) -> int:
        """The terminal's epoch as it stands now, 0 where it is not known.

        Nothing happens where the grants are known.  Raises EntryError SIGNATURE, FORM (not ours),
        WRONG_TERMINAL; HqError AUTH_LOST (somebody else asks), CONFLICT ("fork": another grant stands).
        """
        grants = sorted((self._read(each, terminal) for each in shown), key=lambda pair: pair[0].epoch)
        with self._database.read() as connection:
            present = _present(connection, terminal)
        if not grants or grants[-1][0].epoch < present:
            return present
        self._identity.check_signature(request, grants[-1][0].key)
        try:
            with self._database.write() as connection:
                present = _present(connection, terminal, lock=True)
                for grant, document in grants:
                    self._one(connection, grant, document, present)
        except _OtherError as other:
            facts: dict[str, Fact] = {"what": other.what, "epoch": other.epoch}
            with self._database.write() as connection:
                raise_alarm(connection, terminal, OTHER_GRANT, self._now(), epoch=other.epoch, facts=facts)
            raise HqError(HqFault.CONFLICT, what="fork", epoch=other.epoch) from None
        return grants[-1][0].epoch

    def _read(self, shown: Shown, terminal: str) -> tuple[Grant, Shown]:
        grant = read_grant(*shown, chain_of(self._headquarters))
        if grant.terminal != terminal:
            raise EntryError(EntryFault.WRONG_TERMINAL, what="grant")
        return grant, shown

    def _one(self, connection: Connection, grant: Grant, shown: Shown, present: int) -> None:
        mine = (GRANTS.c.terminal == grant.terminal, GRANTS.c.epoch == grant.epoch)
        known = connection.execute(select(GRANTS.c.key).where(*mine)).scalar_one_or_none()
        if known is not None:
            if known != grant.key.text:
                raise _OtherError(grant.epoch, "another machine holds it")
            return
        if grant.epoch <= present:
            raise _OtherError(grant.epoch, "a later one was granted")
        top, safe = _top(connection, grant.terminal)
        self._check_start(connection, grant, top)
        place = {"terminal": grant.terminal, "epoch": grant.epoch}
        values = {"branch": grant.branch, "epoch": grant.epoch, "key": grant.key.text, "agreement_key": None}
        row = TERMINALS.c.terminal == grant.terminal
        if not connection.execute(update(TERMINALS).where(row).values(values)).rowcount:
            new = {"terminal": grant.terminal, "enrolled_at": stamp(self._now()), **values}
            connection.execute(insert(TERMINALS), [new])
        granted = {"document": shown[0], "signature": shown[1], "key": grant.key.text}
        connection.execute(insert(GRANTS), [{**place, **granted}])
        head = {"seq": top.seq, "hash": top.hash, "safe_seq": safe.seq, "safe_hash": safe.hash}
        begins = {"start_seq": grant.start.seq, "start_hash": grant.start.hash}
        connection.execute(insert(HEADS), [{**place, **head, **begins}])
        # A code that was redeemed after the backup must not be good once more.
        unused = (ENROL_CODES.c.terminal == grant.terminal, ENROL_CODES.c.used_at.is_(None))
        connection.execute(delete(ENROL_CODES).where(*unused))
        _LOG.warning("%s brought its grant of epoch %d back", grant.terminal, grant.epoch)

    def _check_start(self, connection: Connection, grant: Grant, top: Head) -> None:
        """What is here of the chain is what the epoch began on, and nothing came after it."""
        if top.seq > grant.start.seq:
            raise _OtherError(grant.epoch, "entries of an earlier epoch after its start")
        if top.seq == grant.start.seq and top.hash != (grant.start.hash if top.seq else top.hash):
            raise _OtherError(grant.epoch, "another start")


class _OtherError(Exception):
    """Found in the transaction, which is undone."""

    def __init__(self, epoch: int, what: str) -> None:
        super().__init__(what)
        self.epoch, self.what = epoch, what


def _present(connection: Connection, terminal: str, *, lock: bool = False) -> int:
    wanted = select(TERMINALS.c.epoch).where(TERMINALS.c.terminal == terminal)
    found = connection.execute(wanted.with_for_update() if lock else wanted).scalar_one_or_none()
    return int(found or 0)


def _top(connection: Connection, terminal: str) -> tuple[Head, Head]:
    """(the last entry of the chain that is here, the safe mark)."""
    wanted = select(ENTRIES.c.epoch, ENTRIES.c.seq, ENTRIES.c.hash).where(ENTRIES.c.terminal == terminal)
    last = connection.execute(wanted.order_by(ENTRIES.c.seq.desc()).limit(1)).one_or_none()
    heads = select(HEADS.c.epoch, HEADS.c.safe_seq, HEADS.c.safe_hash).where(HEADS.c.terminal == terminal)
    safe = connection.execute(heads.order_by(HEADS.c.epoch.desc()).limit(1)).one_or_none()
    top = EMPTY_HEAD if last is None else Head(last.epoch, last.seq, last.hash)
    return top, Head(1, 0, ZERO_HASH) if safe is None else Head(safe.epoch, safe.safe_seq, safe.safe_hash)
