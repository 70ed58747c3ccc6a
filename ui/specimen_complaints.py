"""Invented complaints for the pictures: one overdue, one soon, one with time; and one that is being typed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.access.second import Reason
from core.complaint_rules import ComplaintAnswer, ComplaintReason
from core.complaints import ComplaintForm, ComplaintsView, ComplaintView
from core.view import CounterView
from ui.specimen_visits import item

_RULES = Path(__file__).resolve().parents[1] / "resources" / "rules" / "2026-11-01.json"
_LANGUAGES = ("zh", "en")


def _complaints() -> ComplaintsView:
    said: dict[str, Any] = json.loads(_RULES.read_text("utf-8"))["complaints"]
    reasons = tuple(
        ComplaintReason(row["code"], row["class"], {each: row[each] for each in _LANGUAGES})
        for row in said["reasons"]["list"]
    )
    answers = tuple(
        ComplaintAnswer(
            row["code"], row["version"], row["measure"], tuple(row["classes"]),
            {each: row[each]["name"] for each in _LANGUAGES},
            {each: row[each]["text"] for each in _LANGUAGES},
        )
        for row in said["answers"]
    )  # fmt: skip

    def one(seq: int, cls: str, reason: str, step: str, state: str, due: str, left: int) -> ComplaintView:
        names = next(each.names for each in reasons if (each.cls, each.code) == (cls, reason))
        fitting = tuple(each for each in answers if cls in each.classes)
        return ComplaintView(
            seq, f"520100-01-03 {seq}", cls, reason, names, "other", "unknown", "OP10001", step, state, due,
            left, mine=True, answers=fitting,
        )  # fmt: skip

    late = one(88, "transport", "lost", "contact", "overdue", "2026-11-21 09:10", -312)
    soon = replace(
        one(131, "service", "attitude", "answer", "soon", "2026-11-21 17:40", 198),
        item=128, number="000128", party="sender", reach="kept",
    )  # fmt: skip
    fresh = one(402, "information", "no_tracking", "answer", "open", "2026-11-27 10:05", 8421)
    done = replace(
        one(57, "transport", "late", "answered", "answered", "2026-11-20 10:00", 0), until="2026-12-19"
    )
    purpose = Reason("complaint", {"zh": "处理投诉", "en": "A complaint"})
    objections = {row["code"]: {each: row[each] for each in _LANGUAGES} for row in said["objections"]["list"]}
    offered = replace(fresh, owner="OP10009", to="OP10001", handed=True, mine=False)
    return ComplaintsView(
        (late, soon, offered), (done,), None, reasons,
        objections, ("OP10002", "OP10009"), (purpose,), 30, 24, 7,
    )  # fmt: skip


COMPLAINTS = _complaints()


def complaint_views(base: CounterView) -> dict[str, CounterView]:
    """At the form; in the list of a look-up; being typed, about an item and again after an objection."""
    names = COMPLAINTS.open[1].names
    listed = replace(base, complaints=COMPLAINTS)
    found = replace(listed, found=tuple(item(seq) for seq in range(128, 120, -1)))
    form = ComplaintForm(names, "000128", "", 1)
    return {
        "complaint-list": found,
        "complaint-typing": replace(found, complaints=replace(COMPLAINTS, form=form)),
    }
