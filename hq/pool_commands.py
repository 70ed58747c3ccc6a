"""``hq pool``: what its commands do (see hq/commands.py)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from core.acceptance.pools import series_from
from core.errors import StoreError, StoreFault
from core.rules import load_rules
from hq.admin_effects import publication_effect
from hq.pool_count import list_pools, show_pool
from hq.pool_issue import issue, withdraw
from hq.publishing import RESOURCES

if TYPE_CHECKING:
    from hq.opened import Opened


def pool_issue(opened: Opened) -> None:
    """``hq pool issue``."""
    asked = opened.options
    rules = load_rules(RESOURCES / "rules")
    series = series_from(asked.first, rules.editions[-1])
    warn = asked.warn or max(1, asked.count // 10)
    number = issue(
        opened.database, asked.terminal, asked.pool, series, asked.count, warn, rules, unheard=asked.unheard
    )
    _note(opened, number)
    last = series.number(asked.count)
    value = {"publication": number, "pool": asked.pool, "terminal": asked.terminal}
    value |= {"from": series.number(1), "to": last, "count": asked.count}
    opened.answer(value, f"{asked.pool}: {series.number(1)} to {last} for {asked.terminal}")


def _note(opened: Opened, number: int) -> None:
    with opened.database.read() as connection:
        opened.effects.append(publication_effect(connection, number))


def pool_list(opened: Opened) -> None:
    """``hq pool list``; raises StoreError DAMAGED where two counts differ."""
    rows = list_pools(opened.database, opened.options.terminal)
    if opened.options.json:
        opened.say(to_json(rows))
    for row in () if opened.options.json else rows:
        opened.say(
            f"{row['terminal']}  {row['pool']:<20} {row['from']} to {row['to']}  {row['state']:<6} "
            f"used {row['used']}  void {row['void']}  free {row['free']} of {row['count']}"
            f"{'  LOW' if row['low'] and not row['withdrawn'] else ''}"
            f"{'  withdrawn' if row['withdrawn'] else ''}"
            f"{'' if row['agrees'] else '  DIFFERS: folded ' + to_json(row['folded'])}"
        )
    if not all(row["agrees"] for row in rows):
        raise StoreError(StoreFault.DAMAGED, what="the fold and the second count of a pool differ")


def pool_show(opened: Opened) -> None:
    """``hq pool show``."""
    for row in show_pool(opened.database, opened.options.pool):
        opened.say(to_json(row))


def pool_withdraw(opened: Opened) -> None:
    """``hq pool withdraw``."""
    number = withdraw(opened.database, opened.options.pool)
    _note(opened, number)
    value = {"publication": number, "pool": opened.options.pool}
    opened.answer(value, f"{opened.options.pool}: what its counter has not used by then is void")


def to_json(value: object) -> str:
    """One line."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
