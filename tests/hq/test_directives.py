"""Directives are numbered for each terminal without gaps, once, in order; a halt stops what is not sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from core import wire
from core.errors import ConfigError, EntryError, HqError
from core.exchange import MAX_DIRECTIVES, path_directives
from core.ledger.block_list import read_block_list
from core.ledger.directives import (
    NO_DIRECTIVE,
    Directive,
    DirectiveHead,
    SignedDirective,
    check_directive,
    directive_from_json,
    directive_to_json,
    make_directive,
)
from hq.directives import EVERYBODY, Publication, halt, publish, to_branch, to_terminal
from hq.identity import Terminal
from hq.publishing import publish_file
from hq.schema import DIRECTIVES, FEEDS
from tests.hq.headquarters import BRANCH, Counter, Headquarters, fault

pytestmark = pytest.mark.requirement("R109")


def said(headquarters: Headquarters, subject: str, scope: str = EVERYBODY, text: str = "") -> int:
    """Publish a small thing."""
    with headquarters.database.write() as connection:
        made = Publication("rules", subject, {"text": text or subject}, scope, b"private " + subject.encode())
        return publish(connection, made, headquarters.now)


def ask(counter: Counter, held: DirectiveHead = NO_DIRECTIVE) -> Any:
    """The answer to one request."""
    path = f"{path_directives(counter.book.terminal)}?after={held.number}&head={wire.b64(held.hash)}"
    return counter.request("GET", path)


def take(counter: Counter, held: DirectiveHead = NO_DIRECTIVE) -> list[SignedDirective]:
    """Everything that comes, signature and chain checked, in as many requests as it takes."""
    found: list[SignedDirective] = []
    more = True
    while more:
        answer = ask(counter, held)
        assert answer.status_code == 200, answer.text
        more = answer.json()["more"]
        for value in answer.json()["directives"]:
            signed = directive_from_json(value)
            check_directive(signed, counter.headquarters.home.signing, counter.book.terminal, held)
            held = signed.head
            found.append(signed)
    return found


def subjects(found: Sequence[SignedDirective]) -> list[str]:
    return [each.directive.subject for each in found]


def test_numbered_for_each_terminal(headquarters: Headquarters) -> None:
    here, there = headquarters.counter("990100-01-03"), headquarters.counter("990100-01-04")
    for subject, scope in (
        ("all", EVERYBODY),
        ("one", to_terminal("990100-01-04")),
        ("branch", to_branch(BRANCH)),
        ("elsewhere", to_branch("770000-01")),
        ("last", EVERYBODY),
    ):
        said(headquarters, subject, scope)
    assert subjects(take(here)) == ["all", "branch", "last"]
    found = take(there)
    assert subjects(found) == ["all", "one", "branch", "last"]
    assert [each.directive.number for each in found] == [1, 2, 3, 4]
    assert found[1].attachment == b"private one"
    # The same question again changes nothing, and goes on from wherever the terminal is.
    assert [each.document for each in take(there)] == [each.document for each in found]
    assert [each.document for each in take(there, found[2].head)] == [found[3].document]
    assert take(there, found[3].head) == []


def test_halt(headquarters: Headquarters) -> None:
    early, late = headquarters.counter("990100-01-03"), headquarters.counter("990100-01-04")
    number = said(headquarters, "wrong")
    had = take(early)
    halt(headquarters.database, number, now=headquarters.now)
    said(headquarters, "right")
    assert subjects(take(late)) == ["right"]
    again = take(early)
    assert subjects(again) == ["wrong", "right"]
    assert again[0].document == had[0].document
    with pytest.raises(HqError):
        halt(headquarters.database, number)


def test_the_last_on_a_subject_counts(headquarters: Headquarters) -> None:
    counter = headquarters.counter()
    said(headquarters, "a", text="first")
    said(headquarters, "b")
    said(headquarters, "a", text="second")
    found = take(counter)
    assert [each.directive.body["text"] for each in found] == ["b", "second"]
    said(headquarters, "a", to_branch(BRANCH), text="second")  # it has just that
    assert take(counter, found[-1].head) == []
    said(headquarters, "a", text="first")
    assert [each.directive.body["text"] for each in take(counter, found[-1].head)] == ["first"]


def test_many_come_in_parts(headquarters: Headquarters) -> None:
    counter = headquarters.counter()
    for number in range(MAX_DIRECTIVES + 3):
        said(headquarters, f"s{number}")
    first = ask(counter).json()
    assert (len(first["directives"]), first["more"]) == (MAX_DIRECTIVES, True)
    assert len(take(counter)) == MAX_DIRECTIVES + 3


def test_another_history_is_refused(headquarters: Headquarters) -> None:
    counter = headquarters.counter()
    said(headquarters, "a")
    take(counter)
    status, code, facts = fault(ask(counter, DirectiveHead(1, bytes(32))))
    assert (status, code, facts["what"]) == (409, "hq.conflict", "directives fork")
    assert [alarm["fault"] for alarm in headquarters.listed()["alarms"]] == ["entry.fork"]


def test_nobody_elses_feed(headquarters: Headquarters) -> None:
    here = headquarters.counter("990100-01-03")
    headquarters.counter("990100-01-04")
    path = f"{path_directives('990100-01-04')}?after=0&head={wire.b64(bytes(32))}"
    assert fault(here.request("GET", path))[:2] == (403, "hq.auth_lost")


def test_lost_directives_come_back(headquarters: Headquarters) -> None:
    """A restored headquarters has them from the terminal before it numbers the next one."""
    counter = headquarters.counter()
    for subject in ("a", "b", "c"):
        said(headquarters, subject)
    found = take(counter)
    with headquarters.database.write() as connection:  # as in a backup made after the first
        connection.execute(DIRECTIVES.delete().where(DIRECTIVES.c.number > 1))
        older = {"number": 1, "hash": found[0].hash, "considered": 1}
        connection.execute(FEEDS.update().where(FEEDS.c.terminal == counter.book.terminal).values(older))
    said(headquarters, "d")
    status, code, facts = fault(ask(counter, found[2].head))
    assert (status, code, facts["what"], facts["number"]) == (409, "hq.conflict", "directives lost", 1)
    body = json.dumps({"directives": [directive_to_json(each) for each in found[1:]]}).encode()
    path = path_directives(counter.book.terminal)
    for _again in range(2):
        assert counter.request("POST", path, body).json() == {"number": 3}
    after = take(counter, found[2].head)
    assert [(each.directive.number, each.directive.subject) for each in after] == [(4, "d")]
    forged = json.dumps({"directives": [{**directive_to_json(after[0]), "signature": wire.b64(bytes(64))}]})
    with headquarters.database.write() as connection:
        connection.execute(DIRECTIVES.delete().where(DIRECTIVES.c.number > 3))
        connection.execute(FEEDS.update().values(number=3, hash=found[2].hash))
    assert fault(counter.request("POST", path, forged.encode()))[2]["fault"] == "entry.signature"


def test_what_the_check_refuses(headquarters: Headquarters) -> None:
    signer = headquarters.keyring.signing()
    first = Directive("t-1", 1, bytes(32), "rules", "a", headquarters.now(), 1, {"n": 1})
    good = make_directive(first, signer, b"private")
    assert check_directive(good, signer.public, "t-1", NO_DIRECTIVE).body == {"n": 1}
    gone = SignedDirective(good.document, good.signature)
    assert check_directive(gone, signer.public, "t-1", NO_DIRECTIVE).attached is not None
    wrong: list[tuple[SignedDirective, str, DirectiveHead, str]] = [
        (good, "t-2", NO_DIRECTIVE, "entry.wrong_terminal"),
        (good, "t-1", good.head, "entry.gap"),
        (good, "t-1", DirectiveHead(0, b"\1" * 32), "entry.previous"),
        (SignedDirective(good.document, bytes(64)), "t-1", NO_DIRECTIVE, "entry.signature"),
        (
            SignedDirective(good.document, good.signature, good.nonce, b"other"),
            "t-1",
            NO_DIRECTIVE,
            "entry.commitment",
        ),
    ]
    for signed, terminal, before, expected in wrong:
        with pytest.raises(EntryError) as refused:
            check_directive(signed, signer.public, terminal, before)
        assert str(refused.value.code) == expected


def test_a_block_list_is_published_without_its_numbers(headquarters: Headquarters, tmp_path: Path) -> None:
    counter = headquarters.counter()
    file = tmp_path / "list.json"
    file.write_text(json.dumps({"block_list": "b-1", "numbers": ["11010519491231002X"]}))
    number, said = publish_file(headquarters.database, file, BRANCH, now=headquarters.now)
    assert (number, said.kind, said.scope) == (1, "block_list", to_branch(BRANCH))
    found = take(counter)
    listed = read_block_list(found[0])
    assert (listed.version, listed.hit("11010519491231002x"), listed.hit("110105194912310038")) == (
        "b-1", True, False,
    )  # fmt: skip
    assert b"19491231" not in found[0].document + (found[0].attachment or b"")
    for wrong in (
        {"block_list": "b-2"},
        {"block_list": "b 2", "numbers": []},
        {"block_list": "b-2", "numbers": [7]},
    ):
        file.write_text(json.dumps(wrong))
        with pytest.raises(ConfigError):
            publish_file(headquarters.database, file)


def test_a_replaced_store_gets_no_directives(headquarters: Headquarters) -> None:
    """The old disk of a terminal that went on in another epoch: no operator's keys go there."""
    feed = headquarters.service.feed
    signer = headquarters.keyring.signing()
    said(headquarters, "a")
    old = Terminal("990100-01-03", BRANCH, 1, signer.public, replaced=2)
    for asked in (lambda: feed.after(old, NO_DIRECTIVE), lambda: feed.take_back(old, [])):
        with pytest.raises(HqError) as refused:
            asked()
        assert refused.value.facts["what"] == "replaced"
    assert len(feed.after(Terminal("990100-01-03", BRANCH, 2, signer.public), NO_DIRECTIVE)[0]) == 1
