"""T23 as an administrator meets it: what is parked or returned, who has to act, since when."""

from __future__ import annotations

import json

import pytest

from core.errors import EntryError, HqError
from hq.claims import list_contests
from hq.reviews import list_reviews, return_entry
from tests.hq.headquarters import Headquarters
from tests.hq.test_claims import accept
from tests.hq.test_commands import hq

pytestmark = pytest.mark.requirement("R23", "T23")


def test_a_registration_is_returned_to_who_made_it_once(
    headquarters: Headquarters, capsys: pytest.CaptureFixture[str]
) -> None:
    counter = headquarters.counter()
    seq = accept(counter.book)
    counter.sent(counter.book.entries)
    headquarters.follow()
    common = ["--data", str(headquarters.home.directory), "--database", headquarters.url]
    place = ["--terminal", counter.book.terminal, "--seq", str(seq)]
    code, out, _ = hq(capsys, "review", "return", *place, "--reason", "name", *common)
    assert (code, counter.book.operator in out) == (0, True)
    headquarters.now.advance(3 * 86400)
    (row,) = list_reviews(headquarters.database, now=headquarters.now)
    assert (row["seq"], row["state"], row["why"]) == (seq, "returned", "name")
    assert row["owner"] == counter.book.operator
    assert 3 * 86400 - 60 <= row["age_s"] < 3 * 86400 + 120
    shown = json.loads(hq(capsys, "review", "list", "--json", *common)[1])
    assert [each["seq"] for each in shown] == [seq]
    assert f"owner {counter.book.operator}" in hq(capsys, "review", "list", *common)[1]
    assert hq(capsys, "review", "return", *place, "--reason", "name", *common)[0] == 2
    assert hq(capsys, "review", "return", *place, "--reason", "示例甲", *common)[0] == 2


def test_only_a_registration_that_is_here_can_be_returned(headquarters: Headquarters) -> None:
    counter = headquarters.counter()
    accept(counter.book)
    counter.sent(counter.book.entries)
    with pytest.raises(EntryError):
        return_entry(headquarters.database, counter.book.terminal, 999, "name")
    with pytest.raises(HqError):
        return_entry(headquarters.database, counter.book.terminal, 1, "name")
    assert list_reviews(headquarters.database) == []


def test_an_annex_that_names_no_waybill_is_parked(headquarters: Headquarters) -> None:
    """It can be compared with nobody's: named, and the items after it are compared."""
    first, second = headquarters.counter(), headquarters.counter("990100-01-04")
    bad = first.book.item(first.book.sender(), annex=b"not an annex")
    for counter in (first, second):
        accept(counter.book)
        counter.sent(counter.book.entries)
        headquarters.follow()
    (row,) = list_reviews(headquarters.database)
    assert (row["terminal"], row["seq"], row["why"]) == (first.book.terminal, bad, "annex")
    assert len(list_contests(headquarters.database)) == 1


def test_claims_are_listed(headquarters: Headquarters, capsys: pytest.CaptureFixture[str]) -> None:
    for terminal in ("990100-01-03", "990100-01-04"):
        counter = headquarters.counter(terminal)
        accept(counter.book)
        counter.sent(counter.book.entries)
        headquarters.follow()
    common = ["--data", str(headquarters.home.directory), "--database", headquarters.url]
    shown = hq(capsys, "claim", "list", *common)[1]
    assert shown.startswith("990100-01-04 1/6")
    assert "990100-01-03 1/6 (No. 000001, OP10001)" in shown
    rows = json.loads(hq(capsys, "claim", "list", "--json", "--terminal", "990100-01-03", *common)[1])
    assert rows == []
