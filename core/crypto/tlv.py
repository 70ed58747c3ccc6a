"""BER-TLV as cards use it (ISO/IEC 7816-4, 5.2.2): tags of one to three bytes, lengths up to 65535."""

from __future__ import annotations

from collections.abc import Iterator

_MORE, _LOW = 0x80, 0x1F


def encode(tag: int, value: bytes) -> bytes:
    """One data object."""
    size = len(value)
    if size < 0x80:
        length = bytes((size,))
    elif size < 0x100:
        length = bytes((0x81, size))
    else:
        length = b"\x82" + size.to_bytes(2, "big")
    return tag.to_bytes((tag.bit_length() + 7) // 8 or 1, "big") + length + value


def parse(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The data objects one after the other.  Raises ValueError for anything else."""
    at = 0
    while at < len(data):
        tag, at = _tag(data, at)
        size, at = _length(data, at)
        if at + size > len(data):
            raise ValueError("cut off")
        yield tag, data[at : at + size]
        at += size


def find(data: bytes, *path: int) -> bytes | None:
    """The value of the first object with that tag, in it that of the next …; None where there is none.

    Raises ValueError as :func:`parse`.
    """
    for tag in path:
        found = next((value for each, value in parse(data) if each == tag), None)
        if found is None:
            return None
        data = found
    return data


def _byte(data: bytes, at: int) -> int:
    if at >= len(data):
        raise ValueError("cut off")
    return data[at]


def _tag(data: bytes, at: int) -> tuple[int, int]:
    first = tag = _byte(data, at)
    at += 1
    if first & _LOW == _LOW:
        for _ in range(2):
            tag = tag << 8 | _byte(data, at)
            at += 1
            if not data[at - 1] & _MORE:
                return tag, at
        raise ValueError("tag")
    return tag, at


def _length(data: bytes, at: int) -> tuple[int, int]:
    first = _byte(data, at)
    at += 1
    if first < _MORE:
        return first, at
    if first not in (0x81, 0x82):
        raise ValueError("length")
    size = 0
    for _ in range(first - _MORE):
        size = size << 8 | _byte(data, at)
        at += 1
    return size, at
