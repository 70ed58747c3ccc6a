"""A simulated ID-card reader: a small server that speaks the SAM protocol on a pty or on TCP.

Framing and answers are written from the tables of id-reader.md, not from the driver, and every quirk
that implementers met can be switched on.  ``30 10`` (fingerprints) is answered like any unknown command.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from devices.simulators.cards import Person, build_frame, build_newest_address, build_payload
from devices.simulators.port import BITS_PER_BYTE, Device, Port

PREAMBLE = b"\xaa\xaa\xaa\x96\x69"
SAM_ID = bytes.fromhex("0500 0100 05B43201 01000000 3538D08B")
RATES = {0: 115_200, 1: 57_600, 2: 38_400, 3: 19_200, 4: 9_600}
STALE_S = 0.5  # an unfinished request is forgotten after this long
LONGEST_REQUEST = 32
KEPT_COMMANDS = 4096

OK, FOUND, NOTHING = b"\x00\x00\x90", b"\x00\x00\x9f", b"\x00\x00\x91"
BAD_CHECKSUM, BAD_LENGTH, UNKNOWN = b"\x00\x00\x10", b"\x00\x00\x11", b"\x00\x00\x21"
NO_CARD, NOT_SELECTED, READ_FAILED = b"\x00\x00\x80", b"\x00\x00\x81", b"\x6a\x82\x41"


@dataclass
class Quirks:
    """Switches; numbers in brackets are the quirks of id-reader.md §1.6."""

    found_again: bool = False  # (1) find answers 9F for a card that was read and still lies there
    first_find_80: bool = False  # (4) the first find after placing sees nothing
    garbage: bytes = b""  # before every reply
    chunk: int = 0  # (5) replies in pieces of this many bytes, with a pause
    chunk_pause_s: float = 0.002
    bad_checksums: int = 0  # the next n replies are damaged
    bad_reads: int = 0  # the next n answers to 30 01 are damaged
    silent: bool = False
    babble: bytes = b""  # sent instead of a reply
    status: int = 0x90  # 60 self-test failed: takes no command; 66 not authorised
    find_data: bytes = bytes(4)
    select_data: bytes = bytes(8)
    first_sam_id_wrong: bool = False  # (6)
    hangs: bool = False  # (7) the chip answers 41 until lifted or the SAM is reset
    read_error: int = 0  # SW3 of every read: 31, 32, 33, 40, 47 …
    append_unknown: bool = False  # 30 03 is answered 21
    append_silent: bool = False  # 30 03 is not answered
    body_number_bytes: int = 28  # of 30 05: 8 and 28 were seen; 0 is answered 21
    vendor_timeout: bool = False  # (9) 05 05 05 to every command
    cut_read: int = 0  # the answer to 30 01 ends after so many bytes


@dataclass
class _Field:
    """What happens in the reader's radio field."""

    cards: list[Person] = field(default_factory=list)
    finds: int = 0  # since the card was placed
    selected: bool = False
    was_read: bool = False
    hung: bool = False


class ReaderSimulator(Device):
    """One reader.  ``place``, ``lift``, ``quirks`` and the counters may be used from any thread."""

    def __init__(self, port: Port, *, read_s: float = 0.0) -> None:
        """``read_s``: how long the chip takes for a read (real cards: about one second)."""
        super().__init__("reader", port)
        self.quirks = Quirks()
        self.commands: deque[int] = deque(maxlen=KEPT_COMMANDS)  # CMD PARA as received
        self.received = 0  # how many there were
        self.answered_ns = 0  # perf_counter_ns when the last byte of a read was handed over
        self._read_s = read_s
        self._field = _Field()
        self._lock = threading.Lock()
        self._at: dict[int, Callable[[], None]] = {}
        self._buffer = bytearray()
        self._arrived = 0.0
        self._ids_sent = 0

    # -- what a person does ----------------------------------------------------------------------

    def place(self, person: Person) -> None:
        """Put this card on the reader; one that lies there is swapped in no time."""
        with self._lock:
            self._field = _Field([person])

    def place_beside(self, person: Person) -> None:
        """A second card in the field: neither can be read."""
        with self._lock:
            self._field = _Field([*self._field.cards, person])

    def lift(self) -> None:
        """Take every card away."""
        with self._lock:
            self._field = _Field()
            self.quirks.hangs = False

    def power_cycle(self) -> None:
        """Off and on again: the link goes, and the reader forgets that it read what lies there."""
        self.port.unplug()
        with self._lock:
            self._field = _Field(self._field.cards)
        self.port.replug()

    def lying(self) -> list[str]:
        """Keys of the cards on the reader."""
        with self._lock:
            return [person.key for person in self._field.cards]

    def at(self, command: int, action: Callable[[], None]) -> None:
        """Once: do ``action`` when ``command`` (CMD PARA) has come and before it is carried out."""
        with self._lock:
            self._at[command] = action

    # -- what the reader does --------------------------------------------------------------------

    def _serve(self) -> None:
        data = self.port.receive(0.02)
        now = time.monotonic()
        if self._buffer and now - self._arrived > STALE_S:
            self._buffer.clear()
        if not data:
            return
        self._arrived = now
        self._buffer += data
        while (request := self._request()) is not None:
            time.sleep((7 + len(request)) * BITS_PER_BYTE / self.port.baud)  # its time on the wire
            self._deliver(request)

    def _request(self) -> bytes | None:
        """LEN…CHK of the next request, or None."""
        start = self._buffer.find(PREAMBLE)
        if start < 0:
            del self._buffer[: -len(PREAMBLE)]
            return None
        del self._buffer[:start]
        if len(self._buffer) < 7:
            return None
        end = 7 + int.from_bytes(self._buffer[5:7], "big")
        if end > LONGEST_REQUEST:  # a damaged length: answered, not waited for
            end = len(self._buffer)
        if len(self._buffer) < end:
            return None
        request = bytes(self._buffer[5:end])
        del self._buffer[:end]
        return request

    def _deliver(self, request: bytes) -> None:
        command = int.from_bytes(request[2:4], "big")
        self.commands.append(command)
        self.received += 1
        with self._lock:
            action = self._at.pop(command, None)
        if action is not None:
            action()
        if command == 0x3001 and self._read_s:
            time.sleep(self._read_s)
        with self._lock:
            reply = self._on_wire(command, self._reply(request, command))
        self._send(reply)
        if command == 0x3001:
            self.answered_ns = time.perf_counter_ns()
        if command >> 8 == 0x60 and reply.endswith(build_frame(OK)):
            self.port.baud = RATES[command & 0xFF]  # the answer still went at the old rate

    def _send(self, reply: bytes) -> None:
        step = self.quirks.chunk or len(reply)
        for start in range(0, len(reply), max(1, step)):
            if start:
                time.sleep(self.quirks.chunk_pause_s)
            self.port.send(reply[start : start + step])

    def _on_wire(self, command: int, reply: bytes) -> bytes:
        """The reply as this reader's quirks let it out; the lock is held."""
        quirks = self.quirks
        if quirks.silent or (quirks.append_silent and command == 0x3003):
            return b""
        if quirks.babble:
            return quirks.babble
        if quirks.bad_checksums > 0:
            quirks.bad_checksums -= 1
            reply = reply[:-1] + bytes((reply[-1] ^ 0x01,))
        elif command == 0x3001 and quirks.bad_reads > 0:
            quirks.bad_reads -= 1
            reply = reply[:100] + bytes((reply[100] ^ 0x10,)) + reply[101:] if len(reply) > 100 else reply
        if command == 0x3001 and quirks.cut_read:
            reply = reply[: quirks.cut_read]
        return quirks.garbage + reply

    def _reply(self, request: bytes, command: int) -> bytes:
        """The frame that answers ``request``; the lock is held."""
        length = int.from_bytes(request[:2], "big")
        if length < 3 or len(request) != 2 + length:
            return build_frame(BAD_LENGTH)
        check = 0
        for byte in request:
            check ^= byte
        if check:
            return build_frame(BAD_CHECKSUM)
        if self.quirks.vendor_timeout:
            return build_frame(b"\x05\x05\x05", b"\x00")
        if self.quirks.status != 0x90:
            return build_frame(bytes((0, 0, self.quirks.status)))
        answers: dict[int, Callable[[], bytes]] = {
            0x10FF: self._reset,
            0x11FF: lambda: build_frame(OK),
            0x12FF: self._sam_id,
            0x2001: self._find,
            0x2002: self._select,
            0x3001: self._read,
            0x3003: self._append,
            0x3005: self._body_number,
        }
        if command in answers and length == 3:
            return answers[command]()
        rate_known = command >> 8 == 0x60 and command & 0xFF in RATES
        bytes_known = command == 0x61FF and length == 4 and request[4] >= 24
        return build_frame(OK if rate_known or bytes_known else UNKNOWN)

    def _reset(self) -> bytes:
        self._field = _Field(self._field.cards)
        self.quirks.hangs = False
        return build_frame(OK)

    def _sam_id(self) -> bytes:
        self._ids_sent += 1
        wrong = self.quirks.first_sam_id_wrong and self._ids_sent == 1
        return build_frame(OK, bytes(16) if wrong else SAM_ID)

    def _find(self) -> bytes:
        here = self._field
        here.finds += 1
        hidden = self.quirks.first_find_80 and here.finds == 1
        taken = here.was_read and not self.quirks.found_again
        if len(here.cards) != 1 or hidden or taken:
            return build_frame(NO_CARD)
        here.selected = False
        here.hung = self.quirks.hangs
        return build_frame(FOUND, self.quirks.find_data)

    def _select(self) -> bytes:
        here = self._field
        if len(here.cards) != 1 or not here.finds:
            return build_frame(NOT_SELECTED)
        here.selected = True
        return build_frame(OK, self.quirks.select_data)

    def _read(self) -> bytes:
        here = self._field
        if not here.selected or here.hung:
            return build_frame(READ_FAILED)
        if self.quirks.read_error:
            return build_frame(bytes((0, 0, self.quirks.read_error)))
        here.was_read = True
        return build_frame(OK, build_payload(here.cards[0]))

    def _append(self) -> bytes:
        if self.quirks.append_unknown:
            return build_frame(UNKNOWN)
        data = build_newest_address(self._field.cards[0]) if self._field.selected else b""
        return self._if_selected(build_frame(OK, data) if data else build_frame(NOTHING))

    def _body_number(self) -> bytes:
        size = self.quirks.body_number_bytes
        if not size:
            return build_frame(UNKNOWN)
        return self._if_selected(build_frame(OK, bytes(range(1, size + 1))))

    def _if_selected(self, reply: bytes) -> bytes:
        return reply if self._field.selected else build_frame(READ_FAILED)
