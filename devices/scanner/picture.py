"""Codes in a picture file: a photo or scan of something printed."""

from __future__ import annotations

from pathlib import Path

import zxingcpp
from PIL import Image, ImageFilter

MOST_PIXELS = 50_000_000


def open_picture(path: Path) -> Image.Image:
    """In grey.  Raises ValueError for what is no picture, half of one, or one too large."""
    try:
        with Image.open(path) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ValueError("too large")
            return image.convert("L")
    except (OSError, SyntaxError, Image.DecompressionBombError):  # what Pillow's readers raise
        raise ValueError("no picture") from None


def read_codes(grey: Image.Image) -> list[str]:
    """The texts of all codes that are seen.

    A worn print head or a slipping roller leaves white lines one dot wide, a third of a module: where
    nothing is read they are closed before a second try.
    """
    found = zxingcpp.read_barcodes(grey)
    if not found:
        found = zxingcpp.read_barcodes(grey.filter(ImageFilter.MinFilter(3)).filter(ImageFilter.MaxFilter(3)))
    return [str(code.text) for code in found]
