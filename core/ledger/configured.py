"""The configuration as the journal saw it: a hash for each part, so that a change by hand is named (T16).

The file is the technician's to change, and nothing stops where he does; but it is never changed unseen.  A
hash says that a part is another one, not what stands in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from core import wire
from core.devices import Slot

KIND = "ConfigurationSeen"
MEMBER = "configuration"  # of the state
CHANGED = "configuration.changed"  # headquarters' alarm
TABLES = ("station", "headquarters", "backup")
PARTS = (*TABLES, *(slot.value for slot in Slot))
_TAG = b"counter/configuration/1\0"
_ABSENT = ""


def fingerprints(file: Mapping[str, Any]) -> dict[str, str]:
    """Part → base64url of SHA-256 over tag and canonical bytes of its table; "" for one that is not there.

    ``file``: the configuration as it was read, valid.  Comments and order do not count.
    """
    tables = {**file, **file.get("devices", {})}
    return {part: _hash(tables[part]) if part in tables else _ABSENT for part in PARTS}


def changed(state: Mapping[str, Any], seen: Mapping[str, Any]) -> list[str]:
    """Which parts of ``seen`` are not those that the journal saw last; none where it never saw any."""
    before = state.get(MEMBER)
    return [] if before is None else [part for part in PARTS if seen[part] != before[part]]


def _hash(table: Mapping[str, Any]) -> str:
    return wire.b64(hashlib.sha256(_TAG + wire.encode(table)).digest())
