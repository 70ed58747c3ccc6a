"""What the log-in screen shows of an operator's card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.errors import Fact


@dataclass(frozen=True)
class CardView:
    """The card that was put in last.

    ``operator``: whose it is, known by its key; "" where it opens nothing here, and then ``fault`` is a
    CardFault code with ``facts``.  ``claimed`` is the staff number that it names.
    ``left``: tries of its PIN.
    """

    operator: str = ""
    fault: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    claimed: str = ""
    left: int | None = None
