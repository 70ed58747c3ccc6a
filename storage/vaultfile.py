"""DIR/vault.json: public keys, wrapped keys and slots.  No name, no clear secret stands in it.

Its bytes carry a MAC under a subkey of the data key, so that a swapped public key or a planted
operator is found at the next unlock.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core import wire
from core.crypto.keys import PublicKey, parse_public_key
from core.errors import EntryError, StoreError, StoreFault
from core.ledger.documents import Grant, read_grant
from core.ledger.rolls import KeyChain, SignedRoll, rolls_from
from core.ports import Probe, no_probe
from storage.files import json_bytes, read_json, write_atomic
from storage.slots import Argon2Cost, checked_cost, on_card

FORMAT = 1


@dataclass(frozen=True, slots=True)
class OperatorRecord:
    """One operator as the vault knows her; her name stands in the encrypted database only."""

    operator: str
    role: str
    signing: PublicKey
    agreement: PublicKey
    wrapped: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class VaultFile:
    """The whole file.  ``grant`` is HQ's signed permission for this epoch and terminal key."""

    grant: bytes = field(repr=False)
    grant_signature: bytes = field(repr=False)
    signing: PublicKey
    opening: PublicKey
    operators: Mapping[str, OperatorRecord]
    slots: Mapping[str, bytes] = field(repr=False)
    recovery: bytes = field(repr=False)
    cost: Argon2Cost
    rolls: tuple[SignedRoll, ...] = ()  # from ``signing``, HQ's first key, to the one in force

    def keys(self) -> KeyChain:
        """HQ's signing keys; raises EntryError where the rolls do not lead from one to the next."""
        return KeyChain((self.signing,)).grown(self.rolls)

    def granted(self) -> Grant:
        """The grant, signature checked against the pinned keys; raises EntryError."""
        return read_grant(self.grant, self.grant_signature, self.keys())

    def as_json(self) -> dict[str, Any]:
        """Everything except the MAC."""
        return {
            "format": FORMAT,
            "grant": wire.b64(self.grant),
            "grant_signature": wire.b64(self.grant_signature),
            "signing": self.signing.text,
            "opening": self.opening.text,
            "operators": {
                row.operator: {
                    "role": row.role,
                    "signing": row.signing.text,
                    "agreement": row.agreement.text,
                    "wrapped": wire.b64(row.wrapped),
                }
                for row in self.operators.values()
            },
            "slots": {operator: wire.b64(slot) for operator, slot in self.slots.items()},
            "recovery": wire.b64(self.recovery),
            "cost": [self.cost.iterations, self.cost.memory_kib, self.cost.lanes],
            **({"rolls": [roll.as_json() for roll in self.rolls]} if self.rolls else {}),
        }

    def mac(self, key: bytes) -> bytes:
        """HMAC-SHA256 over the file's JSON without its MAC; ``key`` is the vault's MAC subkey."""
        return hmac.digest(key, json_bytes(self.as_json()), hashlib.sha256)


def save(path: Path, content: VaultFile, key: bytes, probe: Probe = no_probe) -> None:
    """Write it, whole or not at all; raises StoreError as :func:`storage.files.write_atomic`."""
    value = content.as_json() | {"mac": wire.b64(content.mac(key))}
    write_atomic(path, json_bytes(value), probe)


def load(path: Path) -> tuple[VaultFile, bytes]:
    """The file and its MAC, which only an unlocked vault can check.

    Raises StoreError MISSING, TOO_NEW, DAMAGED.
    """
    value = read_json(path, FORMAT)
    try:
        content = _parse(value)
        mac = wire.unb64(value["mac"], 32)
        grant = content.granted()
        whole = set(value) == set(content.as_json()) | {"mac"} and grant.opening == content.opening
    except (EntryError, KeyError, TypeError, ValueError, AttributeError):
        raise StoreError(StoreFault.DAMAGED, what=path.name) from None
    if not whole:
        raise StoreError(StoreFault.DAMAGED, what=path.name)
    return content, mac


def _parse(value: Mapping[str, Any]) -> VaultFile:
    operators = {str(name): _operator(str(name), row) for name, row in value["operators"].items()}
    slots = {str(name): wire.unb64(slot) for name, slot in value["slots"].items()}
    if not set(slots) <= set(operators):
        raise ValueError
    iterations, memory, lanes = (int(number) for number in value["cost"])
    return VaultFile(
        wire.unb64(value["grant"]),
        wire.unb64(value["grant_signature"]),
        parse_public_key(value["signing"], signing=True),
        parse_public_key(value["opening"], signing=False),
        operators,
        slots,
        wire.unb64(value["recovery"]),
        checked_cost(iterations, memory, lanes),
        tuple(rolls_from(value.get("rolls", []))),
    )


def _operator(name: str, row: Mapping[str, Any]) -> OperatorRecord:
    wrapped = wire.unb64(row["wrapped"])
    on_card(wrapped)
    role = row["role"]
    if not isinstance(role, str) or not role:
        raise ValueError
    signing = parse_public_key(row["signing"], signing=True)
    return OperatorRecord(name, role, signing, parse_public_key(row["agreement"], signing=False), wrapped)
