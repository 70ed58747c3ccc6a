"""The vault: opens by password or card, gives keys while it is open, forgets them when shut."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.access.rights import Action, may, need
from core.crypto import sealing
from core.crypto.keys import Signer, SoftwareSigner
from core.errors import CardError, CardFault, RuleError, RuleFault, StoreError, StoreFault
from core.ledger.documents import Grant
from core.ledger.rolls import KeyChain
from core.operator_cards import Cards, NoCards, OperatorCard, card_of
from core.ports import Clock, HeadquartersKeys, Probe, StaffRow, UnlockedOperator, no_probe
from storage.slots import (
    KEY_BYTES,
    Argon2Cost,
    OperatorKeys,
    VaultSecret,
    on_card,
    open_operator_keys,
    open_slot,
    seal_recovery,
    seal_slot,
)
from storage.tries import TryCounter, WaitRule, default_wait
from storage.vaultfile import OperatorRecord, VaultFile, load, save

VAULT_NAME = "vault.json"
TRIES_NAME = "vault.tries"
# Purposes of subkeys.  A new one gets a new name; none is ever used for two things.
_NO_CARDS = NoCards()
SUBKEY_DATABASE, SUBKEY_KEYFILE, SUBKEY_TLS, _SUBKEY_MAC = "database", "keyfile", "tls", "vault-mac"


def new_data_key() -> bytes:
    """32 random bytes; every subkey comes from it."""
    return secrets.token_bytes(KEY_BYTES)


@dataclass(frozen=True, slots=True)
class NewVault:
    """What a vault is made from: HQ's grant and keys, the terminal's key, the first operator."""

    grant: bytes
    grant_signature: bytes
    headquarters: HeadquartersKeys
    secret: VaultSecret
    operator: OperatorKeys
    role: str
    cost: Argon2Cost


class FileVault:
    """``core.ports.Vault`` over DIR/vault.json.  One thread (the station's) uses it."""

    def __init__(
        self,
        directory: Path,
        clock: Clock,
        wait: WaitRule = default_wait,
        probe: Probe = no_probe,
        cards: Cards = _NO_CARDS,
    ) -> None:
        """``cards``: what lies in this counter's readers."""
        self._path = directory / VAULT_NAME
        self._tries = TryCounter(directory / TRIES_NAME, clock, wait)
        self._probe = probe
        self._secret: VaultSecret | None = None
        self._file: VaultFile | None = None
        self._cards = cards
        self._asked: list[OperatorCard] = []  # cards whose PIN was right, until they are let go

    @staticmethod
    def create(directory: Path, new: NewVault, probe: Probe = no_probe) -> None:
        """Write a vault with its first operator; raises StoreError EXISTS, or as a write does."""
        path = directory / VAULT_NAME
        if path.exists():
            raise StoreError(StoreFault.EXISTS, what=VAULT_NAME)
        keys = new.operator
        record = OperatorRecord(
            keys.operator, new.role, keys.signer.public, keys.agreement.public, keys.wrapped
        )
        empty = VaultFile(
            new.grant,
            new.grant_signature,
            new.headquarters.chain.keys[0],
            new.headquarters.opening,
            {},
            {},
            b"",
            new.cost,
            new.headquarters.chain.rolls,
        )
        grant = _sound_grant(empty, new.secret.terminal)
        terminal, epoch = grant.terminal, grant.epoch
        slot = seal_slot(new.secret, terminal, epoch, record.operator, record.agreement)
        recovery = seal_recovery(new.secret.data_key, terminal, epoch, new.headquarters.opening)
        content = replace(
            empty, operators={record.operator: record}, slots={record.operator: slot}, recovery=recovery
        )
        save(path, content, _mac_key(new.secret.data_key), probe)

    # -- core.ports.Vault ----------------------------------------------------------------------

    def is_open(self) -> bool:
        """Whether keys are in memory."""
        return self._secret is not None

    def unlock(self, operator: str, password: str) -> UnlockedOperator:
        """Argon2id (0.5–1 s), or a card.  Opens the vault where it is shut; else checks the operator only.

        Raises RuleError ROLE for a role that opens no counter; StoreError WRONG_KEY (also for an unknown
        operator), LOCKED_OUT(seconds), DAMAGED, TOO_NEW, MISSING, and DISK_FULL, READ_ONLY or IO where a
        failed try could not be counted; CardError as :func:`storage.slots.open_operator_keys`.
        """
        content, mac = load(self._path)
        record = content.operators.get(operator)
        if record is not None and on_card(record.wrapped):
            card_of(self._cards, operator, record.signing)  # without it no guess is made, and none counted
        self._tries.begin(operator if record else None)
        if record is None:
            # As slow as a wrong password: the time does not tell who works here.
            cost = content.cost
            sealing.stretch(
                password,
                bytes(16),
                iterations=cost.iterations,
                memory_kib=cost.memory_kib,
                lanes=cost.lanes,
            )
            raise StoreError(StoreFault.WRONG_KEY, what="operator")
        keys, secret = self._opened(content, record, password)
        if not hmac.compare_digest(content.mac(_mac_key(secret.data_key)), mac):
            raise StoreError(StoreFault.DAMAGED, what=VAULT_NAME)
        _sound_grant(content, secret.terminal)
        failures = self._tries.failures(operator) - 1  # this one is counted, and was right
        self._tries.clear(operator)
        was_shut, self._secret, self._file = self._secret is None, secret, content
        serial = keys.card.facts.serial if keys.card is not None else ""
        return UnlockedOperator(
            operator, record.role, keys.signer, record.agreement, was_shut, failures, serial
        )

    def _opened(
        self, content: VaultFile, record: OperatorRecord, password: str
    ) -> tuple[OperatorKeys, VaultSecret]:
        """Her keys and what her slot holds; the try was counted before."""
        operator = record.operator
        try:
            keys = open_operator_keys(
                operator, password, record.signing, record.agreement, record.wrapped, self._cards
            )
            if keys.card is not None:
                self._asked.append(keys.card)
            slot = content.slots.get(operator)
            if slot is None:
                if not may(record.role, Action.LOG_IN):
                    self._tries.clear(operator)  # her password was right; it only opens nothing here
                need(record.role, Action.LOG_IN)
                raise StoreError(StoreFault.WRONG_KEY, what="slot")
            grant = _readable_grant(content)
            return keys, open_slot(slot, grant.terminal, grant.epoch, operator, keys.agreement)
        except CardError as error:
            if error.code not in (CardFault.PIN_WRONG, CardFault.PIN_BLOCKED):
                self._tries.withdraw(operator)  # no guess: the card, which counts for itself, was pulled
            raise

    def let_go(self) -> None:
        """Cards that were asked forget that their PIN was right."""
        asked, self._asked = self._asked, []
        for card in asked:
            card.release()

    def holder(self, signing: str, claimed: str) -> tuple[str, str]:
        """Whose card holds that key: (staff number, "") or ("", CardFault code)."""
        operators = (self._file or load(self._path)[0]).operators
        for record in operators.values():
            if record.signing.text == signing:
                return record.operator, ""
        return "", str(CardFault.REPLACED if claimed in operators else CardFault.UNKNOWN)

    def failures(self, operator: str) -> int:
        """Tries in vain since her last success."""
        return self._tries.failures(operator)

    def release(self, operator: str) -> None:
        """Her next try need not wait."""
        self._tries.release(operator)

    def terminal_signer(self) -> Signer:
        """Raises RuleError NOT_LOGGED_IN while shut, as everything below."""
        return self._open()[0].terminal

    def headquarters_keys(self) -> HeadquartersKeys:
        """HQ's pinned public keys."""
        content = self._open()[1]
        keys = content.keys()
        granted = keys.place(content.grant, content.grant_signature)
        return HeadquartersKeys(keys.current, content.opening, keys, granted)

    def close(self) -> None:
        """Forget every key."""
        self.let_go()
        self._secret = self._file = None

    # -- for the store itself ------------------------------------------------------------------

    def subkey(self, purpose: str) -> bytes:
        """32 bytes for one purpose, derived from the data key."""
        return sealing.derive(self._open()[0].data_key, purpose)

    def grant(self) -> Grant:
        """HQ's grant of the present epoch: terminal, branch, epoch, key."""
        return _readable_grant(self._open()[1])

    def signed_grant(self) -> tuple[bytes, bytes]:
        """The same as headquarters signed it: (document, signature)."""
        content = self._open()[1]
        return content.grant, content.grant_signature

    def slot_holders(self) -> list[str]:
        """Whose keys open this counter."""
        return sorted(self._open()[1].slots)

    def operators(self) -> Mapping[str, OperatorRecord]:
        """Everyone the vault knows."""
        return dict(self._open()[1].operators)

    def seconds_left(self, operator: str) -> int:
        """How long that operator's next try must wait."""
        return self._tries.seconds_left(operator)

    def add_operator(self, record: OperatorRecord, *, slot: bool = True) -> None:
        """Let an operator in, without her being here; replaces what was known of her.

        ``slot`` False for technicians and auditors: known, but her key opens nothing.
        """
        secret, content = self._open()
        grant = _readable_grant(content)
        operators = {**content.operators, record.operator: record}
        slots = {name: held for name, held in content.slots.items() if name != record.operator}
        if slot:
            slots[record.operator] = seal_slot(
                secret, grant.terminal, grant.epoch, record.operator, record.agreement
            )
        self._save(replace(content, operators=operators, slots=slots))

    def settle(self, staff: Sequence[StaffRow]) -> bool:
        """Bring keys and slots to what headquarters says of its operators; whether anything changed.

        Whoever does not open the counter (technicians, auditors) gets no slot.  The last slots stay until
        there is another one: without any, nobody could open this vault again.
        """
        secret, content = self._open()
        grant = _readable_grant(content)
        operators, slots = dict(content.operators), dict(content.slots)
        for row in staff:
            if not row.role:
                operators.pop(row.operator, None)
                slots.pop(row.operator, None)
            elif row.signing is not None and row.agreement is not None and _sound(row.wrapped):
                record = OperatorRecord(row.operator, row.role, row.signing, row.agreement, row.wrapped)
                opens = may(row.role, Action.LOG_IN)
                if operators.get(row.operator) == record and opens == (row.operator in slots):
                    continue
                operators[row.operator] = record
                slots.pop(row.operator, None)
                if opens:
                    slots[row.operator] = seal_slot(
                        secret, grant.terminal, grant.epoch, row.operator, record.agreement
                    )
        if not slots:
            slots = dict(content.slots)
            operators |= {name: content.operators[name] for name in slots}
        if operators == content.operators and slots == content.slots:
            return False
        self._save(replace(content, operators=operators, slots=slots))
        return True

    def settle_keys(self, keys: KeyChain) -> bool:
        """Pin the keys that follow those pinned so far; whether there were any.

        Raises EntryError KEY for other keys than those pinned, and as a write does.
        """
        content = self._open()[1]
        grown = content.keys().grown(keys.rolls)
        if grown.rolls == content.rolls:
            return False
        self._save(replace(content, rolls=grown.rolls))
        return True

    def remove_operator(self, operator: str) -> None:
        """Her slot and wrapped keys go; raises StoreError CONFLICT for the last slot of the vault."""
        content = self._open()[1]
        slots = {name: held for name, held in content.slots.items() if name != operator}
        if not slots:
            raise StoreError(StoreFault.CONFLICT, what="last operator")
        operators = {name: row for name, row in content.operators.items() if name != operator}
        self._save(replace(content, operators=operators, slots=slots))

    def _save(self, content: VaultFile) -> None:
        secret, _ = self._open()
        save(self._path, content, _mac_key(secret.data_key), self._probe)
        self._file = content

    def _open(self) -> tuple[VaultSecret, VaultFile]:
        if self._secret is None or self._file is None:
            raise RuleError(RuleFault.NOT_LOGGED_IN)
        return self._secret, self._file


def _mac_key(data_key: bytes) -> bytes:
    return sealing.derive(data_key, _SUBKEY_MAC)


def _sound(wrapped: bytes) -> bool:
    """Whether the vault could be read again with it: nobody's keys, in whatever form, may damage it."""
    try:
        on_card(wrapped)
    except StoreError:
        return False
    return True


def _readable_grant(content: VaultFile) -> Grant:
    return content.granted()


def _sound_grant(content: VaultFile, terminal: SoftwareSigner) -> Grant:
    """The grant, if it speaks of this terminal key and this opening key."""
    grant = content.granted()
    if grant.key != terminal.public or grant.opening != content.opening:
        raise StoreError(StoreFault.DAMAGED, what="grant")
    return grant
