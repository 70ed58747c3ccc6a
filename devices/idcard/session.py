"""A conversation with one SAM reader: is it well, which one is it, find → select → read, still there?

Quirks of readers in the field are named by their numbers in id-reader.md §1.6.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from enum import Enum

from core.errors import DeviceError, DeviceFault
from core.identity.card import IdCard
from devices.idcard.codes import unsupported
from devices.idcard.exchange import Exchange
from devices.idcard.frames import Command
from devices.idcard.record import read_card
from devices.idcard.sam_id import format_sam_id

START_LIMIT_S = 5.0
SAM_ID_READS = 4
READ_ATTEMPTS = 3
_KEEP_POLLING = frozenset({DeviceFault.NO_CARD, DeviceFault.CARD_UNREADABLE})
_LINE_FAULTS = frozenset({DeviceFault.BAD_FRAME, DeviceFault.NO_ANSWER, DeviceFault.WRONG_DEVICE})
# What ends a conversation: the link, the reader or the line, but not the card.
LOST = _LINE_FAULTS | {
    DeviceFault.GONE,
    DeviceFault.BUSY,
    DeviceFault.SELF_TEST,
    DeviceFault.NOT_AUTHORISED,
    DeviceFault.CANCELLED,
}


class Presence(Enum):
    """What the reader says about the card that was read."""

    THERE = "there"
    REMOVED = "removed"
    UNKNOWN = "unknown"  # the reader does not know the command


@dataclass(frozen=True, slots=True)
class CardAnswer:
    """One document and the ``time.perf_counter_ns`` of its last byte."""

    card: IdCard
    answered_ns: int


class SamSession:
    """Asks a reader through an :class:`Exchange`; used by one thread."""

    def __init__(self, exchange: Exchange, *, reset_cures: bool = True) -> None:
        """``reset_cures``: reset the SAM before the last attempt at a card that hangs (quirk 7)."""
        self._exchange = exchange
        self._reset_cures = reset_cures

    def start(self, limit_s: float = START_LIMIT_S) -> None:
        """Wait until the SAM is well: a reader needs about 2 s after power-up (§1.5).

        Raises at once SELF_TEST, NOT_AUTHORISED, REFUSED and what the link raises; after ``limit_s``
        NO_ANSWER, BAD_FRAME or WRONG_DEVICE, whichever came last.
        """
        deadline = time.monotonic() + limit_s
        while True:
            try:
                self._exchange.ask(Command.STATUS, resends=0)
            except DeviceError as error:
                if error.code not in _LINE_FAULTS or time.monotonic() >= deadline:
                    raise
            else:
                return
            self._exchange.settle()

    def sam_id(self) -> str:
        """The SAM's number as printed on it, or "" where it cannot be told for certain.

        The first answer after opening is sometimes wrong (quirk 6): it counts when read twice alike.
        """
        before = None
        for _ in range(SAM_ID_READS):
            try:
                data = self._exchange.ask(Command.SAM_ID).reply.data
            except DeviceError as error:
                if not unsupported(error):
                    raise
                return ""
            if data == before:
                return format_sam_id(data)
            before = data
        return ""

    def limit_rf_bytes(self, count: int) -> None:
        """Set the most bytes per radio frame, 24 to 255 (61 FF), where the reader knows it."""
        try:
            self._exchange.ask(Command.MAX_RF_BYTES, bytes([count]))
        except DeviceError as error:
            if not unsupported(error):
                raise

    def find(self) -> bool:
        """Whether a card that was not read yet is on the reader.

        Asks twice: the first find after placing may say no (quirk 4).  After a read it says no until the
        card was lifted, with some firmware; with other firmware it says yes again (quirk 1).
        """
        return self._find_once() or self._find_once()

    def presence(self) -> Presence:
        """Whether the card that was read is still the one on the reader (quirk 2)."""
        try:
            self._exchange.ask(Command.READ_ADDRESS)  # the address itself is dropped here
        except DeviceError as error:
            if error.code in LOST:
                raise
            return Presence.UNKNOWN if unsupported(error) else Presence.REMOVED
        return Presence.THERE

    def read_found(self) -> CardAnswer:
        """Read the card that :meth:`find` has just found: select, then text and photo in ONE answer.

        Tries again by itself where that may help: after a damaged answer, and when the chip hangs,
        before the last time with a SAM reset (quirk 7).  Everything in the card comes from one answer,
        so two people's cards cannot mix (T27).  Raises DeviceError CARD_REMOVED, CARD_UNREADABLE,
        CARD_SUSPECT, CARD_UNSUPPORTED, CARD_CORRUPT, and what the exchange raises.
        """
        selected = False
        for attempt in range(1, READ_ATTEMPTS + 1):
            try:
                return self._read_once(selected)
            except DeviceError as error:
                if error.code not in _KEEP_POLLING | _LINE_FAULTS or attempt == READ_ATTEMPTS:
                    raise
                fault = error.code
            if fault in _LINE_FAULTS:
                self._exchange.settle()
            elif attempt == READ_ATTEMPTS - 1 and self._reset_cures:
                self._reset()
            selected = self._found_again()
        raise AssertionError("unreachable")

    def _read_once(self, selected: bool) -> CardAnswer:
        if not selected:
            self._exchange.ask(Command.SELECT)
        # No resending inside: after a lost answer the card must be found again first.
        answer = self._exchange.ask(Command.READ, resends=0)
        return CardAnswer(read_card(answer.reply.data, uuid.uuid4().hex), answer.answered_ns)

    def _found_again(self) -> bool:
        """Whether the card is selected already; raises CARD_REMOVED when it is no longer there.

        A reader that counts the damaged answer as read finds nothing now (quirk 1), but still knows the
        card: then it is read again as it is selected.
        """
        if self.find():
            return False
        if self.presence() is Presence.THERE:
            return True
        raise DeviceError(DeviceFault.CARD_REMOVED, retry=True)

    def _find_once(self) -> bool:
        try:
            self._exchange.ask(Command.FIND)
        except DeviceError as error:
            if error.code not in _KEEP_POLLING:
                raise
            return False
        return True

    def _reset(self) -> None:
        self._exchange.ask(Command.RESET)
        self.start()
