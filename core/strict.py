"""Strict reading of data files (rules, configuration): every fault is named with its place.

Errors are :class:`ConfigError` with facts ``file``, ``line`` (0 where the format has none), ``key``
(dotted), ``expected`` (what would be right) and, for a misspelt key or value, ``meant``.
"""

from __future__ import annotations

import datetime as dt
import difflib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from core.errors import ConfigError, ConfigFault, Fact

Path = tuple[str, ...]
_SHOWN = 80
_NOT_SHOWN = re.compile(r"[^\w.:/\-]")


@dataclass(frozen=True, slots=True)
class Node:
    """One value in a data file, with where it stands.  ``lines`` gives the line of a path."""

    file: str
    value: object = field(repr=False)
    path: Path = ()
    lines: Mapping[Path, int] = field(default_factory=dict, repr=False)

    # -- errors ----------------------------------------------------------------------------------

    def error(self, code: ConfigFault, expected: str, *, key: str = "", word: str = "") -> ConfigError:
        """The error at this place, or at its member ``key``; ``word`` is what might be misspelt."""
        path = (*self.path, key) if key else self.path
        meant = difflib.get_close_matches(word, expected.split(", "), 1, 0.6) if word else []
        facts: dict[str, Fact] = {"meant": meant[0]} if meant else {}
        key = ".".join(_NOT_SHOWN.sub("?", part[:_SHOWN]) for part in path)
        return ConfigError(
            code, retry=False, file=self.file, line=self.line(path), key=key, expected=expected, **facts
        )

    def line(self, path: Path) -> int:
        """The line of ``path``, or of the nearest thing around it that has one."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)

    def wrong(self, expected: str, word: str = "") -> ConfigError:
        """WRONG_VALUE here."""
        return self.error(ConfigFault.WRONG_VALUE, expected, word=word)

    # -- tables ----------------------------------------------------------------------------------

    def members(self, required: Collection[str], optional: Collection[str] = ()) -> dict[str, Node]:
        """The members of a table that has all of ``required``, perhaps ``optional``, and no other."""
        nodes = self.table()
        allowed = [*required, *optional]
        for key, node in nodes.items():
            if key not in allowed:
                raise node.error(ConfigFault.UNKNOWN_KEY, ", ".join(allowed), word=key)
        for key in required:
            if key not in nodes:
                raise self.error(ConfigFault.MISSING_KEY, key, key=key)
        return nodes

    def table(self) -> dict[str, Node]:
        """The members of a table, whatever their keys."""
        if not isinstance(self.value, Mapping):
            raise self.error(ConfigFault.WRONG_TYPE, "table")
        return {key: self._below(key, value) for key, value in self.value.items()}

    def items(self, least: int = 1) -> list[Node]:
        """The elements of a list of at least ``least``."""
        if not isinstance(self.value, Sequence) or isinstance(self.value, str):
            raise self.error(ConfigFault.WRONG_TYPE, "list")
        if len(self.value) < least:
            raise self.wrong(f"at least {least}")
        return [self._below(str(index), value) for index, value in enumerate(self.value)]

    def _below(self, key: str, value: object) -> Node:
        return Node(self.file, value, (*self.path, key), self.lines)

    # -- values ----------------------------------------------------------------------------------

    def text(self, limit: int = 2000) -> str:
        """A text of 1 to ``limit`` printable characters."""
        if not isinstance(self.value, str):
            raise self.error(ConfigFault.WRONG_TYPE, "text")
        if not 0 < len(self.value) <= limit or not self.value.isprintable():
            raise self.wrong(f"text of 1 to {limit} characters")
        return self.value

    def matching(self, pattern: str, expected: str) -> str:
        """A text that ``pattern`` matches whole."""
        text = self.text()
        if not re.fullmatch(pattern, text):
            raise self.wrong(expected)
        return text

    def one_of(self, allowed: Collection[str]) -> str:
        """One of the texts allowed."""
        text = self.text()
        if text not in allowed:
            raise self.wrong(", ".join(allowed), word=text)
        return text

    def integer(self, least: int = 0, most: int = 2**31) -> int:
        """A whole number within bounds."""
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self.error(ConfigFault.WRONG_TYPE, "whole number")
        if not least <= self.value <= most:
            raise self.wrong(f"{least} to {most}")
        return self.value

    def flag(self) -> bool:
        """true or false."""
        if not isinstance(self.value, bool):
            raise self.error(ConfigFault.WRONG_TYPE, "true or false")
        return self.value

    def date(self) -> dt.date:
        """An ISO date, YYYY-MM-DD."""
        text = self.matching("[0-9]{4}-[0-9]{2}-[0-9]{2}", "date YYYY-MM-DD")
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            raise self.wrong("date YYYY-MM-DD") from None

    def pattern(self) -> re.Pattern[str]:
        """A regular expression."""
        try:
            return re.compile(self.text())
        except (re.error, RecursionError, OverflowError):
            raise self.wrong("regular expression") from None


def read_json(data: bytes, file: str, most: int) -> Node:
    """A JSON file of at most ``most`` bytes; raises ConfigError SYNTAX, with the line where there is one."""
    try:
        if len(data) > most:
            raise ValueError
        value = json.loads(data.decode("utf-8"), object_pairs_hook=unique_pairs)
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 0
        raise ConfigError(
            ConfigFault.SYNTAX, file=file, line=line, key="", expected="JSON in UTF-8, each key once"
        ) from None
    return Node(file, value)


def unique_pairs(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    """For ``json.loads(object_pairs_hook=…)``: a key that stands twice raises ValueError."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key stands twice")
    return value
