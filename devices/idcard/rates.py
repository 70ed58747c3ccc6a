"""Finding the line rate at which a SAM reader answers (id-reader.md §1.1)."""

from __future__ import annotations

from core.errors import DeviceError
from devices.idcard.session import LINE_FAULTS, SamSession
from devices.link import Link, RatedLink, wants_search

# A reader's rate can only be one of these; the order is that of the readers' own library.
RATES = (115_200, 57_600, 38_400, 19_200, 9_600)


class RateSearch:
    """Begins conversations at the configured rate, or at the one that was found last.

    Where nothing but silence or noise comes back, every other rate is tried: somebody may have changed
    the reader's.  With a configured rate that is done once, until a reader has answered again: most mute
    readers are only switched off, and must be seen soon when they come back.  A TCP link has no rate of
    its own and is never searched.
    """

    def __init__(self, url: str) -> None:
        self._auto = wants_search(url)
        self._found = 0
        self._searched = False

    def begin(self, session: SamSession, link: Link, limit_s: float) -> int:
        """Wait for a reader that is well; the rate it was found at, 0 where that is the configured one.

        Raises what :meth:`SamSession.start` raises, when no other rate has an answer either.
        """
        configured = link.baud
        if not isinstance(link, RatedLink):
            session.start(limit_s)
            return 0
        if self._found:
            link.set_baud(self._found)
        try:
            session.start(0 if self._auto and not self._found else limit_s)
        except DeviceError as error:
            if error.code not in LINE_FAULTS or (self._searched and not self._auto):
                raise
            self._search(session, link, error)
        self._searched = False
        told = self._auto or link.baud != configured
        self._found = link.baud if told else 0
        return self._found

    def _search(self, session: SamSession, link: RatedLink, silence: DeviceError) -> None:
        first, self._searched = link.baud, True
        for rate in RATES:
            if rate == first:
                continue
            link.set_baud(rate)
            if session.answers():
                return
        self._found = 0
        raise silence
