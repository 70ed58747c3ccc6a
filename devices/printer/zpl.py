"""ZPL: a page as bytes for the printer, and what its host status says.

Source: Zebra "Programming Guide for ZPL II": ^XA, ^PW, ^LL, ^LH, ^FO, ^GF with the alternative data
compression scheme, ^PQ, ^XZ, ~JA, ~JC, ~HS.  In ^GF data a 1 bit burns a dot, as in our pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from core.errors import DeviceError, DeviceFault
from devices.printer.page import Bitmap
from devices.printer.status import PrinterStatus

STATUS_QUERY = b"~HS"
CANCEL_ALL = b"~JA"
LEARN = b"~JC"  # forces a label length measurement and adjusts the sensors

_RUN = re.compile("(000+|FFF+)")  # other digits seldom repeat, and looking for them takes as long again
_STRING = re.compile(rb"\x02([^\x02\x03]*)\x03")
_FLAG = re.compile(rb"[01]")
# Strings of the answer, their numbers of members, and where a flag stands (string, member).
_MEMBERS = (12, 11, 2)
_HEAD_OPEN, _PAPER_OUT, _RIBBON_OUT, _PAUSE, _HOT = (1, 2), (0, 1), (1, 3), (0, 2), (0, 11)
_CORRUPT, _COLD = (0, 9), (0, 10)
_LENGTH = (0, 3)  # of a label, dots
_FORMATS, _BUFFER_FULL, _REMAINING, _TRANSFER = (0, 4), (0, 5), (1, 8), (1, 4)
_FAULTS = (
    (_HEAD_OPEN, DeviceFault.HEAD_OPEN),
    (_PAPER_OUT, DeviceFault.PAPER_OUT),
    (_RIBBON_OUT, DeviceFault.RIBBON_OUT),
    (_HOT, DeviceFault.HOT),
    (_CORRUPT, DeviceFault.PRINTER_OTHER),  # its memory
    (_COLD, DeviceFault.PRINTER_OTHER),
    (_PAUSE, DeviceFault.PAUSED),
)
STATUS_STRINGS = len(_MEMBERS)


def encode_page(bitmap: Bitmap, *, speed: int = -1, density: int = -1) -> bytes:
    """One page, printed once.

    ``speed`` in inches a second (^PR), ``density`` 0 to 15, half of ~SD's steps; below zero: as it is set.
    """
    stride = bitmap.stride
    total = stride * bitmap.height
    dark = f"~SD{2 * density:02}" if density >= 0 else ""
    pace = f"^PR{speed}" if speed >= 0 else ""
    head = f"{dark}^XA{pace}^PW{bitmap.width}^LL{bitmap.height}^LH0,0^FO0,0^GFA,{total},{total},{stride},"
    return (head + _compressed(bitmap) + "^FS^PQ1,0,0,N^XZ").encode("ascii")


def parse_status(answer: bytes) -> PrinterStatus:
    """The three strings of ~HS.  Raises DeviceError BAD_FRAME."""
    number = _numbers(answer)
    set_flags = [fault for place, fault in _FAULTS if number(place)]
    if not number(_TRANSFER) and DeviceFault.RIBBON_OUT in set_flags:
        set_flags.remove(DeviceFault.RIBBON_OUT)  # a direct thermal printer has no ribbon
    # A partial format is no work under way: it is what a page that was cut off has left.
    busy = any(number(place) for place in (_FORMATS, _BUFFER_FULL, _REMAINING))
    return PrinterStatus(set_flags[0] if set_flags else None, printing=busy)


def parse_label_length(answer: bytes) -> int:
    """Dots of a label as the printer knows it, from the same strings.  Raises DeviceError BAD_FRAME."""
    return _numbers(answer)(_LENGTH)


def _numbers(answer: bytes) -> Callable[[tuple[int, int]], int]:
    """Gives the number at (string, member)."""
    strings = [found.split(b",") for found in _STRING.findall(answer)]
    if tuple(map(len, strings)) != _MEMBERS:
        raise DeviceError(DeviceFault.BAD_FRAME, retry=True, length=len(answer))

    def number(place: tuple[int, int]) -> int:
        member = strings[place[0]][place[1]].strip()
        if not member.isdigit():
            raise DeviceError(DeviceFault.BAD_FRAME, retry=True, length=len(answer))
        return int(member)

    return number


def _compressed(bitmap: Bitmap) -> str:
    """Hex digits: a letter repeats, ``,`` ends a row in white, ``:`` is the row above.

    ``!``, which ends a row "with ones", is not used: some readers take ones for digits, not for dots.
    """
    lines: list[str] = []
    above = ""
    for line in bitmap.data.hex("\n", bitmap.stride).upper().split("\n"):
        ink = line.rstrip("0")
        ink += "0" * (len(ink) % 2)  # whole bytes
        lines.append(":" if line == above else ink if len(ink) == len(line) else ink + ",")
        above = line
    # All runs of the page at once, and each length is put into letters once: no call for each run.
    pieces = _RUN.split("\n".join(lines))
    pieces[1::2] = map(_shortened, pieces[1::2])
    return "".join(pieces).replace("\n", "")


@cache
def _shortened(run: str) -> str:
    """A run of one digit: z is 400, g to y are 20 to 380, G to Y are 1 to 19; letters add up."""
    most, count = divmod(len(run), 400)
    letters = "z" * most
    if count >= 20:
        letters += chr(ord("f") + count // 20)
    if count % 20:
        letters += chr(ord("F") + count % 20)
    return letters + run[0]
