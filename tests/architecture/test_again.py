"""Few failures are tried again alone, many are not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.again import unsteady


@pytest.mark.parametrize(
    ("failed", "again"),
    [
        ([], False),
        (["tests/a.py::test_one"], True),
        (["tests/a.py::test_one[x]", "tests/b.py::test_two", "tests/b.py::test_three"], True),
        ([f"tests/a.py::test_{number}" for number in range(4)], False),
        (["tests/a.py"], False),
        (["tests/a.py", "tests/b.py::test_two"], False),
    ],
)
def test_what_is_tried_again(failed: list[str], again: bool, tmp_path: Path) -> None:
    """As pytest writes it down; a file by itself could not be read at all."""
    record = tmp_path / "lastfailed"
    record.write_text(json.dumps(dict.fromkeys(failed, True)), encoding="utf-8")
    assert unsteady(record) == (sorted(failed) if again else [])


def test_no_record_no_second_try(tmp_path: Path) -> None:
    """pytest ended before it wrote one."""
    assert unsteady(tmp_path / "lastfailed") == []
