"""A day's work, two crashes in it: no file of the counter holds anybody in clear (issue 2, item 9)."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from program.first_run import write_config
from tests.faults.around import BRANCH, ROOT, Forks, Headquarters, Outcome, forks
from tests.faults.clear_text import FORMS, people_of, search
from tests.faults.desk import Desk
from tests.faults.store import look
from tests.faults.work import Visit, day, to_json

pytestmark = pytest.mark.requirement("R58", "R59", "R76", "R77")

ITEMS = 44


class Branch:
    """One counter; everything it may write to lies below ``place``, its temporary files and home too."""

    def __init__(self, headquarters: Headquarters, directory: Path, number: int) -> None:
        self.headquarters = headquarters
        self.terminal, self.operator = f"990100-05-{number:02d}", f"OP5{number:04d}"
        self.place = directory / "counter"
        self.data = self.place / "data"
        self.log = self.place / "debug.log"
        self.errors = self.place / "errors"
        for folder in ("data", "home", "tmp"):
            (self.place / folder).mkdir(parents=True)
        write_config(self.place / "counter.toml", BRANCH, self.terminal, headquarters.url)
        self.desk = Desk(directory / "devices")  # the devices' own drawer of people is outside the counter
        home = {"HOME": str(self.place / "home"), "TMPDIR": str(self.place / "tmp"), "SQLITE_TMPDIR": ""}
        self._server = forks(self.errors, home)

    def __enter__(self) -> Branch:
        self.desk.start()
        self.forks: Forks = self._server.__enter__()
        return self

    def enrol(self) -> Branch:
        """The first run."""
        codes = self.headquarters.codes(self.terminal, self.operator)
        assert self.run("enrol", **codes).code == 0
        return self

    def __exit__(self, *_: object) -> None:
        self._server.__exit__(None, None, None)
        self.desk.stop()

    def run(self, scene: str, **order: Any) -> Outcome:
        common = {
            "data": str(self.data),
            "url": self.headquarters.url,
            "operator": self.operator,
            "branch": BRANCH,
            "terminal": self.terminal,
            "links": self.desk.links(),
            "control": self.desk.control_path,
            "log": str(self.log),
        }
        return self.forks.run({**common, "scene": scene, **order})

    def work(self, visits: list[Visit], end: str) -> Outcome:
        """A part of the day."""
        return self.run("day", visits=to_json(visits), end=end)


@pytest.fixture
def branch(headquarters: Headquarters, tmp_path: Path) -> Iterator[Branch]:
    with Branch(headquarters, tmp_path, 1) as made:
        yield made


@pytest.mark.timeout(240)
def test_nobody_is_in_clear_in_any_file(branch: Branch, headquarters: Headquarters) -> None:
    branch.enrol()
    parts = [day(ITEMS // 2, seed=7), day(ITEMS // 4, first=101, seed=8), day(ITEMS // 4, first=201, seed=9)]
    people = people_of([visit for part in parts for visit in part])
    for part, end in zip(parts, ("crash", "kill", "well"), strict=True):
        outcome = branch.work(part, end)
        ended = {"crash": -signal.SIGSEGV, "kill": -signal.SIGKILL, "well": 0}[end]
        assert outcome.code == ended, (outcome.of("stuck"), branch.forks.errors())
        assert "msg.incident" in outcome.of("incident")
        assert search([branch.place], people) == [], f"after {end}"
    names = {path.name for path in branch.data.iterdir()}
    assert {"journal.db", "month.keys", "vault.json"} <= names
    assert_told(branch)
    found = look(branch.data, branch.operator)
    assert found.findings == []
    assert len(found.items) == sum(len(visit.items) for part in parts for visit in part) - 1
    assert_headquarters(headquarters, people)


def assert_told(branch: Branch) -> None:
    """The search was over something: the log has the incidents, the crash its traceback."""
    log, errors = branch.log.read_text("utf-8"), branch.errors.read_text("utf-8")
    assert log.count("BrokenPartError") >= 3
    assert log.count("\n") > 50
    assert "Segmentation fault" in errors
    assert 'File "' in errors


def assert_headquarters(headquarters: Headquarters, people: dict[str, str]) -> None:
    """Its database holds the annexes, which name waybills (house.md); nothing else, and its logs nothing."""
    hits = search([headquarters.directory], people)
    assert {hit.what for hit in hits} <= {"waybill"}
    assert all(hit.file.startswith("hq.sqlite") for hit in hits)


@pytest.mark.parametrize("form", FORMS)
def test_the_search_bites(tmp_path: Path, form: str) -> None:
    """One text of one person, planted in the middle of noise, at three places."""
    visits = day(3)
    people = people_of(visits)
    for text, kind in people.items():
        for shift in range(3):
            planted = FORMS[form](text)[0]
            if form.startswith("base64"):
                planted = FORMS[form](text)[shift]
            (tmp_path / "file").write_bytes(os.urandom(500 + shift) + planted + os.urandom(500))
            if len(planted) >= 6:
                assert any(hit.what == kind for hit in search([tmp_path], people))


def test_a_crash_leaves_no_core(branch: Branch) -> None:
    """The kernel says whether it wrote one; without the product's care it does, where it may."""
    for care in (False, True):
        outcome = branch.run("crash", care=care)
        assert outcome.code == -signal.SIGSEGV
        _, most = resource.getrlimit(resource.RLIMIT_CORE)
        assert outcome.core is (not care and most != 0)


def test_the_program_begins_with_it() -> None:
    """Before anything is parsed or opened; PR_GET_DUMPABLE (3) tells."""
    text = (
        "import contextlib, ctypes, io\n"
        "from program.cli import main\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n"
        "    main(['--help'])\n"
        "print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "0\n"
