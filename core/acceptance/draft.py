"""A visit that is not committed, as canonical bytes for the vault: a power cut loses no typing.

Of the document only what the record takes is kept: never photo, nation, sex or the address on it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core import wire
from core.acceptance import paper_note
from core.acceptance.as_in import AsIn, target_from_json
from core.acceptance.known import whole
from core.acceptance.pasted import Paste
from core.acceptance.said import ConsentAnswer, Guardian, Said
from core.acceptance.turns import identity_lapsed
from core.acceptance.visit import (
    AcceptedItem,
    FieldText,
    Identity,
    ItemDraft,
    Manual,
    Step,
    Visit,
    VisitNote,
)
from core.commands import (
    SENDER_FIELDS,
    Acknowledgement,
    Field,
    ManualCause,
    ManualField,
    Payment,
    Proof,
    Route,
    Security,
    SenderField,
    SenderKind,
)
from core.consents import Answered
from core.errors import EntryError, EntryFault
from core.identity.card import DocumentKind
from core.identity.masking import mask_name
from core.ledger.entry import parse_stamp, stamp
from core.rule_data import Rules

FORM = 3


@dataclass(frozen=True, slots=True)
class DraftHead:
    """What is asked of a draft before it is opened.

    ``waybill`` is the one it claims, as it stands in the field, "" where it claims none: one that was met
    elsewhere before belongs there.  ``name`` is masked.
    """

    parked: dt.datetime | None  # None: it stood on the screen
    name: str = field(repr=False)
    waybill: str = field(repr=False)
    accepted: int = 0  # items of this visit that are committed


def draft_to_bytes(visit: Visit, parked: dt.datetime | None = None) -> bytes:
    """Canonical bytes of a visit, without what is on the reader and what a later look will tell.

    ``parked``: since when it does not stand on its operator's screen.
    """
    item, identity = visit.item, visit.identity
    return wire.encode(
        {
            "form": FORM,
            "parked": _time_out(parked),
            "visit": visit.id,
            "fields": _fields_out(visit.fields),
            "identity": _identity_out(identity) if identity is not None else None,
            "original_seen": _time_out(visit.original_seen),
            "acknowledged": visit.acknowledged.value if visit.acknowledged else "",
            "notice": visit.notice,
            "said": _said_out(visit.said),
            "sender_entry": visit.sender_entry,
            "sender_kind": visit.sender_kind.value,
            "sender_fields": {name.value: text for name, text in visit.sender_fields.items()},
            "principal": _identity_out(visit.principal) if visit.principal is not None else None,
            "proof": visit.proof.value if visit.proof else "",
            "payment": visit.payment.value if visit.payment else "",
            "failures": visit.failures,
            "paste": _paste_out(visit.paste) if visit.paste is not None else None,
            "manual": _manual_out(visit.manual) if visit.manual is not None else None,
            "bound": visit.bound,
            "accepted": [[one.waybill, one.number, one.when] for one in visit.accepted],
            "sender_as_in": _as_in_out(visit.sender_as_in),
            "item": {
                "operation": item.operation,
                "fields": _fields_out(item.fields),
                "met": item.known is not None,
                "inspected": _time_out(item.inspected),
                "inspected_as": list(item.inspected_as),
                "security": item.security.value if item.security else "",
                "security_at": _time_out(item.security_at),
                "accepted": item.accepted,
                "route": item.route.value,
                "centre": item.centre,
                "conditions": list(item.conditions),
                "fee": item.fee,
                "recipient_as_in": _as_in_out(item.recipient_as_in),
                **({"paper": paper_note.to_json(item.paper)} if item.paper else {}),
            },
        }
    )


def draft_from_bytes(data: bytes, now: dt.datetime, rules: Rules, *, visit_id: str) -> Step:
    """The visit again.  Raises EntryError FORM for anything :func:`draft_to_bytes` did not make.

    A document read too long ago lapses: the typing stays, the document has to be read again, and
    what follows is a new visit (``visit_id``), for it may be another person.  Ask for the waybill
    again afterwards (``inputs.waybill_again``).
    """
    visit = _visit(wire.decode(data))
    reads = [one.read_at for one in (visit.identity, visit.principal) if one is not None]
    lasts = dt.timedelta(minutes=rules.limits.draft_identity_minutes)
    # A clock that was set back makes a read of the future: that is not a fresh one either.
    if all(dt.timedelta(0) <= now - read_at <= lasts for read_at in reads):
        return Step(visit)
    return Step(identity_lapsed(visit, visit_id), VisitNote.IDENTITY_LAPSED)


def draft_head(data: bytes) -> DraftHead:
    """Whose it is and what it claims.  Raises EntryError FORM as :func:`draft_from_bytes`."""
    value = wire.decode(data)
    visit = _visit(value)
    try:
        parked, met = _time_in(value["parked"]), _flag(value["item"]["met"])
    except (KeyError, TypeError, ValueError):
        raise EntryError(EntryFault.FORM, what="draft") from None
    names = (visit.text(Field.SENDER_NAME).text.strip(), *(visit.identity.names if visit.identity else ()))
    waybill = "" if met else visit.text(Field.WAYBILL).text
    return DraftHead(parked, mask_name(next(filter(None, names), "")), waybill, len(visit.accepted))


def _visit(value: Mapping[str, Any]) -> Visit:
    try:
        if value["form"] != FORM:
            raise EntryError(EntryFault.FORM, what="draft form")
        item = value["item"]
        visit = Visit(
            id=_text(value["visit"]),
            item=ItemDraft(
                operation=_text(item["operation"]),
                fields=_fields_in(item["fields"], sender=False),
                inspected=_time_in(item["inspected"]),
                inspected_as=_declared_in(item["inspected_as"]),
                security=Security(item["security"]) if item["security"] else None,
                security_at=_time_in(item["security_at"]),
                accepted=_count(item["accepted"]),
                route=Route(item["route"]),
                centre=_text(item["centre"]),
                conditions=tuple(map(_text, item["conditions"])),
                fee=_text(item["fee"]),
                recipient_as_in=_as_in_in(item["recipient_as_in"]),
                paper=paper_note.from_json(item.get("paper")),
            ),
            fields=_fields_in(value["fields"], sender=True),
            identity=_identity_in(value["identity"]) if value["identity"] is not None else None,
            original_seen=_time_in(value["original_seen"]),
            acknowledged=Acknowledgement(value["acknowledged"]) if value["acknowledged"] else None,
            notice=_text(value["notice"]),
            said=_said_in(value["said"]),
            sender_entry=_count(value["sender_entry"]),
            sender_kind=SenderKind(value["sender_kind"]),
            sender_fields={SenderField(name): _text(text) for name, text in value["sender_fields"].items()},
            principal=_identity_in(value["principal"]) if value["principal"] is not None else None,
            proof=Proof(value["proof"]) if value["proof"] else None,
            payment=Payment(value["payment"]) if value["payment"] else None,
            failures=_count(value["failures"]),
            paste=_paste_in(value["paste"]) if value["paste"] is not None else None,
            manual=_manual_in(value["manual"]) if value["manual"] is not None else None,
            accepted=tuple(AcceptedItem(*_texts(one, 3)) for one in value["accepted"]),
            sender_as_in=_as_in_in(value["sender_as_in"]),
            bound=_flag(value["bound"]),
        )
        if not whole(visit):
            raise EntryError(EntryFault.FORM, what="draft reference")
        return visit
    except (KeyError, TypeError, ValueError, AttributeError):
        # "from None": the failing value may be what a customer said.
        raise EntryError(EntryFault.FORM, what="draft") from None


def _fields_out(fields: Mapping[Field, FieldText]) -> dict[str, list[str]]:
    return {name.value: [value.text, value.source] for name, value in fields.items()}


def _fields_in(value: Mapping[str, Any], *, sender: bool) -> dict[Field, FieldText]:
    fields = {Field(name): FieldText(*_texts(pair, 2)) for name, pair in value.items()}
    if any((name in SENDER_FIELDS) != sender for name in fields):
        raise EntryError(EntryFault.FORM, what="draft field")
    return fields


def _as_in_out(as_in: AsIn | None) -> dict[str, Any] | None:
    return None if as_in is None else {**as_in.target.as_json(), "number": as_in.number, "day": as_in.day}


def _as_in_in(value: Any) -> AsIn | None:
    if value is None:
        return None
    rest = dict(value)
    number, day = _text(rest.pop("number")), _text(rest.pop("day"))
    target = target_from_json(rest)
    if target is None:
        raise TypeError
    return AsIn(target, number, day)


def _identity_out(identity: Identity) -> dict[str, Any]:
    return {
        "read": identity.read_id,
        "read_at": stamp(identity.read_at),
        "kind": identity.kind.value,
        "number": identity.number,
        "name": identity.name,
        "valid_from": identity.valid_from.isoformat(),
        "valid_to": identity.valid_to.isoformat() if identity.valid_to else "",
        "problems": list(identity.problems),
        "warnings": list(identity.warnings),
        "name_en": identity.name_en,
        "method": identity.method,
        "cause": identity.cause,
        "undated": identity.undated,
    }


def _identity_in(value: Mapping[str, Any]) -> Identity:
    valid_to = _text(value["valid_to"])
    return Identity(
        read_id=_text(value["read"]),
        read_at=parse_stamp(value["read_at"]),
        kind=DocumentKind(value["kind"]),
        number=_text(value["number"]),
        name=_text(value["name"]),
        valid_from=dt.date.fromisoformat(value["valid_from"]),
        valid_to=dt.date.fromisoformat(valid_to) if valid_to else None,
        problems=tuple(map(_text, value["problems"])),
        warnings=tuple(map(_text, value["warnings"])),
        name_en=_text(value["name_en"]),
        method=_text(value["method"]),
        cause=_text(value["cause"]),
        undated=_flag(value["undated"]),
    )


def _said_out(said: Said) -> dict[str, Any]:
    guardian = said.guardian
    return {
        "consents": {code: [one.version, one.answer.value, one.how] for code, one in said.consents.items()},
        "guardian": [guardian.relation, guardian.version, guardian.how] if guardian is not None else None,
    }


def _said_in(value: Mapping[str, Any]) -> Said:
    consents = {}
    for code, row in value["consents"].items():
        version, answer, how = _texts(row, 3)
        consents[code] = ConsentAnswer(version, Answered(answer), Acknowledgement(how).value)
    guardian = value["guardian"]
    return Said(consents, Guardian(*_texts(guardian, 3)) if guardian is not None else None)


def _manual_out(lane: Manual) -> dict[str, Any]:
    fields = {name.value: text for name, text in lane.fields.items()}
    return {"kind": lane.kind.value, "cause": lane.cause.value, "fields": fields}


def _paste_out(paste: Paste) -> dict[str, Any]:
    return {"sender": paste.sender, "text": paste.text}


def _paste_in(value: Mapping[str, Any]) -> Paste:
    return Paste(_flag(value["sender"]), _text(value["text"]), serial=1)


def _manual_in(value: Mapping[str, Any]) -> Manual:
    fields = {ManualField(name): _text(text) for name, text in value["fields"].items()}
    return Manual(DocumentKind(value["kind"]), ManualCause(value["cause"]), fields)


def _time_out(moment: dt.datetime | None) -> str:
    return stamp(moment) if moment is not None else ""


def _time_in(text: object) -> dt.datetime | None:
    return parse_stamp(text) if text != "" else None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _texts(value: object, count: int) -> list[str]:
    if not isinstance(value, list) or len(value) != count:
        raise TypeError
    return [_text(member) for member in value]


def _declared_in(value: object) -> tuple[str | None, int | None]:
    if not isinstance(value, list) or len(value) != 2:
        raise TypeError
    contents, quantity = value
    return None if contents is None else _text(contents), None if quantity is None else _count(quantity)


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError
    return value
