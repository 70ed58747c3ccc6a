"""Lines of a scale that sends all the time → readings.  Pure: no link, no clock.

``ST,GS,+  1.234kg`` CR LF: stable or not (ST, US) or over its range (OL); gross, net or tare (GS, NT, TR),
which some leave out; sign, figure, unit.  Spaces, commas and leading zeros stand where each maker puts them.
A line that breaks the rules is dropped whole: half a figure is another weight.
"""

from __future__ import annotations

import re

from devices.scale.said import BadLine, LineFault, OverRange, Said, weight

MAX_BYTES = 64  # the longest known has 24
_END = re.compile(rb"[\r\n]")
_LINE = re.compile(
    r"\x02?\s*(?P<status>ST|US|OL)\s*,\s*(?:(?P<mode>GS|NT|TR|G|N|T)\s*,?\s*)?"
    r"(?:(?P<sign>[+-])?\s*(?P<figure>[0-9]{1,7}(?:\.[0-9]{1,4})?)\s*,?\s*(?P<unit>[A-Za-z]{1,3}))?\s*\x03?"
)
_OVER = re.compile(r"\x02?\s*OL\b[\x20-\x7e\x03]*")


class AsciiLines:
    """Collects bytes into lines; holds ``MAX_BYTES`` at most."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._size = 0

    def feed(self, data: bytes) -> list[Said]:
        """Add what arrived; what the lines said that ended with it, in order."""
        *ended, rest = _END.split(data)
        said = []
        for part in ended:
            self._add(part)
            if self._size:  # CR LF ends a line once
                said += self._end()
        self._add(rest)
        return said

    def _add(self, part: bytes) -> None:
        self._size += len(part)
        self._line += part[: MAX_BYTES - len(self._line)]

    def _end(self) -> list[Said]:
        line, size = bytes(self._line), self._size
        self._line.clear()
        self._size = 0
        if size > MAX_BYTES:
            return [BadLine(LineFault.TOO_LONG, size)]
        found = parse_line(line)
        return [found] if found is not None else []


def parse_line(line: bytes) -> Said | None:
    """One line without its end; None for a tare value, which says nothing of the goods."""
    try:
        text = line.decode("ascii")
    except UnicodeDecodeError:
        return BadLine(LineFault.FORM, len(line))
    if _OVER.fullmatch(text):  # in place of the figure stands what each maker likes
        return OverRange()
    found = _LINE.fullmatch(text)
    if found is None or found["figure"] is None:
        return BadLine(LineFault.FORM, len(line))
    if found["mode"] in ("TR", "T"):
        return None
    net = found["mode"] in ("NT", "N")
    figure = ("-" if found["sign"] == "-" else "") + found["figure"]
    return weight(figure, found["unit"], stable=found["status"] == "ST", net=net)
