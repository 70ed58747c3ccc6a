"""The number of a reader's SAM: 16 bytes, little-endian although frame lengths are big-endian (§5)."""

from __future__ import annotations

import struct

SIZE = 16


def format_sam_id(data: bytes) -> str:
    """``05.01-20100101-0000000001-2345678901``; ``data`` has :data:`SIZE` bytes."""
    kind, maker, date, low, high = struct.unpack("<HHIII", data)
    return f"{kind:02d}.{maker:02d}-{date:08d}-{low:010d}-{high:010d}"
