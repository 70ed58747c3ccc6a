"""The administrators of headquarters: named, each with a key of her own that her own password seals.

Who they are is told by the administration log alone: the line that founded them, and those that added or
removed one.  Their private keys lie in ``DIR/admin/NUMBER`` as headquarters' own do (hq/keys.py).  Until they
are founded one person holds everything, which ``hq init`` and ``hq admin verify`` say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection

from core.crypto.keys import PublicKey, SoftwareSigner, parse_public_key
from core.errors import EntryError, EntryFault, HqError, HqFault, StoreError, StoreFault
from core.ledger import forms
from core.ledger.documents import signed_by
from core.ledger.rolls import KeyChain
from hq.admin_log import (
    HOUSE,
    Effect,
    Kept,
    Line,
    Phase,
    append,
    founder_key,
    note_head,
    read_kept,
    rows,
)
from hq.administrations import FOUNDING, Administration, may, may_second, needs_second
from hq.database import Database
from hq.keys import create_own, open_keyring
from hq.schema_beside import ADMIN_LOG

FOLDER, _LOG_FOLDER = "admin", "log"
ADMINISTRATOR = "administrator"  # an effect: key "NUMBER administration", digest her public key, "" gone
ROSTER_COMMANDS = (*FOUNDING, "admin add", "admin remove", "admin password")


@dataclass(frozen=True, slots=True)
class Administrator:
    """Who is in office, and since which line."""

    id: str
    administration: Administration
    key: PublicKey
    since: int


@dataclass
class Roster:
    """Who is in office after some line of the log."""

    house: PublicKey
    people: dict[str, Administrator] = field(default_factory=dict)
    separate: bool = False  # once founded, never one person again

    def apply(self, kept: Kept) -> None:
        """What a line that is done changes; raises EntryError FORM, KEY."""
        for effect in kept.line.effects:
            if effect.what != ADMINISTRATOR:
                continue
            number, _, administration = effect.key.partition(" ")
            if kept.line.command == "admin password":  # alone, so no more than a new key of her own
                hers = number == kept.line.who and administration == kept.line.administration
                if not hers or not effect.digest:
                    raise EntryError(EntryFault.KEY, what=f"line {kept.number}: not her own new key")
            if not effect.digest:
                self.people.pop(number, None)
                continue
            try:
                held = Administration(administration)
            except ValueError:
                raise EntryError(EntryFault.FORM, what="administration") from None
            key = parse_public_key(effect.digest, signing=True)
            self.people[number] = Administrator(number, held, key, kept.number)
            self.separate = True

    def others(self, but: str) -> list[str]:
        """The administrations of all but one."""
        return [one.administration for one in self.people.values() if one.id != but]

    def key_of(self, line: Line) -> PublicKey | None:
        """Whose key a line must be signed with; None for nobody in office."""
        if line.administration == HOUSE:
            return self.house
        known = self.people.get(line.who)
        return known.key if known is not None and known.administration == line.administration else None


def read_roster(connection: Connection, headquarters: KeyChain) -> Roster:
    """Who is in office now, by the few lines that say so, each with its signature.

    The whole log is for ``hq admin verify``.  Raises StoreError DAMAGED where one of them is not sound.
    """
    wanted = (ADMIN_LOG.c.command.in_(ROSTER_COMMANDS), ADMIN_LOG.c.phase == Phase.DONE.value)
    roster = None
    try:
        for row in rows(connection, *wanted):
            kept = read_kept(row)
            if roster is None:
                roster = begin_roster(kept, headquarters)
            need_signed(roster, kept, headquarters)
            roster.apply(kept)
    except EntryError as error:
        raise StoreError(StoreFault.DAMAGED, what=f"administration log: {error.facts['what']}") from None
    if roster is None:
        raise StoreError(StoreFault.DAMAGED, what="administration log: the first line is gone")
    return roster


def begin_roster(first: Kept, headquarters: KeyChain) -> Roster:
    """Of the first line, which headquarters' key signed as well; raises EntryError."""
    roster = Roster(founder_key(first))
    need_signed(roster, first, headquarters)
    return roster


def need_signed(roster: Roster, kept: Kept, headquarters: KeyChain) -> None:
    """That everybody signed a line who had to, and had the right, as ``roster`` stood before it.

    Raises EntryError SIGNATURE, or KEY where it was not hers to do (facts: what).
    """
    line, by, where = kept.line, kept.second_signature or b"", f"line {kept.number}"
    key = roster.key_of(line)
    if key is None or not signed_by(key, kept.document, kept.signature):
        raise EntryError(EntryFault.SIGNATURE, what=where)
    if line.command in FOUNDING:
        if roster.people or not signed_by(headquarters, kept.document, by):
            raise EntryError(EntryFault.SIGNATURE, what=where)
        return
    if not roster.separate or line.phase is Phase.REFUSED:
        return
    if not may(line.administration, line.command):  # the log's own key holds none
        raise EntryError(EntryFault.KEY, what=f"{where}: not {line.who or 'nobody'}'s to do")
    if line.phase is not Phase.FAILED and needs_second(line.command):
        second = roster.people.get(line.second)
        if second is None or not signed_by(second.key, kept.document, by):
            raise EntryError(EntryFault.SIGNATURE, what=f"{where}: second")
        if line.second == line.who or not may_second(second.administration, roster.others(line.who)):
            raise EntryError(EntryFault.KEY, what=f"{where}: not {line.second}'s to stand by")


@dataclass(frozen=True)
class Asking:
    """Who asks for a command: an administrator with her open key, or nobody by name (one person)."""

    roster: Roster
    signer: SoftwareSigner
    known: Administrator | None = None
    second: Administrator | None = None
    second_signer: SoftwareSigner | None = None

    def line(self, command: str, phase: Phase) -> Line:
        """In her name."""
        if self.known is None:
            return Line(command, phase)
        second = "" if self.second is None else self.second.id
        return Line(command, phase, self.known.id, self.known.administration.value, second)


# -- keys --------------------------------------------------------------------------------------------


def make_house(directory: Path) -> SoftwareSigner:
    """The log's own key, guarded by the permissions of its file: it speaks for nobody."""
    return create_own(directory / FOLDER / _LOG_FOLDER, None).signing()


def house_signer(directory: Path) -> SoftwareSigner:
    """Raises StoreError MISSING, UNSAFE, DAMAGED."""
    return open_keyring(directory / FOLDER / _LOG_FOLDER, None).signing()


def make_key(directory: Path, number: str, password: str) -> PublicKey:
    """A fresh key of that administrator, sealed by her password; the one before is gone.

    Raises EntryError FORM for a number that is no staff number.
    """
    if not forms.STAFF(number):
        raise EntryError(EntryFault.FORM, what="number of an administrator (two letters, 4 to 8 digits)")
    return create_own(directory / FOLDER / number, password).signing().public


def open_key(directory: Path, known: Administrator, password: str) -> SoftwareSigner:
    """Her private key; raises StoreError WRONG_KEY, also where the log names another one."""
    try:
        signer = open_keyring(directory / FOLDER / known.id, password).signing()
    except StoreError as error:
        if error.code not in (StoreFault.WRONG_KEY, StoreFault.MISSING):
            raise
        signer = None
    if signer is None or signer.public != known.key:
        raise StoreError(StoreFault.WRONG_KEY, what="number or password of an administrator")
    return signer


# -- founding ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Founder:
    """Who is to be founded."""

    id: str
    administration: Administration
    password: str = field(repr=False)


def check_founders(founders: Sequence[Founder]) -> None:
    """Raises HqError CONFLICT unless each administration has somebody and nobody has two."""
    if {one.administration for one in founders} != set(Administration):
        raise HqError(HqFault.CONFLICT, what="each administration needs somebody")
    if len({one.id for one in founders}) != len(founders):
        raise HqError(HqFault.CONFLICT, what="nobody holds two administrations")


def begin_log(
    database: Database,
    directory: Path,
    headquarters: SoftwareSigner,
    founders: Sequence[Founder],
    now: dt.datetime,
) -> None:
    """The log's first line: its own key, and the first administrators where there are any."""
    house = make_house(directory)
    effects = (Effect("log", "key", house.public.text), *found(directory, founders))
    with database.write() as connection:
        reached = append(connection, Line("init", Phase.DONE, effects=effects), house, now, headquarters)
    note_head(directory / FOLDER, reached)


def found(directory: Path, founders: Iterable[Founder]) -> tuple[Effect, ...]:
    """Make the keys of the first administrators; what the founding line says of them."""
    return tuple(
        effect_of(one.id, one.administration, make_key(directory, one.id, one.password)) for one in founders
    )


def effect_of(number: str, administration: str, key: PublicKey | None) -> Effect:
    """As a line says it; ``key`` None: gone."""
    return Effect(ADMINISTRATOR, f"{number} {administration}", "" if key is None else key.text)
