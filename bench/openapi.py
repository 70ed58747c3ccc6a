"""Headquarters' interface against its own document for minutes: every operation, thousands of requests."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure, at_most
from tests.hq import openapi_run

EXAMPLES = 400
LIMIT_SECONDS = 1800.0


def run() -> Iterator[Figure]:
    """One figure: what was found, of how many requests."""
    with tempfile.TemporaryDirectory(prefix="counter-openapi-") as directory:
        done = openapi_run.run(Path(directory), EXAMPLES, "examples,coverage,fuzzing,stateful", LIMIT_SECONDS)
    said = re.search(r"(\d+) generated", done.stdout)
    made = int(said[1]) if said else 0
    failed = re.search(r"(\d+) unique failures", done.stdout)
    found = int(failed[1]) if failed else done.returncode
    if found:
        print(done.stdout[-8000:], file=sys.stderr)
    yield at_most("openapi.findings", found, "findings", 0, f"{made} requests")
