"""A customer is proposed for the block list: two persons here, the decision by a person at headquarters.

The counter names the item, never the person: whose number it is, headquarters' opening service alone reads.
Until headquarters has said so, nothing changes for anybody.  Sources: R40 to R42; PIPL 24, 44 to 50.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from core.access.rights import Action, Role
from core.blocking import AppealBlock, BlockCommand, BlockingView, BlockMark, ProposeBlock, SendBlock
from core.errors import RuleError, RuleFault
from core.ledger import blocks as ledger
from core.ledger.breaches import NOT_CORRECTED
from core.ledger.clock import business_date
from core.ledger.directives import DirectiveKind, SignedDirective
from core.ledger.entry import parse_stamp
from core.ledger.erasure import is_restricted
from core.ledger.requests import may_use
from core.ledger.state import State
from core.ledger.writer import Proposal
from core.ports import ItemRow
from core.station import breaching, requests
from core.station.days import day_proposals
from core.station.live import Live, new_id

_ENDED = ("refused", "lifted", "over")


def handle(live: Live, command: BlockCommand) -> None:
    """Raises RuleError as the three below, StoreError as a commit does."""
    match command:
        case ProposeBlock():
            propose(live, command)
        case SendBlock():
            send(live, command.proposed)
        case AppealBlock():
            appeal(live, command.proposed)


def propose(live: Live, asked: ProposeBlock) -> None:
    """``BlockProposed``, then the request for a second person.

    Raises RuleError NOT_ALLOWED for no item of this counter, ITEM_RESTRICTED, BLOCK_TERM for a term that the
    rules do not have, WARNING_FIRST, BLOCK_OPEN where one about the item stands, BLOCKS_FULL; else as
    ``requests.ask``.
    """
    live.need_session()
    row = live.item(asked.item) if asked.item > 0 else None
    if row is None or row.late is not None:
        raise RuleError(RuleFault.NOT_ALLOWED)
    if is_restricted(live.state.value, asked.item):
        raise RuleError(RuleFault.ITEM_RESTRICTED)
    if asked.days not in live.rules.block.terms:
        raise RuleError(RuleFault.BLOCK_TERM)
    if asked.basis not in _bases(live):
        raise RuleError(RuleFault.APPROVAL_REASON)
    if asked.basis == NOT_CORRECTED:
        breaching.need_overdue(live, asked.item)
    rows = live.state.value.get(ledger.MEMBER, {})
    of_item = [int(seq) for seq, each in rows.items() if each["item"] == asked.item]
    if any(_state(live, seq) not in _ENDED for seq in of_item):
        raise RuleError(RuleFault.BLOCK_OPEN)
    if len(rows) >= ledger.MOST:
        raise RuleError(RuleFault.BLOCKS_FULL, most=ledger.MOST)
    _, form = requests.form(live, Action.PROPOSE_BLOCK, asked.basis, details={"days": asked.days})
    data = {"item": asked.item, "basis": asked.basis, "days": asked.days}

    def about(state: State) -> dict[str, Any]:
        return {**form, "subject": state.head.seq}

    proposed = Proposal(ledger.PROPOSED, data, new_id(), by_person=True)
    live.commit([*day_proposals(live), proposed, Proposal("ApprovalAsked", about, new_id(), by_person=True)])
    live.probe("request.asked")
    live.say("msg.request_asked", "good", action=f"right.{Action.PROPOSE_BLOCK}")


def send(live: Live, proposed: int) -> None:
    """``BlockSent``: it stands before headquarters.  Raises RuleError BLOCK_GONE, APPROVAL_NEEDED."""
    row = live.state.value.get(ledger.MEMBER, {}).get(str(proposed))
    if row is None or row["sent"]:
        raise RuleError(RuleFault.BLOCK_GONE)
    asked = requests.need(live, Action.PROPOSE_BLOCK, proposed)
    data = {"proposed": proposed, "basis": row["basis"], "asked": asked}
    live.commit([*day_proposals(live), Proposal(ledger.SENT, data, new_id(), by_person=True)])
    live.probe("request.used")
    live.say("msg.block_sent", "good", reference=reference(live, proposed))


def appeal(live: Live, proposed: int) -> None:
    """``BlockAppealed``: headquarters answers by a day.  Raises RuleError BLOCK_GONE where none is listed."""
    if _state(live, proposed) != "listed":
        raise RuleError(RuleFault.BLOCK_GONE)
    due = business_date(live.now().at) + dt.timedelta(days=live.rules.block.appeal_days)
    data = {"proposed": proposed, "due": due.isoformat()}
    live.commit([*day_proposals(live), Proposal(ledger.APPEALED, data, new_id(), by_person=True)])
    live.say("msg.block_appealed", "good", day=due.isoformat())


def reference(live: Live, proposed: int) -> str:
    """What headquarters lists it by."""
    return f"{live.settings.terminal}/{proposed}"


def proposals(live: Live, sound: Iterable[SignedDirective]) -> list[Proposal]:
    """``BlockDecided`` for each that may follow here; told again, none."""
    made: dict[int, Proposal] = {}
    for signed in sound:
        if signed.directive.kind != DirectiveKind.BLOCK_DECIDED:
            continue
        said = ledger.read_decided(signed)
        row = live.state.value.get(ledger.MEMBER, {}).get(str(said.proposed))
        if row is not None and said.proposed not in made and ledger.may_follow(row, said.outcome):
            data = {"proposed": said.proposed, "outcome": said.outcome, "until": said.until}
            made[said.proposed] = Proposal(ledger.DECIDED, {**data, "directive": said.directive}, new_id())
    return list(made.values())


def tell(live: Live, signed: SignedDirective) -> None:
    """Whoever proposed it and every supervisor hears once, where the word counts here."""
    said = ledger.read_decided(signed)
    row = live.state.value.get(ledger.MEMBER, {}).get(str(said.proposed))
    counts = said.outcome == ledger.Outcome.UPHELD or (row is not None and row["outcome"] == said.outcome)
    if row is None or not row["sent"] or row["appeal"] or not counts:
        return
    place, outcome = reference(live, said.proposed), f"block_outcome.{said.outcome}"
    live.tell_once("msg.block_decided", "warning", row["by"], reference=place, outcome=outcome)


def shown(live: Live, found: Iterable[ItemRow] | None) -> BlockingView:
    """For whoever stands here; ``found``: the items of the look-up, None without one."""
    if found is None or live.session is None:
        return BlockingView()
    items = {row.seq for row in found if row.seq > 0}
    return BlockingView(
        tuple(_marks(live, items)),
        _bases(live),
        live.rules.block.terms,
        tuple(breaching.marks(live, items)),
        live.rules.block.breaches,
        supervisor=live.session.role == Role.SUPERVISOR,
    )


def _marks(live: Live, items: set[int]) -> Iterator[BlockMark]:
    operator, bases = live.need_session().operator, _bases(live)
    for name, row in live.state.value.get(ledger.MEMBER, {}).items():
        if row["item"] in items:
            names = bases.get(row["basis"], {"zh": row["basis"], "en": row["basis"]})
            day, mine = row["appeal"] or row["until"], row["by"] == operator
            yield BlockMark(int(name), row["item"], names, row["days"], _state(live, int(name)), day, mine)


def _state(live: Live, proposed: int) -> str:
    value = live.state.value
    row: Mapping[str, Any] = value.get(ledger.MEMBER, {}).get(str(proposed), {})
    if not row:
        return "over"
    if row["outcome"]:
        return "appealed" if row["appeal"] else str(row["outcome"])
    request = ledger.request_of(value, proposed)
    if row["sent"] or request is None:
        return "sent" if row["sent"] else "over"
    return "ready" if may_use(request) and live.now().at <= parse_stamp(request["until"]) else "waits"


def _bases(live: Live) -> Mapping[str, Mapping[str, str]]:
    return {each.code: each.names for each in live.rules.second[Action.PROPOSE_BLOCK].reasons}
