"""An entry that was just made is the one that anybody reads from its bytes."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from core import commands as c
from core.ledger.entry import Entry, parse_stamp, stamp, to_milliseconds
from tests.core.station.desk import WAYBILLS, Counter


def test_made_and_read_are_the_same() -> None:
    counter = Counter(receipts=True)
    counter.log_in()
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit())
    for job in list(counter.paper(2)):
        counter.print(job)
    counter.scan(WAYBILLS[0])
    counter.do(c.NextItem(), c.Refuse(c.RefusalReason.INSPECTION_REFUSED, told=True), c.CloseDay(), c.Lock())
    counter.station.stop()
    made = counter.vault.journal.rows
    assert len({entry.header.kind for entry in made}) > 8
    for entry in made:
        read = Entry(entry.body, entry.terminal_signature, entry.session_signature, entry.attachments)
        assert (read.header, read.data, read.head) == (entry.header, entry.data, entry.head)


@given(st.datetimes(timezones=st.timezones()))
def test_whole_milliseconds_are_what_a_stamp_says(moment: dt.datetime) -> None:
    assert parse_stamp(stamp(moment)) == to_milliseconds(moment)
