"""Errors of the operating system and of SQLite become codes; their texts (and SQL values) stay here."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy.exc
from sqlcipher3 import dbapi2

from core.errors import StoreError, StoreFault

_ERRNO = {
    errno.ENOSPC: StoreFault.DISK_FULL,
    errno.EDQUOT: StoreFault.DISK_FULL,
    errno.EFBIG: StoreFault.DISK_FULL,
    errno.EROFS: StoreFault.READ_ONLY,
    errno.EACCES: StoreFault.READ_ONLY,
    errno.EPERM: StoreFault.READ_ONLY,
    errno.ENOENT: StoreFault.MISSING,
    errno.EEXIST: StoreFault.EXISTS,
}
# Primary result codes of SQLite (https://sqlite.org/rescode.html).
_BUSY, _LOCKED, _READONLY, _IOERR, _CORRUPT, _FULL, _CANTOPEN, _NOTADB = 5, 6, 8, 10, 11, 13, 14, 26
_SQLITE = {
    _BUSY: StoreFault.BUSY,
    _LOCKED: StoreFault.BUSY,
    _READONLY: StoreFault.READ_ONLY,
    _IOERR: StoreFault.IO,
    _CORRUPT: StoreFault.DAMAGED,
    _FULL: StoreFault.DISK_FULL,
    _CANTOPEN: StoreFault.IO,
    _NOTADB: StoreFault.DAMAGED,
}
_RETRY = {StoreFault.BUSY, StoreFault.DISK_FULL}


def from_os(error: OSError, what: str) -> StoreError:
    """The code of an operating system error; ``what`` names the file's part in the store."""
    fault = _ERRNO.get(error.errno or 0, StoreFault.IO)
    return StoreError(fault, retry=fault in _RETRY, what=what, errno=error.errno or 0)


def from_sqlite(error: dbapi2.Error, what: str) -> StoreError | None:
    """The code of an SQLite error, None where it is not the store's fault but a bug of ours."""
    number = int(getattr(error, "sqlite_errorcode", 0) or 0)
    fault = _SQLITE.get(number & 0xFF)
    if fault is None:
        return None
    return StoreError(fault, retry=fault in _RETRY, what=what, sqlite=number)


@contextmanager
def os_errors(what: str) -> Iterator[None]:
    """Turns OSError into StoreError."""
    try:
        yield
    except OSError as error:
        raise from_os(error, what) from None


@contextmanager
def sqlite_errors(what: str) -> Iterator[None]:
    """Turns errors of SQLite, with SQLAlchemy between or without, into StoreError.

    The chain is cut: an SQLite error's text can quote values, and values can be a person's.
    """
    try:
        yield
    except sqlalchemy.exc.TimeoutError:
        raise StoreError(StoreFault.BUSY, retry=True, what=what) from None
    except sqlalchemy.exc.DBAPIError as error:
        if not isinstance(error.orig, dbapi2.Error):
            raise
        known = from_sqlite(error.orig, what)
        if known is None:
            raise
        raise known from None
    except dbapi2.Error as error:
        known = from_sqlite(error, what)
        if known is None:
            raise
        raise known from None
