"""Bytes of a scanner become whole codes or named faults, however they are cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.scanner.lines import MAX_BYTES, BadScan, LineAssembler, Scan, ScanFault

S10 = "RA123456785CN"


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\n\r", b"\r\r\n"])
def test_line_ends(end: bytes) -> None:
    lines = LineAssembler()
    data = b"".join(code.encode() + end for code in (S10, "JT0000000001"))
    assert lines.feed(data) == [Scan(S10), Scan("JT0000000001")]
    assert lines.gap() == []


@pytest.mark.parametrize(
    ("line", "scan"),
    [
        (f"]C0{S10}", Scan(S10, "]C0")),
        (f"]Q3{S10}", Scan(S10, "]Q3")),
        (f"]d2{S10}", Scan(S10, "]d2")),
        ("]C", Scan("]C")),
        ("]00x", Scan("]00x")),
        ("[C0x", Scan("[C0x")),
        (" spaces stay ", Scan(" spaces stay ")),
        ("]Q1{订单:示例}", Scan("{订单:示例}", "]Q1")),
    ],
)
def test_aim_identifiers(line: str, scan: Scan) -> None:
    [found] = LineAssembler().feed(line.encode() + b"\r")
    assert isinstance(found, Scan)
    assert (found.text, found.symbology) == (scan.text, scan.symbology)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b"RA1234\x0056785CN", ScanFault.UNPRINTABLE),
        (b"\x1b[A", ScanFault.UNPRINTABLE),
        (b"RA123\t", ScanFault.UNPRINTABLE),
        (b"\xff\xfe\x80", ScanFault.UNPRINTABLE),
        (b"\xed\xa0\x80", ScanFault.UNPRINTABLE),  # a lone surrogate in UTF-8's clothes
        ("右\u202e左".encode(), ScanFault.UNPRINTABLE),
        (b"]C0", ScanFault.EMPTY),
        (b"]C0  ", ScanFault.EMPTY),
        (b"   ", ScanFault.EMPTY),
        (b"x" * (MAX_BYTES + 1), ScanFault.TOO_LONG),
    ],
)
def test_what_is_no_code_is_named_and_the_next_one_is_whole(line: bytes, fault: ScanFault) -> None:
    lines = LineAssembler()
    assert lines.feed(line + b"\r" + S10.encode() + b"\r") == [BadScan(fault, len(line)), Scan(S10)]


def test_the_longest_line() -> None:
    assert LineAssembler().feed(b"x" * MAX_BYTES + b"\n") == [Scan("x" * MAX_BYTES)]


def test_half_a_code_is_dropped_after_a_pause() -> None:
    lines = LineAssembler()
    assert lines.feed(b"RA12345") == []
    assert lines.gap() == [BadScan(ScanFault.UNFINISHED, 7)]
    assert lines.gap() == []
    assert lines.feed(b"6785CN\r") == [Scan("6785CN")]


def test_a_pause_ends_a_code_where_that_is_set() -> None:
    lines = LineAssembler(gap_ends=True)
    assert lines.feed(S10.encode()) == []
    assert lines.gap() == [Scan(S10)]
    assert lines.gap() == []


def test_an_endless_line_is_dropped_with_bounded_memory() -> None:
    lines = LineAssembler()
    for _ in range(100):
        assert lines.feed(b"y" * 5000) == []
    assert lines.gap() == [BadScan(ScanFault.TOO_LONG, 500_000)]
    assert lines.feed(b"next\n") == [Scan("next")]


def test_repr_hides_the_text() -> None:
    assert S10 not in repr(Scan(S10, "]C0"))


@given(st.lists(st.binary(max_size=40), max_size=40), st.booleans())
def test_any_bytes_in_any_pieces(parts: list[bytes], gap_ends: bool) -> None:
    """Every byte is in one code, one fault, a line end, or waiting."""
    lines = LineAssembler(max_bytes=32, gap_ends=gap_ends)
    whole = b"".join(parts)
    found = [item for part in parts for item in lines.feed(part)] + lines.gap()
    at_once = LineAssembler(max_bytes=32, gap_ends=gap_ends)
    assert found == at_once.feed(whole) + at_once.gap()
    sizes = sum(
        item.size if isinstance(item, BadScan) else len((item.symbology + item.text).encode())
        for item in found
    )
    assert sizes == len(whole.replace(b"\r", b"").replace(b"\n", b""))
    for item in found:
        assert isinstance(item, BadScan) or item.text.isprintable()


@pytest.mark.parametrize(
    ("prefix", "suffix", "sent", "found"),
    [
        (b"~", b"", b"~]C0RA1\r\n", [Scan("RA1", "]C0")]),
        (b"~", b"", b"RA1\r\n", [BadScan(ScanFault.MARKS, 3)]),
        (b"\x02", b"\x03", b"\x02RA1\x03\r\n\x02RA2\x03", [Scan("RA1"), Scan("RA2")]),
        (b"\x02", b"\x03", b"A1\x03\x02RA2\x03", [BadScan(ScanFault.MARKS, 2), Scan("RA2")]),
        (b"", b"\t", b"RA1\tRA2\r\n\t\r\n\t", [Scan("RA1"), Scan("RA2")]),
        (b"", b"##", b"RA1##\r\nRA2#\r\n", [Scan("RA1"), BadScan(ScanFault.MARKS, 4)]),
        (
            b"aa",
            b"aa",
            b"aaa\raaaa\raaxaa\r",
            [BadScan(ScanFault.MARKS, 3), BadScan(ScanFault.EMPTY, 4), Scan("x")],
        ),
    ],
)
def test_what_the_scanner_puts_around_a_code(
    prefix: bytes, suffix: bytes, sent: bytes, found: list[Scan | BadScan]
) -> None:
    """Taken off where it stands whole; without it perhaps half a code came, and it is dropped."""
    for pieces in ([sent], [bytes((value,)) for value in sent]):
        lines = LineAssembler(prefix=prefix, suffix=suffix)
        assert [item for piece in pieces for item in lines.feed(piece)] == found
