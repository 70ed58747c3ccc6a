"""What an entry tells headquarters beyond itself: a configuration changed by hand, acts that were refused."""

from __future__ import annotations

import datetime as dt

from core.ledger.configured import fingerprints
from core.ledger.writer import Proposal
from hq.looks import list_alarms
from tests.guards import ExpectedLogs
from tests.hq.headquarters import Headquarters


def test_headquarters_is_told_of_a_changed_configuration_and_of_refused_acts(
    headquarters: Headquarters, expected_logs: ExpectedLogs
) -> None:
    for fault in ("configuration.changed", "acts.refused", "gate_log.broken"):
        expected_logs.expect("hq.follower", fault)
    counter = headquarters.counter("990100-01-03")
    book = counter.book

    def seen(link: str) -> Proposal:
        return Proposal(
            "ConfigurationSeen", fingerprints({"devices": {"scanner": {"link": link}}}), book.operation()
        )

    def refused(action: str, cause: str, count: int) -> Proposal:
        data = {"operator": book.operator, "action": action, "cause": cause, "count": count}
        return Proposal("ActsRefused", data, book.operation())

    def gate(lines: int, found: str) -> Proposal:
        data = {"lines": lines, "last": lines, "head": "", "found": found}
        return Proposal("GateSeen", data, book.operation())

    counter.sent(book.entries)
    said = (
        seen("serial:///dev/ttyACM0"),
        seen("serial:///dev/ttyACM1"),
        refused("exempt", "store.wrong_key", 1),
        refused("exempt", "store.wrong_key", 9),
        refused("reader_down", "rule.role", 1),
        gate(2, "whole"),
        gate(0, "cut"),
    )
    entries = book.propose(*said)
    counter.sent(entries)
    headquarters.follow()
    told = [(row["seq"] - entries[0].header.seq, row["fault"], row["what"])
            for row in list_alarms(headquarters.database)]  # fmt: skip
    who = f"operator={book.operator}"
    assert sorted(told) == [
        (1, "configuration.changed", "parts=scanner"),
        (3, "acts.refused", f"action=exempt cause=store.wrong_key count=9 {who}"),
        (4, "acts.refused", f"action=reader_down cause=rule.role count=1 {who}"),
        (6, "gate_log.broken", "found=cut"),
    ]


def test_headquarters_is_told_of_a_clock_that_was_turned_back(
    headquarters: Headquarters, expected_logs: ExpectedLogs
) -> None:
    """Before a boot's first word of headquarters: at the end of a session and at the next one's beginning."""
    expected_logs.expect("hq.follower", "clock.back")
    counter = headquarters.counter("990100-01-03")
    book = counter.book
    assert book.entries[-1].header.trusted.quality == "unconfirmed"
    book.machine.moment -= dt.timedelta(minutes=4)
    book.propose(Proposal("OperatorLocked", {"cause": "key"}, book.operation(), by_person=True))
    book.machine.moment -= dt.timedelta(hours=2)
    book.log_in()
    counter.sent(book.entries)
    headquarters.follow()
    told = [(row["seq"], row["fault"], row["what"]) for row in list_alarms(headquarters.database)]
    assert told == [(book.state.head.seq, "clock.back", "minutes=124")]
