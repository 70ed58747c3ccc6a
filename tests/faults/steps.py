"""Which steps the product names for probes, read from its source: a new one must be killed at too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]


def named_steps(*rooms: str) -> dict[str, str]:
    """Step → file, of every ``probe("…")`` in these rooms."""
    return {
        step: str(path.relative_to(ROOT))
        for room in rooms
        for path in sorted((ROOT / room).rglob("*.py"))
        for step in _steps(ast.parse(path.read_text("utf-8")))
    }


def _steps(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or len(node.args) != 1:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        argument = node.args[0]
        if name.lstrip("_") == "probe" and isinstance(argument, ast.Constant):
            yield str(argument.value)
