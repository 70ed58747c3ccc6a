"""The one form of a moment in canonical bytes."""

from __future__ import annotations

import datetime as dt

import pytest

from core.errors import EntryError
from core.ledger.entry import parse_stamp, stamp


@pytest.mark.parametrize("year", [1, 999, 1970, 2026, 9999])
def test_there_and_back(year: int) -> None:
    moment = dt.datetime(year, 2, 3, 4, 5, 6, 7999, tzinfo=dt.UTC)
    assert stamp(moment) == f"{year:04d}-02-03T04:05:06.007Z"
    assert parse_stamp(stamp(moment)) == moment.replace(microsecond=7000)


def test_other_zones_are_turned_to_utc() -> None:
    china = dt.datetime(2026, 11, 21, 1, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    assert stamp(china) == "2026-11-20T17:00:00.000Z"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Z",
        "0000-01-01T00:00:00.000Z",
        "9999-12-31T24:00:00.000Z",
        "2026-13-01T00:00:00.000Z",
        "2026-11-21T06:26:60.000Z",
        "2026-11-21T06:26:03Z",
        "2026-11-21T06:26:03.12Z",
        "2026-11-21T06:26:03.120000Z",
        "2026-11-21T06:26:03,120Z",
        "2026-11-21T06:26:03.120z",
        "2026-11-21 06:26:03.120Z",
        "20261121T062603.120Z",
        "2026-W47-6T06:26:03.120Z",
        "2026-11-21T06:26:03.120",
        "2026-11-21T06:26:03.120+00:00",
        "0001-01-01T00:00:00.000+23:00",
        "２026-11-21T06:26:03.120Z",
        None,
        7,
    ],
)
def test_any_other_form_is_refused(text: object) -> None:
    with pytest.raises(EntryError):
        parse_stamp(text)
