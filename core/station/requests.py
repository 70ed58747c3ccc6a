"""Requests for a second person: asked here, decided beside the session or by headquarters, used once.

Her password opens her own key at the vault, as at log-in, tries and lock-outs included; the key signs once
and is let go.  No session of hers begins.  What is open stands in the state, so that a restart changes
nothing; what is over by time is written down (``ApprovalLapsed``).
"""

from __future__ import annotations

import datetime as dt
import secrets
import time
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from core import wire
from core.access.rights import Action, may_approve
from core.access.second import SecondRules
from core.errors import RuleError, RuleFault, StoreError
from core.ledger import requests as ledger
from core.ledger.documents import Approval, approval_message, given_data
from core.ledger.entry import NONCE_BYTES, parse_stamp, stamp
from core.ledger.requests import Decision, Mode, Where
from core.ledger.writer import Part, Proposal
from core.station import approver, lockouts, people
from core.station.days import day_proposals
from core.station.live import Live, new_id

_LOOK_SECONDS = 1.0
_AGAIN_SECONDS = 30.0


def ask(
    live: Live,
    action: Action,
    subject: int,
    reason: str,
    details: Mapping[str, Any] | None = None,
    mode: str = Mode.WAIT,
    parts: tuple[Part, ...] = (),
) -> str:
    """``ApprovalAsked`` in the session that stands; the name of the request, or of her own that stands yet.

    ``subject``: seq of the entry that it is about, 0 for none.  ``details`` go into the journal as a digest
    only, under a nonce that nobody keeps, and make it a request of its own;
    whoever has to show them later attaches them (``parts``).
    Raises RuleError ROLE, APPROVAL_REASON, APPROVAL_WAITS where the rules let no act go on first,
    REQUESTS_FULL; StoreError as a commit does.
    """
    session, rules = live.need_session(), rules_of(live, action)
    if not ledger.askable(action.value, session.role):
        raise RuleError(RuleFault.ROLE, action=f"right.{action}", who="fact.who.clerk_supervisor")
    if reason not in [each.code for each in rules.reasons]:
        raise RuleError(RuleFault.APPROVAL_REASON)
    if mode not in rules.hours:
        raise RuleError(RuleFault.APPROVAL_WAITS)
    lapse(live)
    same = (action.value, subject, mode, session.operator)
    for known, row in live.state.value["requests"].items():
        about = (row["action"], row["subject"], row["mode"], row["by"])
        if not details and about == same and not row["used"]:
            return str(known)
    name, data = form(live, action, reason, details, mode)
    asked = Proposal("ApprovalAsked", {**data, "subject": subject}, new_id(), by_person=True, parts=parts)
    live.commit([*_day(live, action), asked])
    live.probe("request.asked")
    return name


def form(
    live: Live, action: Action, reason: str, details: Mapping[str, Any] | None = None, mode: str = Mode.WAIT
) -> tuple[str, dict[str, Any]]:
    """A new request's name, and the data of its ``ApprovalAsked`` but for the subject.

    For an act that asks in one transaction with the entry that it is about.  Raises RuleError REQUESTS_FULL,
    APPROVAL_WAITS where the rules let no act go on first.
    """
    rules = rules_of(live, action)
    if mode not in rules.hours:
        raise RuleError(RuleFault.APPROVAL_WAITS)
    if len(live.state.value["requests"]) >= ledger.MOST:
        raise RuleError(RuleFault.REQUESTS_FULL, most=ledger.MOST)
    name = new_id()
    return name, {
        "request": name,
        "action": action.value,
        "reason": reason,
        "digest": wire.b64(ledger.digest_of(secrets.token_bytes(NONCE_BYTES), details or {})),
        "mode": str(mode),
        "until": stamp(live.now().at + dt.timedelta(hours=rules.hours[mode])),
    }


def decide(live: Live, request: str, operator: str, password: str, decision: Decision) -> None:
    """``ApprovalGiven`` by ``operator``, beside the session.

    Raises RuleError REQUEST_GONE, APPROVER_SELF for whoever asked (also under a second number),
    APPROVER_ROLE; StoreError WRONG_KEY, LOCKED_OUT as a log-in does, and as a commit does.
    """
    live.need_session()
    row = live.state.value["requests"].get(request)
    if row is None or row["given"] or live.now().at > parse_stamp(row["until"]):
        raise RuleError(RuleFault.REQUEST_GONE)
    may = partial(may_approve, action=Action(row["action"]))
    unlocked = approver.unlock(live, operator, password, row["by"], may)
    at, body = live.now().at, wire.unb64(row["body"])
    said = (request, row["asked"], body, decision.value, operator, at, Where.COUNTER.value)
    approval = Approval(live.settings.terminal, live.state.head.epoch, *said)
    data = {
        **given_data(approval),
        "directive": 0,
        "approval": wire.b64(unlocked.signer.sign(approval_message(approval))),
    }
    tried = lockouts.proposals(unlocked)
    opened = _day(live, Action(row["action"]))
    live.commit([*opened, *tried, Proposal("ApprovalGiven", data, new_id())])
    live.probe("request.given")


def _day(live: Live, action: Action) -> list[Proposal]:
    """A difference is of the day that is open: after midnight its word opens no new one."""
    return [] if action is Action.DIFFERENCE else day_proposals(live)


def need(live: Live, action: Action, subject: int) -> int:
    """The seq of the request that an act may name in its member ``asked``.

    It was asked by whoever stands here, for that action and subject, is not over, and is approved or may be
    used first (countersign).  Raises RuleError APPROVAL_NEEDED where there is none.
    """
    session, now = live.need_session(), live.now().at
    for row in live.state.value["requests"].values():
        about = (row["action"], row["subject"], row["by"]) == (action.value, subject, session.operator)
        if about and ledger.may_use(row) and now <= parse_stamp(row["until"]):
            return int(row["asked"])
    raise RuleError(RuleFault.APPROVAL_NEEDED, action=f"right.{action}")


def rules_of(live: Live, action: Action) -> SecondRules:
    """Reasons and modes; raises RuleError NOT_ALLOWED for what nobody asks for by a request."""
    found = live.rules.second.get(action.value)
    if found is None:
        raise RuleError(RuleFault.NOT_ALLOWED)
    return found


def possible(live: Live, action: Action, asker: str) -> bool:
    """Whether anybody but ``asker`` may approve it at this counter."""
    operators = live.state.value["operators"].items()
    return any(
        not people.same(live, name, asker) and may_approve(row["role"], action) for name, row in operators
    )


class Watch:
    """Writes down what is over by time, when the station's tick comes by."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._due = 0.0

    def tick(self) -> bool:
        """Whether anything lapsed.  What the disk refuses is tried again later."""
        now = time.monotonic()
        if now < self._due or self._live.journal is None:
            return False
        self._due = now + _LOOK_SECONDS
        try:
            return lapse(self._live)
        except StoreError:
            self._due = now + _AGAIN_SECONDS
            return False


def lapse(live: Live) -> bool:
    """``ApprovalLapsed`` for each whose time is over; whether there was any.  Raises as a commit does."""
    over = list(_over(live))
    if not over:
        return False
    live.commit([*day_proposals(live), *over])
    return True


def _over(live: Live) -> Iterator[Proposal]:
    """Of those that are open.  An entry is dated in milliseconds: its own comes after ``until``."""
    now = live.now().at - dt.timedelta(milliseconds=1)
    for name, row in live.state.value["requests"].items():
        if now > parse_stamp(row["until"]):
            yield Proposal("ApprovalLapsed", {"request": name, "asked": row["asked"]}, new_id())
