"""The markers on the tests, read from their files: nothing is imported, so it takes no time."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MARKER = "requirement"
_WORD = f"mark.{MARKER}("


@dataclass(frozen=True, order=True, slots=True)
class Mark:
    """One row that one test, or one whole file of tests, proves."""

    path: str  # from tests/, with slashes
    test: str  # "" for the whole file
    row: str

    @property
    def node(self) -> str:
        """What pytest calls it."""
        return f"tests/{self.path}::{self.test}" if self.test else f"tests/{self.path}"


class MarkError(Exception):
    """A marker that cannot be read: its file, line and what is wrong."""


def read_marks(tests: Path) -> list[Mark]:
    """Every marker below ``tests``, sorted.  MarkError where one stands in a place that is not read."""
    found: list[Mark] = []
    for path in sorted(tests.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if _WORD in text:
            found.extend(marks_of(path.relative_to(tests).as_posix(), text))
    return sorted(set(found))


def marks_of(path: str, text: str) -> list[Mark]:
    """The markers of one file: decorators of its tests, and its ``pytestmark``."""
    tree = ast.parse(text)
    found: list[Mark] = []
    read: set[int] = set()
    for test, expression in _places(tree):
        for call in _calls(expression):
            read.add(id(call))
            found.extend(Mark(path, test, row) for row in _rows(path, call))
    for call in _calls(tree):
        if id(call) not in read:
            raise MarkError(f"tests/{path}:{call.lineno}: only a test's decorator and pytestmark are read")
    return found


def _places(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """(name of the test or "", expression) of all places where a marker counts."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield from ((node.name, each) for each in node.decorator_list)
        elif isinstance(node, ast.Assign) and any(ast.unparse(each) == "pytestmark" for each in node.targets):
            yield "", node.value


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == f"pytest.mark.{MARKER}":
            yield node


def _rows(path: str, call: ast.Call) -> Iterator[str]:
    if not call.args or call.keywords:
        raise MarkError(f"tests/{path}:{call.lineno}: a marker names rows and nothing else")
    for each in call.args:
        if not isinstance(each, ast.Constant) or not isinstance(each.value, str):
            raise MarkError(f"tests/{path}:{call.lineno}: a row is written out, in quotes")
        yield each.value
