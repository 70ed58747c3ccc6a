"""What headquarters reads quickly, core reads the same; whatever core refuses is not read quickly."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import EntryError
from core.exchange import entry_from_json
from core.ledger.entry import Entry
from hq.quick import read_quickly

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "export.jsonl"


def golden() -> Sequence[Entry]:
    """An entry of each kind, as they travel."""
    lines = [json.loads(line) for line in GOLDEN.read_text("ascii").splitlines()]
    return [entry_from_json(line) for line in lines if "body" in line]


ENTRIES = golden()
PLAIN = next(entry.body for entry in ENTRIES if entry.header.kind == "ItemAccepted")


def known(entry: Entry) -> bool:
    """Whether it was read quickly."""
    return "header" in vars(entry)


def test_every_kind_is_read_the_same() -> None:
    quick = [read_quickly(Entry(entry.body, entry.terminal_signature)) for entry in ENTRIES]
    assert len({entry.header.kind for entry in ENTRIES}) > 20
    assert [each.header.kind for each in quick if not known(each)] == []
    for made, entry in zip(quick, ENTRIES, strict=True):
        assert (made.header, made.data, made.hash) == (entry.header, entry.data, entry.hash)


CHANGES = [
    (b'"seq":', b'"seq": '),
    (b'"format":1', b'"format":2'),
    (b'"format":1', b'"format":true'),
    (b'"format":1,', b'"format":1,"format":1,'),
    (b'"format":1,', b'"format":1,"form":1,'),
    (b'"epoch":1', b'"epoch":0'),
    (b'"epoch":1', b'"epoch":true'),
    (b'"epoch":1', b'"epoch":1.0'),
    (b'"epoch":1', b'"epoch":-1'),
    (b'"epoch":1', b'"epoch":"1"'),
    (b'"suite":1', b'"suite":0'),
    (b'"number":', b'"number":1.5,"x":'),
    (b'"number":', b'"number":1e2,"x":'),
    (b'"number":', b'"number":-0,"x":'),
    (b'"number":', b'"number":9007199254740992,"x":'),
    (b'"number":', b'"number":NaN,"x":'),
    (b'"number":', b'"number":' + b"[" * 20 + b"]" * 20 + b',"x":'),
    (b'"number":', b'"number":"\\u0041","x":'),
    (b'"number":', b'"number":"\\u001F","x":'),
    (b'"number":', b'"zz":1,"number":'),
    (b'"type":"person"', b'"type":"robot"'),
    (b'"type":"person"', b'"type":"person","typo":1'),
    (b'"actor":{"id":', b'"actor":{"id":"","ie":'),
    (b'"quality":"confirmed"', b'"quality":"certain"'),
    (b'"op":"', b'"op":"' + b"x" * 200),
    (b'"kind":"', b'"kind":null,"kine":"'),
    (b'"wall":"2026-11-21T', b'"wall":"2026-13-21T'),
    (b'"prev":"', b'"prev":"AAAA'),
    (b'"class":"annex"', b'"class":"other"'),
]


@pytest.mark.parametrize("change", CHANGES)
def test_what_core_refuses_is_not_read(change: tuple[bytes, bytes]) -> None:
    body = PLAIN.replace(*change, 1)
    assert body != PLAIN, "the change found nothing to change"
    with pytest.raises(EntryError):
        _ = Entry(body, b"").header
    assert not known(read_quickly(Entry(body, b"")))


@given(st.integers(0, len(PLAIN) - 1), st.binary(min_size=0, max_size=3), st.integers(0, 3))
@example(0, b"\xef\xbb\xbf", 0)
def test_any_changed_bytes_are_read_as_core_reads_them(at: int, instead: bytes, length: int) -> None:
    entry = Entry(PLAIN[:at] + instead + PLAIN[at + length :], b"")
    quick = read_quickly(entry)
    if known(quick):
        assert (quick.header, quick.data) == (entry.header, entry.data)
