"""The signed code of an inspection pack, checked offline with HQ's public key; docs/format.md, section 21."""

from __future__ import annotations

from core import wire
from core.crypto.keys import Signer
from core.errors import EntryError, EntryFault
from core.ledger.documents import Trusted
from core.ledger.inspection import Inspection
from core.receipts.packed import pack, unpack
from core.receipts.slip_record import SlipRecord, is_head

PREFIX = "IP1."
_TAG = b"counter/inspection-pack/1\0"
_TEXTS = ("terminal", "branch", "since", "until", "rules", "made_by", "made_at", "record")
_COUNTS = ("accepted", "voided", "inspected", "named", "erased", "staff")
_MEMBERS = {"type", "first", "last", "security", "refused", *_TEXTS, *_COUNTS}


def sign_inspection(
    found: Inspection, made: tuple[str, str], signer: Signer, grant: tuple[bytes, bytes]
) -> str:
    """The code's text.  ``made``: by whom, and when in local time."""
    value = {
        "type": "inspection-pack",
        **{name: getattr(found, name) for name in ("terminal", "branch", "since", "until", "rules")},
        **{name: getattr(found, name) for name in ("accepted", "voided", "inspected")},
        "made_by": made[0],
        "made_at": made[1],
        "first": found.first.as_json(),
        "last": found.last.as_json(),
        "security": dict(found.security),
        "refused": sum(found.refused.values()),
        "named": len(found.named) + found.unnamed,
        "erased": sum(each.count for each in found.erased),
        "staff": len(found.staff),
        "record": wire.b64(found.digest()),
    }
    return pack(PREFIX, _TAG, value, signer, grant)


def read_inspection(text: str, headquarters: Trusted) -> SlipRecord:
    """The record, if HQ granted the key that signed it; raises EntryError FORM, TOO_LARGE, SIGNATURE, KEY."""
    value, grant = unpack(PREFIX, _TAG, text, headquarters, "inspection pack")
    good = value.get("type") == "inspection-pack" and set(value) == _MEMBERS
    good = good and all(isinstance(value[name], str) for name in _TEXTS)
    good = good and all(type(value[name]) is int and value[name] >= 0 for name in (*_COUNTS, "refused"))
    good = good and is_head(value["first"]) and is_head(value["last"]) and isinstance(value["security"], dict)
    if not good:
        raise EntryError(EntryFault.FORM, what="inspection pack member")
    if (value["terminal"], value["branch"]) != (grant.terminal, grant.branch):
        raise EntryError(EntryFault.KEY, what="terminal")
    return SlipRecord(value["terminal"], wire.unb64(value["record"], 32), value)
