"""``hq follow``: followers as processes of their own, each with its share of the terminals.

Checking every signature is most of what headquarters has to compute, and one interpreter does it on one
core only.  Ingest nodes then run with ``serve --no-follow``.
"""

from __future__ import annotations

import multiprocessing
import signal
import threading
import time
import zlib
from collections.abc import Callable
from types import FrameType

from core.errors import StoreError, StoreFault
from hq.claims import Claims
from hq.database import Database
from hq.follower import Follower
from hq.identity import Identity
from hq.metrics import Metrics
from hq.notices import Notices
from hq.rolls import Headquarters
from hq.worker import IDLE_SECONDS, Worker

STEP = 500  # entries of one transaction: nobody waits for this process
_LOOK_SECONDS = 0.2
_STOP_SECONDS = 30.0
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def follow(
    url: str,
    headquarters: Headquarters,
    index: bytes,
    processes: int,
    *,
    once: bool,
    announce: Callable[[str], None],
) -> None:
    """Follow until SIGTERM or SIGINT; with ``once`` until nothing is left that can be followed.

    ``index``: the key of the waybills' digests.  Raises StoreError IO where a process ended by itself.
    """
    context = multiprocessing.get_context("spawn")
    stop = threading.Event()
    for number in _SIGNALS:
        signal.signal(number, lambda _number, _frame: stop.set())
    running = [
        context.Process(target=_share, args=(url, headquarters, index, part, processes, once), daemon=True)
        for part in range(processes)
    ]
    for process in running:
        process.start()
    announce(f"following in {processes} processes")
    try:
        while not stop.wait(_LOOK_SECONDS):
            codes = [process.exitcode for process in running]
            if any(code not in (None, 0) for code in codes) or (None in codes and 0 in codes and not once):
                raise StoreError(StoreFault.IO, what="a follower ended")
            if None not in codes:
                return
    finally:
        _end(running)


def _end(running: list[multiprocessing.context.SpawnProcess]) -> None:
    for process in running:
        process.terminate()  # SIGTERM: it ends after the step it is in
    limit = time.monotonic() + _STOP_SECONDS
    for process in running:
        process.join(max(0.0, limit - time.monotonic()))
        if process.is_alive():
            process.kill()
            process.join(_STOP_SECONDS)


def _share(url: str, headquarters: Headquarters, index: bytes, part: int, parts: int, once: bool) -> None:
    """In a process of its own: the terminals whose name falls to ``part``."""
    stop = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in _SIGNALS:
        signal.signal(number, ask)
    database = Database(url)
    try:
        follower = Follower(database, headquarters, claims=Claims(database, index))
        worker = Worker(
            follower,
            Identity(database),
            Metrics(),
            # One process adds branches up; each may tell the rest.
            Notices(database, headquarters=headquarters if part == 0 else None),
            mine=lambda terminal: zlib.crc32(terminal.encode("ascii")) % parts == part,
            step=STEP,
        )
        worker.begin()
        while not stop.is_set():
            if not worker.round(stop):
                if once:
                    return
                stop.wait(IDLE_SECONDS)
    finally:
        database.close()
