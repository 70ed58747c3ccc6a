"""Attachments as rows: sealed bytes as they are, annex and case under the key of class and month.

The nonce of the commitment lies inside that ciphertext: with the key it is gone too, and what the
chain still says gives nothing to guess against.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.crypto import sealing
from core.errors import StoreError, StoreFault
from core.ledger.entry import NONCE_BYTES, Attachment, AttachmentClass, Entry

# seq, n, class, retention, month, nonce, data
Row = tuple[int, int, str, str, str, bytes | None, bytes | None]
FindKey = Callable[[str, str], bytes | None]


def _bound(terminal: str, epoch: int, seq: int, n: int, cls: str) -> bytes:
    return b"counter/attachment-row/1\0" + f"{terminal}\n{epoch}\n{seq}\n{n}\n{cls}".encode()


def to_rows(entry: Entry, make_key: Callable[[str, str], bytes]) -> list[Row]:
    """The rows of an entry's attachments.  ``make_key`` may write the key file (StoreError then)."""
    header = entry.header
    rows: list[Row] = []
    for n, said in enumerate(header.commitments):
        found = entry.attachments[n] if n < len(entry.attachments) else None
        nonce: bytes | None = None
        data: bytes | None = None
        if found is not None and found.cls is AttachmentClass.SEALED:
            nonce, data = found.nonce, found.data
        elif found is not None:
            key = make_key(found.retention, found.month)
            bound = _bound(header.terminal, header.epoch, header.seq, n, found.cls.value)
            data = sealing.encrypt(key, found.nonce + found.data, bound)
        rows.append((header.seq, n, said.cls.value, said.retention, said.month, nonce, data))
    return rows


def from_row(
    row: Row, terminal: str, epoch: int, find_key: FindKey, *, cases: bool = False
) -> Attachment | None:
    """The attachment; None where its bytes or its key are gone, and for a case's.  Raises StoreError DAMAGED.

    ``cases``: what belongs to a case, too.  It is asked for by name only: exports, evidence and
    headquarters never have it.
    """
    seq, n, cls, retention, month, nonce, data = row
    if data is None:
        return None
    try:
        kind = AttachmentClass(cls)
    except ValueError:
        raise StoreError(StoreFault.DAMAGED, what="attachment class", seq=seq, attachment=n) from None
    if kind is AttachmentClass.CASE and not cases:
        return None
    if kind is AttachmentClass.SEALED:
        if nonce is None:
            raise StoreError(StoreFault.DAMAGED, what="attachment nonce", seq=seq, attachment=n)
        return Attachment(kind, retention, month, nonce, data)
    key = find_key(retention, month)
    if key is None:
        return None
    try:
        plain = sealing.decrypt(key, data, _bound(terminal, epoch, seq, n, cls))
    except StoreError:
        raise StoreError(StoreFault.DAMAGED, what="attachment", seq=seq, attachment=n) from None
    return Attachment(kind, retention, month, plain[:NONCE_BYTES], plain[NONCE_BYTES:])


def from_rows(
    rows: Sequence[Row], terminal: str, epoch: int, find_key: FindKey, *, cases: bool = False
) -> tuple[Attachment | None, ...]:
    """All of one entry's, in order."""
    return tuple(from_row(row, terminal, epoch, find_key, cases=cases) for row in rows)
