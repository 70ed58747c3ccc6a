"""Every row of ours has tests or says why not, and tests/requirements.md is what the markers say."""

from __future__ import annotations

import pytest

from tests.requirements.marks import Mark, MarkError, marks_of, read_marks
from tests.requirements.table import (
    PAGE,
    TESTS,
    Row,
    current,
    faults,
    page,
    read_proofs,
    read_proved,
    read_rows,
)

ROOT = TESTS.parent


def test_every_row_has_tests_or_says_why_not() -> None:
    assert list(faults(read_rows(), read_marks(TESTS))) == []


def test_all_rows_are_there() -> None:
    rows = [*read_rows()]
    assert rows == [
        f"{letter}{n}" for letter, last in (("R", 113), ("T", 28), ("I", 9)) for n in range(1, last + 1)
    ]


def test_the_page_is_as_old_as_its_sources() -> None:
    assert PAGE.read_text(encoding="utf-8") == current(), "python -m tests.requirements"


def test_what_is_wrong_is_said() -> None:
    rows = {
        row.number: row
        for row in (
            Row("R1", "bare", "C"),
            Row("R2", "adjacent", "A"),
            Row("R3", "claimed and excused", "C", "not yet: later"),
            Row("R4", "partly, by nothing", "C", "partly: half"),
            Row("I1", "excused", "I", "because"),
        )
    }
    said = list(faults(rows, [Mark("core/test_a.py", "test_b", "R3"), Mark("core/test_a.py", "", "R99")]))
    assert [line.split()[0].rstrip(":") for line in said] == ["tests/core/test_a.py", "R1", "R3", "R4", "I1"]


def test_marks_are_read_where_pytest_reads_them() -> None:
    text = (
        "import pytest\n"
        "pytestmark = [pytest.mark.timeout(1), pytest.mark.requirement('R1', 'T2')]\n"
        "@pytest.mark.requirement('R3')\n"
        "def test_it(): ...\n"
    )
    found = marks_of("core/test_a.py", text)
    assert sorted(found) == [
        Mark("core/test_a.py", "", "R1"),
        Mark("core/test_a.py", "", "T2"),
        Mark("core/test_a.py", "test_it", "R3"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "class TestIt:\n    @pytest.mark.requirement('R1')\n    def test_it(self): ...\n",
        "@pytest.mark.requirement()\ndef test_it(): ...\n",
        "@pytest.mark.requirement(ROW)\ndef test_it(): ...\n",
    ],
)
def test_a_marker_that_would_be_overlooked_is_refused(text: str) -> None:
    with pytest.raises(MarkError, match=r"tests/core/test_a\.py:"):
        marks_of("core/test_a.py", text)


def test_what_is_taken_away_stands_there_once() -> None:
    """Else a proof would have to be made anew."""
    proofs = read_proofs()
    assert len({proof.row for proof in proofs}) >= 10
    for proof in proofs:
        assert (ROOT / proof.path).read_text(encoding="utf-8").count(proof.old) == 1, proof
        assert proof.new != proof.old


def test_every_proof_was_made() -> None:
    """And the test that failed is still one of its row's."""
    nodes = read_marks(TESTS)
    proved = {(each.row, each.what): each.failed for each in read_proved()}
    assert sorted(proved) == sorted((proof.row, proof.what) for proof in read_proofs())
    for (row, _), failed in proved.items():
        assert any(mark.row == row and failed.startswith(mark.node) for mark in nodes), (row, failed)


def test_a_note_stands_before_the_tests() -> None:
    rows = read_rows()
    text = page(rows, [Mark("core/test_a.py", "test_b", "R1")], [], [])
    (line,) = [each for each in text.splitlines() if each.startswith("| R1 |")]
    assert line.endswith("<br>[core/test_a.py](core/test_a.py): `b` |")
    assert "*partly:*" in line
