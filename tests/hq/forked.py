"""Programs of headquarters, forked from a process that has read their modules already.

Such a program does what ``python -m`` of it does, in a process of its own that can be killed; but the two
seconds that reading modules takes are spent once for a whole test run.  What forks is the standard
library's process for that; it ends with its parent.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.reduction import DupFd
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
_READ = ["hq.__main__", "hq.server", "hq.app", "hq.service", "psycopg", "uvicorn.lifespan.on", __name__,
         "sqlalchemy.dialects.postgresql.psycopg", "sqlalchemy.dialects.sqlite"]  # fmt: skip


class _Descriptor:
    """A descriptor of ours that arrives over there as a number of theirs."""

    def __init__(self, ours: int) -> None:
        self._ours = ours

    def __reduce__(self) -> tuple[Any, ...]:
        return _theirs, (DupFd(self._ours),)


def _theirs(passed: Any) -> int:
    return int(passed.detach())


class ForkedProgram:
    """``main(arguments)`` of a module; as much of ``subprocess.Popen`` as the tests use."""

    def __init__(
        self,
        module: str,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        errors: int | None = None,
    ) -> None:
        """``errors``: a descriptor for standard error, which is otherwise kept for :meth:`communicate`."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(_READ)
        said, saying = os.pipe()
        kept, telling = os.pipe() if errors is None else (None, os.dup(errors))
        self.stdout = os.fdopen(said, encoding="utf-8")
        self._errors = None if kept is None else os.fdopen(kept, encoding="utf-8")
        order = (module, list(arguments), dict(os.environ if environment is None else environment))
        ends = (_Descriptor(saying), _Descriptor(telling))
        # A daemon in the library's sense: ended with whoever started it.
        self._process = context.Process(target=_run, args=(*order, *ends), daemon=True)
        try:
            self._process.start()
        finally:
            os.close(saying)
            os.close(telling)

    @property
    def pid(self) -> int:
        """Its number."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """None while it runs; negative: the signal that ended it."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """As :attr:`returncode`."""
        return self.returncode

    def send_signal(self, number: int) -> None:
        """If it still runs."""
        if self._process.exitcode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Its end; raises TimeoutExpired."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0.0)
        return self._process.exitcode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Its end, and what it said that was not read yet; the pipes are closed."""
        self.wait(timeout)
        with self.stdout as stdout:
            said = stdout.read()
        if self._errors is None:
            return said, ""
        with self._errors as errors:
            return said, errors.read()


def _run(
    module: str, arguments: Sequence[str], environment: Mapping[str, str], output: int, errors: int
) -> None:
    """In the forked process: everything as a fresh one would find it."""
    os.dup2(output, 1)
    os.dup2(errors, 2)
    os.close(output)
    os.close(errors)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", buffering=1, closefd=False)
    os.chdir(_ROOT)
    os.umask(0o077)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [module, *arguments]
    sys.exit(importlib.import_module(module).main(arguments))
