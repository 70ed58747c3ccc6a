"""A contact "as in an earlier acceptance": which one (house.md, "Where a person's data may be").

Nothing here knows what is hidden: a reference is resolved by headquarters' opening service alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.commands import Field, Party
from core.errors import EntryError, EntryFault

GROUPS: Mapping[Party, tuple[Field, ...]] = {
    Party.SENDER: (Field.SENDER_PHONE, Field.SENDER_ADDRESS),
    Party.RECIPIENT: (Field.RECIPIENT_NAME, Field.RECIPIENT_PHONE, Field.RECIPIENT_ADDRESS),
}
_MEMBERS = {"terminal", "epoch", "seq"}


@dataclass(frozen=True, slots=True)
class Target:
    """The ItemAccepted entry in which the contact was typed; never one that refers to another itself."""

    terminal: str
    epoch: int
    seq: int

    def as_json(self) -> dict[str, Any]:
        """``{"terminal", "epoch", "seq"}``."""
        return {"terminal": self.terminal, "epoch": self.epoch, "seq": self.seq}


@dataclass(frozen=True, slots=True)
class AsIn:
    """A reference as a visit holds it.  ``number`` and ``day`` (ISO) are those of the target, for people."""

    target: Target
    number: str
    day: str


def party_of(name: Field) -> Party | None:
    """Whose contact a field belongs to; None for fields that never stand by reference."""
    return next((party for party, names in GROUPS.items() if name in names), None)


def target_from_json(value: object) -> Target | None:
    """The inverse of :meth:`Target.as_json`; None for ``null``.  Raises EntryError FORM."""
    if value is None:
        return None
    if not isinstance(value, dict) or set(value) != _MEMBERS:
        raise EntryError(EntryFault.FORM, what="as_in")
    terminal, epoch, seq = (value[name] for name in ("terminal", "epoch", "seq"))
    if not isinstance(terminal, str) or not 1 <= len(terminal) <= 64:
        raise EntryError(EntryFault.FORM, what="as_in")
    if any(type(number) is not int or number < 1 for number in (epoch, seq)):
        raise EntryError(EntryFault.FORM, what="as_in")
    return Target(terminal, epoch, seq)
