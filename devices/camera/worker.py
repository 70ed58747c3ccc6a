"""``python -m devices.camera.worker MOST_BYTES``: a picture file on standard input → a grey JPEG on output.

What comes from outside is never trusted: it is decoded in this process alone, which can write no file, has
little memory and little time, and dies with it.  Only pixels leave: place, time, device and every other note
in the file (EXIF, XMP, thumbnails) do not.  Exit codes are :class:`Exit`; any other means that
the file cannot be read to its end, whatever Pillow's readers raised for it.
"""

from __future__ import annotations

import io
import os
import resource
import sys
from enum import IntEnum

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_FILE = 64 * 1024 * 1024
MOST_PIXELS = 50_000_000  # an A4 sheet at 600 dpi has 35 million
MEMORY_BYTES = 1 << 30
CPU_SECONDS = 20
FORMATS = ("JPEG", "PNG", "TIFF")
# A4 at 150 dpi first; then smaller and coarser, until it fits.
_SIDES = (1754, 1400, 1100, 850)
_QUALITIES = (65, 50, 38)


class Exit(IntEnum):
    """How the worker ended, where no signal ended it."""

    MADE = 0
    LARGE = 4  # too many pixels, or it cannot be made small enough


class LargeError(Exception):
    """Too many pixels, or too many bytes whatever is done."""


def main(arguments: list[str]) -> int:
    """The exit code."""
    _limit()
    data = sys.stdin.buffer.read(MOST_FILE + 1)
    try:
        made = made_small(data, int(arguments[0]))
    except (LargeError, MemoryError, Image.DecompressionBombError):
        return Exit.LARGE
    sys.stdout.buffer.write(made)
    sys.stdout.buffer.flush()
    return Exit.MADE


def made_small(data: bytes, most: int) -> bytes:
    """A grey JPEG of at most ``most`` bytes, upright as the file says; its first page alone.

    Raises LargeError, and whatever Pillow raises for a file that is none or is not whole.
    """
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:  # from the head alone, before any pixel is unpacked
            raise LargeError
        if min(image.size) < 1:
            raise UnidentifiedImageError
        image.load()
        upright = ImageOps.exif_transpose(image)
    grey = _flat(upright).convert("L")
    for side in _SIDES:
        small = grey.copy()
        small.thumbnail((side, side), Image.Resampling.LANCZOS)
        for quality in _QUALITIES:
            room = io.BytesIO()
            Image.frombytes("L", small.size, small.tobytes()).save(
                room, "JPEG", quality=quality, optimize=True
            )
            if room.tell() <= most:
                return room.getvalue()
    raise LargeError


def _flat(image: Image.Image) -> Image.Image:
    """On white where something shines through."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        whole = image.convert("RGBA")
        white = Image.new("RGBA", whole.size, "white")
        white.alpha_composite(whole)
        return white.convert("RGB")
    return image


def _limit() -> None:
    limits: tuple[tuple[int, int], ...] = (
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
    )
    for kind, most in limits:
        resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    # Not through Python's own end: nothing is flushed or freed that a hostile file may have spoilt.
    os._exit(main(sys.argv[1:]))
