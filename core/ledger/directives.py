"""Directives: what headquarters tells one terminal, signed, numbered from 1 without gaps, and chained.

A directive is canonical bytes (docs/format.md, "Directives").  What may name a person (an operator's
name, her wrapped keys) stands beside them as an attachment that the bytes commit to, so that it can be
erased and the chain still verifies.  It takes effect by the counter's own entry ``DirectivesAdopted``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from core import wire
from core.crypto.keys import Signer
from core.errors import EntryError, EntryFault
from core.ledger.documents import Trusted
from core.ledger.entry import NONCE_BYTES, ZERO_HASH, parse_stamp, stamp
from core.ledger.rolls import KeyChain, roll_from

FORMAT = 1
MAX_BYTES = 512 * 1024  # with its attachment; an edition of the rule data is about 30 KiB
_TAG = b"counter/directive/1\0"
_COMMIT_TAG = b"counter/directive-attachment/1\0"
_KIND = re.compile(r"[a-z][a-z0-9_.]{0,39}")
_MEMBERS = {"type", "format", "terminal", "number", "previous", "at", "publication"}
_MEMBERS |= {"kind", "subject", "body", "attachment"}


class DirectiveKind(StrEnum):
    """What a directive is about; a counter keeps one that it does not know, and changes nothing by it."""

    OPERATOR = "operator"  # somebody works here, or no longer
    BLOCK_LIST = "block_list"  # of a branch; a hit means "ask"
    BLOCK_DECIDED = "block_decided"  # a person decided on a proposal of this counter for it
    SENDER_CODES = "sender_codes"  # who may register senders beforehand, and with which keys
    RULES = "rules"  # an edition of the rule data, used from its date on
    WAYBILL_HELD = "waybill_held"  # another acceptance holds the waybill of one made here
    NOTICE = "notice"  # what a customer is told, from its date on
    LABEL = "label"  # a template for labels, used for items accepted from its day on
    POOL = "pool"  # numbers for this counter to give out, or that it gives out no more
    REVIEW = "review"  # an entry of this counter cannot count as it is, or can again
    APPROVAL = "approval"  # a supervisor decided on a request of this counter, at headquarters
    NOTIFY = "notify"  # what became of a text that a counter asked to be sent to a customer
    LATE = "late"  # entries beside this counter's chain: a supervisor decides
    KEY = "key_roll"  # headquarters signs with another key from here on
    ADMINISTRATION = "admin_head"  # how far headquarters' own log went: kept, so that it cannot be shortened
    PERSON = "person_answer"  # headquarters answered what a person asked here about her own data
    DISCLOSURE = "disclosure"  # headquarters decided on a disclosure that this counter asked for
    ITEM = "person_item"  # headquarters had an item of this counter restricted or erased for its person
    ELSEWHERE = "session_elsewhere"  # whoever is logged in here logged in at another counter


@dataclass(frozen=True, slots=True)
class DirectiveHead:
    """A position in a terminal's feed; number 0 and zero bytes before the first."""

    number: int
    hash: bytes


NO_DIRECTIVE = DirectiveHead(0, ZERO_HASH)


@dataclass(frozen=True, slots=True)
class Directive:
    """One directive, read.

    ``subject`` names what it is about: a later one of the same kind and subject takes its place.
    ``publication`` is the number under which headquarters published it to one or many terminals.
    ``attached``: (size, commitment) of the attachment, None where it has none.
    """

    terminal: str
    number: int
    previous: bytes
    kind: str
    subject: str
    at: dt.datetime
    publication: int
    body: Mapping[str, Any]
    attached: tuple[int, bytes] | None = None


@dataclass(frozen=True)
class SignedDirective:
    """A directive as it travels and is kept: bytes, signature, and its attachment while it is here."""

    document: bytes
    signature: bytes = field(repr=False)
    nonce: bytes | None = field(default=None, repr=False)
    attachment: bytes | None = field(default=None, repr=False)

    @cached_property
    def directive(self) -> Directive:
        """Raises EntryError FORM, FORMAT_UNKNOWN, TOO_LARGE."""
        return _parse(self.document)

    @cached_property
    def hash(self) -> bytes:
        """SHA-256 of the document."""
        return hashlib.sha256(self.document).digest()

    @property
    def head(self) -> DirectiveHead:
        """The position after it."""
        return DirectiveHead(self.directive.number, self.hash)


def make_directive(
    directive: Directive, signer: Signer, attachment: bytes | None = None, *, nonce: bytes | None = None
) -> SignedDirective:
    """Signed by headquarters; ``attached`` is made here from ``attachment``, with a random nonce."""
    if attachment is not None and nonce is None:
        nonce = secrets.token_bytes(NONCE_BYTES)
    attached = None
    if attachment is not None and nonce is not None:
        attached = {"size": len(attachment), "hash": wire.b64(_commitment(nonce, attachment))}
    document = wire.encode(
        {
            "type": "directive",
            "format": FORMAT,
            "terminal": directive.terminal,
            "number": directive.number,
            "previous": wire.b64(directive.previous),
            "kind": directive.kind,
            "subject": directive.subject,
            "at": stamp(directive.at),
            "publication": directive.publication,
            "body": directive.body,
            "attachment": attached,
        },
        limit=MAX_BYTES,
    )
    return SignedDirective(document, signer.sign(_TAG + document), nonce, attachment)


def check_directive(
    signed: SignedDirective, headquarters: Trusted, terminal: str, before: DirectiveHead
) -> Directive:
    """The directive, if headquarters signed it for this terminal and it follows ``before``.

    An attachment that is gone (None) is not a fault: its bytes may have been erased.  Raises EntryError
    SIGNATURE, FORM, WRONG_TERMINAL, GAP, PREVIOUS, COMMITMENT (facts: number).
    """
    if not headquarters.verify(signed.signature, _TAG + signed.document):
        raise EntryError(EntryFault.SIGNATURE, what="directive", number=before.number + 1)
    found = signed.directive
    if found.terminal != terminal:
        raise EntryError(EntryFault.WRONG_TERMINAL, what="directive", number=found.number)
    if found.number != before.number + 1:
        raise EntryError(EntryFault.GAP, what="directive", number=found.number, expected=before.number + 1)
    if found.previous != before.hash:
        raise EntryError(EntryFault.PREVIOUS, what="directive", number=found.number)
    if signed.attachment is not None:
        said = (len(signed.attachment), _commitment(signed.nonce or b"", signed.attachment))
        if found.attached != said:
            raise EntryError(EntryFault.COMMITMENT, what="directive", number=found.number)
    return found


class FeedKeys:
    """Which key of headquarters may sign a feed's directives: none that another one followed in this feed.

    ``place`` is the key in force before the first directive that is looked at.  The one that brings a roll
    may be signed by the old key or the new, what follows it by the new only.
    """

    def __init__(self, chain: KeyChain, place: int = 0) -> None:
        self.chain = chain
        self.place = place

    def check(self, signed: SignedDirective, terminal: str, before: DirectiveHead) -> Directive:
        """The directive; raises as :func:`check_directive`."""
        chain, reached = self._with_roll(signed)
        found = check_directive(signed, chain.since(self.place), terminal, before)
        while not chain.keys[self.place].verify(signed.signature, _TAG + signed.document):
            self.place += 1
        self.chain, self.place = chain, max(self.place, reached)
        return found

    def _with_roll(self, signed: SignedDirective) -> tuple[KeyChain, int]:
        """The chain with the roll that the directive brings; one that is not sound changes nothing."""
        said = signed.directive
        if said.kind != DirectiveKind.KEY:
            return self.chain, 0
        try:
            roll = roll_from(said.body)
            chain = self.chain.extended(roll)
            return chain, chain.index(roll.read().new)
        except EntryError:
            return self.chain, 0


def sign_directive_again(signed: SignedDirective, signer: Signer) -> SignedDirective:
    """The same under another key: a directive's hash does not cover its signature."""
    return replace(signed, signature=signer.sign(_TAG + signed.document))


def directive_to_json(signed: SignedDirective) -> dict[str, Any]:
    """As it travels: binary as base64url, null for an attachment that is gone or never was."""
    gone = signed.nonce is None or signed.attachment is None
    return {
        "document": wire.b64(signed.document),
        "signature": wire.b64(signed.signature),
        "nonce": None if gone else wire.b64(signed.nonce or b""),
        "attachment": None if gone else wire.b64(signed.attachment or b""),
    }


def directive_from_json(value: Mapping[str, Any]) -> SignedDirective:
    """The inverse; raises EntryError FORM."""
    try:
        nonce, attachment = value["nonce"], value["attachment"]
        return SignedDirective(
            wire.unb64(value["document"]),
            wire.unb64(value["signature"]),
            None if nonce is None else wire.unb64(nonce, NONCE_BYTES),
            None if attachment is None else wire.unb64(attachment),
        )
    except (KeyError, TypeError):
        raise EntryError(EntryFault.FORM, what="directive") from None


def _commitment(nonce: bytes, attachment: bytes) -> bytes:
    return hashlib.sha256(_COMMIT_TAG + nonce + attachment).digest()


def _parse(document: bytes) -> Directive:
    value = wire.decode(document, limit=MAX_BYTES)
    if value.get("type") != "directive" or set(value) != _MEMBERS:
        raise EntryError(EntryFault.FORM, what="directive")
    if value["format"] != FORMAT:
        raise EntryError(EntryFault.FORMAT_UNKNOWN, what="directive")
    attached, body = value["attachment"], value["body"]
    texts = (value["terminal"], value["kind"], value["subject"])
    counts = (value["number"], value["publication"])
    sound = all(isinstance(text, str) for text in texts) and _KIND.fullmatch(value["kind"]) is not None
    sound = sound and all(isinstance(n, int) and not isinstance(n, bool) and n >= 1 for n in counts)
    if not sound or not isinstance(body, dict):
        raise EntryError(EntryFault.FORM, what="directive")
    committed = None
    if attached is not None:
        if not isinstance(attached, dict) or set(attached) != {"size", "hash"}:
            raise EntryError(EntryFault.FORM, what="directive attachment")
        committed = (int(attached["size"]), wire.unb64(attached["hash"], 32))
    return Directive(
        value["terminal"],
        value["number"],
        wire.unb64(value["previous"], 32),
        value["kind"],
        value["subject"],
        parse_stamp(value["at"]),
        value["publication"],
        body,
        committed,
    )
