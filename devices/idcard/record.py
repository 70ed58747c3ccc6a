"""The 256-byte text record of a card and the payload around it → ``IdCard`` (id-reader.md §1.3, §2).

UTF-16LE, fixed fields, padded on the right with U+0020.  Strict: what breaks the layout is
CARD_CORRUPT and names the field, never its content; another kind of document is CARD_UNSUPPORTED and
is never parsed as a resident's.  Number rules (check digit, birth, sex) are ``core.identity``'s.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from core.errors import DeviceError, DeviceFault
from core.identity.card import DocumentKind, IdCard, Sex

TEXT_BYTES = 256
PHOTO_BYTES = 1024
PHOTO_HEADER = b"WL" + (102).to_bytes(2, "little") + (126).to_bytes(2, "little")  # 102 × 126 pixels
LONG_TERM = "长期"
_TYPE_OFFSET = 248
_NUMBER = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)
_DATE = re.compile(r"[0-9]{8}", re.ASCII)
_NATION = re.compile(r"[0-9]{2}", re.ASCII)
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # nothing that prints has one of these


@dataclass(frozen=True, slots=True)
class _Field:
    """Place of one field in the record, in bytes."""

    name: str
    offset: int
    size: int


class _Resident:
    """Fields of the resident card.  36 bytes at 220 are reserved and not looked at."""

    NAME = _Field("name", 0, 30)
    SEX = _Field("sex", 30, 2)
    NATION = _Field("nation", 32, 4)
    BIRTH = _Field("birth", 36, 16)
    ADDRESS = _Field("address", 52, 70)
    NUMBER = _Field("number", 122, 36)
    ISSUER = _Field("issuer", 158, 30)
    VALID_FROM = _Field("valid_from", 188, 16)
    VALID_TO = _Field("valid_to", 204, 16)


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
        raise _corrupt("payload")
    photo = data[4 + text_size :]
    known = len(photo) == PHOTO_BYTES and photo.startswith(PHOTO_HEADER)
    return Payload(data[4 : 4 + text_size], photo if known else b"")


def read_card(data: bytes, read_id: str) -> IdCard:
    """The document in the DATA of one successful read; everything in it comes from these bytes.

    Raises DeviceError CARD_CORRUPT (fact ``field``) and CARD_UNSUPPORTED (facts ``document``: a
    DocumentKind or "unknown", ``letter``: U+XXXX of the type).
    """
    payload = split_payload(data)
    unit = int.from_bytes(payload.text[_TYPE_OFFSET : _TYPE_OFFSET + 2], "little")
    kind = _KINDS.get(unit)
    layout = _LAYOUTS.get(kind) if kind else None
    if layout is None:
        document = kind.value if kind else "unknown"
        raise DeviceError(DeviceFault.CARD_UNSUPPORTED, document=document, letter=f"U+{unit:04X}")
    return layout(payload, read_id)


def _resident(payload: Payload, read_id: str) -> IdCard:
    text, fields = payload.text, _Resident
    valid_from = _date(text, fields.VALID_FROM)
    valid_to = None if _text(text, fields.VALID_TO) == LONG_TERM else _date(text, fields.VALID_TO)
    if valid_to is not None and valid_to < valid_from:
        raise _corrupt(fields.VALID_TO.name)
    name = _text(text, fields.NAME)
    if not name.strip():
        raise _corrupt(fields.NAME.name)
    try:
        sex = Sex(_text(text, fields.SEX))
    except ValueError:
        raise _corrupt(fields.SEX.name) from None
    return IdCard(
        read_id=read_id,
        kind=DocumentKind.RESIDENT,
        name=name,
        sex=sex,
        nation=_matching(text, fields.NATION, _NATION),
        birth=_date(text, fields.BIRTH),
        address=_text(text, fields.ADDRESS),
        number=_matching(text, fields.NUMBER, _NUMBER),
        issuer=_text(text, fields.ISSUER),
        valid_from=valid_from,
        valid_to=valid_to,
        photo=payload.photo,
    )


# A new kind of document is one more function here; its letter is known already, so until then it is
# refused by its name.
_LAYOUTS: Mapping[DocumentKind, Callable[[Payload, str], IdCard]] = MappingProxyType(
    {DocumentKind.RESIDENT: _resident}
)
_KINDS: Mapping[int, DocumentKind] = MappingProxyType(
    {
        ord(" "): DocumentKind.RESIDENT,
        ord("J"): DocumentKind.HMT_RESIDENT,
        ord("I"): DocumentKind.FOREIGNER_2017,
        ord("Y"): DocumentKind.FOREIGNER_2023,
    }
)


def _text(record: bytes, place: _Field) -> str:
    """A field without its padding.  Inner and leading spaces stay: they may belong to a name."""
    try:
        text = record[place.offset : place.offset + place.size].decode("utf-16-le").rstrip(" ")
    except UnicodeDecodeError:  # a lone surrogate; the exception would carry the bytes
        raise _corrupt(place.name) from None
    if any(unicodedata.category(char) in _REFUSED_CATEGORIES for char in text):
        raise _corrupt(place.name)
    return text


def _matching(record: bytes, place: _Field, form: re.Pattern[str]) -> str:
    text = _text(record, place).upper()
    if not form.fullmatch(text):
        raise _corrupt(place.name)
    return text


def _date(record: bytes, place: _Field) -> dt.date:
    text = _matching(record, place, _DATE)
    try:
        return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise _corrupt(place.name) from None


def _corrupt(name: str) -> DeviceError:
    return DeviceError(DeviceFault.CARD_CORRUPT, field=name)
