"""ZPL as a simulated printer understands it: ^GF graphics compressed, ~HS, ~JA and ~JC; from the manual.

Shares nothing with the encoder in ``devices/printer``.  Unknown commands are skipped, as firmware does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from PIL import Image

_IMMEDIATE = re.compile(rb"~(HS|JA|JC)")
_FIELD = re.compile(r"GFA,(\d+),(\d+),(\d+),(.*)", re.DOTALL)
_LONGEST_FORMAT = 4_000_000
_MOST_COPIES = 10


class HostStatusAsked:
    """~HS arrived."""


class CancelAsked:
    """~JA arrived."""


class LearnAsked:
    """~JC arrived."""


@dataclass(frozen=True)
class FormatOrdered:
    """^XZ arrived.  1 = white."""

    picture: Image.Image


Order = HostStatusAsked | CancelAsked | LearnAsked | FormatOrdered
_IMMEDIATE_ORDERS: dict[bytes, type[HostStatusAsked | CancelAsked | LearnAsked]] = {
    b"HS": HostStatusAsked,
    b"JA": CancelAsked,
    b"JC": LearnAsked,
}


class ZplInterpreter:
    """Feed it what the line brings; it answers with what the printer has to do."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def partial(self) -> bool:
        """Whether a format has begun and not ended."""
        return b"^XA" in self._buffer

    def feed(self, data: bytes) -> list[Order]:
        """Add bytes; the orders that they completed, in their order."""
        orders: list[Order] = []
        self._buffer += data
        while (found := self._next()) is not None:
            orders.append(found)
        return orders

    def _next(self) -> Order | None:
        immediate, end = _IMMEDIATE.search(self._buffer), self._buffer.find(b"^XZ")
        if immediate and (end < 0 or immediate.start() < end):
            name = bytes(immediate[1])
            # What stands before a question is a format on its way; before ~JA it is thrown away.
            del self._buffer[0 if name == b"JA" else immediate.start() : immediate.end()]
            return _IMMEDIATE_ORDERS[name]()
        if end < 0:
            if len(self._buffer) > _LONGEST_FORMAT:
                self._buffer.clear()
            return None
        text = bytes(self._buffer[:end]).decode("ascii", "replace")
        del self._buffer[: end + 3]
        return FormatOrdered(_draw(text.partition("^XA")[2]))


def _draw(text: str) -> Image.Image:
    width, length, at = 8, 8, (0, 0)
    fields: list[tuple[tuple[int, int], Image.Image]] = []
    for command in text.split("^"):
        name, rest = command[:2], command[2:]
        numbers = [int(part) for part in rest.split(",") if part.isdigit()]
        if name == "PW" and numbers:
            width = numbers[0]
        elif name == "LL" and numbers:
            length = numbers[0]
        elif name == "FO" and len(numbers) >= 2:
            at = numbers[0], numbers[1]
        elif name == "GF" and (field := _FIELD.fullmatch(command)):
            fields.append((at, _graphic(int(field[2]), int(field[3]), field[4])))
    page = Image.new("1", (width, length), 1)
    for place, picture in fields:
        page.paste(picture, place)
    return page


def _graphic(total: int, row_bytes: int, data: str) -> Image.Image:
    digits, rows, row, count = row_bytes * 2, [""], "", 0
    rows = []
    for char in data:
        if "G" <= char <= "Y":
            count += ord(char) - ord("F")
        elif "g" <= char <= "z":
            count += (ord(char) - ord("f")) * 20
        elif char == ":":
            rows.append(rows[-1] if rows else "0" * digits)
        elif char in ",!":
            rows.append(row.ljust(digits, "0" if char == "," else "F"))
            row = ""
        elif char in "0123456789ABCDEF":
            row, count = row + char * max(1, count), 0
        while len(row) >= digits:
            rows.append(row[:digits])
            row = row[digits:]
    bits = bytes.fromhex("".join(rows))[:total].ljust(total, b"\0")
    return Image.frombytes("1", (row_bytes * 8, total // row_bytes), bytes(255 - byte for byte in bits))
