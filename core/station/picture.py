"""The photo of the document before the clerk: for the comparison only, never in visit, draft or journal."""

from __future__ import annotations

from dataclasses import replace

from core.acceptance.visit import Visit
from core.devices import CardRead
from core.station import paper_pictures
from core.station.live import Live
from core.view import VisitView

_SHOWN = "shown"


class Picture:
    """The decoded photo of one read, or why there is none.  Called on the station's thread only."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._read: CardRead | None = None

    def take(self, read: CardRead, visit: Visit) -> None:
        """A document was read; its photo is kept where ``visit`` shows that read (T27)."""
        if visit.shown is not None and visit.shown.read_id == read.card.read_id:
            self._read = read

    def drop(self) -> None:
        """The customer goes, or the screen is locked."""
        self._read = None
        self._live.pictures.drop()

    def shown(self, view: VisitView, visit: Visit) -> VisitView:
        """The view with the photo of the read it shows; once the document leaves the screen so does it."""
        view = paper_pictures.shown(self._live, visit, view)
        read, card = self._read, visit.shown
        if read is not None and (card is None or card.read_id != read.card.read_id):
            read = self._read = None
        if read is None or view.sender is None:
            return view
        photo = _SHOWN if read.photo_bmp else read.photo_reason or view.sender.photo
        return replace(view, sender=replace(view.sender, photo=photo, picture=read.photo_bmp))
