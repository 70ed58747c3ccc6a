"""Numbered paper forms (应急登记表) as the chain has them: handed out, entered late by two, void, or out.

While a counter cannot be used the branch registers on paper forms that this counter handed out before.  Each
form has a number of the counter's own series, and every number is entered, void or out, and nothing between
(I4).  ``PaperFormEntered`` says which form a visit on the screen is, and since when it is on paper;
``PaperFormTaken`` rests on a second person's word about exactly that, and the next entry is the item's.  An
entry has the time at which it was made: the paper's own is a member, and changes neither day nor order (T9).
Sources: R9 (system registration), I4, T4, T17 (never-again); docs/format.md, section 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.ledger import ranges
from core.ledger.entry import Entry, parse_stamp, stamp
from core.ledger.rows import need

MEMBER = "paper_forms"  # of the state; none where no form was ever handed out
HANDED_OUT, ENTERED = "PaperFormsHandedOut", "PaperFormEntered"
TAKEN, VOIDED = "PaperFormTaken", "PaperFormVoided"
CAUSE = "paper_form"  # ItemAccepted.by_hand, and SenderVerified.cause of a document typed from a form
MOST_AT_ONCE = 50
MOST_OUT = 200  # the state is written with every commit
SERIES = 100_000  # numbers of one epoch: what a lost store had handed out is never handed out again
_WHAT = "paper form"
_NONE_TODAY: Mapping[str, Any] = {"entered": 0, "first": "", "last": ""}


def of(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """The member, as it is before the first form was handed out where there is none."""
    empty: dict[str, Any] = {
        "row": ranges.opened(0, 0),
        "batches": [],
        "entering": {},
        "taken": None,
        "today": _NONE_TODAY,
    }
    found: Mapping[str, Any] = value.get(MEMBER, empty)
    return found


def out(value: Mapping[str, Any]) -> list[tuple[int, int]]:
    """Ranges of numbers that are neither entered nor void, in order."""
    return ranges.free(of(value)["row"])


def since(value: Mapping[str, Any], form: int) -> str:
    """When a form that is out was handed out, "" for any other number."""
    if not ranges.is_free(of(value)["row"], form):
        return ""
    found = (at for first, last, at in of(value)["batches"] if first <= form <= last)
    return str(next(found, ""))


def next_number(value: Mapping[str, Any]) -> int:
    """The number of the next form: after every one of this counter, and in the series of this epoch."""
    return max(int(of(value)["row"]["count"]), (int(value["epoch"]) - 1) * SERIES) + 1


# -- the fold: each takes the state's value, whose members it replaces ------------------------------------


def handed_out(value: dict[str, Any], entry: Entry) -> None:
    """``PaperFormsHandedOut``: the next numbers, in order.  Raises EntryError STATE for any other."""
    forms, data = of(value), entry.data
    first, last, row = data["first"], data["last"], dict(forms["row"])
    need(_WHAT, entry, first == next_number(value) and first <= last < first + MOST_AT_ONCE)
    need(_WHAT, entry, ranges.size(out(value)) + last - first + 1 <= MOST_OUT)
    passed, row["count"] = row["count"] + 1, last
    if passed < first:  # the rest of an earlier epoch's series
        row = ranges.taken(row, ranges.VOID, passed, first - 1)
    batch = [first, last, stamp(entry.header.trusted.at)]
    value[MEMBER] = {**forms, "row": row, "batches": [*forms["batches"], batch]}


def entered(value: dict[str, Any], entry: Entry) -> None:
    """``PaperFormEntered``: a form that is out, not on paper before it was handed out nor after this entry.

    Said again it takes the place of what was said before of the same form.
    """
    forms, data = of(value), entry.data
    handed = since(value, data["form"])
    need(_WHAT, entry, handed)
    need(_WHAT, entry, parse_stamp(handed) <= parse_stamp(data["at"]) <= entry.header.trusted.at)
    row = {name: data[name] for name in ("visit", "at", "cause", "content")}
    row |= {"seq": entry.header.seq, "by": entry.header.actor.id}
    value[MEMBER] = {**forms, "entering": {**forms["entering"], str(data["form"]): row}}


def taken(value: dict[str, Any], entry: Entry) -> None:
    """``PaperFormTaken``, once for a number; its request is taken already.  Raises EntryError STATE."""
    forms, data = of(value), entry.data
    row = forms["entering"].get(str(data["form"]))
    need(_WHAT, entry, row is not None and row["seq"] == data["entered"])
    need(_WHAT, entry, row["cause"] == data["cause"] and row["by"] == entry.header.actor.id)
    left = _without(forms, data["form"], ranges.USED)
    today = dict(left["today"])
    today["entered"] += 1
    today["first"] = min(filter(None, (today["first"], row["at"])))
    today["last"] = max(today["last"], row["at"])
    waits = {"form": data["form"], "visit": row["visit"], "seq": entry.header.seq}
    value[MEMBER] = {**left, "today": today, "taken": waits}


def item(value: dict[str, Any], entry: Entry) -> None:
    """``ItemAccepted``: of a form exactly where the entry before it took that form for the same visit."""
    waits = of(value)["taken"]
    need(_WHAT, entry, (waits is not None) == (entry.data["by_hand"] == CAUSE))
    if waits is not None:
        need(_WHAT, entry, (waits["visit"], waits["seq"]) == (entry.data["visit"], entry.header.seq - 1))
        value[MEMBER] = {**of(value), "taken": None}


def voided(value: dict[str, Any], entry: Entry) -> None:
    """``PaperFormVoided``: a form that is out never counts.  Raises EntryError STATE for any other."""
    need(_WHAT, entry, since(value, entry.data["form"]))
    value[MEMBER] = _without(of(value), entry.data["form"], ranges.VOID)


def new_day(value: dict[str, Any]) -> None:
    """What is out stays out; the figures are the business day's."""
    if MEMBER in value:
        value[MEMBER] = {**value[MEMBER], "today": dict(_NONE_TODAY)}


def _without(forms: Mapping[str, Any], form: int, member: str) -> dict[str, Any]:
    row = ranges.taken(forms["row"], member, form, form)
    left = ranges.free(row)
    batches = [
        [first, last, at]
        for first, last, at in forms["batches"]
        if any(low <= last and first <= high for low, high in left)
    ]
    entering = {each: known for each, known in forms["entering"].items() if each != str(form)}
    return {**forms, "row": row, "batches": batches, "entering": entering}


STEPS = {(HANDED_OUT, 1): handed_out, (ENTERED, 1): entered, (TAKEN, 1): taken, (VOIDED, 1): voided}
