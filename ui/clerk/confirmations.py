"""What the clerk confirms with a key of its own: key, object name, command, and whether it is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from core.commands import (
    Acknowledgement,
    AcknowledgeNotice,
    Command,
    ConfirmCondition,
    ConfirmInspected,
    ConfirmOriginal,
    LabelSeen,
    Security,
    SetSecurity,
)
from core.view import VisitView
from ui.buttons import KeyButton
from ui.keys import Keyboard
from ui.text import Texts


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One named action of the clerk."""

    name: str  # object name and the end of its text codes
    digit: int  # with Alt
    command: Command
    missing: str = ""  # the code that stands among the missing while this is not done

    @property
    def key_name(self) -> str:
        """As it stands on the button."""
        return f"Alt+{self.digit}"

    def done(self, visit: VisitView | None) -> bool:
        """Whether the view says so."""
        if visit is None:
            return False
        if isinstance(self.command, SetSecurity):
            return visit.security is self.command.security
        if isinstance(self.command, AcknowledgeNotice):
            return visit.acknowledged is self.command.how
        return bool(self.missing) and self.missing not in visit.missing


_ALL = (
    Confirmation("gate_original", 1, ConfirmOriginal(), "missing.original"),
    Confirmation("gate_inspected", 2, ConfirmInspected(), "missing.inspected"),
    Confirmation("gate_security_here", 3, SetSecurity(Security.HERE)),
    Confirmation("gate_security_centre", 4, SetSecurity(Security.CENTRE)),
    Confirmation("gate_notice_own_tap", 5, AcknowledgeNotice(Acknowledgement.OWN_TAP)),
    Confirmation("gate_notice_signature", 6, AcknowledgeNotice(Acknowledgement.SIGNATURE)),
    Confirmation("gate_notice_spoken", 7, AcknowledgeNotice(Acknowledgement.SPOKEN)),
    Confirmation("label_seen", 8, LabelSeen()),
)
CONFIRMATIONS: Mapping[str, Confirmation] = MappingProxyType({each.name: each for each in _ALL})
# Alt with a digit.  The condition of a restricted item has no button of its own: the bar names its key.
COMMANDS: Mapping[Qt.Key, Command] = MappingProxyType(
    {Qt.Key(Qt.Key.Key_0.value + each.digit): each.command for each in _ALL}
    | {Qt.Key.Key_9: ConfirmCondition()}
)


class ConfirmationButton(KeyButton):
    """The button of one confirmation."""

    def __init__(self, name: str, keyboard: Keyboard, parent: QWidget | None = None) -> None:
        self.confirmation = CONFIRMATIONS[name]
        super().__init__(name, self.confirmation.key_name, keyboard, parent)

    def show_view(self, visit: VisitView | None, texts: Texts) -> None:
        """Caption and state."""
        done = self.confirmation.done(visit)
        state = texts("confirmed.yes" if done else "confirmed.no")
        self.say(texts(f"confirm.{self.confirmation.name}"), state, chosen=done)
