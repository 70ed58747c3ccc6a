"""The code of a sender who registered beforehand (R5, R12): scanned instead of reading a chip.

Text form: ``SC1.`` + base64url of three length-prefixed parts: the head (canonical bytes: issuer, id, from,
until), the person's part (AES-256-GCM under the issuer's content key, bound to the head), the issuer's
signature over both.  To anybody else who scans it the code says an issuer and two times.  It counts once,
for as long as the rule data allow, and stands for the reading only: the original is looked at all the same.
"""

from __future__ import annotations

import datetime as dt
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core import wire
from core.crypto.keys import PublicKey, Signer
from core.crypto.sealing import decrypt, encrypt
from core.errors import EntryError, RuleError, RuleFault, StoreError
from core.identity.card import DocumentKind, IdCard, Sex
from core.ledger.entry import parse_stamp, stamp
from core.sender_code_rules import SenderCodeRules

PREFIX = "SC1."
MAX_TEXT = 1000  # what a scanner's lane lets through, with its identifier
_TAG = b"counter/sender-code/1\0"
_ID = re.compile(r"[A-Za-z0-9_-]{16,40}")
_HEAD = {"type", "issuer", "id", "from", "until"}
_PERSON = {"document", "number", "name", "birth", "sex", "valid_from", "valid_to", "phone", "address"}
_SLACK = dt.timedelta(minutes=2)  # an issuer's clock and ours


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who may register senders: headquarters vouches for it by directive."""

    code: str
    key: PublicKey
    content_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Registered:
    """Who a code stands for.  ``document.read_id`` is the code's own id; ``phone``, ``address`` may be ""."""

    issuer: str
    document: IdCard
    phone: str = field(default="", repr=False)
    address: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Span:
    """A code's own id, and from when until when it counts (aware UTC)."""

    id: str
    since: dt.datetime
    until: dt.datetime


def is_sender_code(text: str) -> bool:
    """Whether a scan says that it is one."""
    return text.lstrip().startswith(PREFIX)


def make_code(issuer: str, signer: Signer, content_key: bytes, span: Span, person: Mapping[str, str]) -> str:
    """An issuer's side of it; ``person`` has the members of the person's part, dates as YYYY-MM-DD."""
    head = wire.encode(
        {"type": "sender-code", "issuer": issuer, "id": span.id, "from": stamp(span.since),
         "until": stamp(span.until)}
    )  # fmt: skip
    part = encrypt(content_key, wire.encode(dict(person)), _TAG + head)
    parts = (head, part, signer.sign(_TAG + head + part))
    return PREFIX + wire.b64(b"".join(struct.pack(">H", len(each)) + each for each in parts))


def read_code(
    text: str, issuers: Mapping[str, Issuer], rules: SenderCodeRules, now: dt.datetime
) -> Registered:
    """The person, if a known issuer stands behind the code and it counts now.

    Raises RuleError SENDER_CODE_FORM, SENDER_CODE_LONG (``size``), SENDER_CODE_ISSUER, SENDER_CODE_FORGED,
    SENDER_CODE_EARLY, SENDER_CODE_EXPIRED (``minutes``), SENDER_CODE_LIFE (``minutes``), SENDER_CODE_KIND.
    Nothing of a code is believed before its signature; whether it was used the journal knows.
    """
    wanted = text.strip()
    if len(wanted) > MAX_TEXT:
        raise RuleError(RuleFault.SENDER_CODE_LONG, size=len(wanted))
    head_bytes, part, signature = _parts(wanted)
    head = _object(head_bytes, _HEAD)
    name = head["issuer"]
    issuer = issuers.get(name) if isinstance(name, str) else None
    if issuer is None:
        raise RuleError(RuleFault.SENDER_CODE_ISSUER)
    if not issuer.key.verify(signature, _TAG + head_bytes + part):
        raise RuleError(RuleFault.SENDER_CODE_FORGED)
    own_id = _in_time(head, rules, now)
    try:
        plain = decrypt(issuer.content_key, part, _TAG + head_bytes)
    except StoreError:  # its issuer has another content key by now, and headquarters did not say so
        raise RuleError(RuleFault.SENDER_CODE_ISSUER) from None
    return _registered(issuer.code, own_id, _object(plain, _PERSON), rules)


def _parts(text: str) -> tuple[bytes, bytes, bytes]:
    try:
        packed = wire.unb64(text.removeprefix(PREFIX))
    except EntryError:
        raise RuleError(RuleFault.SENDER_CODE_FORM) from None
    parts = []
    for _ in range(3):
        size = int.from_bytes(packed[:2], "big")
        parts.append(packed[2 : 2 + size])
        if len(packed) < 2 or len(parts[-1]) != size:
            raise RuleError(RuleFault.SENDER_CODE_FORM)
        packed = packed[2 + size :]
    if packed:
        raise RuleError(RuleFault.SENDER_CODE_FORM)
    return parts[0], parts[1], parts[2]


def _object(data: bytes, members: set[str]) -> dict[str, Any]:
    try:
        value = wire.decode(data)
    except EntryError:
        raise RuleError(RuleFault.SENDER_CODE_FORM) from None
    if not isinstance(value, dict) or set(value) != members:
        raise RuleError(RuleFault.SENDER_CODE_FORM)
    return value


def _in_time(head: Mapping[str, Any], rules: SenderCodeRules, now: dt.datetime) -> str:
    """The code's id, where it counts now."""
    try:
        since, until = parse_stamp(head["from"]), parse_stamp(head["until"])
    except EntryError:
        raise RuleError(RuleFault.SENDER_CODE_FORM) from None
    if head["type"] != "sender-code" or not isinstance(head["id"], str) or not _ID.fullmatch(head["id"]):
        raise RuleError(RuleFault.SENDER_CODE_FORM)
    if until - since > dt.timedelta(minutes=rules.life_minutes):
        raise RuleError(RuleFault.SENDER_CODE_LIFE, minutes=rules.life_minutes)
    if now + _SLACK < since:
        raise RuleError(RuleFault.SENDER_CODE_EARLY)
    if now > until:
        minutes = max(1, int((now - until).total_seconds() // 60))
        raise RuleError(RuleFault.SENDER_CODE_EXPIRED, minutes=minutes)
    return head["id"]


def _registered(issuer: str, own_id: str, person: Mapping[str, Any], rules: SenderCodeRules) -> Registered:
    if not all(isinstance(value, str) for value in person.values()):
        raise RuleError(RuleFault.SENDER_CODE_FORM)
    if person["document"] not in rules.kinds:
        raise RuleError(RuleFault.SENDER_CODE_KIND)
    try:
        document = IdCard(
            read_id=own_id,
            kind=DocumentKind(person["document"]),
            name=person["name"],
            sex=Sex(person["sex"]),
            nation="",
            birth=dt.date.fromisoformat(person["birth"]),
            address="",
            number=person["number"],
            issuer="",
            valid_from=dt.date.fromisoformat(person["valid_from"]),
            valid_to=dt.date.fromisoformat(person["valid_to"]) if person["valid_to"] else None,
        )
    except ValueError:
        raise RuleError(RuleFault.SENDER_CODE_FORM) from None
    return Registered(issuer, document, person["phone"], person["address"])
