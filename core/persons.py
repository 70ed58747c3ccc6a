"""What a person asks for about her own data at the counter: commands and views (PIPL 44-50)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class AskErasure:
    """Whoever placed her document asks that what is kept of these items of hers be deleted.

    ``items`` are the seqs of their entries, as the look-up by her document shows them.
    """

    items: tuple[int, ...]


@dataclass(frozen=True)
class AskRight:
    """Whoever placed her document asks for a right (``core.ledger.persons.Right``) about these items of hers.

    ``fields`` are codes of the rule data: what is wrong, where she asks for a correction.
    """

    right: str
    items: tuple[int, ...] = ()
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class AnswerRight:
    """A request is answered: an ``Outcome`` code, and the ground of the rule data unless all was done."""

    request: str
    outcome: str
    ground: str = "none"


@dataclass(frozen=True)
class RightView:
    """One open request.  ``state``: "open", "soon" or "overdue"; ``fields`` and ``grounds`` by language.

    ``reference`` is what her paper says, ``items`` are seqs, ``numbers`` what their labels show.
    """

    request: str
    right: str
    due: str
    state: str
    reference: str
    items: tuple[int, ...] = ()
    numbers: tuple[str, ...] = ()
    fields: tuple[Mapping[str, str], ...] = ()
    grounds: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class RightsView:
    """All that are open, the one that is due first in front; and what may be said to be wrong."""

    requests: tuple[RightView, ...] = ()
    fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    days: int = 0


PersonsCommand = AskErasure | AskRight | AnswerRight
