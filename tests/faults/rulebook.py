"""The rule data, read once for a process: tests open hundreds of stores and start hundreds of counters."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from core.rules import RuleBook, load_rules


@cache
def rule_book() -> RuleBook:
    """What ships with the program."""
    return load_rules(Path(__file__).parents[2] / "resources" / "rules")
