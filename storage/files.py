"""Small files that are whole or not there: temporary file, fsync, rename, fsync of the directory."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from core.errors import StoreError, StoreFault
from core.ports import Probe, no_probe
from storage.faults import os_errors

_PRIVATE = 0o600
_LARGEST = 16 * 1024 * 1024


def write_atomic(path: Path, data: bytes, probe: Probe = no_probe, *, mode: int = _PRIVATE) -> None:
    """Replace ``path`` with ``data``; durable when it returns.  ``mode``: who else may read it.

    After a crash at any point the old content or the new one stands there, never a part.
    Raises StoreError DISK_FULL, READ_ONLY, IO, MISSING (no such directory).
    """
    fresh = path.with_name(f".{path.name}.new")
    with os_errors(path.name):
        try:
            _write_synced(fresh, data, mode)
            probe("file.written")
            fresh.replace(path)
            probe("file.renamed")
            sync_directory(path.parent)
            probe("file.durable")
        except OSError:
            fresh.unlink(missing_ok=True)
            raise


def write_lines(path: Path, lines: Iterable[bytes], what: str) -> int:
    """Write a file of lines, however many; returns how many.  It appears whole or not at all, for its owner.

    ``what`` names it in errors, for its own name is somebody's choice.
    Raises StoreError DISK_FULL, READ_ONLY, IO, MISSING (no such directory), and what ``lines`` raises.
    """
    fresh = path.with_name(f".{path.name}.new")
    with os_errors(what):
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE)
        try:
            with os.fdopen(descriptor, "wb") as file:
                count = 0
                for line in lines:
                    file.write(line + b"\n")
                    count += 1
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
            sync_directory(path.parent)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
    return count


def _write_synced(path: Path, data: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_directory(directory: Path) -> None:
    """Make names in ``directory`` durable (a rename is not, until then).  Raises OSError."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_small(path: Path) -> bytes:
    """The bytes of a small file; raises StoreError MISSING, READ_ONLY, IO, DAMAGED (far too large)."""
    with os_errors(path.name), path.open("rb") as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise StoreError(StoreFault.DAMAGED, what=path.name)
    return data


def wipe_and_remove(path: Path) -> None:
    """Overwrite a file's bytes in place, then remove it; nothing where it is gone.

    On flash the old cells may live on: an older image of the disk is outside the claim (house.md).
    """
    with os_errors(path.name):
        try:
            descriptor = os.open(path, os.O_WRONLY)
        except FileNotFoundError:
            return
        try:
            overwrite(descriptor)
        finally:
            os.close(descriptor)
        path.unlink()
        sync_directory(path.parent)


def overwrite(descriptor: int) -> None:
    """Zeroes over the whole open file, down to the disk.  Raises OSError."""
    size = os.fstat(descriptor).st_size
    os.pwrite(descriptor, bytes(size), 0)
    os.fsync(descriptor)


def json_bytes(value: Mapping[str, Any]) -> bytes:
    """Sorted, compact JSON: the same value always gives the same bytes (unlike entries, of any size)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def read_json(path: Path, newest: int) -> dict[str, Any]:
    """An object with a ``format`` number of at most ``newest``; raises StoreError as :func:`read_small`.

    TOO_NEW where a newer program wrote it, DAMAGED where it is no such object.
    """
    try:
        value = json.loads(read_small(path))
        number = value["format"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise StoreError(StoreFault.DAMAGED, what=path.name) from None
    if not isinstance(value, dict) or not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise StoreError(StoreFault.DAMAGED, what=path.name)
    if number > newest:
        raise StoreError(StoreFault.TOO_NEW, what=path.name, found=number, known=newest)
    return value


def read_json_if_there(path: Path, newest: int) -> dict[str, Any] | None:
    """As :func:`read_json`; None where there is no such file yet."""
    try:
        return read_json(path, newest)
    except StoreError as error:
        if error.code is StoreFault.MISSING:
            return None
        raise
