"""Customers are warned, in writing and with a day to put it right; nothing follows by itself (R41, R42).

A warning names the accepted item, never the person.  Where its day is over, whoever works here may propose a
suspension; a second person here and a person at headquarters decide it (core/station/blocking.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from core.access.rights import Action, Role
from core.breaching import PrintWarning, SettleWarning, WarningCommand, WarningMark, WarnSender
from core.errors import RuleError, RuleFault
from core.ledger import breaches as ledger
from core.ledger.breaches import Settled
from core.ledger.clock import business_date, minute
from core.ledger.erasure import is_restricted
from core.ledger.writer import Proposal
from core.records import WarningRecord
from core.station.days import day_proposals
from core.station.live import Live, new_id

_LANGUAGE = "zh"  # the paper is the customer's, whatever the clerk's screen speaks


def handle(live: Live, command: WarningCommand) -> None:
    """Raises RuleError as each says; StoreError as a commit does: then nothing has happened."""
    live.need_session()
    match command:
        case WarnSender():
            _warn(live, command)
        case SettleWarning():
            _settle(live, command)
        case PrintWarning():
            _need(live, command.warning)
            live.records.append(record(live, command.warning))
            live.say("msg.warning_printed", reference=reference(live, command.warning))


def _warn(live: Live, command: WarnSender) -> None:
    """``BreachWarned``, and the written warning on paper.

    Raises RuleError NOT_ALLOWED for no item of this counter, ITEM_RESTRICTED, WARNED_ALREADY, WARNINGS_FULL.
    """
    value, rules = live.state.value, live.rules.block
    row = live.item(command.item) if command.item > 0 else None
    if row is None or row.late is not None or command.breach not in rules.breaches:
        raise RuleError(RuleFault.NOT_ALLOWED)
    if is_restricted(value, row.seq):
        raise RuleError(RuleFault.ITEM_RESTRICTED)
    if ledger.of_item(value, row.seq) is not None:
        raise RuleError(RuleFault.WARNED_ALREADY, number=row.short_number)
    if len(value.get(ledger.MEMBER, {})) >= ledger.MOST:
        raise RuleError(RuleFault.WARNINGS_FULL, most=ledger.MOST)
    due = business_date(live.now().at) + dt.timedelta(days=rules.correct_days)
    data = {"item": row.seq, "breach": command.breach, "due": due.isoformat()}
    said = Proposal(ledger.WARNED, data, new_id(), by_person=True)
    seq = live.commit([*day_proposals(live), said])[-1].header.seq
    live.probe("exception.recorded")
    live.records.append(record(live, seq))
    live.say("msg.warned", "good", reference=reference(live, seq), day=due.isoformat())


def _settle(live: Live, command: SettleWarning) -> None:
    """``BreachSettled``.  Raises RuleError WARNING_GONE, NOT_ALLOWED, ROLE for a clerk who takes one back."""
    _need(live, command.warning)
    if command.outcome not in list(Settled):
        raise RuleError(RuleFault.NOT_ALLOWED)
    if command.outcome == Settled.WITHDRAWN and live.need_session().role != Role.SUPERVISOR:
        raise RuleError(RuleFault.ROLE, action=f"right.{Action.WARN}", who="fact.who.supervisor")
    data = {"warning": command.warning, "outcome": command.outcome}
    live.commit([*day_proposals(live), Proposal(ledger.SETTLED, data, new_id(), by_person=True)])
    live.probe("exception.recorded")
    code = "msg.warning_corrected" if command.outcome == Settled.CORRECTED else "msg.warning_withdrawn"
    live.say(code, "good", reference=reference(live, command.warning))


def need_overdue(live: Live, item: int) -> None:
    """Before a suspension is proposed.  Raises RuleError WARNING_FIRST."""
    if not ledger.is_overdue(live.state.value, item):
        raise RuleError(RuleFault.WARNING_FIRST)


def reference(live: Live, seq: int) -> str:
    """What its paper says."""
    return f"{live.settings.terminal} {seq}"


def record(live: Live, seq: int) -> WarningRecord:
    """What the customer takes home: for what, until when, what else follows and how to object."""
    row, session = live.state.value[ledger.MEMBER][str(seq)], live.need_session()
    item = live.item(row["item"])
    return WarningRecord(
        reference=reference(live, seq),
        branch=live.settings.branch,
        operator=session.operator,
        at=minute(live.now().at),
        breach=_names(live, row["breach"])[_LANGUAGE],
        number=item.short_number if item is not None else "",
        due=row["due"],
        appeal_days=live.rules.block.appeal_days,
    )


def marks(live: Live, items: set[int]) -> Iterator[WarningMark]:
    """The open warnings of items that were found."""
    today = str(live.state.value["date"])
    for name, row in live.state.value.get(ledger.MEMBER, {}).items():
        if row["item"] in items and not row["settled"]:
            names = _names(live, row["breach"])
            yield WarningMark(int(name), row["item"], names, row["due"], row["due"] < today)


def _names(live: Live, code: str) -> Mapping[str, str]:
    """Its code where the edition in force has it no longer."""
    return live.rules.block.breaches.get(code, {"zh": code, "en": code})


def _need(live: Live, warning: int) -> dict[str, Any]:
    """Raises RuleError WARNING_GONE."""
    row: dict[str, Any] | None = live.state.value.get(ledger.MEMBER, {}).get(str(warning))
    if row is None or row["settled"]:
        raise RuleError(RuleFault.WARNING_GONE)
    return row
