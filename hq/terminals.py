"""Terminals: codes that let one in, and enrolment, which gives it an epoch and a certificate."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import Connection, Row, delete, insert, select, update

from core import wire
from core.crypto.keys import PublicKey, parse_public_key
from core.errors import EntryError, EntryFault, HqError, HqFault
from core.ledger.documents import Grant, make_grant, sign_again
from core.ledger.entry import EMPTY_HEAD, ZERO_HASH, Head, parse_stamp, stamp
from hq import certificates, codes
from hq.clock import Now, utc_now
from hq.database import Database
from hq.forms import EnrolAnswer, EnrolCodeAnswer, EnrolCodeRequest, EnrolRequest, RollForm
from hq.identity import Terminal
from hq.rolls import SigningKeys
from hq.schema import CERTIFICATES, ENROL_CODES, ENTRIES, GRANTS, HEADS, TERMINALS

ENROL_TAG = b"counter/enrol/1\0"
CODE_HOURS = 24
# In URLs, header lines and certificates' names alike.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def check_name(text: str) -> str:
    """A terminal's or branch's name; raises EntryError FORM."""
    if NAME.fullmatch(text) is None:
        raise EntryError(EntryFault.FORM, what="name")
    return text


@dataclass(frozen=True, slots=True)
class Authority:
    """What enrolment signs with."""

    signer: SigningKeys
    key: ec.EllipticCurvePrivateKey
    certificate: bytes
    opening: PublicKey


def new_enrol_code(
    database: Database, terminal: str, branch: str, *, hours: int = CODE_HOURS, now: Now = utc_now
) -> str:
    """A code for one enrolment of ``terminal``; an unused earlier one no longer counts.

    Raises EntryError FORM for names of another form, HqError CONFLICT where that terminal's journal
    is here already: it would need a new epoch.
    """
    check_name(terminal)
    check_name(branch)
    with database.write() as connection:
        known = _terminal_row(connection, terminal)
        if known is not None and known.seq > 0:
            raise HqError(HqFault.CONFLICT, what="enrolled")
        return _new_code(connection, terminal, branch, hours, now, follows=False)


def grant_epoch(database: Database, terminal: str, *, hours: int = CODE_HOURS, now: Now = utc_now) -> str:
    """A code for the next epoch of a terminal whose journal is here: for ``recover`` on whatever machine.

    The epoch begins when the code is redeemed, at the head that stands here then.  Raises EntryError FORM,
    HqError CONFLICT where no such terminal ever enrolled.
    """
    check_name(terminal)
    with database.write() as connection:
        wanted = select(TERMINALS.c.branch).where(TERMINALS.c.terminal == terminal).with_for_update()
        branch = connection.execute(wanted).scalar_one_or_none()
        if branch is None:
            raise HqError(HqFault.CONFLICT, what="terminal unknown")
        return _new_code(connection, terminal, branch, hours, now, follows=True)


def revoke(database: Database, terminal: str, *, now: Now = utc_now) -> int:
    """Nobody who holds a key or certificate of this terminal is let in any more; how many certificates.

    What is here stays, and so does what is at the counter: ``grant_epoch`` lets it come back under a new key.
    Raises EntryError FORM, HqError CONFLICT where no such terminal ever enrolled.
    """
    check_name(terminal)
    with database.write() as connection:
        if _terminal_row(connection, terminal) is None:
            raise HqError(HqFault.CONFLICT, what="terminal unknown")
        at = stamp(now())
        for table in (GRANTS, CERTIFICATES):
            standing = (table.c.terminal == terminal, table.c.revoked_at.is_(None))
            done = connection.execute(update(table).where(*standing).values(revoked_at=at)).rowcount
        return done


def _new_code(
    connection: Connection, terminal: str, branch: str, hours: int, now: Now, *, follows: bool
) -> str:
    """Made and stored; an unused earlier one of the terminal no longer counts."""
    code = codes.new_code()
    mine = ENROL_CODES.c.terminal == terminal
    connection.execute(delete(ENROL_CODES).where(mine, ENROL_CODES.c.used_at.is_(None)))
    row = {
        "terminal": terminal,
        "digest": codes.digest(code),
        "branch": branch,
        "expires_at": stamp(now() + dt.timedelta(hours=hours)),
        "follows": int(follows),
    }
    connection.execute(insert(ENROL_CODES), [row])
    return code


class Enrolment:
    """Redeems codes.  Asked again with the same code and key it answers the same: no answer is lost."""

    def __init__(self, database: Database, authority: Authority, now: Now = utc_now) -> None:
        self._database = database
        self._authority = authority
        self._now = now

    def enrol(self, request: EnrolRequest) -> EnrolAnswer:
        """Raises HqError CODE_INVALID, CONFLICT; EntryError KEY, SIGNATURE, FORM."""
        key = parse_public_key(request.terminal_key, signing=True)
        agreement = request.agreement_key
        if agreement is not None:
            parse_public_key(agreement, signing=False)
        if not key.verify(wire.unb64(request.proof), ENROL_TAG + request.code.encode("utf-8", "replace")):
            raise EntryError(EntryFault.SIGNATURE, what="proof")
        with self._database.write() as connection:
            row = self._code(connection, request.code, key)
            issued = certificates.make_client(
                request.csr, row.terminal, self._authority.key, self._authority.certificate, self._now()
            )
            if row.used_at is None:
                self._begin_epoch(connection, row, key, agreement)
                used = {"used_at": stamp(self._now()), "used_key": key.text}
                connection.execute(
                    update(ENROL_CODES)
                    .where(ENROL_CODES.c.terminal == row.terminal, ENROL_CODES.c.digest == row.digest)
                    .values(used)
                )
            record_certificate(
                connection, row.terminal, self._present(connection, row.terminal), issued, self._now()
            )
            return self._answer(connection, row.terminal, issued)

    def tell(self, request: EnrolCodeRequest) -> EnrolCodeAnswer:
        """Which terminal a code is for, before it is used up; raises HqError CODE_INVALID."""
        with self._database.read() as connection:
            wanted = select(ENROL_CODES).where(ENROL_CODES.c.digest == codes.digest(request.code))
            row = self._good(connection.execute(wanted).one_or_none())
            return EnrolCodeAnswer(row.branch, row.terminal, bool(row.follows), row.used_at is not None)

    def _good(self, row: Row[*tuple[Any, ...]] | None) -> Row[*tuple[Any, ...]]:
        if row is None:
            raise HqError(HqFault.CODE_INVALID, what="unknown")
        if parse_stamp(row.expires_at) < self._now():
            raise HqError(HqFault.CODE_INVALID, what="expired")
        return row

    def _code(self, connection: Connection, code: str, key: PublicKey) -> Row[*tuple[Any, ...]]:
        wanted = select(ENROL_CODES).where(ENROL_CODES.c.digest == codes.digest(code)).with_for_update()
        row = self._good(connection.execute(wanted).one_or_none())
        if row.used_at is not None:
            current = select(TERMINALS.c.key).where(TERMINALS.c.terminal == row.terminal).with_for_update()
            if row.used_key != key.text or connection.execute(current).scalar_one() != key.text:
                raise HqError(HqFault.CODE_INVALID, what="used")
        return row

    def _begin_epoch(
        self, connection: Connection, code: Row[*tuple[Any, ...]], key: PublicKey, agreement: str | None
    ) -> None:
        """The first epoch, or the next: where nothing was written yet, or where HQ granted one.

        Never two keys for one epoch: the store of the one before may still be somewhere, and what it still
        has is taken beside the chain.
        """
        terminal = code.terminal
        known = _terminal_row(connection, terminal)
        if known is not None and known.seq > 0 and not code.follows:
            raise HqError(HqFault.CONFLICT, what="enrolled")
        epoch = 1 if known is None else known.epoch + 1
        start = EMPTY_HEAD if known is None or not known.seq else _last(connection, terminal)
        safe = (0, ZERO_HASH) if known is None else (known.safe_seq, known.safe_hash)
        values = {"branch": code.branch, "epoch": epoch, "key": key.text, "agreement_key": agreement}
        if known is None:
            row = {"terminal": terminal, "enrolled_at": stamp(self._now()), **values}
            connection.execute(insert(TERMINALS), [row])
        else:
            connection.execute(update(TERMINALS).where(TERMINALS.c.terminal == terminal).values(values))
        grant = Grant(terminal, code.branch, epoch, key, start, self._authority.opening)
        document, signature = make_grant(grant, self._authority.signer)
        place = {"terminal": terminal, "epoch": epoch}
        granted = {"document": document, "signature": signature, "key": key.text}
        connection.execute(insert(GRANTS), [{**place, **granted}])
        head = {"seq": start.seq, "hash": start.hash, "safe_seq": safe[0], "safe_hash": safe[1]}
        begins = {"start_seq": start.seq, "start_hash": start.hash}
        connection.execute(insert(HEADS), [{**place, **head, **begins}])

    @property
    def trusted(self) -> str:
        """The authorities that counters trust (PEM): while one follows another, both."""
        return self._authority.certificate.decode("ascii")

    def renew(self, terminal: Terminal, csr: str) -> bytes:
        """A fresh certificate (PEM) for who showed that terminal's key; raises EntryError FORM."""
        issued = certificates.make_client(
            csr, terminal.terminal, self._authority.key, self._authority.certificate, self._now()
        )
        with self._database.write() as connection:
            record_certificate(connection, terminal.terminal, terminal.epoch, issued, self._now())
        return issued.pem

    def _present(self, connection: Connection, terminal: str) -> int:
        wanted = select(TERMINALS.c.epoch).where(TERMINALS.c.terminal == terminal)
        return int(connection.execute(wanted).scalar_one())

    def _answer(self, connection: Connection, terminal: str, issued: certificates.Issued) -> EnrolAnswer:
        chosen = (TERMINALS.c.branch, TERMINALS.c.epoch, GRANTS.c.document)
        together = (GRANTS.c.terminal == TERMINALS.c.terminal) & (GRANTS.c.epoch == TERMINALS.c.epoch)
        wanted = select(*chosen).join(GRANTS, together).where(TERMINALS.c.terminal == terminal)
        row = connection.execute(wanted).one()
        signing = self._authority.signer.now()
        # Asked again after a roll: the terminal believes the key in force, and no other.
        signature = sign_again(row.document, signing.current)
        mine = (GRANTS.c.terminal == terminal, GRANTS.c.epoch == row.epoch)
        connection.execute(update(GRANTS).where(*mine).values(signature=signature))
        return EnrolAnswer(
            branch=row.branch,
            terminal=terminal,
            epoch=row.epoch,
            certificate=issued.pem.decode("ascii"),
            ca=self._authority.certificate.decode("ascii"),
            grant=wire.b64(row.document),
            grant_signature=wire.b64(signature),
            signing=signing.current.public.text,
            opening=self._authority.opening.text,
            rolls=[RollForm(**roll.as_json()) for roll in signing.chain.rolls],  # type: ignore[typeddict-item]
        )


def record_certificate(
    connection: Connection, terminal: str, epoch: int, issued: certificates.Issued, now: dt.datetime
) -> None:
    """What was issued, to whose key."""
    row = {
        "terminal": terminal,
        "serial": issued.serial,
        "epoch": epoch,
        "fingerprint": issued.fingerprint,
        "issued_at": stamp(now),
        "expires_at": stamp(issued.expires),
    }
    connection.execute(insert(CERTIFICATES), [row])


def _terminal_row(connection: Connection, terminal: str) -> Row[int, int, int, bytes] | None:
    """(epoch, seq, safe_seq, safe_hash) of a terminal, its row locked; None where it never enrolled."""
    locked = select(TERMINALS.c.epoch).where(TERMINALS.c.terminal == terminal).with_for_update()
    epoch = connection.execute(locked).scalar_one_or_none()
    if epoch is None:
        return None
    head = (HEADS.c.terminal == terminal, HEADS.c.epoch == epoch)
    chosen = (HEADS.c.epoch, HEADS.c.seq, HEADS.c.safe_seq, HEADS.c.safe_hash)
    return connection.execute(select(*chosen).where(*head).with_for_update()).one()


def _last(connection: Connection, terminal: str) -> Head:
    """The last entry of the chain; it may be of an earlier epoch than the present one."""
    wanted = select(ENTRIES.c.epoch, ENTRIES.c.seq, ENTRIES.c.hash).where(ENTRIES.c.terminal == terminal)
    row = connection.execute(wanted.order_by(ENTRIES.c.epoch.desc(), ENTRIES.c.seq.desc()).limit(1)).one()
    return Head(row.epoch, row.seq, row.hash)
