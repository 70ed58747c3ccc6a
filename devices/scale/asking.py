"""Scales that are asked: one question and its answer, and a session in each language."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

from core.errors import DeviceError, DeviceFault
from devices.link import Link
from devices.scale import nci, sics
from devices.scale.said import Reading, Said, Unsound
from devices.scale.sics import Answer, NotNow, NotUnderstood, Tare
from devices.traffic import Direction, TrafficLog

ANSWER_S = 0.8  # MT-SICS leaves half a second; a full answer at 1200 baud comes on top
MAX_BYTES = 64  # the longest answer known has some 24

T = TypeVar("T")


class Asking(Generic[T]):
    """Used by one thread.  ``end`` is the byte that ends an answer."""

    def __init__(self, link: Link, traffic: TrafficLog, end: bytes) -> None:
        self._link = link
        self._traffic = traffic
        self._end = end

    def ask(self, question: bytes, name: str, take: Callable[[bytes], T | None]) -> T:
        """The first piece that ``take`` makes an answer of, without its end; others are passed over.

        Raises DeviceError NO_ANSWER for silence, BAD_FRAME where bytes came and no answer, GONE, CANCELLED.
        """
        self._link.flush_input()  # an answer that came too late belongs to a question of before
        deadline = time.monotonic() + ANSWER_S
        self._link.write(question, deadline)
        self._traffic.note(Direction.OUT, name, question)
        waiting, size = b"", 0
        while data := self._link.read(MAX_BYTES, deadline):
            size += len(data)
            *pieces, waiting = (waiting + data).split(self._end)
            waiting = waiting[-MAX_BYTES - 1 :]
            for piece in pieces:
                answer = take(piece) if len(piece) <= MAX_BYTES else None
                if answer is not None:
                    self._traffic.note(Direction.IN, name, piece)
                    return answer
            if time.monotonic() >= deadline:  # it talks without end
                break
        if not size:
            raise DeviceError(DeviceFault.NO_ANSWER, reason=name)
        self._traffic.note(Direction.IN, "noise", hidden=size)
        raise DeviceError(DeviceFault.BAD_FRAME, reason=name)


class SicsSession:
    """MT-SICS at one scale; used by one thread.

    A figure counts where the tare is the same before and after it.
    """

    def __init__(self, link: Link, traffic: TrafficLog) -> None:
        self._asking = Asking[Answer](link, traffic, b"\n")
        self._tare: int | None = None
        self._level_1 = True  # a scale of level 0 knows no tare; it is asked once

    def read(self) -> Said | None:
        """What is shown; None where there is no figure now.

        Raises DeviceError as :meth:`Asking.ask`; BAD_FRAME too where ``SI`` is not understood.
        """
        if self._tare is None:
            self._ask_tare()
        before = self._tare
        shown = self._asking.ask(b"SI\r\n", "weight", _of_weight)
        if isinstance(shown, NotUnderstood):
            raise DeviceError(DeviceFault.BAD_FRAME, reason="weight")
        if not isinstance(shown, Reading):
            return None if isinstance(shown, NotNow | Tare) else shown
        self._ask_tare()
        if before is None or before != self._tare:
            return None
        return Reading(shown.grams, shown.stable, net=before != 0)

    def _ask_tare(self) -> None:
        if not self._level_1:
            return
        told = self._asking.ask(b"TA\r\n", "tare", _of_tare)
        if isinstance(told, NotUnderstood):
            self._level_1, self._tare = False, 0
        else:
            self._tare = told.grams if isinstance(told, Tare) else None


def _of_weight(line: bytes) -> Answer | None:
    answer = sics.parse_answer(line)
    return None if line.startswith(b"T") else answer


def _of_tare(line: bytes) -> Answer | None:
    answer = sics.parse_answer(line)
    return answer if isinstance(answer, NotUnderstood) or line.startswith(b"T") else None


class NciSession:
    """NCI SCP-01 at one scale; used by one thread."""

    def __init__(self, link: Link, traffic: TrafficLog, *, even_parity: bool = False) -> None:
        self._even = even_parity
        self._asking = Asking[Said](link, traffic, nci.with_parity(b"\x03") if even_parity else b"\x03")

    def read(self) -> Said | None:
        """What is shown.  Raises DeviceError as :meth:`Asking.ask`, and SELF_TEST."""
        question = nci.with_parity(b"W\r") if self._even else b"W\r"
        said = self._asking.ask(question, "weight", self._taken)
        if isinstance(said, Unsound):
            raise DeviceError(DeviceFault.SELF_TEST)
        return said

    def _taken(self, data: bytes) -> Said | None:
        plain = nci.without_parity(data) if self._even else data
        return None if plain is None else nci.parse_answer(plain)
