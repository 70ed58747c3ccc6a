"""The habits of the house that a program can check, on parsed files."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tests.architecture.source import TERMINAL, Fault, Source, files, imports

FILE_LINES = 450  # the habit is about 300
TEST_FILE_LINES = 600
FUNCTION_LINES = 70  # the habit is about 40

# Where everything may be caught, and why: the named boundaries of house.md, "Errors".
BOUNDARIES: Mapping[tuple[str, str], str] = {
    ("storage/pump.py", "Pump._round"): "the pump: it tries again later, whatever happened",
    (
        "core/station/station.py",
        "Station._guarded",
    ): "the station: one bad command must not end the live state",
    ("devices/rack.py", "_LaneThread._once"): "a device's lane: a bug there must not end the lane",
    ("program/workshop.py", "Workshop._run"): "the technician's page: a bug there must not end the counter",
    ("program/assistant.py", "FirstRun._run"): "the first run: what stands on its page can be tried again",
    ("hq/opening.py", "resolve_until"): "the opening service's resolver: one bad row stops nothing",
}
# Where a window is laid out that nobody sees and no person presses anything in: pictures for the guide.
SETTLING = frozenset({("ui/screenshots.py", "_settle")})
# Command lines, which may print.
SPEAKING = ("main.py", "program", "tests", "bench", "packaging")
# The one event loop that the program runs.
LOOPS = frozenset({("program/window.py", "open_window")})
# Files whose module-level names another library asks for.
NAMED_BY_OTHERS = ("storage/migrations/", "hq/migrations/")

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_PASSED_OVER = re.compile(r"pytest\.(mark\.)?(skip|skipif|xfail|importorskip)")
_CONSTANT = re.compile(r"_{0,2}[A-Z][A-Za-z0-9_]*|__[a-z]+__|pytest_plugins|pytestmark")


def _functions(source: Source) -> Iterator[tuple[str, _Function]]:
    """Every function with its dotted name in the file."""

    def below(node: ast.AST, prefix: str) -> Iterator[tuple[str, _Function]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, _Function | ast.ClassDef):
                name = f"{prefix}{child.name}"
                if not isinstance(child, ast.ClassDef):
                    yield name, child
                yield from below(child, f"{name}.")
            else:
                yield from below(child, prefix)

    yield from below(source.tree, "")


def _enclosing(source: Source) -> dict[int, str]:
    """id of a node → dotted name of the innermost function around it."""
    return {id(node): name for name, function in _functions(source) for node in ast.walk(function)}


def docstrings(sources: Iterable[Source]) -> Iterator[Fault]:
    """Every module that holds anything, and every class, says what it is."""
    for source in sources:
        if source.tree.body and not ast.get_docstring(source.tree):
            yield Fault(source.path, 1, "docstring", "module")
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ClassDef) and not ast.get_docstring(node):
                yield Fault(source.path, node.lineno, "docstring", node.name)


def lengths(sources: Iterable[Source]) -> Iterator[Fault]:
    """No file and no function beyond the hard limits."""
    for source in sources:
        count = source.text.count("\n")
        if count > (TEST_FILE_LINES if source.room == "tests" else FILE_LINES):
            yield Fault(source.path, 1, "file length", str(count))
        for name, function in _functions(source):
            count = (function.end_lineno or function.lineno) - function.lineno + 1
            if count > FUNCTION_LINES:
                yield Fault(source.path, function.lineno, "function length", f"{name} {count}")


def _catches_all(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(ast.unparse(kind) in ("Exception", "BaseException") for kind in kinds)


def _raises_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def boundaries(sources: Iterable[Source]) -> Iterator[Fault]:
    """Everything is caught at the named boundaries only; cleaning up and raising again is free."""
    for source in sources:
        if source.room in ("tests", "bench"):
            continue
        around = _enclosing(source)
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ExceptHandler) and _catches_all(node) and not _raises_again(node):
                place = (source.path, around.get(id(node), ""))
                if place not in BOUNDARIES:
                    yield Fault(source.path, node.lineno, "catches everything", place[1])


def named_boundaries_exist(sources: Iterable[Source]) -> Iterator[Fault]:
    """A boundary in the list that catches nothing is a hole that somebody could fall into."""
    used, known = set(), set()
    for source in sources:
        known.add(source.path)
        around = _enclosing(source)
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ExceptHandler) and _catches_all(node):
                used.add((source.path, around.get(id(node), "")))
    for path, name in sorted(place for place in set(BOUNDARIES) - used if place[0] in known):
        yield Fault(path, 1, "no such boundary", name)


def quiet_libraries(sources: Iterable[Source]) -> Iterator[Fault]:
    """Only command lines print."""
    for source in sources:
        speaks = source.path == "hq/__main__.py" or source.room in SPEAKING
        for node in ast.walk(source.tree):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if called in ("print", "pprint", "pprint.pprint") and not speaks:
                yield Fault(source.path, getattr(node, "lineno", 1), "print", called)


def plain_threads(sources: Iterable[Source]) -> Iterator[Fault]:
    """In the terminal: no QThread, no moveToThread, no asyncio, one event loop, no ``exec`` of text."""
    for source in sources:
        if source.room not in TERMINAL:
            continue
        around = _enclosing(source)
        for node in ast.walk(source.tree):
            name = ""
            if isinstance(node, ast.Name):
                name = node.id
            elif isinstance(node, ast.Attribute):
                name = node.attr
            elif isinstance(node, ast.alias):
                name = node.name
            place = (source.path, around.get(id(node), ""))
            if name == "processEvents" and place in SETTLING:
                continue
            if name in ("QThread", "QThreadPool", "QEventLoop", "moveToThread", "processEvents", "exec_"):
                yield Fault(source.path, getattr(node, "lineno", 1), "thread or loop", name)
            if name in ("exec", "eval") and not isinstance(node, ast.alias) and place not in LOOPS:
                yield Fault(source.path, getattr(node, "lineno", 1), "thread or loop", name)
            if isinstance(node, ast.AsyncFunctionDef):
                yield Fault(source.path, node.lineno, "thread or loop", "async def")


def honest_tests(sources: Iterable[Source]) -> Iterator[Fault]:
    """No test is passed over, and none talks to a mock."""
    for source in sources:
        if source.room != "tests":
            continue
        for node in ast.walk(source.tree):
            named = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
            if _PASSED_OVER.fullmatch(named):
                yield Fault(source.path, getattr(node, "lineno", 1), "passes over a test", named)
        for item in imports(source):
            if item.module.startswith("unittest.mock"):
                yield Fault(source.path, item.line, "mock", item.module)


def _targets(node: ast.stmt) -> Iterator[ast.expr]:
    """The names that a statement assigns, tuples taken apart."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
    elif isinstance(node, ast.AnnAssign | ast.AugAssign):
        yield node.target


_CHANGES = frozenset(
    ("append", "extend", "insert", "remove", "pop", "popitem", "clear", "update", "setdefault", "add",
     "discard", "sort", "reverse", "appendleft", "popleft")
)  # fmt: skip


def constants(sources: Iterable[Source]) -> Iterator[Fault]:
    """Module-level names are constants: spelled so, never assigned again, never changed in place."""
    for source in sources:
        if source.path.startswith(NAMED_BY_OTHERS) or source.room in ("tests", "bench"):
            continue
        names: set[str] = set()
        for statement in source.tree.body:
            for target in _targets(statement):
                spelled = ast.unparse(target)
                logger = isinstance(statement, ast.Assign) and "getLogger" in ast.unparse(statement.value)
                if not _CONSTANT.fullmatch(spelled) and not logger:
                    yield Fault(source.path, statement.lineno, "module-level variable", spelled)
                names.add(spelled)
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Global):
                yield Fault(source.path, node.lineno, "global", ", ".join(node.names))
        for _, function in _functions(source):
            yield from _changed(source, function, names)


def _changed(source: Source, function: _Function, names: set[str]) -> Iterator[Fault]:
    """Changes that a function makes to a module-level name."""
    arguments = {a.arg for a in ast.walk(function.args) if isinstance(a, ast.arg)}
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in _CHANGES:
                name = ast.unparse(node.func.value)
                if name in names - arguments:
                    yield Fault(source.path, node.lineno, "changes a module-level name", name)
        elif isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
            name = ast.unparse(node.value)
            if name in names - arguments:
                yield Fault(source.path, node.lineno, "changes a module-level name", name)


# Put together here so that this file is not its own first finding.
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"), ("pythonhosted", "org"), ("registry", "npmjs"), ("npmmirror", "com"),
        ("registry", "yarnpkg"), ("deb", "debian", "org"), ("security", "debian", "org"), ("crates", "io"),
        ("proxy", "golang", "org"), ("conda", "anaconda", "org"), ("tuna", "tsinghua"), ("mirrors", "aliyun"),
        ("mirrors", "cloud", "tencent"), ("repo", "huaweicloud"), ("docker", "io"), ("ghcr", "io"),
    )
)  # fmt: skip
_OPTIONS = tuple(f"--{name}" for name in ("index-url", "extra-index-url", "find-links", "trusted-host"))


def registries(root: Path) -> Iterator[Fault]:
    """No file names a package registry, and no lock file an address to install from."""
    for path in files(root):
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        shown = path.relative_to(root).as_posix()
        for number, line in enumerate(lines, 1):
            for host in REGISTRIES:
                if host in line:
                    yield Fault(shown, number, "registry", host)
            if shown.startswith("requirements/") and line.strip().startswith(_OPTIONS):
                yield Fault(shown, number, "registry", line.strip())
