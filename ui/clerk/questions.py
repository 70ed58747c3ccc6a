"""Questions that are put together from what stands: refusing, the centre, closing the day."""

from __future__ import annotations

from collections.abc import Sequence

from core.commands import (
    CloseDay,
    Command,
    Payment,
    RefusalReason,
    Refuse,
    Resume,
    Security,
    SetPayment,
    SetSecurity,
)
from core.errors import Fact
from core.view import CatalogueHit, CounterView, ParkedView, VisitView
from ui.clerk.choices import DISCARD, LOG_OUT, Answer, Line, Question
from ui.clerk.complaint import open_lines as complaints_open
from ui.clerk.confirmations import REFUSING
from ui.clerk.incident import open_lines as incidents_open
from ui.clerk.item_exception import open_lines as exceptions_open
from ui.clerk.paper_forms import open_lines as forms_out
from ui.clerk.second import open_lines
from ui.clerk.shift import differs_line
from ui.present import short_name, waybill
from ui.text import Texts

PARKED = "parked"
_MOST = 9
_LISTED = 8  # labels not scanned back that are named one by one


def refuse_question(visit: VisitView | None) -> Question:
    """Why the item is refused; then what was found, and whether the customer was told."""
    answers = (Answer(f"refusal.{reason.value}", _after(reason, visit)) for reason in RefusalReason)
    return Question("refuse", tuple(answers))


def _after(reason: RefusalReason, visit: VisitView | None) -> Question:
    if reason is RefusalReason.NO_VALID_DOCUMENT:
        kinds = visit.documents if visit is not None else ()
        return told_question(
            reason, name="no_document", lines=tuple((f"fact.kind.{kind}", {}) for kind in kinds)
        )
    found = _candidates(visit)
    declared = [hit for hit in found if visit is not None and hit in visit.finding]
    asked = reason is RefusalReason.CONTENTS_DIFFER or found != declared[:1]
    if reason not in (RefusalReason.PROHIBITED, RefusalReason.CONTENTS_DIFFER) or not found or not asked:
        return told_question(reason)
    named = [Answer("answer.found", told_question(reason, item=hit.id), {"name": hit.name}) for hit in found]
    other = "answer.as_declared" if reason is RefusalReason.PROHIBITED else "answer.nothing_listed"
    return Question("found", (*named[: _MOST - 1], Answer(other, told_question(reason))))


def _candidates(visit: VisitView | None) -> list[CatalogueHit]:
    """What the catalogue would refuse of what was declared and of what it offers for it."""
    hits = (*visit.finding, *visit.suggestions) if visit is not None else ()
    once = {hit.id: hit for hit in hits if hit.action in REFUSING}
    return list(once.values())


def told_question(
    reason: RefusalReason, *, item: str = "", name: str = "told", lines: Sequence[Line] = ()
) -> Question:
    """Whether the customer was told the reason (R17)."""
    yes, no = Refuse(reason, told=True, item=item), Refuse(reason, item=item)
    return Question(name, (Answer("answer.told", yes), Answer("answer.not_told", no)), tuple(lines))


def centre_question(visit: VisitView) -> Command | Question:
    """Which centre checks the item; no question where there is one only."""
    named = [(centre, name) for centre, name in visit.centres.items()]
    if len(named) < 2:
        return SetSecurity(Security.CENTRE, named[0][0] if named else "")
    return _centres(named)


def _centres(named: Sequence[tuple[str, str]]) -> Question:
    first = named if len(named) <= _MOST else named[: _MOST - 1]
    answers = [
        Answer("answer.centre", SetSecurity(Security.CENTRE, centre), {"name": name})
        for centre, name in first
    ]
    if len(first) < len(named):
        answers.append(Answer("answer.more", _centres(named[len(first) :])))
    return Question("centre", tuple(answers))


def payment_question(visit: VisitView) -> Question:
    """How the customer pays; the counter takes no money itself."""
    kinds = [Payment(kind) for kind in visit.fee.payments]
    return Question("payment", tuple(Answer(f"payment.{kind.value}", SetPayment(kind)) for kind in kinds))


def parked_question(parked: Sequence[ParkedView]) -> Question:
    """Which of the visits that wait comes back."""
    answers = (
        Answer(f"answer.{_named(each)}", Resume(each.draft), {**_facts(each), "minutes": each.minutes})
        for each in parked[:_MOST]
    )
    return Question(PARKED, tuple(answers))


def _named(each: ParkedView) -> str:
    return "parked" if each.waybill else "parked_bare"


def _facts(each: ParkedView) -> dict[str, Fact]:
    return {"name": short_name(each.name) or "parked.nameless", "waybill": each.waybill}


def close_question(view: CounterView | None, language: str) -> Question:
    """Closing the day; visits that wait, labels that were not scanned back, requests are named."""
    loose = view.unscanned if view is not None else ()
    parked = view.parked if view is not None else ()
    others = view.parked_by_others if view is not None else {}
    lines: list[Line] = [(f"line.{_named(each)}", _facts(each)) for each in parked]
    lines += [("line.parked_others", {"operator": who, "count": count}) for who, count in others.items()]
    waiting = bool(lines)
    left = view.close.left if view is not None and view.close is not None else 0
    lines += [("line.close_left", {"count": left})] if left else []
    if view is not None:
        lines += [*open_lines(view.second, language), *forms_out(view.paper)]
        lines += incidents_open(view.incidents, Texts(language))
        lines += exceptions_open(view.exceptions, Texts(language))
        lines += complaints_open(view.complaints, Texts(language))
        lines += differs_line(view.shift_differs)
        if view.close is not None and view.close.stock and view.close.stocktake is None:
            lines.append(("line.stock_uncounted", {}))
    lines += [
        ("line.unscanned", {"number": item.number, "waybill": waybill(item.waybill)})
        for item in loose[:_LISTED]
    ]
    if len(loose) > _LISTED:
        lines.append(("line.more", {"count": len(loose) - _LISTED}))
    name = "close_day_parked" if waiting else "close_day_unscanned" if loose else "close_day"
    return Question(
        name,
        (Answer("answer.close_day", CloseDay()),),
        tuple(lines),
    )


# For whoever counts sentences.
QUESTIONS = (
    *(Question(name, ()) for name in ("refuse", "found", "told", "no_document", "centre", "payment")),
    *(
        Question(name, ())
        for name in ("close_day", "close_day_unscanned", "close_day_parked", PARKED, "known")
    ),
    LOG_OUT,
    DISCARD,
)
