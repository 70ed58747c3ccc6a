"""Codes of senders who registered beforehand: who may issue them (directive), and that each counts once.

The state holds the ids of the codes that were taken in the last day; no code lives longer, so one that
left the state has expired.  Other counters' codes only headquarters knows (hq/sender_codes.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from core import wire
from core.crypto.keys import PublicKey, parse_public_key
from core.errors import EntryError, EntryFault
from core.identity.sender_code import Issuer
from core.ledger.directives import SignedDirective
from core.ledger.entry import Entry, parse_stamp, stamp
from core.sender_code_rules import CODE_MINUTES_MAX

SUBJECT = "sender_codes"  # one list at a time: the next takes its place
MEMBER = "sender_codes"  # of the state; no member where no code was ever taken
METHOD = "code"  # of SenderVerified: its ``read`` is the code's id
MOST_ISSUERS = 32
CONTENT_KEY_BYTES = 32


def issuers_body(version: str, issuers: Sequence[tuple[str, PublicKey]]) -> dict[str, Any]:
    """What a directive says in the open: issuers and the keys they sign with."""
    listed = [{"issuer": code, "key": key.text} for code, key in issuers]
    return {"version": version, "issuers": listed}


def issuers_attachment(content_keys: Mapping[str, bytes]) -> bytes:
    """And what it does not: each issuer's content key."""
    return wire.encode({"keys": {code: wire.b64(key) for code, key in content_keys.items()}})


def read_issuers(signed: SignedDirective) -> Mapping[str, Issuer]:
    """Raises EntryError FORM, KEY, COMMITMENT (its attachment is gone)."""
    if signed.attachment is None:
        raise EntryError(EntryFault.COMMITMENT, what="sender codes")
    try:
        listed = signed.directive.body["issuers"]
        kept = wire.decode(signed.attachment)["keys"]
        found = {}
        for row in listed:
            content = wire.unb64(kept[row["issuer"]], CONTENT_KEY_BYTES)
            found[row["issuer"]] = Issuer(row["issuer"], parse_public_key(row["key"], signing=True), content)
    except (KeyError, TypeError):
        raise EntryError(EntryFault.FORM, what="sender codes") from None
    if (
        len(found) != len(listed)
        or len(found) > MOST_ISSUERS
        or not all(isinstance(one, str) for one in found)
    ):
        raise EntryError(EntryFault.FORM, what="sender codes")
    return found


def used(value: Mapping[str, Any], code: str) -> bool:
    """Whether this counter took that code already."""
    return code in value.get(MEMBER, {})


def take(value: dict[str, Any], entry: Entry) -> None:
    """The fold's part of a ``SenderVerified`` by a code.  Raises EntryError STATE for one that was taken."""
    if entry.data["method"] != METHOD:
        return
    code = entry.data["read"]
    if used(value, code):
        raise EntryError(EntryFault.STATE, seq=entry.header.seq, what="sender code")
    at = entry.header.trusted.at
    oldest = at - dt.timedelta(minutes=CODE_MINUTES_MAX)
    kept = {name: when for name, when in value.get(MEMBER, {}).items() if parse_stamp(when) >= oldest}
    value[MEMBER] = {**kept, code: stamp(at)}
