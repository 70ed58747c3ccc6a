"""Who sends: a person, an organisation, an agent for another, and whoever the law asks for no identity.

快递暂行条例 22 exempts letters and the items of customers with a security agreement.  An organisation and
an agent are identified besides the person who stands at the counter, never instead.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.acceptance.consenting import guardian_fault, nothing_said
from core.acceptance.fields import TEXT_MAX
from core.acceptance.known import without
from core.acceptance.visit import Visit, undo_original
from core.commands import Field, Proof, SenderField, SenderKind
from core.errors import Fact, RuleError, RuleFault
from core.identity.characters import fold_letters_and_digits, has_word, refused, storable, tidy_spaces
from core.identity.masking import mask_name, mask_number_on_screen
from core.identity.organisations import check_credit_code
from core.rule_data import Rules
from core.view import ExemptionView, PrincipalView, SenderFieldView, SenderKindView

ASKS: Mapping[SenderKind, tuple[SenderField, ...]] = {
    SenderKind.ORGANISATION: (SenderField.ORGANISATION_NAME, SenderField.ORGANISATION_CODE),
    SenderKind.AGREEMENT: (SenderField.AGREEMENT,),
}
_ORGANISATION_NAME_MAX = 60


def set_kind(visit: Visit, kind: SenderKind) -> Visit:
    """Another kind of sender; what was confirmed of the person before is open again.

    An approved exemption lapses with it.  Raises RuleError VISIT_BUSY once an item was committed.
    """
    if visit.accepted or visit.sender_entry:
        raise RuleError(RuleFault.VISIT_BUSY)
    if kind is visit.sender_kind:
        return visit
    opened = without_approval(undo_original(visit))
    after = replace(opened, sender_kind=kind, principal=None, proof=None, sender_fields={})
    after = replace(after, said=replace(after.said, guardian=None))
    if after.exempted:
        # Nobody's identity is asked for: what was read of one is not kept.
        after = without(replace(after, identity=None, shown=None, manual=None))
    return replace(after, revision=visit.revision + 1)


def set_field(visit: Visit, name: SenderField, text: str) -> Visit:
    """What stands in a field now.  Raises RuleError NOT_ALLOWED where the kind has no such field."""
    if name not in ASKS.get(visit.sender_kind, ()):
        raise RuleError(RuleFault.NOT_ALLOWED)
    if visit.accepted or visit.sender_entry:
        raise RuleError(RuleFault.VISIT_BUSY)
    return replace(visit, sender_fields={**visit.sender_fields, name: storable(text)[:TEXT_MAX]})


def keep_as_principal(visit: Visit, today: dt.date) -> Visit:
    """The document before us is the principal's.  Raises its fault, ORDER, or NOT_ALLOWED.

    A child's alone is enough to say so: whoever sends for her is asked for next, and told everything anew.
    """
    child = visit.identity is not None and RuleFault.GUARDIAN_NEEDED in visit.identity.problems
    if child and visit.sender_kind is SenderKind.PERSON:
        visit = set_kind(visit, SenderKind.AGENT)
    if visit.sender_kind is not SenderKind.AGENT:
        raise RuleError(RuleFault.NOT_ALLOWED)
    if visit.original_seen is not None or visit.accepted:
        raise RuleError(RuleFault.VISIT_BUSY)
    if visit.identity is None:
        raise RuleError(RuleFault.ORDER, needs="identity")
    faults = [code for code in visit.identity.faults(today) if code != RuleFault.GUARDIAN_NEEDED]
    if faults:  # a child may well be a principal: the agent is the guardian
        raise RuleError(RuleFault(faults[0]))
    # The name on the form was the principal's: from here on it is that of whoever stands here.
    fields = dict(visit.fields)
    fields.pop(Field.SENDER_NAME, None)
    after = without(replace(visit, principal=visit.identity, identity=None, shown=None, fields=fields))
    after = nothing_said(after) if child else after
    return replace(after, revision=visit.revision + 1)


def set_proof(visit: Visit, proof: Proof) -> Visit:
    """Raises RuleError NOT_ALLOWED for anybody but an agent, VISIT_BUSY after a commit."""
    if visit.sender_kind is not SenderKind.AGENT:
        raise RuleError(RuleFault.NOT_ALLOWED)
    if visit.sender_entry:
        raise RuleError(RuleFault.VISIT_BUSY)
    return replace(visit, proof=proof)


# -- any other exemption ----------------------------------------------------------------------------


def without_approval(visit: Visit) -> Visit:
    """Reason and approval are asked again."""
    return replace(visit, exempt_reason="", approval=None)


def set_exemption(visit: Visit, reason: str, rules: Rules) -> Visit:
    """Why nobody is identified; an approval of another reason lapses.

    Raises RuleError NOT_ALLOWED for another kind of sender, VISIT_BUSY after a commit, EXEMPTION_REASON
    where the rules know no such reason.
    """
    _need_open_exemption(visit)
    if reason not in {each.code for each in rules.exemptions.reasons}:
        raise RuleError(RuleFault.EXEMPTION_REASON)
    if reason == visit.exempt_reason:
        return replace(visit, revision=visit.revision + 1)
    return replace(visit, exempt_reason=reason, approval=None, revision=visit.revision + 1)


def need_exemption(visit: Visit, rules: Rules) -> str:
    """The reason that waits for an approval.  Raises RuleError as :func:`set_exemption`."""
    _need_open_exemption(visit)
    if visit.exempt_reason not in {each.code for each in rules.exemptions.reasons}:
        raise RuleError(RuleFault.EXEMPTION_REASON)
    return visit.exempt_reason


def _need_open_exemption(visit: Visit) -> None:
    if visit.sender_kind is not SenderKind.EXEMPT:
        raise RuleError(RuleFault.NOT_ALLOWED)
    if visit.accepted or visit.sender_entry:
        raise RuleError(RuleFault.VISIT_BUSY)


# -- what stands ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SenderCheck:
    """``missing`` where something is not there yet; ``problem`` is a RuleFault code or ""."""

    missing: bool = False
    problem: str = ""
    facts: Mapping[str, Fact] | None = None


def check_sender(visit: Visit, today: dt.date, rules: Rules) -> SenderCheck:
    """What the kind of sender wants besides the form and the document."""
    missing = False
    for name in ASKS.get(visit.sender_kind, ()):
        try:
            missing = not check_sender_field(name, visit.sender_fields.get(name, ""), today, rules) or missing
        except RuleError as error:
            return SenderCheck(problem=str(error.code), facts=error.facts)
    if visit.sender_kind is SenderKind.EXEMPT:
        # Once an entry holds the approval, it holds for the rest of the visit.
        return SenderCheck(missing=visit.approval is None and not visit.sender_entry)
    if visit.sender_kind is not SenderKind.AGENT:
        return SenderCheck(missing)
    principal, agent = visit.principal, visit.identity
    if principal is None or (visit.proof is None and not guardian_fault(visit)):
        return SenderCheck(missing=True)
    faults = [code for code in principal.faults(today) if code != RuleFault.GUARDIAN_NEEDED]
    if fault := guardian_fault(visit):
        faults.append(fault)
    if agent is not None and (agent.kind, agent.number) == (principal.kind, principal.number):
        faults.append(RuleFault.AGENT_IS_PRINCIPAL)
    return SenderCheck(problem=str(faults[0])) if faults else SenderCheck()


def check_sender_field(name: SenderField, text: str, today: dt.date, rules: Rules) -> str:
    """The value, "" where nothing stands there.  Raises RuleError."""
    if not text.strip():
        return ""
    if name is SenderField.ORGANISATION_CODE:
        return check_credit_code(text)
    if name is SenderField.AGREEMENT:
        return _agreement(text, today, rules)
    what = refused(text)
    found = tidy_spaces(fold_letters_and_digits(text))
    if what or not has_word(found):
        raise RuleError(RuleFault.NAME_FORM, what=what or "letters")
    if len(found) > _ORGANISATION_NAME_MAX:
        raise RuleError(RuleFault.FIELD_TOO_LONG, limit=_ORGANISATION_NAME_MAX)
    return found


def _agreement(text: str, today: dt.date, rules: Rules) -> str:
    """A number on the list that holds today (快递暂行条例 31: 长期、批量)."""
    number = tidy_spaces(fold_letters_and_digits(text)).upper()
    found = next((one for one in rules.agreements if one.number == number), None)
    if found is None:
        raise RuleError(RuleFault.AGREEMENT_UNKNOWN)
    if not found.first <= today <= found.last:
        raise RuleError(RuleFault.AGREEMENT_ENDED)
    return number


def sender_kind_view(
    visit: Visit, today: dt.date, rules: Rules, *, approver_here: bool = True
) -> SenderKindView:
    """The kind of sender as the screen shows it; ``approver_here``: somebody else may approve."""
    fields = {}
    for name in ASKS.get(visit.sender_kind, ()):
        text = visit.sender_fields.get(name, "")
        problem = ""
        try:
            check_sender_field(name, text, today, rules)
        except RuleError as error:
            problem = str(error.code)
        fields[name] = SenderFieldView(text, problem)
    principal = visit.principal
    shown = None
    if principal is not None:
        called = mask_name(principal.names[0]) if principal.names else ""
        shown = PrincipalView(principal.kind.value, called, mask_number_on_screen(principal.number))
    exemption = _exemption_view(visit, rules, approver_here=approver_here)
    return SenderKindView(visit.sender_kind, fields, shown, visit.proof, exemption)


def _exemption_view(visit: Visit, rules: Rules, *, approver_here: bool) -> ExemptionView | None:
    if visit.sender_kind is not SenderKind.EXEMPT:
        return None
    approval = visit.approval
    return ExemptionView(
        reasons={each.code: each.names for each in rules.exemptions.reasons},
        reason=visit.exempt_reason,
        approved_by=approval.operator if approval else "",
        approved_at=approval.at if approval else None,
        recorded=visit.sender_entry > 0,
        approver_here=approver_here,
    )
