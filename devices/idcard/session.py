"""A conversation with one SAM reader: is it well, which one is it, find → select → read, still there?

Quirks of readers in the field are named by their numbers in id-reader.md §1.6.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field, replace
from enum import Enum

from core.errors import DeviceError, DeviceFault
from core.identity.card import IdCard
from devices.idcard.codes import unsupported
from devices.idcard.exchange import Exchange
from devices.idcard.frames import Command
from devices.idcard.record import newest_address, read_card
from devices.idcard.sam_id import format_sam_id

START_LIMIT_S = 5.0
SAM_ID_READS = 4
READ_ATTEMPTS = 3
_KEEP_POLLING = frozenset({DeviceFault.NO_CARD, DeviceFault.CARD_UNREADABLE})
LINE_FAULTS = frozenset({DeviceFault.BAD_FRAME, DeviceFault.NO_ANSWER, DeviceFault.WRONG_DEVICE})
# What ends a conversation: the link, the reader or the line, but not the card.
LOST = LINE_FAULTS | {
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
    """One document and the ``time.perf_counter_ns`` of its last byte; the chip's own number where wanted."""

    card: IdCard
    answered_ns: int
    body_number: str = field(default="", repr=False)


class SamSession:
    """Asks a reader through an :class:`Exchange`; used by one thread."""

    def __init__(
        self,
        exchange: Exchange,
        *,
        reset_cures: bool = True,
        newest_address: bool = False,
        body_number: bool = False,
    ) -> None:
        """``reset_cures``: reset the SAM before the last attempt at a card that hangs (quirk 7).

        ``newest_address``, ``body_number``: ask for these too with every read (30 03, 30 05).
        """
        self._exchange = exchange
        self._reset_cures = reset_cures
        self._wants_newest = newest_address
        self._wants_body_number = body_number
        self._knows_address = True  # whether 30 03 is answered

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
                if error.code not in LINE_FAULTS or time.monotonic() >= deadline:
                    raise
            else:
                return
            self._exchange.settle()

    def answers(self) -> bool:
        """Whether a SAM that is well answers at the link's present rate; asked once, without waiting longer.

        Raises SELF_TEST, NOT_AUTHORISED and REFUSED: a reader that says so was found.
        """
        try:
            self._exchange.ask(Command.STATUS, resends=0)
        except DeviceError as error:
            if error.code not in LINE_FAULTS:
                raise
            self._exchange.settle()
            return False
        return True

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
        if not self._knows_address:
            return Presence.UNKNOWN
        try:
            self._exchange.ask(Command.READ_ADDRESS)  # the address itself is dropped here
        except DeviceError as error:
            if error.code is DeviceFault.NO_ANSWER and self.answers():
                self._knows_address = False  # the reader is well, but mute to this: as good as "unknown"
            elif error.code in LOST:
                raise
            elif unsupported(error):
                self._knows_address = False
            else:
                return Presence.REMOVED
            return Presence.UNKNOWN
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
                if error.code not in _KEEP_POLLING | LINE_FAULTS or attempt == READ_ATTEMPTS:
                    raise
                fault = error.code
            if fault in LINE_FAULTS:
                self._exchange.settle()
            elif attempt == READ_ATTEMPTS - 1 and self._reset_cures:
                self._reset()
            selected = self._found_again()
        raise AssertionError("unreachable")

    def _read_once(self, selected: bool) -> CardAnswer:
        if not selected:
            self._exchange.ask(Command.SELECT)
        number = self._body_number() if self._wants_body_number else ""
        # No resending inside: after a lost answer the card must be found again first.
        answer = self._exchange.ask(Command.READ, resends=0)
        card, answered_ns = read_card(answer.reply.data, uuid.uuid4().hex), answer.answered_ns
        if self._wants_newest and self._knows_address and (added := self._newest_address()):
            card = replace(card, newest_address=added[0])
            answered_ns = added[1]
        return CardAnswer(card, answered_ns, number)

    def _newest_address(self) -> tuple[str, int] | None:
        """What was last added to the chip of the card just read, and when it was here.

        The card is read already, so whatever goes wrong here ends nothing: a lost link, a mute reader or a
        card that went are met by the next poll.  After a swap the selection is gone, and so is the answer.
        """
        try:
            try:
                answer = self._exchange.ask(Command.READ_ADDRESS, resends=0)
            except DeviceError as error:
                if error.code in LINE_FAULTS:
                    self._exchange.settle()
                return None
            return newest_address(answer.reply.data), answer.answered_ns
        except DeviceError:
            return None

    def _body_number(self) -> str:
        """What 30 05 says, between select and read (quirk 3), as hex; "" where it is not known."""
        try:
            return self._exchange.ask(Command.READ_BODY_NUMBER, resends=0).reply.data.hex()
        except DeviceError as error:
            if error.code in LINE_FAULTS:
                self._exchange.settle()
            elif error.code in LOST:
                raise
            return ""  # a card that went is noticed by the read itself

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
