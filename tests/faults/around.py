"""What stands around a counter under test: a real headquarters, and the server that forks counters."""

from __future__ import annotations

import datetime as dt
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hq.database import Database
from hq.home import create_home
from hq.journal import list_terminals
from hq.operators import add_operator
from hq.terminals import new_enrol_code
from tests.hq.forked import ForkedProgram

ROOT = Path(__file__).parents[2]
BRANCH = "990100-01"
NAME = "柜员样本"
LIMIT_S = 60.0


class Headquarters:
    """``hq serve`` over SQLite; can be killed and started again at the same port."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.url = ""
        self._port = 0
        self._process: ForkedProgram | None = None
        self.database = Database(f"sqlite:///{directory / 'hq.sqlite'}")
        directory.mkdir(parents=True, exist_ok=True)
        self.home = create_home(
            directory,
            self.database,
            passphrase=None,
            hosts=(),
            demonstration=True,
            now=dt.datetime.now(dt.UTC),
        )

    def start(self, dies_at: str = "", nth: int = 1) -> None:
        """Listening when it returns.  ``dies_at``: the named step that it does not survive the n-th time."""
        if dies_at:
            program, arguments = "tests.faults.hq_process", [str(self.directory), str(self._port)]
            arguments += [dies_at, str(nth)]
        else:
            program, arguments = "hq.__main__", ["serve", "--data", str(self.directory)]
            arguments += ["--listen", f"127.0.0.1:{self._port}"]
        with (self.directory / "log").open("ab") as log:
            self._process = ForkedProgram(program, arguments, errors=log.fileno())
        said = self._process.stdout.readline()
        assert "https://" in said, (self.directory / "log").read_text()
        self.url = said.split()[-1]
        self._port = int(self.url.rpartition(":")[2])

    def kill(self) -> None:
        """SIGKILL, whatever it is doing."""
        assert self._process is not None
        self._process.kill()
        self._wait()

    def dead(self) -> bool:
        """Whether it has died by itself."""
        return self._process is not None and self._process.poll() is not None

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        return "127.0.0.1", self._port

    def stop(self) -> None:
        """As a service manager stops it."""
        if self._process is not None:
            self._process.terminate()
            self._wait()
        self.database.close()

    def _wait(self) -> None:
        assert self._process is not None
        self._process.wait(30)
        self._process.stdout.close()
        self._process = None

    def codes(self, terminal: str, operator: str, role: str = "clerk") -> dict[str, str]:
        """What a new terminal and its first operator need to enrol."""
        return {
            "ca": str(self.home.authority_file),
            "code": new_enrol_code(self.database, terminal, BRANCH),
            "operator": operator,
            "activation": add_operator(self.database, operator, NAME, role),
        }

    def listed(self, terminal: str) -> dict[str, Any]:
        """One line of ``terminal list``."""
        return next(row for row in list_terminals(self.database) if row["terminal"] == terminal)


@dataclass
class Outcome:
    """How one counter ended and everything it said, in order."""

    code: int
    said: list[dict[str, Any]]
    core: bool = False  # the kernel wrote a core file

    @property
    def killed(self) -> bool:
        """By SIGKILL."""
        return self.code == -signal.SIGKILL

    def of(self, name: str) -> list[Any]:
        """Every value said under a name."""
        return [line[name] for line in self.said if name in line]


class Forks:
    """The server of counters; one counter at a time."""

    def __init__(self, errors: Path, environment: Mapping[str, str] | None = None) -> None:
        self._errors = errors
        self._stderr = errors.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.serve"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            env={**os.environ, **(environment or {})},
        )
        self._lines: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, name="forks-reader")
        self._reader.start()
        self.child = 0

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(json.loads(line))
        self._lines.put(None)

    def begin(self, order: Mapping[str, Any]) -> None:
        """Start one counter."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()

    def finish(self, heard: Callable[[dict[str, Any]], None] = lambda _line: None) -> Outcome:
        """Everything until it has ended."""
        said: list[dict[str, Any]] = []
        while True:
            line = self._lines.get(timeout=LIMIT_S)
            if line is None:
                raise RuntimeError(f"the server of counters ended: {self.errors()}")
            if "pid" in line:
                self.child = line["pid"]
            elif "ended" in line:
                self.child = 0
                return Outcome(line["ended"], said, line["core"])
            else:
                said.append(line)
                heard(line)

    def run(self, order: Mapping[str, Any]) -> Outcome:
        """One counter, to its end."""
        self.begin(order)
        return self.finish()

    def kill(self) -> None:
        """SIGKILL to the counter that runs, from outside."""
        if self.child:
            os.kill(self.child, signal.SIGKILL)

    def errors(self) -> str:
        """What counters wrote on standard error."""
        return self._errors.read_text("utf-8", "replace")

    def close(self) -> None:
        """End the server."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(LIMIT_S)
        self._reader.join(LIMIT_S)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._stderr.close()


@contextmanager
def forks(errors: Path, environment: Mapping[str, str] | None = None) -> Iterator[Forks]:
    """A server of counters."""
    server = Forks(errors, environment)
    try:
        yield server
    finally:
        server.kill()
        server.close()
