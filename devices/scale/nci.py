"""NCI SCP-01 (Weigh-Tronix, Avery, Brecknell: "NCI", "3825"): one letter asked, weight and status answered.

``W`` CR asks for both: ``LF 1.284KG CR LF hh CR ETX``, where each ``h`` is a character of four bits.  Some
put ``S`` before the status.  First character: bit 0 moving, 1 at zero, 2 and 3
memory errors; second: 0 under, 1 over its range, 2 and 3 memory and calibration errors, 6 another follows;
third, where there is one: 2 net, 3 no zero since it was switched on.  A scale over or under its range sends
what its display shows in place of a figure, or the status alone.  Most are delivered with seven bits and
even parity: over a line of eight bits the parity is bit 7, which is set and taken off here.
"""

from __future__ import annotations

import re

from devices.scale.said import OverRange, Said, UnderRange, Unsound, weight

_ANSWER = re.compile(
    r"[\r\n](?:(?P<shown>[^\r\n]{1,16})[\r\n]{1,2})?S?"
    r"(?P<first>[\x30-\x3f])(?P<second>[\x30-\x3f\x70-\x7f])(?P<more>[\x30-\x3f\x70-\x7f]{0,4})\r?\Z"
)
_FIGURE = re.compile(
    r"\s*(?P<sign>-?)\s*(?P<figure>[0-9]{1,6}(?:\.[0-9]{1,4})?)\s*(?P<unit>[A-Za-z]{1,3})\s*"
)
_MOVING, _FOLLOWS = 0x01, 0x40
_MEMORY = 0x0C
_UNDER, _OVER = 0x01, 0x02
_NET, _NO_ZERO = 0x04, 0x08


def with_parity(data: bytes) -> bytes:
    """Seven-bit characters with even parity in bit 7."""
    return bytes(value | (value.bit_count() & 1) << 7 for value in data)


def without_parity(data: bytes) -> bytes | None:
    """The characters; None where one has the wrong parity."""
    if any(value.bit_count() & 1 for value in data):
        return None
    return bytes(value & 0x7F for value in data)


def parse_answer(data: bytes) -> Said | None:
    """One answer, its ETX taken off; None for what is none, or is no weight."""
    try:
        found = _ANSWER.search(data.decode("ascii"))  # behind noise too: it begins with its own LF
    except UnicodeDecodeError:
        return None
    if found is None or not _closed(found["second"] + found["more"]):
        return None
    first, second = ord(found["first"]), ord(found["second"])
    third = ord(found["more"][0]) if found["more"] else 0
    if (first | second) & _MEMORY:
        return Unsound()
    if second & _OVER:
        return OverRange()
    if second & _UNDER or third & _NO_ZERO:
        return UnderRange()
    figure = _FIGURE.fullmatch(found["shown"] or "")
    if figure is None:
        return None
    net = bool(third & _NET)
    return weight(figure["sign"] + figure["figure"], figure["unit"], stable=not first & _MOVING, net=net)


def _closed(status: str) -> bool:
    """Whether each character but the last says that another follows."""
    return [bool(ord(char) & _FOLLOWS) for char in status] == [True] * (len(status) - 1) + [False]
