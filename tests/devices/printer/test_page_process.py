"""Pages made in another process are the same pages; and where it is not to be had, nothing is lost."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.devices import NoPaperSlip, PrintJob, Slot
from core.errors import DeviceError, DeviceFault
from devices.printer.form import OwnPages, PageForm
from devices.printer.page_process import PageProcess
from tests.devices.printer.labels import PLAIN
from tests.devices.printer.receipts import PLAIN_RECEIPT
from tests.guards import ExpectedLogs

_LABEL = PageForm("tspl", 76, 203, 130, 2)
_ZPL = PageForm("zpl", 76, 203, 130, 2)
_ROLL = PageForm("escpos", 80, 203)
_SLIP = NoPaperSlip("示例支局", "2026-11-01", ("resident",), "2026-11-01")
_JOBS = {
    "label": (_LABEL, PrintJob("a", Slot.LABEL_PRINTER, 3, PLAIN)),
    "zpl": (_ZPL, PrintJob("b", Slot.STICKER_PRINTER, 3, PLAIN)),
    "receipt": (_ROLL, PrintJob("c", Slot.RECEIPT_PRINTER, 3, PLAIN_RECEIPT)),
    "slip": (_ROLL, PrintJob("d", Slot.RECEIPT_PRINTER, 0, _SLIP, passing=True)),
    "slip on a label": (_LABEL, PrintJob("e", Slot.LABEL_PRINTER, 0, _SLIP, passing=True)),
}


@pytest.fixture
def pages() -> Iterator[PageProcess]:
    """Up, with all forms open."""
    made = PageProcess()
    for form in (_LABEL, _ZPL, _ROLL):
        made.prepare(form)
    until_ready(made)
    yield made
    made.close()


def until_ready(pages: PageProcess) -> None:
    end = time.monotonic() + 30
    while not pages.ready():
        assert time.monotonic() < end
        time.sleep(0.02)


class Nowhere(OwnPages):
    """Makes no page: whoever gets one had it from the process."""

    def make(self, form: PageForm, job: PrintJob) -> bytes:
        raise AssertionError("made here")


def _children() -> set[int]:
    """Of this process and all its threads."""
    return {
        int(child)
        for task in Path("/proc/self/task").iterdir()
        for child in (task / "children").read_text().split()
    }


def _workers() -> set[int]:
    return {pid for pid in _children() if b"page_worker" in Path(f"/proc/{pid}/cmdline").read_bytes()}


def test_they_are_the_same_to_the_byte(pages: PageProcess) -> None:
    own, pages._own = OwnPages(), Nowhere()
    for form, job in _JOBS.values():
        assert pages.make(form, job) == own.make(form, job)
    assert len(_workers()) == 1


def test_nobody_waits_for_a_process_that_is_not_up_yet() -> None:
    """The first page of a slow start is made here, and the process is not given up for it."""
    pages = PageProcess()
    try:
        form, job = _JOBS["label"]
        pages.prepare(form)
        assert pages._worker is not None
        worker = pages._worker._process.pid  # it may not have its name in /proc yet
        os.kill(worker, signal.SIGSTOP)
        assert pages.make(form, job) == OwnPages().make(form, job)
        os.kill(worker, signal.SIGCONT)
        until_ready(pages)
        pages._own = Nowhere()
        assert pages.make(form, job)
        assert _workers() == {worker}
    finally:
        pages.close()


def test_a_page_that_cannot_be_set_says_why_as_it_does_here(pages: PageProcess) -> None:
    odd = dataclasses.replace(PLAIN, recipient_name="\U0001f4ee")
    pages._own = Nowhere()
    with pytest.raises(DeviceError) as there:
        pages.make(_LABEL, PrintJob("a", Slot.LABEL_PRINTER, 3, odd))
    with pytest.raises(DeviceError) as here:
        OwnPages().make(_LABEL, PrintJob("a", Slot.LABEL_PRINTER, 3, odd))
    assert there.value.code is DeviceFault.GLYPH_MISSING
    assert (there.value.code, there.value.facts) == (here.value.code, here.value.facts)
    form, job = _JOBS["label"]
    assert pages.make(form, job)  # and goes on


@pytest.mark.parametrize("when", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped"])
def test_a_process_that_fails_costs_no_page(
    pages: PageProcess, expected_logs: ExpectedLogs, when: signal.Signals
) -> None:
    expected_logs.expect("devices.printer.page_process", "page process: ")
    form, job = _JOBS["label"]
    expected = pages.make(form, job)
    (worker,) = _workers()
    os.kill(worker, when)
    assert pages.make(form, job) == expected  # here
    until_ready(pages)
    assert worker not in _workers()
    pages._own = Nowhere()
    assert pages.make(form, job) == expected  # in another one
    assert len(_workers()) == 1


def test_without_any_process_the_page_is_made_here(
    expected_logs: ExpectedLogs, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected_logs.expect("devices.printer.page_process", "FileNotFoundError")
    monkeypatch.setattr("sys.executable", "/nonexistent/python")
    pages = PageProcess()
    form, job = _JOBS["receipt"]
    pages.prepare(form)
    assert not pages.ready()
    assert pages.make(form, job) == OwnPages().make(form, job)


def test_it_ends_with_the_counter(pages: PageProcess) -> None:
    pages.make(*_JOBS["label"])
    assert _workers()
    pages.close()
    pages.close()
    assert not _workers()
    assert pages.make(*_JOBS["label"])  # a lane that is still at it is served here
    assert not _workers()


def test_it_ends_when_the_counter_is_killed(tmp_path: Path) -> None:
    """By its pipe alone: nobody is left to end it."""
    script = (
        "import os, sys, time\n"
        "from devices.printer.page_process import PageProcess\n"
        "from tests.devices.printer.test_page_process import _JOBS, _workers, until_ready\n"
        "pages = PageProcess(); pages.prepare(_JOBS['label'][0]); until_ready(pages)\n"
        f"open({str(tmp_path / 'pid')!r}, 'w').write(str(_workers().pop()))\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=False)
    worker = int((tmp_path / "pid").read_text())
    end = time.monotonic() + 10
    while Path(f"/proc/{worker}").exists() and time.monotonic() < end:
        state = Path(f"/proc/{worker}/stat").read_text().rsplit(")", 1)[1].split()[0]
        if state == "Z":
            break
        time.sleep(0.05)
    else:
        assert not Path(f"/proc/{worker}").exists()
