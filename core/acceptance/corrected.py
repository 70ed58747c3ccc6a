"""One field of an accepted item put right: the annex and the sealed part of the entry that says so.

Pure.  Nothing of the item's own entry changes: the new annex is the old one with what differs, the new sealed
part says what was put right and of which entry, so that headquarters reads both (R8; PIPL 46).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core import wire
from core.acceptance.fields import check_field
from core.acceptance.labels import WEIGHT_TYPED
from core.acceptance.marked import CORRECTED_FORM, fields_of, first_token, ordinal
from core.acceptance.masks import masked
from core.commands import Field, Security
from core.errors import RuleError, RuleFault
from core.ledger.entry import Head
from core.rule_data import Rules

_SEALED_FORM = 1
_MEMBERS = {Field.WEIGHT: "weight_g"}  # of the annex, where it is not called as the field
_NOT_PRINTED = (Field.SENDER_ADDRESS,)


@dataclass(frozen=True, slots=True)
class Correction:
    """One field of one item.  ``before`` and ``after`` as the annex has them, masked where it is.

    ``fee``: (before, after) in cents where the fee follows the weight.
    """

    name: Field
    value: str | int = field(repr=False)
    before: str | int = field(repr=False)
    after: str | int = field(repr=False)
    fee: tuple[int, int] | None = None

    @property
    def on_label(self) -> bool:
        """Whether the label shows something else from now on."""
        return self.name not in _NOT_PRINTED and self.before != self.after


def member(name: Field) -> str:
    """What a field is called in the annex."""
    return _MEMBERS.get(name, name.value)


def checked(
    annex: Mapping[str, Any], name: Field, text: str, said: Mapping[str, Any], rules: Rules
) -> Correction:
    """What was typed for a field, by the rules in force.  ``said``: the data of the item's own entry.

    Raises RuleError as the form does, FIELD_EMPTY, CORRECT_SAME where it is what stands there,
    CORRECT_CONTENTS for contents that are prohibited or need a condition: who has those voids the item;
    SECURITY_REQUIRED for a region where the check may not be left out (R27), as it was here.
    """
    found = check_field(name, text, rules)
    if found.problem:
        raise RuleError(RuleFault(found.problem), retry=False, **found.facts)
    if found.value is None:
        raise RuleError(RuleFault.FIELD_EMPTY, field=name.value)
    if name is Field.CONTENTS:
        judged = rules.catalogue.judge(text)
        if judged.prohibited or judged.restricted:
            raise RuleError(RuleFault.CORRECT_CONTENTS)
    key_region = name is Field.RECIPIENT_ADDRESS and found.text.startswith(rules.security.key_regions)
    if key_region and said["security"] == Security.NOT_REQUIRED:
        raise RuleError(RuleFault.SECURITY_REQUIRED)
    before, value = annex[member(name)], found.value
    after = masked(name, value) if isinstance(value, str) else value
    if after == before and after == value:  # nothing is masked in it: it is the same
        raise RuleError(RuleFault.CORRECT_SAME)
    fee = _fee(annex, int(before), int(value), said["route"], rules) if name is Field.WEIGHT else None
    return Correction(name, value, before, after, fee)


def _fee(
    annex: Mapping[str, Any], before: int, grams: int, route: str, rules: Rules
) -> tuple[int, int] | None:
    """The fee follows where it was the tariff's; what was agreed otherwise stays."""
    price, cents = rules.tariff.prices.get(route), annex["fee_cents"]
    if price is None or cents is None or cents != price.cents(before) or price.cents(grams) == cents:
        return None
    return int(cents), price.cents(grams)


def new_annex(annex: Mapping[str, Any], correction: Correction) -> dict[str, Any]:
    """The annex of the entry.  A label that shows something else bears a code of its own."""
    name, count = correction.name, ordinal(annex) + 1
    fields = [*dict.fromkeys((*fields_of(annex), name.value))]
    value = {**annex, "form": CORRECTED_FORM, "corrected": {"ordinal": count, "fields": fields}}
    value[member(name)] = correction.after
    if name is Field.WEIGHT:
        value["weight_source"] = WEIGHT_TYPED
    if correction.fee is not None:
        value["fee_cents"] = correction.fee[1]
    if correction.on_label:
        value["token"] = f"{first_token(str(annex['token']))}.{count}"
    return value


def sealed(correction: Correction, ordinal_: int, item: Head) -> dict[str, Any]:
    """What is sealed to headquarters, canonical data: what was put right, and of which entry."""
    changed: dict[str, Any] = {member(correction.name): correction.value}
    if correction.name is Field.WEIGHT:
        changed["weight_source"] = WEIGHT_TYPED
    if correction.fee is not None:
        changed["fee_cents"] = correction.fee[1]
    of = {"epoch": item.epoch, "seq": item.seq, "hash": wire.b64(item.hash)}
    return {"form": _SEALED_FORM, "corrects": of, "ordinal": ordinal_, "changed": changed}


@dataclass(frozen=True, slots=True)
class Pending:
    """What was typed and is not done yet: in memory alone.  ``request``: what it was asked for by, or ""."""

    item: int
    correction: Correction
    serial: int
    request: str = ""
