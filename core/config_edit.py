"""Changes in a configuration file that leave all else as a person wrote it: comments, order, spaces."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from core.toml_lines import Path, key_lines

Value = int | str | bool | None  # None takes the key away
_BARE = re.compile("[A-Za-z0-9_-]+")


def with_values(text: str, table: Path, values: Mapping[str, Value]) -> str:
    """The text with these keys of one table set anew; what was never there stands at the table's end.

    ``text`` is valid TOML whose table, where it is there, has a header of its own and one key a line, as the
    program and its documents write them.  The result is to be parsed before it is used: what a person wrote
    in another form is then refused, not broken.
    """
    lines = text.splitlines()
    at = key_lines(text)
    own = {path[-1]: number for path, number in at.items() if path[:-1] == table}
    if table not in at:
        body = [f"{key} = {_written(value)}" for key, value in values.items() if value is not None]
        gap = [""] if lines and lines[-1].strip() else []
        return "\n".join([*lines, *gap, f"[{'.'.join(map(_key, table))}]", *body]) + "\n"
    last = max([at[table], *own.values()])
    new, gone = [], set()
    for key, value in values.items():
        if key not in own:
            new += [] if value is None else [f"{key} = {_written(value)}"]
        elif value is None:
            gone.add(own[key] - 1)
        else:
            lines[own[key] - 1] = _with_value(lines[own[key] - 1], key, value)
    lines[last:last] = new
    return "\n".join(line for number, line in enumerate(lines) if number not in gone) + "\n"


def _with_value(line: str, key: str, value: Value) -> str:
    """The same line with another value; what stands behind it, such as a comment, stays."""
    head = re.match(rf"\s*(?:{re.escape(key)}|\"{re.escape(key)}\")\s*=\s*", line)
    if head is None:
        return f"{key} = {_written(value)}"
    rest = line[head.end() :]
    old = re.match(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^#\s]+", rest)
    behind = rest[old.end() :] if old else ""
    return f"{head[0]}{_written(value)}{behind}"


def _key(part: str) -> str:
    return part if _BARE.fullmatch(part) else json.dumps(part, ensure_ascii=False)


def _written(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else json.dumps(value, ensure_ascii=False)
