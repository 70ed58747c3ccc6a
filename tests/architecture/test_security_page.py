"""docs/security.md: the tests it names exist, and its figures are those that the rules and the code give."""

from __future__ import annotations

import ast
import datetime as dt
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from core.acceptance.record import digest_hint
from core.identity.card import DocumentKind
from core.identity.masking import STAR, mask_number_for_record, mask_phone
from core.ledger.block_list import DIGEST_BYTES
from storage.slots import _LEAST_ITERATIONS, _MEMORY_KIB, _TARGET_SECONDS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
_NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
_YEARS, _SERIALS, _CHECKS = 100, 1000, 11  # of birth; of one place and day; values of the check character


@pytest.mark.parametrize(("path", "name"), sorted(set(_NAMED.findall(PAGE))))
def test_a_named_test_exists(path: str, name: str) -> None:
    assert (ROOT / path).is_file()
    if name:
        tree = ast.parse((ROOT / path).read_text("utf-8"))
        assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_claim_that_something_is_met_names_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and "| met" in line]
    assert len(rows) > 10
    assert [row for row in rows if not _NAMED.search(row)] == []


def figure(name: str) -> int:
    """The number in the row of that name."""
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| {name} |")]
    return int(row.split("|")[2].strip().replace(",", ""))


def counties() -> Counter[str]:
    """First digit → county codes of the edition that this version brings."""
    (edition,) = (ROOT / "resources" / "regions").glob("*.json")
    rows = json.loads(edition.read_text("utf-8"))["regions"]
    return Counter(code[0] for code in (str(row).split(" ")[0] for row in rows) if len(code) == 6)


def days() -> int:
    end = dt.date(2026, 11, 22)
    return (end - end.replace(year=end.year - _YEARS)).days


def test_candidates_behind_a_number_in_an_annex() -> None:
    """First and last character are in it; with the month's key the hint sieves them."""
    assert mask_number_for_record("11010519491231002X") == "1" + STAR * 16 + "X"
    most = max(counties().values())
    hidden = most * days() * _SERIALS // _CHECKS
    hint_bits = 4 * len(digest_hint(bytes(32), DocumentKind.RESIDENT, "11010519491231002X"))
    assert figure("document number, annex alone") == hidden
    assert figure("document number, annex and month key") == hidden >> hint_bits
    grown = 62 * 365  # who sends: 18 to 80
    near = 10 * grown * _SERIALS // _CHECKS
    assert figure("the same, ten counties and ages 18 to 80 known") == near >> hint_bits


def test_candidates_behind_a_phone_and_a_digest() -> None:
    assert figure("mobile phone") == 10 ** mask_phone("13800138000").count(STAR)
    every = sum(counties().values()) * days() * _SERIALS
    assert figure("block list, list and its key") == every >> (8 * DIGEST_BYTES)


def test_the_cost_of_a_guess() -> None:
    assert f"{_MEMORY_KIB // 1024} MiB" in PAGE
    assert f"{_LEAST_ITERATIONS} passes" in PAGE
    assert f"{_TARGET_SECONDS} s" in PAGE
    rules = json.loads((ROOT / "resources" / "rules" / "2026-11-01.json").read_text("utf-8"))["password"]
    assert f"{rules['characters_min']['value']} characters of {rules['kinds_min']['value']} kinds" in PAGE
    guesses = 10**6
    assert f"{guesses * _TARGET_SECONDS / 86400:.1f} days" in PAGE
