"""Signatures of entries checked by processes beside the one that walks the chain.

Most of what checking a journal costs is two signatures an entry, and one interpreter works on one core.  What
is here only ever says "all are good": where one is not, or a process is ill, the journal is walked again in
the plain way, which names the entry.  The processes get entries' bodies, which name nobody, and public keys.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress

from core.crypto.keys import PublicKey
from core.errors import EntryError, EntryFault

# Below: two processes cost more to start than they save.
WORTH_ENTRIES = 4_000
_MOST = 3
_WAITING = 4  # spans in each process's hands; what is more is checked here, so that nobody idles
_SPAN = 500
_LIMIT_S = 60.0  # a thousand times a span: more than that, and the process is ill
# What the pool raises where a process died, does not answer, or cannot be made (no memory, no thread).
_ILL = (OSError, RuntimeError)  # TimeoutError is the one, BrokenProcessPool the other

Said = tuple[str, bytes, bytes]  # the key's text, signature, message


def all_good(span: Sequence[Said]) -> bool:
    """Whether every one is that key's over that message."""
    return all(PublicKey(key).verify(signature, message) for key, signature, message in span)


class SignaturesBeside:
    """Takes signatures, says of all of them together whether they are good.  One thread."""

    def __init__(self, processes: int) -> None:
        """Raises OSError where no process can be had."""
        self._processes = processes
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(processes, context, initializer=_end_with_parent)
        self._ill = False
        self._span: list[Said] = []
        # Each process starts now, while nothing is to be checked yet.
        self._out: list[Future[bool]] = []
        try:
            for _ in range(processes):
                self._out.append(self._pool.submit(all_good, ()))
        except _ILL as error:
            self._ill = True
            self.close()
            raise OSError("no process can be had") from error

    def begin(self) -> None:
        """Another journal: what was handed over before is of no interest."""
        self._span, self._out = [], []

    def later(self, key: PublicKey, signature: bytes, message: bytes) -> bool:
        """As :meth:`PublicKey.verify`, but True until :meth:`need_good` is asked.

        Raises EntryError SIGNATURE once one is known to be bad.
        """
        self._span.append((key.text, signature, message))
        if len(self._span) >= _SPAN:
            self._hand_over()
        return True

    def need_good(self) -> None:
        """Waits for every answer; raises EntryError SIGNATURE where one is bad or did not come."""
        self._hand_over()
        while self._out:
            self._take(self._out.pop())

    def close(self) -> None:
        """End the processes: they hold nothing, and to end by themselves takes them a tenth of a second."""
        for process in list((self._pool._processes or {}).values()):
            process.kill()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _hand_over(self) -> None:
        span, self._span = self._span, []
        answers, self._out = self._out, [answer for answer in self._out if not answer.done()]
        for answer in answers:
            if answer.done():
                self._take(answer)
        if len(self._out) >= _WAITING * self._processes:
            _need(all_good(span))
            return
        try:
            self._out.append(self._pool.submit(all_good, span))
        except _ILL:
            self._ill = True
            _need(False)

    def _take(self, answer: Future[bool]) -> None:
        try:
            good = answer.result(_LIMIT_S)
        except _ILL:
            self._ill, good = True, False
        _need(good)


def _end_with_parent() -> None:
    """In each process: whoever started it may be killed, and nothing else would tell it."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_leave_after, args=(parent,), daemon=True).start()


def _leave_after(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _need(good: bool) -> None:
    if not good:
        raise EntryError(EntryFault.SIGNATURE)


@contextmanager
def beside(entries: int) -> Iterator[SignaturesBeside | None]:
    """Processes for a journal of so many entries; None where they would not help, or cannot be had."""
    processes = min(_MOST, len(os.sched_getaffinity(0)) - 1)
    made: SignaturesBeside | None = None
    if processes > 0 and entries >= WORTH_ENTRIES:
        with suppress(OSError):
            made = SignaturesBeside(processes)
    try:
        yield made
    finally:
        if made is not None:
            made.close()
