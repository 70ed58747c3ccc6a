"""Header and fact of an entry out of its canonical bytes, by msgspec: core's reading in a third of the time.

Only bytes that can be seen to keep every rule are read here: as a whole (core.wire.plain), member by member
(the forms below), and because written again they come out the same.  For all others core decides, and names
the fault.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NoReturn

import msgspec

from core import wire
from core.errors import EntryError
from core.ledger.entry import (
    Actor,
    ActorType,
    AttachmentClass,
    Commitment,
    Entry,
    Header,
    TrustedTime,
    parse_stamp,
)

_Text = Annotated[str, msgspec.Meta(max_length=200)]
_Count = Annotated[int, msgspec.Meta(ge=0)]
_Ordinal = Annotated[int, msgspec.Meta(ge=1)]


# Members stand in the order of canonical bytes: so they are written again.
class _Actor(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Who did it."""

    id: _Text = ""
    session: _Text = ""
    type: ActorType


class _Commitment(msgspec.Struct, forbid_unknown_fields=True):
    """What is said of an attachment."""

    cls: AttachmentClass = msgspec.field(name="class")
    commit: str
    month: _Text
    retention: _Text
    size: _Count


class _Keys(msgspec.Struct, forbid_unknown_fields=True):
    """Whose signatures stand under it."""

    session: _Text
    terminal: _Text


class _Trusted(msgspec.Struct, forbid_unknown_fields=True):
    """Time, and how sure it is."""

    at: str
    quality: Literal["confirmed", "unconfirmed"]


class _Body(msgspec.Struct, forbid_unknown_fields=True):
    """All of an entry."""

    actor: _Actor
    attachments: list[_Commitment]
    data: dict[str, Any]
    directives: _Count
    epoch: _Ordinal
    format: Literal[1]
    keys: _Keys
    kind: _Text
    kind_version: _Ordinal
    op: _Text
    prev: str
    rules: _Text
    seq: _Ordinal
    suite: _Ordinal
    terminal: _Text
    trusted: _Trusted
    wall: str


def _no_float(_text: str) -> NoReturn:
    raise ValueError("no floats")


_READER = msgspec.json.Decoder(_Body, float_hook=_no_float)
_WRITER = msgspec.json.Encoder(order="deterministic")


def read_quickly(entry: Entry) -> Entry:
    """The same entry, its header and fact read already where that can be done so; never raises."""
    body = entry.body
    # A text with a backslash may be spelled in several ways, and the two writers need not choose the same.
    if len(body) > wire.MAX_BYTES or b"\\" in body or not wire.plain(body):
        return entry
    try:
        said = _READER.decode(body)
        if _WRITER.encode(said) != body:
            return entry
        signatures = (entry.terminal_signature, entry.session_signature)
        return Entry.made(_header(said), said.data, body, signatures, entry.attachments)
    except (msgspec.MsgspecError, ValueError, EntryError):
        return entry  # whoever asks for the header is told what is wrong with it


def _header(said: _Body) -> Header:
    return Header(
        terminal=said.terminal,
        epoch=said.epoch,
        seq=said.seq,
        previous=wire.unb64(said.prev, 32),
        kind=said.kind,
        kind_version=said.kind_version,
        actor=Actor(said.actor.type, said.actor.id, said.actor.session),
        operation=said.op,
        wall=parse_stamp(said.wall),
        trusted=TrustedTime(parse_stamp(said.trusted.at), said.trusted.quality),
        rules=said.rules,
        directives=said.directives,
        commitments=tuple(
            Commitment(each.cls, each.retention, each.month, each.size, wire.unb64(each.commit, 32))
            for each in said.attachments
        ),
        terminal_key=said.keys.terminal,
        session_key=said.keys.session,
        suite=said.suite,
    )
