"""Who asks: the client certificate admits, the terminal key's signature on the request identifies.

A request counts once: its nonce is kept for as long as its time is inside the window.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, update

from core import wire
from core.crypto.keys import PublicKey
from core.errors import EntryError, HqError, HqFault
from core.exchange import (
    HEADER_KEY,
    HEADER_NONCE,
    HEADER_SIGNATURE,
    HEADER_TERMINAL,
    HEADER_TIME,
    REQUEST_WINDOW_SECONDS,
    request_message,
)
from core.ledger.entry import parse_stamp, stamp
from hq import certificates
from hq.alarms import insert_if_new, raise_alarm
from hq.clock import Now, utc_now
from hq.database import Database
from hq.schema import CERTIFICATES, GRANTS, HEADS, NONCES, TERMINALS

_WINDOW = dt.timedelta(seconds=REQUEST_WINDOW_SECONDS)
# Built once: every request needs them, and building one takes as long as the database does.
_OF_EPOCH = (HEADS.c.terminal == TERMINALS.c.terminal) & (HEADS.c.epoch == CERTIFICATES.c.epoch)
_GRANTED = (GRANTS.c.terminal == TERMINALS.c.terminal) & (GRANTS.c.epoch == CERTIFICATES.c.epoch)
_FIND = (
    select(TERMINALS.c.branch, TERMINALS.c.epoch.label("present"), HEADS.c.seq, GRANTS.c.key)
    .add_columns(CERTIFICATES.c.epoch, CERTIFICATES.c.fingerprint, CERTIFICATES.c.revoked_at)
    .join(CERTIFICATES, CERTIFICATES.c.terminal == TERMINALS.c.terminal)
    .join(HEADS, _OF_EPOCH)
    .join(GRANTS, _GRANTED)
    .where(TERMINALS.c.terminal == bindparam("owner"), CERTIFICATES.c.serial == bindparam("serial"))
)
_CONTACT = (
    update(TERMINALS)
    .where(TERMINALS.c.terminal == bindparam("owner"))
    .values(contact_at=bindparam("at"))
    .returning(TERMINALS.c.epoch)
)


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """One request as it came: ``target`` is the path with its query, ``certificate`` DER bytes."""

    method: str
    target: str
    headers: Mapping[str, str]
    certificate: bytes = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Terminal:
    """A terminal that has shown who it is."""

    terminal: str
    branch: str
    epoch: int
    key: PublicKey
    received: int = 0  # at least so many of its entries were here when it asked
    earlier: Mapping[int, PublicKey] = field(default_factory=dict)  # keys of its earlier epochs, epoch → key
    replaced: int = 0  # the terminal's present epoch, where this one is an earlier one
    nonce: bytes | None = field(default=None, repr=False)  # of its request, where it is still to be used
    knows: str = ""  # id of the signing key of ours that it believes; "" where it did not say

    def key_of(self, epoch: int) -> PublicKey | None:
        """Whose signature an entry of ``epoch`` from this terminal needs; None where it may send none."""
        return self.key if epoch == self.epoch else self.earlier.get(epoch)


class Identity:
    """Admits requests; every refusal is an HqError AUTH_LOST, CLOCK or CONFLICT."""

    def __init__(self, database: Database, now: Now = utc_now) -> None:
        self._database = database
        self._now = now

    def admit(self, request: SignedRequest, wanted: str | None, *, use: bool = True) -> Terminal:
        """The terminal that asks.  ``wanted`` is the terminal that the path names, if it names one.

        With ``use`` False the request's nonce is handed on: whoever does what was asked uses it up in the
        same transaction (:func:`use_nonce`).

        Raises HqError AUTH_LOST (unknown, revoked, foreign or wrong signature), CLOCK (facts: now,
        seconds), CONFLICT (this request came before).
        """
        try:
            found = self._admit(request, wanted, use=use)
            return replace(found, knows=request.headers.get(HEADER_KEY, ""))
        except EntryError:
            raise HqError(HqFault.AUTH_LOST, what="headers") from None

    def admit_by_key(self, request: SignedRequest, wanted: str) -> Terminal:
        """As :meth:`admit`, without a certificate: for whoever comes to renew one that has ended.

        The key may be that of any epoch of the terminal that was not revoked.
        """
        try:
            return self._admit_by_key(request, wanted)
        except EntryError:
            raise HqError(HqFault.AUTH_LOST, what="headers") from None

    def _admit_by_key(self, request: SignedRequest, wanted: str) -> Terminal:
        if request.headers.get(HEADER_TERMINAL, "") != wanted:
            raise HqError(HqFault.AUTH_LOST, what="foreign")
        with self._database.read() as connection:
            known = self._by_epoch(connection, wanted)
        for found, revoked in known:
            try:
                nonce = self.check_signature(request, found.key)
            except HqError as error:
                if error.facts.get("what") == "signature":
                    continue
                raise
            if revoked:
                raise HqError(HqFault.AUTH_LOST, what="revoked")
            self._use(wanted, nonce)
            return found
        raise HqError(HqFault.AUTH_LOST, what="signature")

    def _by_epoch(self, connection: Connection, terminal: str) -> list[tuple[Terminal, bool]]:
        """The terminal under each epoch's key, the newest first, and whether that was revoked."""
        chosen = (TERMINALS.c.branch, TERMINALS.c.epoch.label("present"))
        wanted = (
            select(*chosen, GRANTS.c.epoch, GRANTS.c.key, GRANTS.c.revoked_at)
            .join(GRANTS, GRANTS.c.terminal == TERMINALS.c.terminal)
            .where(TERMINALS.c.terminal == terminal)
            .order_by(GRANTS.c.epoch.desc())
        )
        return [
            (
                Terminal(terminal, row.branch, row.epoch, PublicKey(row.key), replaced=_replaced(row)),
                row.revoked_at is not None,
            )
            for row in connection.execute(wanted)
        ]

    def check_signature(self, request: SignedRequest, key: PublicKey) -> bytes:
        """Time and signature of a request; its nonce, not used yet.  Raises HqError AUTH_LOST, CLOCK."""
        time = request.headers.get(HEADER_TIME, "")
        self._check_time(parse_stamp(time))
        nonce = wire.unb64(request.headers.get(HEADER_NONCE, ""), 16)
        signature = wire.unb64(request.headers.get(HEADER_SIGNATURE, ""))
        try:
            message = request_message(request.method, request.target, time, wire.b64(nonce), request.body)
        except UnicodeEncodeError:
            raise HqError(HqFault.AUTH_LOST, what="path") from None
        if not key.verify(signature, message):
            raise HqError(HqFault.AUTH_LOST, what="signature")
        return nonce

    def _admit(self, request: SignedRequest, wanted: str | None, *, use: bool) -> Terminal:
        said = request.headers.get(HEADER_TERMINAL, "")
        owner, serial = certificates.subject(request.certificate)
        with self._database.read() as connection:
            found = self._find(connection, owner, serial, request.certificate)
        if said != owner or (wanted is not None and wanted != owner):
            self._alarm(owner, "foreign")
            raise HqError(HqFault.AUTH_LOST, what="foreign")
        try:
            nonce = self.check_signature(request, found.key)
        except HqError as error:
            if error.facts.get("what") == "signature":
                self._alarm(owner, "request signature")
            raise
        if not use:
            return replace(found, nonce=nonce)
        self._use(owner, nonce)
        return found

    def _find(self, connection: Connection, owner: str, serial: str, certificate: bytes) -> Terminal:
        row = connection.execute(_FIND, {"owner": owner, "serial": serial}).one_or_none()
        if row is None or row.fingerprint != certificates.fingerprint(certificate):
            raise HqError(HqFault.AUTH_LOST, what="certificate")
        if row.revoked_at is not None:
            raise HqError(HqFault.AUTH_LOST, what="revoked")
        earlier: dict[int, PublicKey] = {}
        if row.epoch == row.present > 1:  # after a restore it sends what came before its epoch once more
            before = (GRANTS.c.terminal == owner, GRANTS.c.epoch < row.epoch)
            keys = connection.execute(select(GRANTS.c.epoch, GRANTS.c.key).where(*before))
            earlier = {each.epoch: PublicKey(each.key) for each in keys}
        key = PublicKey(row.key)
        return Terminal(owner, row.branch, row.epoch, key, row.seq, earlier, _replaced(row))

    def _check_time(self, told: dt.datetime) -> None:
        now = self._now()
        if abs(now - told) > _WINDOW:
            off = int((told - now).total_seconds())
            raise HqError(HqFault.CLOCK, now=stamp(now), seconds=off)

    def _use(self, terminal: str, nonce: bytes) -> None:
        with self._database.write() as connection:
            use_nonce(connection, terminal, nonce, self._now())

    def forget(self) -> int:
        """Drop nonces whose time no longer passes the window; how many."""
        # Twice the window: a request may be dated up to one window ahead of our clock.
        limit = stamp(self._now() - 2 * _WINDOW)
        with self._database.write() as connection:
            return connection.execute(delete(NONCES).where(NONCES.c.at < limit)).rowcount

    def _alarm(self, terminal: str, what: str) -> None:
        with self._database.write() as connection:
            raise_alarm(connection, terminal, HqFault.AUTH_LOST, self._now(), facts={"what": what})


def _replaced(row: Row[*tuple[Any, ...]]) -> int:
    """The terminal's present epoch, where the row's is an earlier one; else 0."""
    return int(row.present) if row.present != row.epoch else 0


def use_nonce(connection: Connection, terminal: str, nonce: bytes, now: dt.datetime) -> int | None:
    """Use a request's nonce up and note the contact; the terminal's epoch, its row locked.

    Only after the signature was good, so that nobody else can fill the table.  The row is locked before
    any head of the terminal is, as enrolment does.  Raises HqError CONFLICT where it was used before.
    """
    row = {"terminal": terminal, "nonce": nonce, "at": stamp(now)}
    if not insert_if_new(connection, NONCES, row):
        raise HqError(HqFault.CONFLICT, what="nonce")
    noted = connection.execute(_CONTACT, {"owner": terminal, "at": row["at"]})
    epoch: int | None = noted.scalar_one_or_none()
    return epoch
