"""Every page of the file, looked through beside the walk: what no entry lies in is found too."""

from __future__ import annotations

from contextlib import closing

import pytest

from core.errors import CounterError, StoreFault
from storage.database import DATABASE_NAME
from storage.journal import SqlJournal
from storage.pages import PagesBeside
from storage.reading import JournalReader
from storage.signatures import SignaturesBeside
from storage.store import open_reader
from storage.verify import Report, _check_all, verify
from tests.storage.counters import PASSWORD, Counter

pytestmark = pytest.mark.requirement("R62", "R92")

_PAGE = 4096


def test_any_page_changed_is_found_beside_the_walk(counter: Counter, journal: SqlJournal) -> None:
    """Also those that the walk itself never reads: indexes, free pages."""
    for _ in range(2):
        journal.commit(counter.accept(), counter.book.state)
    journal.database.close()
    path = counter.directory / DATABASE_NAME
    whole = path.read_bytes()
    unread = 0
    with closing(counter.vault()) as vault, closing(SignaturesBeside(1)) as beside:
        vault.unlock(counter.book.operator, PASSWORD)
        keys, terminal = vault.headquarters_keys().chain, vault.grant().terminal
        for page in range(len(whole) // _PAGE):
            changed = bytearray(whole)
            changed[page * _PAGE + 900] ^= 1
            path.write_bytes(changed)
            try:
                reader = open_reader(counter.directory, vault)
            except CounterError:
                continue  # named at the opening already
            with closing(reader.database):
                assert PagesBeside(reader.database).found(), page
                found = verify(reader, keys, terminal, beside=beside).first
                assert found is not None, page
                assert found.code == StoreFault.DAMAGED, page
                unread += _walked(reader, keys, terminal)
    assert unread, "the walk read every page: this test shows nothing"


def _walked(reader: JournalReader, keys: object, terminal: str) -> bool:
    """Whether the walk alone finds nothing."""
    report = Report()
    _check_all(reader, keys, terminal, False, report, None)  # type: ignore[arg-type]
    return report.sound
