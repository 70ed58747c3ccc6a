"""What the clerk confirms or chooses with a key of its own: object name, key, command, whether it is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from PySide6.QtWidgets import QWidget

from core.commands import (
    Acknowledgement,
    AcknowledgeNotice,
    Command,
    ConfirmCondition,
    ConfirmInspected,
    ConfirmOriginal,
    LabelSeen,
    Route,
    Security,
    SetRoute,
    SetSecurity,
)
from core.view import CatalogueHit, VisitView
from ui.buttons import KeyButton
from ui.clerk.shortcuts import BY_NAME, Chord
from ui.keys import Keyboard
from ui.text import Texts

RESTRICTED = "restricted"
REFUSING = ("refuse", "refuse_report")  # actions of the catalogue


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One named action of the clerk."""

    name: str  # object name and the end of its text codes
    chord: Chord
    command: Command
    missing: str = ""  # the code that stands among the missing while this is not done

    def done(self, visit: VisitView | None) -> bool:
        """Whether the view says so."""
        if visit is None:
            return False
        match self.command:
            case SetSecurity():
                return visit.security is self.command.security
            case SetRoute():
                return visit.route is self.command.route
            case AcknowledgeNotice():
                return visit.acknowledged is self.command.how
            case ConfirmCondition():
                return bool(restricted(visit)) and not open_conditions(visit)
        return bool(self.missing) and self.missing not in visit.missing


def restricted(visit: VisitView | None) -> Sequence[CatalogueHit]:
    """What was declared and goes on a condition; nothing where something in it has to be refused."""
    hits = visit.finding if visit is not None else ()
    if any(hit.action in REFUSING for hit in hits):
        return ()
    return [hit for hit in hits if hit.action == RESTRICTED]


def open_conditions(visit: VisitView | None) -> Sequence[CatalogueHit]:
    """What still waits for its condition to be confirmed."""
    return [hit for hit in restricted(visit) if not hit.confirmed]


# In the order of the chords of each line of ``ui/clerk/shortcuts.py``.
_ALL: Mapping[str, Sequence[tuple[str, Command, str]]] = {
    "original": (("gate_original", ConfirmOriginal(), "missing.original"),),
    "inspected": (("gate_inspected", ConfirmInspected(), "missing.inspected"),),
    "route": tuple((f"route_{route.value}", SetRoute(route), "") for route in Route),
    "security": tuple((f"gate_security_{each.value}", SetSecurity(each), "") for each in Security),
    "notice": tuple((f"gate_notice_{how.value}", AcknowledgeNotice(how), "") for how in Acknowledgement),
    "label_seen": (("label_seen", LabelSeen(), ""),),
    "condition": (("gate_condition", ConfirmCondition(), "missing.condition"),),
}


def _all() -> Iterator[Confirmation]:
    for shortcut, rows in _ALL.items():
        for chord, (name, command, missing) in zip(BY_NAME[shortcut].chords, rows, strict=True):
            yield Confirmation(name, chord, command, missing)


CONFIRMATIONS: Mapping[str, Confirmation] = MappingProxyType({each.name: each for each in _all()})
BY_CHORD: Mapping[Chord, Confirmation] = MappingProxyType({e.chord: e for e in CONFIRMATIONS.values()})


def names_of(shortcut: str) -> tuple[str, ...]:
    """The object names of one line's buttons."""
    return tuple(name for name, _, _ in _ALL[shortcut])


class ConfirmationButton(KeyButton):
    """The button of one confirmation."""

    def __init__(
        self, name: str, keyboard: Keyboard, parent: QWidget | None = None, *, wide: bool = False
    ) -> None:
        self.confirmation = CONFIRMATIONS[name]
        super().__init__(name, str(self.confirmation.chord), keyboard, parent, wide=wide)

    def show_view(self, visit: VisitView | None, texts: Texts) -> None:
        """Caption and state."""
        done = self.confirmation.done(visit)
        state = texts("confirmed.yes" if done else "confirmed.no")
        self.say(texts(f"confirm.{self.confirmation.name}"), state, chosen=done)
