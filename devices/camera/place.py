"""Where a folder really lies: in memory, on the device's own storage, or on this machine's disk.

Asked of the kernel (``/proc/self/mountinfo``, proc(5)), not of the folder's name: a link may lead anywhere,
and ``/tmp`` is memory on one machine and disk on the next.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from core.errors import DeviceError, DeviceFault

MOUNTS = Path("/proc/self/mountinfo")
BLOCKS = Path("/sys/dev/block")
_MEMORY = ("tmpfs", "ramfs")
_ON_DEVICE = ("fuse.gphotofs", "fuse.jmtpfs")  # a camera's storage over PTP or MTP
_STICKS = ("vfat", "exfat", "fuseblk", "msdos")
_OTHERS = stat.S_IRWXO
_ESCAPED = re.compile(r"\\([0-7]{3})")


class Kind(StrEnum):
    """What holds the files of a folder."""

    MEMORY = "memory"
    DEVICE = "device"  # the storage of a scanner or camera itself: files are removed there, never all of them
    DISK = "disk"


@dataclass(frozen=True, slots=True)
class Place:
    """A folder as it really is; ``filesystem`` is its type, as the kernel calls it."""

    folder: Path
    kind: Kind
    filesystem: str
    number: int  # st_dev: another one means that something else was mounted there


def place_of(folder: Path, mounts: Path = MOUNTS, blocks: Path = BLOCKS) -> Place:
    """Raises DeviceError GONE where there is no such folder."""
    try:
        real = Path(os.path.realpath(folder, strict=True))
        found = real.stat()
        lines = mounts.read_text("utf-8", "surrogateescape").splitlines()
    except OSError as error:
        raise DeviceError(DeviceFault.GONE, reason=error.strerror or type(error).__name__) from None
    if not stat.S_ISDIR(found.st_mode):
        raise DeviceError(DeviceFault.GONE, reason="no folder")
    number, filesystem = _mount(real, lines)
    return Place(real, _kind(filesystem, number, blocks), filesystem, found.st_dev)


def need_safe(place: Place) -> None:
    """Raises DeviceError FOLDER_ON_DISK; FOLDER_OPEN where every account of this machine may look in."""
    if place.kind is Kind.DISK:
        raise DeviceError(DeviceFault.FOLDER_ON_DISK, folder=str(place.folder), kind=place.filesystem)
    if place.kind is Kind.MEMORY and place.folder.stat().st_mode & _OTHERS:
        raise DeviceError(DeviceFault.FOLDER_OPEN, folder=str(place.folder))


def _mount(real: Path, lines: list[str]) -> tuple[str, str]:
    """(major:minor, file system) of the mount that a real path lies in; the last one covers the others."""
    found, longest = ("", ""), -1
    for point, number, filesystem in mounts_of(lines):
        if real.is_relative_to(point) and len(point.parts) >= longest:
            found, longest = (number, filesystem), len(point.parts)
    return found


def mounts_of(lines: Iterable[str]) -> Iterator[tuple[Path, str, str]]:
    """(mount point, major:minor, file system) of each line of ``mountinfo``."""
    for line in lines:
        before, _, after = line.partition(" - ")
        fields, behind = before.split(" "), after.split(" ")
        if len(fields) >= 6 and behind[0]:
            point = _ESCAPED.sub(lambda octal: chr(int(octal[1], 8)), fields[4])
            yield Path(point), fields[2], behind[0]


def may_hold(filesystem: str) -> bool:
    """Whether a file system of this type may be one for pictures; others are not even looked at."""
    return filesystem in (*_MEMORY, *_ON_DEVICE, *_STICKS)


def _kind(filesystem: str, number: str, blocks: Path) -> Kind:
    if filesystem in _MEMORY:
        return Kind.MEMORY
    if filesystem in _ON_DEVICE:
        return Kind.DEVICE
    # A stick or a card of a device hangs on USB; a disk of this machine does not, whatever is on it.
    if filesystem in _STICKS and "/usb" in os.path.realpath(blocks / number):
        return Kind.DEVICE
    return Kind.DISK
