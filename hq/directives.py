"""Directives: published to the estate, a branch or one terminal, and numbered for each that asks.

A publication becomes a directive of a terminal only when that terminal asks and says what it holds
already (decision 0023).  So a halt reaches whoever has not asked, nothing is numbered before a restored
headquarters has the lost ones back, and no transaction spans terminals.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from core import wire
from core.errors import EntryError, EntryFault, Fact, HqError, HqFault
from core.exchange import MAX_DIRECTIVES
from core.ledger.directives import (
    MAX_BYTES,
    NO_DIRECTIVE,
    Directive,
    DirectiveHead,
    DirectiveKind,
    FeedKeys,
    SignedDirective,
    make_directive,
    sign_directive_again,
)
from core.ledger.entry import ZERO_HASH, stamp
from hq.alarms import insert_if_new, raise_alarm
from hq.clock import Now, utc_now
from hq.database import Database
from hq.identity import Terminal
from hq.pools import keep_returned
from hq.rolls import Signing, SigningKeys
from hq.schema import DIRECTIVES, ESTATE, FEEDS, PUBLICATIONS, STORE

_LOG = logging.getLogger(__name__)
ANSWER_BYTES = MAX_BYTES  # and a third more as base64url: counters read at most 1 MiB
EVERYBODY = "*"


def to_branch(branch: str) -> str:
    """The scope of one branch's terminals."""
    return f"branch:{branch}"


def to_terminal(terminal: str) -> str:
    """The scope of one terminal."""
    return f"terminal:{terminal}"


@dataclass(frozen=True, slots=True)
class Publication:
    """What is to be published.  A later one of the same ``kind`` and ``subject`` takes its place.

    ``body`` names nobody but by staff number; what may name a person goes into ``attachment``.
    """

    kind: str
    subject: str
    body: Mapping[str, Any]
    scope: str = EVERYBODY
    attachment: bytes | None = None


def publish(connection: Connection, publication: Publication, now: Now = utc_now) -> int:
    """Publish in the caller's transaction; the publication's number.

    Raises EntryError FORM, TOO_LARGE for a body that is no canonical JSON.
    """
    body = wire.encode(publication.body, limit=MAX_BYTES - 4096 - len(publication.attachment or b""))
    number = lock_estate(connection) + 1
    counter = update(FEEDS).where(FEEDS.c.terminal == ESTATE)
    connection.execute(counter.values(number=number))
    row = {
        "terminal": ESTATE,
        "number": number,
        "scope": publication.scope,
        "kind": publication.kind,
        "subject": publication.subject,
        "body": body,
        "attachment": publication.attachment,
        "published_at": stamp(now()),
        "halted_at": None,
    }
    connection.execute(insert(PUBLICATIONS), [row])
    return number


def lock_estate(connection: Connection) -> int:
    """Whoever publishes waits here until the caller's transaction ends; the last publication's number."""
    return int(_lock(connection, ESTATE).number)


def halt(database: Database, number: int, *, now: Now = utc_now) -> None:
    """Whoever has not got it yet never does; raises HqError CONFLICT for one that is not here."""
    with database.write() as connection:
        here = (PUBLICATIONS.c.terminal == ESTATE, PUBLICATIONS.c.number == number)
        done = connection.execute(
            update(PUBLICATIONS)
            .where(*here, PUBLICATIONS.c.halted_at.is_(None))
            .values(halted_at=stamp(now()))
        )
        if done.rowcount != 1:
            raise HqError(HqFault.CONFLICT, what="publication unknown or halted", number=number)


class Feed:
    """Answers terminals.  Thread-safe; each transaction is of one terminal only."""

    def __init__(self, database: Database, signing: SigningKeys, now: Now = utc_now) -> None:
        self._database = database
        self._signing = signing
        self._now = now
        self._made = ""  # when this store was made or restored

    def after(self, terminal: Terminal, held: DirectiveHead) -> tuple[list[SignedDirective], bool]:
        """What follows the last directive that the terminal holds; whether there is more.

        Raises HqError CONFLICT: "directives lost" where it holds more than we do (facts: number; it gives
        them back by :meth:`take_back`), "directives fork" where it holds another one under that number,
        "replaced" for a store whose epoch another one followed: no operator's keys go there any more.
        """
        _need_present(terminal)
        with self._database.read() as connection:
            feed = _feed(connection, terminal.terminal)
            pending = feed is None or _waits(connection, terminal, int(feed.considered))
            heard = self._heard(connection, feed)
            same = feed is not None and feed.number == held.number and feed.hash == held.hash
            if same and heard and not pending:
                return [], False
        signing = self._signing.now()
        with self._database.write() as connection:
            feed = _lock(connection, terminal.terminal)
            if held.number > feed.number:
                raise HqError(HqFault.CONFLICT, what="directives lost", number=int(feed.number))
            same = _hash_at(connection, terminal.terminal, held.number) == held.hash
            if same:
                mine = FEEDS.c.terminal == terminal.terminal
                connection.execute(update(FEEDS).where(mine).values(heard=self._made))
                self._number(connection, terminal, feed, signing)
                found, more = _read(connection, terminal.terminal, held.number)
                return _signed_for(found, signing, signing.place(terminal.knows)), more
        self._fork(terminal, held.number)
        raise HqError(HqFault.CONFLICT, what="directives fork", number=held.number)

    def _heard(self, connection: Connection, feed: Row[*tuple[Any, ...]] | None) -> bool:
        """Whether it asked this store before, so that nothing it holds is unknown here."""
        self._made = self._made or str(connection.execute(select(STORE.c.created_at)).scalar_one())
        return feed is not None and bool(feed.heard == self._made)

    def take_back(self, terminal: Terminal, lost: Sequence[SignedDirective]) -> int:
        """Directives that this headquarters signed and lost; the newest number that is here now.

        Raises HqError CONFLICT, EntryError SIGNATURE, GAP, PREVIOUS, COMMITMENT …
        """
        _need_present(terminal)
        with self._database.write() as connection:
            feed = _lock(connection, terminal.terminal)
            head = DirectiveHead(int(feed.number), feed.hash)
            keys = FeedKeys(self._signing.now().chain, _rolled(connection, terminal.terminal))
            for signed in lost:
                if signed.directive.number <= head.number:
                    if _hash_at(connection, terminal.terminal, signed.directive.number) != signed.hash:
                        raise HqError(
                            HqFault.CONFLICT, what="directives fork", number=signed.directive.number
                        )
                    continue
                found = keys.check(signed, terminal.terminal, head)
                _store(connection, found, signed)
                if found.kind == DirectiveKind.POOL:
                    keep_returned(connection, signed)
                head = signed.head
            _LOG.info("%s gave directives back up to %d", terminal.terminal, head.number)
            _advance(connection, terminal.terminal, head, int(feed.considered))
            return head.number

    def _number(
        self, connection: Connection, terminal: Terminal, feed: Row[*tuple[Any, ...]], signing: Signing
    ) -> None:
        """Sign what waits for this terminal; of several on one subject only the last.

        No roll to a key that it believes already: it was enrolled, or came back, under that one.
        """
        known = signing.place(terminal.knows)
        head, considered = DirectiveHead(int(feed.number), feed.hash), int(feed.considered)
        waiting: dict[tuple[str, str], Row[*tuple[Any, ...]]] = {}
        for row in connection.execute(_pending(terminal, considered)):
            considered = max(considered, int(row.number))
            if row.halted_at is None:
                waiting.pop((row.kind, row.subject), None)
                waiting[row.kind, row.subject] = row
        for row in waiting.values():
            if row.kind == DirectiveKind.KEY and int(row.subject) <= known:
                continue
            digest = _digest(row.kind, row.subject, row.body, row.attachment)
            if digest == _last_digest(connection, terminal.terminal, row.kind, row.subject):
                continue  # it has just that already, from an earlier publication
            made = Directive(
                terminal.terminal,
                head.number + 1,
                head.hash,
                row.kind,
                row.subject,
                self._now(),
                int(row.number),
                wire.decode(row.body, limit=MAX_BYTES),
            )
            signed = make_directive(made, signing.current, row.attachment)
            _store(connection, made, signed)
            head = signed.head
        _advance(connection, terminal.terminal, head, considered)

    def _fork(self, terminal: Terminal, number: int) -> None:
        facts: dict[str, Fact] = {"what": "directives", "number": number}
        with self._database.write() as connection:
            raise_alarm(connection, terminal.terminal, EntryFault.FORK, self._now(), facts=facts)


def _signed_for(found: list[SignedDirective], signing: Signing, place: int) -> list[SignedDirective]:
    """As a terminal believes them that knows key ``place``; after a roll in its feed, by the new key.

    What was signed once is signed again: a directive's hash does not cover its signature.
    """
    if len(signing.chain.keys) == 1:
        return found
    made = []
    for signed in found:
        made.append(sign_directive_again(signed, signing.at(place)))
        if signed.directive.kind == DirectiveKind.KEY:
            place = max(place, int(signed.directive.subject))
    return made


def _rolled(connection: Connection, terminal: str) -> int:
    """The place of the key that the last roll in a feed led to, 0 where it has none."""
    mine = (DIRECTIVES.c.terminal == terminal, DIRECTIVES.c.kind == DirectiveKind.KEY)
    wanted = select(DIRECTIVES.c.subject).where(*mine).order_by(DIRECTIVES.c.number.desc()).limit(1)
    return int(connection.execute(wanted).scalar_one_or_none() or 0)


def _need_present(terminal: Terminal) -> None:
    if terminal.replaced:
        raise HqError(HqFault.CONFLICT, what="replaced", epoch=terminal.replaced)


def _scopes(terminal: Terminal) -> tuple[str, str, str]:
    return EVERYBODY, to_branch(terminal.branch), to_terminal(terminal.terminal)


def _pending(terminal: Terminal, considered: int) -> Any:
    mine = (
        PUBLICATIONS.c.terminal == ESTATE,
        PUBLICATIONS.c.scope.in_(_scopes(terminal)),
        PUBLICATIONS.c.number > considered,
    )
    return select(PUBLICATIONS).where(*mine).order_by(PUBLICATIONS.c.number)


def _waits(connection: Connection, terminal: Terminal, considered: int) -> bool:
    wanted = _pending(terminal, considered).with_only_columns(PUBLICATIONS.c.number).limit(1)
    return connection.execute(wanted).first() is not None


def _feed(connection: Connection, terminal: str, *, lock: bool = False) -> Row[*tuple[Any, ...]] | None:
    wanted = select(FEEDS).where(FEEDS.c.terminal == terminal)
    return connection.execute(wanted.with_for_update() if lock else wanted).one_or_none()


def _lock(connection: Connection, terminal: str) -> Row[*tuple[Any, ...]]:
    """The feed's row, locked until the transaction ends; made where it is not there."""
    empty = {"terminal": terminal, "number": 0, "hash": ZERO_HASH, "considered": 0, "heard": ""}
    insert_if_new(connection, FEEDS, empty)
    found = _feed(connection, terminal, lock=True)
    assert found is not None
    return found


def _advance(connection: Connection, terminal: str, head: DirectiveHead, considered: int) -> None:
    values = {"number": head.number, "hash": head.hash, "considered": considered}
    connection.execute(update(FEEDS).where(FEEDS.c.terminal == terminal).values(values))


def _store(connection: Connection, directive: Directive, signed: SignedDirective) -> None:
    body = wire.encode(directive.body, limit=MAX_BYTES)
    row = {
        "terminal": directive.terminal,
        "number": directive.number,
        "publication": directive.publication,
        "kind": directive.kind,
        "subject": directive.subject,
        "digest": _digest(directive.kind, directive.subject, body, signed.attachment),
        "hash": signed.hash,
        "document": signed.document,
        "signature": signed.signature,
        "nonce": signed.nonce,
        "attachment": signed.attachment,
    }
    connection.execute(insert(DIRECTIVES), [row])


def _digest(kind: str, subject: str, body: bytes, attachment: bytes | None) -> bytes:
    parts = (kind.encode("utf-8"), subject.encode("utf-8"), body, attachment or b"")
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).digest()


def _last_digest(connection: Connection, terminal: str, kind: str, subject: str) -> bytes | None:
    same = (DIRECTIVES.c.terminal == terminal, DIRECTIVES.c.kind == kind, DIRECTIVES.c.subject == subject)
    wanted = select(DIRECTIVES.c.digest).where(*same).order_by(DIRECTIVES.c.number.desc()).limit(1)
    found: bytes | None = connection.execute(wanted).scalar_one_or_none()
    return found


def _hash_at(connection: Connection, terminal: str, number: int) -> bytes | None:
    if number == 0:
        return NO_DIRECTIVE.hash
    wanted = select(DIRECTIVES.c.hash).where(DIRECTIVES.c.terminal == terminal, DIRECTIVES.c.number == number)
    found: bytes | None = connection.execute(wanted).scalar_one_or_none()
    return found


def _read(connection: Connection, terminal: str, after: int) -> tuple[list[SignedDirective], bool]:
    wanted = (
        select(DIRECTIVES)
        .where(DIRECTIVES.c.terminal == terminal, DIRECTIVES.c.number > after)
        .order_by(DIRECTIVES.c.number)
        .limit(MAX_DIRECTIVES + 1)
    )
    found: list[SignedDirective] = []
    size = 0
    for row in connection.execute(wanted):
        size += len(row.document) + len(row.attachment or b"")
        if found and (size > ANSWER_BYTES or len(found) == MAX_DIRECTIVES):
            return found, True
        found.append(SignedDirective(row.document, row.signature, row.nonce, row.attachment))
    return found, False


def read_held(after: int, head: str) -> DirectiveHead:
    """What a request's query says; raises EntryError FORM."""
    if not 0 <= after <= wire.MAX_INT:
        raise EntryError(EntryFault.FORM, what="after")
    return DirectiveHead(after, wire.unb64(head, 32))
