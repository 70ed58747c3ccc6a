"""Questions about who sends and about documents that are typed; what they offer comes from the view."""

from __future__ import annotations

from core.access.rights import Action, may
from core.commands import (
    ApproveReaderDown,
    CancelManual,
    ManualCause,
    Proof,
    SenderKind,
    SetProof,
    SetSenderKind,
    StartManual,
)
from core.identity.card import DocumentKind
from core.view import VisitView
from ui.clerk.choices import Answer, Question

SENDER_KIND = Question(
    "sender_kind", tuple(Answer(f"sender_kind.{kind.value}", SetSenderKind(kind)) for kind in SenderKind)
)
PROOF = Question("proof", tuple(Answer(f"proof.{proof.value}", SetProof(proof)) for proof in Proof))
CANCEL_MANUAL = Question("cancel_manual", (Answer("answer.cancel_manual", CancelManual()),))
_HOURS = (1, 2, 4, 8)
# For whoever counts sentences: the last four are put together from the view.
QUESTIONS = (
    SENDER_KIND, PROOF, CANCEL_MANUAL, Question("reader_down", ()), Question("manual", ()),
    Question("manual_chip", ()), Question("exemption", ()),
)  # fmt: skip


def hours_question(visit: VisitView) -> Question:
    """For how long the mode without a reader is approved: never more than the rules allow."""
    most = max(1, visit.reader_down_hours)
    offered = sorted({*(hours for hours in _HOURS if hours < most), most})
    answers = (Answer("answer.hours", ApproveReaderDown(hours), {"count": hours}) for hours in offered)
    return Question("reader_down", tuple(answers))


def manual_question(visit: VisitView, role: str) -> Question:
    """The kinds that may be typed now: the reader's where it failed, then those without a chip."""
    answers: list[Answer] = []
    cause = ManualCause.READER_FAILED if visit.manual_offered else ManualCause.READER_DOWN
    if visit.manual_offered or visit.reader_down is not None:
        chips = [kind.value for kind in DocumentKind if kind.value not in visit.manual_kinds]
        kinds = tuple(Answer(f"fact.kind.{kind}", StartManual(kind, cause)) for kind in chips)
        answers.append(Answer(f"answer.{cause.value}", Question("manual_chip", kinds)))
    for kind in visit.manual_kinds:
        answers.append(Answer(f"fact.kind.{kind}", StartManual(kind, ManualCause.NO_CHIP)))
    if may(role, Action.READER_DOWN) and visit.reader_down is None:
        answers.append(Answer("answer.approve_reader_down", hours_question(visit)))
    approved = visit.reader_down is not None or may(role, Action.READER_DOWN)
    return Question("manual", tuple(answers), () if approved else (("line.ask_supervisor", {}),))
