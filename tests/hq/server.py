"""The real ``hq`` in processes of its own, and counters that reach it over real TLS.

Others may use this too: ``with HqServer(directory, url) as server: … server.url``.
"""

from __future__ import annotations

import json
import os
import queue
import secrets
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx2

from core.exchange import PATH_ENROL, path_entries, path_marks
from core.ledger.entry import Entry
from hq.clock import utc_now
from hq.database import Database
from hq.home import create_home, default_database, open_home, opening_directory
from hq.journal import list_terminals
from hq.keys import open_opening
from hq.terminals import new_enrol_code
from tests.core.books import Book
from tests.hq.entries import TlsKey, batch, enrol_request, new_book, signed_headers
from tests.hq.forked import ForkedProgram

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60.0
STOP_SECONDS = 40.0


def run_hq(*arguments: str, timeout: float = 60.0, typed: str = "") -> subprocess.CompletedProcess[str]:
    """One command to its end; ``typed`` is its standard input."""
    return subprocess.run(
        [sys.executable, "-m", "hq", *arguments],
        cwd=ROOT,
        input=typed,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


class HqServer:
    """A serving headquarters; makes its store first where there is none."""

    def __init__(
        self,
        directory: Path,
        url: str | None = None,
        *,
        kill_at: tuple[str, int] | None = None,
        limits: Mapping[str, float] | None = None,
        options: Sequence[str] = (),
        measured: bool = False,
    ) -> None:
        """``kill_at``: the server kills itself (SIGKILL) at the n-th time it passes that step;
        ``limits``: members of hq.web.Limits that differ; ``options``: more of ``serve``'s own;
        ``measured``: ``python -m hq`` itself, not forked, so that its memory is its own.
        """
        self.directory = directory
        self.common = ["--data", str(directory), *(["--database", url] if url else [])]
        self._options = list(options)
        self.database = url or default_database(directory)
        self._changes = {"kill": kill_at, "limits": dict(limits or {})} if kill_at or limits else None
        self._measured = measured
        self.process: subprocess.Popen[str] | ForkedProgram | None = None
        self.url = ""

    def __enter__(self) -> HqServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def start(self, listen: str = "127.0.0.1:0") -> None:
        """Start, and wait for the line that says where it listens."""
        if not (self.directory / "hq.json").exists():
            self._create()
        arguments = ["serve", "--listen", listen, *self._options, *self.common]
        if self._measured:
            command = [sys.executable, "-m", "hq", *arguments]
            self.process = subprocess.Popen(
                command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
        else:
            environment = {**os.environ, "COUNTER_HQ_TEST": json.dumps(self._changes)}
            program = "hq.__main__" if self._changes is None else "tests.hq.serve_changed"
            self.process = ForkedProgram(program, arguments, environment=environment)
        self.url = _ready(self.process).removeprefix("listening on ")

    def _create(self) -> None:
        """As ``init --demonstration``, without the wait for a process."""
        database = Database(self.database)
        try:
            create_home(
                self.directory, database, passphrase=None, hosts=(), demonstration=True, now=utc_now()
            )
        finally:
            database.close()

    def run(self, *arguments: str) -> Any:
        """A command on the same store, beside the server; its JSON answer."""
        done = run_hq(*arguments, "--json", *self.common)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def listed(self) -> list[dict[str, Any]]:
        """``terminal list --json``, without the wait for a process."""
        database = Database(self.database)
        try:
            return list_terminals(database)
        finally:
            database.close()

    def stop(self) -> tuple[int, str]:
        """SIGTERM; (exit code, standard error)."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> tuple[int, str]:
        """Its end; (exit code, standard error)."""
        assert self.process is not None
        _, said = self.process.communicate(timeout=STOP_SECONDS)
        code = self.process.returncode
        self.process = None
        assert code is not None
        return code, said

    def kill(self) -> None:
        """SIGKILL, if it still runs."""
        if self.process is not None:
            self.process.kill()
            self.wait()

    def context(self) -> ssl.SSLContext:
        """What trusts this headquarters and nobody else."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.directory / "ca.pem")
        return context

    def client(self, context: ssl.SSLContext | None = None) -> httpx2.Client:
        """HTTPS, without a client certificate unless ``context`` has one."""
        return httpx2.Client(
            base_url=self.url, verify=context or self.context(), trust_env=False, timeout=30.0
        )

    def counter(self, terminal: str = "990100-01-03") -> TlsCounter:
        """A terminal, enrolled over the wire."""
        home = open_home(self.directory)
        keyring = home.keyring(None)
        opening = open_opening(opening_directory(self.directory), None)
        book = new_book(keyring.signing(), opening.opening(), terminal)
        database = Database(self.database)
        try:
            code = new_enrol_code(database, terminal, terminal[:9])
        finally:
            database.close()
        key = TlsKey()
        with self.client() as client:
            answer = client.post(PATH_ENROL, json=enrol_request(book, code, key.csr()))
        assert answer.status_code == 200, answer.text
        return TlsCounter(self, book, key, answer.json()["certificate"].encode("ascii"))


class TlsCounter:
    """One terminal over real TLS, with its client certificate."""

    def __init__(self, server: HqServer, book: Book, key: TlsKey, certificate: bytes) -> None:
        self.server = server
        self.book = book
        self.key = key
        self.certificate = certificate

    def context(self) -> ssl.SSLContext:
        """With the client certificate."""
        context = self.server.context()
        with tempfile.NamedTemporaryFile() as file:  # load_cert_chain takes files only
            file.write(self.key.pem() + self.certificate)
            file.flush()
            context.load_cert_chain(file.name)
        return context

    def client(self) -> httpx2.Client:
        """To be closed by the caller."""
        return self.server.client(self.context())

    def signed(self, method: str, path: str, body: bytes = b"") -> Mapping[str, str]:
        """Headers for one request, now."""
        return signed_headers(self.book, method, path, body, utc_now(), secrets.token_bytes(16))

    def send(self, client: httpx2.Client, entries: Sequence[Entry]) -> httpx2.Response:
        """One batch."""
        path, body = path_entries(self.book.terminal), batch(entries)
        return client.post(path, content=body, headers=self.signed("POST", path, body))

    def marks(self, client: httpx2.Client) -> httpx2.Response:
        """Asked for."""
        path = path_marks(self.book.terminal)
        return client.get(path, headers=self.signed("GET", path))


def _ready(process: subprocess.Popen[str] | ForkedProgram) -> str:
    """The first line, within its time."""
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    stdout = process.stdout
    assert stdout is not None
    reader = threading.Thread(target=lambda: lines.put(stdout.readline()), daemon=True)
    reader.start()
    try:
        line = lines.get(timeout=READY_SECONDS).strip()
    except queue.Empty:
        line = ""
    if not line.startswith("listening on https://"):
        process.kill()
        _, said = process.communicate(timeout=STOP_SECONDS)
        raise AssertionError(f"headquarters did not start: {line!r} {said}")
    return line
