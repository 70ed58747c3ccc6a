"""One request and its reply over a link: deadlines, resynchronisation, resending, the traffic log.

One command is outstanding at a time and replies do not say what they answer.  So old bytes are flushed
before each command, the shape of each reply is checked against its command, and after a timeout the line
must fall silent before anything is sent: a late reply never counts as the answer to something else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.errors import DeviceError, DeviceFault
from devices.idcard.codes import Sw3, fault_of, reply_error
from devices.idcard.frames import Command, FrameParser, Rejected, Reply, encode_request
from devices.idcard.record import ADDRESS_BYTES
from devices.link import Link
from devices.traffic import Direction, TrafficLog

RESENDS = 2
QUIET_S = 0.2  # the line counts as silent after this long without a byte
QUIET_LIMIT_S = 2.0
READ_CHUNK = 4096
_ASK_AGAIN = frozenset({DeviceFault.BAD_FRAME, DeviceFault.NO_ANSWER, DeviceFault.WRONG_DEVICE})
_BITS_PER_BYTE = 10  # 8N1
_WIRE_MARGIN = 1.5  # adapters and a busy machine deliver later than the wire


@dataclass(frozen=True, slots=True)
class _Rule:
    """Limits and success of one command (§1.2, §1.5)."""

    silence_s: float  # without any byte
    whole_s: float  # from the request to the last byte of the reply
    reply_bytes: int  # the longest success, for the time on the wire
    success: tuple[Sw3, ...]
    sizes: Callable[[int], bool]  # whether a success may have that many bytes of data
    shown: bool = False  # whether the reply's data may be shown to a technician


def _any_size(_size: int) -> bool:
    return True


_RULES: Mapping[Command, _Rule] = MappingProxyType(
    {
        Command.RESET: _Rule(1, 1, 11, (Sw3.OK,), _any_size),
        Command.STATUS: _Rule(1, 1, 11, (Sw3.OK,), lambda size: size == 0),
        Command.SAM_ID: _Rule(1, 1, 27, (Sw3.OK,), lambda size: size == 16, shown=True),
        Command.MAX_RF_BYTES: _Rule(1, 1, 11, (Sw3.OK,), _any_size),
        # The bytes after find and select are normally zero, but may be a card's own number: not shown.
        Command.FIND: _Rule(1, 1, 15, (Sw3.FOUND,), lambda size: size <= 16),
        Command.SELECT: _Rule(1, 1, 19, (Sw3.OK,), lambda size: size <= 16),
        Command.READ: _Rule(3, 6, 1295, (Sw3.OK,), lambda size: size > 16),
        Command.READ_ADDRESS: _Rule(
            2, 2, 291, (Sw3.OK, Sw3.NO_CONTENT), lambda size: size % ADDRESS_BYTES == 0 and size <= 280
        ),
        # 8 and 28 bytes were seen: any length counts.  It tells one card from another: not shown.
        Command.READ_BODY_NUMBER: _Rule(2, 2, 64, (Sw3.OK,), _any_size),
    }
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A success with the ``time.perf_counter_ns`` at which its last byte was here."""

    reply: Reply
    answered_ns: int


class Exchange:
    """Sends commands over an opened link and returns their successes."""

    def __init__(self, link: Link, traffic: TrafficLog, *, patience: float = 1.0) -> None:
        """``patience`` multiplies every limit: a slow converter, or a test that has no time."""
        self._link = link
        self._traffic = traffic
        self._patience = patience
        self._parser = FrameParser()

    def ask(self, command: Command, data: bytes = b"", *, resends: int = RESENDS) -> Answer:
        """The success of ``command``.

        A reply that was damaged on either way is asked for again, ``resends`` times.  Raises DeviceError:
        BAD_FRAME (fact ``reason``), NO_ANSWER, WRONG_DEVICE (bytes came, none of a SAM's), what
        :func:`devices.idcard.codes.reply_error` makes of an error reply, and what the link raises.
        """
        left = resends
        while True:
            try:
                return self._once(command, data)
            except DeviceError as error:
                if left <= 0 or error.code not in _ASK_AGAIN:
                    raise
                left -= 1
            self.settle()

    def _once(self, command: Command, data: bytes) -> Answer:
        rule = _RULES[command]
        request = encode_request(command, data)
        wire_s = self._wire_s(len(request) + rule.reply_bytes)
        if flushed := self._link.flush_input():
            self._traffic.note(Direction.IN, "flushed", hidden=flushed)
        self._parser.reset()
        self._traffic.note(Direction.OUT, command.name, request)
        began = time.monotonic()
        self._link.write(request, began + rule.whole_s * self._patience + wire_s)
        deadline = began + rule.whole_s * self._patience + wire_s
        answer = self._await(command, deadline, rule.silence_s * self._patience + wire_s)
        return self._judge(command, rule, answer)

    def _await(self, command: Command, deadline: float, silence_s: float) -> Answer:
        while True:
            limit = min(deadline, time.monotonic() + silence_s)
            data = self._link.read(READ_CHUNK, limit)
            arrived_ns = time.perf_counter_ns()
            if not data:
                raise self._unanswered(command)
            for item in self._parser.feed(data):
                if isinstance(item, Rejected):
                    self._traffic.note(Direction.IN, f"{command.name} {item.fault.value}", hidden=item.size)
                    raise _bad_frame(command, item.fault.value)
                if self._parser.garbage:
                    self._traffic.note(Direction.IN, "garbage", hidden=self._parser.garbage)
                return Answer(item, arrived_ns)
            if time.monotonic() >= deadline:  # a device that babbles must not hold the lane
                raise self._unanswered(command)

    def _unanswered(self, command: Command) -> DeviceError:
        garbage, begun = self._parser.garbage, self._parser.begun
        self._traffic.note(Direction.IN, f"{command.name} no reply", hidden=garbage)
        if begun:
            return _bad_frame(command, "incomplete")
        if garbage:
            return DeviceError(DeviceFault.WRONG_DEVICE, retry=True, command=command.name, garbage=garbage)
        return DeviceError(DeviceFault.NO_ANSWER, retry=True, command=command.name)

    def _judge(self, command: Command, rule: _Rule, answer: Answer) -> Answer:
        reply = answer.reply
        head = bytes((reply.sw1, reply.sw2, reply.sw3))
        if rule.shown:
            self._traffic.note(Direction.IN, command.name, head + reply.data)
        else:
            self._traffic.note(Direction.IN, command.name, head, len(reply.data))
        if reply.sw3 not in rule.success:
            if reply.sw3 in (Sw3.OK, Sw3.FOUND, Sw3.NO_CONTENT):  # a success, but of another command
                raise _bad_frame(command, "reply")
            if fault_of(reply.sw3) is DeviceFault.BAD_FRAME:
                raise _bad_frame(command, "request", sw=reply.sw)
            raise reply_error(command, reply)
        if reply.sw1 or reply.sw2 or not rule.sizes(len(reply.data)):
            raise _bad_frame(command, "reply", sw=reply.sw)
        return answer

    def settle(self) -> None:
        """Drop everything until the line is silent: a late reply must not meet the next command."""
        limit = time.monotonic() + QUIET_LIMIT_S
        dropped = 0
        while time.monotonic() < limit:
            data = self._link.read(READ_CHUNK, time.monotonic() + QUIET_S)
            if not data:
                break
            dropped += len(data)
        if dropped:
            self._traffic.note(Direction.IN, "settled", hidden=dropped)

    def _wire_s(self, size: int) -> float:
        return size * _BITS_PER_BYTE * _WIRE_MARGIN / self._link.baud if self._link.baud else 0.0


def _bad_frame(command: Command, reason: str, sw: str = "") -> DeviceError:
    return DeviceError(DeviceFault.BAD_FRAME, retry=True, command=command.name, reason=reason, sw=sw)
