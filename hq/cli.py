"""The command line of headquarters: what it takes.  ``hq/commands.py`` says what it does."""

from __future__ import annotations

import argparse
import datetime as dt
import logging
import os
from pathlib import Path

from core.access.papers import ENTERED
from core.ledger.blocks import Outcome as BlockOutcome
from core.ledger.persons import NONE, Outcome
from hq import disclosure_options as disclosing
from hq import operators, reviews, terminals
from hq.administrations import Administration

_REASONS_HELP = "one of: " + ", ".join(reviews.REASONS)


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise argparse.ArgumentTypeError("takes HOST:PORT, as 127.0.0.1:8443")
    return host, int(port)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("takes a number from 1 on")
    return int(text)


def _common() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", type=Path, required=True, metavar="DIR", help="headquarters' directory")
    common.add_argument("--database", metavar="URL", help="sqlite:///… (default) or postgresql+psycopg://…")
    common.add_argument("--passphrase-file", type=Path, metavar="FILE", help="first line seals the keys")
    common.add_argument("--json", action="store_true", help="answer in JSON")
    common.add_argument(
        "--administrator", metavar="NUMBER", help="who asks, where administrators were founded"
    )
    common.add_argument(
        "--password-file", type=Path, metavar="FILE", help="hers; a line of standard input without it"
    )
    common.add_argument("--second", metavar="NUMBER", help="who stands by it, where one is needed")
    common.add_argument("--second-password-file", type=Path, metavar="FILE", help="hers; the next line")
    return common


def _founders(command: argparse.ArgumentParser) -> None:
    """One or more of each administration, each with a file whose first line is her password."""
    for administration in Administration:
        command.add_argument(
            f"--{administration}-administrator",
            action="append",
            nargs=2,
            metavar=("NUMBER", "FILE"),
            help=f"of {administration} administration; FILE's first line is her password",
        )


def _admin(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    admin = commands.add_parser("admin", help="who administers headquarters, and what they did")
    actions = admin.add_subparsers(dest="action", required=True, metavar="ACTION")
    _founders(actions.add_parser("found", parents=[common], help="one person becomes three administrations"))
    add = actions.add_parser("add", parents=[common], help="one more, or a new key for one")
    add.add_argument("id", metavar="NUMBER")
    add.add_argument("--administration", required=True, choices=[each.value for each in Administration])
    remove = actions.add_parser("remove", parents=[common], help="she is in office no more")
    remove.add_argument("id", metavar="NUMBER")
    own = actions.add_parser("password", parents=[common], help="a new password and key of one's own")
    for made in (add, own):
        made.add_argument("--new-password-file", type=Path, metavar="FILE", help="a line of input without it")
    actions.add_parser("list", parents=[common], help="all in office")
    log = actions.add_parser("log", parents=[common], help="who did what, and what was refused")
    log.add_argument("--from", dest="first", type=_positive, default=1, metavar="N")
    verify = actions.add_parser("verify", parents=[common], help="the log, and the tables against it")
    verify.add_argument("--journals", action="store_true", help="and every entry of every journal again")
    actions.add_parser("tell", parents=[common], help="every counter keeps the head of the log, now")


def build_parser() -> argparse.ArgumentParser:
    """Every command that works."""
    parser = argparse.ArgumentParser(prog="hq", description="Headquarters of the counters.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    common = _common()

    init = commands.add_parser("init", parents=[common], help="make keys, certificates and tables")
    init.add_argument("--host", action="append", default=[], metavar="NAME", help="name of the server")
    init.add_argument(
        "--demonstration", action="store_true", help="invented data only: sealed parts may be shown"
    )
    init.add_argument("--opening", type=Path, metavar="DIR", help="the opening key's own directory")
    _founders(init)
    serve = commands.add_parser("serve", parents=[common], help="serve the counters over TLS")
    serve.add_argument("--listen", type=_address, default=("127.0.0.1", 8443), metavar="HOST:PORT")
    serve.add_argument(
        "--no-follow", dest="follow", action="store_false", help="others follow the journals (hq follow)"
    )
    follow = commands.add_parser("follow", parents=[common], help="check and fold what was received")
    follow.add_argument("--processes", type=_positive, default=os.cpu_count() or 1, metavar="N")
    follow.add_argument("--once", action="store_true", help="end when there is nothing left")

    code = commands.add_parser("enrol-code", parents=[common], help="a one-time code for a terminal")
    code.add_argument("--branch", required=True)
    code.add_argument("--terminal", required=True)
    code.add_argument("--hours", type=_positive, default=terminals.CODE_HOURS, help="how long it is good")
    _operator(commands, common)

    terminal = commands.add_parser("terminal", help="what is known of the terminals")
    listed = terminal.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed.add_parser("list", parents=[common], help="received, safe, followed, alarms")
    revoke = listed.add_parser("revoke", parents=[common], help="let nobody in with its key any more")
    revoke.add_argument("--terminal", required=True)
    commands.add_parser(
        "alarms", parents=[common], help="what is wrong anywhere, the last first"
    ).add_argument("--terminal")
    late = commands.add_parser("late", help="entries beside a chain, which its supervisor takes in")
    lates = late.add_subparsers(dest="action", required=True, metavar="ACTION")
    lates.add_parser("list", parents=[common], help="all of them, and what was decided").add_argument(
        "--terminal"
    )
    one = lates.add_parser("show", parents=[common], help="one branch: its entries by kind, number and time")
    one.add_argument("--terminal", required=True)
    one.add_argument("branch", metavar="BRANCH", help="its name as in the list, or the beginning of it")
    epoch = commands.add_parser("epoch", help="a new key for a journal that is here")
    grants = epoch.add_subparsers(dest="action", required=True, metavar="ACTION")
    grant = grants.add_parser("grant", parents=[common], help="a one-time code for main.py recover")
    grant.add_argument("--terminal", required=True)
    grant.add_argument("--hours", type=_positive, default=terminals.CODE_HOURS, help="how long it is good")
    _directive(commands, common)
    _pool(commands, common)
    _journal(commands, common)
    _evidence(commands, common)
    _review(commands, common)
    _open(commands, common)
    _diagnostics(commands, common)
    _keys(commands, common)
    _admin(commands, common)
    _retention(commands, common)

    backup = commands.add_parser("backup", parents=[common], help="copy, read back, then move the safe marks")
    backup.add_argument("directory", type=Path, metavar="DIR")
    restore = commands.add_parser("restore", parents=[common], help="a backup into an empty database")
    restore.add_argument("directory", type=Path, metavar="DIR", help="a backup, or the folder of several")
    database = commands.add_parser("db", help="the database itself")
    actions = database.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("distribute", parents=[common], help="spread the tables by terminal (Citus)")
    return parser


def _keys(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    authority = commands.add_parser("authority", help="who signs certificates, one after the other")
    steps = authority.add_subparsers(dest="action", required=True, metavar="ACTION")
    steps.add_parser("begin", parents=[common], help="make the next one; counters trust both from then on")
    changed = steps.add_parser("switch", parents=[common], help="the next one signs; restart the nodes")
    changed.add_argument("--anyway", action="store_true", help="also where counters have not heard of it")
    keys = commands.add_parser("keys", help="the keys that sign as headquarters, one after the other")
    rolls = keys.add_subparsers(dest="action", required=True, metavar="ACTION")
    rolls.add_parser("roll", parents=[common], help="the next one signs; counters are told by directive")
    rolls.add_parser("list", parents=[common], help="all of them, and which terminals do not know the last")
    retired = rolls.add_parser("retire", parents=[common], help="destroy those before the one that signs")
    retired.add_argument("--anyway", action="store_true", help="also where terminals do not know it yet")


def _operator(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    operator = commands.add_parser("operator", help="who works at the counters")
    actions = operator.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", parents=[common], help="add or change; prints an activation code")
    add.add_argument("id", metavar="ID")
    add.add_argument("--name", required=True)
    add.add_argument("--role", required=True, choices=operators.ROLES)
    add.add_argument(
        "--branch", action="append", metavar="B", help="where she works, more than once; all without it"
    )
    add.add_argument("--same-as", default="", metavar="ID", help="a staff number that she has already")
    add.add_argument("--hours", type=_positive, default=operators.CODE_HOURS, help="how long it is good")
    code = actions.add_parser(
        "code", parents=[common], help="a new activation code: password forgotten, card lost or blocked"
    )
    code.add_argument("id", metavar="ID")
    code.add_argument("--lost", action="store_true", help="what she has opens nothing from now on")
    code.add_argument("--hours", type=_positive, default=operators.CODE_HOURS, help="how long it is good")
    papers = actions.add_parser("papers", parents=[common], help="since when agreement and training count")
    papers.add_argument("id", metavar="ID")
    for paper in ENTERED:
        papers.add_argument(f"--{paper}", type=dt.date.fromisoformat, metavar="YYYY-MM-DD")
    remove = actions.add_parser(
        "remove", parents=[common], help="she works nowhere any more, within a minute"
    )
    remove.add_argument("id", metavar="ID")
    actions.add_parser("list", parents=[common], help="all of them")


def _directive(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    directive = commands.add_parser("directive", help="what headquarters says to its counters")
    actions = directive.add_subparsers(dest="action", required=True, metavar="ACTION")
    made = actions.add_parser("publish", parents=[common], help="an edition of the rule data")
    made.add_argument("file", type=Path, metavar="FILE")
    made.add_argument("--branch", metavar="B", help="to that branch only; to all without it")
    halted = actions.add_parser("halt", parents=[common], help="whoever has not got it yet never does")
    halted.add_argument("number", type=_positive, metavar="N")
    actions.add_parser("list", parents=[common], help="publications, delivered, adopted, set aside")


def _pool(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    pool = commands.add_parser("pool", help="waybill numbers given to a counter in advance")
    actions = pool.add_subparsers(dest="action", required=True, metavar="ACTION")
    made = actions.add_parser("issue", parents=[common], help="a range of numbers for one terminal")
    made.add_argument("--terminal", required=True)
    made.add_argument("--pool", required=True, metavar="NAME", help="a name that no pool had before")
    made.add_argument("--first", required=True, metavar="NUMBER", help="the first waybill, as it is printed")
    made.add_argument("--count", type=_positive, required=True, metavar="N")
    made.add_argument(
        "--warn", type=_positive, metavar="N", help="say so when N are left; a tenth without it"
    )
    made.add_argument(
        "--unheard", action="store_true", help="though a restored headquarters has not heard every terminal"
    )
    listed = actions.add_parser("list", parents=[common], help="used, void and free, counted twice")
    listed.add_argument("--terminal")
    show = actions.add_parser("show", parents=[common], help="where each number is")
    show.add_argument("pool", metavar="NAME")
    ended = actions.add_parser("withdraw", parents=[common], help="what is not used by then is void")
    ended.add_argument("pool", metavar="NAME")


def _retention(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    kept = commands.add_parser("retention", help="how long attachments are kept, and their end")
    actions = kept.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", parents=[common], help="each class and month: kept, due, held back, erased")
    actions.add_parser("run", parents=[common], help="erase what is due and not held back")
    actions.add_parser("persons", parents=[common], help="items restricted or erased on a person's request")


def _journal(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    journal = commands.add_parser("journal", help="the terminals' entries")
    actions = journal.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = actions.add_parser("list", parents=[common], help="JSON lines, public parts")
    listed.add_argument("--terminal", required=True)
    listed.add_argument("--from", dest="first", type=_positive, default=1, metavar="N")
    show = actions.add_parser("show", parents=[common], help="one entry's public part")
    show.add_argument("--terminal", required=True)
    show.add_argument("--seq", type=_positive, required=True, metavar="N")
    show.add_argument("--open", action="store_true", help="and its sealed part, on a demonstration store")
    export = actions.add_parser("export", parents=[common], help="every journal, with a statement of gaps")
    export.add_argument("--terminal", help="only this one's")
    export.add_argument("file", type=Path, metavar="FILE")


def _evidence(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    made = commands.add_parser(
        "evidence", parents=[common], help="what stands under an operator's name for a business day"
    )
    made.add_argument("file", type=Path, metavar="FILE")
    made.add_argument("--terminal", required=True)
    made.add_argument("--operator", required=True, metavar="ID")
    made.add_argument("--day", default="", metavar="N|DATE", help="the last business day without it")


def _open(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    opening = commands.add_parser("open", help="the opening service: the one process with the opening key")
    actions = opening.add_subparsers(dest="action", required=True, metavar="ACTION")
    serve = actions.add_parser(
        "serve", parents=[common], help="resolve references, answer journal show --open"
    )
    serve.add_argument("--opening", type=Path, metavar="DIR", help="the opening key's own directory")
    serve.add_argument("--gateway", default="", metavar="URL", help="sends texts to customers; https only")
    serve.add_argument("--gateway-ca", metavar="FILE", help="whom the gateway's certificate is from")
    serve.add_argument("--gateway-token-file", type=Path, metavar="FILE", help="its first line is the token")


def _diagnostics(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    bundle = commands.add_parser("diagnostics", help="what a counter's machine says of itself")
    actions = bundle.add_subparsers(dest="action", required=True, metavar="ACTION")
    opened = actions.add_parser(
        "open", parents=[common], help="a sealed file of main.py diagnostics, as JSON"
    )
    opened.add_argument("file", type=Path, metavar="FILE")
    opened.add_argument("--opening", type=Path, metavar="DIR", help="the opening key's own directory")


def _second(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    request = commands.add_parser("request", help="what waits for a second person at the counters")
    actions = request.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = actions.add_parser(
        "list", parents=[common], help="all of them, the one that ends first in front"
    )
    listed.add_argument("--terminal")
    persons = commands.add_parser("persons", help="what persons ask about their own data")
    does = persons.add_subparsers(dest="action", required=True, metavar="ACTION")
    asked = does.add_parser("list", parents=[common], help="all that is open, overdue first")
    asked.add_argument("--terminal")
    for name, what in (("show", "one request"), ("answer", "answer one: its counter hears by directive")):
        one = does.add_parser(name, parents=[common], help=what)
        one.add_argument("request", metavar="REQUEST", help="its name as in the list")
        one.add_argument("--terminal", required=True)
    copied = does.add_parser("copy", parents=[common], help="what is sealed of a request for a copy, opened")
    copied.add_argument("request", metavar="REQUEST", help="its name as in the list")
    copied.add_argument("--terminal", required=True)
    copied.add_argument("file", type=Path, metavar="FILE", help="made, readable by you alone; never replaced")
    for name, what in (
        ("restrict", "items that are only stored from now on, and opened by nobody"),
        ("erase", "items that go where the law lets them, here at once; the others are restricted"),
    ):
        gone = does.add_parser(name, parents=[common], help=what)
        gone.add_argument("items", type=_positive, nargs="+", metavar="N", help="entry of its acceptance")
        gone.add_argument("--terminal", required=True)
        gone.add_argument("--request", metavar="REQUEST", help="your number of her request; one is made up")
    one.add_argument("--outcome", required=True, choices=[each.value for each in Outcome])
    one.add_argument("--ground", default=NONE, metavar="CODE", help="of the rule data, unless all was done")
    disclosing.add_parsers(commands, common)
    _block(commands, common)
    decided = commands.add_parser("approve", parents=[common], help="decide on a request for a supervisor")
    decided.add_argument("request", metavar="REQUEST", help="its name as in the list")
    decided.add_argument("--terminal", required=True)
    decided.add_argument("--by", required=True, metavar="ID", help="the supervisor who decided")
    decided.add_argument("--decline", action="store_true")


def _block(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    block = commands.add_parser("block", help="customers proposed for the block list")
    does = block.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = does.add_parser("list", parents=[common], help="what waits for a word in front")
    listed.add_argument("--terminal")
    decided = does.add_parser(
        "decide", parents=[common], help="decide on one: its counter hears by directive"
    )
    decided.add_argument("seq", type=_positive, metavar="N", help="the proposal's entry, as in the list")
    decided.add_argument("--terminal", required=True)
    decided.add_argument("--outcome", required=True, choices=[each.value for each in BlockOutcome])
    decided.add_argument("--days", type=_positive, metavar="D", help="another term than the one proposed")
    does.add_parser("publish", parents=[common], help="tell all counters whom was decided on, as digests")


def _review(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    _second(commands, common)
    review = commands.add_parser("review", help="entries that cannot count as they are")
    actions = review.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = actions.add_parser("list", parents=[common], help="parked and returned, with owner and age")
    listed.add_argument("--terminal")
    back = actions.add_parser("return", parents=[common], help="give a registration back to its counter")
    back.add_argument("--terminal", required=True)
    back.add_argument("--seq", type=_positive, required=True, metavar="N")
    back.add_argument("--reason", required=True, choices=reviews.REASONS, metavar="R", help=_REASONS_HELP)
    day = commands.add_parser("day", help="business days, counted twice")
    days = day.add_subparsers(dest="action", required=True, metavar="ACTION")
    counted = days.add_parser("list", parents=[common], help="one terminal's days with both counts")
    counted.add_argument("--terminal", required=True)
    claim = commands.add_parser("claim", help="waybills that several counters accepted")
    claims = claim.add_subparsers(dest="action", required=True, metavar="ACTION")
    contested = claims.add_parser("list", parents=[common], help="who lost a waybill, and who holds it")
    contested.add_argument("--terminal")


def set_up_logging() -> None:
    """To standard error, without personal data; the web server says only what is worth a look."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True
    )
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
