"""Branches: entries beside a terminal's chain, which a supervisor takes in or declines.

A branch is named by the hash of its first entry.  It is what an epoch still had when another one had followed
(*late*), or a second history under the same numbers (*fork*).  Headquarters tells the counter of it by
directive; ``BranchAdopted`` brings its figures into the business day in which that entry stands: days that
are closed stay as they were signed, and each item counts once (docs/format.md, section 12).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core import wire
from core.errors import EntryError, EntryFault
from core.ledger import forms, kinds
from core.ledger.directives import SignedDirective
from core.ledger.entry import Entry, parse_stamp, stamp
from core.ledger.state import COUNTS, State, fold

ADOPTED, DECLINED = "BranchAdopted", "BranchDeclined"
LATE, FORK = "late", "fork"
REASONS = ("again", "test", "not_ours", "other")
"""Why a branch is declined: accepted again elsewhere, a test, made by nobody of ours, another reason."""
_BODY = {"branch", "epoch", "first", "last", "base", "tip", "counts", "number", "began", "ended", "cause"}


class Decision(StrEnum):
    """What a counter's own entries say of a branch."""

    ADOPTED = "adopted"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Span:
    """Entries ``first`` to ``last`` of a branch: after the entry whose hash is ``base``, up to ``tip``."""

    branch: bytes
    epoch: int
    first: int
    last: int
    base: bytes
    tip: bytes

    @property
    def name(self) -> str:
        """The branch, as state and directives name it."""
        return wire.b64(self.branch)

    def as_data(self) -> dict[str, Any]:
        """As it stands in an entry and in a directive."""
        return {
            "branch": self.name,
            "epoch": self.epoch,
            "first": self.first,
            "last": self.last,
            "base": wire.b64(self.base),
            "tip": wire.b64(self.tip),
        }


@dataclass(frozen=True, slots=True)
class Late:
    """What headquarters says of a span.  ``number``: the highest item number in it, 0 for none.

    ``counts``: by the names of :data:`core.ledger.state.COUNTS`; ``began`` and ``ended``: trusted times of
    its first and last entry; ``cause``: :data:`LATE` or :data:`FORK`.
    """

    span: Span
    counts: Mapping[str, int]
    number: int
    began: dt.datetime
    ended: dt.datetime
    cause: str

    @property
    def entries(self) -> int:
        """How many."""
        return self.span.last - self.span.first + 1


def span_from(data: Mapping[str, Any]) -> Span:
    """Of an entry's data or a directive's body; raises EntryError FORM."""
    return Span(
        wire.unb64(data["branch"], 32),
        data["epoch"],
        data["first"],
        data["last"],
        wire.unb64(data["base"], 32),
        wire.unb64(data["tip"], 32),
    )


def adopted_data(late: Late) -> dict[str, Any]:
    """What ``BranchAdopted`` says."""
    return {**late.span.as_data(), "number": late.number, **{name: late.counts[name] for name in COUNTS}}


def declined_data(late: Late, reason: str) -> dict[str, Any]:
    """What ``BranchDeclined`` says; ``reason`` of :data:`REASONS`."""
    return {**late.span.as_data(), "reason": reason}


def late_body(late: Late) -> dict[str, Any]:
    """The directive's body; names nobody."""
    counts = {name: late.counts[name] for name in COUNTS}
    times = {"began": stamp(late.began), "ended": stamp(late.ended)}
    return {**late.span.as_data(), "counts": counts, "number": late.number, "cause": late.cause, **times}


def late_subject(span: Span) -> str:
    """A later directive of the same subject takes its place: a branch grows while its machine still sends."""
    return f"{span.epoch}/{span.first}/{span.name}"


def read_late(signed: SignedDirective) -> Late:
    """Raises EntryError FORM."""
    body = signed.directive.body
    if set(body) != _BODY or not isinstance(body["counts"], dict) or set(body["counts"]) != set(COUNTS):
        raise EntryError(EntryFault.FORM, what="late")
    numbers = (body["epoch"], body["first"], body["last"], body["number"], *body["counts"].values())
    if not all(map(forms.COUNT, numbers)) or not 1 <= body["first"] <= body["last"]:
        raise EntryError(EntryFault.FORM, what="late")
    if body["cause"] not in (LATE, FORK):
        raise EntryError(EntryFault.FORM, what="late")
    return Late(
        span_from(body),
        dict(body["counts"]),
        body["number"],
        parse_stamp(body["began"]),
        parse_stamp(body["ended"]),
        body["cause"],
    )


def open_span(state: State, late: Late) -> bool:
    """Whether nobody decided on it yet, as far as ``state`` goes."""
    row = state.value["branches"].get(late.span.name)
    if row is None:
        return True
    follows = late.span.first == row["last"] + 1 and wire.b64(late.span.base) == row["tip"]
    return bool(follows and late.span.last > row["declined"])


def fold_on(state: State, entry: Entry) -> State:
    """The state after ``entry``; one that says nothing possible changes nothing but the head, and is parked.

    Raises EntryError GAP or PREVIOUS where it does not follow.
    """
    header = entry.header
    follows = header.seq == state.head.seq + 1 and header.previous == state.head.hash
    try:
        if follows and (header.kind, header.kind_version) in kinds.KINDS:
            kinds.check(header.kind, header.kind_version, entry.data)
        return fold(state, entry)
    except (EntryError, KeyError, TypeError, ValueError, AttributeError):
        if not follows:
            raise
    return State(entry.head, {**state.value, "terminal": header.terminal, "epoch": header.epoch})


def add_up(state: State, entries: Iterable[Entry], first: int) -> tuple[dict[str, int], int]:
    """(counts, highest item number) of a branch's ``entries`` from ``first`` on.

    ``state`` is the one that they follow; raises EntryError GAP or PREVIOUS where they do not.
    """
    counts, number = dict.fromkeys(COUNTS, 0), 0
    for entry in entries:
        before, state = state, fold_on(state, entry)
        if entry.header.seq < first:
            continue
        if entry.header.kind == "ItemAccepted":
            number = max(number, int(entry.data["number"]))
        if state.day == before.day:
            for name in COUNTS:
                counts[name] += state.counts[name] - before.counts[name]
    return counts, number
