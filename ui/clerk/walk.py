"""Small questions of the clerk's screen: what comes next, what would be lost."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from core.view import VisitView
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
    return bool(typed) or asked or visit.manual is not None or kind.principal is not None
