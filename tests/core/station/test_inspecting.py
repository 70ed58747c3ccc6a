"""The inspection pack: counted from raw entries beside other work, signed; refused where one is missing."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from core import commands as c
from core.access.papers import Paper, PaperRules
from core.errors import CounterError
from core.inspection import InspectionPage, MakeInspectionPack
from core.ledger.inspection import Trained
from core.ports import StaffRow
from core.receipts.inspection import read_inspection
from core.station.inspecting import trained
from tests.core.station.desk import RULES, WAYBILLS, Counter

RULE = RULES.editions[0]


class Files:
    """Where the pages go."""

    def __init__(self) -> None:
        self.pages: list[InspectionPage] = []

    def begin(
        self, page: object, place: str, language: str, done: Callable[[str | CounterError], None]
    ) -> None:
        """At once."""
        assert isinstance(page, InspectionPage)
        self.pages.append(page)
        done(f"/export/{page.stem}-{place}-{language}.pdf")


@pytest.fixture
def counter() -> Iterator[Counter]:
    made = Counter()
    made.live.slip_files = Files()
    made.log_in()
    yield made
    made.station.stop()


def pack(counter: Counter) -> InspectionPage:
    """One more, once it is written."""
    files = counter.live.slip_files
    assert isinstance(files, Files)
    before, end = len(files.pages), time.monotonic() + 20
    counter.do(MakeInspectionPack("folder", "zh"))
    while len(files.pages) == before and counter.shown().message is not None:
        if counter.message() not in ("msg.pack_begun", "msg.pack_written"):
            break
        assert time.monotonic() < end
    counter.shown()
    return files.pages[-1]


def test_what_was_accepted_refused_and_voided(counter: Counter) -> None:
    counter.sender()
    for place, waybill in enumerate(WAYBILLS[:2]):
        if place:
            counter.do(c.NextItem())
        counter.parcel(waybill)
        counter.do(c.Commit())
    counter.do(c.NextCustomer())
    counter.sender()
    counter.do(c.Refuse(c.RefusalReason.PROHIBITED))
    counter.live.staff["OP10001"] = StaffRow("OP10001", "clerk")
    page = pack(counter)
    assert counter.message() == "msg.pack_written"
    found = page.slip
    assert (found.accepted, found.inspected, found.voided) == (2, 2, 0)
    assert (found.identity, found.refused) == ({"chip": 2}, {"prohibited": 1})
    assert sum(found.security.values()) == 2
    assert found.last == counter.live.state.head
    assert [each.operator for each in found.staff] == ["OP10001"]
    record = read_inspection(page.qr, counter.vault.headquarters_keys().chain)
    assert record.digest == found.digest()
    assert (record.members["accepted"], record.members["made_by"]) == (2, "OP10001")
    assert WAYBILLS[0] not in str(found.as_json())


def test_only_the_last_weeks_and_what_has_to_be_explained(counter: Counter) -> None:
    """An item of a day before them is not counted, one that goes to a centre is named."""
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit(), c.CloseDay())
    short = replace(RULE, limits=replace(RULE.limits, inspection_days=1))
    counter.live.rulebook = replace(counter.live.rulebook, editions=(short,), _told={})
    counter.do(c.Lock())
    counter.vault.machine.advance(26 * 3600)
    counter.log_in()
    counter.sender()
    counter.parcel(WAYBILLS[1])
    centre = next(iter(RULE.security.centres))
    counter.do(c.SetRoute(c.Route.AIR), c.SetSecurity(c.Security.CENTRE, centre), c.Commit())
    assert counter.message() == "msg.accepted", counter.message()
    found = pack(counter).slip
    assert found.accepted == 1
    assert found.by_route == {"centre": 1}
    assert [(each.what, each.operator) for each in found.named] == [("to_centre", "OP10001")]
    assert found.since == found.until == counter.views[-1].day


def test_an_entry_that_is_missing_is_said_and_no_pack_is_made(counter: Counter) -> None:
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit())
    pack(counter)
    rows = counter.vault.journal.rows
    kept = rows[-2]
    rows[-2] = rows[-3]
    try:
        files = counter.live.slip_files
        assert isinstance(files, Files)
        before = len(files.pages)
        pack(counter)
        assert counter.message() == "msg.pack_failed"
        assert len(files.pages) == before
    finally:
        rows[-2] = kept


def test_who_is_untrained_is_named_by_number() -> None:
    """By the papers that the rule data ask for; a password's age is nobody's training."""
    today, rules = (
        dt.date(2026, 11, 21),
        PaperRules({**dict.fromkeys(Paper, 365), Paper.PASSWORD: 90}, 30, 14),
    )
    asks = replace(RULE, papers=rules)
    days: dict[str, dt.date] = {
        Paper.CONFIDENTIALITY: dt.date(2026, 1, 5),
        Paper.PASSWORD: dt.date(2020, 1, 1),
    }
    row = StaffRow("OP10002", "clerk", papers=days)
    assert trained(row, asks, today) == Trained("OP10002", "clerk", "2026-01-05", "", "missing")
    row = StaffRow("OP10002", "clerk", papers={**days, Paper.TRAINING: dt.date(2026, 1, 6)})
    assert trained(row, asks, today).state == "fine"
    row = StaffRow("OP10002", "clerk", papers={**days, Paper.TRAINING: dt.date(2024, 1, 6)})
    assert trained(row, asks, today).state == "ended"
    assert trained(row, replace(RULE, papers=replace(rules, days=dict.fromkeys(Paper, 0))), today).state == ""
