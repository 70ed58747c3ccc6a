"""Stores for tests, shut again whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from core.errors import StoreError
from storage import tls
from storage.journal import SqlJournal
from storage.vault import SUBKEY_TLS
from tests.storage.counters import Counter
from tests.storage.pumping import Place
from tests.storage.stub_hq import Authority, StubHq


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    """A terminal whose store is not made yet."""
    directory = tmp_path / "store"
    directory.mkdir()
    return Counter(directory)


@pytest.fixture
def journal(counter: Counter) -> Iterator[SqlJournal]:
    """Its journal: made, founded, logged in."""
    opened = counter.start()
    yield opened
    with suppress(StoreError):
        opened.database.close()


@pytest.fixture(scope="module")
def authority() -> Authority:
    """Who certifies the stub headquarters and the counters."""
    return Authority()


@pytest.fixture
def place(counter: Counter, journal: SqlJournal, authority: Authority) -> Iterator[Place]:
    """A founded counter with its certificate, a stub headquarters; the pump is not started."""
    book = counter.book
    request = tls.new_request(counter.subkey(SUBKEY_TLS))
    certificate = authority.client(request.csr, book.terminal)
    tls.save(counter.directory, request.key, certificate, authority.pem)
    made = Place(counter, journal, StubHq(book.headquarters, book.terminal, book.key.public, authority))
    yield made
    stopped = made.stop()
    made.hq.close()
    assert stopped
