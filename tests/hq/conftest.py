"""Every test that takes ``headquarters`` runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from hq import keys
from tests.hq.headquarters import Counter, Headquarters
from tests.hq.postgres import PostgresCluster


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    """The command line sets logging up for its process; here that is pytest's."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    for handler in [handler for handler in root.handlers if handler not in before]:
        root.removeHandler(handler)
        handler.close()
    root.handlers[:] = before
    root.setLevel(level)
    logging.getLogger("uvicorn").setLevel(logging.NOTSET)


@pytest.fixture
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """A password's cost is written down beside its key: here a small one is enough."""
    for name, value in {"iterations": 1, "memory_kib": 256, "lanes": 1}.items():
        monkeypatch.setitem(keys._COST, name, value)


@pytest.fixture(scope="session")
def cluster() -> Iterator[PostgresCluster]:
    """One PostgreSQL for the session."""
    with PostgresCluster() as running:
        yield running


@pytest.fixture(scope="session")
def cluster_database(cluster: PostgresCluster) -> Iterator[str]:
    """One database in it, emptied before each test."""
    with cluster.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'hq.sqlite'}"
        return
    running: PostgresCluster = request.getfixturevalue("cluster")
    url: str = request.getfixturevalue("cluster_database")
    running.empty(url)
    yield url


@pytest.fixture
def headquarters(tmp_path: Path, database_url: str) -> Iterator[Headquarters]:
    """In this process, without its socket and thread."""
    made = Headquarters(tmp_path / "hq", database_url)
    yield made
    made.close()


@pytest.fixture
def counter(headquarters: Headquarters) -> Counter:
    """An enrolled terminal with a founded journal of its own."""
    return headquarters.counter()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    """A counter at a headquarters that a module's tests share: for requests that change nothing."""
    directory = tmp_path_factory.mktemp("shared")
    with ExitStack() as stack:
        url = f"sqlite:///{directory / 'hq.sqlite'}"
        if request.param == "postgresql":
            running: PostgresCluster = request.getfixturevalue("cluster")
            url = stack.enter_context(running.database())
        made = Headquarters(directory / "hq", url)
        stack.callback(made.close)
        yield made.counter()
