"""A complaint in the golden journal: taken by one, handed on, answered by the other, and once more."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from core.ledger import cases
from core.ledger.entry import stamp
from tests.golden.exceptions import handed_over
from tests.golden.people import seed

if TYPE_CHECKING:
    from tests.golden.make import Golden


def complaint(golden: Golden, to: str) -> int:
    """By whoever stands there, about no item; its case has no part of its own here.  The entry's seq."""
    name = cases.case_name(seed("case of a complaint"))
    case = {"case": name, "item": 0, "cause": "complaint", "party": "other", "until": "2026-12-21"}
    golden.add("CaseOpened", case, person=True)
    about = {"item": 0, "class": "service", "reason": "attitude", "party": "other", "ours": "unknown"}
    seq = golden.add("ComplaintOpened", {**about, **_clocks(golden), "case": name}, person=True).header.seq
    golden.add("ComplaintContacted", {"complaint": seq, "how": "phone"}, person=True)
    golden.add("ComplaintHandedOn", {"complaint": seq, "to": to}, person=True)
    return seq


def answer(golden: Golden, seq: int) -> None:
    """By whom it was handed on to: ours, then, after an objection, with money; and a stopped item leaves."""
    handed_over(golden)
    golden.add("ComplaintTaken", {"complaint": seq}, person=True)
    said: dict[str, Any] = {"complaint": seq, "ours": "yes", "cents": 0, "until": "2026-12-21"}
    text = {"text": "train", "version": "2026-11-01"}
    golden.add("ComplaintAnswered", {**said, **text, "measure": "train"}, person=True)
    again = {"complaint": seq, "reason": "not_enough", **_clocks(golden), "case": "none"}
    golden.add("ComplaintReopened", again, person=True)
    text = {"text": "compensate", "version": "2026-11-01"}
    golden.add("ComplaintAnswered", {**said, **text, "measure": "compensate", "cents": 2500}, person=True)


def _clocks(golden: Golden) -> dict[str, str]:
    at = golden.now()
    return {"contact_by": stamp(at + dt.timedelta(days=1)), "close_by": stamp(at + dt.timedelta(days=7))}
