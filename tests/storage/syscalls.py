"""Makes system calls of this process fail for good (seccomp): a disk that really says no.

For child processes only: a filter is never taken off again.
"""

from __future__ import annotations

import ctypes
import platform
from collections.abc import Iterable

_NUMBERS = {
    "x86_64": {"pwrite64": 18, "fsync": 74, "fdatasync": 75, "rename": 82, "renameat": 264, "renameat2": 316},
    "aarch64": {"pwrite64": 68, "fsync": 82, "fdatasync": 83, "renameat": 38, "renameat2": 276},
}
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_OPENS = {"x86_64": {"open": (2, 1), "openat": (257, 2)}, "aarch64": {"openat": (56, 2)}}  # number, flags
_LOAD, _JUMP_EQUAL, _JUMP_SET, _RETURN = 0x20, 0x15, 0x45, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _MODE_FILTER = 38, 22, 2


class _Statement(ctypes.Structure):
    """struct sock_filter."""

    _fields_ = (
        ("code", ctypes.c_uint16),
        ("yes", ctypes.c_uint8),
        ("no", ctypes.c_uint8),
        ("k", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_uint16), ("filter", ctypes.POINTER(_Statement)))


def fail(names: Iterable[str], error: int) -> None:
    """From now on these calls of this thread return ``error`` without being made."""
    numbers = [_NUMBERS[platform.machine()][name] for name in names if name in _NUMBERS[platform.machine()]]
    steps = [_Statement(_JUMP_EQUAL, len(numbers) - at, 0, number) for at, number in enumerate(numbers)]
    steps += [_Statement(_RETURN, 0, 0, _ALLOW), _Statement(_RETURN, 0, 0, _ERRNO | error)]
    _install(steps)


def refuse_writing(error: int) -> None:
    """From now on this thread opens files for reading only, as on a read-only file system."""
    for number, argument in _OPENS[platform.machine()].values():
        steps = [
            _Statement(_JUMP_EQUAL, 0, 3, number),
            _Statement(_LOAD, 0, 0, 16 + 8 * argument),
            _Statement(_JUMP_SET, 0, 1, 3),  # O_WRONLY or O_RDWR
            _Statement(_RETURN, 0, 0, _ERRNO | error),
            _Statement(_RETURN, 0, 0, _ALLOW),
        ]
        _install(steps)


def _install(rest: list[_Statement]) -> None:
    start = [
        _Statement(_LOAD, 0, 0, 4),  # the architecture
        _Statement(_JUMP_EQUAL, 1, 0, _ARCHITECTURES[platform.machine()]),
        _Statement(_RETURN, 0, 0, _ALLOW),
        _Statement(_LOAD, 0, 0, 0),  # the number of the call
    ]
    steps = start + rest
    program = _Program(len(steps), (_Statement * len(steps))(*steps))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs")
    if libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program)) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")
