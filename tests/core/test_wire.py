"""Canonical bytes: what is read is exactly what could have been written."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import wire
from core.errors import EntryError, EntryFault

KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
TEXT = st.characters(exclude_categories=["Cs"])  # a lone surrogate has no UTF-8
LEAVES = st.none() | st.booleans() | st.integers(-wire.MAX_INT, wire.MAX_INT) | st.text(TEXT, max_size=8)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_there_and_back(value: dict[str, Any]) -> None:
    data = wire.encode(value)
    assert wire.decode(data) == value
    assert wire.encode(wire.decode(data)) == data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"1",
        b"null",
        b'"a"',
        b"\xff",
        b"\xef\xbb\xbf{}",
        b" {}",
        b"{}\n",
        b'{"a": 1}',
        b'{"b":1,"a":1}',
        b'{"a":1,"a":1}',
        b'{"a":1,"a":2}',
        b'{"a":1.0}',
        b'{"a":1e3}',
        b'{"a":1e999}',
        b'{"a":-0}',
        b'{"a":01}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":9007199254740992}',
        b'{"a":-9007199254740992}',
        b'{"a":' + b"1" * 5000 + b"}",
        b'{"a":"\\u0041"}',
        b'{"a":"\\ud800"}',
        b'{"a":"\\/"}',
        '{"é":1}'.encode(),
        b'{"a":' + b"[" * 17 + b"]" * 17 + b"}",
        b'{"a":' + b"[" * 30_000 + b"}",
    ],
)
def test_any_other_spelling_is_refused(data: bytes) -> None:
    with pytest.raises(EntryError) as caught:
        wire.decode(data)
    assert caught.value.code is EntryFault.FORM


def test_size_is_bounded_before_anything_is_read() -> None:
    with pytest.raises(EntryError) as caught:
        wire.decode(b"{" * (wire.MAX_BYTES + 1))
    assert caught.value.code is EntryFault.TOO_LARGE


@pytest.mark.parametrize("text", ["=", "AA==", "A", "AB", "A A", "+/", "é", "AA\n", None, b"AA", 7])
def test_base64url_has_one_form(text: object) -> None:
    with pytest.raises(EntryError):
        wire.unb64(text)


@given(st.binary(max_size=70))
def test_bytes_there_and_back(data: bytes) -> None:
    assert wire.unb64(wire.b64(data), len(data)) == data
