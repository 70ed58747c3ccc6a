"""An independent TSPL reader, written from the command manual alone; nothing of ours is imported.

Strict where printers are lenient: an unknown command, a wrong number, data outside the label or bytes
left over fail.  Source: TSC, "TSPL/TSPL2 Programming Language", commands SIZE, GAP, DIRECTION, REFERENCE,
CLS, BITMAP, PRINT.
"""

from __future__ import annotations

from dataclasses import dataclass, field


class TsplError(Exception):
    """The bytes are not TSPL as the manual has it."""


@dataclass
class TsplPage:
    """What one PRINT puts on paper: ``dots[y][x]`` is True where a dot is burned."""

    width_mm: float
    height_mm: float
    gap_mm: float
    copies: int
    dots: list[list[bool]] = field(repr=False)
    largest_block: int = 0  # bytes of the longest BITMAP data
    blocks: int = 0


class _Reader:
    """The printer's memory while it reads; 8 dots to the millimetre unless told otherwise."""

    def __init__(self, dots_per_mm: int) -> None:
        self.dots_per_mm = dots_per_mm
        self.size: tuple[float, float] | None = None
        self.gap = 0.0
        self.dots: list[list[bool]] | None = None
        self.blocks = self.largest = 0
        self.pages: list[TsplPage] = []


def read_tspl(data: bytes, dots_per_mm: int = 8) -> list[TsplPage]:
    """Every page that the bytes print.  Raises TsplError."""
    reader, at = _Reader(dots_per_mm), 0
    while at < len(data):
        end = data.find(b"\r\n", at)
        if end < 0:
            raise TsplError(f"the command at {at} is not ended by CR LF")
        if data.startswith(b"BITMAP ", at):
            at = _bitmap(reader, data, at)
            continue
        _command(reader, data[at:end])
        at = end + 2
    return reader.pages


def _command(reader: _Reader, line: bytes) -> None:
    if not line:
        return
    text = line.decode("ascii", "strict")
    name, _, rest = text.partition(" ")
    values = rest.split(",") if rest else []
    match name, values:
        case "SIZE", [width, height]:
            reader.size = (_mm(width), _mm(height))
        case "GAP", [gap, offset]:
            reader.gap = _mm(gap)
            if not 0 <= reader.gap <= 25.4 or _mm(offset) < 0:
                raise TsplError(text)
        case "DIRECTION", ["0" | "1"]:
            pass
        case "SPEED", [pace] if 1 <= float(pace) <= 14:
            pass
        case "DENSITY", [dark] if 0 <= int(dark) <= 15:
            pass
        case "REFERENCE", ["0", "0"]:
            pass
        case "CLS", []:
            if reader.size is None:
                raise TsplError("CLS before SIZE")
            columns, rows = (round(part * reader.dots_per_mm) for part in reader.size)
            reader.dots = [[False] * columns for _ in range(rows)]
            reader.blocks = reader.largest = 0
        case "PRINT", [sets, copies]:
            _print(reader, int(sets) * int(copies))
        case _:
            raise TsplError(f"unknown command: {text!r}")


def _mm(text: str) -> float:
    number, _, unit = text.strip().partition(" ")
    if unit != "mm":  # without a unit the manual means inches
        raise TsplError(f"not millimetres: {text!r}")
    return float(number)


def _print(reader: _Reader, copies: int) -> None:
    if reader.size is None or reader.dots is None:
        raise TsplError("PRINT without SIZE and CLS")
    dots = [list(row) for row in reader.dots]
    page = TsplPage(*reader.size, reader.gap, copies, dots, reader.largest, reader.blocks)
    reader.pages.append(page)


def _bitmap(reader: _Reader, data: bytes, at: int) -> int:
    """``BITMAP X,Y,width,height,mode,data``: X and Y in dots, width in bytes, height in dots."""
    if reader.dots is None:
        raise TsplError("BITMAP before CLS")
    numbers = []
    start = at + len(b"BITMAP ")
    for _ in range(5):
        comma = data.index(b",", start)
        digits = data[start:comma]
        if not digits.isdigit():
            raise TsplError(f"BITMAP: not a number: {digits!r}")
        numbers.append(int(digits))
        start = comma + 1
    x, y, width, height, mode = numbers
    if mode != 0:
        raise TsplError("only mode 0, OVERWRITE, is expected")
    bits = data[start : start + width * height]
    after = start + width * height
    if len(bits) != width * height or data[after : after + 2] != b"\r\n":
        raise TsplError("BITMAP data is not followed by CR LF")
    if b"\x1b!" in bits:
        raise TsplError("BITMAP data holds ESC !, an immediate command")
    for row in range(height):
        for column in range(width):
            byte = bits[row * width + column]
            for bit in range(8):
                _dot(reader.dots, x + column * 8 + bit, y + row, burn=not byte >> (7 - bit) & 1)
    reader.blocks += 1
    reader.largest = max(reader.largest, width * height)
    return after + 2


def _dot(dots: list[list[bool]], x: int, y: int, *, burn: bool) -> None:
    if y >= len(dots) or x >= len(dots[0]):
        if burn or y >= len(dots):
            raise TsplError(f"BITMAP outside the label at {x},{y}")
        return  # the spare bits of a last byte
    dots[y][x] = burn
