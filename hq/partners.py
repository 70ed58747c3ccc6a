"""The register of partners: whose agreement and security review stand, and until when (R74).

The rule data say which partners a clerk may choose; this register says to whom anything may be released.  A
partner is an organisation: nobody's data stands here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, insert, select, update

from core import wire
from core.errors import EntryError, EntryFault, HqError, HqFault
from core.ledger import forms
from core.ledger.clock import business_date
from core.ledger.entry import stamp
from hq.admin_effects import PARTNER
from hq.clock import Now, utc_now
from hq.database import Database
from hq.opened import Opened, to_json
from hq.schema import ESTATE
from hq.schema_beside import PARTNERS

SOON_DAYS = 30
_ROW = ("partner", "agreement", "agreement_until", "review", "review_until", "added_at", "ended_at")


def add_partner(
    database: Database, code: str, agreement: tuple[str, dt.date], review: tuple[str, dt.date],
    now: Now = utc_now,
) -> None:  # fmt: skip
    """Register, or renew: number and last day of the agreement, and of the security review.

    Raises EntryError FORM for a code or number that is none, HqError CONFLICT for a day that is past.
    """
    if not (forms.CODE(code) and forms.ID(agreement[0]) and forms.ID(review[0])):
        raise EntryError(EntryFault.FORM, what="partner: a code, and numbers of letters, digits and . _ : -")
    if min(agreement[1], review[1]) < business_date(now()):
        raise HqError(HqFault.CONFLICT, what="that day is past")
    values: dict[str, Any] = {
        "agreement": agreement[0],
        "agreement_until": agreement[1].isoformat(),
        "review": review[0],
        "review_until": review[1].isoformat(),
        "added_at": stamp(now()),
        "ended_at": None,
    }
    with database.write() as connection:
        done = connection.execute(update(PARTNERS).where(*_mine(code)).values(values))
        if not done.rowcount:
            connection.execute(insert(PARTNERS), [{"terminal": ESTATE, "partner": code, **values}])


def end_partner(database: Database, code: str, now: Now = utc_now) -> None:
    """Nothing more is released to it; raises HqError CONFLICT where it is not registered, or ended."""
    with database.write() as connection:
        going = (*_mine(code), PARTNERS.c.ended_at.is_(None))
        if not connection.execute(update(PARTNERS).where(*going).values(ended_at=stamp(now()))).rowcount:
            raise HqError(HqFault.CONFLICT, what="no such partner", partner=code[:40])


def list_partners(database: Database, now: Now = utc_now) -> list[dict[str, Any]]:
    """Each with ``state``: "good", or what stands in the way, and ``days`` until the first of both ends."""
    with database.read() as connection:
        found = [
            dict(row) for row in connection.execute(select(PARTNERS).order_by(PARTNERS.c.partner)).mappings()
        ]
    today = business_date(now())
    rows = []
    for row in found:
        first = min(row["agreement_until"], row["review_until"])
        days = (dt.date.fromisoformat(first) - today).days
        rows.append(
            {**{name: row[name] for name in _ROW}, "state": _fault(row, today) or "good", "days": days}
        )
    return rows


def need_partner(connection: Connection, code: str, now: Now) -> None:
    """That both stand today; raises HqError CONFLICT, which says what does not."""
    row = connection.execute(select(PARTNERS).where(*_mine(code))).mappings().one_or_none()
    fault = "not in the register" if row is None else _fault(row, business_date(now()))
    if fault:
        raise HqError(HqFault.CONFLICT, what=f"partner: {fault}", partner=code[:40])


def partner_digest(row: Mapping[Any, Any]) -> str:
    """Of all that an act decides in a row."""
    return wire.b64(sha256(wire.encode({name: row[name] for name in _ROW})).digest())


def _fault(row: Mapping[Any, Any], today: dt.date) -> str:
    if row["ended_at"] is not None:
        return "ended"
    for name in ("agreement", "review"):
        if row[f"{name}_until"] < today.isoformat():
            return f"{name} is over"
    return ""


def _mine(code: str) -> tuple[Any, Any]:
    return PARTNERS.c.terminal == ESTATE, PARTNERS.c.partner == code


def _note(opened: Opened, code: str) -> None:
    with opened.database.read() as connection:
        row = connection.execute(select(PARTNERS).where(*_mine(code))).mappings().one()
    opened.note(PARTNER, code, partner_digest(row))


def _add(opened: Opened) -> None:
    asked = opened.options
    agreement, review = (asked.agreement, asked.agreement_until), (asked.review, asked.review_until)
    add_partner(opened.database, asked.partner, agreement, review)
    _note(opened, asked.partner)
    until = min(asked.agreement_until, asked.review_until).isoformat()
    opened.answer(
        {"partner": asked.partner, "until": until}, f"{asked.partner}: may be given data until {until}"
    )


def _end(opened: Opened) -> None:
    code = opened.options.partner
    end_partner(opened.database, code)
    _note(opened, code)
    opened.answer({"partner": code, "ended": True}, f"{code}: nothing more is released to it")


def _list(opened: Opened) -> None:
    rows = list_partners(opened.database)
    if opened.options.json:
        opened.say(to_json(rows))
        return
    for row in rows:
        soon = f"  ENDS IN {row['days']} d" if row["state"] == "good" and row["days"] <= SOON_DAYS else ""
        opened.say(
            f"{row['partner']:<20} agreement {row['agreement']} until {row['agreement_until']}  "
            f"review {row['review']} until {row['review_until']}  {row['state'].upper()}{soon}"
        )
    if not rows:
        opened.say("no partner: nothing is released to any")


PARTNER_COMMANDS: Mapping[str, Callable[[Opened], None]] = {
    "partner add": _add,
    "partner list": _list,
    "partner end": _end,
}
