"""ESC/POS: a page as bytes for a receipt printer, and what its status bytes say.

Source: Epson "ESC/POS Command Reference": ESC @, GS v 0, ESC d, GS V, GS FF, GS r, DLE EOT.  In raster
data a 1 bit burns a dot, as in our pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum

from core.errors import DeviceError, DeviceFault
from devices.printer.page import Bitmap
from devices.printer.status import PrinterStatus

INITIALISE = b"\x1b@"
CUT = b"\x1bd\x02\x1dVB\x00"  # two lines, then feed to the cutter and cut
NEXT_LABEL = b"\x1d\x0c"
MARK = b"\x1dr\x01"  # answered when all before it has been worked off: the end of a page
STATUS_QUERIES = tuple(b"\x10\x04" + bytes([number]) for number in (1, 2, 3, 4))

# A printer whose page was cut off in the middle of raster data still waits for the rest of it.  So no
# band is larger than this, and every page begins with as many NULs: inside a band they are white dots,
# outside nothing (the cut-off command's own parameters add a few).
LARGEST_BAND = 2048
RESYNC = bytes(LARGEST_BAND + 16)
# Where it was cut off between a command's name and its last parameter, the next bytes are taken for the
# rest of them: questions asked there are read as a band of millions of dots, and no RESYNC ends that.  As
# many NULs as a name can have parameters make it a band of no rows, and are nothing elsewhere.
FENCE = bytes(8)

# Real-time commands are obeyed also inside raster data: DLE EOT asks, DLE ENQ and DLE DC4 clear
# buffers, pulse a drawer or switch off.  One dot more beside the one that 10H stands for breaks them.
_REAL_TIME = (b"\x10\x04", b"\x10\x05", b"\x10\x14")

# (which of the four answers, bits, fault): what to tell the clerk first where several are set.
_FAULTS = (
    (1, 0x04, DeviceFault.HEAD_OPEN),
    (1, 0x20, DeviceFault.PAPER_OUT),
    (3, 0x60, DeviceFault.PAPER_OUT),
    (2, 0x08, DeviceFault.PAPER_JAM),  # the cutter
    (2, 0x24, DeviceFault.PRINTER_OTHER),  # mechanical, unrecoverable
    (2, 0x40, DeviceFault.HOT),  # "recovers by itself": an open cover, which was told before, or a hot head
    (1, 0x40, DeviceFault.PRINTER_OTHER),
    (0, 0x08, DeviceFault.PAUSED),  # offline, and no cause named
)
_NEAR_END = 0x0C


class Ending(Enum):
    """What follows a page."""

    CUT = CUT
    NEXT_LABEL = NEXT_LABEL


def encode_page(bitmap: Bitmap, ending: Ending = Ending.CUT) -> bytes:
    """One page, printed once, with the mark at its end.

    White to the right is not sent, a white row costs one byte: a receipt shrinks to a half.
    """
    stride, data = bitmap.stride, bitmap.data
    rows = [data[at : at + stride].rstrip(b"\0") for at in range(0, len(data), stride)]
    return b"".join((RESYNC, INITIALISE, *_bands(rows), ending.value, MARK))


def is_status(byte: int) -> bool:
    """Whether a byte can be an answer to DLE EOT: four bits of it are fixed."""
    return byte & 0x93 == 0x12


def is_mark(byte: int) -> bool:
    """Whether a byte can be the answer to :data:`MARK`: two pairs of equal bits."""
    return byte in (0x00, 0x03, 0x0C, 0x0F)


def parse_status(answers: Sequence[int], *, printing: bool) -> PrinterStatus:
    """The four answers in their order.  Raises DeviceError BAD_FRAME."""
    if len(answers) != len(STATUS_QUERIES) or not all(map(is_status, answers)):
        raise DeviceError(DeviceFault.BAD_FRAME, retry=True, length=len(answers))
    fault = next((fault for which, bits, fault in _FAULTS if answers[which] & bits), None)
    return PrinterStatus(fault, printing=printing, low=bool(answers[3] & _NEAR_END))


def _bands(rows: Sequence[bytes]) -> Iterator[bytes]:
    """GS v 0 commands; a band is as wide as its widest row, and ink never shares one with long white."""
    top = 0
    while top < len(rows):
        white = not rows[top]
        end = top
        while end < len(rows) and (not rows[end]) == white:
            end += 1
        width = max(1, max(map(len, rows[top:end])))
        step = max(1, LARGEST_BAND // width)
        for at in range(top, end, step):
            yield _band(rows[at : min(at + step, end)], width)
        top = end


def _band(rows: Sequence[bytes], width: int) -> bytes:
    data = b"".join(row.ljust(width, b"\0") for row in rows)
    for command in _REAL_TIME:
        data = data.replace(command, b"\x18" + command[1:])
    return b"\x1dv0\x00" + width.to_bytes(2, "little") + len(rows).to_bytes(2, "little") + data
