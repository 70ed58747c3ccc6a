"""Nobody approves her own request under a second staff number: only headquarters knows them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, select

from core.ledger.entry import Entry, stamp
from core.ledger.state import State
from hq.schema import ESTATE, OPERATORS

SAME_PERSON = "approval.same_person"  # the alarm
UNSIGNED = "approval.unsigned"  # something was done, and nobody signed for it in time


def _asker(entry: Entry, before: State) -> str:
    """Of the request that is open under that name."""
    return str(before.value["requests"].get(entry.data["request"], {}).get("by", ""))


# Who asked, and who approved, by kind; None where nobody did.
_BOTH: Mapping[str, Callable[[Entry, State], tuple[str, str | None]]] = {
    "SenderExempted": lambda entry, _: (entry.header.actor.id, entry.data["approved_by"]),
    "LogInsFailed": lambda entry, _: (entry.data["operator"], entry.data["released_by"]),
    "OperatorKeyAccepted": lambda entry, _: (entry.data["operator"], entry.data["endorser"]),
    "ApprovalGiven": lambda entry, before: (_asker(entry, before), entry.data["by"]),
}


def approves(entry: Entry) -> bool:
    """Whether :func:`by_herself` has to see it."""
    return entry.header.kind_version == 1 and entry.header.kind in _BOTH


def unsigned(entry: Entry, before: State) -> list[str]:
    """Requests whose act was done and that nobody decided on in time, as this entry shows.

    The counter says so itself (``ApprovalLapsed``); where it does not, the next business day shows it.
    """
    kind, rows = (entry.header.kind, entry.header.kind_version), before.value["requests"]
    if kind == ("ApprovalLapsed", 1):
        row = rows.get(entry.data["request"])
        return [entry.data["request"]] if row is not None and row["used"] else []
    if kind != ("DayOpened", 1):
        return []
    at = stamp(entry.header.trusted.at)
    return [name for name, row in rows.items() if row["used"] and row["until"] < at]


def by_herself(connection: Connection, entry: Entry, before: State) -> bool:
    """Whether whoever asked approved it too, under another staff number of hers.

    ``before``: the state that the entry follows.  A new key endorsed by the old one of the same number is no
    approval by somebody else, and says so.
    """
    asked, approved = _BOTH[entry.header.kind](entry, before)
    if approved is None or entry.data.get("endorsed_by", "supervisor") != "supervisor":
        return False
    wanted = select(OPERATORS.c.operator, OPERATORS.c.person).where(
        OPERATORS.c.terminal == ESTATE, OPERATORS.c.operator.in_([asked, approved])
    )
    people = {row.operator: row.person or row.operator for row in connection.execute(wanted)}
    return bool(people.get(asked, asked) == people.get(approved, approved))
