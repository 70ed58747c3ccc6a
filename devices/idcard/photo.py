"""The photo of a card, decoded by a library that the customer owns, in a process that may die.

There is no open decoder for WLT (id-reader.md §3).  Without a library, or where it fails, there is a reason
instead of a picture; a read never waits longer than the limit for it, and never fails because of it.
"""

from __future__ import annotations

import contextlib
import os
import select
import struct
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from devices.idcard.photo_worker import Exit

LIMIT_S = 1.5
_END_LIMIT_S = 1.0  # a killed process ends at once, unless the system itself is ill
WIDTH, HEIGHT, _DEPTH = 102, 126, 24
_HEAD_BYTES = 54
_LINE_BYTES = WIDTH * 3
_PADDED_BYTES = _LINE_BYTES + -_LINE_BYTES % 4
BMP_BYTES = _HEAD_BYTES + _PADDED_BYTES * HEIGHT  # 38,862
RAW_BYTES = _LINE_BYTES * HEIGHT  # 38,556: BGR, bottom line first, without padding
_MOST_BYTES = 65_536
_ROOT = Path(__file__).parents[2]


class PhotoReason(StrEnum):
    """Why there is no picture."""

    NO_PHOTO = "no_photo"  # the card's answer had none, or none of this form
    NO_LIBRARY = "no_library"  # none is configured
    LIBRARY = "library"  # it cannot be loaded
    REFUSED = "refused"  # it says that it cannot decode this
    CRASHED = "crashed"
    TIMEOUT = "timeout"
    OUTPUT = "output"  # what it gave is no picture of 102 × 126


_ENDS: Mapping[int, PhotoReason] = MappingProxyType(
    {Exit.LIBRARY: PhotoReason.LIBRARY, Exit.REFUSED: PhotoReason.REFUSED}
)


@dataclass(frozen=True, slots=True)
class Photo:
    """A BMP, or the reason why there is none."""

    bmp: bytes = field(default=b"", repr=False)
    reason: str = ""


class PhotoDecoder:
    """Decodes one photo after the other, each in a process of its own; used by one thread.

    The next process is started ahead, while nobody waits: it has loaded the library when a card comes.
    """

    def __init__(self, library: str, limit_s: float = LIMIT_S) -> None:
        """``library``: a path, "" for none.  Starts nothing yet."""
        self._library = library
        self._limit_s = limit_s
        self._worker: subprocess.Popen[bytes] | None = None
        self._cancelled = False

    def cancel(self) -> None:
        """From another thread: end a running decoding, begin no other."""
        self._cancelled = True
        worker = self._worker
        if worker is not None:
            worker.kill()

    def begin(self) -> None:
        """In the lane's thread: a new run after a :meth:`cancel`, once that has ended."""
        self._cancelled = False

    def prepare(self) -> None:
        """Have a process ready; without a library does nothing."""
        if not self._library or self._cancelled or (self._worker is not None and self._worker.poll() is None):
            return
        self.close()
        self._worker = subprocess.Popen(  # noqa: S603 - our own worker; the path is the configuration's
            [sys.executable, "-s", "-m", "devices.idcard.photo_worker", self._library],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            bufsize=0,
        )

    def decode(self, wlt: bytes) -> Photo:
        """The picture of a WLT block, or why there is none; takes the limit at most, and never raises."""
        if not wlt:
            return Photo(reason=PhotoReason.NO_PHOTO)
        if not self._library:
            return Photo(reason=PhotoReason.NO_LIBRARY)
        try:
            self.prepare()
            return self._decoded(wlt)
        except OSError:  # no process can be started: as if the library could not be loaded
            return Photo(reason=PhotoReason.LIBRARY)
        finally:
            self.close()

    def close(self) -> None:
        """End the process; never raises, may be called twice."""
        worker, self._worker = self._worker, None
        if worker is None:
            return
        worker.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            worker.wait(_END_LIMIT_S)
        for pipe in (worker.stdin, worker.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _decoded(self, wlt: bytes) -> Photo:
        worker = self._worker
        if worker is None or worker.stdin is None or worker.stdout is None:
            return Photo(reason=PhotoReason.LIBRARY)
        deadline = time.monotonic() + self._limit_s
        # 1024 bytes fit into the pipe: this does not wait.  A worker that has gone says why by its exit code.
        with contextlib.suppress(BrokenPipeError):
            worker.stdin.write(wlt)
        output = _read_all(worker.stdout.fileno(), deadline)
        if output is None:
            return Photo(reason=PhotoReason.TIMEOUT)
        try:
            code = worker.wait(max(0.01, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return Photo(reason=PhotoReason.TIMEOUT)
        if code != Exit.DECODED:
            return Photo(reason=_ENDS.get(code, PhotoReason.CRASHED))
        bmp = as_bmp(output)
        return Photo(bmp, "" if bmp else PhotoReason.OUTPUT)


def as_bmp(output: bytes) -> bytes:
    """A 24 bit BMP of 102 × 126 from what a library gave, raw lines included; b"" for anything else."""
    if len(output) == RAW_BYTES:
        lines = (output[start : start + _LINE_BYTES] for start in range(0, RAW_BYTES, _LINE_BYTES))
        body = b"".join(line.ljust(_PADDED_BYTES, b"\0") for line in lines)
        return _head() + body
    if len(output) != BMP_BYTES or output[:2] != b"BM":
        return b""
    start, _header, width, height, _planes, depth = struct.unpack_from("<IIiiHH", output, 10)
    good = (start, width, abs(height), depth) == (_HEAD_BYTES, WIDTH, HEIGHT, _DEPTH)
    packed = struct.unpack_from("<I", output, 30)[0]
    return output if good and not packed else b""


def _head() -> bytes:
    size = BMP_BYTES - _HEAD_BYTES
    return struct.pack("<2sIHHI", b"BM", BMP_BYTES, 0, 0, _HEAD_BYTES) + struct.pack(
        "<IiiHHIIiiII", 40, WIDTH, HEIGHT, 1, _DEPTH, 0, size, 0, 0, 0, 0
    )


def _read_all(pipe: int, deadline: float) -> bytes | None:
    """Everything up to the end, or to one byte more than a picture may have; None at the deadline."""
    data = b""
    while len(data) <= _MOST_BYTES:
        ready, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return None
        piece = os.read(pipe, _MOST_BYTES)
        if not piece:
            break
        data += piece
    return data
