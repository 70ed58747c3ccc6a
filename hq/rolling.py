"""One signing key of headquarters follows another: made, told to every counter, and the old one retired.

From the roll on headquarters signs with the new key for whoever knows it, and with the old one for whoever
does not yet.  A counter learns of it by directive, and says so by its own entry; when all have, the old one
goes.
Each step is durable before the next one, and the same call goes on where one was cut off.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Row, select

from core.errors import EntryError, HqError, HqFault
from core.ledger.directives import DirectiveKind
from core.ledger.rolls import KeyChain, SignedRoll, make_roll
from core.ports import Probe, no_probe
from hq.clock import Now, utc_now
from hq.database import Database
from hq.directives import Publication, publish
from hq.home import Home
from hq.keys import Keyring
from hq.schema import ADOPTED, DIRECTIVE_FAULTS, DIRECTIVES, ESTATE, GRANTS, PUBLICATIONS, TERMINALS


@dataclass(frozen=True, slots=True)
class Rolled:
    """Roll ``number``, under which publications it is told; ``went_on``: it was made by an earlier call."""

    number: int
    key: str
    publications: tuple[int, ...]
    went_on: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A terminal that does not believe the key in force yet, and when it was heard last ("" never)."""

    terminal: str
    contact: str


def roll(
    home: Home, keyring: Keyring, database: Database, *, now: Now = utc_now, probe: Probe = no_probe
) -> Rolled:
    """The next key signs from now on; one that was cut off goes on, one that was halted is told again.

    Raises HqError CONFLICT where counters still hear of the roll before.
    """
    chain = home.rolls().now()
    missing = _untold(database, chain, halted=True)
    if missing:
        told = tuple(_tell(database, each, now) for each in missing)
        return Rolled(len(chain.rolls), chain.current.text, told, went_on=True)
    if any(place < len(chain.rolls) for place in keyring.places()):
        raise HqError(HqFault.CONFLICT, what="the key before is not retired yet", number=len(chain.rolls))
    number, new = len(chain.rolls) + 1, keyring.next_signing()
    probe("keys.made")
    signed = make_roll(number, keyring.signing(), new, now())
    keyring.keep_rolls([*chain.rolls, signed])
    probe("keys.signed")
    told = (_tell(database, signed, now),)
    probe("keys.told")
    return Rolled(number, new.public.text, told, went_on=False)


def tell_missing(home: Home, database: Database, now: Now = utc_now) -> int:
    """Publish the rolls that a restored database, or a call that was cut off, does not know; how many."""
    missing = _untold(database, home.rolls().now(), halted=False)
    for each in missing:
        _tell(database, each, now)
    return len(missing)


def retire(home: Home, keyring: Keyring, database: Database, *, anyway: bool = False) -> int:
    """The keys before the one in force are destroyed; how many.

    Raises HqError CONFLICT where there is none, or (unless ``anyway``) where terminals do not believe the key
    in force yet: they then take it from ``GET /v1/keys`` when they come, by the same signed roll.
    """
    chain = home.rolls().now()
    if not any(place < len(chain.rolls) for place in keyring.places()):
        raise HqError(HqFault.CONFLICT, what="no key to retire")
    if not anyway and (rows := waiting(database, chain)):
        what = f"not known yet at {len(rows)} terminals, {rows[0].terminal} among them"
        raise HqError(HqFault.CONFLICT, what=what)
    return keyring.retire()


def waiting(database: Database, chain: KeyChain) -> list[Waiting]:
    """Terminals that may still write, and do not believe the key in force yet, by their own entries."""
    if not chain.rolls:
        return []
    with database.read() as connection:
        # A signature is looked at only where no adoption is known: of those enrolled since.
        return [
            Waiting(row.terminal, row.contact_at or "")
            for row in _not_adopted(connection, len(chain.rolls))
            if not _granted_by_last(chain, row)
        ]


def _granted_by_last(chain: KeyChain, row: Row[*tuple[object, ...]]) -> bool:
    try:
        return chain.place(row.document, row.signature) == len(chain.rolls)
    except EntryError:
        return False


def _not_adopted(connection: Connection, number: int) -> list[Row[*tuple[object, ...]]]:
    """(terminal, contact_at, document, signature) of the present grants without an adoption of that roll."""
    adopted = select(DIRECTIVES.c.terminal).where(
        DIRECTIVES.c.terminal == TERMINALS.c.terminal,
        DIRECTIVES.c.kind == DirectiveKind.KEY.value,
        DIRECTIVES.c.subject == str(number),
        select(ADOPTED.c.terminal)
        .where(ADOPTED.c.terminal == DIRECTIVES.c.terminal, ADOPTED.c.number >= DIRECTIVES.c.number)
        .exists(),
        ~select(DIRECTIVE_FAULTS.c.terminal)
        .where(
            DIRECTIVE_FAULTS.c.terminal == DIRECTIVES.c.terminal,
            DIRECTIVE_FAULTS.c.number == DIRECTIVES.c.number,
        )
        .exists(),
    )
    present = (GRANTS.c.terminal == TERMINALS.c.terminal) & (GRANTS.c.epoch == TERMINALS.c.epoch)
    wanted = (
        select(TERMINALS.c.terminal, TERMINALS.c.contact_at, GRANTS.c.document, GRANTS.c.signature)
        .join(GRANTS, present)
        .where(GRANTS.c.revoked_at.is_(None), ~adopted.exists())
        .order_by(TERMINALS.c.terminal)
    )
    return list(connection.execute(wanted))


def _untold(database: Database, chain: KeyChain, *, halted: bool) -> list[SignedRoll]:
    """The rolls without a publication; with ``halted`` also those whose publications all were halted."""
    told = select(PUBLICATIONS.c.subject).where(
        PUBLICATIONS.c.terminal == ESTATE, PUBLICATIONS.c.kind == DirectiveKind.KEY.value
    )
    if halted:
        told = told.where(PUBLICATIONS.c.halted_at.is_(None))
    with database.read() as connection:
        known = set(connection.execute(told).scalars())
    return [each for number, each in enumerate(chain.rolls, 1) if str(number) not in known]


def _tell(database: Database, signed: SignedRoll, now: Now) -> int:
    subject = str(signed.read().number)
    said = Publication(DirectiveKind.KEY.value, subject, signed.as_json())
    with database.write() as connection:
        return publish(connection, said, now)
