"""Operators' cards: two P-256 keys that never leave them, opened by a PIN whose tries the card itself counts.

What a card can do stands here once; the software card and a real one (PIV, SP 800-73: key 9A signs, key 9D
agrees) are drivers behind it.  A card is asked by the station's thread or an activation's, never by both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from core.crypto.keys import PublicKey
from core.devices import CardFacts
from core.errors import CardError, CardFault

CARD_ALGORITHM = "p256"


class OperatorCard(Protocol):
    """One card, from when it was put into a reader until it is pulled; then everything raises PULLED."""

    @property
    def facts(self) -> CardFacts:
        """What can be read without the PIN."""
        ...

    def verify(self, pin: str) -> None:
        """From now on, until :meth:`release`, the keys may be used.

        Raises CardError PIN_WRONG(left), PIN_BLOCKED, PIN_FORM, IN_USE, PULLED, FAILED.
        """
        ...

    def generate(self, operator: str) -> CardFacts:
        """Make both keys on an empty card and write her staff number on it.

        Raises TAKEN, ISSUER, as above too.
        """
        ...

    def sign(self, message: bytes) -> bytes:
        """ECDSA with SHA-256 by key 9A: DER, 72 bytes at most.  Raises PULLED, FAILED."""
        ...

    def agree(self, point: bytes) -> bytes:
        """32 bytes by key 9D with an uncompressed point of P-256.  Raises PULLED, FAILED."""
        ...

    def release(self) -> None:
        """The card forgets that its PIN was right.  Never raises; may be called twice."""
        ...


class Cards(Protocol):
    """What lies in the readers of this counter now.  From any thread."""

    def present(self) -> Sequence[OperatorCard]:
        """The one put in last is the last."""
        ...


class NoCards:
    """A counter without a reader."""

    def present(self) -> Sequence[OperatorCard]:
        """None."""
        return ()


@dataclass(frozen=True, slots=True)
class CardSigner:
    """``core.crypto.keys.Signer`` by a card whose PIN was right."""

    card: OperatorCard = field(repr=False)
    public: PublicKey

    def sign(self, message: bytes) -> bytes:
        """See :meth:`OperatorCard.sign`."""
        return self.card.sign(message)


@dataclass(frozen=True, slots=True)
class CardAgreementKey:
    """``core.crypto.keys.CardAgreement`` by a card whose PIN was right."""

    card: OperatorCard = field(repr=False)
    public: PublicKey

    def agree(self, point: bytes) -> bytes:
        """See :meth:`OperatorCard.agree`."""
        return self.card.agree(point)


def need_supported(facts: CardFacts) -> None:
    """Raises CardError UNSUPPORTED for a card with keys of another kind (RSA); FOREIGN, MUTE, HALF, FAILED
    for one that is of no use.
    """
    if facts.fault:
        raise CardError(CardFault(facts.fault))
    if facts.algorithm not in ("", CARD_ALGORITHM):
        raise CardError(CardFault.UNSUPPORTED, algorithm=facts.algorithm)


def card_of(cards: Cards, operator: str, signing: PublicKey) -> OperatorCard:
    """The card that holds her signing key.

    Raises CardError MISSING where no card is in, OTHER where only somebody else's are, UNSUPPORTED.
    """
    present = cards.present()
    for card in reversed(present):
        if card.facts.signing == signing.text:
            return card
    if not present:
        raise CardError(CardFault.MISSING, operator=operator)
    facts = present[-1].facts
    need_supported(facts)
    raise CardError(CardFault.OTHER, operator=operator, card=facts.operator)
