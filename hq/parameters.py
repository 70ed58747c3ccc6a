"""Parameters of the HTTP interface: their form, and what /openapi.json says of them."""

from __future__ import annotations

from fastapi import Path, Query

from core import wire
from hq.terminals import NAME

TERMINAL = Path(pattern=f"^{NAME.pattern}$", description="The terminal that asks, as in its certificate.")
# Whole groups of four letters, then the one or two bytes that are left, their unused bits zero.
_B64 = "[A-Za-z0-9_-]"
BASE64 = f"^({_B64}{{4}})*({_B64}[AQgw]|{_B64}{{2}}[AEIMQUYcgkosw048])?$"
HASH = f"^{_B64}{{42}}[AEIMQUYcgkosw048]$"
NONCE = Query(
    description="16 to 64 random bytes, unpadded base64url.", min_length=22, max_length=86, pattern=BASE64
)

FIRST = Query(description="The first entry wanted.", ge=1, le=wire.MAX_INT)
BRANCH = Path(pattern=HASH, description="A branch's name: the hash of its first entry.")
OPERATOR = Path(pattern=r"^[A-Z]{2}\d{4,8}$", description="A staff number.")
AFTER = Query(description="The last directive that the terminal holds, 0 for none.", ge=0, le=wire.MAX_INT)
HEAD = Query(
    description="Its SHA-256, unpadded base64url; zeros for none.",
    pattern=HASH,
)
