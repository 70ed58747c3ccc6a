"""What stands, what is missing, and what may not be committed: derived anew from the visit each time.

Nothing here is stored.  ``missing`` is the only judge of whether F9 commits, and it asks the document,
the names, the fields and the day again, whatever was confirmed before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from enum import StrEnum

from core.acceptance.catalogue import CatalogueItem
from core.acceptance.consenting import guardian_lacks, said_view
from core.acceptance.fees import fee, fee_view, lacks
from core.acceptance.labels import Imprint, label
from core.acceptance.manual import manual_view, offered
from core.acceptance.masks import masked
from core.acceptance.paste import paste_view, place_hits, place_views
from core.acceptance.senders import check_sender, sender_kind_view
from core.acceptance.turns import parkable, told
from core.acceptance.visit import (
    KEPT,
    KNOWN,
    Visit,
    check,
    finding,
    name_matches,
    open_conditions,
    security_required,
)
from core.commands import Field, Security
from core.errors import Fact, RuleFault
from core.identity.masking import (
    mask_address,
    mask_name,
    mask_number_for_record,
    mask_number_on_screen,
)
from core.ledger.entry import stamp
from core.rule_data import Rules
from core.view import (
    CatalogueHit,
    FieldView,
    GateName,
    GateState,
    GateView,
    ItemView,
    ReaderDownView,
    SenderView,
    VisitView,
)

PHOTO_NONE, PHOTO_UNDECODABLE = "none", "undecodable"


class Missing(StrEnum):
    """What F9 still waits for, in the order of the way; "problem" where the rules refuse what stands."""

    NEXT = "missing.next"  # this item is committed: F7 or F8
    SENDER = "missing.sender"
    SENDER_PROBLEM = "problem.sender"
    IDENTITY = "missing.identity"
    IDENTITY_PROBLEM = "problem.identity"
    SENDER_NAME = "missing.sender_name"
    SENDER_NAME_PROBLEM = "problem.sender_name"
    ORIGINAL = "missing.original"
    TYPED = "missing.typed"  # a second person on a typed document: the station adds it
    TYPED_AGAIN = "missing.typed_again"  # she declined, or her time is over: she is asked anew
    PICTURE = "missing.picture"  # of a paper, where the rules ask for it: the station adds it
    PAPER_ASK = "missing.paper_ask"  # of a paper form: F9 puts it before a second person; the station adds it
    PAPER = "missing.paper"  # she has not compared it yet
    WAYBILL = "missing.waybill"
    WAYBILL_PROBLEM = "problem.waybill"
    CONTENTS = "missing.contents"
    CONTENTS_PROBLEM = "problem.contents"
    QUANTITY = "missing.quantity"
    QUANTITY_PROBLEM = "problem.quantity"
    CONDITION = "missing.condition"  # of a restricted item
    INSPECTED = "missing.inspected"
    SECURITY = "missing.security"
    SECURITY_PROBLEM = "problem.security"
    WEIGHT = "missing.weight"
    WEIGHT_PROBLEM = "problem.weight"
    FEE = "missing.fee"
    FEE_PROBLEM = "problem.fee"
    PAYMENT = "missing.payment"
    SENDER_PHONE = "missing.sender_phone"
    SENDER_PHONE_PROBLEM = "problem.sender_phone"
    SENDER_ADDRESS = "missing.sender_address"
    SENDER_ADDRESS_PROBLEM = "problem.sender_address"
    RECIPIENT_NAME = "missing.recipient_name"
    RECIPIENT_NAME_PROBLEM = "problem.recipient_name"
    RECIPIENT_PHONE = "missing.recipient_phone"
    RECIPIENT_PHONE_PROBLEM = "problem.recipient_phone"
    RECIPIENT_ADDRESS = "missing.recipient_address"
    RECIPIENT_ADDRESS_PROBLEM = "problem.recipient_address"
    NOTICE = "missing.notice"
    GUARDIAN = "missing.guardian"  # a child's guardian has not agreed yet


class GateDetail(StrEnum):
    """The second line of a gate that is done; open ones show what is missing, others their fault's code."""

    IDENTITY = "gate.identity"  # kind, long_term
    IDENTITY_EXEMPTED = "gate.identity_exempted"  # ground
    ORIGINAL = "gate.original"  # at
    ORIGINAL_EXEMPTED = "gate.original_exempted"
    WAYBILL = "gate.waybill"  # source
    CONTENTS = "gate.contents"  # at
    CONTENTS_LETTER = "gate.contents_letter"
    SECURITY = "gate.security"  # security, at
    WEIGHT = "gate.weight"  # grams, source
    PARTIES = "gate.parties"
    NOTICE = "gate.notice"  # how, version


# Which parts make a gate; a part is a field, or one of the confirmations.
_PARTS: Mapping[GateName, tuple[str, ...]] = {
    GateName.IDENTITY: ("sender", "identity"),
    GateName.ORIGINAL: (Field.SENDER_NAME, "original"),
    GateName.WAYBILL: (Field.WAYBILL,),
    GateName.CONTENTS: (Field.CONTENTS, Field.QUANTITY, "condition", "inspected"),
    GateName.SECURITY: ("security",),
    GateName.WEIGHT: (Field.WEIGHT, "fee", "payment"),
    GateName.PARTIES: (
        Field.SENDER_PHONE,
        Field.SENDER_ADDRESS,
        Field.RECIPIENT_NAME,
        Field.RECIPIENT_PHONE,
        Field.RECIPIENT_ADDRESS,
    ),
    GateName.NOTICE: ("notice", "guardian"),
}
# The gates that wait for another, and the part they wait for.
_AFTER: Mapping[GateName, str] = {
    GateName.ORIGINAL: "identity",
    GateName.CONTENTS: "original",
    GateName.SECURITY: "inspected",
}


def missing(visit: Visit, today: dt.date, rules: Rules) -> tuple[Missing, ...]:
    """What stands between this visit and F9, in the order of the way; empty: F9 commits."""
    return _missing(visit, _lacking(visit, today, rules))


def _missing(visit: Visit, lacking: Mapping[str, str]) -> tuple[Missing, ...]:
    if visit.item.accepted:
        return (Missing.NEXT,)
    return tuple(Missing(code) for code in lacking.values() if code)


def _lacking(visit: Visit, today: dt.date, rules: Rules) -> Mapping[str, str]:
    """The code of each part in the order of the way, "" where nothing is lacking."""
    return visit.found.under(rules, ("lacking", today), lambda: _find_lacking(visit, today, rules))


def _find_lacking(visit: Visit, today: dt.date, rules: Rules) -> Mapping[str, str]:
    item, by_part = visit.item, dict[str, str]()
    sender = check_sender(visit, today, rules)
    by_part["sender"] = Missing.SENDER_PROBLEM if sender.problem else Missing.SENDER if sender.missing else ""
    by_part["identity"] = _identity_lacks(visit, today)
    confirmed = {
        "condition": not open_conditions(visit, rules),
        "original": visit.identified,
        "inspected": visit.letter or (visit.identified and item.inspected is not None),
        "security": (visit.letter or item.inspected is not None) and item.security is not None,
        "notice": told(visit, rules),
        "guardian": not guardian_lacks(visit, rules),
    }
    by_part.update({part: "" if done else f"missing.{part}" for part, done in confirmed.items()})
    by_part["fee"], by_part["payment"] = lacks(visit, rules)
    if _left_out(visit, rules):
        by_part["security"] = Missing.SECURITY_PROBLEM
    for name in Field:
        if problem(visit, name, rules)[0]:
            by_part[name] = f"problem.{name}"
        else:
            by_part[name] = "" if check(visit, name, rules).value is not None else f"missing.{name}"
    return {part: by_part[part] for parts in _PARTS.values() for part in parts}


def _identity_lacks(visit: Visit, today: dt.date) -> str:
    if visit.exempted:
        return ""
    if visit.identity is None:
        return Missing.IDENTITY
    return Missing.IDENTITY_PROBLEM if visit.identity.faults(today) else ""


def _left_out(visit: Visit, rules: Rules) -> bool:
    """Whether the security check was left out where route or region now ask for it."""
    return visit.item.security is Security.NOT_REQUIRED and security_required(visit, rules)


def problem(visit: Visit, name: Field, rules: Rules) -> tuple[str, Mapping[str, Fact]]:
    """(RuleFault code, facts) of what stands in a field, ("", {}) where nothing is wrong with it."""
    found = check(visit, name, rules)
    if not found.problem and name is Field.SENDER_NAME and name_matches(visit) is False:
        return RuleFault.NAME_MISMATCH, {}
    return found.problem, found.facts


def gates(visit: Visit, today: dt.date, rules: Rules) -> tuple[GateView, ...]:
    """The visible way: each gate's state, the first open one as the current."""
    return _gates(visit, today, rules, _lacking(visit, today, rules))


def _gates(visit: Visit, today: dt.date, rules: Rules, lacking: Mapping[str, str]) -> tuple[GateView, ...]:
    views = [_gate(visit, name, today, rules, lacking) for name in GateName]
    for index, view in enumerate(views):
        if view.state is GateState.OPEN:
            views[index] = GateView(view.name, GateState.CURRENT, view.detail, view.facts)
            break
    return tuple(views)


def _gate(visit: Visit, name: GateName, today: dt.date, rules: Rules, lacking: Mapping[str, str]) -> GateView:
    open_parts = [part for part in _PARTS[name] if lacking[part]]
    for part in open_parts:
        if lacking[part].startswith("problem."):
            fault, facts = _fault(visit, part, today, rules)
            return GateView(name, GateState.PROBLEM, fault, facts)
    if name is GateName.IDENTITY and visit.identity is None and visit.card_fault:
        return GateView(name, GateState.PROBLEM, visit.card_fault, visit.card_facts)
    if not open_parts:
        detail, facts = _done(visit, name, rules)
        return GateView(name, GateState.DONE, detail, facts)
    ahead = _AFTER.get(name)
    blocked = ahead is not None and lacking[ahead] != ""
    return GateView(name, GateState.BLOCKED if blocked else GateState.OPEN, lacking[open_parts[0]])


def _fault(visit: Visit, part: str, today: dt.date, rules: Rules) -> tuple[str, Mapping[str, Fact]]:
    if part == "sender":
        sender = check_sender(visit, today, rules)
        return sender.problem, sender.facts or {}
    if part == "security":
        return RuleFault.SECURITY_REQUIRED, {}
    if part == "fee":
        return fee(visit, rules).problem, {"most": rules.tariff.most_cents // 100}
    if part == "identity" and visit.identity is not None:
        return visit.identity.faults(today)[0], {}
    return problem(visit, Field(part), rules)


def _done(visit: Visit, name: GateName, rules: Rules) -> tuple[GateDetail, Mapping[str, Fact]]:
    """The second line of a gate that is done.  No personal data: facts reach logs too."""
    item, identity = visit.item, visit.identity
    facts: dict[str, Fact] = {}
    if name is GateName.IDENTITY and visit.exempted:
        return GateDetail.IDENTITY_EXEMPTED, {"ground": visit.sender_kind.value}
    if name is GateName.ORIGINAL and visit.exempted:
        return GateDetail.ORIGINAL_EXEMPTED, {}
    if name is GateName.CONTENTS and visit.letter:
        return GateDetail.CONTENTS_LETTER, {}
    if name is GateName.IDENTITY and identity is not None:
        facts = {"kind": identity.kind.value, "long_term": identity.valid_to is None}
    elif name is GateName.ORIGINAL and visit.original_seen is not None:
        facts = {"at": stamp(visit.original_seen)}
    elif name is GateName.WAYBILL:
        facts = {"source": visit.text(Field.WAYBILL).source}
    elif name is GateName.CONTENTS and item.inspected is not None:
        facts = {"at": stamp(item.inspected)}
    elif name is GateName.SECURITY and item.security is not None and item.security_at is not None:
        facts = {"security": item.security.value, "at": stamp(item.security_at)}
    elif name is GateName.WEIGHT:
        facts = {
            "grams": check(visit, Field.WEIGHT, rules).number,
            "source": visit.text(Field.WEIGHT).source,
        }
    elif name is GateName.NOTICE and visit.acknowledged is not None:
        facts = {"how": visit.acknowledged.value, "version": visit.notice}
    return GateDetail[name.name], facts


# -- the view ---------------------------------------------------------------------------------------


def visit_view(
    visit: Visit,
    today: dt.date,
    rules: Rules,
    imprint: Imprint,
    *,
    items: Sequence[ItemView] = (),
    reading: bool = False,
    reader_down: ReaderDownView | None = None,
    approver_here: bool = True,
) -> VisitView:
    """Everything the screen shows of a visit; ``imprint`` is for the preview of the label."""
    lacking = _lacking(visit, today, rules)
    return VisitView(
        fields={name: _field(visit, name, rules) for name in Field},
        gates=_gates(visit, today, rules, lacking),
        missing=tuple(code.value for code in _missing(visit, lacking)),
        sender=_sender(visit, today),
        security=visit.item.security,
        acknowledged=visit.acknowledged if told(visit, rules) else None,
        notice_version=visit.notice if told(visit, rules) else rules.notice.id,
        notice={
            language: ((text.title, ""), *((part.heading, part.text) for part in text.paragraphs))
            for language, text in rules.notice.texts.items()
        },
        said=said_view(visit, rules),
        items=tuple(items),
        preview=label(visit, rules, imprint),
        reading=reading,
        revision=visit.revision,
        suggestions=_hits(visit, rules.catalogue.search(visit.text(Field.CONTENTS).text)),
        finding=_hits(visit, finding(visit, rules).items),
        route=visit.item.route,
        security_required=security_required(visit, rules),
        centre=visit.item.centre,
        centres=rules.security.centres,
        fee=fee_view(visit, rules),
        sender_kind=sender_kind_view(visit, today, rules, approver_here=approver_here),
        paste=paste_view(visit, rules),
        places=place_views(visit, rules),
        place_hits=place_hits(visit, rules),
        manual=manual_view(visit, today, rules),
        documents=tuple(rules.documents),
        manual_kinds=tuple(kind for kind, document in rules.documents.items() if not document.chip),
        manual_offered=offered(visit, rules),
        reader_down=reader_down,
        reader_down_hours=rules.limits.reader_down_hours,
        parkable=parkable(visit),
    )


def _hits(visit: Visit, items: Sequence[CatalogueItem]) -> tuple[CatalogueHit, ...]:
    return tuple(
        CatalogueHit(
            item.id, item.name, item.initials, item.cls.number, item.cls.names, item.action.value,
            item.condition, item.id in visit.item.conditions,
        )
        for item in items
    )  # fmt: skip


def _field(visit: Visit, name: Field, rules: Rules) -> FieldView:
    stands = visit.text(name)
    code, facts = problem(visit, name, rules)
    hidden = stands.source == KEPT or visit.item.accepted > 0
    text = masked(name, stands.text) if hidden and stands.source != KNOWN else stands.text
    return FieldView(text, code, facts, stands.source)


def _sender(visit: Visit, today: dt.date) -> SenderView | None:
    """The document: in full for the comparison, first and last characters once an entry holds it."""
    identity, card = visit.identity, visit.shown
    if identity is None:
        return None
    recorded = visit.sender_entry > 0 or bool(visit.accepted)
    mask_number = mask_number_for_record if recorded else mask_number_on_screen
    return SenderView(
        kind=identity.kind.value,
        name=mask_name(identity.name) if recorded else identity.name,
        name_en=mask_name(identity.name_en) if recorded else identity.name_en,
        nationality=card.nationality if card else "",
        pass_number=mask_number(card.pass_number) if card else "",
        issue_count=card.issue_count if card else "",
        old_number=mask_number(card.old_number) if card else "",
        newest_address=mask_address(card.newest_address) if card and card.newest_address else "",
        method=identity.method,
        cause=identity.cause,
        sex=card.sex.value if card else "",
        nation=card.nation if card else "",
        birth=card.birth.isoformat() if card else "",
        address=mask_address(card.address) if card and card.address else "",
        number=mask_number(identity.number),
        valid_to=identity.valid_to.isoformat() if identity.valid_to else "",
        long_term=identity.valid_to is None,
        problems=identity.faults(today),
        warnings=identity.warnings,
        name_matches=name_matches(visit),
        photo=PHOTO_UNDECODABLE if card and card.photo else PHOTO_NONE,
        still_on_reader=visit.on_reader,
    )
