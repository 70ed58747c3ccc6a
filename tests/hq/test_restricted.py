"""Headquarters follows what persons asked for at a counter: listed, and opened by nobody any more."""

from __future__ import annotations

import json

import pytest

from core.errors import HqError
from core.ledger.erasure import ITEM_RESTRICTED, PERSON_ERASED
from core.ledger.writer import Proposal
from hq.restricted import list_restricted, need_unrestricted
from tests.hq.headquarters import Headquarters
from tests.hq.test_commands import hq


@pytest.mark.parametrize("kind", [ITEM_RESTRICTED, PERSON_ERASED])
def test_an_item_that_was_restricted_or_erased_is_opened_by_nobody(
    headquarters: Headquarters, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    counter = headquarters.counter("990100-01-03", operator="OP10001")
    counter.sent(counter.book.entries)
    book = counter.book
    item = book.item(book.sender())
    sender = book.entries[item - 1].data["sender"]
    data = {"item": item, "request": "p-1", "ground": "enquiry", "retention": "acceptance"}
    book.propose(Proposal(kind, {**data, "month": "2026-11"}, book.operation(), by_person=True))
    sent = [entry for entry in book.entries if entry.header.seq >= sender]
    counter.sent(sent)
    with headquarters.database.read() as connection:
        need_unrestricted(connection, book.terminal, item)  # not followed yet
    headquarters.follow()
    rows = list_restricted(headquarters.database)
    assert [(row["seq"], row["kind"], row["operator"]) for row in rows] == [(item, kind, "OP10001")]
    with headquarters.database.read() as connection, pytest.raises(HqError, match="restricted"):
        need_unrestricted(connection, book.terminal, item)
    common = ("--data", str(headquarters.home.directory), "--database", headquarters.url)
    told = json.loads(hq(capsys, "retention", "persons", "--json", *common)[1])
    assert [row["request"] for row in told] == ["p-1"]
