"""``python -m devices.idcard.photo_worker LIBRARY``: one WLT photo on standard input → one picture on output.

The library is a vendor's (``dewltbuf(wlt, bmp, &length)``), so nothing it does is trusted: it runs in
this process alone, can write no file (no photo reaches the disk, not even as ``photo.bmp`` beside the
library or in a core dump), and what it prints goes nowhere.  Exit codes are :class:`Exit`.
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys
import tempfile
from enum import IntEnum
from pathlib import Path

WLT_BYTES = 1024
ROOM_BYTES = 65_536  # a picture has 38,862; what writes past its room crashes here, not at the counter
MEMORY_BYTES = 1 << 30
CPU_SECONDS = 10
DECODED = 1  # what vendors' functions return for success


class Exit(IntEnum):
    """How the worker ended, where no signal ended it."""

    DECODED = 0
    LIBRARY = 3  # it cannot be loaded, or has no such function
    REFUSED = 4  # it says that it cannot decode this


def main(arguments: list[str]) -> int:
    """The exit code."""
    out = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    _limit()
    try:
        decode = ctypes.CDLL(arguments[0]).dewltbuf
    except (OSError, AttributeError, IndexError):
        return Exit.LIBRARY
    decode.restype = ctypes.c_int
    wlt = sys.stdin.buffer.read(WLT_BYTES)  # waits here, loaded and ready, for the next photo
    if len(wlt) != WLT_BYTES:
        return Exit.REFUSED
    room, length = ctypes.create_string_buffer(ROOM_BYTES), ctypes.c_int(ROOM_BYTES)
    if decode(ctypes.create_string_buffer(wlt, WLT_BYTES), room, ctypes.byref(length)) != DECODED:
        return Exit.REFUSED
    left = memoryview(room)[: max(0, min(length.value, ROOM_BYTES))]
    while left:
        left = left[os.write(out, left) :]
    # Not through the library's own clean-up: a crash there would spoil a good picture.
    os._exit(Exit.DECODED)


def _limit() -> None:
    # Nothing can be made in a directory that is gone: not even an empty file.
    gone = tempfile.mkdtemp(prefix="photo-")
    os.chdir(gone)
    Path(gone).rmdir()
    for kind, most in (
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
    ):
        resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
