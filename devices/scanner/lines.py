"""Bytes of a scanner → codes: lines ended by CR and/or LF, with or without an AIM identifier.  Pure.

A line that breaks the rules is dropped whole and counted; half a code is never passed on, because
many waybill numbers have no check digit that would betray it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

MAX_BYTES = 1024  # the longest 1-D waybill has some 30, a pre-order's QR some 300, a receipt's some 800
_END = re.compile(rb"[\r\n]")
_AIM = re.compile(r"\][A-Za-z][0-9A-Za-z]")  # ISO/IEC 15424: flag, code character, modifier


class ScanFault(StrEnum):
    """Why a line was dropped."""

    TOO_LONG = "too_long"
    UNPRINTABLE = "unprintable"
    EMPTY = "empty"  # an identifier without a code
    MARKS = "marks"  # without the prefix or suffix that it was configured with: perhaps half a code
    UNFINISHED = "unfinished"  # no line end came: set the scanner's suffix to CR


@dataclass(frozen=True, slots=True)
class Scan:
    """One code.  ``symbology`` is the AIM identifier or ""."""

    text: str = field(repr=False)
    symbology: str = ""


@dataclass(frozen=True, slots=True)
class BadScan:
    """One dropped line; ``size`` in bytes, no content."""

    fault: ScanFault
    size: int


class LineAssembler:
    """Collects bytes into lines; holds ``max_bytes`` at most."""

    def __init__(
        self, max_bytes: int = MAX_BYTES, *, gap_ends: bool = False, prefix: bytes = b"", suffix: bytes = b""
    ) -> None:
        """``gap_ends``: a pause ends a code, for scanners that cannot send a line end.

        ``prefix`` stands before each code and its AIM identifier, ``suffix`` behind it.  A suffix that ends
        with a control character (a tab, ETX) ends the code, and then CR and LF around it say nothing.
        """
        self._prefix, self._suffix, self._ends = prefix, suffix, _END
        self._bare = suffix[-1:] < b" " and suffix != b""
        if self._bare:
            self._suffix, self._ends = suffix[:-1], re.compile(re.escape(suffix[-1:]))
        self._max_bytes = max_bytes
        self._gap_ends = gap_ends
        self._line = bytearray()
        self._size = 0  # of the present line, dropped bytes included

    def feed(self, data: bytes) -> list[Scan | BadScan]:
        """Add what arrived; the lines that ended with it, in order."""
        *ended, rest = self._ends.split(data)
        found = []
        for part in ended:
            self._add(part)
            found += self._end()
        self._add(rest)
        return found

    def gap(self) -> list[Scan | BadScan]:
        """Nothing arrived for a while: what is left of an unfinished line."""
        if self._gap_ends or self._size > self._max_bytes:
            return self._end()
        size = self._clear()
        return [BadScan(ScanFault.UNFINISHED, size)] if size else []

    def _add(self, part: bytes) -> None:
        self._size += len(part)
        self._line += part[: self._max_bytes - len(self._line)]

    def _end(self) -> list[Scan | BadScan]:
        line = bytes(self._line)
        size = self._clear()
        if not size:  # CR LF ends a line once
            return []
        if size > self._max_bytes:
            return [BadScan(ScanFault.TOO_LONG, size)]
        if self._bare:
            line = line.strip(b"\r\n")
            if not line:
                return []
        if not (line.startswith(self._prefix) and line[len(self._prefix) :].endswith(self._suffix)):
            return [BadScan(ScanFault.MARKS, size)]
        line = line[len(self._prefix) : len(line) - len(self._suffix)]
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            return [BadScan(ScanFault.UNPRINTABLE, size)]
        if not text.isprintable():
            return [BadScan(ScanFault.UNPRINTABLE, size)]
        aim = _AIM.match(text)
        symbology = aim.group() if aim else ""
        code = text[len(symbology) :]
        return [Scan(code, symbology) if code.strip() else BadScan(ScanFault.EMPTY, size)]

    def _clear(self) -> int:
        size, self._size = self._size, 0
        self._line.clear()
        return size
