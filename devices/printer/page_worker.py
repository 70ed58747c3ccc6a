"""``python -m devices.printer.page_worker``: print jobs on standard input → their pages' bytes on output.

A page is 20 ms of computing.  In the counter's own interpreter the screen would wait for it, right after F9.
The two ends are ours, so a job comes as a pickle; nothing of it reaches a file, a message or a core dump.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
from multiprocessing.connection import Connection

from core.devices import PrintJob
from core.errors import DeviceError, DeviceFault
from devices.printer.form import Made, OwnPages, PageForm


def main() -> int:
    """Until the counter has gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the counter's: it ends this process by its pipe
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    asked, answered = Connection(os.dup(0), writable=False), Connection(os.dup(1), readable=False)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    pages = OwnPages()
    with contextlib.suppress(EOFError, OSError):
        while True:
            form, job = asked.recv()
            answered.send(_made(pages, form, job))
    return 0


def _made(pages: OwnPages, form: PageForm, job: PrintJob | None) -> Made:
    """Without a job: the form is prepared."""
    try:
        if job is None:
            pages.prepare(form)
            return Made(b"")
        return Made(pages.make(form, job))
    except DeviceError as error:
        return Made(b"", DeviceFault(error.code), error.facts)


if __name__ == "__main__":
    sys.exit(main())
