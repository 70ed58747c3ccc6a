"""Pages made in a process of their own, so that screen and station keep the interpreter to themselves.

The process is a help, not a need: where it cannot be had, dies, or does not answer, the page is made here.
"""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path

from core.devices import PrintJob
from core.errors import DeviceError
from devices.printer.form import Made, OwnPages, PageForm

_log = logging.getLogger(__name__)
_LIMIT_S = 1.0  # fifty times a page: more than that, and the process is ill
_BEGIN_LIMIT_S = 30.0  # to start and open the fonts, on a machine that has much else to do
_END_LIMIT_S = 1.0
_ROOT = Path(__file__).parents[2]


class PageProcess:
    """A :class:`devices.printer.form.PageMaker`; any thread, one page at a time."""

    def __init__(self) -> None:
        """Starts nothing yet."""
        self._own = OwnPages()
        self._lock = threading.Lock()
        self._worker: _Worker | None = None
        self._forms: set[PageForm] = set()
        self._closed = False

    def prepare(self, form: PageForm) -> None:
        """Start the process if need be and let it open the fonts; waits for neither."""
        with self._lock:
            self._forms.add(form)
            self._begin(form)

    def ready(self) -> bool:
        """Whether the next page is made in the process."""
        with self._lock:
            return self._worker is not None and self._settled(self._worker)

    def make(self, form: PageForm, job: PrintJob) -> bytes:
        """The page's bytes; nothing waits for a process that is not up yet.

        Raises DeviceError GLYPH_MISSING, LABEL_LAYOUT.
        """
        with self._lock:
            made = self._made(form, job)
        if made is None:
            page = self._own.make(form, job)
            with self._lock:
                if self._worker is None:
                    self._begin(form, *self._forms - {form})
            return page
        if made.fault is not None:
            raise DeviceError(made.fault, retry=False, **made.facts)
        return made.page

    def close(self) -> None:
        """End the process; may be called twice."""
        with self._lock:
            self._closed = True
            self._end()

    def _made(self, form: PageForm, job: PrintJob) -> Made | None:
        worker = self._worker
        if worker is None or not self._settled(worker):
            return None
        try:
            return worker.made(form, job)
        except (OSError, EOFError) as error:  # TimeoutError is one of them
            self._failed(error)
            return None

    def _begin(self, *forms: PageForm) -> None:
        """Have a process that opens these, if one can be had; waits for nothing."""
        if self._closed:
            return
        try:
            if self._worker is None:
                self._worker = _Worker()
            for form in forms:
                self._worker.prepare(form)
        except OSError as error:
            self._failed(error)

    def _settled(self, worker: _Worker) -> bool:
        """Whether it has opened what it was asked to; one that takes too long is given up."""
        try:
            return worker.settled()
        except (OSError, EOFError) as error:
            self._failed(error)
            return False

    def _failed(self, error: Exception) -> None:
        _log.warning("page process: %s", type(error).__name__)
        self._end()

    def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.end()


class _Worker:
    """The process and the two ends of its pipes.  Raises OSError and EOFError where it is ill."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-s", "-m", "devices.printer.page_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            bufsize=0,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._ask = Connection(os.dup(self._process.stdin.fileno()), readable=False)
        self._hear = Connection(os.dup(self._process.stdout.fileno()), writable=False)
        self._process.stdin.close()
        self._process.stdout.close()
        self._owed = 0  # answers to preparations, not yet read
        self._limit = time.monotonic() + _BEGIN_LIMIT_S

    def prepare(self, form: PageForm) -> None:
        """Asks, and does not wait."""
        self._ask.send((form, None))
        self._owed += 1
        self._limit = time.monotonic() + _BEGIN_LIMIT_S

    def settled(self) -> bool:
        """Whether all that was to be prepared is; does not wait."""
        while self._owed and self._hear.poll(0):
            self._heard()
            self._owed -= 1
        if self._owed and time.monotonic() > self._limit:
            raise TimeoutError
        return not self._owed

    def made(self, form: PageForm, job: PrintJob) -> Made:
        """The answer to this job, where everything is prepared."""
        self._ask.send((form, job))
        return self._heard()

    def end(self) -> None:
        """Never raises."""
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_LIMIT_S)
        self._ask.close()
        self._hear.close()

    def _heard(self) -> Made:
        if not self._hear.poll(_LIMIT_S):
            raise TimeoutError
        told = self._hear.recv()
        assert isinstance(told, Made)
        return told
