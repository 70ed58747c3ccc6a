"""Shared by the fault tests: a headquarters of their own, and the C files as libraries to preload."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.around import Headquarters

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def headquarters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Headquarters]:
    """``python -m hq serve``, for one module."""
    running = Headquarters(tmp_path_factory.mktemp("headquarters"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def preload(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Compiles ``NAME.c`` beside this file; the library's path, for LD_PRELOAD."""
    made = tmp_path_factory.mktemp("preload")

    def library(name: str) -> str:
        target = made / f"{name}.so"
        if not target.exists():
            options = ["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o", str(target)]
            subprocess.run(["gcc", *options, str(HERE / f"{name}.c"), "-ldl"], check=True, timeout=60)
        return str(target)

    return library
