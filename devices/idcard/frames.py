"""SAM frames (GA 450, id-reader.md §1.1): bytes ↔ requests and replies.  Pure, no link, no clock.

    request   AA AA AA 96 69 | LEN (2, big-endian) | CMD PARA [DATA…]    | CHK
    reply     AA AA AA 96 69 | LEN (2, big-endian) | SW1 SW2 SW3 [DATA…] | CHK

LEN counts every byte after itself, CHK included; CHK is the XOR of everything from LEN to the byte
before CHK.  Nothing is escaped, so the preamble may stand inside a payload: after a preamble LEN is
trusted, and a search for the next preamble begins only behind the frame.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from functools import reduce
from operator import xor

PREAMBLE = bytes.fromhex("AAAAAA9669")
MAX_LEN = 4096  # the longest reply known, text with photo and fingerprint, has 2314
MIN_REPLY_LEN = 4
_HEADER = len(PREAMBLE) + 2


class Command(IntEnum):
    """CMD and PARA as one number.  30 10 (with fingerprint) is left out on purpose: never read here."""

    RESET = 0x10FF
    STATUS = 0x11FF
    SAM_ID = 0x12FF
    FIND = 0x2001
    SELECT = 0x2002
    READ = 0x3001
    READ_ADDRESS = 0x3003
    READ_BODY_NUMBER = 0x3005
    MAX_RF_BYTES = 0x61FF


class FrameFault(StrEnum):
    """Why something that began like a frame was not one."""

    CHECKSUM = "checksum"
    LENGTH = "length"


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply with a right checksum.  ``data`` may be a person's record: ``repr`` shows its size only."""

    sw1: int
    sw2: int
    sw3: int
    data: bytes = field(default=b"", repr=False)

    @property
    def sw(self) -> str:
        """The three status bytes as shown to a technician."""
        return f"{self.sw1:02X}{self.sw2:02X}{self.sw3:02X}"


@dataclass(frozen=True, slots=True)
class Rejected:
    """A frame that was dropped; ``size`` counts its bytes."""

    fault: FrameFault
    size: int


def checksum(body: bytes | bytearray) -> int:
    """XOR of all bytes: CHK for LEN…last byte of data; 0 over a right frame behind its preamble."""
    return reduce(xor, body, 0)


def encode_request(command: Command, data: bytes = b"") -> bytes:
    """The frame of one request; at most 16 bytes of ``data``, more than any command takes."""
    if len(data) > 16:
        raise ValueError("no SAM command takes that much data")
    body = (3 + len(data)).to_bytes(2, "big") + command.to_bytes(2, "big") + data
    return PREAMBLE + body + bytes([checksum(body)])


class FrameParser:
    """Turns bytes, in whatever pieces they come, into replies.

    Holds less than 8 + :data:`MAX_LEN` bytes between calls.  ``garbage`` counts bytes that belonged to no
    frame since the last :meth:`reset`; ``begun`` tells whether a part of a frame is waiting.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.garbage = 0

    @property
    def begun(self) -> bool:
        """Whether a preamble was seen whose frame is not complete."""
        return self._buffer.startswith(PREAMBLE)

    def reset(self) -> None:
        """Forget everything: a new command begins."""
        self._buffer.clear()
        self.garbage = 0

    def feed(self, data: bytes) -> list[Reply | Rejected]:
        """Add what arrived; what became complete with it, in order."""
        self._buffer += data
        found: list[Reply | Rejected] = []
        while (item := self._next()) is not None:
            found.append(item)
        return found

    def _next(self) -> Reply | Rejected | None:
        self._seek()
        if len(self._buffer) < _HEADER:
            return None
        length = int.from_bytes(self._buffer[len(PREAMBLE) : _HEADER], "big")
        if not MIN_REPLY_LEN <= length <= MAX_LEN:
            # The length is noise, so there is nothing to trust: search on behind this preamble.
            self._drop(len(PREAMBLE))
            return Rejected(FrameFault.LENGTH, len(PREAMBLE))
        end = _HEADER + length
        if len(self._buffer) < end:
            return None
        body = bytes(self._buffer[len(PREAMBLE) : end])
        del self._buffer[:end]
        if checksum(body) != 0:
            # The whole frame goes: searching inside it could make a reply out of a card's payload.
            return Rejected(FrameFault.CHECKSUM, end)
        return Reply(body[2], body[3], body[4], body[5:-1])

    def _seek(self) -> None:
        """Drop what stands before the next preamble, but keep what may be its beginning."""
        start = self._buffer.find(PREAMBLE)
        if start < 0:
            kept = next(
                size for size in range(len(PREAMBLE) - 1, -1, -1) if self._buffer.endswith(PREAMBLE[:size])
            )
            start = len(self._buffer) - kept
        self._drop(start)

    def _drop(self, count: int) -> None:
        del self._buffer[:count]
        self.garbage += count
