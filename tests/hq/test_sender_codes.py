"""A registered sender's code counts once over all counters; its issuers come from headquarters (R12)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core import wire
from core.crypto.keys import new_agreement, new_signer
from core.errors import ConfigError
from core.ledger.directives import NO_DIRECTIVE, DirectiveKind, SignedDirective
from core.ledger.sender_codes import read_issuers
from core.ledger.writer import Proposal
from hq.identity import Terminal
from hq.looks import list_alarms
from hq.publishing import publish_file
from hq.schema import FOLLOWER
from hq.sender_codes import TWICE
from tests.core.books import verified_sender
from tests.hq.headquarters import Counter, Headquarters

pytestmark = pytest.mark.requirement("R12")

CONTENT = bytes(range(32))
HERE, THERE = "990100-01-03", "990100-01-04"


def take(headquarters: Headquarters, counter: Counter, code: str) -> None:
    """A sender by this code."""
    data = {**verified_sender(counter.book.operation(), code), "method": "code"}
    counter.sent(counter.book.propose(Proposal("SenderVerified", data, counter.book.operation(), True)))
    headquarters.follow()


def begin(headquarters: Headquarters, terminal: str) -> Counter:
    counter = headquarters.counter(terminal, operator="OP10001" if terminal == HERE else "OP10002")
    counter.sent(counter.book.entries)
    return counter


def twice(headquarters: Headquarters) -> list[tuple[str, str, int]]:
    rows = [row for row in list_alarms(headquarters.database) if row["fault"] == TWICE]
    return [(row["terminal"], row["what"], row["count"]) for row in rows]


def test_the_second_counter_that_takes_a_code_is_named_once(headquarters: Headquarters) -> None:
    one, other = begin(headquarters, HERE), begin(headquarters, THERE)
    take(headquarters, one, "A" * 22)
    take(headquarters, other, "B" * 22)
    assert twice(headquarters) == []
    take(headquarters, other, "A" * 22)
    assert twice(headquarters) == [(THERE, f"elsewhere={HERE}", 1)]
    with headquarters.database.write() as connection:
        connection.execute(FOLLOWER.delete())
    headquarters.follow()  # everything folded anew
    assert twice(headquarters) == [(THERE, f"elsewhere={HERE}", 1)]


def said(headquarters: Headquarters, terminal: Terminal) -> list[SignedDirective]:
    found, _more = headquarters.service.feed.after(terminal, NO_DIRECTIVE)
    return [one for one in found if one.directive.kind == DirectiveKind.SENDER_CODES]


def written(tmp_path: Path, **changed: object) -> Path:
    row = {
        "issuer": "shili_app",
        "key": new_signer().public.text,
        "content_key": wire.b64(CONTENT),
        **changed,
    }
    path = tmp_path / "issuers.json"
    path.write_text(json.dumps({"sender_codes": "v1", "issuers": [row]}))
    return path


def test_issuers_reach_a_counter_with_their_keys(headquarters: Headquarters, tmp_path: Path) -> None:
    counter = begin(headquarters, HERE)
    publish_file(headquarters.database, written(tmp_path))
    path = written(tmp_path)  # the next list takes its place
    publish_file(headquarters.database, path)
    terminal = Terminal(HERE, counter.book.terminal[:9], 1, counter.book.key.public)
    told = said(headquarters, terminal)
    assert len(told) == 1
    found = read_issuers(told[-1])
    row = json.loads(path.read_text())["issuers"][0]
    assert found["shili_app"].key.text == row["key"]
    assert found["shili_app"].content_key == CONTENT
    assert row["content_key"] not in told[-1].document.decode()  # only beside it, where it can be erased


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("key", new_agreement().public.text),  # a key that does not sign
        ("key", "ed25519.short"),
        ("key", 7),
        ("content_key", "A" * 20),
        ("content_key", None),
        ("issuer", "Shili App"),
    ],
)
def test_a_file_that_is_no_list_of_issuers_says_what_is_wrong(
    headquarters: Headquarters, tmp_path: Path, member: str, value: object
) -> None:
    with pytest.raises(ConfigError) as caught:
        publish_file(headquarters.database, written(tmp_path, **{member: value}))
    assert member in str(caught.value.facts["key"])
