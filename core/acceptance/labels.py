"""The real-name label of an item, masked (快递暂行条例 22, GB/T 41833): for screen, annex and page alike."""

from __future__ import annotations

from dataclasses import dataclass

from core.acceptance.masks import masked
from core.acceptance.visit import KNOWN, SCALE, Visit, check, document_name
from core.commands import Field, Security
from core.devices import Label
from core.identity.names import clean_name
from core.rule_data import Rules

WEIGHT_TYPED, WEIGHT_SCALE = "typed", "scale"
SECURITY_NONE = "none"


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a label shows besides the visit.  ``accepted_at`` is local time, YYYY-MM-DD HH:MM."""

    branch: str
    operator: str
    number: str = ""
    token: str = ""
    accepted_at: str = ""


def _mark(security: Security | None) -> str:
    """已安检 for what was checked here; whatever is still to be checked, or never was, is 待安检."""
    if security is None:
        return SECURITY_NONE
    return Security.HERE if security is Security.HERE else Security.CENTRE


def weight_source(visit: Visit) -> str:
    """Whether the scale said it or the clerk typed it: that is marked (快递市场管理办法 53)."""
    return WEIGHT_SCALE if visit.text(Field.WEIGHT).source == SCALE else WEIGHT_TYPED


def shown_of(visit: Visit, name: Field, rules: Rules) -> str:
    """What of a field is printed and kept: masked, or as the target of its reference printed it."""
    stands = visit.text(name)
    return stands.text if stands.source == KNOWN else masked(name, check(visit, name, rules).text)


def label(visit: Visit, rules: Rules, imprint: Imprint) -> Label:
    """The label of the item as it stands: before the commit a preview, with what is right so far."""

    def shown(name: Field) -> str:
        return shown_of(visit, name, rules)

    item, identity = visit.item, visit.identity
    # Once compared, the document's own spelling is what prints.
    named = visit.original_seen is not None and identity is not None
    sender = masked(Field.SENDER_NAME, clean_name(document_name(visit))) if named else ""
    return Label(
        waybill=check(visit, Field.WAYBILL, rules).text,
        token=imprint.token,
        sender_name=sender or shown(Field.SENDER_NAME),
        sender_phone=shown(Field.SENDER_PHONE),
        recipient_name=shown(Field.RECIPIENT_NAME),
        recipient_phone=shown(Field.RECIPIENT_PHONE),
        recipient_address=shown(Field.RECIPIENT_ADDRESS),
        contents=shown(Field.CONTENTS),
        quantity=check(visit, Field.QUANTITY, rules).number,
        weight_g=check(visit, Field.WEIGHT, rules).number,
        weight_source=weight_source(visit),
        real_name=visit.original_seen is not None,
        inspected=item.inspected is not None and not visit.letter,
        security=_mark(item.security),
        branch=imprint.branch,
        operator=imprint.operator,
        number=imprint.number,
        accepted_at=imprint.accepted_at,
        manual=identity is not None and identity.by_hand,
        paper=item.paper.words if item.paper else "",
    )
