"""The block list of a branch: digests of document numbers under a key of their own per version.

A hit is a hint, never an identity: four bytes of a digest fit others too, so that it means "ask", never
"refuse" (house.md, "Where a person's data may be").  The numbers themselves leave headquarters in no form.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from core import wire
from core.errors import EntryError, EntryFault
from core.ledger.directives import SignedDirective

SUBJECT = "block_list"  # one at a time: the next takes its place
SUBJECT_DECIDED = "block_list.decided"  # beside it: whom a person at headquarters decided on
DIGEST_BYTES = 4  # about one stranger in four thousand million times the length of the list
# Bases that have words of their own at the counter, where the customer hears them.
LISTED_FOR = ("prohibited_again", "false_identity", "violence", "not_corrected")
_TAG = b"counter/block-list/1\0"
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class BlockList:
    """What a counter keeps of it."""

    version: str
    key: bytes = field(repr=False)
    digests: frozenset[bytes] = field(repr=False)
    # Code → those who stand there on that basis, where it is said.
    bases: Mapping[str, frozenset[bytes]] = field(default_factory=dict, repr=False)

    def hit(self, number: str) -> bool:
        """Whether that document number may be one of them."""
        return _digest(self.key, number) in self.digests

    def basis(self, number: str) -> str:
        """On what basis that may be, "" where it is not said."""
        digest = _digest(self.key, number)
        return next((code for code, digests in self.bases.items() if digest in digests), "")


def hit(lists: Iterable[BlockList], number: str) -> bool:
    """Whether that document number may be on one of them."""
    return any(each.hit(number) for each in lists)


def basis(lists: Iterable[BlockList], number: str) -> str:
    """On what basis that document number may be on one of them, "" for none."""
    return next((found for each in lists if (found := each.basis(number))), "")


def block_attachment(numbers: Sequence[str], bases: Mapping[str, Sequence[str]] | None = None) -> bytes:
    """What a directive carries of these numbers, under a fresh key; ``bases``: code → those of them."""
    key = secrets.token_bytes(_KEY_BYTES)

    def packed(some: Sequence[str]) -> str:
        return wire.b64(b"".join(sorted({_digest(key, number) for number in some})))

    value: dict[str, object] = {"key": wire.b64(key), "digests": packed(numbers)}
    if bases is not None:
        value["bases"] = {code: packed(some) for code, some in bases.items()}
    return wire.encode(value, limit=512 * 1024)


def read_block_list(signed: SignedDirective) -> BlockList:
    """Raises EntryError FORM, COMMITMENT (its attachment is gone)."""
    version = signed.directive.body.get("version")
    if signed.attachment is None:
        raise EntryError(EntryFault.COMMITMENT, what="block list")
    try:
        kept = wire.decode(signed.attachment, limit=512 * 1024)
        key, digests = wire.unb64(kept["key"], _KEY_BYTES), _unpacked(kept["digests"])
        bases = {str(code): _unpacked(some) for code, some in kept.get("bases", {}).items()}
    except (AttributeError, KeyError, TypeError):
        raise EntryError(EntryFault.FORM, what="block list") from None
    if not isinstance(version, str):
        raise EntryError(EntryFault.FORM, what="block list")
    return BlockList(version, key, digests, bases)


def _unpacked(text: object) -> frozenset[bytes]:
    """Raises EntryError FORM."""
    data = wire.unb64(text)
    if len(data) % DIGEST_BYTES:
        raise EntryError(EntryFault.FORM, what="block list")
    return frozenset(data[at : at + DIGEST_BYTES] for at in range(0, len(data), DIGEST_BYTES))


def _digest(key: bytes, number: str) -> bytes:
    plain = "".join(number.split()).upper().encode("utf-8", "surrogatepass")
    return hmac.digest(key, _TAG + plain, hashlib.sha256)[:DIGEST_BYTES]
