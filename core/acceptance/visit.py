"""One visit: one verified sender and none to many items, as frozen values and pure steps.

Fields fill in any order.  Only three confirmations are ordered: original seen, then inspected, then
security-checked (R14 to R17: identity before contents).  A step never trusts a flag that an input has
made wrong: whatever undoes a confirmation undoes those after it, so that each that stands was made after
the one ahead of it.  What comes in is in ``core.acceptance.inputs``, what is still missing in
``core.acceptance.gates``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from core.acceptance.as_in import AsIn
from core.acceptance.catalogue import Action, CatalogueItem, Finding
from core.acceptance.fields import FieldCheck, check_field, check_sender_name
from core.acceptance.found import Found
from core.acceptance.paper_note import PaperNote
from core.acceptance.pasted import Paste
from core.acceptance.said import Approval, Said
from core.commands import (
    SENDER_FIELDS,
    Acknowledgement,
    Field,
    ManualCause,
    ManualField,
    Party,
    Payment,
    Proof,
    Route,
    Security,
    SenderField,
    SenderKind,
)
from core.errors import Fact, RuleError, RuleFault
from core.identity.card import DocumentKind, IdCard
from core.identity.check import validity_fault
from core.identity.names import names_match
from core.rule_data import Rules

TYPED, CARD, SCAN, SCALE, KEPT = "typed", "card", "scan", "scale", "kept"
POOL = "pool"  # drawn from a number pool: another one may stand here at the commit
PASTED = "pasted"  # taken from one text
KNOWN = "known"  # by reference to an earlier acceptance: what stands in the field is masked
METHOD_CHIP, METHOD_MANUAL, METHOD_CODE = "chip", "manual", "code"
NO_CAUSE = "none"
UNSTATED_FROM = dt.date.min  # of documents that do not say since when they hold


class VisitNote(StrEnum):
    """What a step has to say to the clerk; message codes beside the RuleFault codes."""

    ORIGINAL_UNDONE = "msg.original_undone"  # compare again: original, inspection and security are open
    INSPECTION_UNDONE = "msg.inspection_undone"  # inspect again: inspection and security are open
    OTHER_CARD = "msg.other_card"  # another person's document took the place of the first
    IDENTITY_LAPSED = "msg.identity_lapsed"  # the draft is too old for it: read the document again
    KNOWN_DISSOLVED = "msg.known_dissolved"  # one field was typed over: the contact's others are empty


@dataclass(frozen=True, slots=True)
class FieldText:
    """What stands in a field and where it came from: typed, card, scan, scale, kept, or known (masked)."""

    text: str = field(default="", repr=False)
    source: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """What the record takes from one read of one document (T27), and what was found about it.

    ``problems`` and ``warnings`` are codes that do not depend on the day.
    """

    read_id: str
    read_at: dt.datetime
    kind: DocumentKind
    number: str = field(repr=False)
    name: str = field(repr=False)
    valid_from: dt.date = field(repr=False)
    valid_to: dt.date | None = field(repr=False)
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    name_en: str = field(default="", repr=False)
    method: str = METHOD_CHIP
    cause: str = NO_CAUSE  # a ManualCause code where it was typed
    undated: bool = False  # a kind without an end of validity

    @property
    def names(self) -> tuple[str, ...]:
        """The names on the document: Chinese, English, or both."""
        return tuple(name for name in (self.name, self.name_en) if name)

    @property
    def by_hand(self) -> bool:
        """Whether it was typed."""
        return self.method == METHOD_MANUAL

    def matches(self, name: str) -> bool:
        """Whether a name on the form is one of the document's."""
        return any(names_match(own, name) for own in self.names)

    def same_document(self, other: Identity) -> bool:
        """Whether both reads are of the same document of the same person."""
        return self.same_person(other) and (self.valid_from, self.valid_to, self.problems) == (
            other.valid_from,
            other.valid_to,
            other.problems,
        )

    def same_person(self, other: Identity) -> bool:
        """Kind, number and name agree."""
        known = (self.kind, self.number) == (other.kind, other.number)
        return known and any(other.matches(name) for name in self.names)

    def faults(self, today: dt.date) -> tuple[str, ...]:
        """Every RuleFault code that stands against the document today."""
        validity = validity_fault(self.valid_from, self.valid_to, today)
        return (*self.problems, validity) if validity else self.problems


@dataclass(frozen=True, slots=True)
class Manual:
    """A document that is being typed (``core.acceptance.manual``)."""

    kind: DocumentKind
    cause: ManualCause
    fields: Mapping[ManualField, str] = field(default_factory=dict, repr=False)

    def text(self, name: ManualField) -> str:
        """What stands in a field."""
        return self.fields.get(name, "")


@dataclass(frozen=True, slots=True)
class KnownWaybill:
    """Where a waybill was met before; ``where`` is "journal", "visit", "parked" or "void".  No personal data.

    ``number`` is the item's, or where it is in unfinished work the staff number of whoever parked it.
    """

    number: str
    when: str
    where: str = "journal"


MET: Mapping[str, RuleFault] = MappingProxyType(
    {
        "journal": RuleFault.WAYBILL_TWICE,
        "visit": RuleFault.WAYBILL_TWICE,
        "parked": RuleFault.WAYBILL_PARKED,
        "void": RuleFault.WAYBILL_VOID,
    }
)


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """One item on its way.  ``operation`` is the id under which it will be committed, once (I1).

    ``inspected_as`` is (contents, quantity) as they stood when the contents were inspected, None where
    nothing stood yet.  ``accepted`` is the sequence number of its entry, 0 before the commit.
    """

    operation: str
    fields: Mapping[Field, FieldText] = field(default_factory=dict)
    known: KnownWaybill | None = None
    inspected: dt.datetime | None = None
    inspected_as: tuple[str | int | None, str | int | None] = field(default=(None, None), repr=False)
    security: Security | None = None
    security_at: dt.datetime | None = None
    accepted: int = 0
    route: Route = Route.LAND
    centre: str = ""  # of the rule data's list, where one checks it later
    conditions: tuple[str, ...] = ()  # ids of restricted items whose condition was confirmed
    fee: str = ""  # in yuan as typed; "": by the tariff
    recipient_as_in: AsIn | None = None  # the recipient stands by reference (core.acceptance.known)
    paper: PaperNote | None = None  # the form on which it was registered before

    @property
    def empty(self) -> bool:
        """Whether nothing was typed, scanned or confirmed for it; a weight by itself is weighed again."""
        typed = self.fee or any(value.text and value.source != SCALE for value in self.fields.values())
        return self.inspected is None and self.paper is None and not typed


@dataclass(frozen=True, slots=True)
class AcceptedItem:
    """An item of this visit that was committed: its waybill, number and local time."""

    waybill: str = field(repr=False)
    number: str
    when: str


@dataclass(frozen=True, slots=True)
class Visit:
    """The whole visit.  ``shown`` is the document for the human comparison, None after the first commit.

    ``sender_entry`` is the sequence number of the SenderVerified entry that holds now, 0 without one.
    ``card_fault`` and ``card_facts`` say why the last read failed.
    """

    id: str
    item: ItemDraft
    fields: Mapping[Field, FieldText] = field(default_factory=dict)
    identity: Identity | None = None
    shown: IdCard | None = None
    on_reader: bool = False
    card_fault: str = ""
    card_facts: Mapping[str, Fact] = field(default_factory=dict)
    sender_kind: SenderKind = SenderKind.PERSON
    sender_fields: Mapping[SenderField, str] = field(default_factory=dict, repr=False)
    principal: Identity | None = None  # for whom an agent sends
    proof: Proof | None = None
    exempt_reason: str = ""  # a code of the rule data; with the approval it is asked again after a restart
    approval: Approval | None = None
    payment: Payment | None = None  # None: as usual
    failures: int = 0  # reads that failed in this visit
    manual: Manual | None = None
    paste: Paste | None = None
    original_seen: dt.datetime | None = None
    acknowledged: Acknowledgement | None = None
    notice: str = ""
    said: Said = Said()
    sender_entry: int = 0
    accepted: tuple[AcceptedItem, ...] = ()
    sender_as_in: AsIn | None = None  # the sender's phone and address stand by reference
    bound: bool = False  # it was parked: another person's document never takes the place of its own
    revision: int = 0
    # A visit never changes, so neither does what was found about it.
    found: Found = field(default_factory=Found, init=False, repr=False, compare=False)

    def text(self, name: Field) -> FieldText:
        """What stands in a field."""
        return (self.fields if name in SENDER_FIELDS else self.item.fields).get(name, FieldText())

    def as_in(self, party: Party) -> AsIn | None:
        """By which reference a contact stands, None where it was typed."""
        return self.sender_as_in if party is Party.SENDER else self.item.recipient_as_in

    @property
    def empty(self) -> bool:
        """Whether the visit may be left without losing anything: a committed item is not lost."""
        if self.item.accepted or self.accepted:
            return self.item.accepted > 0 or self.item.empty
        typed = any(value.text for value in self.fields.values())
        untouched = (
            self.identity is None and self.principal is None and self.manual is None and self.paste is None
        )
        return untouched and not typed and not any(self.sender_fields.values()) and self.item.empty

    @property
    def exempted(self) -> bool:
        """Whether no identity is asked for (快递暂行条例 22: letters, agreement customers; or approved)."""
        return self.sender_kind in (SenderKind.LETTER, SenderKind.AGREEMENT, SenderKind.EXEMPT)

    @property
    def letter(self) -> bool:
        """Whether it is a letter, whose contents are nobody's business (邮政法 25)."""
        return self.sender_kind is SenderKind.LETTER

    @property
    def identified(self) -> bool:
        """Whether the contents may be asked for: the person was compared, or nobody has to be."""
        return self.exempted or self.original_seen is not None


@dataclass(frozen=True, slots=True)
class Step:
    """A visit after an input.  ``note`` is a VisitNote or RuleFault code to say, or ""."""

    visit: Visit
    note: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)


def new_visit(visit_id: str, operation: str, revision: int = 0) -> Visit:
    """An empty visit.  ``revision`` continues the last visit's, so that the screen sees the change."""
    return Visit(visit_id, ItemDraft(operation), revision=revision)


def check(visit: Visit, name: Field, rules: Rules) -> FieldCheck:
    """The check of a field as it stands, a waybill met before included.

    Gates, view, label and record all ask for it; it is made once for one visit and one edition of rules.
    """
    return visit.found.under(rules, name, lambda: _check(visit, name, rules))


def _check(visit: Visit, name: Field, rules: Rules) -> FieldCheck:
    text = visit.text(name).text
    if visit.text(name).source == KNOWN:
        return FieldCheck(text)  # checked when it was typed; masked, so it is no data (record.sealed_payload)
    if name is Field.SENDER_NAME and visit.identity is not None:
        return check_sender_name(text, rules.documents[visit.identity.kind.value])
    if visit.letter and not text.strip() and name in (Field.CONTENTS, Field.QUANTITY):
        # Nobody asks what is in a letter: one letter is what the label says.
        return FieldCheck(rules.letter_contents if name is Field.CONTENTS else 1)
    found = check_field(name, text, rules)
    if name is Field.CONTENTS and not found.problem:
        refused = finding(visit, rules).prohibited
        return FieldCheck(found.value, RuleFault.CONTENTS_PROHIBITED, _named(refused)) if refused else found
    known = visit.item.known
    if name is Field.WAYBILL and known is not None and not found.problem:
        facts: dict[str, Fact] = {"number": known.number, "when": known.when, "where": known.where}
        return FieldCheck(found.value, MET[known.where], facts)
    return found


def _named(item: CatalogueItem) -> dict[str, Fact]:
    return {"item": item.name, "number": item.cls.number, "report": item.action is Action.REFUSE_REPORT}


def finding(visit: Visit, rules: Rules) -> Finding:
    """What the catalogue says of the declared contents; of a letter nobody asks."""
    if visit.letter:
        return Finding()
    return visit.found.under(rules, "finding", lambda: rules.catalogue.judge(visit.text(Field.CONTENTS).text))


def open_conditions(visit: Visit, rules: Rules) -> tuple[CatalogueItem, ...]:
    """Restricted items that were declared and whose condition was not confirmed."""
    return tuple(item for item in finding(visit, rules).restricted if item.id not in visit.item.conditions)


def confirm_condition(visit: Visit, rules: Rules) -> Visit:
    """The conditions of what is declared are met.  Raises RuleError ORDER where there is none."""
    need_open_item(visit)
    restricted = finding(visit, rules).restricted
    if not restricted:
        raise RuleError(RuleFault.ORDER, needs="contents")
    conditions = tuple(item.id for item in restricted)
    return replace(visit, item=replace(visit.item, conditions=conditions))


def set_route(visit: Visit, route: Route) -> Visit:
    """How the item travels; whether the security check that stands is enough is asked again."""
    need_open_item(visit)
    return replace(visit, item=replace(visit.item, route=route))


def security_required(visit: Visit, rules: Rules) -> bool:
    """Whether the check may not be left out: by route, or by the recipient's region (R27)."""
    address = check(visit, Field.RECIPIENT_ADDRESS, rules).text
    by_region = address.startswith(rules.security.key_regions)
    return visit.item.route.value in rules.security.always or by_region


def name_matches(visit: Visit) -> bool | None:
    """Whether the name on the form is the document's; None while either is missing."""
    name = visit.text(Field.SENDER_NAME).text.strip()
    return visit.identity.matches(name) if visit.identity is not None and name else None


def document_name(visit: Visit) -> str:
    """The document's own spelling of the name on the form, "" where they do not agree."""
    form = visit.text(Field.SENDER_NAME).text
    own = visit.identity.names if visit.identity is not None else ()
    return next((name for name in own if names_match(name, form)), "")


# -- the ordered confirmations ----------------------------------------------------------------------


def confirm_original(visit: Visit, now: dt.datetime, today: dt.date) -> Visit:
    """Ordered 1: the clerk has seen the original and compared the person with it.

    Raises RuleError ORDER without a document, the document's own fault, FIELD_EMPTY or NAME_MISMATCH.
    """
    if visit.identity is None:
        raise RuleError(RuleFault.ORDER, needs="identity")
    faults = visit.identity.faults(today)
    if faults:
        raise RuleError(RuleFault(faults[0]))
    matches = name_matches(visit)
    if matches is None:
        raise RuleError(RuleFault.FIELD_EMPTY, field=Field.SENDER_NAME.value)
    if not matches:
        raise RuleError(RuleFault.NAME_MISMATCH)
    return visit if visit.original_seen else replace(visit, original_seen=now)


def confirm_inspected(visit: Visit, now: dt.datetime, rules: Rules) -> Visit:
    """Ordered 2: the contents were inspected.  Raises RuleError ORDER before the original was seen."""
    need_open_item(visit)
    if visit.letter:
        raise RuleError(RuleFault.LETTER_NOT_OPENED)
    if not visit.identified:
        raise RuleError(RuleFault.ORDER, needs="original")
    if visit.item.inspected is not None:
        return visit
    item = replace(visit.item, inspected=now, inspected_as=declared(visit, rules))
    return replace(visit, item=item)


def set_security(visit: Visit, choice: Security, now: dt.datetime, rules: Rules, centre: str = "") -> Visit:
    """Ordered 3: checked here, left to a named centre, or not asked for.

    Raises RuleError ORDER before the inspection, SECURITY_REQUIRED, CENTRE_UNKNOWN.
    """
    need_open_item(visit)
    if visit.item.inspected is None and not visit.letter:
        raise RuleError(RuleFault.ORDER, needs="inspected")
    if choice is Security.NOT_REQUIRED and security_required(visit, rules):
        raise RuleError(RuleFault.SECURITY_REQUIRED)
    named = ""
    if choice is Security.CENTRE:
        named = centre or next(iter(rules.security.centres), "")
        if named not in rules.security.centres:
            raise RuleError(RuleFault.CENTRE_UNKNOWN)
    # What was declared after the inspection is what was inspected; from here on it may not change.
    item = replace(
        visit.item, security=choice, security_at=now, centre=named, inspected_as=declared(visit, rules)
    )
    return replace(visit, item=item)


def declared(visit: Visit, rules: Rules) -> tuple[str | int | None, str | int | None]:
    """(contents, quantity) as values, None for what is not there or not right."""
    return check(visit, Field.CONTENTS, rules).value, check(visit, Field.QUANTITY, rules).value


def undo_inspection(visit: Visit) -> Visit:
    """Inspection and security check are open again."""
    item = replace(
        visit.item, inspected=None, inspected_as=(None, None), security=None, security_at=None, centre=""
    )
    return replace(visit, item=item)


def undo_original(visit: Visit) -> Visit:
    """The comparison is open again and everything after it; the next commit verifies the sender anew."""
    opened = visit if visit.item.accepted else undo_inspection(visit)
    return replace(opened, original_seen=None, sender_entry=0)


def need_open_item(visit: Visit) -> None:
    """Raises RuleError ITEM_ACCEPTED once the item on the screen is committed."""
    if visit.item.accepted:
        raise RuleError(RuleFault.ITEM_ACCEPTED)
