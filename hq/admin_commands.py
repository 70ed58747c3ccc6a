"""``hq admin``: who administers headquarters, the log of what they did, and whether all still stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path

from core.errors import HqError, HqFault, StoreError, StoreFault
from core.ledger.entry import stamp
from hq.admin_check import Checked, check
from hq.admin_journals import check_journals
from hq.admin_log import HOUSE, Kept, Line, Phase, append, note_head, read_kept, rows
from hq.admin_told import tell_head
from hq.administering import new_password
from hq.administrations import Administration
from hq.administrators import (
    ADMINISTRATOR,
    FOLDER,
    Asking,
    Founder,
    check_founders,
    found,
    house_signer,
    make_key,
    read_roster,
)
from hq.clock import utc_now
from hq.opened import Opened, read_passphrase, to_json

ONE_PERSON = "one person holds everything: administrations are not separate (hq admin found)"


def _asking(opened: Opened) -> Asking:
    if opened.asking is None or opened.asking.known is None:
        raise HqError(HqFault.CONFLICT, what="no administrators were founded")
    return opened.asking


def founders_of(options: object) -> list[Founder]:
    """Who the options name; each with the first line of her file."""
    named = []
    for administration in Administration:
        for number, file in getattr(options, f"{administration.value}_administrator") or ():
            named.append(Founder(number, administration, read_passphrase(Path(file)) or ""))
    if named:
        check_founders(named)
    return named


def found_administrators(opened: Opened) -> None:
    """One person becomes three administrations; headquarters' own key stands by it."""
    named = founders_of(opened.options)
    if not named:
        raise HqError(HqFault.CONFLICT, what="each administration needs somebody")
    signer = opened.home.keyring(opened.passphrase()).signing()
    with opened.database.read() as connection:
        if read_roster(connection, opened.home.rolls().now()).separate:
            raise HqError(HqFault.CONFLICT, what="administrators were founded before")
    directory = opened.home.directory
    line = Line("admin found", Phase.DONE, effects=found(directory, named))
    with opened.database.write() as connection:
        reached = append(connection, line, house_signer(directory), utc_now(), signer)
    note_head(directory / FOLDER, reached)
    value = {one.id: one.administration.value for one in named}
    opened.answer({"administrators": value}, " ".join(f"{name} {held}" for name, held in value.items()))


def _add(opened: Opened) -> None:
    """A new administrator, or a new key for one whose password is lost."""
    asked, roster = opened.options, _asking(opened).roster
    known = roster.people.get(asked.id)
    if known is not None and known.administration != asked.administration:
        raise HqError(HqFault.CONFLICT, what="nobody holds two administrations")
    password = new_password(asked.new_password_file, f"{asked.id} new password: ")
    key = make_key(opened.home.directory, asked.id, password)
    opened.note(*_noted(asked.id, asked.administration, key.text))
    value = {"administrator": asked.id, "administration": asked.administration}
    opened.answer(value, f"{asked.id} is of {asked.administration} administration")


def _remove(opened: Opened) -> None:
    roster, number = _asking(opened).roster, opened.options.id
    known = roster.people.get(number)
    if known is None:
        raise HqError(HqFault.CONFLICT, what="administrator unknown")
    if known.administration not in roster.others(number):
        raise HqError(HqFault.CONFLICT, what="the last of her administration")
    opened.note(*_noted(number, known.administration, ""))
    opened.answer({"administrator": number, "removed": True}, f"{number} is in office no more")


def _password(opened: Opened) -> None:
    """A new key under a new password: whoever copied the old file and knew the old one has nothing."""
    known = _asking(opened).known
    if known is None:
        raise HqError(HqFault.CONFLICT, what="administrator unknown")
    password = new_password(opened.options.new_password_file, f"{known.id} new password: ")
    key = make_key(opened.home.directory, known.id, password)
    opened.note(*_noted(known.id, known.administration, key.text))
    opened.answer({"administrator": known.id}, f"{known.id} has a new password and key")


def _noted(number: str, administration: str, key: str) -> tuple[str, str, str]:
    return ADMINISTRATOR, f"{number} {administration}", key


def _list(opened: Opened) -> None:
    roster = opened.asking.roster if opened.asking is not None else None
    people = [] if roster is None else sorted(roster.people.values(), key=lambda one: one.id)
    separate = roster is not None and roster.separate
    if opened.options.json:
        told = [{"id": one.id, "administration": one.administration, "since": one.since} for one in people]
        opened.say(to_json({"separate": separate, "administrators": told}))
        return
    for one in people:
        opened.say(f"{one.id:<12} {one.administration:<9} since line {one.since}")
    if not separate:
        opened.say(ONE_PERSON)


def _log(opened: Opened) -> None:
    with opened.database.read() as connection:
        found_lines = [read_kept(row) for row in rows(connection, first=opened.options.first)]
    for kept in found_lines:
        opened.say(to_json(_as_json(kept)) if opened.options.json else _as_text(kept))


def _as_json(kept: Kept) -> dict[str, object]:
    line = kept.line
    said: dict[str, object] = {"number": kept.number, "at": stamp(kept.at), "who": line.who}
    said |= {"administration": line.administration, "second": line.second, "command": line.command}
    said |= {"shown": dict(line.shown), "phase": line.phase.value, "outcome": line.outcome}
    return {**said, "begun": line.begun, "effects": [effect.as_json() for effect in line.effects]}


def _as_text(kept: Kept) -> str:
    line = kept.line
    who = line.who or "-"
    if line.second:
        who += f" with {line.second}"
    of = "" if line.administration == HOUSE else f" ({line.administration})"
    shown = " ".join(f"{name}={value}" for name, value in sorted(line.shown.items()))
    ends = f" of {line.begun}" if line.begun else ""
    said, why = f"{line.command} {shown}".rstrip(), line.outcome
    return f"{kept.number:>6}  {stamp(kept.at)}  {who}{of}  {said}  {line.phase}{ends}  {why}".rstrip()


def _verify(opened: Opened) -> None:
    done = check(opened.home, opened.database)
    if opened.options.journals:
        done = replace(done, findings=(*done.findings, *check_journals(opened.home, opened.database)))
    if opened.options.json:
        opened.say(to_json(asdict(done)))
    else:
        for line in told_of(done):
            opened.say(line)
    if done.findings:
        raise StoreError(StoreFault.DAMAGED, what=f"{len(done.findings)} things are not as they were left")


def told_of(done: Checked) -> list[str]:
    """For people: what was found, and that it is sound where nothing was."""
    lines = [f"NOT SOUND  {each.where}: {each.what}" for each in done.findings]
    lines += [f"note       {note}" for note in done.notes]
    if not done.separate:
        lines.append(f"note       {ONE_PERSON}")
    counted = f"{done.lines} lines, {done.operators} operators, {done.publications} publications"
    counted += f", {done.directives} directives of {done.terminals} terminals"
    return [*lines, counted if done.findings else f"SOUND      {counted}"]


def _tell(opened: Opened) -> None:
    number = tell_head(opened.database)
    opened.note("publication", str(number), "head")
    opened.answer({"publication": number}, f"publication {number}: every counter keeps the head of the log")


ADMIN: Mapping[str, Callable[[Opened], None]] = {
    "admin add": _add,
    "admin remove": _remove,
    "admin password": _password,
    "admin list": _list,
    "admin log": _log,
    "admin verify": _verify,
    "admin tell": _tell,
}
