"""The first entries of a store: the business day, the granted epoch, the first operator's key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core import wire
from core.crypto.keys import PublicKey, Signer
from core.ledger.clock import TrustedClock, business_date
from core.ledger.documents import operator_proof
from core.ledger.entry import Entry
from core.ledger.state import State
from core.ledger.writer import EntryWriter, Proposal


def day_opened(day: int, clock: TrustedClock, operation: str) -> Proposal:
    """Begins business day ``day`` with today's date at the counter."""
    date = business_date(clock.now().at).isoformat()
    return Proposal("DayOpened", {"day": day, "date": date}, operation)


def operator_accepted(
    terminal: str,
    operator: str,
    role: str,
    signer: Signer,
    agreement: PublicKey,
    operation: str,
    *,
    endorsed_by: str = "first",
    endorser: str | None = None,
    endorser_key: Signer | None = None,
) -> Proposal:
    """An operator's key counts from this entry; it proves itself, and an endorser signs beside it."""
    message = operator_proof(terminal, operator, role, signer.public.text, agreement.text)
    data: Mapping[str, Any] = {
        "operator": operator,
        "role": role,
        "signing": signer.public.text,
        "agreement": agreement.text,
        "proof": wire.b64(signer.sign(message)),
        "endorsed_by": endorsed_by,
        "endorser": endorser,
        "endorsement": None if endorser_key is None else wire.b64(endorser_key.sign(message)),
    }
    return Proposal("OperatorKeyAccepted", data, operation)


def found(
    writer: EntryWriter,
    clock: TrustedClock,
    *,
    grant: bytes,
    grant_signature: bytes,
    terminal_key: PublicKey,
    operator: Proposal,
    rules: str,
    operation: str,
) -> tuple[list[Entry], State]:
    """``DayOpened``, ``EpochOpened``, ``OperatorKeyAccepted``: what a new store begins with."""
    epoch = {"grant": wire.b64(grant), "grant_signature": wire.b64(grant_signature), "key": terminal_key.text}
    proposals = [day_opened(1, clock, operation), Proposal("EpochOpened", epoch, operation), operator]
    return writer.compose(proposals, State(), None, rules)
