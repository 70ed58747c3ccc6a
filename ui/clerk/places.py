"""Regions while an address is typed: the list under it, and the line that says which one was recognised."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from core.commands import Field
from core.regions.complete import PlaceHit
from core.view import CatalogueHit, VisitView
from ui.clerk.suggestions import HitRow, Suggestions
from ui.style import mark, put
from ui.text import Texts


class _PlaceRow(HitRow):
    """One region from the top, and its initials."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "gate")
        self._name, self._initials = QLabel(self), QLabel(self)
        self._name.setProperty("role", "semi")
        self._initials.setProperty("role", "caption")
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 1, 8, 1)
        row.setSpacing(8)
        row.addWidget(self._name)
        row.addStretch(1)
        row.addWidget(self._initials)

    def show_hit(self, hit: CatalogueHit | PlaceHit, texts: Texts, *, chosen: bool) -> None:
        """Fill it."""
        put(self._name, hit.name)
        put(self._initials, hit.initials)
        mark(self, "now", "true" if chosen else "false")
        self.setAccessibleName(hit.name)


class PlaceSuggestions(Suggestions):
    """Of one address field.  What is taken is the region; the street follows it in the same field."""

    row_kind = _PlaceRow
    most = 6


def place_line(visit: VisitView | None, name: Field, texts: Texts) -> tuple[str, str]:
    """(tone, words) for the line under an address: the region, what was written out, what is doubtful."""
    place = visit.places.get(name) if visit is not None else None
    if place is None:
        return "", ""
    if place.doubt and place.doubt != "incomplete":
        code = f"place.{place.doubt}"
        return "warn", f"▲ {texts(code, region=place.region, names=texts.join(list(place.named)))}"
    if place.fixes:
        fixes = texts.join([texts(f"paste.fix.{fix}") for fix in place.fixes])
        return "good", f"✓ {texts('place.completed', region=place.region, fixes=fixes)}"
    code = "place.incomplete" if place.doubt else "place.found"
    return (
        "plain" if place.doubt else "good"
    ), f"{'○' if place.doubt else '✓'} {texts(code, region=place.region)}"
