"""Python files of a tree, parsed once: what the rules look at."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SKIPPED = {"__pycache__", "build", "dist", "node_modules", "data"}
TERMINAL = ("core", "devices", "storage", "ui", "program", "main.py")


@dataclass(frozen=True)
class Source:
    """One Python file: its path from the root, with slashes, its text and its tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The first part of the path: "core", "ui", "main.py", "tests" …"""
        return self.path.partition("/")[0]

    @property
    def module(self) -> str:
        """Dotted name."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@dataclass(frozen=True, order=True)
class Fault:
    """A rule that is broken, and where."""

    path: str
    line: int
    rule: str
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.what}"


def files(root: Path) -> Iterator[Path]:
    """Every file that belongs to the project, hidden folders such as .venv and .git left out."""
    for path in sorted(root.iterdir()):
        if path.is_symlink() or path.name in SKIPPED:
            continue
        if path.is_dir():
            if not path.name.startswith(".") or path.name == ".ci":
                yield from files(path)
        else:
            yield path


def sources(root: Path) -> list[Source]:
    """Every Python file of the project, parsed."""
    found = []
    for path in files(root):
        if path.suffix == ".py":
            text = path.read_text(encoding="utf-8")
            found.append(Source(path.relative_to(root).as_posix(), text, ast.parse(text, str(path))))
    return found


@dataclass(frozen=True)
class Import:
    """One imported module; ``typing_only`` where it stands under ``if TYPE_CHECKING``."""

    module: str
    line: int
    typing_only: bool = False


def imports(source: Source) -> list[Import]:
    """Every module that is imported anywhere in a file, ``from a import b`` as ``a`` and ``a.b``."""
    guarded = {
        id(inner)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for statement in node.body
        for inner in ast.walk(statement)
    }
    found = []
    for node in ast.walk(source.tree):
        typing_only = id(node) in guarded
        if isinstance(node, ast.Import):
            found += [Import(alias.name, node.lineno, typing_only) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.append(Import(node.module, node.lineno, typing_only))
            found += [Import(f"{node.module}.{alias.name}", node.lineno, typing_only) for alias in node.names]
    return found
