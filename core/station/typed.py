"""A document typed by hand, and the second person whom the rule data ask for it (docs/access.md).

Where she comes first she is asked as the clerk confirms the original (``Alt+1``), and F9 waits for her.
Where the item may go on she is asked in the item's own transaction, and signs within the time that all see.
The principal behind an agent is not asked about: who stands at the counter has shown her own document.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from core.acceptance.gates import Missing
from core.acceptance.visit import METHOD_MANUAL, Identity, Visit, confirm_original
from core.access.rights import Action
from core.errors import RuleError, RuleFault
from core.ledger import typed as ledger
from core.ledger.clock import business_date
from core.ledger.entry import parse_stamp
from core.ledger.requests import Mode, may_use
from core.ledger.state import State
from core.ledger.writer import Proposal
from core.station import reader_down, requests
from core.station.days import day_proposals
from core.station.live import Live, new_id
from core.view import GateName, GateState, VisitView


def confirm(live: Live, visit: Visit, now: dt.datetime) -> Visit:
    """``Alt+1``: the original was seen; and a second person is asked for where she comes first.

    Pressed again after she declined or her time was over, she is asked anew.  Raises RuleError as
    :func:`confirm_original`, REQUESTS_FULL; StoreError as a commit does.
    """
    confirmed = confirm_original(visit, now, business_date(now))
    identity = _looked_at(live, visit, Mode.WAIT)
    if identity is not None and _request(live, visit) is None:
        requests.lapse(live)
        live.commit([*day_proposals(live), *_asked(live, visit, identity, Mode.WAIT)])
        live.probe("request.asked")
    return confirmed


def check(live: Live, visit: Visit) -> None:
    """Before an item is committed.  Raises RuleError READER_DOWN_ENDED; TYPED_UNSIGNED where it waits."""
    reader_down.check(live, visit.identity)
    if _waits(live, visit):
        raise RuleError(RuleFault.TYPED_UNSIGNED)


def with_second(live: Live, visit: Visit, sender: Proposal) -> Iterator[Proposal]:
    """The sender's entry, and what goes with it where the document was typed."""
    identity = visit.identity
    mode = _mode(live, visit)
    if identity is None or not mode:
        yield sender
        return
    found = _request(live, visit)
    asked: list[Proposal] = []
    if found is None:  # mode countersign: `check` has seen to it
        first, *asked = _asked(live, visit, identity, mode)
        yield first
    yield sender
    yield from asked

    def taken(state: State) -> dict[str, Any]:
        seq, row = _standing(state.value, visit, identity)
        request = ledger.request_of(state.value, seq) or {}
        return {"typed": seq, "sender": row["sender"], "cause": row["cause"], "asked": request["asked"]}

    yield Proposal(ledger.TAKEN, taken, new_id(), by_person=True)


def shown(live: Live, visit: Visit, view: VisitView) -> VisitView:
    """The view, where somebody else has still to look at the document."""
    if visit.original_seen is None or not _waits(live, visit):
        return view
    again = _request(live, visit) is None
    code = Missing.TYPED_AGAIN if again else Missing.TYPED
    detail = Missing.TYPED_AGAIN if again else RuleFault.TYPED_UNSIGNED
    gates = tuple(
        replace(gate, state=GateState.PROBLEM, detail=detail, facts={})
        if gate.name is GateName.ORIGINAL
        else gate
        for gate in view.gates
    )
    return replace(view, missing=(code.value, *view.missing), gates=gates)


def document(live: Live, request: Mapping[str, Any]) -> str:
    """The kind of document that a request is about, "" where it is about something else."""
    return str(_row_of(live, request).get("document", ""))


def where(live: Live, request: Mapping[str, Any], visit: Visit) -> str:
    """Of a document that no item bears yet: "here" for the visit on the screen, "parked" for another one."""
    row = _row_of(live, request)
    if not row or row["item"]:
        return ""
    return "here" if row["visit"] == visit.id else "parked"


def may_count(live: Live, request: Mapping[str, Any], visit: Visit) -> bool:
    """Not for a document that was typed anew in its visit since: nothing can rest on it any more."""
    row = _row_of(live, request)
    if not row or row["sender"]:
        return True
    if row["visit"] == visit.id:
        return visit.identity is not None and row["read"] == visit.identity.read_id
    rows = live.state.value[ledger.MEMBER].items()
    return all(int(seq) <= request["subject"] for seq, each in rows if each["visit"] == row["visit"])


def _row_of(live: Live, request: Mapping[str, Any]) -> Mapping[str, Any]:
    if request["action"] != Action.TYPED:
        return {}
    row: Mapping[str, Any] = live.state.value.get(ledger.MEMBER, {}).get(str(request["subject"]), {})
    return row


def _waits(live: Live, visit: Visit) -> bool:
    """Whether she comes first, and has not approved yet."""
    if _looked_at(live, visit, Mode.WAIT) is None:
        return False
    request = _request(live, visit)
    return request is None or not may_use(request)


def _mode(live: Live, visit: Visit) -> str:
    """How a second person comes to the document of a visit whose sender no entry has yet; "" for not."""
    identity = visit.identity
    if identity is None or identity.method != METHOD_MANUAL or visit.sender_entry or visit.accepted:
        return ""
    return live.rules.typed.mode(identity.cause, identity.kind.value)


def _looked_at(live: Live, visit: Visit, mode: str) -> Identity | None:
    return visit.identity if _mode(live, visit) == mode else None


def _request(live: Live, visit: Visit) -> Mapping[str, Any] | None:
    """The request about this very document that whoever stands here may use, or will."""
    if visit.identity is None or live.session is None:
        return None
    seq, row = _standing(live.state.value, visit, visit.identity)
    request = ledger.request_of(live.state.value, seq) if row else None
    if request is None or request["by"] != live.session.operator or request["used"]:
        return None
    return request if live.now().at <= parse_stamp(request["until"]) else None


def _standing(value: Mapping[str, Any], visit: Visit, identity: Identity) -> tuple[int, dict[str, Any]]:
    """The newest ``IdentityTyped`` of this visit and this typing, (0, {}) where there is none."""
    for seq, row in reversed(value.get(ledger.MEMBER, {}).items()):
        if (row["visit"], row["read"]) == (visit.id, identity.read_id):
            return int(seq), row
    return 0, {}


def _asked(live: Live, visit: Visit, identity: Identity, mode: str) -> list[Proposal]:
    """``IdentityTyped`` and the request about it; raises RuleError REQUESTS_FULL."""
    data = {"visit": visit.id, "read": identity.read_id, "document": identity.kind.value}
    _, request = requests.form(live, Action.TYPED, identity.cause, mode=mode)

    def about(state: State) -> dict[str, Any]:
        return {**request, "subject": _standing(state.value, visit, identity)[0]}

    return [
        Proposal(ledger.TYPED, {**data, "cause": identity.cause}, new_id(), by_person=True),
        Proposal("ApprovalAsked", about, new_id(), by_person=True),
    ]
