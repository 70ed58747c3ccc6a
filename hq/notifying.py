"""Sends what counters asked for: only here a number is opened, for the gateway, and forgotten again.

Runs in the opening service.  A try is noted before it is made, so that one that was cut off is made again
under the same id; what may have left and was never answered is *unknown*, nothing else (T20).
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select, update

from core.errors import CounterError
from core.ledger.cases import Whose
from core.ledger.clock import CHINA, business_date
from core.ledger.entry import Entry, parse_stamp, stamp
from core.ledger.notify import OPEN, Outcome, Why
from core.notify_rules import ApprovedText
from core.rules import Rules
from hq.alarms import raise_alarm
from hq.clock import Now, utc_now
from hq.database import Database
from hq.editions import edition_of
from hq.gateway import Gateway, Message, UnansweredError, gateway_from
from hq.journal import one_entry
from hq.notify import load_caps, over_cap
from hq.opened import Opened, read_passphrase
from hq.opening_key import OpeningKey
from hq.references import State, opened_parts
from hq.restricted import need_unrestricted
from hq.schema import TERMINALS
from hq.schema_beside import NOTIFY

_LOG = logging.getLogger(__name__)
CAP_ALARM = "notify.cap"
_AT_ONCE = 20
_WAITS = (5, 15, 60, 300, 900)  # seconds after the first try, the second …; the last one again and again
_NUMBER = re.compile(r"\+?[0-9]{5,20}")
_GROUPS = {Whose.SENDER.value: "contact", Whose.RECIPIENT.value: "recipient"}


class _RefusedError(Exception):
    """Certainly not sent."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


class _LateError(Exception):
    """What a contact refers to has not come yet: asked again later."""


class Notifying:
    """Several may run: each try is claimed.  Without ``gateway`` all waits until it is too late."""

    def __init__(
        self, database: Database, key: OpeningKey, gateway: Gateway | None, now: Now = utc_now
    ) -> None:
        self._database = database
        self._key = key
        self._gateway = gateway
        self._now = now

    def resolve(self) -> int:
        """Everything that is due; how many were settled."""
        due = (NOTIFY.c.outcome == OPEN, NOTIFY.c.due_at <= stamp(self._now()))
        wanted = select(NOTIFY).where(*due).order_by(NOTIFY.c.due_at).limit(_AT_ONCE)
        with self._database.read() as connection:
            rows = [dict(row) for row in connection.execute(wanted).mappings()]
        return sum(self._one(row) for row in rows)

    def _one(self, row: Mapping[str, Any]) -> bool:
        """One row; whether it is settled."""
        if not self._claim(row):
            return False
        try:
            text, asked = self._text(row), parse_stamp(row["asked_at"])
            if self._now() > asked + dt.timedelta(hours=text.hours):
                return self._settle(row, *_too_late(row))
            self._need_room(row)
            if self._gateway is None:
                return False
            message = self._message(row, text, asked)
        except _RefusedError as refused:
            # A try that is not known to have failed may have gone out.
            return self._settle(row, *_refused(row, refused.why))
        except _LateError:
            return False
        self._note(row, handed=1)
        try:
            reply = self._gateway.send(message)
        except UnansweredError as error:
            _LOG.warning("gateway: %s, asked again later", error.what)
            if error.certain:
                self._note(row, handed=row["handed"])
            return False
        return self._settle(row, reply.outcome, reply.why)

    # -- what is sent ------------------------------------------------------------------------------

    def _text(self, row: Mapping[str, Any]) -> ApprovedText:
        """As the edition has it under which it was asked for.  Raises _RefusedError TEXT."""
        try:
            text = self._edition(row["rules"]).notify.text(row["code"], row["version"])
        except CounterError:
            text = None
        if text is None or row["party"] not in text.to or row["language"] not in text.texts:
            raise _RefusedError(Why.TEXT)
        return text

    def _edition(self, version: str) -> Rules:
        with self._database.read() as connection:
            return edition_of(connection, version)

    def _need_room(self, row: Mapping[str, Any]) -> None:
        """Raises _RefusedError CAP, with an alarm."""
        caps = load_caps(self._now().astimezone(CHINA).date())
        with self._database.read() as connection:
            over = over_cap(connection, row, caps)
        if over:
            where = {"epoch": row["epoch"], "seq": row["seq"]}
            with self._database.write() as connection:
                facts = {"operator": row["operator"], "day": row["day"]}
                raise_alarm(connection, row["terminal"], CAP_ALARM, self._now(), **where, facts=facts)
            raise _RefusedError(Why.CAP)

    def _message(self, row: Mapping[str, Any], text: ApprovedText, asked: dt.datetime) -> Message:
        """Number and finished text.  Raises _RefusedError, _LateError, StoreError."""
        with self._database.read() as connection:
            try:
                need_unrestricted(connection, row["terminal"], row["item"])
            except CounterError:
                raise _RefusedError(Why.RESTRICTED) from None
            entry = self._item(connection, row)
            opened = opened_parts(connection, entry, self._key)
            of = select(TERMINALS.c.branch).where(TERMINALS.c.terminal == row["terminal"])
            branch = str(connection.execute(of).scalar_one_or_none() or "")
        sealed = next((part for part in opened if isinstance(part, dict) and "recipient" in part), None)
        if sealed is None:
            raise _RefusedError(Why.NO_NUMBER)  # gone, or it does not open
        day = f"{entry.header.trusted.at.astimezone(CHINA):%Y-%m-%d}"
        facts = {"branch": branch, "waybill": _waybill(sealed), "day": day}
        words = text.finished(row["language"], facts, business_date(asked))
        return Message(
            f"{row['terminal']}.{row['notify']}", _number(sealed, row["party"]), words, row["language"]
        )

    def _item(self, connection: Connection, row: Mapping[str, Any]) -> Entry:
        try:
            entry = one_entry(connection, row["terminal"], row["item"])
        except CounterError:
            raise _RefusedError(Why.ITEM) from None
        if entry.header.kind != "ItemAccepted":
            raise _RefusedError(Why.ITEM)
        return entry

    # -- what is noted -----------------------------------------------------------------------------

    def _claim(self, row: Mapping[str, Any]) -> bool:
        """The next try is due later, whatever becomes of this one; False where somebody else makes it."""
        wait = _WAITS[min(row["tries"], len(_WAITS) - 1)]
        next_one = stamp(self._now() + dt.timedelta(seconds=wait))
        mine = (*_place(row), NOTIFY.c.tries == row["tries"], NOTIFY.c.outcome == OPEN)
        with self._database.write() as connection:
            done = connection.execute(
                update(NOTIFY).where(*mine).values(tries=row["tries"] + 1, due_at=next_one)
            )
            return bool(done.rowcount == 1)

    def _note(self, row: Mapping[str, Any], *, handed: int) -> None:
        with self._database.write() as connection:
            connection.execute(update(NOTIFY).where(*_place(row)).values(handed=handed))

    def _settle(self, row: Mapping[str, Any], outcome: Outcome, why: Why) -> bool:
        with self._database.write() as connection:
            mine = (*_place(row), NOTIFY.c.outcome == OPEN)
            connection.execute(update(NOTIFY).where(*mine).values(outcome=outcome.value, why=why.value))
        return True


def notifying_from(opened: Opened, key: OpeningKey) -> Notifying:
    """As the command line has it.  Raises StoreError UNSAFE, IO."""
    asked = opened.options
    gateway = gateway_from(asked.gateway, asked.gateway_ca, read_passphrase(asked.gateway_token_file))
    return Notifying(opened.database, key, gateway)


def _place(row: Mapping[str, Any]) -> list[Any]:
    return [NOTIFY.c[name] == row[name] for name in ("terminal", "epoch", "seq")]


def _too_late(row: Mapping[str, Any]) -> tuple[Outcome, Why]:
    return _refused(row, Why.LATE)


def _refused(row: Mapping[str, Any], why: Why) -> tuple[Outcome, Why]:
    """Unknown where an earlier try may have gone out."""
    return (Outcome.UNKNOWN, Why.NONE) if row["handed"] else (Outcome.REFUSED, why)


def _waybill(sealed: Mapping[str, Any]) -> str:
    item = sealed.get("item")
    return str(item.get("waybill", "")) if isinstance(item, Mapping) else ""


def _number(sealed: Mapping[str, Any], party: str) -> str:
    """Raises _RefusedError NO_NUMBER, _LateError."""
    sender = sealed.get("sender")
    whole = sender if isinstance(sender, Mapping) else {}
    contact = whole.get("contact") if _GROUPS[party] == "contact" else sealed.get("recipient")
    said = contact if isinstance(contact, Mapping) else {}
    if said.get("state") == State.LATE:
        raise _LateError
    number = re.sub(r"[ ()\-]", "", str(said.get("phone", "")))
    if _NUMBER.fullmatch(number) is None:
        raise _RefusedError(Why.NO_NUMBER)
    return number
