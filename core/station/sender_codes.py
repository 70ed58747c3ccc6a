"""A code of a sender who registered beforehand is scanned (R12)."""

from __future__ import annotations

from core.acceptance.inputs import Known, code_read, set_field
from core.acceptance.visit import METHOD_CODE, SCAN, Step, Visit
from core.commands import Field
from core.errors import RuleError, RuleFault
from core.identity.sender_code import read_code
from core.ledger import sender_codes
from core.ledger.clock import business_date
from core.station.live import Live


def spent(live: Live, visit: Visit) -> bool:
    """Right before the commit: whether another visit used the code since it was scanned for this one."""
    identity = visit.identity
    if identity is None or identity.method != METHOD_CODE or visit.sender_entry:
        return False
    return sender_codes.used(live.state.value, identity.read_id)


def take(live: Live, visit: Visit, text: str, known: Known) -> Step:
    """As a card that was read; contact data go into fields that are empty.

    Raises RuleError as ``core.identity.sender_code.read_code``, SENDER_CODE_USED, VISIT_BUSY, PARKED_OTHER,
    ITEM_ACCEPTED.
    """
    rules, now = live.rules, live.now().at
    if not live.issuers:
        raise RuleError(RuleFault.SENDER_CODE_NONE)
    found = read_code(text, live.issuers, rules.sender_codes, now)
    if sender_codes.used(live.state.value, found.document.read_id):
        raise RuleError(RuleFault.SENDER_CODE_USED)
    step = code_read(visit, found.document, now, business_date(now), rules)
    after = step.visit
    if after.identity is None:  # nobody's identity is asked for, so nothing of hers is taken either
        live.say("msg.sender_code_unasked")
        return step
    for name, said in ((Field.SENDER_PHONE, found.phone), (Field.SENDER_ADDRESS, found.address)):
        if said and not after.text(name).text:
            after = set_field(after, name, said, rules, known, SCAN).visit
    if not step.note:
        live.say("msg.sender_code_read", "good", issuer=found.issuer)
    return Step(after, step.note, step.facts)
