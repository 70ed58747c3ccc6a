"""The signed code of a bag's manifest, checked offline with HQ's public key; docs/format.md, section 22."""

from __future__ import annotations

from core import wire
from core.crypto.keys import Signer
from core.errors import EntryError, EntryFault
from core.ledger.documents import Trusted
from core.ledger.manifest import PLAIN, Manifest
from core.receipts.packed import pack, unpack
from core.receipts.slip_record import SlipRecord, is_head

PREFIX = "BM1."
_TAG = b"counter/bag-manifest/1\0"
_TEXTS = (*PLAIN, "made_by", "made_at", "record")
_COUNTS = ("count", "weight_g")
_MEMBERS = {"type", "closed", *_TEXTS, *_COUNTS}


def sign_manifest(found: Manifest, made: tuple[str, str], signer: Signer, grant: tuple[bytes, bytes]) -> str:
    """The code's text.  ``made``: by whom, and when in local time."""
    value = {
        "type": "bag-manifest",
        **{name: getattr(found, name) for name in PLAIN},
        "closed": found.closed.as_json(),
        "count": len(found.items),
        "weight_g": found.weight_g,
        "made_by": made[0],
        "made_at": made[1],
        "record": wire.b64(found.digest()),
    }
    return pack(PREFIX, _TAG, value, signer, grant)


def read_manifest(text: str, headquarters: Trusted) -> SlipRecord:
    """The record, if HQ granted the key that signed it; raises EntryError FORM, TOO_LARGE, SIGNATURE, KEY."""
    value, grant = unpack(PREFIX, _TAG, text, headquarters, "bag manifest")
    good = value.get("type") == "bag-manifest" and set(value) == _MEMBERS and is_head(value["closed"])
    good = good and all(isinstance(value[name], str) for name in _TEXTS)
    good = good and all(type(value[name]) is int and value[name] >= 0 for name in _COUNTS)
    if not good:
        raise EntryError(EntryFault.FORM, what="bag manifest member")
    if (value["terminal"], value["branch"]) != (grant.terminal, grant.branch):
        raise EntryError(EntryFault.KEY, what="terminal")
    return SlipRecord(value["terminal"], wire.unb64(value["record"], 32), value)
