"""The sentences of inspection pack and manifest, for the test that each exists and none is unused."""

from __future__ import annotations

from core.commands import Security
from core.ledger.inspection import CASE_CLOSED, CASE_LAPSED, NOT_INSPECTED, PERSON, SEALED, TO_CENTRE
from ui.manifest_pdf import COLUMNS
from ui.supervisor.inspection_pdf import CLASSES, ERASED, IDENTITY, NAMED, PAPER, STAFF, WALL

_ROWS = {
    "": ("accepted", "inspected", "voided", "identity", "security", "by_route"),
    "identity.": IDENTITY,
    "security.": tuple(Security),
    "staff.": STAFF,
    "named.": NAMED,
    "paper.": PAPER,
    "hand.": WALL,
    "what.": (NOT_INSPECTED, TO_CENTRE),
    "erased.": ERASED,
    "gone.month.": (*CLASSES, "other"),
    "gone.": (SEALED, PERSON, CASE_CLOSED, CASE_LAPSED),
    "hash.": ("before", "last"),
}


def codes() -> set[str]:
    """Each that is put together from a part."""
    manifest = {f"manifest.{name}" for name in ("bag", "seal", "count", "total")}
    manifest |= {f"manifest.head.{name}" for name in COLUMNS}
    return manifest | {f"pack.{family}{name}" for family, names in _ROWS.items() for name in names}
