"""The compact signed record of a receipt's QR: anyone with HQ's public key can check it, offline.

Text form: ``CR1.`` + base64url of raw deflate over four length-prefixed parts: the record (canonical
bytes), the terminal key's signature, HQ's grant for that key (canonical bytes), HQ's signature on it.
The customer holds the receipt; the record says no more than the receipt shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core import wire
from core.crypto.keys import Signer
from core.errors import EntryError, EntryFault
from core.ledger.documents import Trusted
from core.ledger.entry import Head
from core.receipts.packed import MAX_TEXT, pack, unpack

__all__ = ["MAX_TEXT", "PREFIX", "ReceiptRecord", "read_record", "sign_record"]
PREFIX = "CR1."
_TAG = b"counter/receipt/1\0"
CORRECTED = "receipt-corrected"
_MEMBERS = {"type", "terminal", "head", "number", "waybill", "at", "contents", "quantity", "weight_g",
            "fee_cents", "payment", "sender", "document"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReceiptRecord:
    """What is signed.  ``head`` is the item's entry; ``sender`` and ``document`` are masked.

    ``fee_cents`` None where no fee was recorded; ``at`` is local time, YYYY-MM-DD HH:MM.
    """

    terminal: str
    head: Head
    number: str
    waybill: str
    at: str
    contents: str
    quantity: int
    weight_g: int
    sender: str
    document: str
    fee_cents: int | None = None
    payment: str = ""
    correction: int = 0  # n: what stands after the n-th correction of the item; 0 for its first receipt

    def __repr__(self) -> str:
        return f"ReceiptRecord(terminal={self.terminal!r}, number={self.number!r}, …)"

    def as_json(self) -> dict[str, Any]:
        """The record's members; ``correction`` only where there was one."""
        corrected = {"correction": self.correction} if self.correction else {}
        return {
            **corrected,
            "type": CORRECTED if self.correction else "receipt",
            "terminal": self.terminal,
            "head": self.head.as_json(),
            "number": self.number,
            "waybill": self.waybill,
            "at": self.at,
            "contents": self.contents,
            "quantity": self.quantity,
            "weight_g": self.weight_g,
            "fee_cents": self.fee_cents,
            "payment": self.payment,
            "sender": self.sender,
            "document": self.document,
        }


def sign_record(record: ReceiptRecord, signer: Signer, grant: bytes, grant_signature: bytes) -> str:
    """The QR's text.  Ed25519 is deterministic: the same receipt printed again has the same QR."""
    return pack(PREFIX, _TAG, record.as_json(), signer, (grant, grant_signature))


def read_record(text: str, headquarters: Trusted) -> ReceiptRecord:
    """The record, if HQ granted the key that signed it; raises EntryError FORM, TOO_LARGE, SIGNATURE, KEY."""
    value, grant = unpack(PREFIX, _TAG, text, headquarters, "receipt")
    members = _MEMBERS | {"correction"} if value.get("type") == CORRECTED else _MEMBERS
    if value.get("type") not in ("receipt", CORRECTED) or set(value) != members:
        raise EntryError(EntryFault.FORM, what="receipt")
    if value["terminal"] != grant.terminal:
        raise EntryError(EntryFault.KEY, what="terminal")
    return _record(value)


def _record(value: dict[str, Any]) -> ReceiptRecord:
    texts = ("terminal", "number", "waybill", "at", "contents", "payment", "sender", "document")
    counts = ("quantity", "weight_g")
    fee, correction = value["fee_cents"], value.get("correction", 0)
    good = type(correction) is int and correction >= 0
    good = good and all(isinstance(value[name], str) for name in texts)
    good = good and all(type(value[name]) is int and value[name] >= 0 for name in counts)
    good = good and (fee is None or (type(fee) is int and fee >= 0))
    if not good:
        raise EntryError(EntryFault.FORM, what="receipt member")
    try:
        head = Head(
            int(value["head"]["epoch"]), int(value["head"]["seq"]), wire.unb64(value["head"]["hash"], 32)
        )
    except (KeyError, TypeError, ValueError):
        raise EntryError(EntryFault.FORM, what="receipt head") from None
    return ReceiptRecord(
        value["terminal"], head, value["number"], value["waybill"], value["at"], value["contents"],
        value["quantity"], value["weight_g"], value["sender"], value["document"], fee, value["payment"],
        correction,
    )  # fmt: skip
