"""A clerk's evidence from a real journal, checked by a program that shares nothing with it (I9, T16)."""

from __future__ import annotations

import ast
import dataclasses
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core import wire
from core.crypto.keys import SoftwareSigner, new_signer
from core.errors import ConfigError, ConfigFault
from core.ledger.documents import Marks, make_marks
from core.ledger.entry import EMPTY_HEAD, Entry, Head, session_message, terminal_message
from core.ledger.evidence import Days, find_days, gather
from core.ledger.founding import day_opened, operator_accepted
from core.ledger.writer import Proposal
from program.cli import handler, parser
from storage.evidence import KeptMarks, StoredChain
from storage.journal import SqlJournal
from tests.peers import evidence as peer
from tests.peers.exports import line
from tests.storage.child import ROOT
from tests.storage.counters import PASSWORD, Counter

pytestmark = pytest.mark.requirement("I9")

HER, OTHER = "OP10001", "OP20001"


def told(counter: Counter, journal: SqlJournal, head: Head | None = None) -> None:
    """Headquarters says what it holds."""
    head = head or counter.book.state.head
    marks = Marks(counter.book.terminal, head, EMPTY_HEAD, counter.book.machine.moment)
    journal.note_marks(*make_marks(marks, counter.book.headquarters))
    journal.flush()


def add(counter: Counter, journal: SqlJournal, *proposals: Proposal) -> list[Entry]:
    entries = counter.book.propose(*proposals)
    journal.commit(entries, counter.book.state)
    return entries


def log_in(counter: Counter, journal: SqlJournal) -> None:
    before = len(counter.book.entries)
    counter.book.log_in()
    journal.commit(counter.book.entries[before:], counter.book.state)


def next_day(counter: Counter, journal: SqlJournal, hours: int) -> None:
    book = counter.book
    book.machine.advance(hours * 3600)
    add(counter, journal, day_opened(book.state.day + 1, book.clock, book.operation()))


def colleague(counter: Counter, journal: SqlJournal) -> None:
    """Another operator's session with an item of hers, then the first one again."""
    book, her = counter.book, counter.book.person
    key = counter.another_operator(OTHER)
    accepted = operator_accepted(
        book.terminal, OTHER, "clerk", key.signer, key.agreement.public, book.operation(),
        endorsed_by="supervisor", endorser=HER, endorser_key=her,
    )  # fmt: skip
    book.session = None
    add(counter, journal, accepted)
    book.operator, book.person = OTHER, key.signer
    log_in(counter, journal)
    journal.commit(counter.accept(), book.state)
    add(counter, journal, Proposal("OperatorLoggedOut", {"cause": "key"}, book.operation(), True))
    book.operator, book.person, book.session = HER, her, None
    log_in(counter, journal)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Counter, SqlJournal]]:
    """Three days: hers, one begun in a session of the evening before and shared, and today."""
    directory = tmp_path_factory.mktemp("evidence") / "store"
    directory.mkdir()
    counter = Counter(directory)
    journal = counter.start()
    for _ in range(2):
        journal.commit(counter.accept(), counter.book.state)
    journal.commit(counter.print_label(6, "LabelPrinted"), counter.book.state)
    told(counter, journal)
    for hours in (11, 24):  # a session lasts twelve: the second day begins in that of the first
        next_day(counter, journal, hours)
        if hours > 12:
            log_in(counter, journal)
        journal.commit(counter.accept(), counter.book.state)
        told(counter, journal)
        journal.commit(counter.accept(), counter.book.state)
        if hours < 12:
            colleague(counter, journal)
        told(counter, journal)
    yield counter, journal
    journal.database.close()


def made(kept: tuple[Counter, SqlJournal], day: str, operator: str = HER) -> tuple[list[bytes], Days]:
    counter, journal = kept
    headquarters = counter.book.headquarters.public
    chain = StoredChain(journal)
    days = find_days(chain, day)
    assert days is not None
    found = gather(chain, KeptMarks(journal, headquarters), headquarters, operator, days)
    return [line(each) for each in found.lines], days


def check(kept: tuple[Counter, SqlJournal], lines: list[bytes]) -> tuple[peer.Evidence, int]:
    found, proven, _at = peer.check(lines, kept[0].book.headquarters.public.text)
    return found, proven


def under(kept: tuple[Counter, SqlJournal], days: Days, operator: str) -> list[str]:
    """Hashes of what the day's entries say of her, told from the journal itself."""
    entries = [e for e in kept[0].book.entries if days.begins <= e.header.seq]
    later = [e.header.seq for e in entries if e.header.kind == "DayOpened" and e.header.seq > days.begins]
    last = later[0] - 1 if later else entries[-1].header.seq
    named = f'"{operator}"'.encode()
    return [wire.b64(e.hash) for e in entries if e.header.seq <= last and named in e.body]


@pytest.mark.parametrize("operator", [HER, OTHER])
@pytest.mark.parametrize("day", ["1", "2", "2026-11-23", ""])
def test_a_day_is_proven_by_the_file_alone(kept: tuple[Counter, SqlJournal], day: str, operator: str) -> None:
    lines, days = made(kept, day, operator)
    found, proven = check(kept, lines)
    assert [digest for _body, digest, _how in found.hers] == under(kept, days, operator)
    assert proven >= days.ends
    assert found.needed() == (days.ends, days.last < 3)
    assert (OTHER in [body["actor"].get("id") for body, _digest, _how in found.hers]) == (
        operator == OTHER and days.first == 2
    )


def test_an_old_day_does_not_carry_all_that_came_since(kept: tuple[Counter, SqlJournal]) -> None:
    """The first marks that reached the next day are kept for it, and stand at most one sending further."""
    lines, days = made(kept, "1")
    assert json.loads(lines[0])["last"] == days.ends + 2 < kept[0].book.state.head.seq


def test_nobody_else_s_data_is_in_it(kept: tuple[Counter, SqlJournal]) -> None:
    """No attachment, no waybill, no name; of colleagues the number and nothing that they signed."""
    lines, _days = made(kept, "2")
    text = b"".join(lines)
    bodies = b"".join(wire.unb64(json.loads(each)["body"]) for each in lines[1:-1])
    for word in ("示", "证"):
        assert word.encode() not in text
    for word in ("示", "证"):
        assert word.encode() not in bodies
    # A whole waybill or number: three letters or figures stand in some key or signature sooner or later.
    assert not re.search(rb"XA[0-9]{4}|138(?:[0-9]{6}|\*)", bodies)
    for entry in map(json.loads, lines[1:-1]):
        her = json.loads(wire.unb64(entry["body"]))["actor"].get("id") == HER
        assert (entry["session_signature"] is not None) == her


def test_what_headquarters_has_not_is_not_proven(counter: Counter, journal: SqlJournal) -> None:
    journal.commit(counter.accept(), counter.book.state)
    found, proven = check((counter, journal), made((counter, journal), "")[0])
    assert (proven, found.needed()) == (0, (6, False))
    told(counter, journal)
    journal.commit(counter.accept(), counter.book.state)
    found, proven = check((counter, journal), made((counter, journal), "")[0])
    assert (proven, found.needed()) == (6, (8, False))
    assert peer.show(found, proven, "") == peer.OPEN


# -- changed afterwards -------------------------------------------------------------------------------


def changed(lines: list[bytes], number: int, **members: object) -> list[bytes]:
    value = {**json.loads(lines[number]), **members}
    return [*lines[:number], line(value), *lines[number + 1 :]]


def without(lines: list[bytes], number: int) -> list[bytes]:
    return lines[:number] + lines[number + 1 :]


def recount(lines: list[bytes], **members: object) -> list[bytes]:
    """The first and last line made to agree with what is between."""
    before = json.loads(lines[0])["before"]
    lines = changed(lines, len(lines) - 1, end=len(lines) - 2 - before)
    return changed(lines, 0, **members)


def own(lines: list[bytes]) -> int:
    """The line of an item of hers."""
    return next(n for n, each in enumerate(lines[:-1]) if n and _body(each)["kind"] == "ItemAccepted")


def _body(text: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(wire.unb64(json.loads(text)["body"]))
    return found


TAMPERED: dict[str, tuple[Callable[[list[bytes]], list[bytes]], str]] = {
    "an entry left out": (lambda f: without(f, own(f)), "number of entries"),
    "left out and counted anew": (
        lambda f: recount(without(f, own(f)), last=json.loads(f[0])["last"] - 1), "out of sequence"),
    "the last entries left out": (
        lambda f: recount([*f[:-2], f[-1]], last=json.loads(f[0])["last"] - 1), "is not in the file"),
    "the first entries left out": (
        lambda f: recount(without(f, 1), first=json.loads(f[0])["first"] + 1), "a day begins outside"),
    "two exchanged": (lambda f: [*f[:5], f[6], f[5], *f[7:]], "out of sequence"),
    "another day": (lambda f: changed(f, 0, days=[3, 3]), "a day begins outside"),
    "another operator": (lambda f: changed(f, 0, operator="OP99999"), "number"),
    "her signature gone": (lambda f: changed(f, own(f), session_signature=None), "without her session's"),
    "her signature another's": (
        lambda f: changed(f, own(f), session_signature=json.loads(f[own(f) + 2])["terminal_signature"]),
        "session: wrong signature"),
    "the counter's signature another's": (
        lambda f: changed(f, own(f), terminal_signature=json.loads(f[4])["terminal_signature"]),
        "terminal: wrong signature"),
    "headquarters' signature another's": (
        lambda f: changed(f, len(f) - 1, signature=json.loads(f[4])["terminal_signature"]),
        "marks: wrong signature"),
    "cut off": (lambda f: f[:-1], "wrong members"),
    "the end of a line cut off": (lambda f: [*f[:-1], f[-1][:-1]], "cut off"),
}  # fmt: skip


@pytest.mark.parametrize("how", sorted(TAMPERED))
def test_a_changed_file_is_refused_with_the_reason(kept: tuple[Counter, SqlJournal], how: str) -> None:
    change, reason = TAMPERED[how]
    lines, _days = made(kept, "1")
    if how == "another operator":  # nothing is under that name: sound, and it says so
        assert check(kept, change(lines))[0].hers == []
        return
    with pytest.raises(peer.Bad, match=reason):
        check(kept, change(lines))


def test_any_changed_byte_of_a_body_is_refused(kept: tuple[Counter, SqlJournal]) -> None:
    lines, _days = made(kept, "1")
    for number in range(1, len(lines) - 1):
        raw = bytearray(wire.unb64(json.loads(lines[number])["body"]))
        raw[len(raw) * number // len(lines)] ^= 1
        with pytest.raises(peer.Bad):
            check(kept, changed(lines, number, body=wire.b64(bytes(raw))))


# -- by somebody who holds some of the keys --------------------------------------------------------------


def forged(kept: tuple[Counter, SqlJournal], key: SoftwareSigner, **header: object) -> list[bytes]:
    """An item put under her name at the end of the last day, signed with the terminal's true key."""
    book = kept[0].book
    lines, _days = made(kept, "")
    last = next(e for e in reversed(book.entries) if e.header.kind == "ItemAccepted")
    fields = {**last.fields, "seq": book.state.head.seq + 1, "prev": wire.b64(book.state.head.hash), **header}
    body = wire.encode(fields)
    entry = {
        "body": wire.b64(body),
        "terminal_signature": wire.b64(book.key.sign(terminal_message(body))),
        "session_signature": wire.b64(key.sign(session_message(body))),
    }
    lines = [*lines[:-1], line(entry), lines[-1]]
    return recount(lines, last=json.loads(lines[0])["last"] + 1)


def test_the_counter_s_key_alone_puts_nothing_under_her_name(kept: tuple[Counter, SqlJournal]) -> None:
    session = kept[0].book.session
    assert session is not None
    person = {"type": "person", "id": HER, "session": session.session}
    keys = {"terminal": kept[0].book.key.public.id, "session": session.signer.public.id}
    with pytest.raises(peer.Bad, match="session: wrong signature"):
        check(kept, forged(kept, new_signer(), actor=person, keys=keys))
    other = new_signer()
    with pytest.raises(peer.Bad, match="another session's key"):
        check(kept, forged(kept, other, actor=person, keys={**keys, "session": other.public.id}))
    with pytest.raises(peer.Bad, match="of another session"):
        check(kept, forged(kept, new_signer(), actor={**person, "session": "s-1"}, keys=keys))
    with pytest.raises(peer.Bad, match="no person's act"):
        check(kept, forged(kept, new_signer(), actor={"type": "system", "id": HER}, keys=keys))


def test_another_history_is_not_the_one_that_headquarters_signed(tmp_path: Path) -> None:
    """Counter and terminal key in one hand: everything is signed, and the head is another one."""
    (tmp_path / "one").mkdir()
    counter = Counter(tmp_path / "one")
    journal = counter.start()
    journal.commit(counter.accept(), counter.book.state)
    marks = Marks(counter.book.terminal, counter.book.state.head, EMPTY_HEAD, counter.book.machine.moment)
    signed = dataclasses.replace(marks, received=Head(1, 6, bytes(32)))
    lines, _days = made((counter, journal), "")
    journal.database.close()
    for said, sound in ((marks, True), (signed, False)):
        body, signature = make_marks(said, counter.book.headquarters)
        file = changed(lines, len(lines) - 1, document=wire.b64(body), signature=wire.b64(signature))
        if sound:
            assert check((counter, journal), file)[1] == 6
        else:
            with pytest.raises(peer.Bad, match="entry 6: headquarters signed another hash"):
                check((counter, journal), file)


def test_her_own_key_is_compared_with_the_one_she_knows(kept: tuple[Counter, SqlJournal]) -> None:
    counter, _journal = kept
    lines, _days = made(kept, "1")
    headquarters = counter.book.headquarters.public.text
    peer.check(lines, headquarters, counter.book.person.public.text)
    with pytest.raises(peer.Bad, match="another key for her"):
        peer.check(lines, headquarters, new_signer().public.text)


# -- the programs -----------------------------------------------------------------------------------------


def test_the_two_programs(tmp_path: Path) -> None:
    """``main.py evidence`` with her password; the checker alone, away from the project."""
    (tmp_path / "store").mkdir()
    counter = Counter(tmp_path / "store")
    journal = counter.start()
    journal.commit(counter.accept(), counter.book.state)
    told(counter, journal)
    journal.database.close()
    file = tmp_path / "evidence.jsonl"
    order = ("main.py", "evidence", str(file), "--data", str(counter.directory), "--operator", HER)
    done = run(*order, "--json", stdin=f"{PASSWORD}\n")
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert (answer["entries"], answer["proven"], answer["needed"]) == (4, 6, 6)
    assert answer["key"] == counter.book.person.public.text
    assert file.stat().st_mode & 0o777 == 0o600
    checker = tmp_path / "evidence.py"
    checker.write_bytes((ROOT / "tests" / "peers" / "evidence.py").read_bytes())
    checked = run("-I", str(checker), str(file), "--headquarters", answer["headquarters"])
    assert (checked.returncode, checked.stderr) == (peer.PROVEN, "")
    assert wire.b64(counter.book.entries[-1].hash) in checked.stdout
    for wrong in ("2026-02-30", "0", "yesterday"):
        options = parser().parse_args([*order[1:], "--day", wrong])
        with pytest.raises(ConfigError) as caught:
            handler("evidence")(options)
        assert (caught.value.code, caught.value.facts["key"]) == (ConfigFault.WRONG_VALUE, "--day")


def run(*command: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_checker_imports_nothing_of_ours() -> None:
    tree = ast.parse(Path(peer.__file__).read_text("utf-8"))
    names = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    names |= {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    others = {name for name in names if name.split(".")[0] not in sys.stdlib_module_names}
    assert others
    assert all(name.startswith("cryptography.") for name in others)
