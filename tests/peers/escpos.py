"""An independent ESC/POS reader, written from the command reference alone; nothing of ours is imported.

Strict where printers are lenient: an unknown command, a parameter out of range, a row wider than the
paper, a real-time command inside raster data or bytes left over fail.  Source: Epson, "ESC/POS Command
Reference": ESC @, ESC d, GS v 0, GS V, GS FF, GS r.
"""

from __future__ import annotations

from dataclasses import dataclass, field

REAL_TIME = (b"\x10\x04", b"\x10\x05", b"\x10\x14")  # DLE EOT, DLE ENQ, DLE DC4
MOST_ROWS = 2303  # of one GS v 0
MOST_FEED = 255


class EscPosError(Exception):
    """The bytes are not ESC/POS as the reference has it."""


@dataclass
class Slip:
    """One page: ``dots[y][x]`` is True where a dot is burned.  ``ending`` is "cut" or "label"."""

    dots: list[list[bool]] = field(repr=False)
    ending: str
    fed_lines: int = 0
    largest_band: int = 0
    marked: bool = False  # GS r 1 came after it


class _Reader:
    """The printer's memory while it reads."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.rows: list[list[bool]] = []
        self.fed = self.largest = 0
        self.initialised = False
        self.slips: list[Slip] = []

    def end(self, ending: str) -> None:
        if not self.rows:
            raise EscPosError(f"{ending} of an empty page")
        self.slips.append(Slip(self.rows, ending, self.fed, self.largest))
        self.rows, self.fed, self.largest = [], 0, 0


def read_escpos(data: bytes, width: int) -> list[Slip]:
    """Every page that the bytes print on a head of ``width`` dots.  Raises EscPosError."""
    reader, at = _Reader(width), 0
    while at < len(data):
        at = _command(reader, data, at)
    if reader.rows:
        raise EscPosError("paper was printed and not cut")
    return reader.slips


def _command(reader: _Reader, data: bytes, at: int) -> int:
    if data[at] == 0:  # NUL outside a command is ignored
        return at + 1
    two, three = data[at : at + 2], data[at : at + 3]
    if two == b"\x1b@":
        if reader.rows:
            raise EscPosError("ESC @ in the middle of a page")
        reader.initialised = True
        return at + 2
    if not reader.initialised:
        raise EscPosError(f"before ESC @: {two.hex(' ')}")
    if three == b"\x1dv0":
        return _raster(reader, data, at)
    if two == b"\x1bd":
        lines = _byte(data, at + 2)
        if lines > MOST_FEED:
            raise EscPosError("ESC d")
        reader.fed += lines
        return at + 3
    if three == b"\x1dVB":  # function B: feed to the cutter and n more, then cut
        _byte(data, at + 3)
        reader.end("cut")
        return at + 4
    if two == b"\x1d\x0c":
        reader.end("label")
        return at + 2
    if three == b"\x1dr\x01":
        if reader.rows or not reader.slips or reader.slips[-1].marked:
            raise EscPosError("GS r 1 is not at the end of a page")
        reader.slips[-1].marked = True
        return at + 3
    raise EscPosError(f"unknown command: {three.hex(' ')}")


def _raster(reader: _Reader, data: bytes, at: int) -> int:
    """GS v 0 m xL xH yL yH: m 0 is normal size; x in bytes, y in rows."""
    mode = _byte(data, at + 3)
    columns = _byte(data, at + 4) + 256 * _byte(data, at + 5)
    rows = _byte(data, at + 6) + 256 * _byte(data, at + 7)
    if mode != 0 or not 1 <= rows <= MOST_ROWS or not 1 <= columns <= (reader.width + 7) // 8:
        raise EscPosError(f"GS v 0: mode {mode}, {columns} bytes, {rows} rows")
    bits = data[at + 8 : at + 8 + columns * rows]
    if len(bits) != columns * rows:
        raise EscPosError("GS v 0: data end early")
    if any(command in bits for command in REAL_TIME):
        raise EscPosError("GS v 0: data hold a real-time command")
    for row in range(rows):
        line = [False] * reader.width
        for column, byte in enumerate(bits[row * columns : (row + 1) * columns]):
            for bit in range(8):
                if byte >> (7 - bit) & 1:
                    if column * 8 + bit >= reader.width:
                        raise EscPosError("GS v 0: ink beyond the paper")
                    line[column * 8 + bit] = True
        reader.rows.append(line)
    reader.largest = max(reader.largest, columns * rows)
    return at + 8 + columns * rows


def _byte(data: bytes, at: int) -> int:
    if at >= len(data):
        raise EscPosError("a command ends early")
    return data[at]
