"""The house keeps its own rules, and each rule is shown to see what it forbids."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest

from tests.architecture import habits, rooms
from tests.architecture.source import Fault, Source, sources

ROOT = Path(__file__).resolve().parents[2]

Rule = Callable[[list[Source]], Iterable[Fault]]
RULES: Mapping[str, Rule] = {
    rule.__name__: rule
    for rule in (
        rooms.allowed_imports,
        rooms.plain_imports,
        rooms.circles,
        habits.docstrings,
        habits.honest_tests,
        habits.lengths,
        habits.boundaries,
        habits.named_boundaries_exist,
        habits.quiet_libraries,
        habits.plain_threads,
        habits.constants,
    )
}


@pytest.fixture(scope="module")
def project() -> list[Source]:
    """Every Python file of the project."""
    return sources(ROOT)


def test_the_project_is_seen(project: list[Source]) -> None:
    """A rule over no files would always hold."""
    seen = {source.path for source in project}
    assert {"core/wire.py", "core/crypto/keys.py", "tests/guards.py"} <= seen
    assert not any(path.startswith(".") for path in seen)


@pytest.mark.parametrize("name", sorted(RULES))
def test_project_keeps(project: list[Source], name: str) -> None:
    assert [str(fault) for fault in sorted(RULES[name](project))] == []


def test_project_names_no_registry() -> None:
    assert [str(fault) for fault in sorted(habits.registries(ROOT))] == []


LONG = '"""Long."""\n' + "X = 1\n" * habits.FILE_LINES
LONG_FUNCTION = (
    '"""Long."""\n\n\ndef f() -> int:\n' + "    _x = 1\n" * habits.FUNCTION_LINES + "    return 1\n"
)

# rule, path, text, what must be found ("" for nothing)
PLANTED = [
    ("allowed_imports", "core/a.py", "import datetime, core.wire", ""),
    ("allowed_imports", "core/a.py", "import cryptography.x509", "cryptography.x509"),
    ("allowed_imports", "core/crypto/a.py", "import cryptography.x509", ""),
    ("allowed_imports", "core/crypto/a.py", "import sqlalchemy", "sqlalchemy"),
    ("allowed_imports", "core/a.py", "import socket", "socket"),
    ("allowed_imports", "core/a.py", "def f():\n    from sqlite3 import connect", "sqlite3"),
    ("allowed_imports", "core/a.py", "from storage import vault", "storage"),
    ("allowed_imports", "core/a.py", "if TYPE_CHECKING:\n    from PySide6 import QtCore", "PySide6"),
    ("allowed_imports", "ui/a.py", "import devices.link", "devices.link"),
    ("allowed_imports", "ui/a.py", "from storage.journal import Journal", "storage.journal"),
    ("allowed_imports", "ui/a.py", "import hq", "hq"),
    ("allowed_imports", "ui/clerk/a.py", "from PySide6.QtWidgets import QWidget", ""),
    ("allowed_imports", "devices/a.py", "from PySide6 import QtSerialPort", "PySide6"),
    ("allowed_imports", "devices/a.py", "import serial", ""),
    ("allowed_imports", "devices/a.py", "import storage", "storage"),
    ("allowed_imports", "storage/a.py", "import hq.store", "hq.store"),
    ("allowed_imports", "storage/a.py", "import asyncio", "asyncio"),
    ("allowed_imports", "hq/a.py", "import storage.journal", "storage.journal"),
    ("allowed_imports", "hq/a.py", "import main", "main"),
    ("allowed_imports", "core/a.py", "from urllib.request import urlopen", "urllib.request"),
    ("allowed_imports", "core/a.py", "from urllib.parse import urlsplit", ""),
    ("allowed_imports", "program/a.py", "import core, devices, storage, ui, hq", ""),
    ("allowed_imports", "main.py", "from program.cli import main", ""),
    ("allowed_imports", "main.py", "import storage.vault", "storage.vault"),
    ("allowed_imports", "ui/a.py", "import program.cli", "program.cli"),
    ("allowed_imports", "tests/peers/checker.py", "from core import wire", "core"),
    ("allowed_imports", "tests/peers/checker.py", "import tests.core", "tests.core"),
    ("allowed_imports", "tests/a.py", "import core, ui, numpy", ""),
    ("allowed_imports", "helpers/a.py", "import sys", "no room"),
    ("plain_imports", "core/a.py", "from . import wire", "relative"),
    ("plain_imports", "core/a.py", "from core.wire import *", "star"),
    ("plain_imports", "ui/a.py", "__import__('storage')", "hidden"),
    ("plain_imports", "ui/a.py", "import importlib\nimportlib.import_module('storage')", "hidden"),
    ("docstrings", "core/a.py", "import sys", "module"),
    ("docstrings", "core/a.py", "", ""),
    ("docstrings", "core/a.py", '"""M."""\nclass A:\n    pass', "A"),
    ("lengths", "core/a.py", LONG, "file length"),
    ("lengths", "core/a.py", LONG_FUNCTION, "function length"),
    ("boundaries", "devices/a.py", "try:\n    f()\nexcept Exception:\n    pass", "everything"),
    ("boundaries", "devices/a.py", "try:\n    f()\nexcept:\n    pass", "everything"),
    ("boundaries", "ui/a.py", "try:\n    f()\nexcept (OSError, BaseException):\n    pass", "everything"),
    ("boundaries", "ui/a.py", "try:\n    f()\nexcept BaseException:\n    g()\n    raise", ""),
    ("boundaries", "ui/a.py", "try:\n    f()\nexcept OSError:\n    pass", ""),
    ("quiet_libraries", "hq/a.py", "print('here')", "print"),
    ("quiet_libraries", "hq/__main__.py", "print('here')", ""),
    ("plain_threads", "ui/a.py", "from PySide6.QtCore import QThread", "QThread"),
    ("plain_threads", "ui/a.py", "worker.moveToThread(other)", "moveToThread"),
    ("plain_threads", "ui/a.py", "def slot():\n    dialog.exec()", "exec"),
    ("plain_threads", "core/a.py", "exec('x = 1')", "exec"),
    ("plain_threads", "storage/a.py", "async def pump():\n    pass", "async def"),
    ("plain_threads", "hq/a.py", "async def route():\n    pass", ""),
    ("honest_tests", "tests/a.py", "@pytest.mark.skipif(True)\ndef test():\n    pass", "passes over"),
    ("honest_tests", "tests/a.py", "def test():\n    pytest.xfail('later')", "passes over"),
    ("honest_tests", "tests/a.py", "from unittest.mock import Mock", "mock"),
    ("honest_tests", "tests/a.py", "@pytest.mark.timeout(9)\ndef test():\n    pass", ""),
    ("constants", "core/a.py", "cache = {}", "cache"),
    ("constants", "core/a.py", "log = logging.getLogger(__name__)", ""),
    ("constants", "core/a.py", "_TABLE = {}\ndef f():\n    _TABLE['a'] = 1", "_TABLE"),
    ("constants", "core/a.py", "SEEN: set[str] = set()\ndef f():\n    SEEN.add('a')", "SEEN"),
    ("constants", "core/a.py", "SEEN = []\ndef f(SEEN):\n    SEEN.append('a')", ""),
    ("constants", "core/a.py", "COUNT = 0\ndef f():\n    global COUNT\n    COUNT += 1", "global"),
    ("constants", "core/a.py", "Json = int | str\nMAX_BYTES: int = 3", ""),
]


def _plant(root: Path, path: str, text: str) -> None:
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(("rule", "path", "text", "found"), PLANTED)
def test_rule_sees(tmp_path: Path, rule: str, path: str, text: str, found: str) -> None:
    _plant(tmp_path, path, text)
    faults = [str(fault) for fault in RULES[rule](sources(tmp_path))]
    assert bool(faults) == bool(found), faults
    assert all(found in fault and path in fault for fault in faults)


def test_circle_is_seen(tmp_path: Path) -> None:
    _plant(tmp_path, "core/a.py", "import core.b")
    _plant(tmp_path, "core/b.py", "from core import c")
    _plant(tmp_path, "core/c.py", "def late():\n    from core.a import x")
    _plant(tmp_path, "core/d.py", "if TYPE_CHECKING:\n    import core.e")
    _plant(tmp_path, "core/e.py", "import core.d")
    assert [fault.what for fault in rooms.circles(sources(tmp_path))] == ["core.a → core.b → core.c → core.a"]


def test_boundary_that_is_gone_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = textwrap.dedent("""
        class Lane:
            def run(self):
                try:
                    self.read()
                except Exception:
                    self.report()
        """)
    _plant(tmp_path, "devices/lane.py", text)
    monkeypatch.setattr(habits, "BOUNDARIES", {("devices/lane.py", "Lane.run"): "the lane"})
    assert list(habits.boundaries(sources(tmp_path))) == []
    assert list(habits.named_boundaries_exist(sources(tmp_path))) == []
    _plant(tmp_path, "devices/lane.py", text.replace("Exception", "OSError"))
    assert [fault.what for fault in habits.named_boundaries_exist(sources(tmp_path))] == ["Lane.run"]


def test_registry_is_seen(tmp_path: Path) -> None:
    _plant(tmp_path, "docs/a.md", f"see https://{habits.REGISTRIES[0]}/simple\n")
    _plant(tmp_path, "requirements/run.txt", f"{'--index' + '-url'} https://example.invalid/simple\n")
    _plant(tmp_path, ".ci/run", f"npm --from {habits.REGISTRIES[2]}.org\n")
    assert {fault.path for fault in habits.registries(tmp_path)} == {
        "docs/a.md",
        "requirements/run.txt",
        ".ci/run",
    }
