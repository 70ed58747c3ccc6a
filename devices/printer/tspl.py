"""TSPL: a page as bytes for the printer, and what its status byte says.

Source: TSC "TSPL/TSPL2 Programming Language" (SIZE, GAP, GAPDETECT, DIRECTION, REFERENCE, CLS, BITMAP, PRINT,
``<ESC>!?``, and ``<ESC>!S``, which says what "other error" is, from firmware 6.29 on); Gprinter prints the
same table of status bits.  In BITMAP data a 0 bit burns a dot and a 1 bit leaves the paper white, the
opposite of our pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.errors import DeviceError, DeviceFault
from devices.printer.page import Bitmap
from devices.printer.status import PrinterStatus

STATUS_QUERY = b"\x1b!?"
LEARN = b"GAPDETECT\r\n"  # feeds until label and gap are measured; the length is not told
CAUSE_QUERY = b"\x1b!S"
CAUSE_LENGTH = 8

# A printer whose page was cut off in the middle of BITMAP data still waits for the rest of it and
# would swallow the head of the next page.  So no block is larger than this, and every page begins
# with as many line ends: inside a block they are dots that CLS wipes, outside empty lines, which
# every parser skips.
LARGEST_BLOCK = 2048
RESYNC = b"\r\n" * (LARGEST_BLOCK // 2 + 1)

_HEADER_COST = 28  # bytes of a BITMAP command besides its data: smaller white gaps are sent
_INVERSE = bytes(255 - byte for byte in range(256))

# What to tell the clerk first where several bits are set: with the head open a printer cannot feel
# its paper, so the other bits count only after it is closed.
_FAULTS = (
    (0x01, DeviceFault.HEAD_OPEN),
    (0x40, DeviceFault.HEAD_OPEN),  # "cover opened", an option of Gprinter
    (0x04, DeviceFault.PAPER_OUT),
    (0x02, DeviceFault.PAPER_JAM),
    (0x08, DeviceFault.RIBBON_OUT),
    (0x10, DeviceFault.PAUSED),
    (0x80, DeviceFault.PRINTER_OTHER),
)
_PRINTING = 0x20
# (which of the four bytes, bit, fault) of the answer to CAUSE_QUERY; each byte is "@" with its bits.
_CAUSES = (
    (3, 0x20, DeviceFault.HEAD_OPEN),
    (3, 0x01, DeviceFault.PAPER_OUT),
    (3, 0x02, DeviceFault.PAPER_JAM),
    (2, 0x08, DeviceFault.PAPER_JAM),  # the cutter
    (3, 0x0C, DeviceFault.RIBBON_OUT),  # empty, or jammed
    (2, 0x03, DeviceFault.HOT),  # print head, stepping motor
)
_IDLE_LINE = 0xFF  # what an open or broken serial line reads as: no printer has all faults at once


def parse_status(answer: bytes) -> PrinterStatus:
    """The answer to :data:`STATUS_QUERY`: exactly one byte.  Raises DeviceError BAD_FRAME."""
    if len(answer) != 1 or answer[0] == _IDLE_LINE:
        raise DeviceError(DeviceFault.BAD_FRAME, retry=True, length=len(answer))
    fault = next((fault for bit, fault in _FAULTS if answer[0] & bit), None)
    return PrinterStatus(fault, printing=bool(answer[0] & _PRINTING))


def parse_cause(answer: bytes) -> DeviceFault:
    """The answer to :data:`CAUSE_QUERY`; PRINTER_OTHER for one that names nothing known or cannot be one."""
    framed = len(answer) == CAUSE_LENGTH and answer.startswith(b"\x02") and answer.endswith(b"\x03\r\n")
    told = answer[1:5]
    if not framed or not all(byte & 0xC0 == 0x40 for byte in told):
        return DeviceFault.PRINTER_OTHER
    return next((fault for which, bit, fault in _CAUSES if told[which] & bit), DeviceFault.PRINTER_OTHER)


def encode_page(
    bitmap: Bitmap, width_mm: int, height_mm: int, *, gap_mm: int = 2, speed: int = -1, density: int = -1
) -> bytes:
    """One page, printed once.  ``gap_mm`` is the gap between two labels on the roll.

    ``speed`` in inches a second, ``density`` 0 to 15; below zero: as the printer is set.

    White areas are not sent: at 115,200 baud a whole 76 × 130 mm page takes 7 s, its ink well under
    half of that.
    """
    head = (
        f"SIZE {width_mm} mm,{height_mm} mm\r\n"
        f"GAP {gap_mm} mm,0 mm\r\n"
        + (f"SPEED {speed}\r\n" if speed >= 0 else "")
        + (f"DENSITY {density}\r\n" if density >= 0 else "")
        + "DIRECTION 1\r\n"
        "REFERENCE 0,0\r\n"
        "CLS\r\n"
    )
    parts = [RESYNC, head.encode("ascii")]
    data, stride = bitmap.data, bitmap.stride
    rows = [data[at : at + stride] for at in range(0, len(data), stride)]
    for block in _blocks(rows, 0, 0):
        for piece in _without_escape(block):
            parts.append(piece.command())
    parts.append(b"PRINT 1,1\r\n")
    return b"".join(parts)


@dataclass(frozen=True, slots=True)
class _Block:
    """A rectangle of ink: ``x`` and the row length in bytes, ``y`` in dots."""

    x: int
    y: int
    rows: Sequence[bytes]

    def command(self) -> bytes:
        width = len(self.rows[0])
        head = f"BITMAP {self.x * 8},{self.y},{width},{len(self.rows)},0,"
        return head.encode("ascii") + b"".join(self.rows).translate(_INVERSE) + b"\r\n"


def _blocks(rows: Sequence[bytes], x: int, y: int) -> Iterator[_Block]:
    """Cuts along white rows and white byte columns, again and again, until nothing is saved by it."""
    width = len(rows[0])
    blank = bytes(width)
    for top, bottom in _runs([row != blank for row in rows], _HEADER_COST // width):
        band = rows[top:bottom]
        ink = 0
        for row in band:
            ink |= int.from_bytes(row, "big")
        columns = [byte != 0 for byte in ink.to_bytes(width, "big")]
        for left, right in _runs(columns, _HEADER_COST // len(band)):
            part = band if right - left == width else [row[left:right] for row in band]
            if len(part) < len(rows) or right - left < width:
                yield from _blocks(part, x + left, y + top)
            else:
                yield from _limited(_Block(x, y, part))


def _runs(ink: Sequence[bool], gap: int) -> Iterator[tuple[int, int]]:
    """(start, end) of the runs with ink; white of at most ``gap`` inside a run is not worth a cut."""
    start, end = -1, -1
    for at, black in enumerate(ink):
        if not black:
            continue
        if start >= 0 and at - end > gap:
            yield start, end
            start = at
        if start < 0:
            start = at
        end = at + 1
    if start >= 0:
        yield start, end


def _limited(block: _Block) -> Iterator[_Block]:
    """Blocks of at most :data:`LARGEST_BLOCK` bytes of data."""
    step = max(1, LARGEST_BLOCK // len(block.rows[0]))
    for top in range(0, len(block.rows), step):
        yield _Block(block.x, block.y + top, block.rows[top : top + step])


def _without_escape(block: _Block) -> Iterator[_Block]:
    """Splits a block where its data would read ``ESC !``.

    Those two bytes begin TSPL's immediate commands (``ESC ! R`` resets the printer), which are obeyed
    "at any time"; whether inside BITMAP data too is not said, so they never stand there.
    """
    width = len(block.rows[0])
    at = b"".join(block.rows).translate(_INVERSE).find(b"\x1b!")
    if at < 0:
        yield block
        return
    row, column = divmod(at, width)
    if column == width - 1:  # the pair stands across two rows
        yield _Block(block.x, block.y, block.rows[: row + 1])
        yield from _without_escape(_Block(block.x, block.y + row + 1, block.rows[row + 1 :]))
        return
    if row:
        yield _Block(block.x, block.y, block.rows[:row])
    line = block.rows[row]
    yield _Block(block.x, block.y + row, [line[: column + 1]])
    yield from _without_escape(_Block(block.x + column + 1, block.y + row, [line[column + 1 :]]))
    if row + 1 < len(block.rows):
        yield from _without_escape(_Block(block.x, block.y + row + 1, block.rows[row + 1 :]))
