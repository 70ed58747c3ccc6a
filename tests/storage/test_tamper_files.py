"""The small files beside the store, changed by hand a byte at a time: named, or without any effect (T16)."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from cryptography import x509

from core.errors import CounterError, HqFault, StoreFault
from core.view import SyncView
from program.told import LastTold
from storage import tls
from storage.headquarters import BestClock, Headquarters
from storage.link import HqLink
from storage.vault import SUBKEY_TLS
from tests.core.machine import SetClock
from tests.guards import ExpectedLogs
from tests.storage.pumping import Place
from tests.storage.stub_hq import NOW

pytestmark = pytest.mark.requirement("T16")

# What the screen says of it is a sentence for each (ui/text.py); "unreachable" would blame the network.
NAMED = {str(StoreFault.DAMAGED), str(HqFault.TLS)}


def changed(path: Path, parts: int = 0) -> Iterator[int]:
    """One byte after the other in ``parts`` places (0: everywhere), each put back afterwards."""
    whole = path.read_bytes()
    for at in sorted({*range(0, len(whole), max(1, len(whole) // parts) if parts else 1), len(whole) - 1}):
        other = bytearray(whole)
        other[at] ^= 1
        path.write_bytes(other)
        yield at
    path.write_bytes(whole)


def asked(place: Place) -> str:
    """A new connection, as a log-in makes it: what is named, "" where headquarters answers."""
    book, clock = place.counter.book, BestClock(SetClock(NOW))
    try:
        context = tls.client_context(place.counter.directory, place.counter.subkey(SUBKEY_TLS))
        link = HqLink(place.hq.url, context, clock.now)
        with closing(link):
            Headquarters(link, clock, book.terminal, book.key, book.headquarters.public).marks()
    except CounterError as error:
        return str(error.code)
    return ""


def trusted(path: Path, place: Place) -> object:
    """What a file of the line says, without the paper around it."""
    data = path.read_bytes()
    if path.suffix == ".pem":
        return x509.load_pem_x509_certificates(data)
    return tls._key(place.counter.directory, place.counter.subkey(SUBKEY_TLS)).private_numbers()


@pytest.mark.parametrize("name", ["client.key", "client.pem", "ca.pem"])
def test_a_byte_changed_in_a_file_of_the_line_is_named(place: Place, name: str) -> None:
    """Key, certificate or pinned authority: at the start, or by the first thing asked of headquarters.

    What is not named changed nothing that is trusted: the line breaks around the same certificates.
    """
    assert asked(place) == ""
    path = place.counter.directory / tls.FOLDER / name
    before, same, found = path.read_bytes(), trusted(path, place), set()
    for at in changed(path, 40):
        said = asked(place)
        found.add(said)
        if said not in NAMED:
            assert said == "", (at, said)
            assert trusted(path, place) == same, at
    assert found & NAMED
    assert (asked(place), path.read_bytes()) == ("", before)


def test_a_byte_changed_in_what_the_log_in_says_of_headquarters_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, expected_logs: ExpectedLogs
) -> None:
    """``sync.json`` is read before anybody has opened anything: no figure of it is shown then."""
    expected_logs.allow("program.told", "sync.json")
    LastTold(tmp_path).write(SyncView(1234, dt.datetime(2026, 11, 21, 6, tzinfo=dt.UTC), "ok"))
    assert LastTold(tmp_path).read() == SyncView(1234, dt.datetime(2026, 11, 21, 6, tzinfo=dt.UTC), "stopped")
    for at in changed(tmp_path / "sync.json"):
        caplog.clear()
        assert LastTold(tmp_path).read() is None, at
        assert [record.levelno for record in caplog.records] == [logging.WARNING], at
    assert LastTold(tmp_path).read() is not None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"unsent": 1}',
        b"[" * 100_000,
        b'{"unsent": -1, "last_contact": null, "what": ""}',
    ],
)
def test_what_is_no_such_file_says_nothing(tmp_path: Path, data: bytes, expected_logs: ExpectedLogs) -> None:
    expected_logs.expect("program.told", "sync.json is not as it was written")
    (tmp_path / "sync.json").write_bytes(data)
    assert LastTold(tmp_path).read() is None
