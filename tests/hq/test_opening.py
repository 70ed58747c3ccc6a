"""The opening service: a process of its own with the one key; no node that serves counters needs it."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from core import wire
from core.crypto.keys import PublicKey
from core.errors import HqError
from hq.home import opening_directory
from hq.opening import Opening, resolve_until
from hq.opening_key import FileOpeningKey
from hq.schema import ATTACHMENTS, REFERENCES
from tests.core.books import Book
from tests.guards import ExpectedLogs
from tests.hq.headquarters import Headquarters
from tests.hq.server import ROOT, HqServer, run_hq
from tests.hq.test_commands import hq
from tests.hq.test_references import ELSEWHERE, RECIPIENT, TYPED, as_in, payload, service


def referring(book: Book, target: int, terminal: str) -> int:
    """An item whose contact is as in another, as annex and sealed part say; its seq."""
    reference = as_in(target, terminal)
    said = {"form": 1, "waybill": f"W{len(book.entries)}", "sender_as_in": reference["as_in"]}
    annex = wire.encode({**said, "recipient_as_in": None})
    return book.item(book.sender(), payload(reference), annex)


def states(headquarters: Headquarters) -> list[tuple[str, str, str]]:
    """(party, state, why) of all references."""
    with headquarters.database.read() as connection:
        rows = connection.execute(select(REFERENCES).order_by(REFERENCES.c.seq)).all()
    return [(row.party, row.state, row.why) for row in rows]


def test_a_late_target_is_waited_for_and_copied_before_it_is_erased(headquarters: Headquarters) -> None:
    counter = headquarters.counter()
    other = headquarters.book(ELSEWHERE)
    target = other.item(other.sender(), payload())
    seq = referring(counter.book, target, ELSEWHERE)
    counter.sent(counter.book.entries)
    headquarters.follow()
    opening = service(headquarters)
    assert opening.resolve() == 0
    assert states(headquarters) == [("contact", "late", "")]
    there = headquarters.counter(ELSEWHERE)
    assert there.book.item(there.book.sender(), payload()) == target
    there.sent(there.book.entries)
    assert (opening.resolve(), opening.resolve()) == (1, 0)
    assert states(headquarters) == [("contact", "resolved", "")]
    with headquarters.database.write() as connection:
        connection.execute(delete(ATTACHMENTS).where(ATTACHMENTS.c.terminal == ELSEWHERE))
        kept = connection.execute(select(REFERENCES.c.copy)).scalar_one()
    assert TYPED["phone"].encode() not in kept
    shown = opening.show(counter.book.terminal, seq)[0]
    assert shown["sender"]["contact"] == {**as_in(target, ELSEWHERE), "state": "resolved", **TYPED}
    assert shown["recipient"] == RECIPIENT


def test_a_differing_document_is_parked_and_nothing_is_copied(headquarters: Headquarters) -> None:
    counter = headquarters.counter()
    target = counter.book.item(counter.book.sender(), payload(number="110105194912310046"))
    referring(counter.book, target, counter.book.terminal)
    counter.sent(counter.book.entries)
    headquarters.follow()
    assert service(headquarters).resolve() == 1
    assert states(headquarters) == [("contact", "parked", "differing_document")]
    with headquarters.database.read() as connection:
        assert connection.execute(select(REFERENCES.c.copy)).scalar_one() is None


class FailingKey:
    """A key in a device that breaks once with an error of its own, and then works."""

    def __init__(self, key: FileOpeningKey) -> None:
        self._key = key
        self.broke = threading.Event()

    @property
    def public(self) -> PublicKey:
        """As the key's."""
        return self._key.public

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """The first time the device is gone."""
        if not self.broke.is_set():
            self.broke.set()
            raise RuntimeError("token removed")
        return self._key.open(sealed, info)


def test_an_error_of_the_key_does_not_end_the_resolving(
    headquarters: Headquarters, expected_logs: ExpectedLogs
) -> None:
    """Whatever a key behind the interface raises, references are tried again."""
    expected_logs.expect("hq.opening", "incident in the resolver: RuntimeError at ")
    counter = headquarters.counter()
    target = counter.book.item(counter.book.sender(), payload())
    referring(counter.book, target, counter.book.terminal)
    counter.sent(counter.book.entries)
    headquarters.follow()
    key = FailingKey(FileOpeningKey(headquarters.opening))
    opening = Opening(headquarters.database, key, demonstration=True)
    stop = threading.Event()
    resolver = threading.Thread(target=resolve_until, args=(opening, stop))
    resolver.start()
    try:
        until(lambda: states(headquarters) == [("contact", "resolved", "")])
    finally:
        stop.set()
        resolver.join(10)
    assert key.broke.is_set()


def until(true: Callable[[], bool]) -> None:
    """Within twenty seconds."""
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_only_a_demonstration_shows_anything(headquarters: Headquarters) -> None:
    counter = headquarters.counter()
    counter.sent(counter.book.entries)
    key = FileOpeningKey(headquarters.opening)
    with pytest.raises(HqError, match="not a demonstration"):
        Opening(headquarters.database, key, demonstration=False).show(counter.book.terminal, 1)


def _open_files(pid: int) -> set[str]:
    """What a process holds open; one that it closes meanwhile is none of them."""
    found = set()
    for each in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            found.add(str(each.readlink()))
    return found


def test_a_node_has_no_way_to_the_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It serves, enrols and stores where the key is on no disk of its machine, and loads nothing that
    could read it; with the key among its own it does not start."""
    with HqServer(tmp_path / "hq") as server:
        place = opening_directory(server.directory)
        away = tmp_path / "elsewhere"
        counter = server.counter()
        place.rename(away)
        with counter.client() as client:
            assert counter.send(client, counter.book.entries).status_code == 200
        opened = _open_files(_pid(server))
        assert not [name for name in opened if "opening" in name]
        common = server.common
        show = ["journal", "show", "--terminal", counter.book.terminal, "--seq", "1", "--open", *common]
        code, _, err = hq(capsys, *show)
        assert (code, "opening service" in err) == (3, True)
    loaded = "import hq.app, hq.commands, hq.server, hq.service, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert "hq.service" in done.stdout.split()
    assert not {"hq.opening", "hq.opening_key", "hq.references"} & set(done.stdout.split())
    (server.directory / "keys" / "opening.key").write_bytes((away / "opening.key").read_bytes())
    refused = run_hq("serve", "--listen", "127.0.0.1:0", *common)
    assert refused.returncode == 3
    assert "opening key lies among" in refused.stderr


def _pid(server: HqServer) -> int:
    assert server.process is not None
    return server.process.pid


def test_its_process_answers_show_and_ends_with_sigterm(headquarters: Headquarters) -> None:
    """Its own process, its own key, one socket."""
    counter = headquarters.counter()
    counter.sent(counter.book.entries)
    common = ["--data", str(headquarters.home.directory), "--database", headquarters.url]
    command = [sys.executable, "-m", "hq", "open", "serve", *common]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("listening on ")
        path = headquarters.home.directory / "open.sock"
        assert path.stat().st_mode & 0o077 == 0
        seq = counter.book.sender()
        counter.sent(counter.book.entries)
        show = ["journal", "show", "--terminal", counter.book.terminal, "--open", *common]
        done = run_hq(*show, "--seq", str(seq))
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["opened"] == [{"text": "示例甲"}]
        assert run_hq(*show, "--seq", "999").returncode == 1
    finally:
        process.terminate()
        said = process.communicate(timeout=20)
    assert (process.returncode, said[1]) == (0, "")
    assert not path.exists()


def test_another_key_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one", "two"):
        assert hq(capsys, "init", "--data", str(tmp_path / name))[0] == 0
    wrong = ["--opening", str(tmp_path / "two.opening"), "--data", str(tmp_path / "one")]
    code, _, err = hq(capsys, "open", "serve", *wrong)
    assert (code, "not the opening key" in err) == (2, True)
