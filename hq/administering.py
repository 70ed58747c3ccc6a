"""Before and after each command: who asks, whether it is hers to do, and the line that says so.

What changes something has a line before it begins and one when it has ended; what only looks has one
afterwards.  A refusal is a line too.  Where no administrators were founded, nobody is asked who she is.
"""

from __future__ import annotations

import datetime as dt
import getpass
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection

from core.crypto.keys import SoftwareSigner
from core.errors import CounterError, HqError, HqFault, StoreError, StoreFault
from core.ledger.entry import stamp
from hq.admin_log import Line, LogHead, Phase, append, note_head, rows
from hq.administrations import Duty, command_of, duty, may, may_second, shown_of
from hq.administrators import FOLDER, Administrator, Asking, house_signer, open_key, read_roster
from hq.clock import Now, utc_now
from hq.opened import Opened, read_passphrase
from hq.schema_beside import ADMIN_LOG
from hq.tried import Begun

TRIES, TRIES_MINUTES = 5, 15
PASSWORD = "password"  # noqa: S105 - the outcome of a wrong one
_CUT = "cut"


class Keeper:
    """Writes lines, each in a transaction of its own, and the head beside the database."""

    def __init__(self, opened: Opened, now: Now = utc_now) -> None:
        self._opened = opened
        self._now = now

    @property
    def now(self) -> dt.datetime:
        """Headquarters' clock."""
        return self._now()

    def write(self, line: Line, signer: SoftwareSigner, second: SoftwareSigner | None = None) -> LogHead:
        """One line; raises StoreError IO."""
        with self._opened.database.write() as connection:
            reached = append(connection, line, signer, self._now(), second)
        note_head(self._opened.home.directory / FOLDER, reached)
        return reached


@contextmanager
def administered(opened: Opened, now: Now = utc_now) -> Iterator[Opened]:
    """Around a command, which is given who asks and where its effects are noted.

    Raises StoreError WRONG_KEY, HqError CONFLICT where it is not hers; what the command raises.
    """
    command = command_of(opened.options)
    row, keeper = duty(command), Keeper(opened, now)
    asking = ask(opened, row, keeper)
    given = replace(opened, asking=asking, effects=[])
    shown, began = shown_of(row, opened.options), 0
    if row.act:
        line = replace(asking.line(command, Phase.BEGUN), shown=shown)
        began = keeper.write(line, asking.signer, asking.second_signer).number
        shown = {}
    outcome = _CUT
    try:
        yield given
        outcome = ""
    except CounterError as error:
        outcome = str(error.code)
        raise
    finally:
        line = replace(asking.line(command, Phase.FAILED if outcome else Phase.DONE), outcome=outcome)
        line = replace(line, shown=shown, begun=began, effects=tuple(given.effects))
        keeper.write(line, asking.signer, asking.second_signer)


def ask(opened: Opened, row: Duty, keeper: Keeper) -> Asking:
    """Who asks, checked; a refusal is written down.  Raises as :func:`administered`."""
    options = opened.options
    with opened.database.read() as connection:
        roster = read_roster(connection, opened.home.rolls().now())
    house = house_signer(opened.home.directory)
    if not roster.separate:
        return Asking(roster, house)
    number = options.administrator or ""

    def refuse(outcome: str, error: CounterError) -> CounterError:
        line = Line(row.command, Phase.REFUSED, number[:16], outcome=outcome, shown=shown_of(row, options))
        keeper.write(line, house)
        return error

    known = roster.people.get(number)
    if known is None:
        raise refuse("unknown", HqError(HqFault.CONFLICT, what="an administrator is needed"))
    signer = _key(opened, known, options.password_file, "password", keeper, refuse)
    if not may(known.administration, row.command):
        who = " or ".join(sorted(row.who))
        what = f"{row.command} is {who} administration's, hers is {known.administration}"
        raise refuse("administration", HqError(HqFault.CONFLICT, what=what))
    if not row.second:
        return Asking(roster, signer, known)
    second = roster.people.get(options.second or "")
    if second is None or second.id == known.id:
        raise refuse("second", HqError(HqFault.CONFLICT, what="a second administrator is needed"))
    second_signer = _key(opened, second, options.second_password_file, "second's password", keeper, refuse)
    if not may_second(second.administration, roster.others(known.id)):
        raise refuse("second", HqError(HqFault.CONFLICT, what="not for this administrator to stand by"))
    return Asking(roster, signer, known, second, second_signer)


def _key(
    opened: Opened,
    known: Administrator,
    file: Path | None,
    asked_for: str,
    keeper: Keeper,
    refuse: Callable[[str, CounterError], CounterError],
) -> SoftwareSigner:
    """Her open key; wrong passwords are counted in the log itself, so that a new process forgets nothing.

    And each try before it is made (hq/tried.py), so that nobody guesses by ending the process in between.
    """
    folder, window = opened.home.directory / FOLDER, dt.timedelta(minutes=TRIES_MINUTES)
    begun = Begun(folder, known.id, window)

    def need_tries(without: int) -> None:
        with opened.database.read() as connection:
            wrong = wrong_tries(connection, known.id, keeper.now)
        if wrong + without >= TRIES:
            raise HqError(HqFault.CONFLICT, what=f"too many tries; wait {TRIES_MINUTES} minutes")

    need_tries(0)
    password = password_of(file, f"{known.id} {asked_for}: ")
    mark, count = begun.begin(keeper.now)
    try:
        need_tries(count - 1)
    except HqError:
        begun.end(mark, keeper.now)  # it was not made
        raise
    try:
        signer = open_key(opened.home.directory, known, password)
    except StoreError as error:
        if error.code is not StoreFault.WRONG_KEY:
            raise
        refused = refuse(f"{PASSWORD} {known.id}", error)
        begun.end(mark, keeper.now)
        raise refused from None
    begun.end(mark, keeper.now)
    return signer


def wrong_tries(connection: Connection, number: str, now: dt.datetime) -> int:
    """Wrong passwords of one administrator in the last minutes, her own or as a second."""
    since = stamp(now - dt.timedelta(minutes=TRIES_MINUTES))
    wanted = (ADMIN_LOG.c.phase == Phase.REFUSED.value, ADMIN_LOG.c.at >= since)
    said = f'"outcome":"{PASSWORD} {number}"'.encode("ascii")
    return sum(said in row["document"] for row in rows(connection, *wanted))


def password_of(file: Path | None, prompt: str) -> str:
    """The file's first line; else a line of standard input, not shown where somebody types it."""
    if file is not None:
        return read_passphrase(file) or ""
    if sys.stdin.isatty():
        return getpass.getpass(prompt, stream=sys.stderr)
    return sys.stdin.readline().rstrip("\r\n")


def new_password(file: Path | None, prompt: str) -> str:
    """The same for one that is made; raises StoreError UNSAFE below 12 characters."""
    found = password_of(file, prompt)
    if len(found) < 12:
        raise StoreError(StoreFault.UNSAFE, what="the passphrase has fewer than 12 characters")
    return found
