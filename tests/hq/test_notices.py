"""A counter is told of each entry of its own that another holds or that cannot count: by directive, once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, update

from hq.reviews import return_entry
from hq.schema import CONTESTS, FOLLOWER, REVIEWS
from tests.guards import ExpectedLogs
from tests.hq.headquarters import Counter, Headquarters
from tests.hq.test_claims import WAYBILL, accept
from tests.hq.test_directives import take
from tests.hq.test_follower import written


def told(counter: Counter) -> list[tuple[str, str, Any]]:
    """(kind, subject, body) of all its directives."""
    directives = [signed.directive for signed in take(counter)]
    return [(each.kind, each.subject, dict(each.body)) for each in directives]


def test_the_loser_is_told_who_and_when_once(headquarters: Headquarters) -> None:
    first, second = headquarters.counter(), headquarters.counter("990100-01-04")
    second.book.machine.advance(60)
    held = accept(first.book)
    lost = accept(second.book)
    for counter in (second, first):
        counter.sent(counter.book.entries)
        headquarters.follow()
    notices = headquarters.service.notices
    assert (notices.tell(), notices.tell()) == (1, 0)
    ((kind, subject, body),) = told(second)
    assert (kind, subject, body["seq"]) == ("waybill_held", f"1/{lost}", lost)
    at = first.book.entries[held - 1].header.trusted.at
    assert body["holder"] == {
        "terminal": first.book.terminal,
        "epoch": 1,
        "seq": held,
        "number": 1,
        "operator": first.book.operator,
        "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "confirmed": False,
    }
    assert WAYBILL not in str(body)
    assert told(first) == []
    # A node that died between publishing and noting publishes again: no counter is told twice.
    with headquarters.database.write() as connection:
        connection.execute(update(CONTESTS).values(told=0))
    assert notices.tell() == 1
    assert len(told(second)) == 1


def test_the_counters_list_is_headquarters_list(
    headquarters: Headquarters, expected_logs: ExpectedLogs
) -> None:
    """Parked, returned, and settled by a program that takes what an earlier one could not."""
    expected_logs.expect("hq.follower", r"entry\.form")
    counter = headquarters.counter()
    notices = headquarters.service.notices
    item = accept(counter.book)
    broken = written(counter.book, "DayOpened", 1, {"nonsense": 1})
    counter.sent(counter.book.entries)
    headquarters.follow()
    notices.tell()
    return_entry(headquarters.database, counter.book.terminal, item, "name", now=headquarters.now)
    assert notices.tell() == 1
    said = [(body["seq"], body["state"], body["why"]) for _kind, _subject, body in told(counter)]
    assert said == [(broken, "parked", "form"), (item, "returned", "name")]
    # What was parked by an earlier program and is passed now, is taken off the counter's list too.
    with headquarters.database.write() as connection:
        connection.execute(update(REVIEWS).where(REVIEWS.c.seq == broken).values(seq=2))
        connection.execute(delete(FOLLOWER))
    headquarters.follow()
    notices.tell()
    last = {subject: body["state"] for _kind, subject, body in told(counter)}
    assert last == {"1/2": "settled", f"1/{item}": "returned", f"1/{broken}": "parked"}
