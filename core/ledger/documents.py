"""Signed documents that entries carry or HQ sends: grants, session certificates, marks, time.

Each is canonical bytes with a ``type`` member, signed under a tag of its own, so that no signature
can be taken for another's.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Protocol

from core import wire
from core.crypto.keys import PublicKey, Signer, parse_public_key
from core.errors import EntryError, EntryFault
from core.ledger.entry import Head, parse_stamp, stamp

_TAG = b"counter/document/1\0"


def sign(document: dict[str, Any], signer: Signer) -> tuple[bytes, bytes]:
    """(canonical bytes, signature) of a document with a ``type``."""
    body = wire.encode(document)
    return body, signer.sign(_TAG + body)


class Trusted(Protocol):
    """What signatures are checked with: a public key, or headquarters' chain of them (rolls.py)."""

    def verify(self, signature: bytes, message: bytes) -> bool: ...


def sign_again(body: bytes, signer: Signer) -> bytes:
    """The signature of another key over a document that was signed before."""
    return signer.sign(_TAG + body)


def signed_by(key: Trusted, body: bytes, signature: bytes) -> bool:
    """Whether ``key`` signed that document."""
    return key.verify(signature, _TAG + body)


def read(body: bytes, signature: bytes, key: Trusted, kind: str) -> dict[str, Any]:
    """The document, if ``key`` signed it and its type is ``kind``; raises EntryError SIGNATURE or FORM."""
    if not key.verify(signature, _TAG + body):
        raise EntryError(EntryFault.SIGNATURE, what=kind)
    value = wire.decode(body)
    if value.get("type") != kind:
        raise EntryError(EntryFault.FORM, what="document type")
    return value


@dataclass(frozen=True, slots=True)
class Grant:
    """HQ's permission to write an epoch with a key, from ``start`` on."""

    terminal: str
    branch: str
    epoch: int
    key: PublicKey
    start: Head
    opening: PublicKey  # HQ's opening service: what sealed attachments are sealed to


def make_grant(grant: Grant, signer: Signer) -> tuple[bytes, bytes]:
    """Signed by HQ."""
    return sign(
        {
            "type": "epoch-grant",
            "terminal": grant.terminal,
            "branch": grant.branch,
            "epoch": grant.epoch,
            "key": grant.key.text,
            "start": grant.start.as_json(),
            "opening": grant.opening.text,
        },
        signer,
    )


def read_grant(body: bytes, signature: bytes, headquarters: Trusted) -> Grant:
    """Raises EntryError SIGNATURE or FORM."""
    value = read(body, signature, headquarters, "epoch-grant")
    return Grant(
        value["terminal"],
        value["branch"],
        value["epoch"],
        parse_public_key(value["key"], signing=True),
        head_from(value["start"]),
        parse_public_key(value["opening"], signing=False),
    )


@dataclass(frozen=True, slots=True)
class SessionCertificate:
    """An operator's own key says: this session key acts for me here, until ``end``."""

    terminal: str
    epoch: int
    head: Head
    operator: str
    role: str
    session: str
    key: PublicKey
    end: dt.datetime


def make_session(certificate: SessionCertificate, signer: Signer) -> tuple[bytes, bytes]:
    """Signed by the operator's own key."""
    return sign(
        {
            "type": "session",
            "terminal": certificate.terminal,
            "epoch": certificate.epoch,
            "head": certificate.head.as_json(),
            "operator": certificate.operator,
            "role": certificate.role,
            "session": certificate.session,
            "key": certificate.key.text,
            "end": stamp(certificate.end),
        },
        signer,
    )


def read_session(body: bytes, signature: bytes, operator: PublicKey) -> SessionCertificate:
    """Raises EntryError SIGNATURE or FORM."""
    value = read(body, signature, operator, "session")
    return SessionCertificate(
        value["terminal"],
        value["epoch"],
        head_from(value["head"]),
        value["operator"],
        value["role"],
        value["session"],
        parse_public_key(value["key"], signing=True),
        parse_stamp(value["end"]),
    )


def operator_proof(terminal: str, operator: str, role: str, signing: str, agreement: str) -> bytes:
    """What an operator's new key signs to be accepted, and what an endorser signs too."""
    return _TAG + wire.encode(
        {
            "type": "operator-key",
            "terminal": terminal,
            "operator": operator,
            "role": role,
            "signing": signing,
            "agreement": agreement,
        }
    )


@dataclass(frozen=True, slots=True)
class Exemption:
    """What a second person approves: that nobody is identified in one visit, and why.

    ``operator`` is who approves; ``at`` is the trusted time of it.
    """

    terminal: str
    epoch: int
    visit: str
    ground: str
    reason: str
    operator: str
    at: dt.datetime


def exemption_message(exemption: Exemption) -> bytes:
    """What the approver's own key signs; never sent, for an entry holds all of it."""
    return _TAG + wire.encode(
        {
            "type": "exemption",
            "terminal": exemption.terminal,
            "epoch": exemption.epoch,
            "visit": exemption.visit,
            "ground": exemption.ground,
            "reason": exemption.reason,
            "operator": exemption.operator,
            "at": stamp(exemption.at),
        }
    )


@dataclass(frozen=True, slots=True)
class Release:
    """A supervisor ends a lockout: whose, after how many failed tries, and when."""

    terminal: str
    epoch: int
    operator: str
    failures: int
    released_by: str
    at: dt.datetime


def release_message(release: Release) -> bytes:
    """What the supervisor's own key signs; never sent, for an entry holds all of it."""
    return _TAG + wire.encode(
        {
            "type": "lockout-end",
            "terminal": release.terminal,
            "epoch": release.epoch,
            "operator": release.operator,
            "failures": release.failures,
            "released_by": release.released_by,
            "at": stamp(release.at),
        }
    )


@dataclass(frozen=True, slots=True)
class Approval:
    """What a second person says to a request: which one (its entry and that entry's hash), and when.

    ``where``: "counter", signed by her own key, or "headquarters", signed by headquarters' for her.
    """

    terminal: str
    epoch: int
    request: str
    asked: int
    body: bytes
    decision: str
    by: str
    at: dt.datetime
    where: str


def given_data(approval: Approval) -> dict[str, object]:
    """The members that its document and the entry ``ApprovalGiven`` 1 both have."""
    return {
        "request": approval.request,
        "asked": approval.asked,
        "body": wire.b64(approval.body),
        "decision": approval.decision,
        "by": approval.by,
        "at": stamp(approval.at),
        "where": approval.where,
    }


def approval_document(approval: Approval) -> bytes:
    """Canonical bytes of it; an entry holds all of it."""
    beside = {"type": "approval", "terminal": approval.terminal, "epoch": approval.epoch}
    return wire.encode({**beside, **given_data(approval)})


def approval_message(approval: Approval) -> bytes:
    """What is signed."""
    return _TAG + approval_document(approval)


@dataclass(frozen=True, slots=True)
class Marks:
    """HQ's answer for one terminal: ``received`` and ``safe`` heads (house.md)."""

    terminal: str
    received: Head
    safe: Head
    at: dt.datetime
    replaced: int = 0  # the terminal's later epoch, where the asker's is an earlier one


def make_marks(marks: Marks, signer: Signer) -> tuple[bytes, bytes]:
    """Signed by HQ."""
    return sign(
        {
            "type": "marks",
            "terminal": marks.terminal,
            "received": marks.received.as_json(),
            "safe": marks.safe.as_json(),
            "at": stamp(marks.at),
            **({"replaced": marks.replaced} if marks.replaced else {}),
        },
        signer,
    )


def read_marks(body: bytes, signature: bytes, headquarters: Trusted) -> Marks:
    """Raises EntryError SIGNATURE or FORM."""
    value = read(body, signature, headquarters, "marks")
    return Marks(
        value["terminal"],
        head_from(value["received"]),
        head_from(value["safe"]),
        parse_stamp(value["at"]),
        int(value.get("replaced", 0)),
    )


def make_held(terminal: str, head: Head, at: dt.datetime, signer: Signer) -> tuple[bytes, bytes]:
    """Signed by HQ: it holds that head, whatever came after.  For evidence; no counter takes it for marks."""
    return sign({"type": "held", "terminal": terminal, "head": head.as_json(), "at": stamp(at)}, signer)


def marks_time(body: bytes) -> dt.datetime | None:
    """When kept marks were signed; None for bytes that are no marks.  The signature is not looked at."""
    try:
        return parse_stamp(wire.decode(body)["at"])
    except (EntryError, KeyError):
        return None


def marks_received(body: bytes) -> int:
    """Up to which entry kept marks say that headquarters holds the chain; 0 where they do not say it.

    The signature is not looked at.  Marks for an epoch that another one has followed do not say it.
    """
    try:
        value = wire.decode(body)
        return 0 if value.get("replaced") else int(value["received"]["seq"])
    except (EntryError, KeyError, TypeError, ValueError):
        return 0


@dataclass(frozen=True, slots=True)
class SignedTime:
    """HQ's time, bound to the asker's nonce (so that an old answer cannot be played back)."""

    at: dt.datetime
    nonce: bytes


def make_time(time: SignedTime, signer: Signer) -> tuple[bytes, bytes]:
    """Signed by HQ."""
    return sign({"type": "time", "at": stamp(time.at), "nonce": wire.b64(time.nonce)}, signer)


def read_time(body: bytes, signature: bytes, headquarters: Trusted, nonce: bytes) -> SignedTime:
    """Raises EntryError SIGNATURE or FORM (also for a foreign nonce)."""
    value = read(body, signature, headquarters, "time")
    if value["nonce"] != wire.b64(nonce):
        raise EntryError(EntryFault.FORM, what="nonce")
    return SignedTime(parse_stamp(value["at"]), nonce)


def head_from(value: dict[str, Any]) -> Head:
    """A head from its JSON form."""
    return Head(value["epoch"], value["seq"], wire.unb64(value["hash"], 32))
