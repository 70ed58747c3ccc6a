"""Signatures checked by processes beside the walk: they say that all are good, and only if they are."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from core import wire
from core.crypto.keys import new_signer
from core.errors import EntryError, EntryFault
from storage import signatures
from storage.quick import read_quickly
from storage.signatures import SignaturesBeside, beside
from tests.core.books import Book

MESSAGE = b"counter/entry/terminal/1\0 body"


@pytest.fixture
def one() -> Iterator[SignaturesBeside]:
    made = SignaturesBeside(1)
    yield made
    made.close()


def test_one_bad_among_many_is_seen_wherever_it_stands(one: SignaturesBeside) -> None:
    """In a span that goes out, in what this process checks itself, and in the rest at the end."""
    key = new_signer()
    good = key.sign(MESSAGE)
    spans = 2 * signatures._SPAN + 3
    for bad in (None, 0, signatures._SPAN + 1, spans - 1):
        one.begin()

        def walk(bad: int | None = bad) -> None:
            for number in range(spans):
                assert one.later(key.public, good if number != bad else good[::-1], MESSAGE)
            one.need_good()

        if bad is None:
            walk()
        else:
            with pytest.raises(EntryError) as caught:
                walk()
            assert caught.value.code is EntryFault.SIGNATURE


def test_a_process_that_died_says_nothing_good(one: SignaturesBeside) -> None:
    key = new_signer()
    one.later(key.public, key.sign(MESSAGE), MESSAGE)
    one.need_good()
    for process in list(one._pool._processes.values()):
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join(30)
    one.begin()
    one.later(key.public, key.sign(MESSAGE), MESSAGE)
    with pytest.raises(EntryError):
        one.need_good()


def test_a_process_that_cannot_be_started_says_nothing_good(
    one: SignaturesBeside, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pool starts them when work comes: no memory then, and it is the plain way that answers."""

    def refused(*_: object) -> None:
        raise BlockingIOError("fork")

    one.need_good()
    key = new_signer()
    monkeypatch.setattr(ProcessPoolExecutor, "submit", refused)
    one.later(key.public, key.sign(MESSAGE), MESSAGE)
    with pytest.raises(EntryError):
        one.need_good()
    with beside(signatures.WORTH_ENTRIES) as made:
        assert made is None


def test_a_process_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    made = SignaturesBeside(1)
    made.need_good()
    monkeypatch.setattr(signatures, "_LIMIT_S", 0.05)
    (process,) = made._pool._processes.values()
    os.kill(process.pid or 0, signal.SIGSTOP)
    key = new_signer()
    made.later(key.public, key.sign(MESSAGE), MESSAGE)
    with pytest.raises(EntryError):
        made.need_good()
    made.close()
    assert not process.is_alive()


_KILLED = """
if __name__ == "__main__":
    import os, signal
    from storage.signatures import SignaturesBeside
    made = SignaturesBeside(1)
    made.need_good()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_nothing_is_left_of_a_check_that_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "killed.py"
    script.write_text(_KILLED, "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    reader, writer = os.pipe()  # every process that is left holds its end of it
    try:
        done = subprocess.run(
            [sys.executable, str(script)], stdout=writer, stderr=writer, env=environment, timeout=60
        )
        os.close(writer)
        assert done.returncode == -signal.SIGKILL
        while select.select([reader], [], [], 30)[0]:
            if not os.read(reader, 4096):
                return
        pytest.fail("a process is left")
    finally:
        os.close(reader)


def test_a_small_journal_has_none_beside() -> None:
    with beside(signatures.WORTH_ENTRIES - 1) as made:
        assert made is None


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1.0}', b'{"a":1e2}', b'{"a":1,"a":1}', b'{"b":1,"a":1}', b'{"a":-0}', b'{ "a":1}',
        b'{"a":"\\u0041"}', b'{"a":"\\/"}', b'{"a":9007199254740993}', b'[1]', b'1', b'', b'{"a":NaN}',
        b'{"a":1}\n', b'{"a":"\xc3\xa9"}', b'{"a":' + b"[" * 17 + b"]" * 17 + b"}",
    ],
)  # fmt: skip
def test_what_is_not_seen_to_be_canonical_is_left_to_core(body: bytes) -> None:
    assert read_quickly(body) is None


def test_what_is_read_quickly_core_reads_the_same() -> None:
    book = Book().found()
    read = [read_quickly(entry.body) for entry in book.entries]
    assert read == [wire.decode(entry.body) for entry in book.entries]
    for at in range(len(book.entries[0].body)):  # any byte changed
        body = bytearray(book.entries[0].body)
        body[at] ^= 0x10
        said = read_quickly(bytes(body))
        assert said is None or said == wire.decode(bytes(body))
