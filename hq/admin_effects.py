"""What an act left in the tables, as its line in the administration log says it: digests, never the rows.

A row that somebody changes, adds or takes away by hand then differs from what the last act made of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, func, select

from core import wire
from hq import codes
from hq.admin_log import Effect
from hq.schema import ENROL_CODES, ESTATE, GRANTS, OPERATORS, PUBLICATIONS

OPERATOR, CODE, ENROL = "operator", "code", "enrol"
PUBLICATION, HALTED, REVOKED = "publication", "halted", "revoked"
PARTNER = "partner"  # digest: of its row (hq/partners.py)
RELEASE = "release"  # of a disclosure: digest of the file that was written


def operator_effects(connection: Connection, operator: str, code: str = "") -> list[Effect]:
    """Her row as it is now, and the activation code that was given out for her."""
    mine = (OPERATORS.c.terminal == ESTATE, OPERATORS.c.operator == operator)
    row = connection.execute(select(OPERATORS).where(*mine)).mappings().one()
    given = [Effect(CODE, wire.b64(codes.digest(code)), operator)] if code else []
    return [Effect(OPERATOR, operator, operator_digest(row)), *given]


def operator_digest(row: Mapping[Any, Any]) -> str:
    """Of all that an act decides in a row of ``operators``; whether she used her code is not its matter.

    Where she works, the digest of her code is among it: her name cannot be guessed from the log.
    """
    names = ("operator", "role", "branches", "added_at", "person", "papers", "removed_at")
    said = {name: row[name] for name in names}
    if row["removed_at"] is None:
        said |= {"name": row["name"], "expires": row["code_expires_at"]}
        said["code"] = None if row["code_digest"] is None else wire.b64(row["code_digest"])
    return wire.b64(sha256(wire.encode(said)).digest())


def publication_effect(connection: Connection, number: int) -> Effect:
    """What was published under that number, and to whom."""
    mine = (PUBLICATIONS.c.terminal == ESTATE, PUBLICATIONS.c.number == number)
    row = connection.execute(select(PUBLICATIONS).where(*mine)).mappings().one()
    return Effect(PUBLICATION, str(number), publication_digest(row))


def publication_digest(row: Mapping[Any, Any]) -> str:
    """Of kind, subject, scope, body and attachment."""
    parts = [row[name].encode("utf-8") for name in ("kind", "subject", "scope")]
    parts += [row["body"], row["attachment"] or b""]
    return wire.b64(sha256(b"".join(sha256(part).digest() for part in parts)).digest())


def enrol_effect(connection: Connection, code: str) -> Effect:
    """A terminal's one-time code."""
    row = connection.execute(select(ENROL_CODES).where(ENROL_CODES.c.digest == codes.digest(code))).mappings()
    found = row.one()
    return Effect(ENROL, wire.b64(found["digest"]), enrol_digest(found))


def enrol_digest(row: Mapping[Any, Any]) -> str:
    """For which terminal and branch, until when."""
    return f"{row['terminal']} {row['branch']} {row['follows']} {row['expires_at']}"


def revoked_effect(connection: Connection, terminal: str) -> Effect:
    """Up to which epoch nobody is let in any more."""
    newest = select(func.max(GRANTS.c.epoch)).where(GRANTS.c.terminal == terminal)
    return Effect(REVOKED, terminal, str(connection.execute(newest).scalar_one()))
