"""Numbered paper forms in the golden journal: handed out, one entered late by two, one void, one out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core import wire
from core.crypto.keys import Signer
from core.ledger import requests
from core.ledger.entry import Entry, stamp
from tests.golden.people import seed

if TYPE_CHECKING:
    from tests.golden.make import Golden

Asking = tuple[Callable[..., Entry], Callable[..., None]]
Who = tuple[str, Signer]


def paper(golden: Golden, sender: Entry, item: Entry, asking: Asking, supervisor: Who, clerk: Who) -> None:
    """Handed out by the supervisor; the rest is the clerk's, and the supervisor signs for it."""
    ask, approve = asking
    golden.add("OperatorLoggedOut", {"cause": "key"}, person=True)
    golden.log_in(supervisor[0], "supervisor", supervisor[1])
    handed = golden.add("PaperFormsHandedOut", {"first": 1, "last": 3}, person=True)
    golden.add("OperatorLoggedOut", {"cause": "key"}, person=True)
    golden.log_in(clerk[0], "clerk", clerk[1])
    said = {"visit": "v-5", "form": 1, "at": stamp(handed.header.trusted.at), "cause": "no_power"}
    content = wire.b64(requests.digest_of(seed("form"), {}))
    entered = golden.add("PaperFormEntered", {**said, "content": content}, person=True).header.seq
    about = {"action": "paper_entry", "subject": entered, "reason": "no_power"}
    asked = ask(golden, "request-15", "wait", 3600, **about)
    approve(golden, asked, "request-15", golden.now())
    by_hand = {"visit": "v-5", "read": "r-5", "method": "manual", "cause": "paper_form"}
    verified = golden.add("SenderVerified", {**sender.data, **by_hand}, person=True).header.seq
    taken = {"form": 1, "entered": entered, "cause": "no_power", "asked": asked.header.seq}
    golden.add("PaperFormTaken", taken, person=True)
    rests: dict[str, Any] = {"visit": "v-5", "sender": verified, "number": 5, "by_hand": "paper_form"}
    golden.add("ItemAccepted", {**item.data, **rests}, person=True)
    asked = ask(golden, "request-14", "wait", 3600, action="paper_void", subject=2, reason="spoiled")
    approve(golden, asked, "request-14", golden.now())
    voided = {"form": 2, "reason": "spoiled", "asked": asked.header.seq}
    golden.add("PaperFormVoided", voided, person=True)
