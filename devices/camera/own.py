"""Whether a folder is a scanner's alone, before a lane is set on it; which of this machine's could be one."""

from __future__ import annotations

import os
from pathlib import Path

from core.errors import DeviceError, DeviceFault
from devices.camera.folder import Folder
from devices.camera.place import Kind, Place, may_hold, mounts_of, need_safe, place_of
from devices.ports import Port

MOST_LEFT = 36  # more than that no crash leaves behind: somebody keeps them
SCHEME = "file://"


def need_own(folder: Folder, place: Place) -> None:
    """Raises DeviceError FOLDER_SHARED, GONE, with nothing removed; a camera's own storage may hold all."""
    if place.kind is not Kind.MEMORY:
        return
    files, others = folder.look()
    count = others + sum(folder.foreign(name) for name in files)
    if count or len(files) > MOST_LEFT:
        raise shared(place, count or len(files))


def shared(place: Place, count: int) -> DeviceError:
    """So many entries are nothing that a scanner left."""
    return DeviceError(DeviceFault.FOLDER_SHARED, folder=str(place.folder), count=count)


def need_usable(path: Path) -> None:
    """What a lane would find there at its start, without removing anything.

    Raises DeviceError GONE, BUSY, FOLDER_ON_DISK, FOLDER_OPEN, FOLDER_SHARED.
    """
    place = place_of(path)
    need_safe(place)
    folder = Folder(place.folder)
    try:
        need_own(folder, place)
    finally:
        folder.close()


def folders(root: Path) -> dict[str, Port]:
    """Link → folder, of all that are mounted in memory or from a device and could be used.

    Two looks compared tell what was plugged in or mounted between.
    """
    found = {}
    try:
        lines = (root / "proc/self/mountinfo").read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return {}
    for point, _, filesystem in mounts_of(lines):
        port = port_of(str(point))
        if port is not None and may_hold(filesystem) and os.access(point, os.W_OK | os.X_OK):
            try:
                need_usable(point)
            except DeviceError:
                continue
            found[port.link] = port
    return found


def port_of(text: str) -> Port | None:
    """A folder by its whole path, as a person types it; None where that cannot stand in a link."""
    path = text.rstrip("/")
    if not path.startswith("/") or not path.isprintable() or any(sign in path for sign in '?#"\\'):
        return None
    return Port(f"{SCHEME}{path}", path, rated=False)
