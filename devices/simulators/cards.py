"""Invented people's cards, laid out as real cards are (id-reader.md §2).

Written apart from the driver's parser, field by field from the published tables, so that a mistake in
one of the two shows.  No real person's data may ever be added to ``people.json``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PEOPLE = Path(__file__).with_name("people.json")
TEXT_BYTES = 256
PHOTO_BYTES = 1024
_PHOTO_START = bytes.fromhex("574C 6600 7E00 3200 00FF 85 00 5151513E710D")

# (offset, bytes, key), straight from the tables.
_RESIDENT = (
    (0, 30, "name"), (30, 2, "sex"), (32, 4, "nation"), (36, 16, "birth"), (52, 70, "address"),
    (122, 36, "number"), (158, 30, "issuer"), (188, 16, "valid_from"), (204, 16, "valid_to"),
)  # fmt: skip
_J = (
    (0, 30, "name"), (30, 2, "sex"), (36, 16, "birth"), (52, 70, "address"), (122, 36, "number"),
    (158, 30, "issuer"), (188, 16, "valid_from"), (204, 16, "valid_to"), (220, 18, "pass_number"),
    (238, 4, "issue_count"), (248, 2, "letter"),
)  # fmt: skip
_I = (
    (0, 120, "name_en"), (120, 2, "sex"), (122, 30, "number"), (152, 6, "country"), (158, 30, "name"),
    (188, 16, "valid_from"), (204, 16, "valid_to"), (220, 16, "birth"), (236, 4, "card_version"),
    (240, 8, "authority_code"), (248, 2, "letter"),
)  # fmt: skip
_Y = (
    (0, 30, "name"), (30, 2, "sex"), (32, 4, "renewals"), (36, 16, "birth"), (52, 70, "name_en"),
    (122, 36, "number"), (188, 16, "valid_from"), (204, 16, "valid_to"), (220, 22, "name_en_rest"),
    (242, 6, "country"), (248, 2, "letter"), (250, 6, "association"),
)  # fmt: skip
_LAYOUTS = {"": _RESIDENT, "J": _J, "I": _I, "Y": _Y}


@dataclass(frozen=True, slots=True)
class Person:
    """One card of the drawer.  ``fields`` are texts by the names of the layout tables.

    ``photo`` is "" (a header and filler), "none" or "corrupt".
    """

    key: str
    letter: str
    fields: Mapping[str, str]
    newest_address: str = ""
    photo: str = ""


def load_people(path: Path = PEOPLE) -> dict[str, Person]:
    """The drawer: card by its key, which is the name on it or, where that is not unique, more."""
    people = {}
    for entry in json.loads(path.read_text(encoding="utf-8")):
        fields = dict(entry)
        fields.pop("about", None)
        key, letter = fields.pop("key"), fields.get("letter", "")
        beside = fields.pop("newest_address", ""), fields.pop("photo", "")
        people[key] = Person(key, letter, fields, *beside)
    return people


def build_text(person: Person) -> bytes:
    """The 256-byte text record.  Raises ValueError for a field that is too long or unknown."""
    record = bytearray(" ".encode("utf-16-le") * (TEXT_BYTES // 2))
    left = set(person.fields)
    for offset, size, key in _LAYOUTS.get(person.letter, _J):
        data = person.fields.get(key, "").encode("utf-16-le")
        if len(data) > size:
            raise ValueError(f"{person.key}: {key} is too long")
        record[offset : offset + len(data)] = data
        left.discard(key)
    if left:
        raise ValueError(f"{person.key}: no place for {sorted(left)}")
    return bytes(record)


def build_photo(person: Person) -> bytes:
    """A header of 102 × 126 pixels and filler that differs from person to person; not decodable."""
    if person.photo == "none":
        return b""
    seed = hashlib.sha256(person.key.encode()).digest()
    start = _PHOTO_START if person.photo != "corrupt" else b""
    return (start + seed * (PHOTO_BYTES // len(seed)))[:PHOTO_BYTES]


def build_payload(person: Person) -> bytes:
    """DATA of the answer to 30 01: two lengths, text, photo; 1284 bytes with a photo."""
    text, photo = build_text(person), build_photo(person)
    return len(text).to_bytes(2, "big") + len(photo).to_bytes(2, "big") + text + photo


def build_newest_address(person: Person) -> bytes:
    """DATA of the answer to 30 03: one item of 35 characters, or nothing."""
    return person.newest_address.ljust(35).encode("utf-16-le") if person.newest_address else b""


def build_frame(status: bytes, data: bytes = b"") -> bytes:
    """A reply on the wire: preamble, length, SW1 SW2 SW3, data, XOR."""
    body = (len(status) + len(data) + 1).to_bytes(2, "big") + status + data
    check = 0
    for byte in body:
        check ^= byte
    return b"\xaa\xaa\xaa\x96\x69" + body + bytes((check,))


def build_record(person: Person) -> bytes:
    """The whole answer to 30 01 on the wire: 1295 bytes."""
    return build_frame(b"\x00\x00\x90", build_payload(person))
