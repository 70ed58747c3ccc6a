"""What persons said in a visit: separate consents, a child's guardian, who approves an exemption."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.consents import Answered


@dataclass(frozen=True, slots=True)
class ConsentAnswer:
    """One answer: to which text, what, and how (an ``Acknowledgement`` code)."""

    version: str
    answer: Answered
    how: str


@dataclass(frozen=True, slots=True)
class Guardian:
    """That the guardian agreed: her relation to the child, the text she was told, and how she did."""

    relation: str
    version: str
    how: str


@dataclass(frozen=True, slots=True)
class Approval:
    """A second person's word that a visit is exempted: who, when, and her signature."""

    operator: str
    at: dt.datetime
    signature: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Said:
    """Nothing here was said by anybody but whoever stands at the counter now."""

    consents: Mapping[str, ConsentAnswer] = field(default_factory=dict)
    guardian: Guardian | None = None
