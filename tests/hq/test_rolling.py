"""Headquarters' signing key rolls to the next: who is told, by which key, and when the old one may go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import delete

from core import wire
from core.crypto.keys import PublicKey, parse_public_key
from core.errors import HqError
from core.exchange import HEADER_KEY, PATH_KEYS, PATH_TIME, path_directives, path_entries, path_marks
from core.ledger.directives import (
    NO_DIRECTIVE,
    DirectiveHead,
    FeedKeys,
    SignedDirective,
    directive_from_json,
    directive_to_json,
    sign_directive_again,
)
from core.ledger.documents import read_grant, read_marks, read_time
from core.ledger.rolls import KeyChain, chain_to, roll_from, rolls_from
from core.ledger.writer import Proposal
from hq import rolling
from hq.directives import halt
from hq.evidence import write_evidence
from hq.export import export
from hq.rolling import roll
from hq.schema import DIRECTIVES, FEEDS, PUBLICATIONS
from hq.terminals import new_enrol_code, revoke
from tests.hq.entries import TlsKey, batch, enrol_request, write_items
from tests.hq.headquarters import Counter, Headquarters
from tests.hq.test_commands import hq
from tests.hq.test_directives import said
from tests.peers import evidence
from tests.peers.estate import check_estate


def asked(counter: Counter, path: str, knows: PublicKey) -> dict[str, str]:
    """An answer for a terminal that believes that key."""
    answer = counter.request("GET", path, headers={HEADER_KEY: knows.id})
    assert answer.status_code == 200, answer.text
    found: dict[str, str] = answer.json()
    return found


def fed(counter: Counter, knows: KeyChain, held: DirectiveHead = NO_DIRECTIVE) -> list[SignedDirective]:
    """What a feed brings after ``held``, under the keys that may sign it."""
    terminal = counter.book.terminal
    path = f"{path_directives(terminal)}?after={held.number}&head={wire.b64(held.hash)}"
    answer = counter.request("GET", path, headers={HEADER_KEY: knows.current.id})
    assert answer.status_code == 200, answer.text
    keys, found = FeedKeys(knows, len(knows.rolls)), []
    for value in answer.json()["directives"]:
        found.append(directive_from_json(value))
        keys.check(found[-1], terminal, held)
        held = found[-1].head
    return found


def adopt(counter: Counter, found: list[SignedDirective]) -> None:
    """The counter's own entries, sent and followed."""
    book, head = counter.book, found[-1].head
    book.propose(Proposal("DirectivesAdopted", {"number": head.number, "head": wire.b64(head.hash)}, "op-a"))
    for signed in found:
        if signed.directive.kind == "key_roll":
            made = roll_from(signed.directive.body)
            book.propose(
                Proposal("HeadquartersKeyPinned", {"key": made.read().new.text, **made.as_json()}, "op-p")
            )
    counter.sent(book.entries)
    counter.headquarters.follow()


def test_a_roll_reaches_every_counter_before_the_old_key_goes(
    headquarters: Headquarters, tmp_path: Path
) -> None:
    home, keyring, database = headquarters.home, headquarters.keyring, headquarters.database
    old, first, second = (
        KeyChain((home.signing,)),
        headquarters.counter(),
        headquarters.counter("990100-01-04"),
    )
    said(headquarters, "before")
    had = fed(first, old)
    done = roll(home, keyring, database, now=headquarters.now)
    said(headquarters, "after")
    new = parse_public_key(done.key, signing=True)

    # The running node signs for each with the key that it knows, without a restart.
    for knows in (home.signing, new):
        marks = asked(first, path_marks(first.book.terminal), knows)
        read_marks(wire.unb64(marks["document"]), wire.unb64(marks["signature"]), knows)
        sent = first.request(
            "POST", path_entries(first.book.terminal), batch([]), headers={HEADER_KEY: knows.id}
        )
        read_marks(wire.unb64(sent.json()["document"]), wire.unb64(sent.json()["signature"]), knows)
        nonce = wire.b64(bytes(16))
        time = headquarters.client().get(f"{PATH_TIME}?nonce={nonce}", headers={HEADER_KEY: knows.id}).json()
        read_time(wire.unb64(time["document"]), wire.unb64(time["signature"]), knows, bytes(16))
    published = headquarters.client().get(PATH_KEYS).json()
    chain = chain_to(new, rolls_from(published["rolls"]))
    assert (published["signing"], chain.keys) == (new.text, (home.signing, new))

    found = fed(first, old, had[-1].head)
    assert [each.directive.kind for each in found] == ["key_roll", "rules"]
    write_items(first.book, 1)
    adopt(first, found)
    assert fed(first, chain, found[-1].head) == []
    third = headquarters.counter("990100-01-05")  # enrolled under the new key: nothing to roll
    assert [each.directive.subject for each in fed(third, chain)] == ["before", "after"]

    assert [row.terminal for row in rolling.waiting(database, chain)] == ["990100-01-04"]
    with pytest.raises(HqError, match="not known yet"):
        rolling.retire(home, keyring, database)
    with pytest.raises(HqError, match="not retired"):
        roll(home, keyring, database)
    revoke(database, second.book.terminal, now=headquarters.now)
    assert rolling.retire(home, keyring, database) == 1
    assert keyring.places() == [1]
    with pytest.raises(HqError):
        rolling.retire(home, keyring, database)
    # Whoever still believes the old one is answered by the new, and finds the roll.
    marks = asked(first, path_marks(first.book.terminal), home.signing)
    read_marks(wire.unb64(marks["document"]), wire.unb64(marks["signature"]), new)
    again = roll(home, keyring, database, now=headquarters.now)
    assert (again.number, again.key) == (2, home.keyring(None).signing().public.text)

    assert headquarters.listed()["alarms"] == []
    book, file = first.book, tmp_path / "evidence.jsonl"
    about, keys = (file, book.terminal, book.operator, ""), home.rolls().now()
    write_evidence(database, keyring.signing(), *about, headquarters.now, keys)
    for key in keys.keys:
        evidence.check(file.read_bytes().splitlines(keepends=True), key.text)
    with pytest.raises(evidence.Bad, match="another headquarters"):
        evidence.check(file.read_bytes().splitlines(keepends=True), book.key.public.text)
    export(database, home.rolls().now(), tmp_path / "all.jsonl", now=headquarters.now)
    for key in home.rolls().now().keys:
        assert check_estate(tmp_path / "all.jsonl", key.text, None)[0] == 3


def test_enrolment_while_a_roll_is_under_way(headquarters: Headquarters) -> None:
    """Asked again after a roll with the same code and key, the answer is the new key's."""
    code = new_enrol_code(headquarters.database, "990100-01-07", "990100-01", now=headquarters.now)
    request = enrol_request(headquarters.book("990100-01-07"), code, TlsKey().csr())
    answers = []
    for _ in range(2):
        answers.append(headquarters.client().post("/v1/enrol", json=request).json())
        if len(answers) == 1:
            roll(headquarters.home, headquarters.keyring, headquarters.database, now=headquarters.now)
    first, second = answers
    assert (first["grant"], first["rolls"]) == (second["grant"], [])
    chain = chain_to(parse_public_key(second["signing"], signing=True), rolls_from(second["rolls"]))
    assert chain.keys[0].text == first["signing"]
    read_grant(wire.unb64(second["grant"]), wire.unb64(second["grant_signature"]), chain.current)
    assert rolling.waiting(headquarters.database, chain) == []


def test_the_commands(headquarters: Headquarters, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    counter = headquarters.counter()
    where = ["--data", str(tmp_path / "hq"), "--database", headquarters.url]
    assert hq(capsys, "keys", "retire", *where)[0] == 2
    assert hq(capsys, "keys", "list", *where)[1].split()[:2] == ["key", "1"]
    code, out, _err = hq(capsys, "keys", "roll", *where, "--json")
    assert (code, json.loads(out)["number"]) == (0, 1)
    listed = json.loads(hq(capsys, "keys", "list", *where, "--json")[1])
    assert [(row["signs"], row["here"]) for row in listed["keys"]] == [(False, True), (True, True)]
    assert [row["terminal"] for row in listed["waiting"]] == [counter.book.terminal]
    assert f"{counter.book.terminal}  does not know key 2 yet" in hq(capsys, "keys", "list", *where)[1]
    code, _out, err = hq(capsys, "keys", "retire", *where)
    assert (code, "not known yet at 1 terminals" in err) == (2, True)
    code, out, _err = hq(capsys, "keys", "retire", "--anyway", *where)
    assert (code, "1 terminals did not know the new one yet" in out) == (0, True)
    assert "retired" in hq(capsys, "keys", "list", *where)[1].splitlines()[0]
    assert not (tmp_path / "hq" / "keys" / "signing.key").exists()


class CutOffError(Exception):
    """The process ends here."""


@pytest.mark.parametrize("step", ["keys.made", "keys.signed", "keys.told"])
def test_a_roll_that_was_cut_off_goes_on(headquarters: Headquarters, step: str) -> None:
    home, keyring, database = headquarters.home, headquarters.keyring, headquarters.database

    def cut(reached: str) -> None:
        if reached == step:
            raise CutOffError

    with pytest.raises(CutOffError):
        roll(home, keyring, database, now=headquarters.now, probe=cut)
    made = keyring.signing(2).public
    if step != "keys.told":
        done = roll(home, keyring, database, now=headquarters.now)
        assert (done.number, done.key, done.went_on) == (1, made.text, step == "keys.signed")
    assert home.keyring(None).signing().public == made
    with pytest.raises(HqError, match="not retired"):
        roll(home, keyring, database)
    counter = headquarters.counter()
    assert rolling.tell_missing(home, database) == 0
    told = fed(counter, KeyChain((home.signing,)))
    assert [each.directive.kind for each in told] == ["key_roll"]
    # Halted half way it goes no further; the same command lets it go on.
    late = headquarters.counter("990100-01-04")
    halt(database, told[0].directive.publication, now=headquarters.now)
    assert fed(late, KeyChain((home.signing,))) == []
    assert roll(home, keyring, database).went_on
    assert len(fed(late, KeyChain((home.signing,)))) == 1


def _as_if_restored(headquarters: Headquarters) -> None:
    with headquarters.database.write() as connection:
        for table in (PUBLICATIONS, FEEDS, DIRECTIVES):
            connection.execute(delete(table))


def test_a_restored_headquarters_takes_the_roll_back(headquarters: Headquarters) -> None:
    """Its keys are with it, its database is from before: it publishes the roll again, and signs as before."""
    home, keyring, database = headquarters.home, headquarters.keyring, headquarters.database
    counter, old = headquarters.counter(), KeyChain((home.signing,))
    roll(home, keyring, database, now=headquarters.now)
    said(headquarters, "after")
    found = fed(counter, old)
    _as_if_restored(headquarters)
    assert rolling.tell_missing(home, database) == 1
    assert rolling.tell_missing(home, database) == 0
    chain, head = home.rolls().now(), found[-1].head
    path = path_directives(counter.book.terminal)
    refused = counter.request("GET", f"{path}?after={head.number}&head={wire.b64(head.hash)}")
    assert refused.json()["facts"]["what"] == "directives lost"
    body = wire.encode({"directives": [directive_to_json(each) for each in found]})
    assert counter.request("POST", path, body).json() == {"number": head.number}
    assert fed(counter, chain, head) == []  # the roll's second publication is the one that it has
    forged = [found[0], sign_directive_again(found[1], keyring.signing(1))]  # the retired key, after the roll
    _as_if_restored(headquarters)
    body = wire.encode({"directives": [directive_to_json(each) for each in forged]})
    assert counter.request("POST", path, body).status_code == 400
