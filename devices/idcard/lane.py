"""The ID reader's lane: poll, read, watch the card until it is lifted, say each thing once."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from enum import Enum

from core.devices import CardFailed, CardLeft, CardLifted, CardRead, CardReading, DeviceState
from core.errors import DeviceError, DeviceFault, Fact
from devices.held import HeldLink
from devices.idcard.exchange import Exchange
from devices.idcard.left import CARD_LEFT_S, LastCard, LeftBehind
from devices.idcard.photo import PhotoDecoder
from devices.idcard.rates import RateSearch
from devices.idcard.session import LOST, CardAnswer, Presence, SamSession
from devices.link import Link
from devices.options import Ranges, whole_options
from devices.rack import DeviceConfig, LaneReport
from devices.traffic import TrafficLog

POLL_MS = 300
START_LIMIT_MS = 5000
PATIENCE_PERCENT = 100
SUSPECT_WITHIN_S = 60.0
_DENIED = "32"  # SW3: the SAM does not accept the card

# Option → (default, least, most), beside ``photo_library``, a path.  ``reset_on_failure`` and
# ``max_rf_bytes`` are for readers that behave otherwise than public sources say; the latter is not sent
# unless configured.
OPTIONS: Ranges = {
    "newest_address": (1, 0, 1),
    "body_number": (0, 0, 1),
    "photo_limit_ms": (1500, 100, 10_000),
    "card_left_s": (CARD_LEFT_S, 0, 3600),
    "poll_ms": (POLL_MS, 20, 5000),
    "start_limit_ms": (START_LIMIT_MS, 0, 60_000),
    "patience_percent": (PATIENCE_PERCENT, 5, 1000),
    "reset_on_failure": (1, 0, 1),
    "max_rf_bytes": (0, 24, 255),
}


class _Card(Enum):
    """What lies on the reader, as far as this lane knows."""

    NONE = "none"
    READ = "read"
    FAILED = "failed"  # not tried again before it was lifted


class ReaderLane:
    """Serves one SAM reader; see :class:`devices.rack.Lane`."""

    def __init__(self, config: DeviceConfig, report: LaneReport) -> None:
        """Raises ConfigError WRONG_VALUE for options out of range."""
        self._config = config
        self._report = report
        self._option = whole_options(config, OPTIONS)
        self._held = HeldLink(config.link)
        self._card = _Card.NONE
        self._decoder = PhotoDecoder(_library(config), self._option["photo_limit_ms"] / 1000)
        self._rates = RateSearch(config.link)
        self._left = LeftBehind(self._option["card_left_s"])
        self._last = LastCard()
        self._begun_anew = False
        self._denied_at: float | None = None
        self.traffic = TrafficLog()

    def cancel(self) -> None:
        """See :meth:`devices.rack.Lane.cancel`."""
        self._decoder.cancel()
        self._held.cancel()

    def run(self, stop: threading.Event) -> None:
        """See :meth:`devices.rack.Lane.run`."""
        try:
            with self._held.opened(stop) as link:
                if link is not None:
                    self._decoder.begin()
                    self._serve(link, stop)
        finally:
            self._decoder.close()

    def _serve(self, link: Link, stop: threading.Event) -> None:
        session = SamSession(
            Exchange(link, self.traffic, patience=self._option["patience_percent"] / 100),
            reset_cures=bool(self._option["reset_on_failure"]),
            newest_address=bool(self._option["newest_address"]),
            body_number=bool(self._option["body_number"]),
        )
        ready = self._greet(session, link)
        self._begun_anew = True
        while not stop.is_set():
            self._decoder.prepare()
            self._look(session, ready)
            stop.wait(self._option["poll_ms"] / 1000)

    def _greet(self, session: SamSession, link: Link) -> dict[str, Fact]:
        rate = self._rates.begin(session, link, self._option["start_limit_ms"] / 1000)
        if self._option["max_rf_bytes"]:
            session.limit_rf_bytes(self._option["max_rf_bytes"])
        ready: dict[str, Fact] = {"sam": session.sam_id()}
        if rate:
            ready["baud"] = rate
        self._report.truth(DeviceState.READY, facts=ready)
        return ready

    def _look(self, session: SamSession, ready: Mapping[str, Fact]) -> None:
        """One round of polling."""
        answer = None
        if self._card is _Card.READ:
            if self._still_lying(session):
                self._begun_anew = False
                if seconds := self._left.due():
                    self._report.event(CardLeft(self._report.slot, seconds))
                return
            answer = self._read_after_a_break(session)
            if answer is not None and self._last.is_same(answer.card):
                return
            self._card = _Card.NONE
            self._report.event(CardLifted(self._report.slot))
        if answer is None and not session.find():
            self._card = _Card.NONE
        elif self._card is _Card.NONE:
            self._report.event(CardReading(self._report.slot))
            self._report.truth(DeviceState.BUSY)
            self._read(session, answer)
            self._report.truth(DeviceState.READY, facts=ready)

    def _read_after_a_break(self, session: SamSession) -> CardAnswer | None:
        """The card that lies there after the conversation began anew: perhaps the last customer's, still.

        A reader that was without power has forgotten its card and offers it as if just placed.  Nobody is
        told before it is known to be another one (T27).  None where there is none, or none to be read.
        """
        if not self._begun_anew:
            return None
        try:
            return session.read_found() if session.find() else None
        except DeviceError as error:
            if error.code in LOST:
                raise
            return None
        finally:
            self._begun_anew = False

    def _still_lying(self, session: SamSession) -> bool:
        presence = session.presence()
        if presence is Presence.UNKNOWN:
            # Without the check a card counts as lifted when find sees none: never twice for one placing.
            return session.find()
        return presence is Presence.THERE

    def _read(self, session: SamSession, answer: CardAnswer | None = None) -> None:
        """Read the found card; ``CardReading`` is always followed by ``CardRead`` or ``CardFailed``."""
        fault: str = DeviceFault.CARD_UNREADABLE
        facts: Mapping[str, Fact] = {}
        self._card = _Card.FAILED
        try:
            answer = answer or session.read_found()
        except DeviceError as error:
            fault, facts = self._weighed(error), error.facts
            if error.code is DeviceFault.CARD_REMOVED or error.code in LOST:
                self._card = _Card.NONE
            if error.code in LOST:
                raise
        finally:
            if answer is None:
                self._report.event(CardFailed(self._report.slot, str(fault), facts))
        if answer is not None:
            self._card = _Card.READ
            self._denied_at = None
            self._left.placed()
            self._last.keep(answer.card)
            photo = self._decoder.decode(answer.card.photo)
            self._report.event(
                CardRead(
                    self._report.slot,
                    answer.card,
                    answer.answered_ns,
                    answer.body_number,
                    photo.bmp,
                    photo.reason,
                )
            )

    def _weighed(self, error: DeviceError) -> str:
        """A card that the SAM denies is lifted and tried once more; denied again, it is suspect (§1.4)."""
        if not str(error.facts.get("sw", "")).endswith(_DENIED):
            return str(error.code)
        now, before = time.monotonic(), self._denied_at
        self._denied_at = now
        again = before is not None and now - before < SUSPECT_WITHIN_S
        return DeviceFault.CARD_SUSPECT if again else str(error.code)


def _library(config: DeviceConfig) -> str:
    """``photo_library``: the path of the customer's photo decoder, "" where there is none."""
    value = config.options.get("photo_library", "")
    return value if isinstance(value, str) else ""
