"""What tests let happen in a process of its own: kills, failing disks, full disks, a second writer.

``python -m tests.storage.child SCENE DIR [ARGUMENT…]`` prints JSON lines.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.errors import StoreError
from core.ports import DraftRow
from storage.journal import SqlJournal
from storage.verify import verify
from tests.storage.counters import Counter
from tests.storage.syscalls import fail, refuse_writing

ROOT = Path(__file__).parents[2]


def run(scene: str, directory: Path, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    """Run a scene to its end: (exit code, what it said)."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.storage.child", scene, str(directory), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def begin(scene: str, directory: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start a scene that waits for a line on its standard input."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.storage.child", scene, str(directory), *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _say(**facts: object) -> None:
    print(json.dumps(facts), flush=True)


def _code(work: Callable[[], object]) -> str:
    try:
        work()
    except StoreError as error:
        return str(error.code)
    return ""


def _start(directory: Path, probe: Callable[[str], None]) -> tuple[Counter, SqlJournal]:
    counter = Counter(directory)
    journal = counter.start(probe)
    for _ in range(3):
        journal.commit(counter.accept(), counter.book.state)
    journal.save_draft(DraftRow("OP10001", "d1", "示例甲".encode(), "2026-11-21T06:00:00.000Z"))
    _say(
        data_key=counter.data_key.hex(),
        headquarters=counter.book.headquarters.public.text,
        terminal=counter.book.terminal,
        seq=journal.head().seq,
    )
    return counter, journal


def kill(directory: Path, step: str) -> None:
    """Dies at a named step of a commit; says the operation first."""
    armed: list[str] = []

    def probe(name: str) -> None:
        if name in armed:
            os.kill(os.getpid(), signal.SIGKILL)

    counter, journal = _start(directory, probe)
    entries = counter.accept()
    _say(operation=entries[-1].header.operation, last=entries[-1].header.seq)
    armed.append(step)
    journal.commit(entries, counter.book.state)
    _say(survived=True)


def disk(directory: Path, calls: str, error: str) -> None:
    """System calls begin to fail in the middle of a commit; the journal still answers afterwards."""
    armed: list[str] = []

    def probe(name: str) -> None:
        if name in armed:
            armed.clear()
            fail(calls.split(","), getattr(errno, error))

    counter, journal = _start(directory, probe)
    state = counter.book.state
    entries = counter.accept()
    armed.append("journal.begin")
    code = _code(lambda: journal.commit(entries, counter.book.state))
    again = _code(lambda: journal.commit(entries, counter.book.state))
    known = journal.by_operation(entries[0].header.operation)
    same = journal.head() == state.head == journal.last_head() and journal.state() == state
    _say(code=code, again=again, unchanged=same, known=known is not None, items=len(journal.items()))


def vault(directory: Path, calls: str, error: str) -> None:
    """System calls fail while a second operator is let in and a month key is made."""
    counter, journal = _start(directory, lambda _: None)
    opened = counter.vault()
    opened.unlock(counter.book.operator, counter.password)
    keys = counter.another_operator()
    from storage.vaultfile import OperatorRecord

    record = OperatorRecord(keys.operator, "clerk", keys.signer.public, keys.agreement.public, keys.wrapped)
    fail(calls.split(","), getattr(errno, error))
    _say(
        operator=_code(lambda: opened.add_operator(record)),
        key=_code(lambda: journal.keys.key("acceptance", "2031-01")),
        password=_code(lambda: counter.vault().unlock(counter.book.operator, "wrong")),
    )


def full(directory: Path) -> None:
    """Fills a small file system to the brim, makes room again, goes on.  Says what the store said."""
    kind = _small_disk(directory)
    place = directory / "store"
    place.mkdir()
    counter, journal = _start(place, lambda _: None)
    filler = place / "filler"
    if kind == "tmpfs":
        with filler.open("wb") as file:
            file.write(bytes(1024 * 1024))
    code, accepted = "", 0
    while not code and accepted < 3000:
        before = counter.book.state
        entries = counter.accept()
        code = _code(lambda entries=entries: journal.commit(entries, counter.book.state))  # type: ignore[misc]
        accepted += not code
    counter.book.state = before
    del counter.book.entries[-len(entries) :]
    held = journal.last_head() == before.head == journal.head()
    filler.unlink(missing_ok=True)
    _more_room(kind)
    entries = counter.accept()
    later = _code(lambda: journal.commit(entries, counter.book.state))
    report = verify(journal, counter.book.headquarters.public, counter.book.terminal)
    journal.database.close()
    _say(kind=kind, code=code, accepted=accepted, held=held, later=later, sound=report.sound)


def _small_disk(directory: Path) -> str:
    """A file system of 3 MB in a mount namespace of our own; where that is barred, a file size limit."""
    libc = ctypes.CDLL(None, use_errno=True)
    newuser, newns, private = 0x10000000, 0x00020000, 1 << 18 | 1 << 14
    if libc.unshare(newns if os.getuid() == 0 else newuser | newns) == 0:
        libc.mount(b"none", b"/", None, private, None)
        if libc.mount(b"tmpfs", os.fsencode(directory), b"tmpfs", 0, b"size=3m") == 0:
            return "tmpfs"
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024 * 1024, resource.RLIM_INFINITY))
    return "limit"


def _more_room(kind: str) -> None:
    if kind == "limit":
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def read_only(directory: Path) -> None:
    """Opens a store on a file system that has become read-only."""
    counter, journal = _start(directory, lambda _: None)
    journal.database.close()
    refuse_writing(errno.EROFS)
    unlock = _code(lambda: counter.vault().unlock(counter.book.operator, counter.password))
    _say(journal=_code(counter.journal), unlock=unlock)


def hold(directory: Path) -> None:
    """Holds the store open until told to end."""
    _, journal = _start(directory, lambda _: None)
    sys.stdin.readline()
    journal.database.close()


def rewrite(directory: Path) -> None:
    """Replaces a small file again and again until it is killed."""
    from storage.files import write_atomic

    number = 0
    while True:
        number += 1
        write_atomic(directory / "file", json.dumps({"number": number, "filler": "x" * 50_000}).encode())
        if number == 20:
            _say(ready=True)


if __name__ == "__main__":
    _scenes: dict[str, Callable[..., None]] = {
        "kill": kill,
        "disk": disk,
        "vault": vault,
        "full": full,
        "read_only": read_only,
        "hold": hold,
        "rewrite": rewrite,
    }
    _scenes[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])
