"""Questions about who sends and about documents that are typed; what they offer comes from the view."""

from __future__ import annotations

from collections.abc import Mapping

from core.access.rights import Action, may_ask
from core.commands import (
    CancelManual,
    Command,
    ManualCause,
    Proof,
    SenderKind,
    SetProof,
    SetSenderKind,
    StartManual,
)
from core.identity.card import DocumentKind
from core.second import AskReaderDown
from core.seeing import LeaveCase
from core.view import VisitView
from ui.clerk.choices import Answer, Question

SENDER_KIND = Question(
    "sender_kind", tuple(Answer(f"sender_kind.{kind.value}", SetSenderKind(kind)) for kind in SenderKind)
)
PROOF = Question("proof", tuple(Answer(f"proof.{proof.value}", SetProof(proof)) for proof in Proof))
CANCEL_MANUAL = Question("cancel_manual", (Answer("answer.cancel_manual", CancelManual()),))


def leave_typed(back: Command) -> Question:
    """A case or a disclosure that is half typed: nothing of it is kept anywhere else."""
    return Question("leave_typed", (Answer("answer.leave_typed", back),))


# For whoever counts sentences: the last four are put together from the view.
QUESTIONS = (
    SENDER_KIND, PROOF, CANCEL_MANUAL, leave_typed(LeaveCase()), Question("reader_down", ()),
    Question("manual", ()), Question("manual_chip", ()), Question("exemption", ()),
)  # fmt: skip


Reasons = Mapping[str, Mapping[str, str]]  # code → name by language


def reader_down_question(reasons: Reasons, language: str, hours: int) -> Question:
    """Why documents shall be typed for ``hours``; a second person then approves it."""
    answers = (
        Answer("answer.reason", AskReaderDown(code), {"name": names.get(language, code)})
        for code, names in reasons.items()
    )
    return Question("reader_down", tuple(answers), (("line.reader_down", {"hours": hours}),))


def manual_question(visit: VisitView, role: str, reasons: Reasons, language: str) -> Question:
    """The kinds that may be typed now: the reader's where it failed, then those without a chip.

    Last, where the mode without a reader does not stand: asking for it, for one of ``reasons``.
    """
    answers: list[Answer] = []
    cause = ManualCause.READER_FAILED if visit.manual_offered else ManualCause.READER_DOWN
    if visit.manual_offered or visit.reader_down is not None:
        chips = [kind.value for kind in DocumentKind if kind.value not in visit.manual_kinds]
        kinds = tuple(Answer(f"fact.kind.{kind}", StartManual(kind, cause)) for kind in chips)
        answers.append(Answer(f"answer.{cause.value}", Question("manual_chip", kinds)))
    for kind in visit.manual_kinds:
        answers.append(Answer(f"fact.kind.{kind}", StartManual(kind, ManualCause.NO_CHIP)))
    if visit.reader_down is None and may_ask(role, Action.READER_DOWN):
        why = reader_down_question(reasons, language, visit.reader_down_hours)
        answers.append(Answer("answer.ask_reader_down", why))
    return Question("manual", tuple(answers))
