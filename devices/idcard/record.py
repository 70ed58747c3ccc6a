"""The payload of a read and the 256-byte text record in it → ``IdCard`` (id-reader.md §1.3, §2).

Strict: what breaks the layout is CARD_CORRUPT and names the field, never its content; an unknown kind of
document is CARD_UNSUPPORTED with its letter, and is never parsed as a resident's.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from core.errors import DeviceError, DeviceFault
from core.identity.card import IdCard
from devices.idcard.fields import Field, corrupt, text
from devices.idcard.layouts import LAYOUTS

TEXT_BYTES = 256
PHOTO_BYTES = 1024
PHOTO_HEADER = b"WL" + (102).to_bytes(2, "little") + (126).to_bytes(2, "little")  # 102 × 126 pixels
ADDRESS_BYTES = 70
_TYPE_OFFSET = 248


@dataclass(frozen=True, slots=True)
class Payload:
    """DATA of a successful read, split by the lengths it states.  Personal: ``repr`` shows sizes."""

    text: bytes = field(repr=False)
    photo: bytes = field(repr=False)


def split_payload(data: bytes) -> Payload:
    """``text length (2) | photo length (2) | text | photo`` of a 30 01 reply; the lengths must add up.

    A photo without the WLT header of 102 × 126 pixels is left out: the text alone is the record.
    Raises DeviceError CARD_CORRUPT, fact ``field`` = "payload".
    """
    text_size, photo_size = int.from_bytes(data[0:2], "big"), int.from_bytes(data[2:4], "big")
    if len(data) < 4 or text_size != TEXT_BYTES or 4 + text_size + photo_size != len(data):
        raise corrupt("payload")
    photo = data[4 + text_size :]
    known = len(photo) == PHOTO_BYTES and photo.startswith(PHOTO_HEADER)
    return Payload(data[4 : 4 + text_size], photo if known else b"")


def read_card(data: bytes, read_id: str) -> IdCard:
    """The document in the DATA of one successful read; everything in it comes from these bytes.

    Raises DeviceError CARD_CORRUPT (fact ``field``) and CARD_UNSUPPORTED (facts
    ``document`` = "unknown", ``letter``: the type's letter, U+XXXX where it does not print).
    """
    payload = split_payload(data)
    unit = int.from_bytes(payload.text[_TYPE_OFFSET : _TYPE_OFFSET + 2], "little")
    layout = LAYOUTS.get(unit)
    if layout is None:
        letter = chr(unit) if 0x21 <= unit <= 0x7E else f"U+{unit:04X}"
        raise DeviceError(DeviceFault.CARD_UNSUPPORTED, document="unknown", letter=letter)
    return layout(payload.text, payload.photo, read_id)


def newest_address(data: bytes) -> str:
    """The last address in the DATA of a 30 03 reply, n items of 70 bytes, some of them blank; "" for none.

    Raises DeviceError CARD_CORRUPT, fact ``field`` = "newest_address".
    """
    if len(data) % ADDRESS_BYTES:
        raise corrupt("newest_address")
    places = [Field("newest_address", start, ADDRESS_BYTES) for start in range(0, len(data), ADDRESS_BYTES)]
    written = [found for place in places if (found := text(data, place)).strip()]
    return written[-1] if written else ""
