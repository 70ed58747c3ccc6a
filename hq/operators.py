"""Operators: added here with an activation code; their keys are made where they activate, never here."""

from __future__ import annotations

import datetime as dt
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from core import wire
from core.access.papers import Paper
from core.access.rights import Role
from core.crypto.keys import PublicKey, parse_public_key
from core.errors import EntryError, EntryFault, HqError, HqFault
from core.ledger import forms
from core.ledger.clock import business_date
from core.ledger.directives import DirectiveKind
from core.ledger.documents import operator_proof
from core.ledger.entry import parse_stamp, stamp
from core.ledger.staff import staff_body
from core.ports import StaffRow
from hq import codes
from hq.clock import Now, utc_now
from hq.database import Database
from hq.directives import EVERYBODY, Publication, publish, to_branch
from hq.forms import MAX_WRAPPED, ActivateAnswer, ActivateRequest
from hq.schema import ACTIVATIONS, ESTATE, OPERATORS, TERMINALS
from hq.terminals import check_name

CODE_HOURS = 7 * 24
ROLES = tuple(role.value for role in Role)
_HERE = OPERATORS.c.terminal == ESTATE


@dataclass(frozen=True, slots=True)
class OperatorRow:
    """A staff number and what it may do; ``active`` where she has activated somewhere."""

    operator: str
    name: str
    role: str
    active: bool
    removed: bool
    branches: tuple[str, ...] = (EVERYBODY,)
    papers: Mapping[str, str] = field(default_factory=dict)  # day, by core.access.papers.Paper


def add_operator(
    database: Database,
    operator: str,
    name: str,
    role: str,
    *,
    branches: Sequence[str] = (EVERYBODY,),
    same_as: str = "",
    hours: int = CODE_HOURS,
    now: Now = utc_now,
) -> str:
    """Add or change an operator; returns a fresh activation code (an earlier one no longer counts).

    Where she has activated already, the terminals of her branches are told what changed, and those of
    branches that are no longer hers that she is gone.  ``same_as``: a staff number that she has already;
    neither approves what the other asks for.  Raises HqError CONFLICT where that one is not here, EntryError
    FORM for a staff number, name, role or branch of another form.
    """
    if not forms.STAFF(operator):
        raise EntryError(EntryFault.FORM, what="staff number")
    if role not in ROLES:
        raise EntryError(EntryFault.FORM, what="role")
    if not name.strip() or len(name) > 100:
        raise EntryError(EntryFault.FORM, what="name of the person")
    for branch in branches:
        if branch != EVERYBODY:
            check_name(branch)
    hers = " ".join(sorted(set(branches)) if EVERYBODY not in branches else [EVERYBODY])
    code = codes.new_code()
    values: dict[str, Any] = {
        "name": name.strip(),
        "role": role,
        "branches": hers,
        "code_digest": codes.digest(code),
        "code_expires_at": stamp(now() + dt.timedelta(hours=hours)),
        "code_used_at": None,
        "removed_at": None,
    }
    with database.write() as connection:
        if same_as:
            values["person"] = _person(connection, same_as, operator)
        before = _operator(connection, operator)
        if before is None:
            row = {
                "terminal": ESTATE,
                "operator": operator,
                "added_at": stamp(now()),
                "papers": "{}",
                **values,
            }
            connection.execute(insert(OPERATORS), [row])
        else:
            connection.execute(
                update(OPERATORS).where(_HERE, OPERATORS.c.operator == operator).values(values)
            )
            if before.removed_at is not None:  # her keys of before her removal count nowhere again
                since = {"added_at": stamp(now())}
                connection.execute(
                    update(OPERATORS).where(_HERE, OPERATORS.c.operator == operator).values(since)
                )
            else:
                gone = set(before.branches.split()) - set(hers.split())
                _tell(connection, StaffRow(operator, ""), sorted(gone), now)
            _tell_keys(connection, operator, now)
    return code


def renew_code(
    database: Database, operator: str, *, lost: bool = False, hours: int = CODE_HOURS, now: Now = utc_now
) -> str:
    """A fresh activation code for a forgotten password or a lost card; all else about her stays.

    ``lost``: what she has opens nothing from now on, her terminals are told, and she is back with the keys
    that this code brings.  Raises HqError CONFLICT where she is not here.
    """
    code = codes.new_code()
    with database.write() as connection:
        row = _operator(connection, operator)
        if row is None or row.removed_at is not None:
            raise HqError(HqFault.CONFLICT, what="operator unknown")
        values: dict[str, Any] = {
            "code_digest": codes.digest(code),
            "code_expires_at": stamp(now() + dt.timedelta(hours=hours)),
            "code_used_at": None,
        }
        if lost:
            values["added_at"] = stamp(now())
            _tell(connection, StaffRow(operator, ""), row.branches.split(), now)
        connection.execute(update(OPERATORS).where(_HERE, OPERATORS.c.operator == operator).values(values))
    return code


def remove_operator(database: Database, operator: str, *, now: Now = utc_now) -> None:
    """She activates nowhere any more, and the terminals of her branches are told.

    Raises HqError CONFLICT where she is not here.
    """
    with database.write() as connection:
        row = _operator(connection, operator)
        if row is None or row.removed_at is not None:
            raise HqError(HqFault.CONFLICT, what="operator unknown")
        values = {"removed_at": stamp(now()), "code_digest": None}
        connection.execute(update(OPERATORS).where(_HERE, OPERATORS.c.operator == operator).values(values))
        _tell(connection, StaffRow(operator, ""), row.branches.split(), now)


def set_papers(
    database: Database, operator: str, days: Mapping[Paper, dt.date], *, now: Now = utc_now
) -> None:
    """Since when her confidentiality agreement and training count; the others stay.  Her terminals are told.

    Raises HqError CONFLICT where she is not here; EntryError FORM for a day that has not come.
    """
    if any(day > business_date(now()) for day in days.values()):
        raise EntryError(EntryFault.FORM, what="day")
    with database.write() as connection:
        row = _operator(connection, operator)
        if row is None or row.removed_at is not None:
            raise HqError(HqFault.CONFLICT, what="operator unknown")
        known = json.loads(row.papers) | {str(name): day.isoformat() for name, day in days.items()}
        values = {"papers": json.dumps(known, sort_keys=True)}
        connection.execute(update(OPERATORS).where(_HERE, OPERATORS.c.operator == operator).values(values))
        _tell_keys(connection, operator, now)


def list_operators(database: Database) -> list[OperatorRow]:
    """All, in order of staff number."""
    with database.read() as connection:
        active = set(connection.execute(select(ACTIVATIONS.c.operator).distinct()).scalars())
        rows = connection.execute(select(OPERATORS).where(_HERE).order_by(OPERATORS.c.operator))
        return [
            OperatorRow(
                row.operator,
                row.name,
                row.role,
                row.operator in active,
                row.removed_at is not None,
                tuple(row.branches.split()),
                json.loads(row.papers),
            )
            for row in rows
        ]


class Activation:
    """Takes the public keys an operator made at a terminal.  The same request again is answered alike."""

    def __init__(self, database: Database, now: Now = utc_now) -> None:
        self._database = database
        self._now = now

    def activate(self, terminal: str, request: ActivateRequest) -> ActivateAnswer:
        """Raises HqError CODE_INVALID; EntryError KEY, SIGNATURE, FORM."""
        signing = parse_public_key(request.signing, signing=True)
        parse_public_key(request.agreement, signing=False)
        wrapped = wire.unb64(request.wrapped)
        if len(wrapped) > MAX_WRAPPED:
            raise EntryError(EntryFault.TOO_LARGE, what="wrapped")
        with self._database.write() as connection:
            row = _operator(connection, request.operator)
            digest = codes.digest(request.code)
            if row is None or row.code_digest is None or not hmac.compare_digest(row.code_digest, digest):
                raise HqError(HqFault.CODE_INVALID, what="unknown")
            if parse_stamp(row.code_expires_at) < self._now():
                raise HqError(HqFault.CODE_INVALID, what="expired")
            if not _works_at(connection, row.branches.split(), terminal):
                raise HqError(HqFault.CODE_INVALID, what="branch")
            _check_proof(terminal, signing, request)
            if row.code_used_at is None:
                self._keep(connection, terminal, request, wrapped, digest)
            elif not _same(connection, terminal, request, digest):
                raise HqError(HqFault.CODE_INVALID, what="used")
            return ActivateAnswer(request.operator, row.name, row.role)

    def _keep(
        self, connection: Connection, terminal: str, request: ActivateRequest, wrapped: bytes, digest: bytes
    ) -> None:
        row = {
            "terminal": terminal,
            "operator": request.operator,
            "signing": request.signing,
            "agreement": request.agreement,
            "wrapped": wrapped,
            "proof": wire.unb64(request.proof),
            "code_digest": digest,
            "activated_at": stamp(self._now()),
        }
        connection.execute(insert(ACTIVATIONS), [row])
        used = update(OPERATORS).where(_HERE, OPERATORS.c.operator == request.operator)
        connection.execute(used.values(code_used_at=stamp(self._now())))
        _tell_keys(connection, request.operator, self._now)


def _tell(connection: Connection, row: StaffRow, branches: Sequence[str], now: Now) -> None:
    """Publish ``row`` to the terminals of ``branches``."""
    body, attachment = staff_body(row)
    for branch in branches:
        scope = EVERYBODY if branch == EVERYBODY else to_branch(branch)
        said = Publication(DirectiveKind.OPERATOR, row.operator, body, scope, attachment)
        publish(connection, said, now)


def _tell_keys(connection: Connection, operator: str, now: Now) -> None:
    """What she may do, and the keys of her last activation; nothing where she has none yet."""
    row = _operator(connection, operator)
    if row is None:
        return
    mine = (ACTIVATIONS.c.operator == operator, ACTIVATIONS.c.activated_at >= row.added_at)
    wanted = select(ACTIVATIONS).where(*mine).order_by(ACTIVATIONS.c.activated_at.desc()).limit(1)
    keys = connection.execute(wanted).one_or_none()
    if keys is None:
        return
    signing = parse_public_key(keys.signing, signing=True)
    agreement = parse_public_key(keys.agreement, signing=False)
    papers = {name: dt.date.fromisoformat(day) for name, day in json.loads(row.papers).items()}
    if not _on_card(keys.wrapped):
        papers[Paper.PASSWORD.value] = business_date(parse_stamp(keys.activated_at))
    person = row.person or ""
    staff = StaffRow(operator, row.role, row.name, signing, agreement, keys.wrapped, papers, person)
    _tell(connection, staff, row.branches.split(), now)


def _on_card(wrapped: bytes) -> bool:
    """Whether a card has her keys, and there is no password that could be old; the rest is opaque here."""
    try:
        return bool(wire.decode(wrapped).get("type") == "card")
    except EntryError:
        return False


def _person(connection: Connection, same_as: str, operator: str) -> str:
    """The number under which that person was added first."""
    row = _operator(connection, same_as)
    if row is None or same_as == operator:
        raise HqError(HqFault.CONFLICT, what="operator unknown")
    return str(row.person or row.operator)


def _works_at(connection: Connection, branches: Sequence[str], terminal: str) -> bool:
    if EVERYBODY in branches:
        return True
    wanted = select(TERMINALS.c.branch).where(TERMINALS.c.terminal == terminal)
    return connection.execute(wanted).scalar_one() in branches


def _check_proof(terminal: str, signing: PublicKey, request: ActivateRequest) -> None:
    """The key proves that it is hers for this terminal.

    The proof names no role: the terminal learns it from the answer only.  ``OperatorKeyAccepted`` then
    carries a proof that names it.
    """
    message = operator_proof(terminal, request.operator, "", request.signing, request.agreement)
    if not signing.verify(wire.unb64(request.proof), message):
        raise EntryError(EntryFault.SIGNATURE, what="proof")


def _same(connection: Connection, terminal: str, request: ActivateRequest, digest: bytes) -> bool:
    """Whether that code brought exactly these keys in: then the first answer was lost."""
    wanted = select(ACTIVATIONS.c.agreement, ACTIVATIONS.c.code_digest).where(
        ACTIVATIONS.c.terminal == terminal,
        ACTIVATIONS.c.operator == request.operator,
        ACTIVATIONS.c.signing == request.signing,
    )
    row = connection.execute(wanted).one_or_none()
    return row is not None and row.agreement == request.agreement and row.code_digest == digest


def _operator(connection: Connection, operator: str) -> Row[*tuple[Any, ...]] | None:
    wanted = select(OPERATORS).where(_HERE, OPERATORS.c.operator == operator).with_for_update()
    return connection.execute(wanted).one_or_none()
