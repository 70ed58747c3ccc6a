"""Which documents that are typed by hand a second person looks at, and whether before or after: rule data.

By the cause of the typing and by kind of document.  What stands in neither list the clerk types alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.access.second import MODES, SecondRules
from core.identity.card import DocumentKind
from core.ledger.typed import CAUSES
from core.strict import Node

Sourced = Callable[..., Mapping[str, Node]]


@dataclass(frozen=True, slots=True)
class TypedRules:
    """``modes``: cause → kind of document → "wait" or "countersign" (core.ledger.requests.Mode)."""

    modes: Mapping[str, Mapping[str, str]]

    def mode(self, cause: str, kind: str) -> str:
        """How a second person comes to it; "" where none is asked."""
        return self.modes.get(cause, {}).get(kind, "")


def read_typed(node: Node, sourced: Sourced, second: SecondRules) -> TypedRules:
    """The member ``typed_documents``; ``second`` is what is said of such requests.  Raises ConfigError.

    A cause for which somebody is asked is one of the reasons of ``second``; ``countersign`` needs its hours.
    """
    part = node.members(CAUSES)
    reasons = {each.code for each in second.reasons}
    found = {}
    for cause in CAUSES:
        inner = sourced(part[cause], *MODES)
        modes: dict[str, str] = {}
        for mode in MODES:
            named = [one.one_of(list(DocumentKind)) for one in inner[mode].items(0)]
            if set(named) & set(modes) or len(set(named)) != len(named):
                raise inner[mode].wrong("every kind of document once")
            if named and mode not in second.hours:
                raise inner[mode].wrong("none, for second.typed gives it no hours")
            modes |= dict.fromkeys(named, mode)
        if modes and cause not in reasons:
            raise part[cause].wrong("a cause that second.typed has among its reasons")
        found[cause] = modes
    return TypedRules(found)
