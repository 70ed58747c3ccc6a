"""On which line each key of a TOML text stands; ``tomllib`` does not say.

The text must have been read by ``tomllib`` before: what is valid needs no checking here, so the
scan only has to know where strings, comments, arrays and inline tables begin and end.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping

Path = tuple[str, ...]
_BLANK = " \t\r\n"


def key_lines(text: str) -> Mapping[Path, int]:
    """Path of every table and key → its line, from 1.  A table's own line is that of its header."""
    scan = _Scan(text)
    scan.document()
    return scan.lines


class _Scan:
    """One pass over a valid TOML text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self.lines: dict[Path, int] = {}

    def document(self) -> None:
        """Headers and key = value pairs, to the end."""
        table: Path = ()
        self._skip_blank()
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                self._skip("[")
                table = self._key(())
                self._skip(" \t]")
            else:
                self._pair(table)
            self._skip_blank()

    def _pair(self, table: Path) -> None:
        path = self._key(table)
        self._skip(" \t=")
        self._value(path)

    def _key(self, table: Path) -> Path:
        """A dotted key, noted with each of its parts; stands behind it afterwards."""
        path, part = table, self._part()
        while True:
            path = (*path, part)
            self.lines.setdefault(path, self._line)
            self._skip(" \t")
            if self._peek() != ".":
                return path
            self._skip(" \t.")
            part = self._part()

    def _part(self) -> str:
        self._skip(" \t")
        begin = self._at
        if self._peek() in ('"', "'"):
            self._string()
            # tomllib itself reads the quoted key, escapes and all.
            (key,) = tomllib.loads(f"{self._text[begin : self._at]} = 0")
            return key
        while self._at < len(self._text) and (self._text[self._at].isalnum() or self._text[self._at] in "_-"):
            self._at += 1
        return self._text[begin : self._at]

    def _value(self, path: Path) -> None:
        first = self._peek()
        if first in ('"', "'"):
            self._string()
        elif first == "[":
            self._step()
            self._skip_blank(",")
            while self._peek() != "]":
                self._value(path)
                self._skip_blank(",")
            self._step()
        elif first == "{":
            self._step()
            self._skip_blank(",")
            while self._peek() != "}":
                self._pair(path)
                self._skip_blank(",")
            self._step()
        else:
            while self._at < len(self._text) and self._text[self._at] not in ",]}#\r\n":
                self._at += 1

    def _string(self) -> None:
        quote = self._text[self._at]
        end = quote * 3 if self._text.startswith(quote * 3, self._at) else quote
        self._at += len(end)
        while not self._text.startswith(end, self._at):
            # In a basic string a backslash takes the next character with it, a quote too.
            self._step(2 if quote == '"' and self._peek() == "\\" else 1)
        self._at += len(end)
        if len(end) == 3:
            self._skip(quote)  # up to two quotes may stand right before the closing three

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _step(self, count: int = 1) -> None:
        self._line += self._text.count("\n", self._at, self._at + count)
        self._at += count

    def _skip(self, chars: str) -> None:
        while self._at < len(self._text) and self._text[self._at] in chars:
            self._step()

    def _skip_blank(self, more: str = "") -> None:
        """Over spaces, line ends, comments, and the characters of ``more``."""
        while True:
            self._skip(_BLANK + more)
            if self._peek() != "#":
                return
            while self._at < len(self._text) and self._text[self._at] != "\n":
                self._at += 1
