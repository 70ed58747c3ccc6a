"""The table of administrations against one that was written by hand, cell by cell."""

from __future__ import annotations

import argparse

import pytest

from hq.administrations import (
    DUTIES,
    FOUNDING,
    Administration,
    command_of,
    duty,
    may,
    may_second,
    needs_second,
    shown_of,
)
from hq.cli import build_parser
from tests.hq import duties_document

pytestmark = pytest.mark.requirement("R110")

# Y hers · 2 hers, with a second person · . refused.  GB/T 22239-2019, 8.1.4.2: who keeps the machines decides
# about nobody's rights, who decides about rights reads no journals, and who reads changes nothing.
EXPECTED = """
                    system security audit
serve               Y      .        .
follow              Y      .        .
open serve          Y      .        .
diagnostics open    Y      .        .
backup              Y      .        .
restore             Y      .        .
db distribute       Y      .        .
retention run       Y      .        .
retention list      Y      .        Y
retention persons   Y      .        Y
pool issue          Y      .        .
pool withdraw       Y      .        .
pool list           Y      .        Y
pool show           Y      .        Y
terminal list       Y      Y        Y
directive list      Y      Y        Y
enrol-code          .      Y        .
epoch grant         .      Y        .
terminal revoke     .      Y        .
operator add        .      Y        .
operator code       .      Y        .
operator remove     .      Y        .
operator papers     .      Y        .
operator list       .      Y        Y
directive publish   .      Y        .
directive halt      .      Y        .
review return       .      Y        .
approve             .      Y        .
persons list        .      Y        Y
persons show        .      Y        Y
persons answer      .      Y        .
persons copy        .      2        .
disclosure list     .      Y        Y
disclosure show     .      Y        Y
disclosure show --open .   Y        .
disclosure decide   .      Y        .
disclosure release  .      2        .
partner add         .      Y        .
partner end         .      Y        .
partner list        .      Y        Y
persons restrict    .      2        .
persons erase       .      2        .
block list          .      Y        Y
block decide        .      Y        .
block publish       .      Y        .
journal show --open .      Y        .
authority begin     .      Y        .
authority switch    .      Y        .
keys roll           .      Y        .
keys retire         .      2        .
keys list           .      Y        Y
admin add           .      2        .
admin remove        .      2        .
admin password      Y      Y        Y
admin list          Y      Y        Y
admin log           .      .        Y
admin verify        Y      Y        Y
admin tell          .      .        Y
alarms              .      Y        Y
review list         .      Y        Y
request list        .      Y        Y
late list           .      Y        Y
late show           .      Y        Y
claim list          .      Y        Y
day list            .      Y        Y
journal list        .      .        Y
journal show        .      .        Y
journal export      .      .        Y
evidence            .      .        Y
"""


def cells() -> list[tuple[str, str, str]]:
    head, *lines = [line.rsplit(None, 3) for line in EXPECTED.strip("\n").splitlines()]
    return [(a, line[0].strip(), cell) for line in lines for a, cell in zip(head, line[1:], strict=True)]


@pytest.mark.parametrize(("administration", "command", "cell"), cells())
def test_every_administration_and_command(administration: str, command: str, cell: str) -> None:
    assert may(administration, command) == (cell in "Y2")
    if cell == "2":
        assert needs_second(command)
    elif cell == "Y":
        assert not needs_second(command)


def test_no_cell_is_left_out() -> None:
    assert {(a, c) for a, c, _ in cells()} == {(a.value, d.command) for a in Administration for d in DUTIES}
    assert len({d.command for d in DUTIES}) == len(DUTIES)


def commands_of(parser: argparse.ArgumentParser, before: str = "") -> list[str]:
    """Every command that the command line takes, in full."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return [
                name
                for word, below in action.choices.items()
                for name in commands_of(below, f"{before} {word}".strip())
            ]
    return [before]


def test_every_command_has_its_row() -> None:
    """Whoever adds a command decides in hq/administrations.py whose it is."""
    listed = {d.command for d in DUTIES} - {"journal show --open", "disclosure show --open"}
    assert set(commands_of(build_parser())) == listed | set(FOUNDING)


@pytest.mark.parametrize("command", ["operator add", "no such command"])
def test_an_unknown_administration_may_nothing(command: str) -> None:
    assert not may("owner", command)
    assert not may("house", command)


@pytest.mark.parametrize(
    ("second", "others", "stands_by"),
    [
        ("security", ["system", "security", "audit"], True),
        ("audit", ["system", "security", "audit"], False),
        ("audit", ["system", "audit"], True),  # she is the only one of security
        ("system", ["system", "audit"], False),
    ],
)
def test_who_stands_by(second: str, others: list[str], stands_by: bool) -> None:
    assert may_second(second, others) is stands_by


def test_a_line_repeats_codes_and_no_names() -> None:
    line = "operator add OP10001 --name 示例甲 --role clerk --branch b-1 --branch b-2 --data x"
    options = build_parser().parse_args(line.split())
    assert shown_of(duty(command_of(options)), options) == {
        "id": "OP10001",
        "role": "clerk",
        "branch": "b-1 b-2",
    }
    line = "journal show --terminal t --seq 3 --open --data x"
    sealed = build_parser().parse_args(line.split())
    assert command_of(sealed) == "journal show --open"


def test_the_document_shows_the_table() -> None:
    text = duties_document.PAGE.read_text(encoding="utf-8")
    assert duties_document.between(text) == duties_document.table()
