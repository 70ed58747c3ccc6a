"""From a complete visit to the facts of its entries: chained data, sealed payload, annex, label.

The chained data name nobody; the sealed payload is what the law wants recorded and only headquarters'
opening service reads; the annex is exactly what the label prints, and the digest hint.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_type_hints

from core import wire
from core.acceptance.as_in import GROUPS, AsIn
from core.acceptance.catalogue import CatalogueItem
from core.acceptance.fees import Fee, fee
from core.acceptance.gates import missing
from core.acceptance.known import member_of
from core.acceptance.labels import shown_of, weight_source
from core.acceptance.marked import CORRECTED_FORM
from core.acceptance.senders import check_sender_field
from core.acceptance.visit import KNOWN, Identity, Visit, check, document_name, finding
from core.commands import Field, Party, RefusalReason, Refuse, SenderField
from core.devices import Label
from core.errors import EntryError, EntryFault, RuleError, RuleFault
from core.identity.card import DocumentKind
from core.identity.masking import mask_number_for_record
from core.identity.validity import UNDATED, validity_code
from core.ledger.entry import stamp
from core.ledger.paper_forms import CAUSE as PAPER_FORM
from core.ledger.ranges import NO_POOL
from core.rule_data import Rules

FORM = 1
NONE, CONFIRMED = "none", "confirmed"
NAME_EXACT, NAME_FOLDED = "exact", "folded"
_HINT_TAG = b"counter/digest-hint/1\0"
_HINT_KEY_MIN = 16
# What an annex holds besides the label: for the receipt and for look-ups.
_BESIDE = (
    "form", "hint", "document", "document_number", "fee_cents", "payment", "sender_address",
    "sender_as_in", "recipient_as_in",
)  # fmt: skip


def need_complete(visit: Visit, today: dt.date, rules: Rules) -> Identity | None:
    """The identity of a visit that may be committed, None where the law asks for none.

    Raises RuleError NOT_READY (``first``, ``count``).
    """
    lacking = missing(visit, today, rules)
    if lacking or (visit.identity is None and not visit.exempted):
        raise RuleError(RuleFault.NOT_READY, first=lacking[0] if lacking else "", count=len(lacking))
    return visit.identity


def sender_kind(visit: Visit) -> str:
    """The kind of the entry that says who sends."""
    return "SenderExempted" if visit.exempted else "SenderVerified"


def sender_data(visit: Visit, today: dt.date, rules: Rules) -> dict[str, Any]:
    """The data of SenderVerified 1, or of SenderExempted 1.  Raises RuleError NOT_READY."""
    identity = need_complete(visit, today, rules)
    acknowledged = visit.acknowledged.value if visit.acknowledged else ""
    if identity is None:
        approval = visit.approval
        return {
            "visit": visit.id,
            "ground": visit.sender_kind.value,
            "reason": visit.exempt_reason or NONE,
            "approved_by": approval.operator if approval else None,
            "approved_at": stamp(approval.at) if approval else None,
            "approval": wire.b64(approval.signature) if approval else None,
            "notice": visit.notice,
            "acknowledged": acknowledged,
        }
    return {
        "visit": visit.id,
        "document": identity.kind.value,
        "sender_kind": visit.sender_kind.value,
        "method": identity.method,
        "cause": identity.cause,
        "principal": visit.principal.kind.value if visit.principal else NONE,
        "proof": visit.proof.value if visit.proof else NONE,
        "read": identity.read_id,
        "original_seen": _stamp(visit.original_seen),
        "name_matched": True,  # need_complete: a visit with another name is not complete
        "expiry": UNDATED if identity.undated else validity_code(identity.valid_to),
        "notice": visit.notice,
        "acknowledged": acknowledged,
    }


def item_data(
    visit: Visit,
    today: dt.date,
    rules: Rules,
    *,
    sender_entry: int,
    number: int,
    receipt: bool = False,
    pool: tuple[str, int] = (NO_POOL, 0),
) -> dict[str, Any]:
    """The data of ItemAccepted 1; ``number`` is the item's at this terminal, ``pool`` where its
    waybill comes from.  Raises RuleError NOT_READY."""
    identity = need_complete(visit, today, rules)
    item = visit.item
    name_check = NONE
    if identity is not None:
        exact = visit.text(Field.SENDER_NAME).text in identity.names
        name_check = NAME_EXACT if exact else NAME_FOLDED
    return {
        "visit": visit.id,
        "sender": sender_entry,
        "number": number,
        "inspected": stamp(item.inspected) if item.inspected else None,
        "condition": CONFIRMED if finding(visit, rules).restricted else NONE,
        "route": item.route.value,
        "centre": item.centre or NONE,
        "security": item.security.value if item.security else "",
        "security_at": _stamp(item.security_at),
        "weight_source": weight_source(visit),
        "name_check": name_check,
        "by_hand": PAPER_FORM if item.paper else identity.cause if identity else NONE,
        "receipt": receipt,
        "pool": pool[0],
        "ordinal": pool[1],
    }


def refused_data(visit: Visit, refusal: Refuse, rules: Rules) -> dict[str, Any]:
    """The data of ItemRefused 1: that an item was refused, why, that it was said, and the class found."""
    item = refused_item(visit, refusal, rules)
    return {
        "visit": visit.id,
        "reason": refusal.reason.value,
        "told": refusal.told,
        "item_class": item.cls.id if item else NONE,
        "action": item.action.value if item else NONE,
    }


def refused_item(visit: Visit, refusal: Refuse, rules: Rules) -> CatalogueItem | None:
    """What was found: as the clerk says, or as it was declared; None where the contents are no reason."""
    if refusal.item:
        return rules.catalogue.item(refusal.item)
    declared = refusal.reason is RefusalReason.PROHIBITED
    return finding(visit, rules).prohibited if declared else None


def _stamp(moment: dt.datetime | None) -> str:
    return stamp(moment) if moment is not None else ""


def sealed_payload(visit: Visit, today: dt.date, rules: Rules) -> dict[str, Any]:
    """What is sealed to headquarters (快递暂行条例 22), canonical data.  Raises RuleError NOT_READY."""
    identity, agreed = need_complete(visit, today, rules), fee(visit, rules)

    def text(name: Field) -> str:
        if visit.text(name).source == KNOWN:
            raise ValueError("a masked text is no data")
        return check(visit, name, rules).text

    def contact(party: Party) -> dict[str, Any]:
        as_in = visit.as_in(party)
        if as_in is None:
            return {name.value.partition("_")[2]: text(name) for name in GROUPS[party]}
        if identity is None:
            raise ValueError("a reference of nobody: no document number stands behind it")
        return {"as_in": as_in.target.as_json()}

    def beside(name: SenderField) -> str:
        return check_sender_field(name, visit.sender_fields.get(name, ""), today, rules)

    return {
        "form": FORM,
        "sender": {
            "kind": visit.sender_kind.value,
            "document": identity.kind.value if identity else "",
            "number": identity.number if identity else "",
            "name": document_name(visit) if identity else text(Field.SENDER_NAME),
            "contact": contact(Party.SENDER),
            "organisation": beside(SenderField.ORGANISATION_NAME),
            "organisation_code": beside(SenderField.ORGANISATION_CODE),
            "agreement": beside(SenderField.AGREEMENT),
            "principal": _principal(visit.principal),
        },
        "recipient": contact(Party.RECIPIENT),
        "item": {
            "waybill": text(Field.WAYBILL),
            "contents": text(Field.CONTENTS),
            "quantity": check(visit, Field.QUANTITY, rules).number,
            "weight_g": check(visit, Field.WEIGHT, rules).number,
            "weight_source": weight_source(visit),
            "fee_cents": agreed.cents,
            "fee_source": agreed.source,
            "payment": agreed.payment.value if agreed.payment else "",
            "payment_source": agreed.payment_source,
        },
    }


def _principal(identity: Identity | None) -> dict[str, str] | None:
    if identity is None:
        return None
    return {"document": identity.kind.value, "number": identity.number, "name": identity.names[0]}


# -- annex ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Contacts:
    """What an annex says for a repeat sender besides the label: the masked address, and references."""

    sender_address: str = field(default="", repr=False)
    sender: AsIn | None = None
    recipient: AsIn | None = None


def contacts(visit: Visit, rules: Rules) -> Contacts:
    """Of a visit that is complete."""
    address = shown_of(visit, Field.SENDER_ADDRESS, rules)
    return Contacts(address, visit.sender_as_in, visit.item.recipient_as_in)


def annex(
    printed: Label, hint: str, identity: Identity | None, agreed: Fee, known: Contacts
) -> dict[str, Any]:
    """The annex of ItemAccepted: the label's fields but for ``copy``, the digest hint, and ``known``."""
    fields = {each.name: getattr(printed, each.name) for each in dataclasses.fields(printed)}
    del fields["copy"]
    if not printed.paper:
        del fields["paper"]  # a member only where there was a form
    beside = {
        "document": identity.kind.value if identity else "",
        "document_number": mask_number_for_record(identity.number) if identity else "",
        "fee_cents": agreed.cents,
        "payment": agreed.payment.value if agreed.payment and agreed.cents is not None else "",
        "sender_address": known.sender_address,
        member_of(Party.SENDER): known.sender.target.as_json() if known.sender else None,
        member_of(Party.RECIPIENT): known.recipient.target.as_json() if known.recipient else None,
    }
    return {"form": FORM, "hint": hint, **beside, **fields}


def label_from_annex(value: Mapping[str, Any], copy: int) -> Label:
    """The label to print from an annex.  Raises EntryError FORM where it is not one."""
    types = get_type_hints(Label)
    members, found = {*types, *_BESIDE} - {"copy", "paper"}, set(value) - {"paper"}
    sound = value.get("form") == FORM and found == members
    if not sound and (value.get("form") != CORRECTED_FORM or found != {*members, "corrected"}):
        raise EntryError(EntryFault.FORM, what="annex")
    fields = {name: value.get(name, "") for name in types if name != "copy"}
    # ``type`` and not ``isinstance``: True would pass for a quantity of one.
    if any(type(member) is not types[name] for name, member in fields.items()):
        raise EntryError(EntryFault.FORM, what="annex member")
    return Label(**fields, copy=copy)


def digest_hint(key: bytes, kind: DocumentKind, number: str) -> str:
    """16 bits of HMAC-SHA256 as four hex digits: a hint, never an identity (house.md).

    The key is per branch and month.  More bits would let a local key find the number behind a mask.
    """
    if len(key) < _HINT_KEY_MIN:
        raise ValueError("digest key too short")
    message = _HINT_TAG + kind.value.encode("ascii") + b"\0" + number.encode("utf-8", "surrogatepass")
    return hmac.new(key, message, hashlib.sha256).digest()[:2].hex()
