"""Scales: what they send unasked, and what they answer."""

from __future__ import annotations

from bench.fuzz_target import Target
from devices.scale import nci, sics
from devices.scale.ascii import MAX_BYTES, AsciiLines
from devices.scale.said import Reading, Said, WrongUnit


def _scale(data: bytes) -> None:
    """Whole or in pieces the same is said; a figure has a bound; a unit that is shown has letters alone."""
    whole, pieces = AsciiLines(), AsciiLines()
    at_once = whole.feed(data)
    one_by_one: list[Said] = []
    step = data[0] % 9 + 1 if data else 1
    for start in range(0, len(data), step):
        one_by_one += pieces.feed(data[start : start + step])
        assert len(pieces._line) <= MAX_BYTES
    assert at_once == one_by_one
    plain = nci.without_parity(data)
    assert plain is None or nci.with_parity(plain) == data
    for said in (*at_once, sics.parse_answer(data), nci.parse_answer(data)):
        if isinstance(said, WrongUnit):
            assert said.unit == "?" or (said.unit.isascii() and said.unit.isalpha())
        elif isinstance(said, Reading):
            assert abs(said.grams) < 10**13


def _seeds() -> list[bytes]:
    lines = (
        b"ST,GS,+  1.234kg\r\n", b"US,NT,-  0.2kg\r\n", b"OL\r\n", b"ST,TR,+ 1.0g\r", b"ST,GS,+ 1.0lb\n",
        b"\xff\n", b"x" * 80 + b"\n", b"S S      1.284 kg\r", b"S D -  1.2 t", b"S +", b"S -", b"S I",
        b"TA A     0.250 kg", b"TA I", b"ES", b"S S   1.0 !!", b"\n  1.284KG\r\n00\r", b"\n0.2kg\r\n1p4\r",
        b"\n--\r\n02\r", b"\n01\r", b"\n0p8\r", b"\n1.0kg\r\n40\r", b"\n1.0kg\r\n0p\r", b"\n-1.0oz\r\n00",
        b"\n?\r", b"\n1.1.1kg\r\n00\r", b"TA A  1.0 lb",
    )  # fmt: skip
    return [*lines, nci.with_parity(b"\n  1.284KG\r\n00\r")]


SCALE = Target(
    "scale",
    _scale,
    ("devices.scale.ascii", "devices.scale.sics", "devices.scale.nci", "devices.scale.said"),
    _seeds,
    longest=200,
)
