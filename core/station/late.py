"""Entries beside this counter's chain: a supervisor takes them in or declines them, in her own session.

Headquarters told of them and they were fetched and verified (storage/late.py).  From ``BranchAdopted`` on
they count here, in the business day that is open, and are found by look-ups.
"""

from __future__ import annotations

from collections.abc import Callable

from core.errors import RuleError, RuleFault
from core.late import LateView
from core.ledger import branches
from core.ledger.branches import Late
from core.ledger.writer import Proposal
from core.ports import ItemRow, LateRead
from core.station.days import day_proposals
from core.station.live import Live, new_id


def waiting(live: Live) -> list[Late]:
    """What a supervisor may decide on now, the earliest first."""
    here = live.late_here
    told = (late for late in live.late if here.get(late.span.name, 0) >= late.span.last)
    return sorted(
        (late for late in told if branches.open_span(live.state, late)), key=lambda late: late.began
    )


def shown(live: Live) -> tuple[LateView, ...]:
    """The same for the screen: numbers and times, nobody's data."""
    return tuple(
        LateView(
            late.span.name,
            late.cause,
            late.span.epoch,
            late.entries,
            late.counts["accepted"],
            late.counts["refused"],
            late.began,
            late.ended,
        )
        for late in waiting(live)
    )


def take(live: Live, read: LateRead) -> None:
    """What was fetched is kept; whoever stands here hears of it."""
    if live.journal is None:
        return
    live.journal.keep_late(read)
    live.late_here = live.journal.late_heads()
    remind(live)


def remind(live: Live) -> None:
    """That something waits for a supervisor."""
    found = waiting(live)
    if found:
        entries, items = sum(each.entries for each in found), sum(each.counts["accepted"] for each in found)
        live.say("msg.late_waits", "warning", entries=entries, items=items)


def adopt(live: Live, branch: str) -> None:
    """Raises RuleError COUNTER_STOPPED, LATE_GONE; StoreError as a commit does."""
    late = _decide(live, branch, lambda late: Proposal(
        branches.ADOPTED, branches.adopted_data(late), new_id(), by_person=True))  # fmt: skip
    live.say("msg.late_adopted", "good", items=late.counts["accepted"], entries=late.entries)


def decline(live: Live, branch: str, reason: str) -> None:
    """As :func:`adopt`; ``reason`` of :data:`core.ledger.branches.REASONS`."""
    if reason not in branches.REASONS:
        raise RuleError(RuleFault.NOT_ALLOWED)
    late = _decide(live, branch, lambda late: Proposal(
        branches.DECLINED, branches.declined_data(late, reason), new_id(), by_person=True))  # fmt: skip
    live.say("msg.late_declined", "good", items=late.counts["accepted"], entries=late.entries)


def _decide(live: Live, branch: str, proposal: Callable[[Late], Proposal]) -> Late:
    live.need_session()
    if live.stopped:
        raise RuleError(RuleFault.COUNTER_STOPPED, what=live.stopped)
    late = next((each for each in waiting(live) if each.span.name == branch), None)
    if late is None:
        raise RuleError(RuleFault.LATE_GONE)
    live.commit([*day_proposals(live), proposal(late)])
    live.probe("branch.decided")
    return late


def taken_in(live: Live, row: ItemRow) -> bool:
    """Whether an item beside the chain counts here."""
    if row.late is None:
        return True
    branch, seq = row.late
    known = live.state.value["branches"].get(branch)
    return known is not None and seq <= int(known["last"])


def find(live: Live, by: str, value: str | int) -> list[ItemRow]:
    """Items of branches that were taken in; ``by`` is "waybill", "token" or "number"."""
    return [row for row in live.need_journal().late_items(by, value) if taken_in(live, row)]
