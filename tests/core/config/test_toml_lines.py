"""The line of each key, in every way that TOML lets one write it."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.toml_lines import Path, key_lines

TEXT = '''# a comment with [brackets] and key = value
title = "one # not a comment"   # but this is

[owner]  # comment
"quoted key" = 'literal \\'
multi = """
inner = 1
[not.a.table]
\\""" still inside
"""
raw = \'\'\'
also = "inside"
\'\'\'
after.dotted . key = 1

[[list]]
x = [
  1, # one ]
  2,
  { a = 1, b = "}" },
]
y = 1979-05-27 07:32:00

[a."b.c".d]
inline = { one = [ 1, [2, 3] ], two.three = "," }
last = """ends with two quotes"""""
end = 0
'''
LINES = {
    ("title",): 2,
    ("owner",): 4,
    ("owner", "quoted key"): 5,
    ("owner", "multi"): 6,
    ("owner", "raw"): 11,
    ("owner", "after"): 14,
    ("owner", "after", "dotted", "key"): 14,
    ("list",): 16,
    ("list", "x"): 17,
    ("list", "x", "a"): 20,
    ("list", "y"): 22,
    ("a", "b.c", "d"): 24,
    ("a", "b.c", "d", "inline"): 25,
    ("a", "b.c", "d", "inline", "one"): 25,
    ("a", "b.c", "d", "inline", "two", "three"): 25,
    ("a", "b.c", "d", "last"): 26,
    ("a", "b.c", "d", "end"): 27,
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_way_of_writing_a_key(newline: str) -> None:
    text = TEXT.replace("\n", newline)
    tomllib.loads(text)
    found = key_lines(text)
    assert {path: found.get(path) for path in LINES} == LINES
    assert ("inner",) not in {path[-1:] for path in found}


KEYS = st.one_of(
    st.text("abz_-09", min_size=1, max_size=6),
    st.text("ab #=[]{}.\\'", min_size=1, max_size=6).map(lambda text: '"' + text.replace("\\", "\\\\") + '"'),
)
VALUES = st.sampled_from(
    [
        "1",
        "true",
        '"x"',
        '"a \\" b"',
        "'it\\'",
        '"""m\nn = 2\n"""',
        "'''m\n[t]\n'''",
        "[1, 2]",
        "[\n 1,\n # ]\n 2\n]",
        "{}",
        "{ k = 1 }",
        "1979-05-27",
        "[ { k = [\n] } ]",
        '"""a\\"""b"""',
        "''''quoted''''",
        "[[], [[1]]]",
    ]
)
BLANKS = st.sampled_from(["", "\n", "# [x]\n", "   \n\n", "#\n# y = 1\n"])


def plain(key: str) -> str:
    """What a written key means."""
    (name,) = tomllib.loads(f"{key} = 0")
    return name


@given(
    st.lists(st.tuples(BLANKS, KEYS, VALUES), max_size=6),
    st.lists(st.tuples(BLANKS, KEYS, VALUES), max_size=6),
)
def test_documents_made_line_by_line(
    top: list[tuple[str, str, str]], table: list[tuple[str, str, str]]
) -> None:
    text = ""
    wanted: dict[Path, int] = {}
    seen: set[Path] = set()
    parts: list[tuple[Path, list[tuple[str, str, str]]]] = [((), top), (("T",), table)]
    for path, rows in parts:
        if path:
            wanted[path] = text.count("\n") + 1
            text += "[T]\n"
        for blank, key, value in rows:
            full: Path = (*path, plain(key))
            if full in seen:
                continue
            seen.add(full)
            text += blank
            wanted[full] = text.count("\n") + 1
            text += f"{key} = {value}\n"
    tomllib.loads(text)
    found = key_lines(text)
    assert {path: found.get(path) for path in wanted} == wanted
