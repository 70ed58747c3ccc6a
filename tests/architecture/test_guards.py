"""Each guard is shown to bite: a run of tests that must fail, with the project's own configuration."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

INNER = '''
"""Tests that do what no test may do."""

import gc
import logging
import subprocess
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest
from PySide6.QtCore import QObject, QTimer, qWarning

KEPT = []


def test_fine(expected_logs):
    expected_logs.expect("counter.good", "announced [0-9]+")
    expected_logs.allow("counter.maybe")
    logging.getLogger("counter.good.below").warning("announced %d", 7)
    logging.getLogger("counter.good").info("not looked at")
    threading.Thread(target=lambda: None).start()


def test_warning():
    warnings.warn("careless", UserWarning, stacklevel=1)


def test_deprecation():
    warnings.warn("old", DeprecationWarning, stacklevel=1)


def test_log():
    logging.getLogger("counter").warning("nobody announced this")


def test_log_not_propagated():
    log = logging.getLogger("counter.closed")
    log.propagate = False
    log.addHandler(logging.NullHandler())
    log.error("nobody announced this either")


def test_log_in_thread():
    thread = threading.Thread(target=lambda: logging.getLogger("lane").error("from a thread"))
    thread.start()
    thread.join()


def test_log_other_logger(expected_logs):
    expected_logs.allow("counter.good")
    logging.getLogger("counter.goods").warning("a neighbour with a longer name")


def test_log_did_not_come(expected_logs):
    expected_logs.expect("counter", "never written")


@pytest.fixture
def noisy():
    yield
    logging.getLogger("counter").warning("at the very end")


def test_log_in_teardown(noisy):
    pass


def test_thread_exception():
    def work():
        raise RuntimeError("in a thread")
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_thread_left():
    stop = threading.Event()
    KEPT.append(stop)
    threading.Thread(target=stop.wait, args=(60,), name="lane-forgotten").start()


def test_pool_left():
    pool = ThreadPoolExecutor(1, thread_name_prefix="pool-forgotten")
    pool.submit(int)
    KEPT.append(pool)


def test_lasting_thread(lasting_threads):
    lasting_threads.append("server")
    stop = threading.Event()
    KEPT.append(stop)
    threading.Thread(target=stop.wait, args=(60,), name="server-1").start()
    for kept in KEPT:
        kept.set() if isinstance(kept, threading.Event) else kept.shutdown()


def test_file_left():
    open(__file__)


def test_exception_in_del():
    class Bad:
        def __del__(self):
            raise ValueError("in a finaliser")
    Bad()


def test_qt_warning(qtbot):
    qWarning("from Qt")


def test_qt_exception_in_slot(qtbot):
    def slot():
        raise RuntimeError("in a slot")
    QTimer.singleShot(0, slot)
    qtbot.wait(20)


def test_after_all_that():
    pass
'''

CIRCLE = '''
"""A file that only the collector finds."""

import gc


def test_file_in_a_circle():
    gc.disable()
    circle = [open(__file__)]
    circle.append(circle)
    del circle
    gc.enable()
'''

MARKER = '''
"""A marker that nobody declared."""

import pytest


@pytest.mark.no_such_marker
def test_marked():
    pass
'''

BITES = {
    "test_warning": "careless",
    "test_deprecation": "old",
    "test_log": "nobody announced this",
    "test_log_not_propagated": "nobody announced this either",
    "test_log_in_thread": "from a thread",
    "test_log_other_logger": "a neighbour with a longer name",
    "test_log_did_not_come": "never written",
    "test_log_in_teardown": "at the very end",
    "test_thread_exception": "in a thread",
    "test_thread_left": "lane-forgotten",
    "test_pool_left": "pool-forgotten",
    "test_file_left": "ResourceWarning",
    "test_exception_in_del": "in a finaliser",
    "test_qt_warning": "from Qt",
    "test_qt_exception_in_slot": "in a slot",
    "test_file_in_a_circle": "ResourceWarning",
}
PASSES = {"test_fine", "test_lasting_thread", "test_after_all_that"}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Test name → what pytest said of it, "" where it passed; one run for all of them."""
    folder = tmp_path_factory.mktemp("inner")
    for name, text in (("guards", INNER), ("circle", CIRCLE), ("marker", MARKER)):
        (folder / f"test_{name}.py").write_text(text, encoding="utf-8")
    report = folder / "report.xml"
    environment = dict(os.environ, PYTHONPATH=str(ROOT), QT_QPA_PLATFORM="offscreen")
    environment.pop("PYTEST_ADDOPTS", None)
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(folder)]
    command += ["-p", "tests.guards", "-p", "no:cacheprovider", "-n", "0"]
    command += ["--continue-on-collection-errors", "--junit-xml", str(report), str(folder)]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=100, check=False
    )
    assert report.exists(), done.stdout + done.stderr
    said: dict[str, str] = {}
    for case in ET.parse(report).getroot().iter("testcase"):
        faults = [child for child in case if child.tag in ("failure", "error")]
        text = " ".join(f"{child.get('message')} {child.text}" for child in faults)
        said[case.get("name") or ""] = said.get(case.get("name") or "", "") + text
    return said


@pytest.mark.parametrize("name", sorted(BITES))
def test_guard_bites(outcomes: dict[str, str], name: str) -> None:
    assert BITES[name] in outcomes[name]


def test_nothing_else_fails(outcomes: dict[str, str]) -> None:
    assert {name for name, said in outcomes.items() if not said} == PASSES


def test_a_marker_must_be_declared(outcomes: dict[str, str]) -> None:
    assert any("no_such_marker" in said for said in outcomes.values())
