"""Disclosures that counters asked for: reviewed and decided here; what may be given, what stands against it.

The same gate is asked when one is approved and again, by the opening service itself, when data is released:
a second person signed, the basis covers the fields, the partner's agreement and review stand, the sender's
consent does, and what the person had restricted goes to an organ only.
Sources: 邮政法 36; PIPL 23, 25, 47; R70 to R74; docs/disclosure.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from core import wire
from core.access.rights import Action
from core.consents import Answered
from core.disclosure_rules import Recipient
from core.errors import HqError, HqFault, RuleError, RuleFault
from core.ledger import disclosures as ledger
from core.ledger.clock import CHINA
from core.ledger.directives import DirectiveKind
from core.ledger.disclosures import Outcome, Way
from core.ledger.entry import Entry, stamp
from core.ledger.erasure import PERSON_ERASED
from core.ledger.requests import Decision
from core.ledger.state import State
from core.rules import Rules
from hq.clock import Now, utc_now
from hq.database import Database
from hq.directives import Publication, lock_estate, publish, to_terminal
from hq.editions import edition_of
from hq.entries import span_of
from hq.followed import state_of, states
from hq.journal import one_entry
from hq.partners import need_partner
from hq.schema import ENTRIES, ESTATE, OPERATORS, PUBLICATIONS, REVIEWS
from hq.schema_beside import RESTRICTED

REASONS = ("paper", "identity", "basis", "scope", "consent", "partner", "other")  # of a refusal
_END = 2**62


@dataclass(frozen=True)
class Standing:
    """One that is before headquarters, read anew each time."""

    terminal: str
    filed: Entry
    asked: Entry
    row: Mapping[str, Any]  # of the counter's state
    rules: Rules  # the edition under which it was filed
    outcome: str  # ours, or the counter's where it is further
    reason: str
    told: bool  # the counter's own entry says so
    signed: str = field(default="")  # the second person, "" while she has not

    @property
    def recipient(self) -> Recipient:
        """Raises RuleError DISCLOSURE_BASIS where the edition has none of that code."""
        found = self.rules.disclosure.recipient(self.filed.data["recipient"])
        if found is None or found.way != self.filed.data["way"]:
            raise RuleError(RuleFault.DISCLOSURE_BASIS)
        return found


def list_asked(database: Database, terminal: str | None = None, now: Now = utc_now) -> list[dict[str, Any]]:
    """All that stand before headquarters and are not over, the one that ends first in front."""
    today, rows = now().astimezone(CHINA).date(), []
    with database.read() as connection:
        for name, state in states(connection, terminal):
            for filed, row in _rows(state).items():
                if not row["asked"] or row["until"] < today.isoformat():
                    continue
                asked = one_entry(connection, name, row["asked"])
                outcome, _ = _outcome(connection, name, int(filed), asked, row)
                said = {"reference": f"{name}/{filed}", **{key: row[key] for key in _SHOWN}}
                days = (dt.date.fromisoformat(row["until"]) - today).days
                rows.append({**said, "outcome": outcome, "told": outcome == row["outcome"], "days": days})
    return sorted(rows, key=lambda row: (str(row["until"]), str(row["reference"])))


_SHOWN = ("way", "recipient", "item", "by", "until")


def stands(connection: Connection, terminal: str, filed: int, now: Now = utc_now) -> Standing:
    """Raises RuleError DISCLOSURE_GONE where it was not asked for, or its last day is past."""
    row = _rows(state_of(connection, terminal)).get(str(filed))
    if row is None or not row["asked"] or row["until"] < now().astimezone(CHINA).date().isoformat():
        raise RuleError(RuleFault.DISCLOSURE_GONE)
    entry, asked = one_entry(connection, terminal, filed), one_entry(connection, terminal, row["asked"])
    outcome, reason = _outcome(connection, terminal, filed, asked, row)
    signed = signer_of(connection, terminal, asked)
    rules = edition_of(connection, entry.header.rules)
    told = outcome == row["outcome"]
    return Standing(terminal, entry, asked, row, rules, outcome, reason, told, signed)


def need_givable(connection: Connection, one: Standing, now: Now = utc_now) -> None:
    """That the law lets it be given today.

    Raises RuleError APPROVAL_NEEDED, DISCLOSURE_BASIS, DISCLOSURE_CONSENT, ITEM_RESTRICTED; HqError CONFLICT
    for a partner whose agreement or review does not stand, or an item that its person had erased.
    """
    data, who = one.filed.data, one.recipient
    if not one.signed:
        raise RuleError(RuleFault.APPROVAL_NEEDED, action=f"right.{Action.DISCLOSE}")
    if not set(data["fields"]) <= one.rules.disclosure.most(data["recipient"], data["basis"]):
        raise RuleError(RuleFault.DISCLOSURE_BASIS)
    said = (RESTRICTED.c.terminal == one.terminal, RESTRICTED.c.seq == data["item"])
    restricted = set(connection.execute(select(RESTRICTED.c.kind).where(*said)).scalars())
    if PERSON_ERASED in restricted:
        raise HqError(HqFault.CONFLICT, what="erased on its person's request")
    if who.way is Way.LAWFUL:
        return  # PIPL 47: only stored, and still there for what the law demands
    if restricted:
        raise RuleError(RuleFault.ITEM_RESTRICTED)
    need_partner(connection, who.code, now)
    _need_consent(connection, one, who.consent)


def need_other(connection: Connection, one: Standing, who: str) -> None:
    """Nobody decides on, releases or witnesses what she filed or signed for at the counter, under any number.

    Raises RuleError APPROVER_SELF.
    """
    need_stranger(connection, who, one.row["by"], one.signed)


def need_stranger(connection: Connection, who: str, *involved: str) -> None:
    """That ``who`` is none of those, under any number that headquarters knows of her; APPROVER_SELF."""
    people = select(OPERATORS.c.operator, OPERATORS.c.person).where(OPERATORS.c.terminal == ESTATE)
    known = {row.operator: row.person or row.operator for row in connection.execute(people)}
    if known.get(who, who) in {known.get(each, each) for each in involved}:
        raise RuleError(RuleFault.APPROVER_SELF)


def decide(
    connection: Connection, one: Standing, outcome: Outcome, reason: str = "none", now: Now = utc_now
) -> int:
    """Publish headquarters' word to the counter; the publication's number.

    Raises HqError CONFLICT where it cannot follow what was said before.
    """
    lock_estate(connection)
    filed, asked = one.filed.header.seq, one.asked
    before, _ = _outcome(connection, one.terminal, filed, asked, one.row)
    if not ledger.may_follow(before, outcome):
        raise HqError(HqFault.CONFLICT, what=f"it is {before or 'not decided yet'}")
    body = {
        "filed": filed,
        "asked": asked.header.seq,
        "body": wire.b64(asked.hash),
        "outcome": outcome.value,
        "reason": reason,
        "at": stamp(now()),
    }
    said = Publication(DirectiveKind.DISCLOSURE, _subject(filed, outcome), body, to_terminal(one.terminal))
    return publish(connection, said, now)


def entries_of(connection: Connection, terminal: str, first: int, *kinds: str) -> Iterator[Entry]:
    """Those of some kinds from ``first`` on that count, bare: the bytes are looked through, not each read."""
    marks = [f'"kind":"{kind}"'.encode("ascii") for kind in kinds]
    wanted = select(ENTRIES.c.seq, ENTRIES.c.body).where(*span_of(ENTRIES)).order_by(ENTRIES.c.seq)
    span = {"of": terminal, "low": first, "high": _END}
    found = connection.execute(wanted, span, execution_options={"yield_per": 500})
    seqs = [row.seq for row in found if any(mark in row.body for mark in marks)]
    for seq in seqs:
        entry = one_entry(connection, terminal, seq)
        if entry.header.kind in kinds and not _set_aside(connection, entry):
            yield entry


# -- inside ------------------------------------------------------------------------------------------


def _rows(state: State | None) -> dict[str, Any]:
    rows: dict[str, Any] = state.value.get(ledger.MEMBER, {}) if state is not None else {}
    return rows


def _subject(filed: int, outcome: str) -> str:
    return f"{filed}.{outcome}"


def _outcome(
    connection: Connection, terminal: str, filed: int, asked: Entry, row: Mapping[str, Any]
) -> tuple[str, str]:
    """(outcome, reason): what was published about exactly this; the counter's where a restore lost it."""
    wanted = select(PUBLICATIONS.c.body).where(
        PUBLICATIONS.c.terminal == ESTATE,
        PUBLICATIONS.c.scope == to_terminal(terminal),
        PUBLICATIONS.c.kind == DirectiveKind.DISCLOSURE.value,
        PUBLICATIONS.c.subject.in_([_subject(filed, each) for each in Outcome]),
        PUBLICATIONS.c.halted_at.is_(None),
    )
    said = [
        wire.decode(body) for body in connection.execute(wanted.order_by(PUBLICATIONS.c.number)).scalars()
    ]
    said = [body for body in said if body["body"] == wire.b64(asked.hash)]
    ours, reason = (str(said[-1]["outcome"]), str(said[-1]["reason"])) if said else ("", "none")
    theirs = str(row["outcome"])
    return (theirs, reason) if theirs and ledger.may_follow(ours, theirs) else (ours, reason)


def signer_of(connection: Connection, terminal: str, asked: Entry) -> str:
    """Whoever signed for the request that ``asked`` rests on; "" where nobody did."""
    request = one_entry(connection, terminal, asked.data["asked"])
    for entry in entries_of(connection, terminal, request.header.seq + 1, "ApprovalGiven"):
        if entry.data["request"] == request.data["request"]:
            approved = entry.data["decision"] == Decision.APPROVED
            return str(entry.data["by"]) if approved else ""
    return ""


def _need_consent(connection: Connection, one: Standing, code: str) -> None:
    """The very consent that it rests on was this sender's, to this partner, and nothing took it back."""
    given = one_entry(connection, one.terminal, one.filed.data["consent"])
    item = one_entry(connection, one.terminal, one.filed.data["item"])
    sound = given.header.kind == "ConsentAnswered" and item.header.kind == "ItemAccepted"
    if not sound or (given.data["consent"], given.data["sender"]) != (code, item.data["sender"]):
        raise RuleError(RuleFault.DISCLOSURE_CONSENT)
    last = given.data["answer"]
    for entry in entries_of(connection, one.terminal, given.header.seq + 1, "ConsentAnswered"):
        if (entry.data["consent"], entry.data["sender"]) == (code, item.data["sender"]):
            last = entry.data["answer"]
    if last != Answered.GIVEN:
        raise RuleError(RuleFault.DISCLOSURE_CONSENT)


def _set_aside(connection: Connection, entry: Entry) -> bool:
    header = entry.header
    mine = (REVIEWS.c.terminal == header.terminal, REVIEWS.c.epoch == header.epoch)
    wanted = select(REVIEWS.c.passed).where(*mine, REVIEWS.c.seq == header.seq)
    return bool(connection.execute(wanted).scalar_one_or_none())
