"""What persons ask about their own data at the counters (PIPL 44-50): listed with its day, shown, answered.

An answer reaches the counter as a directive and counts from the counter's own ``PersonAnswered`` 2 on.  The
rows are the counters' own, as far as they are followed: seqs, codes and days, nobody's data.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, select

from core.errors import HqError, HqFault, RuleError, RuleFault
from core.ledger import persons as ledger
from core.ledger.clock import CHINA
from core.ledger.directives import DirectiveKind
from core.ledger.persons import NONE, Outcome
from core.rules import load_rules
from hq.admin_effects import publication_effect
from hq.adoption import on_its_way
from hq.clock import Now, utc_now
from hq.database import Database
from hq.directives import Publication, publish, to_terminal
from hq.followed import state_of, states
from hq.opened import Opened, to_json
from hq.person_copy import write_copy
from hq.person_erasing import PersonErasing
from hq.person_items import Does, PersonItem, ask
from hq.publishing import RESOURCES
from hq.schema import PUBLICATIONS


def list_open(database: Database, terminal: str | None = None, now: Now = utc_now) -> list[dict[str, Any]]:
    """Every open request, what is due first in front; ``overdue`` in days, 0 for none, ``told`` True where
    an answer was published and its counter has not adopted it yet."""
    kind = PUBLICATIONS.c.kind == DirectiveKind.PERSON.value
    with database.read() as connection:
        found = list(states(connection, terminal))
        told = set(connection.execute(select(PUBLICATIONS.c.subject).where(kind, *on_its_way())).scalars())
    today = now().astimezone(CHINA).date()
    rows = [
        {"terminal": name, "request": request, **row, "told": request in told, "overdue": _late(row, today)}
        for name, state in found
        for request, row in ledger.open_of(state.value).items()
    ]
    return sorted(rows, key=lambda row: (str(row["due"]), str(row["terminal"]), int(row["asked"])))


def answer(
    database: Database, terminal: str, request: str, outcome: str, ground: str = NONE, now: Now = utc_now
) -> int:
    """Publish an answer to the request's counter; the publication's number.

    Raises RuleError REQUEST_GONE where it is not open there, RIGHT_GROUND for a ground that does not fit;
    HqError CONFLICT where it was answered already.
    """
    with database.write() as connection:
        row = _open(connection, terminal, request)
        done = outcome == Outcome.DONE
        rights = load_rules(RESOURCES / "rules").at(now().astimezone(CHINA).date()).rights
        if (ground == NONE) != done or not (done or rights.ground(ground, row["right"]) is not None):
            raise RuleError(RuleFault.RIGHT_GROUND)
        same = (PUBLICATIONS.c.kind == DirectiveKind.PERSON.value, PUBLICATIONS.c.subject == request)
        waits = select(PUBLICATIONS.c.number).where(*same, *on_its_way()).limit(1)
        if connection.execute(waits).first() is not None:
            raise HqError(HqFault.CONFLICT, what="answered already; its counter has not heard of it yet")
        body = {"request": request, "outcome": outcome, "ground": ground}
        said = Publication(DirectiveKind.PERSON.value, request, body, to_terminal(terminal))
        return publish(connection, said, now)


def _open(connection: Connection, terminal: str, request: str) -> Mapping[str, Any]:
    state = state_of(connection, terminal)
    row = ledger.open_of(state.value).get(request) if state is not None else None
    if row is None:
        raise RuleError(RuleFault.REQUEST_GONE)
    return row


def _late(row: Mapping[str, Any], today: dt.date) -> int:
    return max(0, (today - dt.date.fromisoformat(row["due"])).days)


def _line(row: Mapping[str, Any]) -> str:
    late = f"OVERDUE {row['overdue']} d" if row["overdue"] else f"due {row['due']}"
    items = " ".join(str(item) for item in dict.fromkeys(item for item, _ in row["about"] if item))
    told = "  answered, not adopted yet" if row["told"] else ""
    return f"{row['terminal']}  {row['request']}  {row['right']:<8} {late:<16} items {items or '-'}{told}"


def _list(opened: Opened) -> None:
    rows = list_open(opened.database, opened.options.terminal)
    text = "\n".join(map(_line, rows)) or "no open request"
    opened.say(to_json(rows) if opened.options.json else text)


def _show(opened: Opened) -> None:
    asked = opened.options
    rows = [row for row in list_open(opened.database, asked.terminal) if row["request"] == asked.request]
    if not rows:
        raise RuleError(RuleFault.REQUEST_GONE)
    row = rows[0]
    if asked.json:
        opened.say(to_json(row))
        return
    opened.say(_line(row))
    opened.say(f"on paper: {row['terminal']} {row['asked']}; taken down by {row['by']}")
    for item, field in row["about"]:
        opened.say(f"  entry {item}" + (f": {field} is said to be wrong" if field != NONE else ""))


def _answer(opened: Opened) -> None:
    asked = opened.options
    number = answer(opened.database, asked.terminal, asked.request, asked.outcome, asked.ground)
    with opened.database.read() as connection:
        opened.effects.append(publication_effect(connection, number))
    told = {"publication": number, "request": asked.request, "outcome": asked.outcome, "ground": asked.ground}
    opened.answer(told, f"{asked.outcome}: {asked.terminal} is told by publication {number}")


def _copy(opened: Opened) -> None:
    # Imported here: whoever serves counters never loads it.
    from hq.opening import ask_copy

    asked = opened.options
    found = ask_copy(opened.home.directory, asked.terminal, asked.request)
    write_copy(asked.file, asked.terminal, asked.request, found)
    told = {"file": str(asked.file), "request": asked.request, "items": [each["item"] for each in found]}
    opened.answer(told, f"{asked.file}: {len(found)} items; hand it over, answer, delete the file")


def _restrict(opened: Opened) -> None:
    _ask(opened, Does.RESTRICT)


def _erase(opened: Opened) -> None:
    _ask(opened, Does.ERASE)


def _ask(opened: Opened, does: Does) -> None:
    asked, home = opened.options, opened.home.directory
    made = ask(opened.database, home, asked.terminal, asked.items, does, asked.request or "")
    with opened.database.read() as connection:
        opened.effects.extend(publication_effect(connection, one.told) for one in made)
    gone = {
        one.seq: one
        for one in PersonErasing(opened.database, home).settle()
        if one.terminal == asked.terminal
    }
    made = [gone.get(one.seq, one) for one in made]
    opened.answer({"items": [asdict(one) for one in made]}, "\n".join(map(_told, made)))


def _told(one: PersonItem) -> str:
    if one.ended_at is not None:
        here = f"erased here, {one.rows} parts"
    elif one.does == Does.ERASE:
        here = "erased here as soon as other items' contacts were copied from it"
    else:
        here = f"restricted ({one.ground}); it ends with its month"
    return f"{one.terminal} {one.seq}: {here}; its counter is told by publication {one.told}"


PERSONS: Mapping[str, Callable[[Opened], None]] = {
    "persons list": _list,
    "persons show": _show,
    "persons answer": _answer,
    "persons copy": _copy,
    "persons restrict": _restrict,
    "persons erase": _erase,
}
