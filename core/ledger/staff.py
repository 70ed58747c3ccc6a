"""What a directive says of an operator: staff number, role and public keys in its body; her name and her
wrapped keys in its attachment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from core import wire
from core.crypto.keys import parse_public_key
from core.errors import EntryError, EntryFault
from core.ledger import forms
from core.ledger.directives import SignedDirective
from core.ports import StaffRow


def staff_body(row: StaffRow) -> tuple[dict[str, Any], bytes | None]:
    """(body, attachment) of a directive about ``row``; without a role she no longer works here."""
    if not row.role or row.signing is None or row.agreement is None:
        return {"operator": row.operator, "role": ""}, None
    body: dict[str, Any] = {
        "operator": row.operator,
        "role": row.role,
        "signing": row.signing.text,
        "agreement": row.agreement.text,
    }
    if row.person:
        body["person"] = row.person
    if row.papers:
        body["papers"] = {name: day.isoformat() for name, day in sorted(row.papers.items())}
    return body, wire.encode({"name": row.name, "wrapped": wire.b64(row.wrapped)})


def read_staff(signed: SignedDirective) -> StaffRow:
    """The row; without keys where the attachment is gone.  Raises EntryError FORM, KEY."""
    body: Mapping[str, Any] = signed.directive.body
    operator, role = body.get("operator"), body.get("role")
    if not forms.STAFF(operator) or not isinstance(role, str) or (role and not forms.CODE(role)):
        raise EntryError(EntryFault.FORM, what="operator")
    if not role:
        return StaffRow(str(operator), "")
    try:
        signing = parse_public_key(body["signing"], signing=True)
        agreement = parse_public_key(body["agreement"], signing=False)
        if signed.attachment is None:
            return StaffRow(str(operator), role, papers=_papers(body), person=_person(body))
        kept = wire.decode(signed.attachment)
        name, wrapped = kept["name"], wire.unb64(kept["wrapped"])
    except (KeyError, TypeError):
        raise EntryError(EntryFault.FORM, what="operator") from None
    if not isinstance(name, str) or not name:
        raise EntryError(EntryFault.FORM, what="operator")
    return StaffRow(str(operator), role, name, signing, agreement, wrapped, _papers(body), _person(body))


def _person(body: Mapping[str, Any]) -> str:
    person = body.get("person", "")
    if person and not forms.STAFF(person):
        raise EntryError(EntryFault.FORM, what="person")
    return str(person)


def _papers(body: Mapping[str, Any]) -> Mapping[str, dt.date]:
    """Since when each counts; one that this program does not know asks nothing of her."""
    said = body.get("papers", {})
    if not isinstance(said, dict) or not all(forms.DAY(day) for day in said.values()):
        raise EntryError(EntryFault.FORM, what="papers")
    try:
        return {str(name): dt.date.fromisoformat(str(day)) for name, day in said.items()}
    except ValueError:
        raise EntryError(EntryFault.FORM, what="papers") from None
