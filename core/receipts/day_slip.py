"""The signed code of a day slip: figures, head hash and state hash, checked offline with HQ's public key.

It names the whole slip by its digest; the file that ``F7`` writes holds both.  docs/format.md, section 16.
"""

from __future__ import annotations

from dataclasses import asdict

from core import wire
from core.crypto.keys import Signer
from core.errors import EntryError, EntryFault
from core.ledger.day_slip import DaySlip
from core.ledger.documents import Trusted
from core.receipts.packed import pack, unpack
from core.receipts.slip_record import SlipRecord, is_head

PREFIX = "DS1."
_TAG = b"counter/day-slip/1\0"
_HEADS = ("last", "verdict")
_TEXTS = ("terminal", "date", "signed_by", "closed_at", "first", "state", "slip")
_MEMBERS = {"type", "day", *_HEADS, *_TEXTS, "total", "said", "refused", "earlier"}


def sign_slip(slip: DaySlip, signer: Signer, grant: tuple[bytes, bytes]) -> str:
    """The code's text, the same whenever the slip of that day is printed."""
    total = {name: count for name, count in asdict(slip.total).items() if name != "operator"}
    value = {
        "type": "day-slip",
        "terminal": slip.terminal,
        "day": slip.day,
        "date": slip.date,
        "signed_by": slip.signed_by,
        "closed_at": slip.closed_at,
        "first": wire.b64(slip.first.hash),
        "last": slip.last.as_json(),
        "verdict": slip.verdict.as_json(),
        "state": wire.b64(slip.state),
        "total": total,
        "refused": sum(count for _, count in slip.refused),
        "said": dict(slip.said()),
        "earlier": len(slip.earlier),
        "slip": wire.b64(slip.digest()),
    }
    return pack(PREFIX, _TAG, value, signer, grant)


def read_slip(text: str, headquarters: Trusted) -> SlipRecord:
    """The record, if HQ granted the key that signed it; raises EntryError FORM, TOO_LARGE, SIGNATURE, KEY."""
    value, grant = unpack(PREFIX, _TAG, text, headquarters, "day slip")
    good = value.get("type") == "day-slip" and set(value) == _MEMBERS
    good = good and all(isinstance(value[name], str) for name in _TEXTS)
    good = good and all(type(value[name]) is int for name in ("day", "refused", "earlier"))
    good = good and all(is_head(value[name]) for name in _HEADS)
    good = good and all(_is_counts(value[name]) for name in ("total", "said"))
    if not good:
        raise EntryError(EntryFault.FORM, what="day slip member")
    if value["terminal"] != grant.terminal:
        raise EntryError(EntryFault.KEY, what="terminal")
    return SlipRecord(value["terminal"], wire.unb64(value["slip"], 32), value)


def _is_counts(value: object) -> bool:
    return isinstance(value, dict) and all(type(each) is int and each >= 0 for each in value.values())
