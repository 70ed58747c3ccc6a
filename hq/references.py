"""Contacts "as in an earlier acceptance", resolved with the opening key (docs/format.md, section 6).

A counter finds a repeat sender by a 16-bit hint, so a reference may be of another person: what it names is
given out only where both sealed parts carry the same document number.  Anything else is parked by name, and
a target that has not arrived yet is waited for.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select, update

from core import wire
from core.acceptance.as_in import Target, target_from_json
from core.crypto.sealing import seal
from core.errors import CounterError, EntryError
from core.ledger.entry import AttachmentClass, Entry, stamp
from core.ledger.sealed_info import MOST_SEALED, sealed_info
from hq.clock import Now
from hq.database import Database
from hq.entries import read_entries
from hq.opening_key import OpeningKey
from hq.referring import LATE, WAITING
from hq.schema import HEADS, REFERENCES

_KIND = "ItemAccepted"
_AT_ONCE = 200
_FIELDS = {"contact": ("phone", "address"), "recipient": ("name", "phone", "address")}


class State(StrEnum):
    """What became of a reference."""

    RESOLVED = "resolved"
    LATE = LATE  # the target has not arrived here yet: ask again
    PARKED = "parked"  # ``why`` says what is wrong; a person has to decide


class Why(StrEnum):
    """Why a reference is parked."""

    FORM = "form"  # no reference of section 6
    NOT_EARLIER = "not_earlier"  # it names itself or what comes after it
    OTHER_EPOCH = "other_epoch"
    NOT_AN_ACCEPTANCE = "not_an_acceptance"
    GONE = "gone"  # the target's sealed part is erased
    UNREADABLE = "unreadable"  # it does not open, or is not in the form
    REFERS_AGAIN = "refers_again"  # the target's contact is a reference itself
    NO_DOCUMENT = "no_document"  # one of the two was accepted without a document
    DIFFERING_DOCUMENT = "differing_document"  # another person's


class _ParkedError(Exception):
    """Found while one reference is followed."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


def unsealed(entry: Entry, number: int, opening: OpeningKey) -> bytes | None:
    """What was sealed in one attachment, None where it is gone or of another class.  Raises StoreError."""
    part = entry.attachments[number]
    if part is None or part.cls is not AttachmentClass.SEALED:
        return None
    header = entry.header
    info = sealed_info(header.terminal, header.epoch, header.seq, header.operation, opening.public.id)
    return opening.open(part.data, info)


def opened_parts(connection: Connection, entry: Entry, opening: OpeningKey) -> list[Any]:
    """Each attachment's sealed content, contacts by reference resolved as far as they can be."""
    shown: list[Any] = []
    for number in range(len(entry.attachments)):
        plain = unsealed(entry, number, opening)
        try:
            shown.append(
                None
                if plain is None
                else resolved(connection, entry, wire.decode(plain, limit=MOST_SEALED), opening)
            )
        except CounterError:
            shown.append({"text": (plain or b"").decode("utf-8", "replace")})
    return shown


def resolve_waiting(database: Database, opening: OpeningKey, now: Now) -> int:
    """Try every reference that waits once, those that waited longest first; how many are settled."""
    open_states = REFERENCES.c.state.in_((WAITING, State.LATE.value))
    wanted = select(REFERENCES).where(open_states).order_by(REFERENCES.c.tried_at).limit(_AT_ONCE)
    with database.read() as connection:
        rows = [dict(row) for row in connection.execute(wanted).mappings()]
    settled = 0
    for row in rows:
        with database.read() as connection:
            state, why, copy = _judged(connection, row, opening)
        settled += state is not State.LATE
        mine = [REFERENCES.c[name] == row[name] for name in ("terminal", "epoch", "seq", "party", "month")]
        values = {"state": state.value, "why": why, "copy": copy, "tried_at": stamp(now())}
        with database.write() as connection:
            connection.execute(update(REFERENCES).where(*mine).values(values))
    return settled


def _judged(
    connection: Connection, row: Mapping[str, Any], opening: OpeningKey
) -> tuple[State, str, bytes | None]:
    """(state, why, copy) of one reference."""
    found = read_entries(connection, row["terminal"], row["seq"], row["seq"], attachments=True)
    entry = next(found, None)
    if entry is None:
        return State.LATE, "", None
    try:
        payload = _opened(entry, opening)
        sender = payload.get("sender")
        sender = sender if isinstance(sender, Mapping) else {}
        value = sender.get("contact") if row["party"] == "contact" else payload.get("recipient")
        if not isinstance(value, Mapping) or "as_in" not in value:
            raise _ParkedError(Why.FORM)  # the annex says what the sealed part does not
        document = sender.get("document"), sender.get("number")
        texts = _follow(connection, entry, row["party"], value, document, opening)
    except _ParkedError as parked:
        return State.PARKED, parked.why.value, None
    if texts is None:
        return State.LATE, "", None
    copy = seal(opening.public, wire.encode(texts), _copy_info(entry, row["party"], opening))
    return State.RESOLVED, "", copy


def _copied(connection: Connection, entry: Entry, group: str, opening: OpeningKey) -> dict[str, str] | None:
    """The texts that were kept before the target's sealed part went; None where there are none."""
    header = entry.header
    place = (REFERENCES.c.terminal == header.terminal, REFERENCES.c.epoch == header.epoch)
    wanted = select(REFERENCES.c.copy).where(
        *place, REFERENCES.c.seq == header.seq, REFERENCES.c.party == group
    )
    copy = connection.execute(wanted).scalar_one_or_none()
    if copy is None:
        return None
    texts = wire.decode(opening.open(copy, _copy_info(entry, group, opening)))
    return {name: str(text) for name, text in texts.items()}


def _copy_info(entry: Entry, group: str, opening: OpeningKey) -> bytes:
    """What a copy is bound to: a part of exactly this entry."""
    header = entry.header
    place = {"terminal": header.terminal, "epoch": header.epoch, "seq": header.seq}
    return wire.encode({"type": "reference", **place, "party": group, "key": opening.public.id})


def resolved(
    connection: Connection, entry: Entry, payload: Mapping[str, Any], opening: OpeningKey
) -> dict[str, Any]:
    """An item's sealed part with the contacts that its references name, beside what they name.

    A reference becomes ``{"as_in", "state"}``, with the contact's texts where it is resolved and ``why``
    where it is parked.  A part that has none comes back as it is.
    """
    shown, sender = dict(payload), payload.get("sender")
    if entry.header.kind != _KIND or not isinstance(sender, Mapping):
        return shown
    document = sender.get("document"), sender.get("number")

    def followed(group: str, value: object) -> object:
        if not isinstance(value, Mapping) or "as_in" not in value:
            return value
        said = {"as_in": value["as_in"]}
        try:
            texts = _follow(connection, entry, group, value, document, opening)
        except _ParkedError as parked:
            texts = _copied(connection, entry, group, opening) if parked.why is Why.GONE else None
            if texts is None:
                return {**said, "state": State.PARKED.value, "why": parked.why.value}
        if texts is None:
            return {**said, "state": State.LATE.value}
        return {**said, "state": State.RESOLVED.value, **texts}

    shown["sender"] = {**sender, "contact": followed("contact", sender.get("contact"))}
    shown["recipient"] = followed("recipient", payload.get("recipient"))
    return shown


def _follow(
    connection: Connection,
    entry: Entry,
    group: str,
    value: Mapping[str, Any],
    document: tuple[object, object],
    opening: OpeningKey,
) -> dict[str, str] | None:
    """The contact's texts; None while the target is not here.  Raises _ParkedError."""
    target, own = _target(value), entry.header
    if target.terminal == own.terminal and target.seq >= own.seq:
        raise _ParkedError(Why.NOT_EARLIER)
    if target.seq > _received(connection, target.terminal):
        return None
    found = next(read_entries(connection, target.terminal, target.seq, target.seq, attachments=True), None)
    if found is None:
        return None
    if found.header.epoch != target.epoch:
        raise _ParkedError(Why.OTHER_EPOCH)
    if found.header.kind != _KIND:
        raise _ParkedError(Why.NOT_AN_ACCEPTANCE)
    return _texts(_opened(found, opening), group, document)


def _target(value: Mapping[str, Any]) -> Target:
    try:
        target = target_from_json(value["as_in"])
    except EntryError:
        target = None
    if target is None or set(value) != {"as_in"}:
        raise _ParkedError(Why.FORM)
    return target


def _received(connection: Connection, terminal: str) -> int:
    wanted = select(HEADS.c.seq).where(HEADS.c.terminal == terminal).order_by(HEADS.c.seq.desc()).limit(1)
    return int(connection.execute(wanted).scalar_one_or_none() or 0)


def _opened(entry: Entry, opening: OpeningKey) -> Mapping[str, Any]:
    """The target's sealed part."""
    try:
        parts = (unsealed(entry, number, opening) for number in range(len(entry.attachments)))
        plain = next((part for part in parts if part is not None), None)
        if plain is None:
            raise _ParkedError(Why.GONE)
        return wire.decode(plain, limit=MOST_SEALED)
    except CounterError:
        raise _ParkedError(Why.UNREADABLE) from None


def _texts(theirs: Mapping[str, Any], group: str, document: tuple[object, object]) -> dict[str, str]:
    sender = theirs.get("sender")
    if not isinstance(sender, Mapping):
        raise _ParkedError(Why.UNREADABLE)
    known = sender.get("document"), sender.get("number")
    if not all((*document, *known)):
        raise _ParkedError(Why.NO_DOCUMENT)
    if document != known:
        raise _ParkedError(Why.DIFFERING_DOCUMENT)
    contact = sender.get("contact") if group == "contact" else theirs.get("recipient")
    if isinstance(contact, Mapping) and "as_in" in contact:
        raise _ParkedError(Why.REFERS_AGAIN)
    if not isinstance(contact, Mapping) or set(contact) != set(_FIELDS[group]):
        raise _ParkedError(Why.UNREADABLE)
    return {name: str(contact[name]) for name in _FIELDS[group]}
