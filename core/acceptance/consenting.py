"""Separate consents and the guardian's, in a visit: steps, what is lacking, the entries, the view.

A consent that nobody was asked for is none: it has no entry, and nothing may rest on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.acceptance.said import ConsentAnswer, Guardian, Said
from core.acceptance.visit import Visit
from core.commands import Acknowledgement, Proof, SenderKind
from core.consents import AnswerConsent, Answered, ConsentView, GuardianAgrees, GuardianView, SaidView
from core.errors import RuleError, RuleFault
from core.identity.check import CardWarning
from core.rule_data import Consent, Rules

# What proves that somebody is the guardian; a letter of authorisation from a child proves nothing.
GUARDIAN_PROOFS = (Proof.GUARDIAN, Proof.FAMILY)


def need_consent(rules: Rules, command: AnswerConsent) -> Consent:
    """The consent that was answered.

    Raises RuleError CONSENT_UNKNOWN, CONSENT_VERSION where another text stood on the screen than the one in
    force, NOT_ALLOWED for a way of answering that there is not.
    """
    found = next((each for each in rules.consents if each.code == command.consent), None)
    if found is None:
        raise RuleError(RuleFault.CONSENT_UNKNOWN)
    if found.version != command.version:
        raise RuleError(RuleFault.CONSENT_VERSION)
    if command.how not in list(Acknowledgement):
        raise RuleError(RuleFault.NOT_ALLOWED)
    return found


def answered(before: str, wanted: Answered) -> Answered:
    """What is recorded: taking back what was given is a withdrawal, whatever key it was said with."""
    if before == Answered.GIVEN and wanted is not Answered.GIVEN:
        return Answered.WITHDRAWN
    return Answered.REFUSED if wanted is Answered.WITHDRAWN else wanted


def answer(visit: Visit, command: AnswerConsent, rules: Rules, *, recorded: bool = False) -> Visit:
    """The visit with one answer.  ``recorded``: an entry holds the one before.  Raises as need_consent."""
    consent = need_consent(rules, command)
    before = visit.said.consents.get(consent.code)
    wanted = answered(before.answer if before else "", command.answer) if recorded else command.answer
    if not recorded and wanted is Answered.WITHDRAWN:
        wanted = Answered.REFUSED  # no entry said that it was given
    made = ConsentAnswer(consent.version, wanted, command.how)
    said = replace(visit.said, consents={**visit.said.consents, consent.code: made})
    return replace(visit, said=said, revision=visit.revision + 1)


# -- a child and its guardian ----------------------------------------------------------------------


def for_child(visit: Visit) -> bool:
    """Whether the sender is under the age at which the guardian consents, and somebody sends for her."""
    principal = visit.principal
    agent = visit.sender_kind is SenderKind.AGENT
    return agent and principal is not None and RuleFault.GUARDIAN_NEEDED in principal.problems


def guardian_fault(visit: Visit) -> str:
    """What stands against whoever sends for a child, "" where nothing does: she is of age, and proves it."""
    if not for_child(visit):
        return ""
    if visit.identity is not None and CardWarning.MINOR in visit.identity.warnings:
        return RuleFault.GUARDIAN_NOT_ADULT
    if visit.proof is not None and visit.proof not in GUARDIAN_PROOFS:
        return RuleFault.GUARDIAN_PROOF
    return ""


def agree(visit: Visit, command: GuardianAgrees, rules: Rules) -> Visit:
    """The guardian, whose document lies before us, agrees.

    Raises RuleError NOT_ALLOWED where no child sends, VISIT_BUSY after a commit, ORDER before her document,
    her own fault, CONSENT_VERSION for another text than the one in force, GUARDIAN_RELATION.
    """
    if not for_child(visit) or command.how not in list(Acknowledgement):
        raise RuleError(RuleFault.NOT_ALLOWED)
    if visit.accepted or visit.sender_entry:
        raise RuleError(RuleFault.VISIT_BUSY)
    if visit.identity is None:
        raise RuleError(RuleFault.ORDER, needs="identity")
    fault = guardian_fault(visit)
    if fault:
        raise RuleError(RuleFault(fault))
    if command.version != rules.guardians.notice.id:
        raise RuleError(RuleFault.CONSENT_VERSION)
    if command.relation not in rules.guardians.relations:
        raise RuleError(RuleFault.GUARDIAN_RELATION)
    guardian = Guardian(command.relation, command.version, command.how)
    return replace(visit, said=replace(visit.said, guardian=guardian), revision=visit.revision + 1)


def guardian_lacks(visit: Visit, rules: Rules) -> bool:
    """Whether a child's guardian has not agreed yet to the text in force."""
    if not for_child(visit) or visit.sender_entry:
        return False
    guardian = visit.said.guardian
    return guardian is None or guardian.version != rules.guardians.notice.id


# -- entries -----------------------------------------------------------------------------------------


def guardian_data(visit: Visit, sender_entry: int) -> dict[str, Any] | None:
    """The data of GuardianConsented 1; None where no child sends."""
    guardian = visit.said.guardian
    if not for_child(visit) or guardian is None:
        return None
    return {
        "visit": visit.id,
        "sender": sender_entry,
        "relation": guardian.relation,
        "notice": guardian.version,
        "how": guardian.how,
    }


def consent_data(visit_id: str, sender_entry: int, code: str, said: ConsentAnswer) -> dict[str, Any]:
    """The data of ConsentAnswered 1."""
    return {
        "visit": visit_id,
        "sender": sender_entry,
        "consent": code,
        "version": said.version,
        "answer": said.answer.value,
        "how": said.how,
    }


def current(visit: Visit, rules: Rules) -> Mapping[str, ConsentAnswer]:
    """The answers to texts that are in force: one to another version is none."""
    versions = {each.code: each.version for each in rules.consents}
    said = visit.said.consents.items()
    return {code: each for code, each in said if versions.get(code) == each.version}


def said_view(visit: Visit, rules: Rules) -> SaidView:
    """What the screen shows of it."""
    guardian, notice = visit.said.guardian, rules.guardians.notice
    view = None
    if for_child(visit):
        told = {
            language: ((text.title, ""), *((part.heading, part.text) for part in text.paragraphs))
            for language, text in notice.texts.items()
        }
        relation = "" if guardian is None or guardian_lacks(visit, rules) else guardian.relation
        view = GuardianView(notice.id, told, rules.guardians.relations, relation)
    answers = current(visit, rules)
    return SaidView(tuple(consent_view(each, answers.get(each.code)) for each in rules.consents), view)


def consent_view(consent: Consent, said: ConsentAnswer | None, day: str = "") -> ConsentView:
    """One consent of the rules, with what was said to it."""
    titles = {language: text.heading for language, text in consent.texts.items()}
    texts = {language: text.text for language, text in consent.texts.items()}
    answer, how = (said.answer.value, said.how) if said is not None else ("", "")
    return ConsentView(consent.code, consent.version, titles, texts, answer, how, day)


def nothing_said(visit: Visit) -> Visit:
    """Another person stands here: what the one before was told and said is not hers."""
    return replace(visit, acknowledged=None, notice="", said=Said())
