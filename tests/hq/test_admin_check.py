"""An administrator who edits headquarters' database by hand: each row is named by headquarters' own check."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, insert, literal, select, update

from core import wire
from core.crypto.keys import new_agreement, new_signer
from core.errors import StoreError
from core.ledger.directives import NO_DIRECTIVE
from core.ledger.documents import operator_proof, sign
from core.ledger.entry import stamp
from core.ledger.writer import Proposal
from hq import codes
from hq.admin_check import check
from hq.admin_journals import check_journals
from hq.admin_log import Effect, Line, Phase, append, head, note_head, rows
from hq.admin_told import EVERY, tell_daily, tell_head
from hq.admin_watch import CHANGED, OwnCheck
from hq.administrations import Administration
from hq.administrators import FOLDER, Founder, effect_of, found, house_signer, open_key, read_roster
from hq.backup import backup
from hq.cli import build_parser
from hq.clock import utc_now
from hq.commands import run
from hq.database import Database
from hq.home import Home, open_home
from hq.looks import list_alarms
from hq.metrics import Metrics
from hq.schema import (
    ACTIVATIONS,
    DIRECTIVES,
    ENROL_CODES,
    ENTRIES,
    ESTATE,
    FEEDS,
    GRANTS,
    HEADS,
    OPERATORS,
    PUBLICATIONS,
    TERMINALS,
)
from hq.schema_beside import ADMIN_LOG
from tests.guards import ExpectedLogs
from tests.hq.entries import write_items
from tests.hq.headquarters import BRANCH, Counter, Headquarters
from tests.hq.server import ROOT
from tests.hq.test_admission import activate, activation
from tests.hq.test_directives import take

pytestmark = pytest.mark.requirement("T16")

TERMINAL, OPERATOR = "990100-01-03", "OP10001"


def administered(made: Headquarters, folder: Path) -> Counter:
    """Everything that leaves a mark, by commands: a code, an operator, an edition, a halt, heads told."""

    def hq(*words: str) -> str:
        said: list[str] = []
        where = ["--data", str(made.home.directory), "--database", made.url]
        run(build_parser().parse_args([*words, *where]), said.append)
        return said[-1]

    counter = made.counter(code=hq("enrol-code", "--branch", BRANCH, "--terminal", TERMINAL))
    code = hq("operator", "add", OPERATOR, "--name", "示例甲", "--role", "clerk")
    made.now.at = utc_now()  # the command line's clock: her keys come after she was added
    assert activate(counter, activation(counter, code)).status_code == 200
    for name in ("one", "two"):
        (folder / name).write_text(json.dumps({"block_list": name, "numbers": []}))
        hq("directive", "publish", str(folder / name))
    hq("directive", "halt", "3")
    hq("admin", "tell")
    hq("operator", "papers", OPERATOR, "--training", "2026-11-02")
    found = take(counter)
    head = found[-1].head
    write_items(counter.book, 2)
    said = {"number": head.number, "head": wire.b64(head.hash)}
    counter.book.propose(Proposal("DirectivesAdopted", said, counter.book.operation()))
    counter.sent(counter.book.entries)
    made.follow()
    return counter


def test_what_was_left_alone_is_sound(headquarters: Headquarters, tmp_path: Path) -> None:
    administered(headquarters, tmp_path)
    done = check(headquarters.home, headquarters.database)
    assert done.findings == ()
    assert (done.operators, done.publications, done.directives, done.terminals) == (1, 5, 3, 1)
    assert list(check_journals(headquarters.home, headquarters.database)) == []


@dataclass(frozen=True)
class Edited:
    """A copy of an administered headquarters that a test may edit."""

    home: Home
    database: Database

    def edit(self, change: Callable[[Connection], object]) -> list[str]:
        """What the check says of it."""
        with self.database.write() as connection:
            change(connection)
        return self.found()

    def found(self) -> list[str]:
        """What the check says."""
        return [f"{each.where}: {each.what}" for each in check(self.home, self.database).findings]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("administered")
    made = Headquarters(folder / "hq", f"sqlite:///{folder / 'hq' / 'hq.sqlite'}")
    administered(made, folder)
    made.close()
    return folder / "hq"


@pytest.fixture
def edited(base: Path, tmp_path: Path) -> Edited:
    shutil.copytree(base, tmp_path / "hq")
    made = Database(f"sqlite:///{tmp_path / 'hq' / 'hq.sqlite'}")
    return Edited(open_home(tmp_path / "hq"), made)


def new_activation(connection: Connection) -> None:
    """Her number with somebody else's keys: as a thief with the database would bring himself in."""
    signer, agreement = new_signer(), new_agreement().public
    message = operator_proof(TERMINAL, OPERATOR, "", signer.public.text, agreement.text)
    row: dict[str, object] = {"terminal": TERMINAL, "operator": OPERATOR, "signing": signer.public.text}
    row |= {"agreement": agreement.text, "wrapped": b"", "proof": signer.sign(message)}
    row |= {"code_digest": codes.digest("never given out"), "activated_at": stamp(utc_now())}
    connection.execute(insert(ACTIVATIONS), [row])


def new_publication(connection: Connection, kind: str, body: dict[str, object]) -> None:
    number = connection.execute(select(FEEDS.c.number).where(FEEDS.c.terminal == ESTATE)).scalar_one() + 1
    row = {"terminal": ESTATE, "number": number, "scope": "*", "kind": kind, "subject": "x"}
    row |= {"body": wire.encode(body), "attachment": None, "published_at": stamp(utc_now())}
    connection.execute(insert(PUBLICATIONS), [{**row, "halted_at": None}])
    connection.execute(update(FEEDS).where(FEEDS.c.terminal == ESTATE).values(number=number))


def new_code(connection: Connection) -> None:
    row = {"terminal": "990100-01-09", "digest": codes.digest("a"), "branch": BRANCH, "follows": 0}
    row |= {"expires_at": "2099-01-01T00:00:00.000Z", "used_at": None, "used_key": None}
    connection.execute(insert(ENROL_CODES), [row])


def sql(statement: object) -> Callable[[Connection], object]:
    return lambda connection: connection.execute(statement)  # type: ignore[call-overload]


OF_LOG = ADMIN_LOG.c.terminal == ESTATE
CHANGES: dict[str, tuple[Callable[[Connection], object], str]] = {
    "her role": (sql(update(OPERATORS).values(role="supervisor")), "operator OP10001: is not what line"),
    "her branches": (sql(update(OPERATORS).values(branches="x-1")), "operator OP10001: is not what line"),
    "her training": (sql(update(OPERATORS).values(papers="{}")), "operator OP10001: is not what line"),
    "her row gone": (sql(delete(OPERATORS)), "operator OP10001: is not here any more"),
    "another operator": (
        lambda c: c.execute(
            insert(OPERATORS).from_select(
                [c.name for c in OPERATORS.columns],
                select(*(literal("OP66666") if c.name == "operator" else c for c in OPERATORS.columns)),
            )
        ),
        "operator OP66666: no line added her",
    ),
    "other keys of hers": (new_activation, "key of OP10001 at 990100-01-03: by a code that no line gave out"),
    "her key exchanged": (
        sql(update(ACTIVATIONS).values(agreement=new_agreement().public.text)),
        "key of OP10001 at 990100-01-03: its proof does not hold",
    ),
    "a code": (new_code, "code for terminal 990100-01-09: no line gave it out"),
    "a code for longer": (
        sql(update(ENROL_CODES).values(expires_at="2099-01-01T00:00:00.000Z")),
        "code for terminal 990100-01-03: is not what line",
    ),
    "an edition": (
        lambda c: new_publication(c, "rules", {"edition": {}}),
        "publication 6 (rules): no line published it",
    ),
    "a role to her counters": (
        lambda c: new_publication(c, "operator", {"operator": OPERATOR, "role": "supervisor"}),
        "publication 6 (operator): gives OP10001 a role that no line gave her",
    ),
    "somebody to her counters": (
        lambda c: new_publication(c, "operator", {"operator": "OP66666", "role": "clerk"}),
        "publication 6 (operator): of an operator whom no line added",
    ),
    "what was published": (
        sql(update(PUBLICATIONS).where(PUBLICATIONS.c.number == 2).values(body=b"{}")),
        "publication 2 (block_list): is not what line",
    ),
    "a publication gone": (
        sql(delete(PUBLICATIONS).where(PUBLICATIONS.c.number == 2)),
        "publications 2 to 2: are not here",
    ),
    "the last one gone": (
        sql(delete(PUBLICATIONS).where(PUBLICATIONS.c.number == 5)),
        "publications 5 to 5: are not here",
    ),
    "a halt": (
        sql(update(PUBLICATIONS).where(PUBLICATIONS.c.number == 2).values(halted_at="x")),
        "publication 2 (block_list): no line halted it",
    ),
    "a halt undone": (
        sql(update(PUBLICATIONS).where(PUBLICATIONS.c.number == 3).values(halted_at=None)),
        "publication 3 (block_list): a line halted it",
    ),
    "a directive": (
        sql(update(DIRECTIVES).where(DIRECTIVES.c.number == 2).values(signature=bytes(64))),
        "directive 2 to 990100-01-03: entry.signature",
    ),
    "its kind": (
        sql(update(DIRECTIVES).where(DIRECTIVES.c.number == 2).values(kind="rules")),
        "directive 2 to 990100-01-03: columns differ",
    ),
    "a directive gone": (
        sql(delete(DIRECTIVES).where(DIRECTIVES.c.number == 2)),
        "directive 2 to 990100-01-03: entry.gap",
    ),
    "the feed begun anew": (
        lambda c: (
            c.execute(delete(DIRECTIVES)),
            c.execute(
                update(FEEDS).where(FEEDS.c.terminal != ESTATE).values(number=0, hash=NO_DIRECTIVE.hash)
            ),
        ),
        "feed of 990100-01-03: its counter adopted another directive 3",
    ),
    "the branch of a terminal": (
        sql(update(TERMINALS).values(branch="770000-01")),
        "terminal 990100-01-03: is not what headquarters granted it",
    ),
    "its grant": (
        sql(update(GRANTS).values(document=b"{}")),
        "terminal 990100-01-03: is not what headquarters granted it",
    ),
    "who did it": (
        sql(update(ADMIN_LOG).where(ADMIN_LOG.c.number == 4).values(who="AD0009")),
        "administration log, line 4: entry.form columns",
    ),
    "a line": (
        sql(update(ADMIN_LOG).where(ADMIN_LOG.c.number == 4).values(document=b"{}")),
        "administration log, line 4: entry.form",
    ),
    "a line gone": (
        sql(delete(ADMIN_LOG).where(ADMIN_LOG.c.number == 4)),
        "administration log, line 5: lines 4 to 4 before it are not here",
    ),
    "the last lines gone": (
        sql(delete(ADMIN_LOG).where(ADMIN_LOG.c.number > 4)),
        "administration log: the file beside the keys has line",
    ),
    "the first line gone": (
        sql(delete(ADMIN_LOG).where(ADMIN_LOG.c.number == 1)),
        "administration log, line 2: lines 1 to 1 before it are not here",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_row_changed_by_hand_is_named(edited: Edited, name: str) -> None:
    change, expected = CHANGES[name]
    found = edited.edit(change)
    assert any(expected in each for each in found), found


def test_a_revoked_terminal_is_not_let_in_again_by_hand(edited: Edited) -> None:
    where = ["--data", str(edited.home.directory)]
    run(build_parser().parse_args(["terminal", "revoke", "--terminal", TERMINAL, *where]), lambda _line: None)
    assert edited.found() == []
    found = edited.edit(sql(update(GRANTS).values(revoked_at=None)))
    assert any("revoked it, and it is let in" in each for each in found), found


def test_a_log_that_was_cut_where_all_was_cut(edited: Edited) -> None:
    """Whoever also has the directory still meets what headquarters signed for its counters."""
    with edited.database.read() as connection:
        told = connection.execute(select(PUBLICATIONS.c.body).where(PUBLICATIONS.c.kind == "admin_head"))
        number = wire.decode(told.scalar_one())["number"]
    (edited.home.directory / FOLDER / "head.json").unlink()
    found = edited.edit(sql(delete(ADMIN_LOG).where(OF_LOG, ADMIN_LOG.c.number >= number)))
    assert f"administration log: a directive to {TERMINAL} has line {number}, and the log ends at" in str(
        found
    )


def test_another_log_is_not_this_one(edited: Edited) -> None:
    """With the log's own key all of it can be written again, but for its first line."""
    house = house_signer(edited.home.directory)
    line = Line("init", Phase.DONE, effects=(Effect("log", "key", house.public.text),))
    with edited.database.write() as connection:
        connection.execute(delete(ADMIN_LOG))
        append(connection, line, house, utc_now(), new_signer())
    assert any("line 1: entry.signature" in each for each in edited.found())
    with pytest.raises(StoreError, match="damaged"):  # and no command goes on from it
        run(build_parser().parse_args(["admin", "list", "--data", str(edited.home.directory)]), print)


def test_a_line_written_again_by_the_log_s_own_key(edited: Edited) -> None:
    """Where one person holds everything it can be signed anew; the line after it names the old one."""
    with edited.database.read() as connection:
        lines = {row["number"]: row for row in rows(connection)}
    value = {**wire.decode(lines[4]["document"]), "shown": {}}
    document, signature = sign(value, house_signer(edited.home.directory))
    here = update(ADMIN_LOG).where(ADMIN_LOG.c.number == 4)
    found = edited.edit(sql(here.values(document=document, signature=signature)))
    assert "administration log, line 5: does not follow the line before it" in found


FORGED: dict[str, tuple[Line, str]] = {
    "in nobody's name": (Line("operator list", Phase.DONE), "not nobody's to do"),
    "somebody in office": (
        Line("admin password", Phase.DONE, effects=(effect_of("AD0009", "security", new_signer().public),)),
        "not nobody's to do",
    ),
    "of hers, by another key": (Line("operator list", Phase.DONE, "AD0002", "security"), "entry.signature"),
    "founded again": (Line("admin found", Phase.DONE), "entry.signature"),
}


@pytest.mark.parametrize("name", FORGED)
@pytest.mark.usefixtures("quick_passwords")
def test_a_line_that_nobody_in_office_signed(edited: Edited, name: str) -> None:
    """Somebody with the directory, its permissions and the database, and no administrator's password."""
    directory, house = edited.home.directory, house_signer(edited.home.directory)
    founders = [Founder(f"AD000{n}", a, "a password of hers") for n, a in enumerate(Administration, 1)]
    line = Line("admin found", Phase.DONE, effects=found(directory, founders))
    with edited.database.write() as connection:
        append(connection, line, house, utc_now(), edited.home.keyring(None).signing())
    assert edited.found() == []
    forged, expected = FORGED[name]
    with edited.database.write() as connection:
        append(connection, forged, house, utc_now(), new_signer())
    assert expected in str(edited.found())


@pytest.mark.usefixtures("quick_passwords")
def test_who_signs_with_her_own_key_speaks_for_her_own_acts_only(edited: Edited) -> None:
    """The system administrator has the database and a key: no second one, and no other's rows by it."""
    directory, house = edited.home.directory, house_signer(edited.home.directory)
    password, key = "a password of hers", new_signer()
    founders = [Founder(f"AD000{n}", a, password) for n, a in enumerate(Administration, 1)]
    founded = Line("admin found", Phase.DONE, effects=found(directory, founders))

    def alone(command: str, effect: Effect) -> list[str]:
        with edited.database.write() as connection:
            mine = ("AD0001", "system")
            begun = append(connection, Line(command, Phase.BEGUN, *mine), hers, utc_now()).number
            ended = Line(command, Phase.DONE, *mine, begun=begun, effects=(effect,))
            append(connection, ended, hers, utc_now())
        return edited.found()

    with edited.database.write() as connection:
        append(connection, founded, house, utc_now(), edited.home.keyring(None).signing())
        roster = read_roster(connection, edited.home.rolls().now())
    hers = open_key(directory, roster.people["AD0001"], password)
    assert alone("admin password", effect_of("AD0001", "system", hers.public)) == []
    assert "leaves no operator" in str(alone("backup", Effect("operator", OPERATOR, "")))
    more = alone("admin password", effect_of("AD0001", "security", key.public))
    assert "not her own new key" in more[-1]
    with edited.database.read() as connection, pytest.raises(StoreError, match="damaged"):
        read_roster(connection, edited.home.rolls().now())  # and no command goes on from it


def test_lines_that_a_restore_lost_are_named_and_no_fault(edited: Edited, tmp_path: Path) -> None:
    home, database = edited.home, edited.database
    done = backup(database, tmp_path / "copies")
    where = ["--data", str(home.directory)]
    run(build_parser().parse_args(["operator", "remove", OPERATOR, *where]), lambda _line: None)
    for _ in range(3):  # more than a restore writes itself
        run(build_parser().parse_args(["operator", "list", *where]), lambda _line: None)
    tell_head(database)
    database.close()
    for path in home.directory.glob("hq.sqlite*"):
        path.unlink()
    run(build_parser().parse_args(["restore", str(done.directory), *where]), lambda _line: None)
    restored = Database(str(database.url))
    again = check(home, restored)
    assert again.findings == ()
    assert [note for note in again.notes if "lost at a restore" in note]
    run(build_parser().parse_args(["operator", "list", *where]), lambda _line: None)
    with restored.write() as connection:  # what came after it is cut no more unseen than before
        connection.execute(delete(ADMIN_LOG).where(OF_LOG, ADMIN_LOG.c.number == head(connection).number))
    assert "the file beside the keys has line" in str(check(home, restored).findings)


def test_the_head_is_told_once_a_day(headquarters: Headquarters) -> None:
    assert tell_daily(headquarters.database, headquarters.now) == 0  # the log is younger than a day
    headquarters.now.advance(EVERY.total_seconds())
    assert tell_daily(headquarters.database, headquarters.now) == 1
    headquarters.now.advance(EVERY.total_seconds())
    assert tell_daily(headquarters.database, headquarters.now) == 0  # nothing was added
    line, house = Line("operator list", Phase.DONE), house_signer(headquarters.home.directory)
    with headquarters.database.write() as connection:
        note_head(headquarters.home.directory / FOLDER, append(connection, line, house, headquarters.now()))
    assert tell_daily(headquarters.database, headquarters.now) == 2


def test_the_documented_line_is_the_one_in_force(edited: Edited) -> None:
    section = (ROOT / "docs" / "format.md").read_text("utf-8").split("## 14")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)`(?:(?:,| ·) `(\w+)`)? \|", section, re.MULTILINE)
    with edited.database.read() as connection:
        documents = [wire.decode(row) for row in connection.execute(select(ADMIN_LOG.c.document)).scalars()]
    assert all({name for row in rows for name in row if name} == set(said) for said in documents)


def test_a_node_that_starts_says_what_it_finds(edited: Edited, expected_logs: ExpectedLogs) -> None:
    expected_logs.expect("hq.admin_watch", "operator OP10001: is not what line")
    metrics = Metrics()
    OwnCheck(edited.home, edited.database, metrics).look()
    names = ("counter_hq_admin_findings", "counter_hq_admin_separate")
    assert [metrics.value(name) for name in names] == [0, 0]
    assert list_alarms(edited.database) == []
    edited.edit(sql(update(OPERATORS).values(role="supervisor")))
    OwnCheck(edited.home, edited.database, metrics).look()
    assert metrics.value("counter_hq_admin_findings") == 1
    (alarm,) = list_alarms(edited.database)
    assert (alarm["terminal"], alarm["fault"]) == (ESTATE, CHANGED)
    assert "operator OP10001" in alarm["what"]


# -- entries ------------------------------------------------------------------------------------------


def forge(connection: Connection) -> None:
    """One more acceptance under the clerk's name, as somebody with the database would write it."""
    head = connection.execute(select(HEADS)).mappings().one()
    last = connection.execute(select(ENTRIES).where(ENTRIES.c.seq == head["seq"])).mappings().one()
    seq = int(head["seq"])
    body = bytes(last["body"]).replace(f'"seq":{seq},'.encode(), f'"seq":{seq + 1},'.encode())
    body = body.replace(wire.b64(_previous(body)).encode(), wire.b64(head["hash"]).encode())
    digest = hash_of(body)
    connection.execute(insert(ENTRIES), [{**last, "seq": seq + 1, "body": body, "hash": digest}])
    connection.execute(update(HEADS).values(seq=seq + 1, hash=digest))


def _previous(body: bytes) -> bytes:
    return wire.unb64(wire.decode(body)["prev"])


def hash_of(body: bytes) -> bytes:
    return sha256(body).digest()


def change(connection: Connection) -> None:
    """Another weight in an accepted item, its hash made right."""
    for row in connection.execute(select(ENTRIES)).mappings():
        if b'"kind":"ItemAccepted"' in row["body"]:
            body = bytes(row["body"]).replace(b'"number":1', b'"number":7')
            assert body != row["body"]
            mine = (ENTRIES.c.seq == row["seq"],)
            connection.execute(update(ENTRIES).where(*mine).values(body=body, hash=hash_of(body)))
            return


ENTRY_CHANGES: dict[str, tuple[Callable[[Connection], object], str]] = {
    "one more": (forge, "entry.signature"),
    "one other": (change, "entry.signature"),
    "one gone": (sql(delete(ENTRIES).where(ENTRIES.c.seq == 5)), "990100-01-03 entry 5: entry.gap"),
    "the last gone": (
        lambda c: c.execute(delete(ENTRIES).where(ENTRIES.c.seq == select(HEADS.c.seq).scalar_subquery())),
        "990100-01-03 head: is at",
    ),
}


@pytest.mark.parametrize("name", ENTRY_CHANGES)
def test_entries_changed_at_headquarters_are_named(edited: Edited, name: str) -> None:
    """The follower has seen them already, once: all journals are looked at again."""
    alter, expected = ENTRY_CHANGES[name]
    with edited.database.write() as connection:
        alter(connection)
    found = [f"{each.where}: {each.what}" for each in check_journals(edited.home, edited.database)]
    assert any(expected in each for each in found), found
    said: list[str] = []
    verify = ["admin", "verify", "--journals", "--data", str(edited.home.directory)]
    with pytest.raises(StoreError, match="damaged"):
        run(build_parser().parse_args(verify), said.append)
    assert any(expected in line for line in said), said
