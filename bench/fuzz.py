"""Coverage-guided fuzzing of every parser: runs, promises broken, branches reached, growth."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Figure, at_least, at_most

ROOT = Path(__file__).parents[1]
SECONDS = 30  # for each parser, by default; COUNTER_FUZZ_SECONDS says another number
TARGETS = ("frames", "record", "scanner", "config", "typed", "wire", "mrz", "scale")
_RUNS = re.compile(r"stat::number_of_executed_units:\s*([0-9]+)")
_GROWN = 65_536
_SLACK_SECONDS = 120


@dataclass(frozen=True)
class Result:
    """Of one target.  ``broken`` is the end of what the fuzzer said where a promise was broken, else ""."""

    target: str
    runs: int
    broken: str
    branches: int
    reached: int
    grown: int
    missing: str = ""


def fuzz(target: str, *options: str, seconds: int) -> Result:
    """Search, then replay what was found under coverage.py; both in processes of their own."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as place:
        folder = Path(place) / "corpus"
        folder.mkdir()
        searched = _child("search", target, folder, *options, f"-max_total_time={seconds}", limit=seconds)
        said = searched.stderr.decode("utf-8", "replace")
        found = _RUNS.search(said)
        broken = _last_words(said) if searched.returncode else ""
        replayed = _child("replay", target, folder, limit=seconds)
        if replayed.returncode:
            return Result(target, 0, broken or replayed.stderr.decode("utf-8", "replace")[-2000:], 1, 0, 0)
        answer = json.loads(replayed.stdout)
        runs = int(found[1]) if found else 0
        return Result(
            target,
            runs,
            broken,
            answer["branches"],
            answer["reached"],
            answer["grown"],
            str(answer["missing"]),
        )


def _last_words(said: str) -> str:
    lines = [line for line in said.splitlines() if not line.startswith(("INFO", "WARNING", "#"))]
    return "\n".join(lines)[-2000:] or "no word"


def _child(do: str, target: str, folder: Path, *more: str, limit: int) -> subprocess.CompletedProcess[bytes]:
    # A shell between: a process begins with the memory mark of the one that started it, and libFuzzer takes a
    # large one (a test run's) for its own.
    between = ("sh", "-c", '"$@"; exit $?', "sh")
    command = [*between, sys.executable, "-m", "bench.fuzz_child", do, target, str(folder), *more]
    return subprocess.run(command, cwd=ROOT, capture_output=True, timeout=limit + _SLACK_SECONDS, check=False)


def run() -> Iterator[Figure]:
    """Two targets at a time; a broken promise is printed with the input that breaks it."""
    seconds = int(os.environ.get("COUNTER_FUZZ_SECONDS", SECONDS))
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda target: fuzz(target, seconds=seconds), TARGETS))
    for result in results:
        note = result.broken or f"{result.runs} runs in {seconds} s"
        yield at_most(f"fuzz {result.target}: promises broken", float(bool(result.broken)), "", 0, note)
        share = 100 * result.reached / result.branches
        note = f"{result.reached} of {result.branches}; not {result.missing}"
        yield at_least(f"fuzz {result.target}: branches reached", share, "%", 95, note)
        yield at_most(f"fuzz {result.target}: growth", result.grown, "bytes", _GROWN)
    yield at_least("fuzz: runs", sum(result.runs for result in results), "runs", 100 * len(TARGETS))
