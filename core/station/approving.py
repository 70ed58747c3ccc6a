"""A second person approves an exemption, beside the session that goes on.

Her password opens her own key at the vault, as at log-in, tries and lock-outs included; the key signs once
and is let go.  No session of hers begins.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from core.acceptance.said import Approval
from core.acceptance.senders import need_exemption
from core.acceptance.visit import Visit
from core.access.rights import Action, may_approve
from core.ledger.documents import Exemption, exemption_message
from core.rules import Rules
from core.station import approver, lockouts, people
from core.station.days import day_proposals
from core.station.live import Live


def approve(live: Live, visit: Visit, operator: str, password: str) -> Visit:
    """The visit with the approval of ``operator``.

    Raises RuleError NOT_ALLOWED, VISIT_BUSY or EXEMPTION_REASON where nothing waits for one, APPROVER_SELF
    for whoever is logged in here, APPROVER_ROLE; CARD_REQUIRED; StoreError WRONG_KEY, LOCKED_OUT and
    CardError as a log-in does.
    """
    session, rules = live.need_session(), live.rules
    reason = need_exemption(visit, rules)
    unlocked = approver.unlock(live, operator, password, session.operator, partial(_may, rules))
    tried = lockouts.proposals(unlocked)
    if tried:
        live.commit([*day_proposals(live), *tried])
    at, epoch = live.now().at, live.state.head.epoch
    exemption = Exemption(
        live.settings.terminal, epoch, visit.id, visit.sender_kind.value, reason, operator, at
    )
    signature = unlocked.signer.sign(exemption_message(exemption))
    live.say("msg.exemption_approved", "good", operator=operator)
    return replace(visit, approval=Approval(operator, at, signature), revision=visit.revision + 1)


def possible(live: Live) -> bool:
    """Whether anybody but whoever is logged in may approve at this terminal."""
    here, rules = live.session.operator if live.session else "", live.rules
    operators = live.state.value["operators"].items()
    return any(not people.same(live, name, here) and _may(rules, row["role"]) for name, row in operators)


def _may(rules: Rules, role: str) -> bool:
    """Of those whom the table lets, the rule data may choose fewer."""
    return may_approve(role, Action.EXEMPT) and role in rules.exemptions.roles
