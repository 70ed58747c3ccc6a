"""What is imported is declared, what is declared is used, and the lock files hold both."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.rooms import OURS
from tests.architecture.source import Source, imports, sources

ROOT = Path(__file__).resolve().parents[2]
FREE = ("tests", "bench")
PURPOSES = ("run", "cards", "test")

# Declared and used, but never imported by name: who loads it.
LOADED_BY_NAME: Mapping[str, str] = {
    "psycopg": "SQLAlchemy, by the URL postgresql+psycopg://",
    "mypy": "./test",
    "pre-commit": "whoever commits",
    "pytest-qt": "pytest, as a plugin",
    "pytest-timeout": "pytest, as a plugin",
    "pytest-xdist": "pytest, as a plugin (-n in ./test)",
    "pytest-xvfb": "pytest, as a plugin",
    "ruff": "./test",
    "types-pyserial": "mypy",
}


def _declared(name: str) -> dict[str, Requirement]:
    lines = (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith(("#", "-"))]
    return {canonicalize_name(Requirement(line).name): Requirement(line) for line in wanted}


def _pinned(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    found = re.findall(r"^([A-Za-z0-9._-]+)==(\S+) ", text, re.MULTILINE)
    return {canonicalize_name(package): version for package, version in found}


def _third_party(files: list[Source]) -> Iterator[tuple[str, str]]:
    """(distribution or module, where) of every import that is neither ours nor Python's."""
    known = packages_distributions()
    for source in files:
        for item in imports(source):
            top = item.module.partition(".")[0]
            if top not in OURS and top not in sys.stdlib_module_names:
                for distribution in set(known.get(top, [top])):
                    yield canonicalize_name(distribution), f"{source.path}:{item.line}"


@pytest.fixture(scope="module")
def files() -> list[Source]:
    """Every Python file of the project."""
    return sources(ROOT)


def _spared(source: Source) -> set[str]:
    """Where an import may fail and the program runs on: in a ``try`` that has ``except ImportError``."""
    tries = [node for node in ast.walk(source.tree) if isinstance(node, ast.Try)]
    caught = [
        node
        for node in tries
        if any(isinstance(h.type, ast.Name) and h.type.id == "ImportError" for h in node.handlers)
    ]
    return {f"{source.path}:{line.lineno}" for node in caught for line in node.body}


@pytest.mark.parametrize("purpose", ["run", "test"])
def test_every_import_is_declared(files: list[Source], purpose: str) -> None:
    """``cards.in`` may be missing where the program runs: its import counts only where that is caught."""
    optional = set(_declared("cards.in"))
    tested = set(_declared("test.in")) | optional
    declared = set(_declared("run.in")) | (tested if purpose == "test" else set())
    looked_at = [source for source in files if (source.room in FREE) == (purpose == "test")]
    assert looked_at
    spared = {where for source in looked_at for where in _spared(source)}
    found = [(name, where) for name, where in _third_party(looked_at) if name not in declared]
    assert [where for name, where in found if name not in optional or where not in spared] == []


def test_everything_declared_is_used(files: list[Source]) -> None:
    in_program = {name for name, _ in _third_party([source for source in files if source.room not in FREE])}
    anywhere = {name for name, _ in _third_party(files)}
    needed = set(_declared("run.in")) | set(_declared("cards.in"))
    assert sorted(needed - in_program - set(LOADED_BY_NAME)) == []
    assert sorted(set(_declared("test.in")) - anywhere - set(LOADED_BY_NAME)) == []


def test_nothing_is_excused_that_is_not_declared() -> None:
    """A plugin may be imported for its types too; that is no reason to forget who loads it."""
    assert set(LOADED_BY_NAME) <= set(_declared("run.in")) | set(_declared("test.in"))


@pytest.mark.parametrize("purpose", PURPOSES)
def test_lock_file_holds_what_is_declared(purpose: str) -> None:
    pinned = _pinned(f"{purpose}.txt")
    for name, requirement in _declared(f"{purpose}.in").items():
        assert requirement.specifier.contains(pinned[name]), name


@pytest.mark.parametrize("purpose", ["run", "cards"])
def test_the_lock_files_agree(purpose: str) -> None:
    pinned, test = _pinned(f"{purpose}.txt"), _pinned("test.txt")
    assert {name: test.get(name) for name in pinned} == pinned


@pytest.mark.parametrize("purpose", PURPOSES)
def test_every_pin_has_hashes_and_no_address(purpose: str) -> None:
    text = (ROOT / "requirements" / f"{purpose}.txt").read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE).strip())
    assert len(blocks) == len(_pinned(f"{purpose}.txt"))
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text


def test_qt_is_pinned_to_the_tried_version() -> None:
    """docs/decisions/0003: another version only after the test of reference counts ran with it."""
    assert str(_declared("run.in")["pyside6-essentials"].specifier) == "==6.11.3"


def test_pre_commit_reads_its_configuration() -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-config", ".pre-commit-config.yaml"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
