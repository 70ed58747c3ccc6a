"""What the opening service opens for a disclosure: its typed texts for whoever reviews it, and, once it is
approved and everything still stands, the fields that were asked for and no other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from core.acceptance.corrected import member
from core.commands import Field
from core.errors import HqError, HqFault
from core.ledger.corrections import KIND as CORRECTED
from core.ledger.disclosures import Datum, Outcome
from hq.clock import Now
from hq.disclosures import Standing, entries_of, need_givable, stands
from hq.journal import one_entry
from hq.opening_key import OpeningKey
from hq.references import opened_parts


def typed_texts(connection: Connection, key: OpeningKey, one: Standing) -> dict[str, str]:
    """What was typed at the counter: the paper's number, and who brought it.  Raises HqError CONFLICT."""
    for part in opened_parts(connection, one.filed, key):
        if isinstance(part, dict) and isinstance(part.get("disclosure"), dict):
            return {str(name): str(text) for name, text in part["disclosure"].items()}
    raise HqError(HqFault.CONFLICT, what="what was typed is gone, or does not open")


def released_fields(
    connection: Connection, key: OpeningKey, terminal: str, filed: int, now: Now
) -> list[Any]:
    """``[texts, {datum: {name: value}}]`` of one that headquarters approved, as corrected since.

    Raises HqError CONFLICT where it is not approved, or the item's sealed part is gone; else as
    :func:`hq.disclosures.stands` and :func:`hq.disclosures.need_givable`.
    """
    one = stands(connection, terminal, filed, now)
    if one.outcome not in (Outcome.APPROVED, Outcome.RELEASED):
        raise HqError(HqFault.CONFLICT, what=f"it is {one.outcome or 'not decided yet'}")
    need_givable(connection, one, now)
    item = one_entry(connection, terminal, one.filed.data["item"])
    parts = opened_parts(connection, item, key)
    sealed = next((part for part in parts if isinstance(part, dict) and "recipient" in part), None)
    if sealed is None:
        raise HqError(HqFault.CONFLICT, what="what was sealed of the item is gone, or does not open")
    known = _known(sealed, _changed(connection, key, terminal, item.header.seq))
    fields = [Datum(name) for name in one.filed.data["fields"]]
    return [typed_texts(connection, key, one), {each.value: known[each] for each in fields}]


def _known(sealed: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[Datum, dict[str, Any]]:
    sender, recipient, item = (_part(sealed, name) for name in ("sender", "recipient", "item"))
    contact = _part(sender, "contact")

    def now(field: Field, before: object) -> Any:
        return changed.get(member(field), before)

    return {
        Datum.SENDER_NAME: {"name": sender.get("name")},
        Datum.SENDER_PHONE: {"phone": now(Field.SENDER_PHONE, contact.get("phone"))},
        Datum.SENDER_ADDRESS: {"address": now(Field.SENDER_ADDRESS, contact.get("address"))},
        Datum.SENDER_DOCUMENT: {"document": sender.get("document"), "number": sender.get("number")},
        Datum.RECIPIENT_NAME: {"name": now(Field.RECIPIENT_NAME, recipient.get("name"))},
        Datum.RECIPIENT_PHONE: {"phone": now(Field.RECIPIENT_PHONE, recipient.get("phone"))},
        Datum.RECIPIENT_ADDRESS: {"address": now(Field.RECIPIENT_ADDRESS, recipient.get("address"))},
        Datum.ITEM: {
            "waybill": item.get("waybill"),
            "contents": now(Field.CONTENTS, item.get("contents")),
            "quantity": now(Field.QUANTITY, item.get("quantity")),
            "weight_g": now(Field.WEIGHT, item.get("weight_g")),
        },
    }


def _changed(connection: Connection, key: OpeningKey, terminal: str, item: int) -> dict[str, Any]:
    """What was put right since, the last one last."""
    changed: dict[str, Any] = {}
    for entry in entries_of(connection, terminal, item + 1, CORRECTED):
        if entry.data["item"] == item:
            parts: Sequence[Any] = opened_parts(connection, entry, key)
            for part in parts:
                changed |= _part(part, "changed") if isinstance(part, dict) else {}
    return changed


def _part(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, Mapping) else {}
