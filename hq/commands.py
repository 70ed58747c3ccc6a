"""What each ``hq`` command does: opens the data directory and database, calls, gives lines to print."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from core import wire
from core.access.papers import ENTERED
from core.errors import StoreError, StoreFault
from hq import journal, operators, pool_commands, reviews, terminals
from hq.admin_commands import ADMIN, ONE_PERSON, found_administrators, founders_of
from hq.admin_effects import HALTED, enrol_effect, operator_effects, publication_effect, revoked_effect
from hq.admin_log import head, note_head, noted_head
from hq.admin_walk import LOST
from hq.administering import administered
from hq.administrators import FOLDER
from hq.adoption import list_publications
from hq.branches import late_line, late_lines, list_late, show_late
from hq.care import CARE
from hq.claims import list_contests
from hq.clock import utc_now
from hq.database import Database
from hq.days import list_days
from hq.directives import EVERYBODY, halt
from hq.disclosure_commands import DISCLOSURES
from hq.distribute import db_distribute
from hq.export import export, told
from hq.following import follow
from hq.home import create_home, default_database, open_home, opening_directory
from hq.key_commands import KEYS
from hq.looks import alarm_line, list_alarms
from hq.opened import Opened, Say, read_passphrase, to_json
from hq.persons import PERSONS
from hq.publishing import publish_file
from hq.restore import restore
from hq.rolling import tell_missing
from hq.second import SECOND


def run(options: argparse.Namespace, say: Say) -> None:
    """Do what the command line asks, in whose name it may be asked; raises CounterError."""
    if options.command in ("init", "restore"):  # where no database is yet
        (_init if options.command == "init" else _restore)(options, say)
        return
    name = options.command if not hasattr(options, "action") else f"{options.command} {options.action}"
    with _opened(options, say) as opened:
        if name == "admin found":  # before there is anybody to ask
            found_administrators(opened)
            return
        with administered(opened) as given:
            _COMMANDS[name](given)


def _init(options: argparse.Namespace, say: Say) -> None:
    url = options.database or default_database(options.data)
    if options.database is None:
        _make_directory(options.data)
    database = Database(url)
    try:
        with database.read():
            pass  # a database that does not answer is said before keys are made
        passphrase, founders = read_passphrase(options.passphrase_file), founders_of(options)
        home = create_home(
            options.data,
            database,
            passphrase=passphrase,
            hosts=options.host,
            demonstration=options.demonstration,
            now=utc_now(),
            opening=options.opening,
            founders=founders,
        )
        sealed = home.keyring(passphrase).sealed
    finally:
        database.close()
    told = {"data": str(options.data), "ca": str(home.authority_file), "keys": sealed}
    guard = "the passphrase" if sealed == "passphrase" else "file permissions (0600) only"
    text = f"made {options.data}; counters trust {home.authority_file}; keys are sealed by {guard}"
    if not founders:
        text += f"; {ONE_PERSON}"
    told_json = {**told, "signing": home.signing.text, "separate": bool(founders)}
    say(to_json(told_json) if options.json else text)


def _restore(options: argparse.Namespace, say: Say) -> None:
    home = open_home(options.data)
    database = Database(options.database or default_database(options.data))
    lost = noted_head(home.directory / FOLDER)
    try:
        done = restore(home, database, options.directory)
        with administered(Opened(home, database, options, say)) as given:
            if lost is not None:
                given.note(LOST, str(lost.number), wire.b64(lost.hash))
        with database.read() as connection:  # the lost lines are told: what comes now must not be cut either
            note_head(home.directory / FOLDER, head(connection), anew=True)
    finally:
        database.close()
    told = {"directory": str(done.directory), "terminals": done.terminals, "entries": done.entries}
    text = f"{done.directory}: {done.entries} entries; counters send the rest again"
    say(to_json(told) if options.json else text)


def _serve(opened: Opened) -> None:
    # Imported here: the web framework takes longer to load than all the other commands together.
    from hq.admin_watch import OwnCheck
    from hq.server import listen, serve
    from hq.service import build_service

    keyring = opened.home.keyring(opened.passphrase())
    tell_missing(opened.home, opened.database)
    host, port = opened.options.listen
    service = build_service(opened.home, keyring, opened.database, follow=opened.options.follow)
    listening = listen(host, port)
    OwnCheck(opened.home, opened.database, service.metrics).start()
    serve(service, opened.home, keyring, listening, opened.say)


def _follow(opened: Opened) -> None:
    asked = opened.options
    url = opened.database.url.render_as_string(hide_password=False)
    index = opened.home.keyring(opened.passphrase()).index()
    follow(url, opened.home.rolls(), index, asked.processes, once=asked.once, announce=opened.say)


def _note_code(opened: Opened, code: str) -> None:
    with opened.database.read() as connection:
        opened.effects.append(enrol_effect(connection, code))


def _note_operator(opened: Opened, code: str = "") -> None:
    with opened.database.read() as connection:
        opened.effects.extend(operator_effects(connection, opened.options.id, code))


def _enrol_code(opened: Opened) -> None:
    asked = opened.options
    code = terminals.new_enrol_code(opened.database, asked.terminal, asked.branch, hours=asked.hours)
    _note_code(opened, code)
    opened.answer({"terminal": asked.terminal, "branch": asked.branch, "code": code}, code)


def _operator_add(opened: Opened) -> None:
    asked = opened.options
    branches = asked.branch or [EVERYBODY]
    code = operators.add_operator(
        opened.database,
        asked.id,
        asked.name,
        asked.role,
        branches=branches,
        same_as=asked.same_as,
        hours=asked.hours,
    )
    _note_operator(opened, code)
    opened.answer({"operator": asked.id, "role": asked.role, "code": code}, code)


def _operator_code(opened: Opened) -> None:
    asked = opened.options
    code = operators.renew_code(opened.database, asked.id, lost=asked.lost, hours=asked.hours)
    _note_operator(opened, code)
    opened.answer({"operator": asked.id, "lost": asked.lost, "code": code}, code)


def _operator_remove(opened: Opened) -> None:
    operators.remove_operator(opened.database, opened.options.id)
    _note_operator(opened)
    opened.answer({"operator": opened.options.id, "removed": True}, f"{opened.options.id} removed")


def _operator_papers(opened: Opened) -> None:
    asked = opened.options
    days = {paper: day for paper in ENTERED if (day := getattr(asked, paper)) is not None}
    operators.set_papers(opened.database, asked.id, days)
    _note_operator(opened)
    told = {str(paper): day.isoformat() for paper, day in days.items()}
    opened.answer({"operator": asked.id, "papers": told}, f"{asked.id} {told}")


def _operator_list(opened: Opened) -> None:
    rows = operators.list_operators(opened.database)
    if opened.options.json:
        opened.say(to_json([asdict(row) for row in rows]))
        return
    for row in rows:
        status = "removed" if row.removed else "active" if row.active else "not activated"
        papers = " ".join(f"{name} {day}" for name, day in row.papers.items())
        opened.say(
            f"{row.operator}  {row.role:<11} {status:<14} {' '.join(row.branches)}  {row.name}  {papers}"
        )


def _terminal_list(opened: Opened) -> None:
    rows = journal.list_terminals(opened.database)
    if opened.options.json:
        opened.say(to_json(rows))
        return
    for row in rows:
        opened.say(
            f"{row['terminal']}  branch {row['branch']}  epoch {row['epoch']}  "
            f"received {row['received']['seq']}  safe {row['safe']['seq']}  folded {row['folded']}"
            f"{' STOPPED' if row['stopped'] else ''}  last contact {row['contact'] or 'never'}"
        )
        for late in row["late"]:
            opened.say(f"  {late_line(late)}")
        for alarm in row["alarms"]:
            where = f"at {alarm['epoch']}/{alarm['seq']}" if alarm["seq"] else ""
            opened.say(f"  ALARM {alarm['fault']} {where} {alarm['what']} ×{alarm['count']}")


def _alarms(opened: Opened) -> None:
    asked = opened.options
    if asked.terminal is not None:
        with opened.database.read() as connection:
            journal.known(connection, asked.terminal)
    rows = list_alarms(opened.database, asked.terminal)
    opened.say(to_json(rows) if asked.json else "\n".join(map(alarm_line, rows)) or "no alarm")
    if not asked.json and opened.asking is not None and not opened.asking.roster.separate:
        opened.say(ONE_PERSON)


def _late_list(opened: Opened) -> None:
    with opened.database.read() as connection:
        if opened.options.terminal is not None:
            journal.known(connection, opened.options.terminal)
        found = list_late(connection, opened.options.terminal)
    lines = [f"{terminal}  {late_line(late)}" for terminal, rows in found.items() for late in rows]
    opened.say(to_json(found) if opened.options.json else "\n".join(lines))


def _late_show(opened: Opened) -> None:
    asked = opened.options
    with opened.database.read() as connection:
        journal.known(connection, asked.terminal)
        shown = show_late(connection, asked.terminal, asked.branch)
    opened.say(to_json(shown) if asked.json else "\n".join(late_lines(shown)))


def _terminal_revoke(opened: Opened) -> None:
    asked = opened.options
    count = terminals.revoke(opened.database, asked.terminal)
    with opened.database.read() as connection:
        opened.effects.append(revoked_effect(connection, asked.terminal))
    told = {"terminal": asked.terminal, "certificates": count}
    opened.answer(told, f"{asked.terminal} is revoked; its entries stay. epoch grant lets it come back.")


def _epoch_grant(opened: Opened) -> None:
    asked = opened.options
    code = terminals.grant_epoch(opened.database, asked.terminal, hours=asked.hours)
    _note_code(opened, code)
    opened.answer({"terminal": asked.terminal, "code": code}, code)


def _journal_list(opened: Opened) -> None:
    for row in journal.list_entries(opened.database, opened.options.terminal, opened.options.first):
        opened.say(to_json(row))


def _journal_show(opened: Opened) -> None:
    asked = opened.options
    shown = journal.show_entry(opened.database, asked.terminal, asked.seq)
    if asked.open:
        # Imported here, as the web framework is: whoever serves counters never loads it.
        from hq.opening import ask

        shown["opened"] = ask(opened.home.directory, asked.terminal, asked.seq)
    opened.say(to_json(shown))


def _open_serve(opened: Opened) -> None:
    from hq.notifying import notifying_from
    from hq.opening import Opening, serve
    from hq.opening_key import read_opening_key

    home = opened.home
    place = opened.options.opening or opening_directory(home.directory)
    key = read_opening_key(place, opened.passphrase())
    if key.public != home.opening:
        raise StoreError(StoreFault.WRONG_KEY, what="not the key that counters seal to")
    service = Opening(opened.database, key, demonstration=home.demonstration)
    serve(service, home.directory, opened.say, notifying_from(opened, key))


def _journal_export(opened: Opened) -> None:
    asked = opened.options
    done = export(opened.database, opened.home.rolls().now(), asked.file, asked.terminal)
    value = {"file": str(asked.file), "entries": done.entries, "beside": done.beside}
    value |= {"complete": done.complete, "statements": list(done.statements)}
    lines = [line for statement in done.statements for line in told(statement)]
    lines.append(f"{done.entries} entries and {done.beside} beside the chains written to {asked.file}")
    opened.answer(value, "\n".join(lines))
    if not done.complete:
        raise StoreError(StoreFault.DAMAGED, what="entries missing: the statement names them")


def _review_list(opened: Opened) -> None:
    rows = reviews.list_reviews(opened.database, opened.options.terminal)
    if opened.options.json:
        opened.say(to_json(rows))
        return
    for row in rows:
        opened.say(
            f"{row['terminal']} {row['epoch']}/{row['seq']}  {row['state']:<8} {row['why']:<9} "
            f"owner {row['owner']}  {_age(row['age_s'])}  {row['kind']} {row['what']}".rstrip()
        )


def _review_return(opened: Opened) -> None:
    asked = opened.options
    owner = reviews.return_entry(opened.database, asked.terminal, asked.seq, asked.reason)
    value = {"terminal": asked.terminal, "seq": asked.seq, "reason": asked.reason, "owner": owner}
    opened.answer(value, f"{asked.terminal} {asked.seq} returned to {owner}: {asked.reason}")


def _claim_list(opened: Opened) -> None:
    rows = list_contests(opened.database, opened.options.terminal)
    if opened.options.json:
        opened.say(to_json(rows))
        return
    for row in rows:
        opened.say(
            f"{row['terminal']} {row['epoch']}/{row['seq']}  its waybill was accepted before by "
            f"{row['winner_terminal']} {row['winner_epoch']}/{row['winner_seq']} (No. "
            f"{row['winner_number']:06d}, {row['winner_operator']}) at {row['winner_at']}; "
            f"{'told' if row['told'] else 'its counter is not told yet'}"
        )


def _day_list(opened: Opened) -> None:
    found = list_days(opened.database, opened.options.terminal)
    if opened.options.json:
        opened.say(to_json(found))
        return
    if found["followed"] < found["received"]:
        opened.say(f"only entries 1 to {found['followed']} of {found['received']} are followed yet")
    for day in found["days"]:
        opened.say(
            f"day {day['day']}  {day['date']}  entries {day['first']} to {day['last']}: {day['verdict']}"
        )
        if day["hash"] is False:
            opened.say("  the counter's state hash is not ours")
        for name, counted in day["counted"].items():
            folded = "-" if day["folded"] is None else day["folded"].get(name)
            mark = "" if folded in ("-", counted) else "   DIFFERS"
            opened.say(f"  {name:<9} folded {folded:>6}  counted {counted:>6}{mark}")


def _age(seconds: int) -> str:
    """For people: the largest whole unit."""
    for size, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {name}"
    return f"{seconds} s"


def _directive_publish(opened: Opened) -> None:
    asked = opened.options
    number, said = publish_file(opened.database, asked.file, asked.branch)
    with opened.database.read() as connection:
        opened.effects.append(publication_effect(connection, number))
    value = {"publication": number, "kind": said.kind, "subject": said.subject, "scope": said.scope}
    opened.answer(value, f"publication {number}: {said.kind} {said.subject} to {said.scope}")


def _directive_halt(opened: Opened) -> None:
    number = opened.options.number
    halt(opened.database, number)
    opened.note(HALTED, str(number), "")
    opened.answer({"publication": number, "halted": True}, f"publication {number} goes no further")


def _directive_list(opened: Opened) -> None:
    rows = list_publications(opened.database)
    if opened.options.json:
        opened.say(to_json([asdict(row) for row in rows]))
        return
    for row in rows:
        opened.say(
            f"{row.number:>6}  {row.kind:<12} {row.subject:<24} {row.scope:<20} "
            f"delivered {row.delivered}/{row.terminals}  adopted {row.adopted}"
            f"{f'  SET ASIDE {row.parked}' if row.parked else ''}"
            f"{f'  halted {row.halted}' if row.halted else ''}"
        )


_COMMANDS: dict[str, Callable[[Opened], None]] = {
    **ADMIN,
    **CARE,
    **DISCLOSURES,
    **KEYS,
    **PERSONS,
    **SECOND,
    "serve": _serve,
    "follow": _follow,
    "enrol-code": _enrol_code,
    "operator add": _operator_add,
    "operator code": _operator_code,
    "operator remove": _operator_remove,
    "operator papers": _operator_papers,
    "operator list": _operator_list,
    "terminal list": _terminal_list,
    "alarms": _alarms,
    "directive publish": _directive_publish,
    "directive halt": _directive_halt,
    "directive list": _directive_list,
    "pool issue": pool_commands.pool_issue,
    "pool list": pool_commands.pool_list,
    "pool show": pool_commands.pool_show,
    "pool withdraw": pool_commands.pool_withdraw,
    "late list": _late_list,
    "late show": _late_show,
    "terminal revoke": _terminal_revoke,
    "epoch grant": _epoch_grant,
    "journal list": _journal_list,
    "journal show": _journal_show,
    "journal export": _journal_export,
    "open serve": _open_serve,
    "review list": _review_list,
    "review return": _review_return,
    "claim list": _claim_list,
    "day list": _day_list,
    "db distribute": db_distribute,
}


@contextmanager
def _opened(options: argparse.Namespace, say: Say) -> Iterator[Opened]:
    home = open_home(options.data)
    database = Database(options.database or default_database(options.data))
    try:
        database.check(home.signing.text)
        yield Opened(home, database, options, say)
    finally:
        database.close()


def _make_directory(path: Path) -> None:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(StoreFault.IO, what=error.strerror or type(error).__name__) from None
