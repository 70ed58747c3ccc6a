"""One entry of the journal: header, canonical body, two signatures, attachments (docs/format.md)."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar, overload

from core import wire
from core.errors import EntryError, EntryFault

FORMAT = 1
QUALITIES = frozenset({"confirmed", "unconfirmed"})  # of trusted time
ZERO_HASH = bytes(32)
NONCE_BYTES = 32
# Hours to 23: a later Python takes 24:00 for the next day.
_STAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}\.[0-9]{3}Z", re.ASCII)
_TERMINAL_TAG = b"counter/entry/terminal/1\0"
_SESSION_TAG = b"counter/entry/session/1\0"
_COMMIT_TAG = b"counter/attachment/1\0"


class AttachmentClass(StrEnum):
    """Who can read an attachment (house.md, "Where a person's data may be")."""

    SEALED = "sealed"  # HQ's opening service only; committed over the ciphertext
    ANNEX = "annex"  # this counter and HQ; committed over the plaintext
    CASE = "case"  # under a per-case key; committed over the plaintext


class ActorType(StrEnum):
    """I5: every entry has a true actor."""

    PERSON = "person"
    SYSTEM = "system"
    HEADQUARTERS = "hq"
    TECHNICIAN = "technician"


@dataclass(frozen=True, slots=True)
class Actor:
    """``id`` is a staff number, never a name; ``session`` a session id where a person acts."""

    type: ActorType
    id: str = ""
    session: str = ""


SYSTEM = Actor(ActorType.SYSTEM)


@dataclass(frozen=True, slots=True)
class Attachment:
    """Bytes beside an entry.  ``data`` is ciphertext for SEALED and plaintext for the others."""

    cls: AttachmentClass
    retention: str  # retention class, e.g. "acceptance"
    month: str  # "YYYY-MM": which key, which partition
    nonce: bytes
    data: bytes = field(repr=False)

    def commitment(self) -> bytes:
        """SHA-256 over tag ‖ nonce ‖ data, 32 bytes."""
        return hashlib.sha256(_COMMIT_TAG + self.nonce + self.data).digest()


def attachment(cls: AttachmentClass, retention: str, month: str, data: bytes) -> Attachment:
    """A new attachment with its own random nonce."""
    return Attachment(cls, retention, month, secrets.token_bytes(NONCE_BYTES), data)


@dataclass(frozen=True, slots=True)
class Commitment:
    """What the chained bytes say of an attachment."""

    cls: AttachmentClass
    retention: str
    month: str
    size: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """A position in a terminal's journal."""

    epoch: int
    seq: int
    hash: bytes

    def as_json(self) -> dict[str, Any]:
        """``{"epoch", "seq", "hash"}``."""
        return {"epoch": self.epoch, "seq": self.seq, "hash": wire.b64(self.hash)}


EMPTY_HEAD = Head(1, 0, ZERO_HASH)


@dataclass(frozen=True, slots=True)
class TrustedTime:
    """``quality``: "confirmed" since HQ answered in this boot, else "unconfirmed"."""

    at: dt.datetime
    quality: str


@dataclass(frozen=True, slots=True)
class Header:
    """Everything the chained bytes say besides the fact itself."""

    terminal: str
    epoch: int
    seq: int
    previous: bytes
    kind: str
    kind_version: int
    actor: Actor
    operation: str
    wall: dt.datetime
    trusted: TrustedTime
    rules: str
    directives: int
    commitments: tuple[Commitment, ...]
    terminal_key: str
    session_key: str
    suite: int = 1
    format: int = FORMAT


_Value = TypeVar("_Value")


class _once(Generic[_Value]):  # noqa: N801 - read as a decorator
    """A property computed once for each entry.

    Not functools.cached_property: until Python 3.12 that holds one lock for all entries while it computes,
    so that threads which read different entries wait for each other.
    """

    def __init__(self, compute: Callable[[Any], _Value]) -> None:
        self._compute = compute
        self._name = compute.__name__
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, entry: None, owner: type) -> _once[_Value]: ...

    @overload
    def __get__(self, entry: object, owner: type) -> _Value: ...

    def __get__(self, entry: object | None, owner: type) -> _once[_Value] | _Value:
        if entry is None:
            return self
        # Found in the entry from now on: a descriptor without __set__ comes after the instance's members.
        value = vars(entry)[self._name] = self._compute(entry)
        return value


@dataclass(frozen=True)
class Entry:
    """A stored entry.  ``body`` is the truth; ``header`` and ``data`` are read from it."""

    body: bytes = field(repr=False)
    terminal_signature: bytes = field(repr=False)
    session_signature: bytes | None = field(default=None, repr=False)
    attachments: tuple[Attachment | None, ...] = field(default=(), repr=False)

    @classmethod
    def made(
        cls,
        header: Header,
        data: Mapping[str, Any],
        body: bytes,
        signatures: tuple[bytes, bytes | None],
        attachments: tuple[Attachment | None, ...],
    ) -> Entry:
        """An entry whose ``header`` (times in whole milliseconds) and ``data`` are known: no bytes are read.

        It equals the one that is read from its body; a test says so of every kind.
        """
        entry = cls(body, *signatures, attachments)
        vars(entry).update(header=header, data=dict(data))
        return entry

    @classmethod
    def decoded(
        cls,
        fields: Mapping[str, Any],
        body: bytes,
        signatures: tuple[bytes, bytes | None],
        attachments: tuple[Attachment | None, ...],
        body_hash: bytes,
    ) -> Entry:
        """An entry whose ``body`` was seen to be canonical, to say ``fields``, and to have that hash."""
        # Not by __init__, which sets a frozen member with a call each: whole journals come through here.
        entry = object.__new__(cls)
        vars(entry).update(
            body=body,
            terminal_signature=signatures[0],
            session_signature=signatures[1],
            attachments=attachments,
            fields=fields,
            hash=body_hash,
        )
        return entry

    @_once
    def hash(self) -> bytes:
        """SHA-256 of the body: what the next entry names as ``prev``."""
        return hashlib.sha256(self.body).digest()

    @_once
    def fields(self) -> Mapping[str, Any]:
        """The decoded body.  Raises EntryError FORM where it is not canonical."""
        return wire.decode(self.body)

    @_once
    def header(self) -> Header:
        """Raises EntryError FORM or FORMAT_UNKNOWN."""
        return parse_header(self.fields)

    @_once
    def data(self) -> Mapping[str, Any]:
        """The fact itself: what ``kind`` and ``kind_version`` say it holds."""
        value = self.fields["data"]
        if not isinstance(value, dict):
            raise EntryError(EntryFault.FORM, what="data")
        return value

    @_once
    def head(self) -> Head:
        """The journal's head after this entry."""
        return Head(self.header.epoch, self.header.seq, self.hash)


def terminal_message(body: bytes) -> bytes:
    """What the terminal's key signs."""
    return _TERMINAL_TAG + body


def session_message(body: bytes) -> bytes:
    """What the session's key signs."""
    return _SESSION_TAG + body


def stamp(moment: dt.datetime) -> str:
    """UTC with milliseconds: ``2026-11-21T06:26:03.120Z``."""
    utc = moment.astimezone(dt.UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="milliseconds") + "Z"


def to_milliseconds(moment: dt.datetime) -> dt.datetime:
    """The moment as a stamp says it."""
    return moment.astimezone(dt.UTC).replace(microsecond=moment.microsecond // 1000 * 1000)


def parse_stamp(text: object) -> dt.datetime:
    """The inverse of :func:`stamp`; only that exact form."""
    # fromisoformat reads many forms, and far faster than strptime; this is the one.
    if not isinstance(text, str) or _STAMP.fullmatch(text) is None:
        raise EntryError(EntryFault.FORM, what="time")
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        raise EntryError(EntryFault.FORM, what="time") from None


def build_body(header: Header, data: Mapping[str, Any]) -> bytes:
    """The canonical bytes of one entry."""
    actor: dict[str, Any] = {"type": header.actor.type.value}
    if header.actor.id:
        actor["id"] = header.actor.id
    if header.actor.session:
        actor["session"] = header.actor.session
    return wire.encode(
        {
            "format": header.format,
            "suite": header.suite,
            "terminal": header.terminal,
            "epoch": header.epoch,
            "seq": header.seq,
            "prev": wire.b64(header.previous),
            "kind": header.kind,
            "kind_version": header.kind_version,
            "actor": actor,
            "op": header.operation,
            "wall": stamp(header.wall),
            "trusted": {"at": stamp(header.trusted.at), "quality": header.trusted.quality},
            "rules": header.rules,
            "directives": header.directives,
            "attachments": [
                {
                    "class": c.cls.value,
                    "retention": c.retention,
                    "month": c.month,
                    "size": c.size,
                    "commit": wire.b64(c.hash),
                }
                for c in header.commitments
            ],
            "keys": {"terminal": header.terminal_key, "session": header.session_key},
            "data": dict(data),
        }
    )


_KEYS = {
    "format",
    "suite",
    "terminal",
    "epoch",
    "seq",
    "prev",
    "kind",
    "kind_version",
    "actor",
    "op",
    "wall",
    "trusted",
    "rules",
    "directives",
    "attachments",
    "keys",
    "data",
}
_ACTOR_KEYS = tuple(
    frozenset(names) for names in (("type", "id", "session"), ("type",), ("type", "id"), ("type", "session"))
)  # the most frequent first
_TRUSTED_KEYS = (frozenset(("at", "quality")),)
_KEY_KEYS = (frozenset(("terminal", "session")),)
_COMMITMENT_KEYS = (frozenset(("class", "retention", "month", "size", "commit")),)
_ACTOR_TYPES = {each.value: each for each in ActorType}
_CLASSES = {each.value: each for each in AttachmentClass}


def parse_header(fields: Mapping[str, Any]) -> Header:
    """Read a decoded body's header strictly; raises EntryError FORM, FORMAT_UNKNOWN."""
    if type(fields.get("format")) is not int or fields["format"] != FORMAT:
        raise EntryError(EntryFault.FORMAT_UNKNOWN, format=str(fields.get("format"))[:16])
    if fields.keys() != _KEYS:
        raise EntryError(EntryFault.FORM, what="header keys")
    # Every entry comes through here, of whole journals one by one: in few calls.
    try:
        actor, trusted, keys = fields["actor"], fields["trusted"], fields["keys"]
        _need_members(actor, _ACTOR_KEYS)
        _need_members(trusted, _TRUSTED_KEYS)
        _need_members(keys, _KEY_KEYS)
        if trusted["quality"] not in QUALITIES:
            raise EntryError(EntryFault.FORM, what="time quality")
        operator, session = actor.get("id", ""), actor.get("session", "")
        terminal, kind, operation, rules = fields["terminal"], fields["kind"], fields["op"], fields["rules"]
        _need_texts((terminal, kind, operation, rules, operator, session, keys["terminal"], keys["session"]))
        epoch, seq, suite, version = fields["epoch"], fields["seq"], fields["suite"], fields["kind_version"]
        _need_counts((epoch, seq, suite, version), 1)
        _need_counts((fields["directives"],), 0)
        return Header(
            terminal,
            epoch,
            seq,
            wire.unb64(fields["prev"], 32),
            kind,
            version,
            Actor(_ACTOR_TYPES[actor["type"]], operator, session),
            operation,
            parse_stamp(fields["wall"]),
            TrustedTime(parse_stamp(trusted["at"]), trusted["quality"]),
            rules,
            fields["directives"],
            tuple([_commitment(item) for item in fields["attachments"]]),
            keys["terminal"],
            keys["session"],
            suite,
            FORMAT,
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise EntryError(EntryFault.FORM, what="header") from None


def _need_members(value: object, allowed: tuple[Set[str], ...]) -> None:
    """An object with one of these sets of members: what is not understood is not signed over unseen."""
    if not isinstance(value, dict) or value.keys() not in allowed:
        raise EntryError(EntryFault.FORM, what="members")


def _commitment(item: Mapping[str, Any]) -> Commitment:
    _need_members(item, _COMMITMENT_KEYS)
    _need_texts((item["retention"], item["month"]))
    _need_counts((item["size"],), 0)
    cls = _CLASSES[item["class"]]
    return Commitment(cls, item["retention"], item["month"], item["size"], wire.unb64(item["commit"], 32))


def _need_texts(values: tuple[object, ...]) -> None:
    for value in values:
        if not isinstance(value, str) or len(value) > 200:
            raise EntryError(EntryFault.FORM, what="text")


def _need_counts(values: tuple[object, ...], least: int) -> None:
    for value in values:
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise EntryError(EntryFault.FORM, what="count")
