"""The lane of a scanner or camera that writes files into a folder.

A file is a customer's paper only where a clerk asked for it before it began to come: what came earlier is
removed unseen, so that nobody's paper is taken for another's.  It is out of the folder, for certain, before
anybody sees it; what cannot be removed is not taken.  What no scanner writes is never removed: a folder that
holds such things is somebody else's, and is refused.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.devices import DeviceState, PaperFailed, PaperPicture, PicturesRemoved
from core.errors import DeviceError, DeviceFault
from devices.camera.decode import Decoder, kind_of, of_scanner
from devices.camera.folder import Folder, Seen, unfinished
from devices.camera.own import need_own, shared
from devices.camera.place import BLOCKS, MOUNTS, Kind, Place, need_safe, place_of
from devices.link import parse_link
from devices.options import Ranges, whole_options
from devices.rack import DeviceConfig, LaneReport
from devices.traffic import Direction, TrafficLog

WAIT_S = 120.0  # from the key to the paper
TORN_S = 5.0  # so long a file that ends too early may go on growing
LOOK_EVERY_S = 0.2
# Option → (default, least, most).  So long unchanged, a file is whole: slow scanners pause between parts.
OPTIONS: Ranges = {"settle_ms": (800, 200, 10_000)}


@dataclass(frozen=True, slots=True)
class _Order:
    """A clerk waits for a paper."""

    number: int
    most: int
    until: float


class FolderCameraLane:
    """See :class:`devices.rack.Lane` and :class:`core.paper_pictures.Camera`."""

    def __init__(
        self, config: DeviceConfig, report: LaneReport, mounts: Path = MOUNTS, blocks: Path = BLOCKS
    ) -> None:
        """Option ``settle_ms`` 200 to 10000.  Raises ConfigError WRONG_VALUE."""
        self._path = Path(parse_link(config.link).target)
        self._settle_s = whole_options(config, OPTIONS)["settle_ms"] / 1000
        self._report, self._mounts, self._blocks = report, mounts, blocks
        self._decoder, self._opens = Decoder(), Folder
        self._lock = threading.Lock()
        self._order: _Order | None = None
        self._fresh = False  # the order stands since the last look
        self._seen: dict[str, tuple[Seen, float]] = {}  # as it is, and since when
        self._old: dict[str, int] = {}  # inodes that were there before the order, on a device's storage
        self._stays: set[str] = set()
        self.traffic = TrafficLog()

    # -- from any thread ---------------------------------------------------------------------------

    def take(self, number: int, most_bytes: int) -> None:
        """See :meth:`core.paper_pictures.Camera.take`."""
        with self._lock:
            self._order, self._fresh = _Order(number, most_bytes, time.monotonic() + WAIT_S), True

    def leave(self) -> None:
        """See :meth:`core.paper_pictures.Camera.leave`."""
        with self._lock:
            self._order = None

    def cancel(self) -> None:
        """See :meth:`devices.rack.Lane.cancel`."""
        self._decoder.cancel()

    # -- the lane's thread -------------------------------------------------------------------------

    def run(self, stop: threading.Event) -> None:
        """See :meth:`devices.rack.Lane.run`.

        Raises DeviceError GONE, BUSY, FOLDER_ON_DISK, FOLDER_OPEN, FOLDER_SHARED.
        """
        self._decoder.begin()
        try:
            place = place_of(self._path, self._mounts, self._blocks)
            need_safe(place)
            folder = self._opens(place.folder)
        except DeviceError as error:
            self._fail(error.code, error.facts)
            raise
        self._seen.clear()
        try:
            need_own(folder, place)
            self._clear(folder, place, self._follow(folder))
            while not stop.is_set():
                self._look(folder, place)
                stop.wait(LOOK_EVERY_S)
        except DeviceError as error:
            if error.code is not DeviceFault.CANCELLED:
                self._fail(error.code, error.facts)
            raise
        finally:
            folder.close()

    def _look(self, folder: Folder, place: Place) -> None:
        with self._lock:
            order, fresh, self._fresh = self._order, self._fresh, False
        if fresh:  # what was seen before the key is nobody's, or somebody else's
            self._clear(folder, place, {name: seen for name, (seen, _) in self._seen.items()})
        files, now = self._follow(folder), time.monotonic()
        self._stays &= set(files)
        if order is None:
            still = {name: seen for name, seen in files.items() if self._settled(name, now)}
            self._clear(folder, place, still if place.kind is Kind.MEMORY else files)
        elif now >= order.until:
            self._fail(DeviceFault.PICTURE_NONE)
        else:
            self._try(folder, place, order, files)
        self._tell(place)

    def _follow(self, folder: Folder) -> Mapping[str, Seen]:
        """What lies there, and since when each file is as it is."""
        files, now = folder.files(), time.monotonic()
        self._seen = {
            name: (seen, self._seen[name][1] if name in self._seen and self._seen[name][0] == seen else now)
            for name, seen in files.items()
        }
        self._old = {name: inode for name, inode in self._old.items() if name in files}
        return files

    def _try(self, folder: Folder, place: Place, order: _Order, files: Mapping[str, Seen]) -> None:
        """The first new file that is whole."""
        now = time.monotonic()
        for name in sorted(files):
            seen, since = self._seen[name]
            old = seen.inode in self._old.values()
            if not old and not unfinished(name) and seen.size and self._settled(name, now):
                self._take(folder, place, name, order, last_try=now - since >= TORN_S)
                return

    def _settled(self, name: str, now: float) -> bool:
        return now - self._seen[name][1] >= self._settle_s

    def _take(self, folder: Folder, place: Place, name: str, order: _Order, *, last_try: bool) -> None:
        data = folder.read(name)
        self.traffic.note(Direction.IN, kind_of(data), hidden=len(data))
        if not of_scanner(data):
            raise shared(place, 1)
        try:
            made = self._decoder.decode(data, order.most)
        except DeviceError as error:
            grows = error.code is DeviceFault.PICTURE_TORN and not last_try
            if error.code is DeviceFault.CANCELLED or grows:
                return  # the lane ends, and the file goes when it begins anew; or it may grow yet
            if folder.remove(name):
                self._fail(error.code, error.facts)
            else:
                self._cannot(name)
            return
        if not folder.remove(name):
            self._cannot(name)
        elif self._ordered(order):
            self._report.event(PaperPicture(self._report.slot, order.number, made))

    def _cannot(self, name: str) -> None:
        """It stays in the folder: then it is not taken either."""
        self._stays.add(name)
        self._old[name] = self._seen[name][0].inode
        self._fail(DeviceFault.PICTURE_STAYS, {"count": len(self._stays)})

    def _ordered(self, order: _Order) -> bool:
        """Whether the clerk still waits for it; she waits no more."""
        with self._lock:
            stands = self._order == order
            if stands:
                self._order = None
        return stands

    def _fail(self, fault: object, facts: Mapping[str, str | int | None] | None = None) -> None:
        with self._lock:
            order, self._order = self._order, None
        if order is not None:
            self._report.event(PaperFailed(self._report.slot, order.number, str(fault), dict(facts or {})))

    def _clear(self, folder: Folder, place: Place, files: Mapping[str, Seen]) -> None:
        """What nobody asked for: out of memory it goes unseen; on a device's storage it is only known."""
        if place.kind is Kind.DEVICE:
            self._old |= {name: seen.inode for name, seen in files.items()}
            return
        foreign = sum(folder.foreign(name) for name in files)
        if foreign:  # came after the start
            raise shared(place, foreign)
        removed = 0
        for name, seen in files.items():
            if folder.remove(name):
                removed += 1
            else:
                self._stays.add(name)
                self._old[name] = seen.inode
        if removed:
            self.traffic.note(Direction.IN, f"removed {removed}")
            self._report.event(PicturesRemoved(self._report.slot, removed))

    def _tell(self, place: Place) -> None:
        if self._stays:
            self._report.truth(DeviceState.ATTENTION, DeviceFault.PICTURE_STAYS, {"count": len(self._stays)})
        elif place.kind is Kind.DEVICE and self._old:
            self._report.truth(DeviceState.ATTENTION, DeviceFault.PICTURE_LEFT, {"count": len(self._old)})
        else:
            self._report.truth(DeviceState.READY)
