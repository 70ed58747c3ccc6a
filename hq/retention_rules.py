"""How long headquarters keeps what it holds: dated rule data, ``resources/headquarters/<date>.json``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import RuleError, RuleFault
from core.strict import read_json
from hq.partitions import ACCEPTANCE, CLASSES, SEALED

DIRECTORY = Path(__file__).parents[1] / "resources" / "headquarters"
MARKS = ("F", "X", "M", "P")  # as in resources/rules
PARTS = (
    "version",
    "effective_from",
    "retention",
    "look_ups",
    "notify",
    "persons",
)  # of an edition of headquarters' own rules
# A counter may refer to an earlier acceptance for as long as it shows its annex, and come late with it.
AFTER_ANNEX_DAYS = 62
_MOST_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class RetentionRules:
    """One edition: days by retention class, counted from the end of an attachment's month."""

    version: str
    effective_from: dt.date
    days: Mapping[str, int]

    def due(self, retention: str, month: str) -> dt.date:
        """The first day on which what is filed under a class and month ``YYYY-MM`` may no longer be here."""
        year, number = int(month[:4]), int(month[5:])
        after = dt.date(year + number // 12, number % 12 + 1, 1)
        return after + dt.timedelta(days=self.days[retention])


def load_retention(day: dt.date, directory: Path = DIRECTORY) -> RetentionRules:
    """The edition in force on ``day``.

    Raises RuleError RULES_MISSING where there is none, ConfigError (file, key, expected) for a wrong one.
    """
    editions = [read_retention(path.read_bytes(), path.name) for path in sorted(directory.glob("*.json"))]
    in_force = [edition for edition in editions if edition.effective_from <= day]
    if not in_force:
        raise RuleError(RuleFault.RULES_MISSING, day=day.isoformat())
    return max(in_force, key=lambda edition: edition.effective_from)


def read_retention(data: bytes, file: str) -> RetentionRules:
    """One edition; raises ConfigError."""
    part = read_json(data, file, _MOST_BYTES).members(PARTS)
    days = {}
    for name, node in part["retention"].members(CLASSES).items():
        said = node.members(("days", "mark", "source"))
        said["mark"].one_of(MARKS)
        said["source"].text()
        days[name] = said["days"].integer(1, 36_600)
    if days[SEALED] < days[ACCEPTANCE] + AFTER_ANNEX_DAYS:
        raise part["retention"].wrong(f"sealed at least {AFTER_ANNEX_DAYS} days longer than acceptance")
    version = part["version"].matching(
        "[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", "version: letters, digits, . _ : -"
    )
    return RetentionRules(version, part["effective_from"].date(), days)
