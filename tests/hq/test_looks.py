"""Many look-ups, look-ups at night, another branch's item: headquarters counts them from the entries."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from core.errors import ConfigError
from core.ledger.writer import Proposal
from hq.looks import list_alarms, load_look_limits
from hq.retention_rules import DIRECTORY
from hq.schema import FOLLOWER
from hq.schema_beside import LOOKS
from tests.hq.headquarters import Counter, Headquarters
from tests.hq.test_commands import hq

pytestmark = pytest.mark.requirement("R65", "R69")

HERE, THERE, FAR = "990100-01-03", "990100-01-04", "990200-01-01"
LIMITS = load_look_limits(dt.date(2026, 11, 21))


def look(counter: Counter, count: int = 1, *, hits: int = 1, terminal: str = "") -> None:
    """So many look-ups of hers; headquarters follows them."""
    book = counter.book
    data = {"by": "number", "hits": hits, "item": 0, "terminal": terminal or book.terminal}
    entries = book.propose(
        *(Proposal("LookedUp", data, book.operation(), by_person=True) for _ in range(count))
    )
    counter.sent(entries)
    counter.headquarters.follow()


def begin(headquarters: Headquarters, terminal: str) -> Counter:
    counter = headquarters.counter(terminal, operator="OP10001")
    counter.sent(counter.book.entries)
    return counter


def alarms(headquarters: Headquarters) -> list[tuple[str, str, str]]:
    """Terminal, alarm and what it says, in the order in which they came."""
    rows = sorted(list_alarms(headquarters.database), key=lambda row: (row["seq"], row["terminal"]))
    told = [row for row in rows if row["fault"].startswith("looks.")]  # she is at two counters at a time, too
    return [(row["terminal"], row["fault"], row["what"]) for row in told]


def test_an_operator_is_counted_at_all_counters_together(headquarters: Headquarters) -> None:
    """Told once, and not again where the follower begins anew."""
    one, other = begin(headquarters, HERE), begin(headquarters, THERE)
    look(one, LIMITS.hour - 5)
    look(other, 4)
    assert alarms(headquarters) == []
    look(other, 1)
    expected = [(THERE, "looks.hour", f"count={LIMITS.hour} operator=OP10001")]
    assert alarms(headquarters) == expected
    look(one, 10)
    assert alarms(headquarters) == expected
    one.book.machine.advance(3600)
    look(one, LIMITS.hour - 1)
    assert alarms(headquarters) == expected
    with headquarters.database.write() as connection:
        connection.execute(FOLLOWER.delete())
    headquarters.follow()
    assert alarms(headquarters) == expected


def test_what_was_told_days_ago_is_not_told_again(headquarters: Headquarters) -> None:
    """Her rows of those days are gone, and the entries are folded anew: the same alarms, each once."""
    counter = begin(headquarters, HERE)
    look(counter, LIMITS.hour)
    look(counter, terminal=FAR)
    expected = [
        (HERE, "looks.hour", f"count={LIMITS.hour} operator=OP10001"),
        (HERE, "looks.elsewhere", f"asked={FAR} count=1 operator=OP10001"),
    ]
    assert alarms(headquarters) == expected
    for _ in range(2):
        counter.book.machine.advance(2 * 86_400)
        counter.book.log_in()
        counter.sent(counter.book.entries[-1:])
        look(counter)
    with headquarters.database.write() as connection:
        assert connection.execute(select(func.count()).select_from(LOOKS)).scalar_one() == 2
        connection.execute(FOLLOWER.delete())
    headquarters.follow()
    assert alarms(headquarters) == expected
    with headquarters.database.write() as connection:  # and where the rows themselves were lost
        connection.execute(LOOKS.delete())
        connection.execute(FOLLOWER.delete())
    headquarters.follow()
    assert alarms(headquarters) == expected
    told = [row["count"] for row in list_alarms(headquarters.database) if row["fault"].startswith("looks.")]
    assert told == [1, 1]


def test_what_found_nothing_and_another_branch_s_item(headquarters: Headquarters) -> None:
    counter = begin(headquarters, HERE)
    begin(headquarters, THERE)
    look(counter, LIMITS.nothing - 1, hits=0)
    look(counter, terminal=THERE)
    assert alarms(headquarters) == []
    look(counter, hits=0, terminal=FAR)
    assert [(fault, what) for _terminal, fault, what in alarms(headquarters)] == [
        ("looks.elsewhere", f"asked={FAR} count=1 operator=OP10001"),
        ("looks.nothing", f"count={LIMITS.nothing} operator=OP10001"),
    ]


def test_at_night_and_in_the_list(headquarters: Headquarters, capsys: pytest.CaptureFixture[str]) -> None:
    counter = begin(headquarters, HERE)
    counter.book.machine.advance(8 * 3600 - 1)  # one second before ten
    look(counter)
    assert alarms(headquarters) == []
    counter.book.machine.advance(1)
    look(counter, 3)
    assert alarms(headquarters) == [(HERE, "looks.night", "count=1 operator=OP10001")]
    common = ("--data", str(headquarters.home.directory), "--database", headquarters.url)
    code, text, _ = hq(capsys, "alarms", "--terminal", HERE, *common)
    assert (code, text.count(f"{HERE}  looks.night")) == (0, 1)
    told: list[dict[str, Any]] = json.loads(hq(capsys, "alarms", "--json", *common)[1])
    assert [row["fault"] for row in told if row["fault"].startswith("looks.")] == ["looks.night"]


def test_rule_data(tmp_path: Path) -> None:
    value = json.loads((DIRECTORY / "2026-11-01.json").read_bytes())
    for effective, hour in (("2026-11-01", 60), ("2026-12-01", 40)):
        value["effective_from"], value["look_ups"]["hour"]["value"] = effective, hour
        (tmp_path / f"{effective}.json").write_text(json.dumps(value), "utf-8")
    days = (dt.date(2026, 10, 1), dt.date(2026, 11, 30), dt.date(2026, 12, 1))
    assert [load_look_limits(day, tmp_path).hour for day in days] == [60, 60, 40]
    value["look_ups"]["night_from"]["value"] = 24
    (tmp_path / "2026-12-01.json").write_text(json.dumps(value), "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_look_limits(dt.date(2026, 12, 1), tmp_path)
    assert caught.value.facts["key"] == "look_ups.night_from.value"
