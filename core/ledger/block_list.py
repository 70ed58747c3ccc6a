"""The block list of a branch: digests of document numbers under a key of their own per version.

A hit is a hint, never an identity: four bytes of a digest fit others too, so that it means "ask", never
"refuse" (house.md, "Where a person's data may be").  The numbers themselves leave headquarters in no form.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from core import wire
from core.errors import EntryError, EntryFault
from core.ledger.directives import SignedDirective

SUBJECT = "block_list"  # one at a time: the next takes its place
SUBJECT_DECIDED = "block_list.decided"  # beside it: whom a person at headquarters decided on
DIGEST_BYTES = 4  # about one stranger in four thousand million times the length of the list
_TAG = b"counter/block-list/1\0"
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class BlockList:
    """What a counter keeps of it."""

    version: str
    key: bytes = field(repr=False)
    digests: frozenset[bytes] = field(repr=False)

    def hit(self, number: str) -> bool:
        """Whether that document number may be one of them."""
        return _digest(self.key, number) in self.digests


def hit(lists: Iterable[BlockList], number: str) -> bool:
    """Whether that document number may be on one of them."""
    return any(each.hit(number) for each in lists)


def block_attachment(numbers: Sequence[str]) -> bytes:
    """What a directive carries of these numbers, under a fresh key."""
    key = secrets.token_bytes(_KEY_BYTES)
    digests = sorted({_digest(key, number) for number in numbers})
    value = {"key": wire.b64(key), "digests": wire.b64(b"".join(digests))}
    return wire.encode(value, limit=512 * 1024)


def read_block_list(signed: SignedDirective) -> BlockList:
    """Raises EntryError FORM, COMMITMENT (its attachment is gone)."""
    version = signed.directive.body.get("version")
    if signed.attachment is None:
        raise EntryError(EntryFault.COMMITMENT, what="block list")
    try:
        kept = wire.decode(signed.attachment, limit=512 * 1024)
        key, data = wire.unb64(kept["key"], _KEY_BYTES), wire.unb64(kept["digests"])
    except (KeyError, TypeError):
        raise EntryError(EntryFault.FORM, what="block list") from None
    if not isinstance(version, str) or len(data) % DIGEST_BYTES:
        raise EntryError(EntryFault.FORM, what="block list")
    found = (data[at : at + DIGEST_BYTES] for at in range(0, len(data), DIGEST_BYTES))
    return BlockList(version, key, frozenset(found))


def _digest(key: bytes, number: str) -> bytes:
    plain = "".join(number.split()).upper().encode("utf-8", "surrogatepass")
    return hmac.digest(key, _TAG + plain, hashlib.sha256)[:DIGEST_BYTES]
