"""The manual lane: a document that no reader reads, typed by the clerk from the original before her.

Which fields a kind has is rule data.  The number is typed twice, the second time without seeing the
first (the second look); a travel document is typed from its machine-readable zone, whose check digits
count, and its number once more from the page.  What comes out is treated like a document that was read.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.acceptance.fields import TEXT_MAX, check_sender_name
from core.acceptance.inputs import take_identity
from core.acceptance.visit import METHOD_MANUAL, UNSTATED_FROM, Identity, Manual, Step, Visit
from core.commands import ManualCause, ManualField
from core.errors import Fact, RuleError, RuleFault
from core.identity.card import DocumentKind, Sex
from core.identity.characters import fold_width, storable
from core.identity.check import age, person_problems, person_warnings
from core.identity.masking import mask_number_on_screen
from core.identity.mrz import MachineReadable, parse_mrz
from core.identity.numbers import FAMILIES, birth_and_sex, check_family
from core.rule_data import DocumentRule, Rules
from core.view import ManualFieldView, ManualView

LONG_TERM_WORD = "长期"
_NATION_OF_ITS_OWN = "CHN"  # foreigners' documents are not for the country's own people
_BETWEEN = re.compile(r"[\s\-\u2010-\u2015\u2212.·()]")
_DATE = re.compile(r"([0-9]{4})[-./年]?([0-9]{1,2})[-./月]?([0-9]{1,2})日?")
_SEXES = {"1": Sex.MALE, "2": Sex.FEMALE, "男": Sex.MALE, "女": Sex.FEMALE, "M": Sex.MALE, "F": Sex.FEMALE}


def offered(visit: Visit, rules: Rules) -> bool:
    """Whether the reader failed so often in this visit that its documents may be typed."""
    return visit.failures >= rules.limits.manual_after_failures


def start(visit: Visit, kind: str, cause: ManualCause, rules: Rules, *, reader_down: bool) -> Visit:
    """Open the lane.  Raises RuleError MANUAL_NOT_OFFERED where nothing allows it, VISIT_BUSY after a commit.

    ``reader_down``: the approved mode stands and has items left.
    """
    document = rules.documents.get(kind)
    allowed = {
        ManualCause.NO_CHIP: document is not None and not document.chip,
        ManualCause.READER_FAILED: document is not None and document.chip and offered(visit, rules),
        ManualCause.READER_DOWN: document is not None and document.chip and reader_down,
        ManualCause.PAPER_FORM: document is not None and visit.item.paper is not None,
    }
    if not allowed[cause]:
        raise RuleError(RuleFault.MANUAL_NOT_OFFERED, cause=cause.value)
    if visit.original_seen is not None or visit.accepted:
        raise RuleError(RuleFault.VISIT_BUSY)
    return replace(visit, manual=Manual(DocumentKind(kind), cause), revision=visit.revision + 1)


def set_field(visit: Visit, name: ManualField, text: str) -> Visit:
    """What stands in a field now.  Raises RuleError ORDER outside the lane."""
    lane = _lane(visit)
    if name is ManualField.NUMBER and text == mask_number_on_screen(lane.text(name)) != "":
        return visit  # the screen gave back what it shows, nobody typed
    fields = {**lane.fields, name: storable(text)[:TEXT_MAX]}
    return replace(visit, manual=replace(lane, fields=fields))


def cancel(visit: Visit) -> Visit:
    """Leave the lane."""
    return replace(visit, manual=None, revision=visit.revision + 1)


def finish(visit: Visit, read_id: str, now: dt.datetime, today: dt.date, rules: Rules) -> Step:
    """The typed document becomes the visit's.  Raises the RuleError of the first field that is not right.

    ``read_id`` is the id of this typing, as a read has one.
    """
    lane = _lane(visit)
    typed = _typed(lane, today, rules.documents[lane.kind.value], rules)
    of_age = person_warnings(typed.birth, today, rules) if typed.birth is not None else []
    identity = Identity(
        read_id=read_id,
        read_at=now,
        kind=lane.kind,
        number=typed.number,
        name=typed.name,
        valid_from=UNSTATED_FROM,
        valid_to=typed.valid_to,
        problems=tuple(map(str, _problems(typed, rules.documents[lane.kind.value], today, rules))),
        warnings=(*typed.warnings, *map(str, of_age)),
        method=METHOD_MANUAL,
        cause=lane.cause.value,
        undated="valid_to" not in asks(rules.documents[lane.kind.value]) and typed.valid_to is None,
    )
    return take_identity(replace(visit, manual=None, revision=visit.revision + 1), identity, None)


def _lane(visit: Visit) -> Manual:
    if visit.manual is None:
        raise RuleError(RuleFault.ORDER, needs="manual")
    return visit.manual


def asks(document: DocumentRule) -> tuple[ManualField, ...]:
    """The fields of a kind in the order in which they are typed."""
    zone = ManualField.MRZ.value in document.asks
    wanted = {*document.asks, ManualField.NUMBER_AGAIN.value, "" if zone else ManualField.NUMBER.value}
    return tuple(name for name in ManualField if name.value in wanted)


# -- what was typed ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Typed:
    """The values of a lane that is complete."""

    number: str
    name: str
    birth: dt.date | None
    valid_to: dt.date | None
    nationality: str = ""
    warnings: tuple[str, ...] = ()


def normalise_number(text: str) -> str:
    """Narrow capitals without spaces, dashes, dots and brackets."""
    return _BETWEEN.sub("", fold_width(text)).upper()


def parse_date(text: str) -> dt.date:
    """19900101, 1990-1-1, 1990.01.01 or 1990年1月1日.  Raises RuleError DATE_FORM."""
    found = _DATE.fullmatch(fold_width(text).replace(" ", ""))
    try:
        if found is not None:
            return dt.date(*map(int, found.groups()))
    except ValueError:
        pass
    raise RuleError(RuleFault.DATE_FORM)


def _typed(lane: Manual, today: dt.date, document: DocumentRule, rules: Rules) -> _Typed:
    """Raises RuleError FIELD_EMPTY (``field``) or the fault of the first field that is not right."""
    for name in asks(document):
        if not lane.text(name).strip():
            raise RuleError(RuleFault.FIELD_EMPTY, field=name.value)
    if ManualField.MRZ in asks(document):
        return _from_zone(lane, today, document)
    number = _number(lane, document)
    _second_look(lane, number)
    birth, sex = _birth_and_sex(lane, number, document)
    warnings: tuple[str, ...] = ()
    family = FAMILIES.get(document.check)
    if family is not None and birth is not None:
        found = check_family(family, lane.kind, number, birth, sex, rules.provinces)
        warnings = tuple(map(str, found))
    return _Typed(number, _name(lane, document), birth, _valid_to(lane, document), warnings=warnings)


def _number(lane: Manual, document: DocumentRule) -> str:
    number = normalise_number(lane.text(ManualField.NUMBER))
    if not document.number.fullmatch(number):
        raise RuleError(RuleFault.NUMBER_FORM, kind=lane.kind.value)
    family = FAMILIES.get(document.check)
    if family is not None and family.check(number[:-1]) != number[-1]:
        raise RuleError(RuleFault.NUMBER_CHECK, kind=lane.kind.value)
    return number


def _second_look(lane: Manual, number: str) -> None:
    if normalise_number(lane.text(ManualField.NUMBER_AGAIN)) != number:
        raise RuleError(RuleFault.NUMBER_DIFFERS)


def _birth_and_sex(lane: Manual, number: str, document: DocumentRule) -> tuple[dt.date | None, Sex]:
    """From the number where it says them, else as typed; None where the kind has no birth date."""
    family = FAMILIES.get(document.check)
    written = birth_and_sex(family, number) if family is not None else None
    if written is not None:
        return written
    if ManualField.BIRTH.value not in document.asks:
        if family is not None:
            raise RuleError(RuleFault.NUMBER_BIRTH, kind=lane.kind.value)
        return None, Sex.UNKNOWN
    return parse_date(lane.text(ManualField.BIRTH)), _sex(lane)


def _sex(lane: Manual) -> Sex:
    text = fold_width(lane.text(ManualField.SEX)).strip().upper()
    if text not in _SEXES:
        raise RuleError(RuleFault.FIELD_EMPTY, field=ManualField.SEX.value)
    return _SEXES[text]


def _name(lane: Manual, document: DocumentRule) -> str:
    found = check_sender_name(lane.text(ManualField.NAME), document)
    if found.problem:
        raise RuleError(RuleFault(found.problem), retry=False, **found.facts)
    return found.text


def _valid_to(lane: Manual, document: DocumentRule) -> dt.date | None:
    """None is 长期, or a kind that states no end."""
    if ManualField.VALID_TO.value not in document.asks:
        return None
    text = lane.text(ManualField.VALID_TO)
    if document.long_term and text.strip() == LONG_TERM_WORD:
        return None
    return parse_date(text)


def _from_zone(lane: Manual, today: dt.date, document: DocumentRule) -> _Typed:
    zone = _zone(lane, today, document)
    _second_look(lane, zone.number)
    return _Typed(zone.number, zone.name, zone.birth, zone.expiry, zone.nationality)


def _zone(lane: Manual, today: dt.date, document: DocumentRule) -> MachineReadable:
    zone = parse_mrz(lane.text(ManualField.MRZ), today)
    if not document.number.fullmatch(zone.number):
        raise RuleError(RuleFault.NUMBER_FORM, kind=lane.kind.value)
    return zone


def _problems(typed: _Typed, document: DocumentRule, today: dt.date, rules: Rules) -> list[RuleFault]:
    """What stands against the person with this document; it does not keep it from being shown."""
    problems = person_problems(typed.birth, today, rules) if typed.birth is not None else []
    own = document.used_by == "foreigner" and typed.nationality in ("", _NATION_OF_ITS_OWN)
    grown = (
        document.used_by == "child"
        and typed.birth is not None
        and age(typed.birth, today) >= rules.limits.household_age
    )
    return [*problems, RuleFault.DOCUMENT_NOT_ACCEPTED] if own or grown else problems


# -- the view ---------------------------------------------------------------------------------------


def manual_view(visit: Visit, today: dt.date, rules: Rules) -> ManualView | None:
    """The lane as the screen shows it: from the first character of the second look the first is masked."""
    lane = visit.manual
    if lane is None:
        return None
    document = rules.documents[lane.kind.value]
    fields: dict[ManualField, ManualFieldView] = {}
    for name in asks(document):
        problem, facts = _field_problem(lane, name, today, document)
        fields[name] = ManualFieldView(_shown(lane, name), problem, facts)
    complete = all(view.text.strip() and not view.problem for view in fields.values())
    return ManualView(lane.kind.value, lane.cause, fields, complete)


def _shown(lane: Manual, name: ManualField) -> str:
    text = lane.text(name)
    return mask_number_on_screen(text) if name is ManualField.NUMBER and _looking(lane) else text


def _looking(lane: Manual) -> bool:
    return lane.text(ManualField.NUMBER_AGAIN) != ""


def _field_problem(
    lane: Manual, name: ManualField, today: dt.date, document: DocumentRule
) -> tuple[str, Mapping[str, Fact]]:
    """(RuleFault code, facts) of what stands in one field, ("", {}) where nothing is wrong with it."""
    if not lane.text(name).strip():
        return "", {}
    try:
        match name:
            case ManualField.MRZ:
                _zone(lane, today, document)
            case ManualField.NUMBER:
                _number(lane, document)
            case ManualField.NUMBER_AGAIN:
                zone = ManualField.MRZ.value in document.asks
                _second_look(lane, _zone(lane, today, document).number if zone else _number(lane, document))
            case ManualField.NAME:
                _name(lane, document)
            case ManualField.BIRTH:
                parse_date(lane.text(name))
            case ManualField.SEX:
                _sex(lane)
            case ManualField.VALID_TO:
                _valid_to(lane, document)
    except RuleError as error:
        return str(error.code), error.facts
    return "", {}
