"""Alt+C: separate consents one by one, a child's guardian, and what the sender of an earlier item agreed to.

Nothing is chosen beforehand: each consent is a question of its own, whose answers are pressed by number after
the customer was asked, and the refusal is one digit like the others.
"""

from __future__ import annotations

from core.commands import (
    Acknowledgement,
    Command,
    KeepAsPrincipal,
    Proof,
    RefusalReason,
    SenderKind,
    SetProof,
)
from core.consents import AnswerConsent, Answered, ConsentView, GuardianAgrees, GuardianView, ItemConsents
from core.errors import Fact
from core.view import VisitView
from ui.clerk.choices import Answer, Line, Question
from ui.clerk.known import after_known
from ui.clerk.lanes import PROOF
from ui.clerk.questions import told_question
from ui.clerk.shortcuts import key_of
from ui.text import Texts

_NAMES = ("consent", "consent_again", "consents", "guardian", "guardian_agrees", "item_consents")
QUESTIONS = tuple(Question(name, ()) for name in _NAMES)  # for whoever counts sentences
_CHILD = "rule.guardian_needed"
_PROOFS = (Proof.GUARDIAN, Proof.FAMILY)


def consents_question(visit: VisitView, language: str) -> Question | None:
    """What is asked next: the guardian where a child sends, then the first consent nobody was asked for.

    Where all were, the list of them, each of which can be asked again.  None: there is nothing to ask.
    """
    guardian = visit.said.guardian
    if guardian is not None and not guardian.relation:
        return _guardian(guardian, language)
    consents = visit.said.consents
    unasked = next((each for each in consents if not each.answer), None)
    if unasked is not None:
        return _consent(unasked, language)
    if not consents:
        return None
    answers = tuple(
        Answer("answer.consent", _consent(each, language), {**_facts(each, language), "consent": each.answer})
        for each in consents
    )
    return Question("consents", answers)


def after_answer(visit: VisitView | None, command: Command, language: str) -> Question | None:
    """What follows an answer: the recipients of a known sender, or the next consent nobody was asked for."""
    if visit is None or not isinstance(command, AnswerConsent) or command.item:
        return after_known(visit, command)
    open_ones = [each for each in visit.said.consents if not each.answer and each.code != command.consent]
    was_open = any(each.code == command.consent and not each.answer for each in visit.said.consents)
    return _consent(open_ones[0], language) if open_ones and was_open else None


def item_question(asked: ItemConsents, language: str) -> Question:
    """What the sender of an earlier item said: given ones are taken back by one digit."""
    answers, lines = list[Answer](), list[Line]()
    for each in asked.consents:
        facts = _facts(each, language)
        if each.answer == Answered.GIVEN:
            back = AnswerConsent(
                each.code, each.version, Answered.WITHDRAWN, Acknowledgement.SPOKEN, asked.item
            )
            answers.append(Answer("answer.consent_withdraw", back, facts))
        elif asked.may_give:
            then = _consent(each, language, asked.item)
            answers.append(Answer("answer.consent", then, {**facts, "consent": each.answer}))
        else:
            lines.append(("line.consent", {**facts, "consent": each.answer}))
    return Question("item_consents", tuple(answers), tuple(lines))


def notice_line(visit: VisitView | None, texts: Texts) -> str:
    """Beside the notice: its version, or that she was told it before, and how the consents stand."""
    if visit is None or not visit.notice_version:
        return ""
    said = visit.said
    line = texts("notice.version", version=visit.notice_version)
    if said.told_on:
        line = texts("notice.again", version=visit.notice_version, day=said.told_on[5:])
    if said.consents:
        asked = sum(1 for each in said.consents if each.answer)
        counted = texts("notice.consents", count=asked, most=len(said.consents), key=key_of("consents"))
        line = f"{line} · {counted}"
    return line


def proof_question(visit: VisitView | None) -> Question:
    """What an agent shows; for a child only what proves a guardian."""
    if visit is None or visit.said.guardian is None:
        return PROOF
    return Question("proof", tuple(Answer(f"proof.{proof.value}", SetProof(proof)) for proof in _PROOFS))


def of_agent(visit: VisitView, command: Command | Question) -> bool:
    """Whether it is an agent's, or a child's document lies there, whose guardian will be the agent."""
    child = visit.sender is not None and _CHILD in visit.sender.problems
    return visit.sender_kind.kind is SenderKind.AGENT or (child and isinstance(command, KeepAsPrincipal))


def _facts(consent: ConsentView, language: str) -> dict[str, Fact]:
    return {"title": consent.titles[language], "day": consent.day[5:]}


def _consent(consent: ConsentView, language: str, item: int = 0) -> Question:
    """One consent by itself: its text, and four answers of which none stands beforehand."""
    given = [
        Answer(
            f"answer.consent_{how.value}",
            AnswerConsent(consent.code, consent.version, Answered.GIVEN, how.value, item),
        )
        for how in Acknowledgement
    ]
    spoken = Acknowledgement.SPOKEN.value
    refused = AnswerConsent(consent.code, consent.version, Answered.REFUSED, spoken, item)
    lines: tuple[Line, ...] = (("line.told", {"text": consent.texts[language]}),)
    name = "consent_again" if consent.answer else "consent"
    facts = {**_facts(consent, language), "consent": consent.answer}
    return Question(name, (*given, Answer("answer.consent_refused", refused)), lines, facts)


def _guardian(guardian: GuardianView, language: str) -> Question:
    """The relation; then the text for guardians, and whether she agrees."""
    lines = tuple(_told(heading, text) for heading, text in guardian.told[language] if text)
    answers = tuple(
        Answer(
            "answer.relation", _agrees(guardian, relation, names[language], lines), {"name": names[language]}
        )
        for relation, names in guardian.relations.items()
    )
    return Question("guardian", answers)


def _agrees(guardian: GuardianView, relation: str, name: str, lines: tuple[Line, ...]) -> Question:
    answers = [
        Answer(f"answer.consent_{how.value}", GuardianAgrees(relation, guardian.version, how.value))
        for how in Acknowledgement
    ]
    absent = Answer("answer.guardian_refuses", told_question(RefusalReason.GUARDIAN_ABSENT))
    return Question("guardian_agrees", (*answers, absent), lines, {"name": name})


def _told(heading: str, text: str) -> Line:
    return "line.told_heading", {"heading": heading, "text": text}
