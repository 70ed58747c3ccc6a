"""The modules of a Code 128 or QR symbol, exact, without quiet zones: no resampling ever touches a bar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import zxingcpp

from core.errors import DeviceError, DeviceFault

CODE128_QUIET = 10  # modules on each side (ISO/IEC 15417)
QR_QUIET = 4  # modules all around (ISO/IEC 18004)

Modules = Sequence[bytes]  # one row each, one byte a module: 1 = black, 0 = white
_BLACK_IS_ONE = bytes([1, *[0] * 255])  # in the library's picture 0 is black


def code128_modules(text: str, field: str) -> bytes:
    """One row, a byte a module.  Raises DeviceError GLYPH_MISSING (not printable ASCII), LABEL_LAYOUT."""
    return _modules(text, zxingcpp.BarcodeFormat.Code128, field)[0]


def qr_modules(text: str, field: str, level: str) -> Modules:
    """The square; ``level`` L, M, Q or H.  Raises as :func:`code128_modules`."""
    return _modules(text, zxingcpp.BarcodeFormat.QRCode, field, ec_level=level)


def _modules(text: str, kind: zxingcpp.BarcodeFormat, field: str, **options: str) -> Modules:
    """One row for each row of the symbol.

    Only printable ASCII goes into a symbol: everything else depends on the reader's settings.
    """
    for char in text:
        if not " " <= char <= "~":
            raise DeviceError(DeviceFault.GLYPH_MISSING, character=f"U+{ord(char):04X}")
    if not text.strip():
        raise DeviceError(DeviceFault.LABEL_LAYOUT, field=field)
    try:
        symbol = zxingcpp.create_barcode(text, kind, **options)
    except ValueError:
        # The library's message repeats the text.
        raise DeviceError(DeviceFault.LABEL_LAYOUT, field=field) from None
    # The image offers the buffer protocol; zxing-cpp's type stubs do not say so.
    view = memoryview(cast("bytes", symbol.to_image(scale=1, add_quiet_zones=False)))
    (height, width), flat = view.shape or (0, 0), view.tobytes().translate(_BLACK_IS_ONE)
    return [flat[at : at + width] for at in range(0, height * width, width)]
