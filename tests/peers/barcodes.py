"""Reading symbols back with two unrelated readers, zxing-cpp and zbar; nothing of ours is imported."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import zxingcpp
from PIL import Image
from pyzbar import pyzbar

# The readers' names of the two symbologies → ours.
_ZXING = {zxingcpp.BarcodeFormat.Code128: "code128", zxingcpp.BarcodeFormat.QRCode: "qr"}
_ZBAR = {"CODE128": "code128", "QRCODE": "qr"}


def read_with_zxing(picture: Image.Image) -> dict[str, list[str]]:
    """Symbology → texts, in no order."""
    found: dict[str, list[str]] = {}
    for symbol in zxingcpp.read_barcodes(picture.convert("L")):
        found.setdefault(_ZXING.get(symbol.format, str(symbol.format)), []).append(symbol.text)
    return found


def read_with_zbar(picture: Image.Image) -> dict[str, list[str]]:
    """Symbology → texts, in no order.  Only the two symbologies of a label are looked for."""
    kinds = [pyzbar.ZBarSymbol.CODE128, pyzbar.ZBarSymbol.QRCODE]
    found: dict[str, list[str]] = {}
    for symbol in pyzbar.decode(picture.convert("L"), symbols=kinds):
        found.setdefault(_ZBAR[symbol.type], []).append(symbol.data.decode("utf-8"))
    return found


READERS: Mapping[str, Callable[[Image.Image], dict[str, list[str]]]] = {
    "zxing": read_with_zxing,
    "zbar": read_with_zbar,
}
