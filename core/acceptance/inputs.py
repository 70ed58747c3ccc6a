"""What comes in during a visit, in any order: typing, scans and documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace

from core.acceptance.as_in import party_of
from core.acceptance.consenting import nothing_said
from core.acceptance.fields import TEXT_MAX, check_field
from core.acceptance.known import dissolved, reference_of, typed_over, without
from core.acceptance.masks import masked
from core.acceptance.visit import (
    CARD,
    KEPT,
    MET,
    METHOD_CODE,
    SCAN,
    TYPED,
    FieldText,
    Identity,
    KnownWaybill,
    Step,
    Visit,
    VisitNote,
    check,
    declared,
    name_matches,
    undo_inspection,
    undo_original,
)
from core.acceptance.waybill import check_waybill
from core.commands import SENDER_FIELDS, Field
from core.errors import DeviceFault, Fact, RuleError, RuleFault
from core.identity.card import IdCard
from core.identity.characters import refused, storable
from core.identity.check import check_card
from core.identity.names import clean_name
from core.rule_data import Rules

Known = Callable[[str], KnownWaybill | None]  # asked with a normalised waybill: journal, parked visits


def set_field(visit: Visit, name: Field, text: str, rules: Rules, known: Known, source: str = TYPED) -> Step:
    """What stands in a field now.  Never refused: what the rules refuse stands there as a problem.

    Raises RuleError ITEM_ACCEPTED for a field of an item that is committed.
    """
    old = visit.text(name)
    if old.source == KEPT and text == masked(name, old.text):
        return Step(visit)  # the screen gave back what it shows, nobody typed
    party = party_of(name) if reference_of(visit, name) is not None else None
    if party is None:
        return _put(visit, name, storable(text)[:TEXT_MAX], source, rules, known)
    if text == old.text:
        return Step(visit)
    typed = storable(typed_over(old.text, text))[:TEXT_MAX]
    step = _put(dissolved(visit, party), name, typed, TYPED, rules, known)
    return replace(step, note=step.note or VisitNote.KNOWN_DISSOLVED)


def waybill_scanned(visit: Visit, text: str, rules: Rules, known: Known) -> Step:
    """A scan goes into the waybill field wherever the focus is; the note says a waybill met before.

    Raises RuleError WAYBILL_FORM or WAYBILL_CHECK for any other code: it is typed nowhere.
    """
    step = _put(visit, Field.WAYBILL, check_waybill(text, rules), SCAN, rules, known)
    return replace(step, visit=replace(step.visit, revision=step.visit.revision + 1))


def waybill_again(visit: Visit, rules: Rules, known: Known) -> Step:
    """Ask again where the waybill was met: for a restored draft, and right before the commit."""
    stands = visit.text(Field.WAYBILL)
    if not stands.text or visit.item.accepted:
        return Step(visit)
    found = check_field(Field.WAYBILL, stands.text, rules)
    if visit.item.known is None and (not found.text or _met(visit, found.text, known) is None):
        return Step(visit)  # as it was: nothing has to be judged again
    return _put(visit, Field.WAYBILL, stands.text, stands.source, rules, known)


def put_back(visit: Visit, name: Field, stood: FieldText, rules: Rules, known: Known) -> Step:
    """What stood in a field before stands in it again; judged like any other input."""
    return _put(visit, name, stood.text, stood.source, rules, known)


def _put(visit: Visit, name: Field, text: str, source: str, rules: Rules, known: Known) -> Step:
    value = FieldText(text, source if text else "")
    if name in SENDER_FIELDS:
        after = replace(visit, fields={**visit.fields, name: value})
        return _after_sender(after) if name is Field.SENDER_NAME else Step(after)
    if visit.item.accepted:
        raise RuleError(RuleFault.ITEM_ACCEPTED)
    item = replace(visit.item, fields={**visit.item.fields, name: value})
    if name is Field.WAYBILL:
        found = check_field(name, text, rules)
        item = replace(item, known=_met(visit, found.text, known) if found.text else None)
    after = replace(visit, item=item)
    if name is Field.WAYBILL:
        stands = check(after, name, rules)
        met = stands.problem in MET.values()
        return Step(after, stands.problem, stands.facts) if met else Step(after)
    return _after_contents(after, rules) if name in (Field.CONTENTS, Field.QUANTITY) else Step(after)


def _met(visit: Visit, waybill: str, known: Known) -> KnownWaybill | None:
    for item in visit.accepted:
        if item.waybill == waybill:
            return KnownWaybill(item.number, item.when, "visit")
    return known(waybill)


def _after_sender(visit: Visit) -> Step:
    """The comparison was of the name on the form: where it no longer matches, it has to be made again."""
    if visit.original_seen is not None and name_matches(visit) is not True:
        return Step(undo_original(visit), VisitNote.ORIGINAL_UNDONE)
    return Step(visit)


def _after_contents(visit: Visit, rules: Rules) -> Step:
    """Filling in what was empty at the inspection is fine; changing what was inspected undoes it."""
    if visit.item.inspected is not None:
        pairs = zip(visit.item.inspected_as, declared(visit, rules), strict=True)
        if any(was is not None and was != now for was, now in pairs):
            return Step(undo_inspection(visit), VisitNote.INSPECTION_UNDONE)
    return Step(visit)


# -- documents --------------------------------------------------------------------------------------


def card_read(visit: Visit, card: IdCard, now: dt.datetime, today: dt.date, rules: Rules) -> Step:
    """A document was read.  It fills an empty sender name, and never mixes two people.

    Raises RuleError VISIT_BUSY for another person's document (or another one of the same person)
    once this visit's was compared with its holder, or an item was committed.
    """
    if visit.exempted:
        return Step(replace(visit, on_reader=True))  # nobody's identity is asked for, so none is taken
    present = replace(visit, on_reader=True, card_fault="", card_facts={}, failures=0, manual=None)
    return take_identity(present, _identity(card, now, today, rules), card)


def code_read(visit: Visit, card: IdCard, now: dt.datetime, today: dt.date, rules: Rules) -> Step:
    """The code of a sender who registered beforehand; as :func:`card_read`, but nothing lies on the reader.

    ``card`` is what the code says, its ``read_id`` the code's own.  Raises RuleError as :func:`card_read`.
    """
    if visit.exempted:
        return Step(visit)
    new = replace(_identity(card, now, today, rules), method=METHOD_CODE)
    return take_identity(replace(visit, card_fault="", card_facts={}, manual=None), new, card)


def _identity(card: IdCard, now: dt.datetime, today: dt.date, rules: Rules) -> Identity:
    finding = check_card(card, today, rules)
    return Identity(
        card.read_id, now, card.kind, storable(card.number), storable(card.name), card.valid_from,
        card.valid_to, finding.problems, finding.warnings, storable(card.name_en),
    )  # fmt: skip


def take_identity(visit: Visit, new: Identity, card: IdCard | None) -> Step:
    """A document was read (``card``) or typed: it becomes the visit's, or is refused as another person's.

    Raises RuleError VISIT_BUSY as :func:`card_read`, PARKED_OTHER for a visit that was parked: whoever comes
    back has to be who went away.
    """
    old = visit.identity
    if visit.bound and old is not None and not old.same_document(new):
        raise RuleError(RuleFault.PARKED_OTHER)
    if visit.original_seen is not None or visit.accepted:
        if old is None or not old.same_document(new):
            raise RuleError(RuleFault.VISIT_BUSY)
        shown = visit.shown if visit.sender_entry else card
        # The confirmed read stays the one on record: the clerk compared that one.
        new = old if visit.original_seen is not None else new
        return Step(replace(visit, identity=new, shown=shown))
    after = _fill_name(replace(visit, identity=new, shown=card), new)
    changed = old is not None and not old.same_person(new)
    # What the person before was told and said is not this one's.
    return Step(nothing_said(without(after)), VisitNote.OTHER_CARD) if changed else Step(after)


def _fill_name(visit: Visit, identity: Identity) -> Visit:
    """Only into an empty field, or over what another document filled in: what was typed stays."""
    stands = visit.text(Field.SENDER_NAME)
    names = (clean_name(name) for name in identity.names if not refused(name))
    name = next((name for name in names if name), "")
    if stands.text.strip() and stands.source != CARD:
        return visit
    fields = {**visit.fields, Field.SENDER_NAME: FieldText(name, CARD if name else "")}
    return replace(visit, fields=fields, revision=visit.revision + 1)


def card_failed(visit: Visit, fault: str, facts: Mapping[str, Fact]) -> Visit:
    """A read ended without a document; what was read before stays.

    A card that did not prove itself is no failure of the reader: typing it would be a way around that.
    """
    counts = fault not in (DeviceFault.CARD_SUSPECT, DeviceFault.CARD_UNSUPPORTED)
    failures = visit.failures + counts
    return replace(visit, card_fault=fault, card_facts=facts, failures=failures)


def card_lifted(visit: Visit) -> Visit:
    """The document is no longer on the reader."""
    return replace(visit, on_reader=False)
