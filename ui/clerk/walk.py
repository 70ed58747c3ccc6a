"""Small questions of the clerk's screen: what comes next, what would be lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QWidget

from core.commands import Field
from core.view import VisitView
from ui.clerk.form_field import FormField
from ui.fields import Entry


def round_from(entries: Sequence[Entry], focused: QWidget | None) -> list[Entry]:
    """The entries after the one in focus, then those before it."""
    at = next((index for index, entry in enumerate(entries) if entry is focused), -1) + 1
    return [entry for entry in (*entries[at:], *entries[:at]) if entry is not focused]


def something(visit: VisitView) -> bool:
    """Whether leaving this visit would lose anything that was typed or read for it."""
    kind = visit.sender_kind
    typed = visit.fee.text or any(field.text for field in visit.fields.values())
    asked = any(field.text for field in kind.fields.values())
    return (
        bool(typed)
        or visit.paste is not None
        or asked
        or visit.manual is not None
        or kind.principal is not None
    )


_SENDER = (Field.SENDER_NAME, Field.SENDER_PHONE, Field.SENDER_ADDRESS)
_RECIPIENT = (Field.RECIPIENT_NAME, Field.RECIPIENT_PHONE, Field.RECIPIENT_ADDRESS)


def sender_wanted(visit: VisitView, focused: QWidget | None, fields: Mapping[Field, FormField]) -> bool:
    """Whose contact a pasted text is: of the group in focus, else of the sender while that is lacking."""
    at = next((name for name, field in fields.items() if field.entry is focused), None)
    if at in _SENDER or at in _RECIPIENT:
        return at in _SENDER
    return any(not visit.fields[name].text for name in _SENDER[1:])
