"""The signed code of a hand-over slip, checked offline with HQ's public key.

It names the whole record by its digest; the file beside the PDF holds both.  docs/format.md, section 17.
"""

from __future__ import annotations

from typing import Any

from core import wire
from core.crypto.keys import Signer
from core.errors import EntryError, EntryFault
from core.ledger.clock import minute
from core.ledger.documents import Trusted
from core.ledger.entry import Entry, Head
from core.ledger.handover import HandOver
from core.receipts.packed import pack, unpack
from core.receipts.slip_record import SlipRecord, is_head

PREFIX = "HO1."
_TAG = b"counter/hand-over/1\0"
_TEXTS = ("terminal", "branch", "operator", "at", "version", "way", "technician", "authority", "record")
_COUNTS = ("ready", "failed", "skipped", "checks", "warned", "wrong")
_MEMBERS = {"type", "entry", "backup", "keys", *_TEXTS, *_COUNTS}


def taken_at(entry: Entry) -> str:
    """The entry's time in China, YYYY-MM-DD HH:MM."""
    return minute(entry.header.trusted.at)


def sign_hand_over(slip: HandOver, entry: Entry, signer: Signer, grant: tuple[bytes, bytes]) -> str:
    """The code's text, the same whenever this hand-over's slip comes out."""
    return sign_record(slip, (entry.header.actor.id, taken_at(entry), entry.head), signer, grant)


def sign_record(
    slip: HandOver, taken: tuple[str, str, Head], signer: Signer, grant: tuple[bytes, bytes]
) -> str:
    """The same of what is known of the entry: operator, time in China, head."""
    operator, at, head = taken
    value = {
        "type": "hand-over",
        "terminal": slip.terminal,
        "branch": slip.branch,
        "operator": operator,
        "at": at,
        "entry": head.as_json(),
        "keys": dict(slip.keys),
        "authority": slip.what.authority,
        **slip.data(),
    }
    return pack(PREFIX, _TAG, value, signer, grant)


def read_hand_over(text: str, headquarters: Trusted) -> SlipRecord:
    """The record, if HQ granted the key that signed it; raises EntryError FORM, TOO_LARGE, SIGNATURE, KEY."""
    value, grant = unpack(PREFIX, _TAG, text, headquarters, "hand-over slip")
    good = value.get("type") == "hand-over" and set(value) == _MEMBERS
    good = good and all(isinstance(value[name], str) for name in _TEXTS)
    good = good and all(type(value[name]) is int and value[name] >= 0 for name in _COUNTS)
    good = good and is_head(value["entry"]) and type(value["backup"]) is bool and _is_keys(value["keys"])
    if not good:
        raise EntryError(EntryFault.FORM, what="hand-over slip member")
    if (value["terminal"], value["branch"]) != (grant.terminal, grant.branch):
        raise EntryError(EntryFault.KEY, what="terminal")
    return SlipRecord(value["terminal"], wire.unb64(value["record"], 32), value)


def _is_keys(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
