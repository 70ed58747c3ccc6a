"""One signing key of headquarters follows another: the signed roll, and the chain that rolls make of keys.

A roll is a document (docs/format.md, section 5) that both keys sign: the old one says who comes after it, the
new one that its private half is there.  Rolls are numbered from 1 on, and no key is followed by two others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core import wire
from core.crypto.keys import PublicKey, Signer, parse_public_key
from core.errors import EntryError, EntryFault
from core.ledger.documents import read, sign, signed_by
from core.ledger.entry import parse_stamp, stamp

TYPE = "key-roll"
MOST = 64  # a chain of keys in a file or an answer


@dataclass(frozen=True, slots=True)
class Roll:
    """What a roll says: key ``new`` comes after ``old``; ``at`` is when it was made."""

    number: int
    old: PublicKey
    new: PublicKey
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class SignedRoll:
    """A roll's canonical bytes under both keys."""

    document: bytes
    by_old: bytes = field(repr=False)
    by_new: bytes = field(repr=False)

    def read(self) -> Roll:
        """Raises EntryError SIGNATURE unless both keys signed it, FORM, KEY."""
        value = _value(self.document)
        old, new = (parse_public_key(value[name], signing=True) for name in ("old", "new"))
        read(self.document, self.by_old, old, TYPE)
        read(self.document, self.by_new, new, TYPE)
        number = value["number"]
        if not isinstance(number, int) or isinstance(number, bool) or number < 1 or old == new:
            raise EntryError(EntryFault.FORM, what=TYPE)
        return Roll(number, old, new, parse_stamp(value["at"]))

    def as_json(self) -> dict[str, str]:
        """Binary as base64url: in answers, exports, the vault, and as an entry's members."""
        signatures = {"by_old": wire.b64(self.by_old), "by_new": wire.b64(self.by_new)}
        return {"roll": wire.b64(self.document), **signatures}


def make_roll(number: int, old: Signer, new: Signer, at: dt.datetime) -> SignedRoll:
    """Signed by both."""
    said = {"type": TYPE, "number": number, "old": old.public.text, "new": new.public.text, "at": stamp(at)}
    document, by_old = sign(said, old)
    return SignedRoll(document, by_old, sign(said, new)[1])


def roll_from(value: object) -> SignedRoll:
    """The inverse of :meth:`SignedRoll.as_json`, other members beside it ignored; raises EntryError FORM."""
    if not isinstance(value, Mapping):
        raise EntryError(EntryFault.FORM, what=TYPE)
    try:
        return SignedRoll(*(wire.unb64(value[name]) for name in ("roll", "by_old", "by_new")))
    except KeyError:
        raise EntryError(EntryFault.FORM, what=TYPE) from None


def rolls_from(values: object) -> list[SignedRoll]:
    """Several, in order; raises EntryError FORM."""
    if not isinstance(values, list) or len(values) > MOST:
        raise EntryError(EntryFault.FORM, what="key-rolls")
    return [roll_from(value) for value in values]


def _value(document: bytes) -> dict[str, Any]:
    value = wire.decode(document)
    if set(value) != {"type", "number", "old", "new", "at"} or value["type"] != TYPE:
        raise EntryError(EntryFault.FORM, what=TYPE)
    return value


@dataclass(frozen=True, slots=True)
class KeyChain:
    """Headquarters' signing keys from the first on, the one in force last; roll *n* leads to key *n* + 1.

    ``verify`` takes any of them: for what has no place in an order, such as a grant that is kept.  Whoever
    knows the order asks :meth:`place`.
    """

    keys: tuple[PublicKey, ...]
    rolls: tuple[SignedRoll, ...] = ()

    @classmethod
    def of(cls, trusted: PublicKey | KeyChain) -> KeyChain:
        """A chain of one key; a chain as it is."""
        return trusted if isinstance(trusted, KeyChain) else cls((trusted,))

    @property
    def current(self) -> PublicKey:
        """The key in force."""
        return self.keys[-1]

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Whether any of the keys signed it."""
        return any(key.verify(signature, message) for key in reversed(self.keys))

    def place(self, body: bytes, signature: bytes) -> int:
        """Which key signed a document, from 0 on; raises EntryError SIGNATURE where none did."""
        for place in reversed(range(len(self.keys))):
            if signed_by(self.keys[place], body, signature):
                return place
        raise EntryError(EntryFault.SIGNATURE, what="headquarters")

    def index(self, key: PublicKey) -> int:
        """Where a key stands; raises EntryError KEY for a stranger's."""
        if key not in self.keys:
            raise EntryError(EntryFault.KEY, what="not headquarters' key")
        return self.keys.index(key)

    def extended(self, roll: SignedRoll) -> KeyChain:
        """With the key that ``roll`` brings; itself where it has that roll.

        Raises EntryError SIGNATURE (not signed by both), FORM, KEY: a stranger's, a fork from a key that
        another followed, a number that is not the next, a key that was here before.
        """
        said = roll.read()
        for known in self.rolls:
            if known.document == roll.document:
                return self
        if said.old not in self.keys:
            raise EntryError(EntryFault.KEY, what="roll of a stranger", number=said.number)
        if said.old != self.current or said.new in self.keys:
            raise EntryError(EntryFault.KEY, what="roll forks", number=said.number)
        if said.number != len(self.rolls) + 1:
            raise EntryError(EntryFault.KEY, what="roll number", number=said.number)
        return KeyChain((*self.keys, said.new), (*self.rolls, roll))

    def grown(self, rolls: Iterable[SignedRoll]) -> KeyChain:
        """Extended by several, in order; raises as :meth:`extended`."""
        chain = self
        for roll in rolls:
            chain = chain.extended(roll)
        return chain

    def since(self, place: int) -> KeyChain:
        """The keys from ``place`` on, only to verify with: what may sign once that key is in force."""
        return KeyChain(self.keys[place:])


def longer(one: KeyChain, other: KeyChain) -> KeyChain:
    """Of two that begin alike, the one that leads further."""
    return one if len(one.rolls) > len(other.rolls) else other


def chain_to(current: PublicKey, rolls: Sequence[SignedRoll]) -> KeyChain:
    """The chain that ends in ``current``; raises EntryError SIGNATURE, FORM, KEY where the rolls do not."""
    chain = KeyChain((rolls[0].read().old if rolls else current,)).grown(rolls)
    if chain.current != current:
        raise EntryError(EntryFault.KEY, what="rolls lead elsewhere")
    return chain
