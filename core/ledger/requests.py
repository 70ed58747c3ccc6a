"""Requests for a second person, as the chain has them: asked, given or declined, used once, or lapsed.

Whoever works at a counter asks (``ApprovalAsked``); somebody else whose right it is gives or declines it
(``ApprovalGiven``), and an act that needs a second person names the request it rests on.  A request of the
mode "countersign" may be used before it is decided, within its time.  The state holds what is open: a
request leaves it when it is declined, lapses, or is both given and used.  docs/format.md, section 4.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core import wire
from core.access.rights import Action, may_approve, may_ask, right
from core.ledger import corrections, paper_forms
from core.ledger.entry import Entry, parse_stamp
from core.ledger.rows import fault, need
from core.ledger.typed import TAKEN

MOST = 64  # so many may be open at one counter: the state is written with every commit
_TAG = b"counter/request-details/1\0"
_WHAT = "approval"


class Mode(StrEnum):
    """Whether the act waits for the second person; codes go into the journal."""

    WAIT = "wait"
    COUNTERSIGN = "countersign"  # it goes on, and she signs within the time that was named


class Decision(StrEnum):
    """What the second person says; codes go into the journal."""

    APPROVED = "approved"
    DECLINED = "declined"


class Where(StrEnum):
    """Where she said so; codes go into the journal."""

    COUNTER = "counter"  # her own key signed, beside the session
    HEADQUARTERS = "headquarters"  # headquarters' key signed, for a supervisor that it names


@dataclass(frozen=True, slots=True)
class Second:
    """An act that needs a second person: which right it is, and the member that says what it is about."""

    action: Action
    subject: str = ""  # "": it is about no entry
    alone: bool = False  # the rule data may let somebody do it alone: ``asked`` is 0 then
    reason: str = ""  # the member that repeats the request's reason, "" where it need not


# What only somebody who stands here can say: she compares the paper with the screen.
HERE_ONLY = (Action.PAPER_ENTRY,)
# Kind and version of every act that names a request, in its member ``asked``.
SECOND: Mapping[tuple[str, int], Second] = {
    ("ItemVoided", 1): Second(Action.VOID, "item"),
    (corrections.KIND, 1): Second(Action.CORRECT, "item", alone=True),
    ("CaseShown", 1): Second(Action.UNMASK, "opened"),
    ("DisclosureAsked", 1): Second(Action.DISCLOSE, "filed"),
    ("ReaderDownApproved", 1): Second(Action.READER_DOWN),
    ("ItemHeld", 1): Second(Action.HOLD, "exception", reason="basis"),
    ("BlockSent", 1): Second(Action.PROPOSE_BLOCK, "proposed", reason="basis"),
    (TAKEN, 1): Second(Action.TYPED, "typed", reason="cause"),
    (paper_forms.TAKEN, 1): Second(Action.PAPER_ENTRY, "entered", reason="cause"),
    (paper_forms.VOIDED, 1): Second(Action.PAPER_VOID, "form", reason="reason"),
    ("DifferenceExplained", 1): Second(Action.DIFFERENCE, "item", reason="reason"),
}


def digest_of(nonce: bytes, details: Mapping[str, Any]) -> bytes:
    """What a request says of its details: SHA-256 over tag, 32 random bytes and their canonical bytes."""
    return hashlib.sha256(_TAG + nonce + wire.encode(details)).digest()


def askable(action: str, role: str) -> bool:
    """Whether ``action`` is one that a second person approves and ``role`` may ask for."""
    if action not in list(Action):
        return False
    return bool(right(Action(action)).approves) and may_ask(role, Action(action))


# -- the fold: each takes the state's value, whose members it replaces ------------------------------------


def asked(value: dict[str, Any], entry: Entry) -> None:
    """``ApprovalAsked``.  Raises EntryError STATE for one too many, or one that was there."""
    data, rows = entry.data, _rows(value)
    need(_WHAT, entry, data["request"] not in rows and len(rows) < MOST)
    need(_WHAT, entry, data["mode"] in list(Mode) and entry.header.trusted.at < parse_stamp(data["until"]))
    members = ("action", "subject", "reason", "mode", "until")
    row = {**{name: data[name] for name in members}, "asked": entry.header.seq}
    row |= {"body": wire.b64(entry.hash), "by": entry.header.actor.id, "given": "", "used": 0}
    value["requests"] = {**rows, data["request"]: row}


def given(value: dict[str, Any], entry: Entry) -> None:
    """``ApprovalGiven``.  Raises EntryError STATE where the request is not open, or she may not say it.

    That it is her signature, or headquarters', the verifier sees to.
    """
    data = entry.data
    row = _open(value, entry)
    until, at = parse_stamp(row["until"]), parse_stamp(data["at"])
    need(_WHAT, entry, not row["given"] and data["body"] == row["body"] and data["by"] != row["by"])
    need(_WHAT, entry, data["decision"] in list(Decision) and data["where"] in list(Where) and at <= until)
    need(_WHAT, entry, data["where"] == Where.COUNTER or row["action"] not in HERE_ONLY)
    if data["where"] == Where.COUNTER:  # headquarters' word may come later than it was said
        need(_WHAT, entry, entry.header.trusted.at <= until)
        operators = value["operators"]
        here, asker = operators.get(data["by"]), operators.get(row["by"])
        need(_WHAT, entry, here is not None and may_approve(here["role"], Action(row["action"])))
        need(_WHAT, entry, asker is None or asker["signing"] != here["signing"])  # one key, two numbers
    declined = data["decision"] == Decision.DECLINED
    _put(value, data["request"], None if declined or row["used"] else {**row, "given": data["by"]})


def lapsed(value: dict[str, Any], entry: Entry) -> None:
    """``ApprovalLapsed``: its time was over.  Raises EntryError STATE before that."""
    row = _open(value, entry)
    need(_WHAT, entry, entry.header.trusted.at > parse_stamp(row["until"]))
    _put(value, entry.data["request"], None)


def use(value: dict[str, Any], entry: Entry) -> None:
    """An act of :data:`SECOND` takes the request that it names, once.  Raises EntryError STATE without one.

    The same right and subject, within its time, by whoever asked: so nobody approves her own act.
    """
    second = SECOND.get((entry.header.kind, entry.header.kind_version))
    if second is None or (second.alone and not entry.data["asked"]):
        return
    subject = entry.data[second.subject] if second.subject else 0
    for name, row in _rows(value).items():
        if row["asked"] != entry.data["asked"]:
            continue
        fits = (row["action"], row["subject"], row["used"]) == (second.action.value, subject, 0)
        fits = fits and (not second.reason or row["reason"] == entry.data[second.reason])
        need(_WHAT, entry, fits and row["by"] == entry.header.actor.id and may_use(row))
        need(_WHAT, entry, entry.header.trusted.at <= parse_stamp(row["until"]))
        _put(value, name, None if row["given"] else {**row, "used": entry.header.seq})
        return
    raise fault(_WHAT, entry)


def may_use(row: Mapping[str, Any]) -> bool:
    """Whether an act may rest on a request as it stands, its time aside."""
    return not row["used"] and (bool(row["given"]) or row["mode"] == Mode.COUNTERSIGN)


def _rows(value: Mapping[str, Any]) -> dict[str, Any]:
    rows: dict[str, Any] = value["requests"]
    return rows


def _open(value: Mapping[str, Any], entry: Entry) -> dict[str, Any]:
    row: dict[str, Any] = _rows(value).get(entry.data["request"], {})
    need(_WHAT, entry, row and row["asked"] == entry.data["asked"])
    return row


def _put(value: dict[str, Any], name: str, row: Mapping[str, Any] | None) -> None:
    rest = {each: known for each, known in _rows(value).items() if each != name}
    value["requests"] = rest if row is None else {**rest, name: row}
