"""The rows, what is wrong between them and the markers, and the page that shows both."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.requirements.marks import Mark, read_marks

HERE = Path(__file__).parent
TESTS = HERE.parent
PAGE = TESTS / "requirements.md"
NOT_YET, ELSEWHERE, PARTLY = "not yet: ", "elsewhere: ", "partly: "
NOTES = (NOT_YET, ELSEWHERE, PARTLY)

SECTIONS = (
    ("R", 1, 24, "Registration, identity, verification order"),
    ("R", 25, 37, "Acceptance of the item"),
    ("R", 38, 44, "Refusal, exceptions, sanctions on customers"),
    ("R", 45, 52, "Delivery and pick-up at the counter"),
    ("R", 53, 81, "Customer-information protection"),
    ("R", 82, 89, "Staff"),
    ("R", 90, 113, "Supervision, audit, incidents, complaints, service quality, equipment"),
    ("T", 1, 28, "Faults that are put in"),
    ("I", 1, 9, "Invariants"),
)
_INTRODUCTION = """# Requirements and the tests that prove them

Made by `python -m tests.requirements` from `@pytest.mark.requirement("R38")` on tests and from
[rows.toml](requirements/rows.toml); a test fails where this page is older than they are. After a conflict of
two branches take either side and make it anew.

R1 to R113 is the requirement table, T1 to T28 the faults that are put in, I1 to I9 the invariants. Class
**C** is the counter's and its headquarters' own work: each such row, each T and each I has tests, or says why
not. **A** is adjacent, **O** out of scope: there a test is a gift. A row that says *partly* is proved by the
tests that it names as far as they go, and says what is missing.

"""
_PROOFS = """## Proved by removal

`python -m tests.requirements.prove` takes one behaviour away from a copy of the source
([proofs.toml](requirements/proofs.toml) says which words become which) and runs the tests of its row: one
must fail, and pass again where nothing is taken away. Here is which it was.

"""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table."""

    number: str
    says: str
    group: str  # "C", "A", "O", "A → C" …; of T and I their letter
    note: str = ""  # one of NOTES and a sentence

    @property
    def owed(self) -> bool:
        """Whether it must have tests or say why not."""
        return "C" in self.group or self.number[0] in "TI"


@dataclass(frozen=True, slots=True)
class Proof:
    """One behaviour to take away: in ``path`` the text ``old``, which stands there once, becomes ``new``."""

    row: str
    what: str
    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Proved:
    """What came of a proof."""

    row: str
    what: str
    day: dt.date
    failed: str  # the first test that failed, as pytest names it


def read_rows(path: Path = HERE / "rows.toml") -> dict[str, Row]:
    """Rows by number, in their order."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        number: Row(number, row["says"], row["class"], row.get("note", "")) for number, row in data.items()
    }


def read_proofs(path: Path = HERE / "proofs.toml") -> list[Proof]:
    """What is to be taken away."""
    return [Proof(**proof) for proof in tomllib.loads(path.read_text(encoding="utf-8"))["proof"]]


def read_proved(path: Path = HERE / "proved.toml") -> list[Proved]:
    """What came of it at the last run."""
    return [Proved(**proved) for proved in tomllib.loads(path.read_text(encoding="utf-8"))["proved"]]


def faults(rows: Mapping[str, Row], marks: Sequence[Mark]) -> Iterator[str]:
    """What is wrong between rows and markers, a sentence each."""
    proved = {mark.row for mark in marks}
    for mark in marks:
        if mark.row not in rows:
            yield f"{mark.node}: no row {mark.row}"
    for row in rows.values():
        if row.note and not row.note.startswith(NOTES):
            yield f"{row.number}: a note begins with one of: {', '.join(NOTES)}"
        if row.number in proved and row.note.startswith((NOT_YET, ELSEWHERE)):
            yield f"{row.number} has tests, and says that it has none: “{row.note}”"
        if row.number not in proved and row.note.startswith(PARTLY):
            yield f"{row.number} is said to be partly proved, and no test names it"
        if row.number not in proved and row.owed and not row.note:
            yield f"{row.number} has no test and does not say why"


def page(
    rows: Mapping[str, Row], marks: Sequence[Mark], proofs: Sequence[Proof], proved: Sequence[Proved]
) -> str:
    """The whole of requirements.md."""
    tests: dict[str, list[Mark]] = defaultdict(list)
    for mark in marks:
        tests[mark.row].append(mark)
    parts = [_INTRODUCTION, *_counts(rows, tests)]
    for letter, first, last, title in SECTIONS:
        parts.append(f"## {title} ({letter}{first}–{letter}{last})\n\n")
        parts.append("| # | Requirement | Class | Tests |\n|---|---|---|---|\n")
        for number in (f"{letter}{each}" for each in range(first, last + 1)):
            row = rows[number]
            cell = "<br>".join([*_note(row), *_files(tests[number])])
            parts.append(f"| {number} | {row.says} | {row.group} | {cell} |\n")
        parts.append("\n")
    parts.append(_PROOFS + "| Row | Taken away | Where | Day | Failed first |\n|---|---|---|---|---|\n")
    where = {(proof.row, proof.what): proof.path for proof in proofs}
    for each in proved:
        at = where[each.row, each.what]
        parts.append(f"| {each.row} | {each.what} | `{at}` | {each.day} | `{_short(each.failed)}` |\n")
    return "".join(parts)


def _counts(rows: Mapping[str, Row], tests: Mapping[str, Sequence[Mark]]) -> Iterator[str]:
    yield "| | rows | proved | partly | without a test, with a reason |\n|---|---|---|---|---|\n"
    for title, chosen in (
        ("R, class C", [row for row in rows.values() if row.number[0] == "R" and row.owed]),
        ("T", [row for row in rows.values() if row.number[0] == "T"]),
        ("I", [row for row in rows.values() if row.number[0] == "I"]),
    ):
        partly = sum(row.note.startswith(PARTLY) for row in chosen)
        whole = sum(bool(tests[row.number]) for row in chosen) - partly
        yield f"| {title} | {len(chosen)} | {whole} | {partly} | {len(chosen) - whole - partly} |\n"
    yield "\n"


def _note(row: Row) -> Iterator[str]:
    if row.note:
        kind, _, rest = row.note.partition(": ")
        yield f"*{kind}:* {rest}"


def _files(marks: Sequence[Mark]) -> Iterator[str]:
    """A line for each file: its link, and the tests in it; alone, it is the whole file."""
    names: dict[str, list[str]] = defaultdict(list)
    for mark in marks:
        names[mark.path].append(mark.test)
    for path, chosen in sorted(names.items()):
        listed = " · ".join(_words(test) for test in sorted(set(chosen)) if test)
        whole = "" in chosen or not listed
        yield f"[{path}]({path})" + ("" if whole else f": {listed}")


def _words(test: str) -> str:
    return f"`{test.removeprefix('test_')}`"


def _short(node: str) -> str:
    """Without the parameters, which are long."""
    return re.sub(r"\[.*", "", node)


def current() -> str:
    """The page as it has to be now."""
    return page(read_rows(), read_marks(TESTS), read_proofs(), read_proved())
