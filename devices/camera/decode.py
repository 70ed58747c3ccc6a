"""One picture file → a small grey JPEG, made in a process of its own (:mod:`devices.camera.worker`)."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from core.errors import DeviceError, DeviceFault
from devices.camera.worker import MOST_FILE, Exit

LIMIT_S = 30.0
_ROOT = Path(__file__).parents[2]
_HEADS: Mapping[bytes, str] = MappingProxyType({
    b"\xff\xd8\xff": "jpeg", b"\x89PNG\r\n\x1a\n": "png", b"II*\0": "tiff", b"MM\0*": "tiff",
    b"%PDF": "pdf", b"BM": "bmp", b"GIF8": "gif", b"RIFF": "webp", b"PK\x03\x04": "zip",
})  # fmt: skip
HEAD = 16
_PAPERS = ("jpeg", "png", "tiff", "pdf", "bmp", "gif", "webp", "heic")  # what scanners and cameras write
_TAKEN = ("jpeg", "png", "tiff")
_FAULTS: Mapping[int, DeviceFault] = MappingProxyType({Exit.LARGE: DeviceFault.PICTURE_LARGE})


def kind_of(data: bytes) -> str:
    """By its first bytes (:data:`HEAD` are enough), never by its name: "jpeg", "pdf" …, "unknown"."""
    if data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif"):
        return "heic"
    return next((kind for head, kind in _HEADS.items() if data.startswith(head)), "unknown")


def of_scanner(data: bytes) -> bool:
    """Whether a scanner may have written a file, by its first bytes: nothing yet, a picture, a PDF."""
    kind = kind_of(data)
    if kind == "bmp":  # two letters are a text's beginning as well
        return data[6:10] == bytes(4)
    if kind == "webp":  # sound and films have the same beginning
        return data[8:12] == b"WEBP"
    return not data or kind in _PAPERS


class Decoder:
    """Used by one thread; :meth:`cancel` comes from another."""

    def __init__(self, limit_s: float = LIMIT_S) -> None:
        self._limit_s = limit_s
        self._lock = threading.Lock()
        self._worker: subprocess.Popen[bytes] | None = None
        self._cancelled = False

    def begin(self) -> None:
        """A new run after a :meth:`cancel`."""
        self._cancelled = False

    def cancel(self) -> None:
        """End a running decoding, begin no other."""
        with self._lock:
            self._cancelled = True
            if self._worker is not None:
                self._worker.kill()

    def decode(self, data: bytes, most: int) -> bytes:
        """A JPEG of at most ``most`` bytes.

        Raises DeviceError PICTURE_TYPE (facts: kind), PICTURE_LARGE, PICTURE_TORN, CANCELLED.
        """
        if len(data) > MOST_FILE:
            raise DeviceError(DeviceFault.PICTURE_LARGE)
        kind = kind_of(data)
        if kind not in _TAKEN:
            raise DeviceError(DeviceFault.PICTURE_TYPE, kind=kind)
        worker = self._started(most)
        try:
            made, _ = worker.communicate(data, self._limit_s)
        except (subprocess.TimeoutExpired, OSError):
            made = b""
        finally:
            self._end(worker)
        if self._cancelled:
            raise DeviceError(DeviceFault.CANCELLED)
        if worker.returncode != Exit.MADE or not made.startswith(b"\xff\xd8\xff") or len(made) > most:
            raise DeviceError(_FAULTS.get(worker.returncode, DeviceFault.PICTURE_TORN))
        return made

    def _started(self, most: int) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._cancelled:
                raise DeviceError(DeviceFault.CANCELLED)
            self._worker = subprocess.Popen(  # noqa: S603 - our own worker
                [sys.executable, "-s", "-m", "devices.camera.worker", str(most)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=_ROOT,
            )
            return self._worker

    def _end(self, worker: subprocess.Popen[bytes]) -> None:
        with self._lock:
            self._worker = None
        worker.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            worker.wait(1.0)
        for pipe in (worker.stdin, worker.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
