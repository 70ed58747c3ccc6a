"""The counter goes from one person to another (交接班): what may be asked, and what its page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class OpenShift:
    """Show the page; whoever stands here begins to count."""


@dataclass(frozen=True)
class LeaveShift:
    """The page is left; what was counted is forgotten, and nothing has happened."""


@dataclass(frozen=True)
class CountShift:
    """``text`` is how many of ``name`` (one of :data:`core.ledger.kinds_shifts.COUNTED`) were counted."""

    name: str
    text: str


@dataclass(frozen=True)
class SignShift:
    """She hands over (``gives``) or takes over, and signs for ``books``, as they stood on her screen."""

    gives: bool
    books: tuple[tuple[str, int], ...]


@dataclass
class Counting:
    """The page of one session, and what was counted on it so far."""

    session: str
    counted: dict[str, int] = field(default_factory=dict)


SHIFT = (OpenShift, CountShift, SignShift)
ShiftCommand = OpenShift | LeaveShift | CountShift | SignShift


@dataclass(frozen=True)
class ShiftView:
    """While the page stands.  ``asks``: what is counted now, "" once all is; only then there are ``books``.

    ``counted`` is what she counted; ``said`` what ``by``, who handed over, had counted, empty for nobody.
    ``returned``: registrations that headquarters set aside.  ``differs``: counted less the books.
    """

    asks: str
    step: int
    steps: int
    counted: Mapping[str, int] = field(default_factory=dict)
    books: Mapping[str, int] = field(default_factory=dict)
    returned: int = 0
    by: str = ""
    at: str = ""  # local time of the hand-over by ``by``, MM-DD HH:MM
    said: Mapping[str, int] = field(default_factory=dict)
    mine: bool = False  # it was she herself who handed over
    differs: Mapping[str, int] = field(default_factory=dict)
