"""Exceptions in the golden journal: one is solved; one stopped, held by two, and handed over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.ledger import incidents, item_exceptions, stock
from core.ledger.entry import Entry, stamp

if TYPE_CHECKING:
    from tests.golden.make import Golden

Ask = Callable[..., Entry]
Approve = Callable[["Golden", Entry, str, dt.datetime], None]


def exceptions(golden: Golden, ask: Ask, approve: Approve) -> None:
    """By the clerk: one of the second item is solved; what lies here is stopped and held."""
    accepted = [each.header.seq for each in golden.entries if each.header.kind == "ItemAccepted"]
    by = stamp(golden.now() + dt.timedelta(hours=2))
    data: dict[str, Any] = {"reason": "address", "stop": "none", "organ": "none", "contact_by": by}
    seq = golden.add("ExceptionOpened", {**data, "item": accepted[1]}, person=True).header.seq
    said = {"exception": seq, "how": "phone"}
    golden.add("ExceptionContacted", {**said, "outcome": "missed", "solution": "none"}, person=True)
    golden.add("ExceptionContacted", {**said, "outcome": "reached", "solution": "corrected"}, person=True)
    golden.add("ExceptionClosed", {"exception": seq, "outcome": "goes_on", "organ": "none"}, person=True)
    row = stock.of(golden.state.value)
    assert row is not None
    data |= {"item": row["items"][0], "reason": "suspected", "stop": "suspected"}
    seq = golden.add("ExceptionOpened", data, person=True).header.seq
    about = {"action": "hold", "subject": seq, "reason": "suspected"}
    asked = ask(golden, "request-21", "wait", 3600, **about)
    approve(golden, asked, "request-21", golden.now())
    held = {"exception": seq, "basis": "suspected", "asked": asked.header.seq}
    until = stamp(golden.now() + dt.timedelta(hours=24))
    golden.add("ItemHeld", {**held, "until": until}, person=True)
    incident(golden)
    warning = {"item": accepted[1], "breach": "obstructs", "due": "2026-11-28"}
    warned = golden.add("BreachWarned", warning, person=True).header.seq
    golden.add("BreachSettled", {"warning": warned, "outcome": "corrected"}, person=True)
    said = {"exception": seq, "how": "letter", "outcome": "left", "solution": "held"}
    golden.add("ExceptionContacted", said, person=True)


def incident(golden: Golden) -> None:
    """Labels were lost; told, assessed, met."""
    by = stamp(golden.now() + dt.timedelta(hours=1))
    seq = golden.add("IncidentOpened", {"kind": "lost", "tell_by": by}, person=True).header.seq
    told = {"incident": seq, "to": "headquarters", "how": "phone"}
    golden.add("IncidentTold", told, person=True)
    what = {"data": "label", "cause": "mislaid", "harm": "contact", "persons": 3}
    golden.add("IncidentAssessed", {"incident": seq, **what}, person=True)
    golden.add("IncidentMeasure", {"incident": seq, "measure": "searched"}, person=True)


def handed_over(golden: Golden) -> None:
    """By the supervisor, to an organ: it lies here no more; and the incident is reviewed."""
    (seq,) = item_exceptions.open_of(golden.state.value)
    over = {"exception": seq, "outcome": "handed_over", "organ": "public_security"}
    golden.add("ExceptionClosed", over, person=True)
    (met,) = incidents.open_of(golden.state.value)
    golden.add("IncidentJoined", {"incident": met}, person=True)
    golden.add("IncidentReviewed", {"incident": met, "lesson": "trained"}, person=True)
