"""Who may know whom: the import rules of the house, checked on parsed files."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tests.architecture.source import Fault, Source, imports


@dataclass(frozen=True)
class Room:
    """What the files below a path may import.  ``barred`` are parts of the standard library."""

    ours: frozenset[str] = frozenset()
    third: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()
    free: bool = field(default=False)


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


# No other database, no network, no processes in the rules of the counter.
_OUTSIDE = _set(
    "asyncio ftplib http multiprocessing selectors smtplib socket socketserver sqlite3 ssl subprocess"
    " urllib.request"
)

ROOMS: Mapping[str, Room] = {
    "core": Room(_set("core"), barred=_OUTSIDE),
    "core/crypto": Room(_set("core"), _set("cryptography nacl"), _OUTSIDE),
    "devices": Room(
        _set("core devices"),
        _set("serial smartcard zxingcpp PIL freetype"),
        _set("asyncio sqlite3 http urllib.request"),
    ),
    "storage": Room(
        _set("core storage"),
        _set("msgspec sqlalchemy sqlcipher3 alembic httpx2 cryptography"),
        _set("asyncio sqlite3"),
    ),
    "ui": Room(
        _set("core ui"), _set("PySide6"), _set("asyncio sqlite3 socket ssl http subprocess concurrent")
    ),
    "hq": Room(
        _set("core hq"),
        _set("sqlalchemy alembic psycopg fastapi starlette uvicorn httptools msgspec cryptography"),
    ),
    "program": Room(
        _set("core devices storage ui hq program"), _set("platformdirs PySide6"), _set("asyncio sqlite3")
    ),
    "main.py": Room(_set("program")),
    "packaging": Room(),
    "tests": Room(free=True),
    "tests/peers/checker.py": Room(
        _set(
            "tests.peers.canonical tests.peers.complaints tests.peers.disclosures tests.peers.numbers"
            " tests.peers.requests tests.peers.roles tests.peers.persons tests.peers.rolls tests.peers.typed"
            " tests.peers.blocks tests.peers.slips tests.peers.paper tests.peers.handover tests.peers.stock"
            " tests.peers.gates tests.peers.item_exceptions tests.peers.shifts tests.peers.incidents"
            " tests.peers.erasures"
        ),
        _set("cryptography"),
    ),
    "tests/peers/canonical.py": Room(_set("tests.peers.numbers"), _set("cryptography")),
    "tests/peers/rolls.py": Room(_set("tests.peers.canonical tests.peers.numbers")),
    "tests/peers/numbers.py": Room(),
    "tests/peers/roles.py": Room(_set("tests.peers.numbers")),
    "tests/peers/complaints.py": Room(_set("tests.peers.canonical tests.peers.numbers")),
    "tests/peers/shifts.py": Room(_set("tests.peers.numbers")),
    "tests/peers/incidents.py": Room(_set("tests.peers.canonical tests.peers.numbers")),
    "tests/peers/item_exceptions.py": Room(_set("tests.peers.canonical tests.peers.numbers")),
    "tests/peers/disclosures.py": Room(_set("tests.peers.numbers")),
    "tests/peers/requests.py": Room(_set("tests.peers.canonical tests.peers.numbers")),
    "tests/peers/blocks.py": Room(_set("tests.peers.numbers")),
    "tests/peers/erasures.py": Room(_set("tests.peers.numbers")),
    "tests/peers/gates.py": Room(_set("tests.peers.numbers")),
    "tests/peers/handover.py": Room(_set("tests.peers.numbers")),
    "tests/peers/stock.py": Room(_set("tests.peers.numbers")),
    "tests/peers/slips.py": Room(_set("tests.peers.numbers")),
    "tests/peers/typed.py": Room(_set("tests.peers.numbers")),
    "tests/peers/paper.py": Room(_set("tests.peers.numbers")),
    "tests/peers/persons.py": Room(_set("tests.peers.numbers")),
    "bench": Room(free=True),
}
OURS = _set("core devices storage ui hq program main tests bench")

# Command lines that import only what the command at hand needs.
MAY_NAME_LATE = _set("bench tests")


def room_of(path: str) -> Room | None:
    """The room of a file: the longest key that its path begins with."""
    keys = [key for key in ROOMS if path == key or path.startswith(f"{key}/")]
    return ROOMS[max(keys, key=len)] if keys else None


def allowed_imports(sources: Iterable[Source]) -> Iterator[Fault]:
    """Every import is one that the file's room may have."""
    for source in sources:
        room = room_of(source.path)
        if room is None:
            yield Fault(source.path, 1, "room", "this file is in no room of the house")
            continue
        if room.free:
            continue
        for item in imports(source):
            top = item.module.partition(".")[0]
            if top in OURS:
                good = any(f"{item.module}.".startswith(f"{name}.") for name in room.ours)
            elif top in sys.stdlib_module_names:
                good = not any(f"{item.module}.".startswith(f"{name}.") for name in room.barred)
            else:
                good = top in room.third
            if not good:
                yield Fault(source.path, item.line, "import", item.module)


def plain_imports(sources: Iterable[Source]) -> Iterator[Fault]:
    """No relative import, no star, no import by a name made at run time."""
    for source in sources:
        named_late = source.room in MAY_NAME_LATE
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ImportFrom) and node.level:
                yield Fault(source.path, node.lineno, "relative import", node.module or ".")
            if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
                yield Fault(source.path, node.lineno, "star import", node.module or ".")
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if called in ("__import__", "importlib.import_module", "import_module") and not named_late:
                yield Fault(source.path, getattr(node, "lineno", 1), "hidden import", called)


def circles(sources: Sequence[Source]) -> Iterator[Fault]:
    """No module imports itself by way of others (imports for types alone are not counted)."""
    known = {source.module: source for source in sources}
    graph: dict[str, set[str]] = {}
    for source in sources:
        wanted = {item.module for item in imports(source) if not item.typing_only}
        graph[source.module] = {name for name in wanted if name in known and name != source.module}
    done: set[str] = set()

    def visit(name: str, way: list[str]) -> Iterator[Fault]:
        if name in way:
            circle = [*way[way.index(name) :], name]
            yield Fault(known[name].path, 1, "circle", " → ".join(circle))
        elif name not in done:
            for following in sorted(graph[name]):
                yield from visit(following, [*way, name])
            done.add(name)

    for name in sorted(graph):
        yield from visit(name, [])
