"""What a signed slip's code was read as: of a day, or of a hand-over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class SlipRecord:
    """What is signed, as it was read: ``digest`` is that of the whole slip, ``members`` all of it."""

    terminal: str
    digest: bytes
    members: dict[str, Any] = field(repr=False)


def is_head(value: object) -> bool:
    """Whether it has the form of a head: epoch, seq and hash."""
    if not isinstance(value, dict) or set(value) != {"epoch", "seq", "hash"}:
        return False
    return type(value["epoch"]) is int and type(value["seq"]) is int and isinstance(value["hash"], str)
