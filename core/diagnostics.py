"""The diagnostics bundle: how a counter's machine and devices are, sealed for headquarters alone.

One file: a line that says what it is and whose, then the sealed bytes.  Nothing personal belongs into it, and
a test searches for it; that it is sealed is because it says how a branch is equipped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from core.crypto import sealing
from core.crypto.keys import PublicKey
from core.errors import EntryError, EntryFault

FORM = "counter diagnostics 1"
_LONGEST_HEAD = 200


def info(terminal: str) -> bytes:
    """What the sealing is bound to."""
    return f"counter/diagnostics/1\0{terminal}".encode()


def pack(opening: PublicKey, terminal: str, value: Mapping[str, Any]) -> bytes:
    """The whole file; ``value`` is JSON."""
    head = json.dumps({"form": FORM, "terminal": terminal}) + "\n"
    body = json.dumps(value, ensure_ascii=False, sort_keys=True).encode()
    return head.encode() + sealing.seal(opening, body, info(terminal))


def unpack(data: bytes, unseal: Callable[[bytes, bytes], bytes]) -> dict[str, Any]:
    """What was packed; ``unseal(sealed, info)`` as the opening key has it.

    Raises EntryError FORM for a file that is none, and what ``unseal`` raises.
    """
    head, mark, sealed = data.partition(b"\n")
    try:
        named = json.loads(head[:_LONGEST_HEAD]) if mark else {}
    except ValueError:
        named = {}
    if not isinstance(named, dict) or named.get("form") != FORM or not isinstance(named.get("terminal"), str):
        raise EntryError(EntryFault.FORM, what="diagnostics file")
    try:
        value = json.loads(unseal(sealed, info(named["terminal"])))
    except ValueError:
        raise EntryError(EntryFault.FORM, what="diagnostics") from None
    return value if isinstance(value, dict) else {}
