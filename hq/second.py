"""A second person from afar: requests that are open at the counters, decided for a supervisor of the estate.

Headquarters' key signs the decision for the supervisor who is named; it reaches the counter as a directive,
and counts from the counter's own entry on (docs/format.md, section 5).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from core import wire
from core.access.rights import Action, may_approve
from core.crypto.keys import Signer
from core.errors import HqError, HqFault, RuleError, RuleFault
from core.ledger.directives import DirectiveKind
from core.ledger.documents import Approval, approval_message
from core.ledger.entry import parse_stamp, stamp
from core.ledger.requests import HERE_ONLY, Decision, Where
from hq.admin_effects import publication_effect
from hq.blocks import BLOCKS
from hq.clock import Now, utc_now
from hq.database import Database
from hq.directives import Publication, publish, to_terminal
from hq.entries import read_entries
from hq.followed import state_of, states
from hq.opened import Opened, to_json
from hq.schema import ESTATE, OPERATORS


def list_requests(database: Database, terminal: str | None = None) -> list[dict[str, Any]]:
    """All that are open as far as the journals are followed, the one that ends first in front."""
    with database.read() as connection:
        found = list(states(connection, terminal))
    rows = [
        {"terminal": name, "request": request, **{key: row[key] for key in _SHOWN}}
        for name, state in found
        for request, row in state.value["requests"].items()
    ]
    return sorted(rows, key=lambda row: (str(row["until"]), str(row["terminal"])))


_SHOWN = ("action", "subject", "reason", "by", "mode", "until", "given", "used")


def decide(
    database: Database,
    signer: Signer,
    terminal: str,
    request: str,
    by: str,
    *,
    approved: bool,
    now: Now = utc_now,
) -> int:
    """Sign and publish a decision for the supervisor ``by``; the publication's number.

    Raises RuleError REQUEST_GONE, APPROVER_SELF (under any of her numbers), APPROVER_ROLE; HqError CONFLICT
    where the request's own entry is not here.
    """
    with database.write() as connection:
        row = _open(connection, terminal, request, now)
        if row["action"] in HERE_ONLY:  # paper and screen are compared at the counter
            raise RuleError(RuleFault.PAPER_UNSEEN)
        _need_supervisor(connection, by, row)
        entry = next(read_entries(connection, terminal, row["asked"], row["asked"]), None)
        if entry is None or wire.b64(entry.hash) != row["body"]:
            raise HqError(HqFault.CONFLICT, what="request unknown", terminal=terminal[:64])
        decision = Decision.APPROVED if approved else Decision.DECLINED
        said = (request, row["asked"], entry.hash, decision.value, by, now(), Where.HEADQUARTERS.value)
        approval = Approval(terminal, entry.header.epoch, *said)
        body = {
            "epoch": approval.epoch,
            "request": request,
            "asked": approval.asked,
            "body": row["body"],
            "decision": approval.decision,
            "by": by,
            "at": stamp(approval.at),
            "approval": wire.b64(signer.sign(approval_message(approval))),
        }
        return publish(
            connection, Publication(DirectiveKind.APPROVAL, request, body, to_terminal(terminal)), now
        )


def _open(connection: Connection, terminal: str, request: str, now: Now) -> Mapping[str, Any]:
    state = state_of(connection, terminal)
    row = state.value["requests"].get(request) if state is not None else None
    if row is None or row["given"] or now() > parse_stamp(row["until"]):
        raise RuleError(RuleFault.REQUEST_GONE)
    return dict(row)


def _need_supervisor(connection: Connection, by: str, row: Mapping[str, Any]) -> None:
    wanted = select(OPERATORS).where(
        OPERATORS.c.terminal == ESTATE, OPERATORS.c.operator.in_([by, row["by"]])
    )
    known = {each.operator: each for each in connection.execute(wanted)}
    people = {name: each.person or name for name, each in known.items()}
    if by == row["by"] or people.get(by, by) == people.get(row["by"], row["by"]):
        raise RuleError(RuleFault.APPROVER_SELF)
    hers = known.get(by)
    if hers is None or hers.removed_at is not None or not may_approve(hers.role, Action(row["action"])):
        raise RuleError(RuleFault.APPROVER_ROLE)


def _list(opened: Opened) -> None:
    rows = list_requests(opened.database, opened.options.terminal)
    if opened.options.json:
        opened.say(to_json(rows))
        return
    for row in rows:
        state = "approved" if row["given"] else "awaiting countersignature" if row["used"] else "waits"
        opened.say(
            f"{row['terminal']}  {row['request']}  {row['action']} of entry {row['subject']}: "
            f"{row['reason']}  by {row['by']}  until {row['until']}  {state}"
        )


def _approve(opened: Opened) -> None:
    asked = opened.options
    signer = opened.home.keyring(opened.passphrase()).signing()
    approved = not asked.decline
    number = decide(opened.database, signer, asked.terminal, asked.request, asked.by, approved=approved)
    with opened.database.read() as connection:
        opened.effects.append(publication_effect(connection, number))
    word = "approved" if approved else "declined"
    opened.answer(
        {"publication": number, "request": asked.request, "decision": word},
        f"{word} for {asked.by}: {asked.terminal} is told by publication {number}",
    )


SECOND: Mapping[str, Callable[[Opened], None]] = {"request list": _list, "approve": _approve, **BLOCKS}
