"""Several counters of one branch without devices, at a real headquarters: its process, TLS, real stores."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from core import commands as c
from core.config import Config, load_config
from core.ledger.entry import Entry
from core.rules import RuleBook, load_rules
from core.view import Screen
from hq.adoption import PublicationRow, list_publications
from hq.database import Database
from hq.directives import EVERYBODY
from hq.operators import add_operator, remove_operator
from hq.publishing import publish_file
from hq.terminals import new_enrol_code
from program.first_run import write_config
from program.terminal import RESOURCES, Parts
from storage.enrol import EnrolRequest, enrol
from storage.pump import PumpSettings
from tests.core.machine import SetClock
from tests.hq.server import HqServer
from tests.storage.counters import CHEAP
from tests.walk.watching import PATIENCE_SECONDS, Watching

BRANCH = "990100-01"
PASSWORDS = {
    "OP10001": "correct horse battery",
    "OP20001": "another long passphrase",
    "OP30001": "yet another passphrase",
}
QUICK = PumpSettings(
    first_wait_s=0.05, longest_wait_s=0.2, heartbeat_s=0.3, branch_every_s=0.2, directives_every_s=0.2
)


class Branch:
    """Headquarters and whoever is enrolled there, each in a directory of its own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.hq = HqServer(directory / "hq")

    def __enter__(self) -> Self:
        self.hq.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hq.kill()

    def operator(self, operator: str, role: str, *more: str, name: str = "示例甲") -> str:
        """Added or changed at headquarters; her activation code."""
        with self.database() as database:
            return add_operator(database, operator, name, role, branches=more or (EVERYBODY,))

    def remove(self, operator: str) -> None:
        """She works nowhere any more."""
        with self.database() as database:
            remove_operator(database, operator)

    def publish(self, path: Path, branch: str | None = None) -> int:
        """An edition of the rule data; the publication's number."""
        with self.database() as database:
            return publish_file(database, path, branch)[0]

    def publications(self) -> dict[int, PublicationRow]:
        """By number."""
        with self.database() as database:
            return {row.number: row for row in list_publications(database)}

    @contextmanager
    def database(self) -> Iterator[Database]:
        """Headquarters' own, beside its process: what the commands work on."""
        database = Database(self.hq.database)
        try:
            yield database
        finally:
            database.close()

    def enrol(self, terminal: str, operator: str, activation: str, branch: str = BRANCH) -> None:
        """First run of a counter, by whoever activates there."""
        with self.database() as database:
            code = new_enrol_code(database, terminal, branch)
        request = EnrolRequest(
            self.hq.url,
            self.hq.directory / "ca.pem",
            code,
            operator,
            activation,
            PASSWORDS[operator],
            load_rules(RESOURCES / "rules").editions[-1].version,
            CHEAP,
        )
        enrol(self.directory / terminal, request, Parts().clock or _clock())
        write_config(self.directory / f"{terminal}.toml", branch, terminal, self.hq.url)

    def open(self, terminal: str, parts: Parts | None = None) -> Desk:
        """A counter that was enrolled, not started yet."""
        config = load_config(self.directory / f"{terminal}.toml")
        return Desk(config, self.directory / terminal, parts or Parts(pump=QUICK))


def _clock() -> Any:
    from program.machine import SystemClock

    return SystemClock()


class Desk(Watching):
    """A counter without devices; waits for what it should see."""

    def __init__(self, config: Config, data: Path, parts: Parts) -> None:
        super().__init__(config, data, parts)
        self._live = self.terminal.station._live

    def wait(self, what: str, true: Callable[[], bool]) -> None:
        """For what no view shows."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not true():
            assert time.monotonic() < end, what
            time.sleep(0.02)

    def do(self, command: c.Command) -> BaseException | None:
        """Worked off; what it failed with."""
        return self.terminal.station.submit(command).exception(PATIENCE_SECONDS)

    def log_in(self, operator: str, endorser: str = "") -> BaseException | None:
        """With the passwords of this module."""
        beside = PASSWORDS[endorser] if endorser else ""
        return self.do(c.LogIn(operator, PASSWORDS[operator], endorser, beside))

    def adopted(self, number: int) -> None:
        """Directive ``number`` took effect: what adopted it has ended, too."""
        self.wait(f"directive {number}", lambda: self.number >= number)
        self.terminal.station._enqueue(lambda: None).result(PATIENCE_SECONDS)

    @property
    def number(self) -> int:
        """The last directive adopted."""
        return int(self._live.state.value["directives"]["number"])

    @property
    def screen(self) -> Screen:
        """What stands on the screen."""
        assert self.view is not None
        return self.view.screen

    def entries(self, kind: str) -> list[Entry]:
        """All of that kind, while the store is open."""
        journal = self._live.need_journal()
        return [entry for entry in journal.entries(1) if entry.header.kind == kind]

    def rules(self) -> RuleBook:
        """Every edition that counts here."""
        return self._live.rulebook


__all__ = ["BRANCH", "PASSWORDS", "QUICK", "RESOURCES", "Branch", "Desk", "SetClock"]
