"""Where the first-run assistant stands, kept in the data directory: no code, no password, nothing secret."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.assistant import Begun, Stage, Way
from core.errors import CounterError, StoreError
from core.ledger.handover import Delivered, delivered_from
from program.evidence_files import MOUNTS
from storage import enrol, recover
from storage.database import DATABASE_NAME
from storage.files import json_bytes, read_json, wipe_and_remove, write_atomic
from storage.reach import fingerprint
from storage.vault import VAULT_NAME

CONFIG_NAME = "counter.toml"  # as program/places.py
STEPS_NAME, AUTHORITY_NAME = "first-run.json", "first-run-ca.pem"
_FORMAT = 1
_MOST_FOUND, _MOST_BYTES = 9, 64 * 1024
_PATTERNS = ("*.pem", "*.crt", "*/*.pem", "*/*.crt")


@dataclass(frozen=True, slots=True)
class Steps:
    """``restored``: what a backup held was handed in, where one was asked for.

    ``delivered``: what was counted when the first operator signed for it, as its JSON.
    """

    stage: Stage = Stage.LANGUAGE
    way: Way = Way.NEW
    url: str = ""
    operator: str = ""
    proxy: str = ""
    restored: bool = False
    delivered: Mapping[str, Any] | None = None


def wanted(data: Path) -> bool:
    """Whether nothing stands here yet, or somebody has not finished.

    A journal without its vault is no empty directory: that is for who recovers, and is said at the log-in.
    """
    if (data / STEPS_NAME).exists() or begun(data) is not None:
        return True
    return not (data / VAULT_NAME).exists() and not (data / DATABASE_NAME).exists()


def begun(data: Path) -> Begun | None:
    """What was cut off."""
    back = recover.begun(data)
    if back is not None:
        return Begun("", back, recovery=True)
    if (data / VAULT_NAME).exists():
        return None
    try:
        found = enrol.begun(data)
    except StoreError:
        return Begun("", answered=False)
    return Begun(*found) if found is not None else None


def read(data: Path) -> Steps:
    """As they were kept; the first one where nothing was, or what stands there cannot be read."""
    try:
        value = read_json(data / STEPS_NAME, _FORMAT)
        return Steps(
            Stage(value["stage"]),
            Way(value["way"]),
            str(value["url"]),
            str(value["operator"]),
            str(value["proxy"]),
            value["restored"] is True,
            value.get("delivered"),
        )
    except (CounterError, KeyError, ValueError, TypeError):
        return Steps()


def keep(data: Path, steps: Steps) -> None:
    """Raises StoreError as writes do."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomic(data / STEPS_NAME, json_bytes({"format": _FORMAT, **asdict(steps)}))


def delivered(steps: Steps) -> Delivered | None:
    """What was kept; None where nothing was, or nothing that can be read."""
    with suppress(KeyError, TypeError):
        return delivered_from(steps.delivered) if steps.delivered is not None else None
    return None


def finish(data: Path) -> None:
    """The counter stands: from now on a start leads to the log-in."""
    for name in (AUTHORITY_NAME, STEPS_NAME):
        wipe_and_remove(data / name)


def authorities(folders: Iterable[Path], mounts: tuple[str, ...] = MOUNTS) -> Iterator[Path]:
    """Files that hold a certificate: in these folders and on sticks that are plugged in; few and small."""
    sticks = [path for mount in mounts for deep in ("*", "*/*") for path in Path(mount).glob(deep)]
    places = [*folders, *(path for path in sticks if path.is_dir() and os.access(path, os.R_OK))]
    seen: set[Path] = set()
    for folder in places:
        for pattern in _PATTERNS:
            for path in sorted(folder.glob(pattern)):
                if len(seen) == _MOST_FOUND:
                    return
                if path.name != AUTHORITY_NAME and path not in seen and _is_certificate(path):
                    seen.add(path)
                    yield path


def _is_certificate(path: Path) -> bool:
    with suppress(OSError, CounterError):
        if path.is_file() and path.stat().st_size <= _MOST_BYTES:
            fingerprint(path.read_bytes())
            return True
    return False
