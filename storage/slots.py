"""Operator keys under a password, and the slots that open the vault with them.

A slot is the vault's data key and the terminal's signing key, sealed to an operator's public
agreement key: it can be made without her.  The recovery slot, sealed to headquarters, holds the
data key only: recovery opens data, and begins a new epoch with a new terminal key.
"""

from __future__ import annotations

import os
import secrets
import time
from dataclasses import dataclass, field

from core import wire
from core.crypto import sealing
from core.crypto.keys import (
    Agreement,
    PublicKey,
    Signer,
    SoftwareSigner,
    load_agreement,
    load_signer,
    new_agreement,
    new_signer,
    parse_public_key,
)
from core.errors import CardError, CardFault, EntryError, StoreError, StoreFault
from core.operator_cards import (
    CardAgreementKey,
    Cards,
    CardSigner,
    NoCards,
    OperatorCard,
    card_of,
    need_supported,
)

KEY_BYTES = 32
_SALT_BYTES = 16
_MEMORY_KIB = 128 * 1024
_SMALL_MEMORY_KIB = 64 * 1024
_LEAST_ITERATIONS = 3  # RFC 9106, section 4, for memory below 2 GiB
_SMALL_MACHINE = 2 * 1024**3
_TARGET_SECONDS = 0.75  # house.md: 0.5 to 1 s
# Beyond these a file was not written by us; it would only keep the machine busy.
_MOST_ITERATIONS, _MOST_MEMORY_KIB, _MOST_LANES = 10_000, 4 * 1024 * 1024, 64
_NO_CARDS = NoCards()


@dataclass(frozen=True, slots=True)
class Argon2Cost:
    """What one guess costs (RFC 9106): iterations, KiB of memory, lanes."""

    iterations: int
    memory_kib: int
    lanes: int = 1


def tuned_cost(target_seconds: float = _TARGET_SECONDS) -> Argon2Cost:
    """The cost that takes about ``target_seconds`` on this machine; measured once, at creation."""
    memory = _MEMORY_KIB if _physical_memory() >= _SMALL_MACHINE else _SMALL_MEMORY_KIB
    best = float("inf")
    for _ in range(3):
        # This thread's own work: a busy machine at enrolment must not make guesses cheap for ever.
        begin = time.thread_time()
        sealing.stretch("tuning", bytes(_SALT_BYTES), iterations=1, memory_kib=memory, lanes=1)
        best = min(best, time.thread_time() - begin)
    iterations = max(_LEAST_ITERATIONS, min(_MOST_ITERATIONS, round(target_seconds / best)))
    return Argon2Cost(iterations, memory)


def _physical_memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


@dataclass(frozen=True, slots=True)
class OperatorKeys:
    """An operator's own two keys while they are in memory, and their wrapped form for file and HQ.

    Those on a card are used there: ``card`` is its, and the wrapped form names the card only.
    """

    operator: str
    signer: Signer = field(repr=False)
    agreement: Agreement = field(repr=False)
    wrapped: bytes = field(repr=False)
    card: OperatorCard | None = field(default=None, repr=False)

    def release(self) -> None:
        """The card, where they are on one, forgets that its PIN was right."""
        if self.card is not None:
            self.card.release()


def _bound(operator: str, signing: PublicKey, agreement: PublicKey) -> bytes:
    return wire.encode(
        {"type": "wrapped", "operator": operator, "signing": signing.text, "agreement": agreement.text}
    )


def new_operator_keys(operator: str, password: str, cost: Argon2Cost) -> OperatorKeys:
    """Fresh keys, made where she activates, wrapped by her password."""
    signer, agreement = new_signer(), new_agreement()
    secret = signer.private_bytes() + agreement.private_bytes()
    wrapped = wrap(secret, password, cost, _bound(operator, signer.public, agreement.public))
    return OperatorKeys(operator, signer, agreement, wrapped)


def new_card_keys(operator: str, pin: str, cards: Cards) -> OperatorKeys:
    """Keys on the card put in last: made there where it is empty; nothing is wrapped, nothing leaves it.

    One that holds keys already may only be her own: that of an activation that was cut off, or of another
    branch.  Raises CardError MISSING, UNSUPPORTED, TAKEN, PIN_WRONG, PIN_BLOCKED, PULLED, FAILED.
    """
    present = cards.present()
    if not present:
        raise CardError(CardFault.MISSING, operator=operator)
    card = present[-1]
    facts = card.facts
    need_supported(facts)
    if facts.signing and facts.operator != operator:
        raise CardError(CardFault.TAKEN, operator=facts.operator)
    card.verify(pin)
    if not facts.signing:
        facts = card.generate(operator)
    try:
        signing = parse_public_key(facts.signing, signing=True)
        agreement = parse_public_key(facts.agreement, signing=False)
    except EntryError:
        raise CardError(CardFault.FAILED, what="key") from None
    return OperatorKeys(
        operator, CardSigner(card, signing), CardAgreementKey(card, agreement), card_form(facts.serial), card
    )


def card_form(serial: str) -> bytes:
    """What stands in the place of wrapped keys where they are on a card."""
    return wire.encode({"type": "card", "format": 1, "serial": serial})


def on_card(wrapped: bytes) -> bool:
    """Whether the keys are on a card; raises StoreError DAMAGED for a form that is neither."""
    try:
        value = wire.decode(wrapped)
        if value["type"] == "card" and value["format"] == 1 and isinstance(value["serial"], str):
            return True
    except (EntryError, KeyError):
        raise StoreError(StoreFault.DAMAGED, what="wrapped keys") from None
    cost_of(wrapped)
    return False


def open_operator_keys(
    operator: str,
    password: str,
    signing: PublicKey,
    agreement: PublicKey,
    wrapped: bytes,
    cards: Cards = _NO_CARDS,
) -> OperatorKeys:
    """The inverse of both; ``password`` is the PIN where the keys are on a card.

    Raises StoreError WRONG_KEY, DAMAGED; CardError MISSING, OTHER, UNSUPPORTED, PIN_WRONG, PIN_BLOCKED,
    PULLED, FAILED.
    """
    if on_card(wrapped):
        card = card_of(cards, operator, signing)
        card.verify(password)
        signer, own = CardSigner(card, signing), CardAgreementKey(card, agreement)
        return OperatorKeys(operator, signer, own, wrapped, card)
    secret = unwrap(wrapped, password, _bound(operator, signing, agreement))
    if len(secret) != 2 * KEY_BYTES:
        raise StoreError(StoreFault.DAMAGED, what="wrapped keys")
    software, agreeing = load_signer(secret[:KEY_BYTES]), load_agreement(secret[KEY_BYTES:])
    if software.public != signing or agreeing.public != agreement:
        raise StoreError(StoreFault.DAMAGED, what="wrapped keys")
    return OperatorKeys(operator, software, agreeing, wrapped)


def wrap(secret: bytes, password: str, cost: Argon2Cost, bound: bytes) -> bytes:
    """``secret`` under a password: Argon2id, then AES-256-GCM; canonical bytes with the parameters."""
    salt = secrets.token_bytes(_SALT_BYTES)
    key = _stretch(password, salt, cost)
    return wire.encode(
        {
            "type": "wrapped",
            "format": 1,
            "salt": wire.b64(salt),
            "iterations": cost.iterations,
            "memory_kib": cost.memory_kib,
            "lanes": cost.lanes,
            "data": wire.b64(sealing.encrypt(key, secret, bound)),
        }
    )


def unwrap(wrapped: bytes, password: str, bound: bytes) -> bytes:
    """The inverse of :func:`wrap`; raises StoreError WRONG_KEY, DAMAGED."""
    cost = cost_of(wrapped)
    try:
        value = wire.decode(wrapped)
        salt, data = wire.unb64(value["salt"]), wire.unb64(value["data"])
    except (EntryError, KeyError):
        raise StoreError(StoreFault.DAMAGED, what="wrapped keys") from None
    return sealing.decrypt(_stretch(password, salt, cost), data, bound)


def cost_of(wrapped: bytes) -> Argon2Cost:
    """The cost stored in a wrapped form; raises StoreError DAMAGED."""
    try:
        value = wire.decode(wrapped)
        numbers = [value[name] for name in ("iterations", "memory_kib", "lanes")]
        good = value["type"] == "wrapped" and value["format"] == 1
        good = good and all(isinstance(n, int) and not isinstance(n, bool) for n in numbers)
    except (EntryError, KeyError):
        raise StoreError(StoreFault.DAMAGED, what="wrapped keys") from None
    if not good:
        raise StoreError(StoreFault.DAMAGED, what="wrapped keys")
    return checked_cost(*numbers)


def checked_cost(iterations: int, memory_kib: int, lanes: int) -> Argon2Cost:
    """A cost read from a file; raises StoreError DAMAGED for one that we never write."""
    sound = 1 <= iterations <= _MOST_ITERATIONS and 1 <= lanes <= _MOST_LANES
    if not sound or not 8 * lanes <= memory_kib <= _MOST_MEMORY_KIB:
        raise StoreError(StoreFault.DAMAGED, what="argon2id")
    return Argon2Cost(iterations, memory_kib, lanes)


def _stretch(password: str, salt: bytes, cost: Argon2Cost) -> bytes:
    try:
        return sealing.stretch(
            password, salt, iterations=cost.iterations, memory_kib=cost.memory_kib, lanes=cost.lanes
        )
    except (ValueError, MemoryError):
        raise StoreError(StoreFault.DAMAGED, what="argon2id") from None


@dataclass(frozen=True, slots=True)
class VaultSecret:
    """What a slot holds."""

    data_key: bytes = field(repr=False)
    terminal: SoftwareSigner = field(repr=False)


def _slot_info(terminal: str, epoch: int, operator: str, key: PublicKey) -> bytes:
    return wire.encode(
        {"type": "slot", "terminal": terminal, "epoch": epoch, "operator": operator, "key": key.id}
    )


def seal_slot(secret: VaultSecret, terminal: str, epoch: int, operator: str, key: PublicKey) -> bytes:
    """An operator's slot, bound to terminal, epoch and operator."""
    plain = secret.data_key + secret.terminal.private_bytes()
    return sealing.seal(key, plain, _slot_info(terminal, epoch, operator, key))


def open_slot(slot: bytes, terminal: str, epoch: int, operator: str, key: Agreement) -> VaultSecret:
    """The inverse; raises StoreError DAMAGED: the password was right, so the slot is not whole.

    CardError PULLED, FAILED where the key is on a card.
    """
    try:
        plain = sealing.unseal(key, slot, _slot_info(terminal, epoch, operator, key.public))
    except (StoreError, EntryError, ValueError):
        raise StoreError(StoreFault.DAMAGED, what="slot") from None
    if len(plain) != 2 * KEY_BYTES:
        raise StoreError(StoreFault.DAMAGED, what="slot")
    return VaultSecret(plain[:KEY_BYTES], load_signer(plain[KEY_BYTES:]))


def recovery_info(terminal: str, epoch: int, key: PublicKey) -> bytes:
    """What the recovery slot is bound to; headquarters needs the same bytes to open it."""
    return wire.encode({"type": "recovery", "terminal": terminal, "epoch": epoch, "key": key.id})


def seal_recovery(data_key: bytes, terminal: str, epoch: int, opening: PublicKey) -> bytes:
    """The data key alone, sealed to headquarters' opening key; the terminal's key is never in it."""
    return sealing.seal(opening, data_key, recovery_info(terminal, epoch, opening))
