"""Headquarters' own check: the administration log, and the tables held against what its lines say was done.

An operator's row, a code, an edition, a halt or a grant that no line made, a directive that is not what
was signed or what a counter adopted: each is named.  Nothing is repaired.  Whoever holds headquarters' own
signing key and every administrator's can write another log; what shows it then are the heads that counters
and exports hold (hq/admin_told.py).  Source: GB/T 22239-2019, 8.1.4.3; R64.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from core import wire
from core.crypto.keys import parse_public_key
from core.errors import EntryError
from core.ledger.directives import NO_DIRECTIVE, DirectiveKind, FeedKeys, SignedDirective
from core.ledger.documents import operator_proof, read_grant
from core.ledger.rolls import KeyChain
from hq.admin_effects import (
    CODE,
    ENROL,
    HALTED,
    OPERATOR,
    PARTNER,
    PUBLICATION,
    REVOKED,
    enrol_digest,
    operator_digest,
    publication_digest,
)
from hq.admin_log import noted_head, rows
from hq.admin_walk import Finding, Walk, as_head
from hq.administrators import FOLDER
from hq.database import Database
from hq.home import Home
from hq.partners import partner_digest
from hq.schema import (
    ACTIVATIONS,
    ADOPTED,
    DIRECTIVES,
    ENROL_CODES,
    ESTATE,
    FEEDS,
    GRANTS,
    OPERATORS,
    PUBLICATIONS,
    TERMINALS,
)
from hq.schema_beside import PARTNERS

# What only an administrator publishes.  Two keys sign a roll, and what is told of an entry follows from it.
BY_COMMAND = frozenset({
    "rules", "block_list", "block_decided", "sender_codes", "label", "notice", "pool", "disclosure",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Checked:
    """What was looked at, and what was found."""

    separate: bool
    lines: int
    operators: int
    publications: int
    terminals: int
    directives: int
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]


def check(home: Home, database: Database) -> Checked:
    """Everything, in one view of the database.  Raises StoreError for a directory that cannot be read."""
    keys = home.rolls().now()
    with database.read() as connection:
        walk = Walk(keys)
        for row in rows(connection):
            walk.follow(row)
        if (noted := noted_head(home.directory / FOLDER)) is not None:
            walk.hold(noted, "the file beside the keys", newest=True)
        found = list(_operators(connection, walk))
        found += _activations(connection, walk)
        found += _codes(connection, walk)
        found += _partners(connection, walk)
        found += _publications(connection, walk)
        found += _grants(connection, walk, keys)
        terminals = sorted(connection.execute(select(FEEDS.c.terminal)).scalars())
        terminals.remove(ESTATE)
        directives = 0
        for terminal in terminals:
            feed = check_feed(connection, terminal, keys)
            directives += feed.count
            found += feed.findings
            for said in feed.heads:
                walk.hold(as_head(said), f"a directive to {terminal}")
        operators = len(connection.execute(select(OPERATORS.c.operator)).all())
        published = int(connection.execute(_estate_feed()).scalar_one())
    separate = walk.roster is not None and walk.roster.separate
    if walk.roster is None:
        found.append(Finding("administration log", "its first line is not here"))
    notes = [f"line {number} ({command}) was begun and has no end" for number, (_, command) in
             sorted(walk.unended.items())]  # fmt: skip
    notes += [f"lines {first} to {last} of before were lost at a restore" for first, last in walk.lost
              if last >= first]  # fmt: skip
    findings = (*walk.findings, *found)
    return Checked(
        separate,
        walk.reached.number,
        operators,
        published,
        len(terminals),
        directives,
        findings,
        tuple(notes),
    )


def _estate_feed() -> Any:
    return select(FEEDS.c.number).where(FEEDS.c.terminal == ESTATE)


def _differs(walk: Walk, effect: tuple[str, str], digest: str, nobody: str) -> str:
    """Why a row is not what the last line about it made, "" where it is."""
    known = walk.left.get(effect)
    if known is None:
        return nobody
    return "" if known[0] == digest else f"is not what line {known[1]} made of it"


def _operators(connection: Connection, walk: Walk) -> Iterator[Finding]:
    here = set()
    for row in connection.execute(select(OPERATORS)).mappings():
        here.add(row["operator"])
        why = _differs(walk, (OPERATOR, row["operator"]), operator_digest(row), "no line added her")
        if why:
            yield Finding(f"operator {row['operator']}", why)
    for what, key in walk.left:
        if what == OPERATOR and key not in here:
            yield Finding(f"operator {key}", "is not here any more")


def _activations(connection: Connection, walk: Walk) -> Iterator[Finding]:
    """Each key was brought by a code that was given out, and proves that its holder has it."""
    for row in connection.execute(select(ACTIVATIONS)).mappings():
        operator, where = row["operator"], f"key of {row['operator']} at {row['terminal']}"
        given = walk.left.get((CODE, wire.b64(row["code_digest"])))
        if given is None or given[0] != operator:
            yield Finding(where, "by a code that no line gave out")
        message = operator_proof(row["terminal"], operator, "", row["signing"], row["agreement"])
        try:
            sound = parse_public_key(row["signing"], signing=True).verify(row["proof"], message)
        except EntryError:
            sound = False
        if not sound:
            yield Finding(where, "its proof does not hold")


def _codes(connection: Connection, walk: Walk) -> Iterator[Finding]:
    for row in connection.execute(select(ENROL_CODES)).mappings():
        why = _differs(walk, (ENROL, wire.b64(row["digest"])), enrol_digest(row), "no line gave it out")
        if why:
            yield Finding(f"code for terminal {row['terminal']}", why)


def _partners(connection: Connection, walk: Walk) -> Iterator[Finding]:
    """Whoever may be given data is in the register by a line, until the days that the line left."""
    here = set()
    for row in connection.execute(select(PARTNERS)).mappings():
        here.add(row["partner"])
        if why := _differs(walk, (PARTNER, row["partner"]), partner_digest(row), "no line added it"):
            yield Finding(f"partner {row['partner']}", why)
    for what, key in walk.left:
        if what == PARTNER and key not in here:
            yield Finding(f"partner {key}", "is not here any more")


def _publications(connection: Connection, walk: Walk) -> Iterator[Finding]:
    """Numbered without gaps; what an administrator alone publishes was published by one."""
    expected, last = 1, int(connection.execute(_estate_feed()).scalar_one_or_none() or 0)
    keys = {row.signing: row.operator for row in connection.execute(select(ACTIVATIONS))}
    for row in connection.execute(select(PUBLICATIONS).order_by(PUBLICATIONS.c.number)).mappings():
        number, where = int(row["number"]), f"publication {row['number']} ({row['kind']})"
        if number != expected:
            yield Finding(f"publications {expected} to {number - 1}", "are not here")
        expected = number + 1
        why = ""
        if row["kind"] in BY_COMMAND:
            digest = publication_digest(row)
            why = _differs(walk, (PUBLICATION, str(number)), digest, "no line published it")
        elif row["kind"] == DirectiveKind.OPERATOR:
            why = _staff(row, walk, keys)
        if row["halted_at"] is not None and (HALTED, str(number)) not in walk.left:
            why = why or "no line halted it"
        if row["halted_at"] is None and (HALTED, str(number)) in walk.left:
            why = why or "a line halted it, and it is not halted"
        if why:
            yield Finding(where, why)
    if last >= expected:
        yield Finding(f"publications {expected} to {last}", "are not here")


def _staff(row: Mapping[Any, Any], walk: Walk, keys: Mapping[str, str]) -> str:
    """What is told of an operator: a role that a line gave her, and a key that she activated."""
    try:
        body = wire.decode(row["body"])
    except EntryError:
        return "cannot be read"
    operator, role = str(body.get("operator")), str(body.get("role"))
    if operator not in walk.roles:
        return "of an operator whom no line added"
    if role and role not in walk.roles[operator]:
        return f"gives {operator} a role that no line gave her"
    if role and keys.get(str(body.get("signing"))) != operator:
        return f"gives {operator} a key that she did not activate"
    return ""


def _grants(connection: Connection, walk: Walk, keys: KeyChain) -> Iterator[Finding]:
    """A terminal's row says what headquarters signed for it; none that was revoked is let in by hand."""
    present = (GRANTS.c.terminal == TERMINALS.c.terminal) & (GRANTS.c.epoch == TERMINALS.c.epoch)
    wanted = select(TERMINALS.c.terminal, TERMINALS.c.branch, TERMINALS.c.key, GRANTS.c.document)
    for row in connection.execute(wanted.add_columns(GRANTS.c.signature).join(GRANTS, present)):
        try:
            grant = read_grant(row.document, row.signature, keys)
            same = (grant.terminal, grant.branch, grant.key.text) == (row.terminal, row.branch, row.key)
        except EntryError:
            same = False
        if not same:
            yield Finding(f"terminal {row.terminal}", "is not what headquarters granted it")
    standing = select(GRANTS.c.terminal, GRANTS.c.epoch).where(GRANTS.c.revoked_at.is_(None))
    for row in connection.execute(standing):
        revoked = walk.left.get((REVOKED, row.terminal))
        if revoked is not None and int(row.epoch) <= int(revoked[0]):
            yield Finding(f"terminal {row.terminal}", f"line {revoked[1]} revoked it, and it is let in")


@dataclass(frozen=True, slots=True)
class CheckedFeed:
    """One terminal's directives: how many, what is wrong, and which heads of the log they tell."""

    count: int
    findings: list[Finding]
    heads: list[Mapping[str, Any]]


def check_feed(connection: Connection, terminal: str, keys: KeyChain) -> CheckedFeed:
    """Signatures, numbers and chain from the first on, against the feed's head and what was adopted."""
    feed, head = FeedKeys(keys), NO_DIRECTIVE
    findings: list[Finding] = []
    heads: list[Mapping[str, Any]] = []
    hashes = {0: NO_DIRECTIVE.hash}
    mine = DIRECTIVES.c.terminal == terminal
    for row in connection.execute(select(DIRECTIVES).where(mine).order_by(DIRECTIVES.c.number)).mappings():
        signed = SignedDirective(row["document"], row["signature"], row["nonce"], row["attachment"])
        try:
            said = feed.check(signed, terminal, head)
            repeated = (said.number, said.kind, said.subject, said.publication, signed.hash)
            columns = ("number", "kind", "subject", "publication", "hash")
            if repeated != tuple(row[name] for name in columns):
                findings.append(Finding(f"directive {row['number']} to {terminal}", "columns differ"))
        except EntryError as error:
            findings.append(Finding(f"directive {head.number + 1} to {terminal}", str(error.code)))
            break
        head = signed.head
        hashes[head.number] = head.hash
        if said.kind == DirectiveKind.ADMINISTRATION:
            heads.append(said.body)
    end = connection.execute(select(FEEDS).where(FEEDS.c.terminal == terminal)).one()
    if not findings and (int(end.number), end.hash) != (head.number, head.hash):
        findings.append(Finding(f"feed of {terminal}", f"ends at {head.number}, not at {end.number}"))
    adopted = connection.execute(select(ADOPTED).where(ADOPTED.c.terminal == terminal)).one_or_none()
    if not findings and adopted is not None and hashes.get(int(adopted.number)) != adopted.hash:
        what = f"its counter adopted another directive {adopted.number}"
        findings.append(Finding(f"feed of {terminal}", what))
    return CheckedFeed(len(hashes) - 1, findings, heads)
