"""Look-ups as the journal counts them: one entry each, never the text (R65); what is many is rule data.

The fold keeps each operator's figures of the open day by the hour.  Limits stand in dated rule data and are
held against them outside the fold, here and at headquarters.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from core.ledger.clock import CHINA
from core.ledger.entry import Entry
from core.look_rules import LookLimits

KIND = "LookedUp"
MEMBER = "looks"  # of the state


class By(StrEnum):
    """What an item was looked for by; codes go into the journal."""

    NEWEST = "newest"  # nothing was asked: the list of the newest
    WAYBILL = "waybill"
    TOKEN = "token"  # noqa: S105 - of a label, no secret
    NUMBER = "number"
    RECEIPT = "receipt"  # the code of a receipt
    DOCUMENT = "document"  # placed on the reader
    TEXT = "text"  # something that found nothing: what it was is not known


class Many(StrEnum):
    """What is told of an operator's look-ups; the value is also headquarters' alarm."""

    HOUR = "looks.hour"  # so many in one hour
    DAY = "looks.day"
    NOTHING = "looks.nothing"  # so many in one day that found nothing
    NIGHT = "looks.night"
    ELSEWHERE = "looks.elsewhere"  # another branch's item; at the counter: another terminal's


def hour_of(at: dt.datetime) -> int:
    """The hour of the day, China's time."""
    return at.astimezone(CHINA).hour


def counted(row: Mapping[str, Any] | None, entry: Entry) -> dict[str, Any]:
    """An operator's figures of the open day with one look-up more."""
    row = row or {"hours": {}, "nothing": 0, "elsewhere": 0}
    data, hour = entry.data, f"{hour_of(entry.header.trusted.at):02d}"
    return {
        "hours": {**row["hours"], hour: row["hours"].get(hour, 0) + 1},
        "nothing": row["nothing"] + (data["hits"] == 0),
        "elsewhere": row["elsewhere"] + (data["terminal"] != entry.header.terminal),
    }


def told(row: Mapping[str, Any], limits: LookLimits) -> dict[Many, int]:
    """What a supervisor is told of one operator's figures of a day, with how many."""
    hours: Mapping[str, int] = row["hours"]
    night = sum(count for hour, count in hours.items() if limits.is_night(int(hour)))
    found = {
        Many.HOUR: max(hours.values(), default=0),
        Many.DAY: sum(hours.values()),
        Many.NOTHING: int(row["nothing"]),
        Many.NIGHT: night,
        Many.ELSEWHERE: int(row["elsewhere"]),
    }
    least = {Many.HOUR: limits.hour, Many.DAY: limits.day, Many.NOTHING: limits.nothing}
    return {many: count for many, count in found.items() if count >= least.get(many, 1)}
