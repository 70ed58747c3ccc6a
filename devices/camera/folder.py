"""The files of one folder: what lies there, whole or still growing, read into memory, and gone for certain.

Names never leave here: a scanner may put a customer's into one.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import DeviceError, DeviceFault
from devices.camera.worker import MOST_FILE

_UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart", ".lock", "~")


@dataclass(frozen=True, slots=True)
class Seen:
    """One file at one look: whoever writes on changes it."""

    inode: int
    size: int
    changed_ns: int


class Folder:
    """Held open while a lane is at work: a folder of the same name on another file system is not this one."""

    def __init__(self, path: Path) -> None:
        """Raises DeviceError GONE."""
        self._path = path
        try:
            self._handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise _gone(error) from None

    def close(self) -> None:
        """Never raises."""
        with contextlib.suppress(OSError):
            os.close(self._handle)

    def files(self) -> Mapping[str, Seen]:
        """What lies there now, but folders and links.  Raises DeviceError GONE, also once unmounted."""
        try:
            if self._path.stat().st_dev != os.fstat(self._handle).st_dev:
                raise DeviceError(DeviceFault.GONE)
            found = {}
            for name in os.listdir(self._handle):  # noqa: PTH208 - by its handle: the name may be another's by now
                with contextlib.suppress(FileNotFoundError):
                    state = os.stat(name, dir_fd=self._handle, follow_symlinks=False)
                    if stat.S_ISREG(state.st_mode):
                        found[name] = Seen(state.st_ino, state.st_size, state.st_mtime_ns)
        except OSError as error:
            raise _gone(error) from None
        return found

    def read(self, name: str) -> bytes:
        """At most one byte more than a picture may have.  Raises DeviceError GONE, PICTURE_TORN."""
        try:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            handle = os.open(name, flags, dir_fd=self._handle)
        except FileNotFoundError:
            raise DeviceError(DeviceFault.PICTURE_TORN) from None
        except OSError as error:
            raise _gone(error) from None
        try:
            with os.fdopen(handle, "rb", buffering=0) as file:
                pieces, size = [], 0
                while size <= MOST_FILE and (piece := file.read(1 << 20)):
                    pieces.append(piece)
                    size += len(piece)
        except OSError as error:
            raise _gone(error) from None
        return b"".join(pieces)

    def remove(self, name: str) -> bool:
        """Whether it is gone, looked at again after the folder was brought to its storage."""
        with contextlib.suppress(FileNotFoundError, OSError):
            os.unlink(name, dir_fd=self._handle)
        try:
            os.fsync(self._handle)
            os.stat(name, dir_fd=self._handle, follow_symlinks=False)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        return False


def unfinished(name: str) -> bool:
    """Whether a file says of itself that it is not whole yet: hidden, or with an ending of such files."""
    return name.startswith(".") or name.lower().endswith(_UNFINISHED)


def _gone(error: OSError) -> DeviceError:
    return DeviceError(DeviceFault.GONE, reason=error.strerror or type(error).__name__)
