"""Proposals for the block list: a person of security administration decides, and answers appeals.

The rows are the counters' own, as far as they are followed: seqs, codes and days.  Whose number it is only
the opening service reads, and it gives digests for a list, never a number.  A decision reaches the counter as
a directive and counts there from its ``BlockDecided``.  Sources: R40 to R42; PIPL 24, 44 to 50.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from core import wire
from core.errors import HqError, HqFault, RuleError, RuleFault
from core.ledger import blocks as ledger
from core.ledger.block_list import SUBJECT_DECIDED
from core.ledger.blocks import Outcome
from core.ledger.breaches import NOT_CORRECTED, of_item
from core.ledger.clock import CHINA
from core.ledger.directives import DirectiveKind
from core.ledger.entry import stamp
from hq.admin_effects import publication_effect
from hq.block_words import KIND, told_words
from hq.clock import Now, utc_now
from hq.database import Database
from hq.directives import EVERYBODY, Publication, publish, to_terminal
from hq.disclosures import need_stranger, signer_of
from hq.followed import state_of, states
from hq.journal import one_entry
from hq.opened import Opened, to_json


def list_proposals(database: Database, terminal: str | None = None) -> list[dict[str, Any]]:
    """Every one that was put before headquarters, those that wait for a word in front.

    ``told``: a word was published that the counter has not adopted yet.  ``put_right``: a suspension whose
    warning has ended since, so that nobody is listed for it, and whoever is should be lifted.
    """
    with database.read() as connection:
        told = told_words(connection)
        found = [
            {
                "terminal": name,
                "proposed": int(seq),
                **row,
                "told": told.get((name, int(seq)), ""),
                "put_right": put_right(state.value, row),
            }
            for name, state in states(connection, terminal)
            for seq, row in state.value.get(ledger.MEMBER, {}).items()
            if row["sent"]
        ]
    for row in found:
        if row["told"] and not ledger.may_follow(row, row["told"]):
            row["told"] = ""  # adopted
    return sorted(found, key=lambda row: (not _waits(row), row["terminal"], row["proposed"]))


def decide(
    database: Database,
    terminal: str,
    proposed: int,
    outcome: str,
    days: int | None = None,
    now: Now = utc_now,
    *,
    people: Iterable[str] = (),
) -> int:
    """Publish a person's word to the proposal's counter; the publication's number.

    ``days``: another term than the one proposed, for "listed" alone; ``people``: who decides.  Raises
    RuleError BLOCK_GONE where that word cannot follow there, APPROVER_SELF for whoever proposed it or signed
    for it; HqError CONFLICT where a word is on its way, or for a term where none is.
    """
    with database.write() as connection:
        state = state_of(connection, terminal)
        row = state.value.get(ledger.MEMBER, {}).get(str(proposed)) if state is not None else None
        if state is None or row is None or not ledger.may_follow(row, outcome):
            raise RuleError(RuleFault.BLOCK_GONE)
        if outcome == Outcome.LISTED and put_right(state.value, row):
            raise HqError(HqFault.CONFLICT, what="it was put right, or the warning was taken back")
        signed = signer_of(connection, terminal, one_entry(connection, terminal, row["sent"]))
        for who in people:
            need_stranger(connection, who, row["by"], signed)
        said = told_words(connection).get((terminal, proposed), "")
        if said and ledger.may_follow(row, said):
            raise HqError(HqFault.CONFLICT, what="decided already; its counter has not heard of it yet")
        listed = outcome == Outcome.LISTED
        if days is not None and not (listed and 0 < days <= ledger.MOST_DAYS):
            raise HqError(HqFault.CONFLICT, what="a term is for listed alone, in days")
        until = now().astimezone(CHINA).date() + dt.timedelta(days=days or int(row["days"]))
        body = {
            "proposed": proposed, "outcome": outcome, "until": until.isoformat() if listed else None,
            "at": stamp(now()),
        }  # fmt: skip
        return publish(connection, Publication(KIND, str(proposed), body, to_terminal(terminal)), now)


def publish_list(database: Database, attachment: bytes, count: int, now: Now = utc_now) -> int:
    """The list of all whom persons decided on, for every counter; the publication's number."""
    body = {"version": f"decided-{now():%Y%m%dT%H%M%S}", "count": count}
    said = Publication(DirectiveKind.BLOCK_LIST, SUBJECT_DECIDED, body, EVERYBODY, attachment)
    with database.write() as connection:
        return publish(connection, said, now)


def put_right(value: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    """Of a suspension: whether no warning of its item is open any more."""
    return row["basis"] == NOT_CORRECTED and of_item(value, row["item"]) is None


def _waits(row: Mapping[str, Any]) -> bool:
    return not row["told"] and (not row["outcome"] or bool(row["appeal"]))


def _line(row: Mapping[str, Any]) -> str:
    state = row["outcome"] or "to decide"
    if row["appeal"]:
        state = f"appeal, by {row['appeal']}"
    elif row["until"]:
        state += f" until {row['until']}"
    state += ", put right since" if row["put_right"] else ""
    told = f"  {row['told']}, not adopted yet" if row["told"] else ""
    about = f"item {row['item']}  {row['basis']}  {row['days']} d"
    return f"{row['terminal']}  {row['proposed']}  {about}  {state}{told}"


def _list(opened: Opened) -> None:
    rows = list_proposals(opened.database, opened.options.terminal)
    text = "\n".join(map(_line, rows)) or "no proposal"
    opened.say(to_json(rows) if opened.options.json else text)


def _decide(opened: Opened) -> None:
    asked = opened.options
    who = tuple(filter(None, opened.people))
    number = decide(opened.database, asked.terminal, asked.seq, asked.outcome, asked.days, people=who)
    with opened.database.read() as connection:
        opened.effects.append(publication_effect(connection, number))
    told = {"publication": number, "proposed": asked.seq, "outcome": asked.outcome}
    text = f"{asked.outcome}: {asked.terminal} is told by publication {number}"
    if asked.outcome in (Outcome.LISTED, Outcome.LIFTED):
        text += "; hq block publish tells all counters"
    opened.answer(told, text)


def _publish(opened: Opened) -> None:
    # Imported here: whoever serves counters never loads it.
    from hq.opening import ask_listed

    today = utc_now().astimezone(CHINA).date()
    attachment, count, missing = ask_listed(opened.home.directory, today)
    number = publish_list(opened.database, wire.unb64(attachment), count)
    with opened.database.read() as connection:
        opened.effects.append(publication_effect(connection, number))
    told = {"publication": number, "count": count, "missing": missing}
    text = f"publication {number}: {count} on the list"
    opened.answer(told, f"{text}, {missing} cannot be opened any more" if missing else text)


BLOCKS: Mapping[str, Callable[[Opened], None]] = {
    "block list": _list,
    "block decide": _decide,
    "block publish": _publish,
}
