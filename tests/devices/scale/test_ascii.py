"""Lines of scales as makers write them, and everything that is no line of a scale."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.scale.ascii import MAX_BYTES, AsciiLines, parse_line
from devices.scale.said import BadLine, LineFault, OverRange, Reading, Said, WrongUnit


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"ST,GS,+  1.234kg", Reading(1234, True)),
        (b"US,GS,+  1.234kg", Reading(1234, False)),
        (b"ST,NT,-  0.250kg", Reading(-250, True, True)),
        (b"ST,GS,   245.6 g", Reading(246, True)),
        (b"ST,GS,   245.5 g", Reading(246, True)),
        (b"ST,NT,  1.500,kg", Reading(1500, True, True)),
        (b"ST,+00018.96  g", Reading(19, True)),  # without gross or net
        (b"US,-0183.96  g", Reading(-184, False)),
        (b"ST,GS      10kg", Reading(10_000, True)),
        (b"ST,G,+    5 KG ", Reading(5000, True)),
        (b"\x02ST,GS,+ 2.000kg\x03", Reading(2000, True)),
        (b"ST,GS,+  1.000lb", WrongUnit("lb")),
        (b"ST,GS,+  1.00 oz", WrongUnit("oz")),
        (b"ST,GS,+ 0.001  t", Reading(1000, True)),
        (b"ST,GS,- 0.000kg", Reading(0, True)),
        (b"OL,GS,+-------kg", OverRange()),
        (b"OL,+9999999E+19", OverRange()),
        (b"OL", OverRange()),
        (b"ST,TR,+  0.100kg", None),  # the tare itself is nobody's weight
        (b"ST,GS,+  1.234pcs", WrongUnit("pcs")),
        (b"ST,GS,+  1.2.4kg", BadLine(LineFault.FORM, 16)),
        (b"ST,GS,+  1,234kg", BadLine(LineFault.FORM, 16)),
        (b"ST,GS,+  1.234", BadLine(LineFault.FORM, 14)),
        (b"ST,GS,+     kg", BadLine(LineFault.FORM, 14)),
        (b"ST,GS,+12345678kg", BadLine(LineFault.FORM, 17)),
        (b"ST GS + 1.234kg", BadLine(LineFault.FORM, 15)),
        (b"SI,GS,+ 1.234kg", BadLine(LineFault.FORM, 15)),
        (b" 1.234kg", BadLine(LineFault.FORM, 8)),
        (b"234kg", BadLine(LineFault.FORM, 5)),  # the end of a line that began before the cable was in
        (b"ST,GS,+ 1.234kgST,GS,+ 1.234kg", BadLine(LineFault.FORM, 30)),
        (b"ST,GS,+ \xff.234kg", BadLine(LineFault.FORM, 15)),
        ("ST,GS,+ ١.234kg".encode(), BadLine(LineFault.FORM, 16)),
    ],
)
def test_lines_of_scales(line: bytes, said: Said | None) -> None:
    assert parse_line(line) == said


def test_lines_come_in_any_pieces() -> None:
    sent = b"4kg\r\nST,GS,+  0.000kg\r\nUS,GS,+  1.2" + b"34kg\rST,GS,+  1.234kg\n\r\nOL\r\n"
    wanted = [
        BadLine(LineFault.FORM, 3),
        Reading(0, True),
        Reading(1234, False),
        Reading(1234, True),
        OverRange(),
    ]
    assert AsciiLines().feed(sent) == wanted
    lines = AsciiLines()
    assert [said for value in sent for said in lines.feed(bytes((value,)))] == wanted


def test_an_endless_line_holds_no_memory() -> None:
    lines = AsciiLines()
    for _ in range(1000):
        assert lines.feed(b"9" * 1000) == []
    assert lines.feed(b"\r\nST,GS,+ 0.100kg\r\n") == [
        BadLine(LineFault.TOO_LONG, 1_000_000),
        Reading(100, True),
    ]


@given(st.integers(0, 99_999), st.booleans(), st.booleans(), st.sampled_from(["kg", " kg", "KG"]))
def test_every_weight_that_is_sent_arrives(grams: int, stable: bool, net: bool, unit: str) -> None:
    line = f"{'ST' if stable else 'US'},{'NT' if net else 'GS'},+{grams / 1000:7.3f}{unit}"
    assert parse_line(line.encode()) == Reading(grams, stable, net)


@given(st.binary(max_size=MAX_BYTES))
def test_nothing_breaks_it(line: bytes) -> None:
    said = parse_line(line)
    assert said is None or isinstance(said, Reading | OverRange | WrongUnit | BadLine)
