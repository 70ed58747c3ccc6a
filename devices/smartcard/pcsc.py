"""The smart-card service (PC/SC, by pyscard): its readers, what changes in them, and talk with one card.

Only pyscard's plain functions are used: its own monitor threads do not come back after a restart of the
service.  Where pyscard is missing the import fails once and :class:`Context` says so each time.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from core.errors import DeviceError, DeviceFault

try:  # built from source on Linux, and not everywhere: README, "Operators' cards"
    from smartcard import scard as _scard
except ImportError:
    _scard = None
SCARD: Any = _scard

PLUG_AND_PLAY = "\\\\?PnP?\\Notification"  # a reader that is none: it changes when readers come and go
PRESENT, MUTE = 0x0020, 0x0200
_CHANGED = 0x0002
_COUNTER_BITS = 16  # above them the service counts what was put in and pulled (pcsc-lite, and Windows)

TIMEOUT, CANCELLED = 0x8010000A, 0x80100002
NO_READERS, UNKNOWN_READER, READER_UNAVAILABLE = 0x8010002E, 0x80100009, 0x80100017
SHARING, DENIED = 0x8010000B, 0x8010006A
UNRESPONSIVE, UNPOWERED, RESET = 0x80100066, 0x80100067, 0x80100068
# What is said of a card that is gone: removed, no longer answering, a handle of before, no reader or service.
LOST = frozenset({
    0x80100003, 0x8010000C, 0x80100013, 0x80100016, 0x8010001D, 0x8010001E, 0x8010002F, 0x80100069,
    UNKNOWN_READER, READER_UNAVAILABLE, RESET, UNPOWERED, DENIED,
})  # fmt: skip


class PcscError(Exception):
    """What the service answered; ``code`` as in winscard.h, without sign."""

    def __init__(self, code: int) -> None:
        super().__init__(f"{code:08X}")
        self.code = code

    @property
    def lost(self) -> bool:
        """Whether the card, its reader or the service is no longer there."""
        return self.code in LOST


def _good(code: int) -> None:
    if code != 0:
        raise PcscError(code & 0xFFFFFFFF)


def counter(state: int) -> int:
    """Which insertion or removal of a reader its state belongs to."""
    return state >> _COUNTER_BITS


class Context:
    """One talk with the service; used by one thread, but for :meth:`cancel`."""

    def __init__(self) -> None:
        """Raises DeviceError CARD_LIBRARY without pyscard, CARD_SERVICE where the service does not run,
        CARD_DENIED where it does not serve this account (polkit).
        """
        if SCARD is None:
            raise DeviceError(DeviceFault.CARD_LIBRARY)
        code, self._handle = SCARD.SCardEstablishContext(SCARD.SCARD_SCOPE_SYSTEM)
        if code & 0xFFFFFFFF == DENIED:
            raise DeviceError(DeviceFault.CARD_DENIED, retry=True)
        if code != 0:
            raise DeviceError(DeviceFault.CARD_SERVICE, retry=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Never raises; may be called twice."""
        handle, self._handle = self._handle, 0
        if handle:
            SCARD.SCardReleaseContext(handle)

    def cancel(self) -> None:
        """From another thread: end :meth:`changes`."""
        handle = self._handle
        if handle:
            SCARD.SCardCancel(handle)

    def readers(self) -> tuple[str, ...]:
        """By name.  Raises PcscError."""
        code, names = SCARD.SCardListReaders(self._handle, [])
        if code & 0xFFFFFFFF == NO_READERS:
            return ()
        _good(code)
        return tuple(names)

    def changes(self, known: Mapping[str, int], wait_ms: int) -> dict[str, int]:
        """The readers' states as soon as one differs from what is ``known``, without the mark of change.

        As they are known where nothing changes in time or the wait was cancelled; empty where a reader is
        gone meanwhile.  Raises PcscError.
        """
        code, rows = SCARD.SCardGetStatusChange(self._handle, wait_ms, list(known.items()))
        code &= 0xFFFFFFFF
        if code in (TIMEOUT, CANCELLED):
            return dict(known)
        if code in (UNKNOWN_READER, READER_UNAVAILABLE, NO_READERS):
            return {}
        _good(code)
        return {name: state & ~_CHANGED for name, state, _atr in rows}

    def connect(self, reader: str) -> Connection:
        """The card in a reader, nobody else's until the end of it.

        Waits for another program without end; :func:`reach` does not.  Raises PcscError.
        """
        both = SCARD.SCARD_PROTOCOL_T0 | SCARD.SCARD_PROTOCOL_T1
        code, card, protocol = SCARD.SCardConnect(self._handle, reader, SCARD.SCARD_SHARE_SHARED, both)
        _good(code)
        code = SCARD.SCardBeginTransaction(card)
        if code != 0:
            SCARD.SCardDisconnect(card, SCARD.SCARD_LEAVE_CARD)
            _good(code)
        return Connection(card, protocol)


def reach(reader: str, limit_s: float) -> tuple[Context, Connection]:
    """A context of its own and the card in it, within so many seconds.

    A thread waits in our place, and lets go what it gets too late.  Raises PcscError, SHARING where another
    program keeps the card; DeviceError as :class:`Context`.
    """
    got: list[tuple[Context, Connection]] = []
    failed: list[PcscError] = []
    lock, late = threading.Lock(), threading.Event()
    context = Context()

    def wait() -> None:
        try:
            found = context, context.connect(reader)
        except PcscError as error:
            failed.append(error)
            context.close()
            return
        with lock:
            if not late.is_set():
                got.append(found)
                return
        found[1].end(reset=False)
        context.close()

    thread = threading.Thread(target=wait, name="card-reach", daemon=True)
    thread.start()
    thread.join(limit_s)
    with lock:
        late.set()
    if got:
        return got[0]
    raise failed[0] if failed else PcscError(SHARING)


def card_readers() -> tuple[str, ...]:
    """The names of all that are connected; none where there is no service to ask."""
    try:
        with Context() as context:
            return context.readers()
    except (DeviceError, PcscError):
        return ()


@dataclass
class Connection:
    """One transaction with one card; used by one thread."""

    _card: int
    _protocol: int

    def transmit(self, apdu: bytes) -> bytes:
        """One APDU there and what it answers, two bytes of status at least.  Raises PcscError."""
        form = SCARD.SCARD_PCI_T0 if self._protocol == SCARD.SCARD_PROTOCOL_T0 else SCARD.SCARD_PCI_T1
        code, answer = SCARD.SCardTransmit(self._card, form, list(apdu))
        _good(code)
        return bytes(value & 0xFF for value in answer)

    def end(self, *, reset: bool) -> None:
        """``reset``: the card forgets a PIN; nobody gets at it in between.  Never raises; once only."""
        after = SCARD.SCARD_RESET_CARD if reset else SCARD.SCARD_LEAVE_CARD
        ended = SCARD.SCardEndTransaction(self._card, after) == 0
        after = SCARD.SCARD_UNPOWER_CARD if reset and not ended else SCARD.SCARD_LEAVE_CARD
        SCARD.SCardDisconnect(self._card, after)
