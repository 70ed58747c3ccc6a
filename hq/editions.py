"""Editions of the rule data as headquarters knows them: the program's own, and those that it published."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import Connection, select

from core import wire
from core.errors import RuleError
from core.ledger.directives import DirectiveKind
from core.rules import RuleBook, Rules, load_rules
from hq.publishing import RESOURCES
from hq.schema import PUBLICATIONS


@lru_cache(maxsize=1)
def own_editions() -> RuleBook:
    """What the program brings; raises ConfigError, RuleError."""
    return load_rules(RESOURCES / "rules")


def edition_of(connection: Connection, version: str) -> Rules:
    """The one under which an entry was made.  Raises RuleError RULES_MISSING, ConfigError."""
    own = own_editions()
    try:
        return own.edition(version)
    except RuleError:
        same = (PUBLICATIONS.c.kind == DirectiveKind.RULES.value, PUBLICATIONS.c.subject == version)
        wanted = select(PUBLICATIONS.c.body).where(*same, PUBLICATIONS.c.halted_at.is_(None)).limit(1)
        body = connection.execute(wanted).scalar_one_or_none()
        if body is None:
            raise
        return own.parse(wire.decode(body, limit=len(body))["edition"], version)
