"""``main.py receipt verify``: the code of a receipt or of a slip (of a day, of a hand-over) checked offline,
with nothing but headquarters' public key.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from core import wire
from core.crypto.keys import PublicKey, parse_public_key
from core.errors import ConfigError, ConfigFault, EntryError, EntryFault
from core.receipts import day_slip, handover, inspection, manifest
from core.receipts.record import MAX_TEXT, PREFIX, ReceiptRecord, read_record
from core.receipts.slip_record import SlipRecord
from devices.scanner.picture import open_picture, read_codes

Record = ReceiptRecord | SlipRecord
_READERS: Mapping[str, Callable[[str, PublicKey], Record]] = {
    PREFIX: read_record,
    day_slip.PREFIX: day_slip.read_slip,
    handover.PREFIX: handover.read_hand_over,
    inspection.PREFIX: inspection.read_inspection,
    manifest.PREFIX: manifest.read_manifest,
}
_CODES = tuple(_READERS)
_HEADS = ("last", "verdict", "entry", "closed")  # and ``first``, where it is one
_HASHES = ("first", "state", "slip", "record", "inside")
_TOLD = {
    "day-slip": "a day slip: compare the figures with the paper, the hashes with the journal or headquarters",
    "hand-over": "a hand-over slip: compare it with the paper and the keys with the counter; "
    "the entry stands in the journal",
    "inspection-pack": "an inspection pack: compare the figures with the paper, the hashes with headquarters",
    "bag-manifest": "a bag's manifest: compare seal and items with the bag, the hash with headquarters",
}
SOUND, UNSOUND = 0, 1
_MOST_KEYS = 100
_MOST_BYTES = 64 * 1024
_MOST_FILE = 64 * 1024 * 1024


def run(options: argparse.Namespace) -> int:
    """Exit 0 where the record is sound; its members are printed."""
    keys = _keys(options.keys)
    try:
        text, slip = _whole(options.receipt)
        text = text or _text(options.receipt)
        record = _verified(text, keys, _READERS.get(text[:4], read_record))
        if slip and (not isinstance(record, SlipRecord) or record.digest != hashlib.sha256(slip).digest()):
            raise EntryError(EntryFault.SIGNATURE, what="slip: not the one that its code names")
    except EntryError as error:
        if options.json:
            print(json.dumps({"sound": False, "code": str(error.code), "facts": dict(error.facts)}))
            return UNSOUND
        raise
    if isinstance(record, SlipRecord):
        return _tell_slip(record, as_json=options.json)
    return _tell_receipt(record, as_json=options.json)


def _tell_slip(record: SlipRecord, *, as_json: bool) -> int:
    """Figures and hashes as they were signed, to be compared with the paper and with the journal."""
    members = {key: value for key, value in record.members.items() if key != "type"}
    if as_json:
        print(json.dumps({"sound": True, **members}, ensure_ascii=False))
        return SOUND
    print("sound")
    print(_TOLD[record.members["type"]])
    for key, value in members.items():
        if isinstance(value, bool):
            shown = "yes" if value else "no"
        elif key in ("total", "said", "keys", "security"):
            shown = ", ".join(f"{name} {each}" for name, each in value.items()) or "—"
        elif key in _HEADS or (key == "first" and isinstance(value, dict)):
            digest = wire.unb64(value["hash"]).hex()
            shown = f"epoch {value['epoch']}, entry {value['seq']}, {digest}"
        else:
            shown = wire.unb64(value).hex() if key in _HASHES else value
        print(f"{key:<11} {shown}")
    return SOUND


def _tell_receipt(record: ReceiptRecord, *, as_json: bool) -> int:
    members = {key: value for key, value in record.as_json().items() if key != "type"}
    if as_json:
        print(json.dumps({"sound": True, **members}, ensure_ascii=False))
        return SOUND
    print("sound")
    if record.correction:
        print(f"corrected: it takes the place of the receipt after {record.correction - 1} corrections")
    print("whether a later correction replaced it, the counter's F3 or headquarters says")
    for key, value in members.items():
        shown = f"epoch {value['epoch']}, entry {value['seq']}" if key == "head" else value
        print(f"{key:<10} {'—' if shown is None or shown == '' else shown}")
    return SOUND


def _verified(text: str, keys: list[PublicKey], read: Callable[[str, PublicKey], Record]) -> Record:
    """Under any of the keys; headquarters may have had several.  Raises EntryError of the last."""
    for key in keys[:-1]:
        try:
            return read(text, key)
        except EntryError:
            continue
    return read(text, keys[-1])


def _keys(path: Path) -> list[PublicKey]:
    """One key a line, as ``journal export`` writes it; ``#`` begins a comment."""
    try:
        with path.open("rb") as file:
            lines = file.read(_MOST_BYTES).decode("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "UTF-8"
        raise ConfigError(ConfigFault.MISSING_FILE, file=str(path), reason=reason) from None
    keys = []
    for number, line in enumerate(lines[:_MOST_KEYS], 1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        try:
            keys.append(parse_public_key(text, signing=True))
        except EntryError:
            raise ConfigError(
                ConfigFault.WRONG_VALUE, file=str(path), line=number, key="--keys", expected="a public key"
            ) from None
    if not keys:
        raise ConfigError(ConfigFault.WRONG_VALUE, file=str(path), key="--keys", expected="a public key")
    return keys


def _whole(given: str) -> tuple[str, bytes]:
    """Code and canonical bytes of a slip's file; nothing for any other.  Raises EntryError FORM."""
    path = Path(given)
    if path.suffix != ".json" or not path.is_file():
        return "", b""
    try:
        value = json.loads(path.read_bytes()[:_MOST_FILE])
        return str(value["code"]), wire.encode(value["slip"], limit=_MOST_FILE)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise EntryError(EntryFault.FORM, what="slip file") from None


def _text(given: str) -> str:
    """The QR's text: as given, from standard input (``-``), or read from a picture."""
    if given == "-":
        return sys.stdin.read(MAX_TEXT + 1).strip()
    if given.startswith(_CODES):
        return given
    return _scanned(Path(given))


def _scanned(path: Path) -> str:
    """The code in a picture.  Raises ConfigError (no picture), EntryError FORM (no code in it)."""
    if not path.is_file():
        raise ConfigError(ConfigFault.MISSING_FILE, file=str(path)[:200])
    try:
        picture = open_picture(path)
    except ValueError:
        raise ConfigError(ConfigFault.WRONG_VALUE, key="TEXT|PNG", expected="a picture") from None
    codes = [code for code in read_codes(picture) if code.startswith(_CODES)]
    if not codes:
        raise EntryError(EntryFault.FORM, what="no receipt code in the picture")
    return codes[0]
