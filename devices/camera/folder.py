"""The files of one folder: what lies there, whole or still growing, read into memory, and gone for certain.

Names never leave here: a scanner may put a customer's into one.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import DeviceError, DeviceFault
from devices.camera.decode import HEAD, of_scanner
from devices.camera.worker import MOST_FILE

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart", ".lock", "~")


@dataclass(frozen=True, slots=True)
class Seen:
    """One file at one look: whoever writes on changes it."""

    inode: int
    size: int
    changed_ns: int


class Folder:
    """Held open while a lane is at work: a folder of the same name on another file system is not this one.

    Held alone: a second counter, or the doctor beside it, would remove what the first one waits for.
    """

    def __init__(self, path: Path) -> None:
        """Raises DeviceError GONE, BUSY."""
        self._path = path
        try:
            self._handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise _gone(error) from None
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EACCES):
                self.close()
                raise DeviceError(DeviceFault.BUSY) from None
            # Some cameras' file systems know no locks.

    def close(self) -> None:
        """Never raises."""
        with contextlib.suppress(OSError):
            os.close(self._handle)

    def files(self) -> Mapping[str, Seen]:
        """What lies there now, but folders and links.  Raises DeviceError GONE, also once unmounted."""
        return self.look()[0]

    def look(self) -> tuple[Mapping[str, Seen], int]:
        """The files, and how many entries are none: folders, links, sockets.  Raises as :meth:`files`."""
        try:
            if self._path.stat().st_dev != os.fstat(self._handle).st_dev:
                raise DeviceError(DeviceFault.GONE)
            found, others = {}, 0
            for name in os.listdir(self._handle):  # noqa: PTH208 - by its handle: the name may be another's by now
                with contextlib.suppress(FileNotFoundError):
                    state = os.stat(name, dir_fd=self._handle, follow_symlinks=False)
                    if stat.S_ISREG(state.st_mode):
                        found[name] = Seen(state.st_ino, state.st_size, state.st_mtime_ns)
                    else:
                        others += 1
        except OSError as error:
            raise _gone(error) from None
        return found, others

    def foreign(self, name: str) -> bool:
        """Whether a file is none that a scanner left: by its first bytes, or because it may not be read."""
        try:
            handle = os.open(name, _READ, dir_fd=self._handle)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        try:
            return not of_scanner(os.read(handle, HEAD))
        except OSError:
            return True
        finally:
            os.close(handle)

    def read(self, name: str) -> bytes:
        """At most one byte more than a picture may have.  Raises DeviceError GONE, PICTURE_TORN."""
        try:
            handle = os.open(name, _READ, dir_fd=self._handle)
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
