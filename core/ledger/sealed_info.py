"""What a sealed attachment is bound to: the whole context goes into HPKE's ``info``."""

from __future__ import annotations

from core import wire

MOST_SEALED = 768 * 1024  # bytes of a plaintext: with three pictures; without any it is some hundred


def sealed_info(terminal: str, epoch: int, seq: int, operation: str, key_id: str) -> bytes:
    """Canonical bytes; an opened attachment belongs to exactly this entry and key."""
    return wire.encode(
        {"type": "sealed", "terminal": terminal, "epoch": epoch, "seq": seq, "op": operation, "key": key_id}
    )
