"""APDUs (ISO/IEC 7816-3 and -4): short ones, chained both ways, and what of them a technician may see.

Cards answer in pieces of up to 256 bytes (61xx, over T=1 too); what is longer than 255 bytes goes there in
pieces as well.  Of a command its header is noted, of an answer its status.  Of a VERIFY not even that: its
name alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from core.errors import CardError, CardFault
from devices.traffic import Direction, TrafficLog

PIECE = 255
MOST_BYTES = 32_768  # the largest object of SP 800-73 has 12,710 bytes
OK = 0x9000
_CHAINED = 0x10
_GET_RESPONSE = bytes((0x00, 0xC0, 0x00, 0x00))

Transmit = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Command:
    """Class 00.  ``name`` is what the traffic log says; ``secret``: not a byte of it is noted."""

    name: str
    ins: int
    p1: int
    p2: int
    data: bytes = field(default=b"", repr=False)
    answers: bool = True  # data is expected
    secret: bool = False


class Channel:
    """Commands to one card, one after the other."""

    def __init__(self, transmit: Transmit, traffic: TrafficLog) -> None:
        """``transmit`` takes one APDU and gives data and status; its errors pass through."""
        self._transmit = transmit
        self._traffic = traffic

    def ask(self, command: Command) -> tuple[bytes, int]:
        """The whole answer and its status word.  Raises CardError FAILED for what is no answer."""
        head = bytes((command.ins, command.p1, command.p2))
        if command.secret:
            self._traffic.note(Direction.OUT, command.name)
        else:
            self._traffic.note(Direction.OUT, command.name, b"\0" + head, len(command.data))
        rest, le = command.data, b"\0" if command.answers else b""
        while len(rest) > PIECE:
            _, status = self._once(bytes((_CHAINED,)) + head + bytes((PIECE,)) + rest[:PIECE])
            if status != OK:
                return self._said(command, b"", status)
            rest = rest[PIECE:]
        sized = bytes((len(rest),)) + rest if rest else b""
        return self._collected(command, b"\0" + head + sized, le)

    def _collected(self, command: Command, apdu: bytes, le: bytes) -> tuple[bytes, int]:
        data, status = self._once(apdu + le)
        if status >> 8 == 0x6C:  # so many bytes and no others: asked again
            data, status = self._once(apdu + bytes((status & 0xFF,)))
        while status >> 8 == 0x61:
            if len(data) > MOST_BYTES:
                raise CardError(CardFault.FAILED, what=command.name)
            more, status = self._once(_GET_RESPONSE + bytes((status & 0xFF,)))
            if not more and status >> 8 == 0x61:  # it would go on for ever
                raise CardError(CardFault.FAILED, what=command.name)
            data += more
        return self._said(command, data, status)

    def _said(self, command: Command, data: bytes, status: int) -> tuple[bytes, int]:
        self._traffic.note(Direction.IN, command.name, status.to_bytes(2, "big"), len(data))
        return data, status

    def _once(self, apdu: bytes) -> tuple[bytes, int]:
        answer = self._transmit(apdu)
        if len(answer) < 2:
            raise CardError(CardFault.FAILED, what="apdu")
        return answer[:-2], int.from_bytes(answer[-2:], "big")
