"""Entries beside the chain, in the golden journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core import wire
from tests.golden.people import seed

if TYPE_CHECKING:
    from tests.golden.make import Golden


def branches(golden: Golden) -> None:
    """Entries beside the chain: one run of them taken in, one declined."""
    place = {"epoch": 1, "first": 12, "last": 19, "base": wire.b64(golden.entries[10].hash)}
    span = {**place, "branch": wire.b64(seed("branch")), "tip": wire.b64(seed("tip"))}
    counts = {"accepted": 3, "refused": 1, "senders": 1, "labels": 2, "receipts": 0, "affixed": 2}
    figures = {"number": 4, **counts, "copies": 0, "unknown": 1, "voided": 0}
    golden.add("BranchAdopted", {**span, **figures}, person=True)
    other = {**span, "branch": wire.b64(seed("other")), "tip": wire.b64(seed("other tip"))}
    golden.add("BranchDeclined", {**other, "reason": "again"}, person=True)
