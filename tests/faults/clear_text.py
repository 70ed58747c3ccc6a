"""Looks for people in files: every text in every form in which a program may have written it down."""

from __future__ import annotations

import base64
import json
import mmap
import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from devices.simulators.cards import load_people
from tests.faults.work import Visit

# Shorter than this, a needle could stand in ciphertext by chance.
LEAST_BYTES = 6


@dataclass(frozen=True, order=True)
class Hit:
    """One find.  ``what`` names the kind, never the text."""

    file: str
    what: str
    form: str
    at: int


def people_of(visits: Iterable[Visit]) -> dict[str, str]:
    """Text → kind, of everybody in these visits; numbers whole and in parts."""
    drawer, found = load_people(), dict[str, str]()
    for visit in visits:
        card = drawer[visit.card].fields
        number = card["number"]
        found |= {number: "number", number[2:16]: "number", number[6:]: "number", card["name"]: "name"}
        found |= {card["address"]: "address", visit.phone: "phone", visit.address: "address"}
        for item in visit.items:
            found |= {
                item.name: "name",
                item.phone: "phone",
                item.address: "address",
                item.waybill: "waybill",
            }
    return found


def _base64(encode: Callable[[bytes], bytes]) -> Callable[[str], list[bytes]]:
    """Wherever in base64's groups of three a text begins; what depends on its neighbours is cut."""

    def forms(text: str) -> list[bytes]:
        data, made = text.encode("utf-8"), list[bytes]()
        for shift in range(3):
            encoded = encode(bytes(shift) + data)
            begin = (shift * 8 + 5) // 6
            end = (shift + len(data)) * 8 // 6
            made.append(encoded[begin:end])
        return made

    return forms


FORMS: Mapping[str, Callable[[str], list[bytes]]] = {
    "utf-8": lambda text: [text.encode("utf-8")],
    "utf-16-le": lambda text: [text.encode("utf-16-le")],
    "utf-16-be": lambda text: [text.encode("utf-16-be")],
    "utf-32-le": lambda text: [text.encode("utf-32-le")],
    "utf-32-be": lambda text: [text.encode("utf-32-be")],
    "gb18030": lambda text: [text.encode("gb18030")],
    "base64": _base64(base64.b64encode),
    "base64url": _base64(base64.urlsafe_b64encode),
    "hex": lambda text: [text.encode("utf-8").hex().encode(), text.encode("utf-8").hex().upper().encode()],
    "json": lambda text: [json.dumps(text)[1:-1].encode()],
    "url": lambda text: [urllib.parse.quote(text).encode()],
    "repr": lambda text: [ascii(text.encode("utf-8"))[2:-1].encode()],
}


_HELD = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "gb18030")


def needles(people: Mapping[str, str]) -> dict[bytes, tuple[str, str]]:
    """Bytes → (kind, form); what is too short to be told from chance is left out."""
    return {
        data: (kind, form)
        for text, kind in people.items()
        for form, encode in FORMS.items()
        for data in encode(text)
        if len(data) >= LEAST_BYTES
    }


def in_memory(people: Mapping[str, str]) -> dict[bytes, str]:
    """Bytes → kind, in the forms in which a running program holds text: UTF-8 and GB18030, UCS-1, 2 and 4."""
    found = {data: kind for data, (kind, form) in needles(people).items() if form in _HELD}
    # What is ASCII is the same bytes in several forms, and was named after another one.
    return found | {text.encode(): kind for text, kind in people.items() if len(text.encode()) >= LEAST_BYTES}


def search(places: Iterable[Path], people: Mapping[str, str]) -> list[Hit]:
    """Every file below these places, the rest of each file's bytes after its end not included."""
    wanted = needles(people)
    return sorted(hit for place in places for path in _files(place) for hit in _in_file(path, wanted))


def _files(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
    for path in sorted(place.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path


def _in_file(path: Path, wanted: Mapping[bytes, tuple[str, str]]) -> Iterator[Hit]:
    if not path.stat().st_size:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for needle, (kind, form) in wanted.items():
            at = data.find(needle)
            if at >= 0:
                yield Hit(path.name, kind, form, at)
