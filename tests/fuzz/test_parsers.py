"""No exception but its own error, no hang, no growth, on what a coverage-guided fuzzer finds in seconds."""

from __future__ import annotations

import pytest

from bench.fuzz import TARGETS, Result, fuzz
from bench.fuzz_targets import TARGETS as DEFINED

SECONDS = 2
GROWN = 65_536


def test_every_target_is_in_the_bench() -> None:
    assert set(TARGETS) == set(DEFINED)


@pytest.mark.parametrize("name", TARGETS)
def test_a_parser(name: str) -> None:
    result: Result = fuzz(name, seconds=SECONDS)
    assert result.broken == ""
    assert result.runs > 100
    assert result.reached >= 0.95 * result.branches, result.missing
    assert result.grown <= GROWN


@pytest.mark.parametrize("promise", ["raises", "hangs", "grows"])
def test_a_broken_promise_is_found(promise: str) -> None:
    """That the fuzzer would say so: a parser that breaks each promise for inputs it has to find."""
    result = fuzz(f"broken-{promise}", "-timeout=2", "-rss_limit_mb=400", seconds=25)
    assert result.broken
