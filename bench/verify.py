"""``journal verify`` of weeks of work: every signature, the whole chain, state and look-ups folded again."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure, at_least
from core.ledger.entry import Entry
from core.ledger.writer import Proposal
from storage.signatures import SignaturesBeside, beside
from storage.verify import Report, verify
from tests.storage.counters import Counter

ITEMS = 7_000  # seven entries each
_COMMIT = 500


def run() -> Iterator[Figure]:
    """Entries per second, starting the processes included; the note says what one core alone does."""
    with tempfile.TemporaryDirectory() as directory:
        counter = Counter(Path(directory), receipts=True)
        entries = fill(counter, ITEMS)
        alone = _rate(counter, None)
        began = time.perf_counter()
        with beside(entries) as processes:
            sound = _report(counter, processes)
        spent = time.perf_counter() - began
    assert sound.sound, sound.findings
    note = f"{entries} entries, {sound.attachments} attachments, {spent:.1f} s; alone {alone:.0f} entries/s"
    yield at_least("verify", entries / spent, "entries/s", 6000, note)


def fill(counter: Counter, items: int) -> int:
    """One business day: sender, item, label, receipt, label on its parcel; returns the entries."""
    journal = counter.start()
    day = {"day": 1, "date": "2026-11-21"}
    waiting: list[Entry] = counter.book.propose(Proposal("DayOpened", day, counter.book.operation()))
    try:
        for number in range(items):
            waiting += counter.accept()
            item = waiting[-1].header.seq
            waiting += counter.print_label(item, "LabelPrinted")
            page = {"item": item, "job": f"receipt-{number}"}
            started = {**page, "slot": "receipt_printer", "copy": 0, "template": "own"}
            book = counter.book
            waiting += book.propose(
                Proposal("PrintStarted", started, book.operation()),
                Proposal("ReceiptPrinted", page, book.operation()),
                Proposal("LabelAffixed", {"item": item, "by": "scan"}, book.operation(), True),
            )
            if len(waiting) >= _COMMIT or number == items - 1:
                journal.commit(waiting, counter.book.state)
                waiting.clear()
        return journal.head().seq
    finally:
        journal.database.close()


def _rate(counter: Counter, processes: SignaturesBeside | None) -> float:
    began = time.perf_counter()
    return _report(counter, processes).entries / (time.perf_counter() - began)


def _report(counter: Counter, processes: SignaturesBeside | None) -> Report:
    journal = counter.journal()
    try:
        return verify(journal, counter.book.headquarters.public, counter.book.terminal, beside=processes)
    finally:
        journal.database.close()
