"""A card that could not be read was typed, and somebody else has to see it first: for the pictures."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from core.errors import RuleFault
from core.second import RequestView
from core.view import CounterView, GateName, GateState, Message

_UNTIL = dt.datetime(2026, 11, 21, 10, 40, tzinfo=dt.UTC)
_WHY = {"zh": "芯片读不出", "en": "The chip cannot be read"}
TYPED_REQUEST = RequestView(
    "r6", "typed", _WHY, "OP10001", "", _UNTIL, "waits", mine=True, subject=211,
    document="resident", where="here",
)  # fmt: skip


def waiting(typed: CounterView) -> CounterView:
    """The view of a typed document, where F9 was pressed without her."""
    visit = typed.visit
    if visit is None or visit.sender is None:
        raise ValueError("a view with a typed document")
    gates = tuple(
        replace(gate, state=GateState.PROBLEM, detail=RuleFault.TYPED_UNSIGNED, facts={})
        if gate.name is GateName.ORIGINAL
        else gate
        for gate in visit.gates
    )
    sender = replace(visit.sender, kind="resident", cause="reader_failed")
    said = Message(str(RuleFault.TYPED_UNSIGNED), {}, "error", 1)
    visit = replace(visit, gates=gates, missing=("missing.typed",), sender=sender)
    second = replace(typed.second, requests=(TYPED_REQUEST,))
    return replace(typed, visit=visit, message=said, second=second)
