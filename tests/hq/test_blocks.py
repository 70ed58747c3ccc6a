"""Headquarters: proposals for the block list are decided by a person; the list carries digests alone."""

from __future__ import annotations

import argparse
import json
from types import SimpleNamespace
from typing import Any

import pytest

from core import wire
from core.errors import HqError, RuleError, RuleFault
from core.ledger.block_list import SUBJECT_DECIDED, read_block_list
from core.ledger.directives import DirectiveHead, SignedDirective
from hq.blocks import BLOCKS, decide, list_proposals, publish_list
from hq.directives import halt
from hq.opened import Opened
from hq.opening import Opening
from hq.opening_key import FileOpeningKey
from tests.hq.headquarters import Headquarters
from tests.hq.test_commands import hq
from tests.hq.test_directives import take
from tests.hq.test_second import TERMINAL, Sending, begun, sent

pytestmark = pytest.mark.requirement("R40")

NUMBER = "11010519491231002X"


def proposed(story: Sending) -> int:
    """An item whose sealed part names the specimen; proposed, approved, sent."""
    book = story.book
    sealed = wire.encode({"sender": {"document": "resident", "number": NUMBER}})
    item = book.item(book.sender(), sealed)
    data = {"item": item, "basis": "violence", "days": 90}
    seq = story.write("BlockProposed", data, person=True).header.seq
    asked = story.ask(action="propose_block", subject=seq, reason="violence")
    story.give(asked)
    story.write("BlockSent", {"proposed": seq, "basis": "violence", "asked": asked.header.seq}, person=True)
    return seq


def test_decided_by_a_person_and_told_as_digests(
    headquarters: Headquarters, capsys: pytest.CaptureFixture[str]
) -> None:
    story = begun(headquarters)
    seq, database = proposed(story), headquarters.database
    assert sent(headquarters, story) == []
    assert story.verdict() == ("", "")
    (row,) = list_proposals(database)
    assert (row["terminal"], row["proposed"], row["basis"], row["days"]) == (TERMINAL, seq, "violence", 90)
    for outcome, where in (("upheld", seq), ("lifted", seq), ("listed", seq + 1)):
        with pytest.raises(RuleError) as caught:
            decide(database, TERMINAL, where, outcome)
        assert caught.value.code is RuleFault.BLOCK_GONE
    with pytest.raises(HqError, match="a term"):
        decide(database, TERMINAL, seq, "refused", 30)
    common = ("--data", str(headquarters.home.directory), "--database", headquarters.url)
    place = (str(seq), "--terminal", TERMINAL, "--outcome", "listed", "--days", "30")
    said = json.loads(hq(capsys, "block", "decide", *place, "--json", *common)[1])
    assert (said["proposed"], said["outcome"]) == (seq, "listed")
    with pytest.raises(HqError, match="already"):
        decide(database, TERMINAL, seq, "refused")
    assert "listed, not adopted yet" in hq(capsys, "block", "list", *common)[1]
    opening = Opening(database, FileOpeningKey(headquarters.opening), demonstration=False)
    today = story.book.clock.now().at.date()
    answer = opening.answer(json.dumps({"listed_on": today.isoformat()}).encode())
    assert NUMBER not in json.dumps(answer)
    attachment, count, missing = answer["opened"]
    assert (count, missing) == (1, 0)
    publish_list(database, wire.unb64(attachment), count)
    word, listed = [each for each in take(story.counter) if each.directive.kind.startswith("block")]
    body = word.directive.body
    assert (word.directive.kind, body["proposed"], body["outcome"]) == ("block_decided", seq, "listed")
    digests = read_block_list(listed)
    assert (listed.directive.subject, digests.hit(NUMBER)) == (SUBJECT_DECIDED, True)
    assert (digests.basis(NUMBER), digests.basis(NUMBER[:-1])) == ("violence", "")
    # Adopted and appealed; it stays; appealed again, the same word is another directive; lifted, on no list.
    held = adopted(story, word, listed.head)
    for told in ("upheld", "upheld", "lifted"):
        story.write("BlockAppealed", {"proposed": seq, "due": "2026-12-06"}, person=True)
        assert sent(headquarters, story) == []
        (row,) = list_proposals(database)
        assert (row["outcome"], row["appeal"], row["told"]) == ("listed", "2026-12-06", "")
        decide(database, TERMINAL, seq, told)
        (row,) = list_proposals(database)
        assert row["told"] == told
        (word,) = take(story.counter, held)
        assert word.directive.body["outcome"] == told
        held = adopted(story, word, word.head)
    assert opening.listed(today)[1:] == [0, 0]


def adopted(story: Sending, word: SignedDirective, head: DirectiveHead) -> DirectiveHead:
    """The counter takes the word, and all directives up to ``head``."""
    said = {name: word.directive.body[name] for name in ("proposed", "outcome", "until")}
    story.write("BlockDecided", {**said, "directive": word.directive.number})
    story.write("DirectivesAdopted", {"number": head.number, "head": wire.b64(head.hash)})
    return head


def test_a_word_that_was_halted_is_none(headquarters: Headquarters) -> None:
    """Neither is it waited for, nor does it put anybody on the list."""
    story = begun(headquarters)
    seq, database = proposed(story), headquarters.database
    assert sent(headquarters, story) == []
    halt(database, decide(database, TERMINAL, seq, "listed"))
    opening = Opening(database, FileOpeningKey(headquarters.opening), demonstration=False)
    assert opening.listed(story.book.clock.now().at.date())[1:] == [0, 0]
    (row,) = list_proposals(database)
    assert row["told"] == ""
    decide(database, TERMINAL, seq, "refused")


@pytest.mark.parametrize("deed", ["proposed", "signed"])
def test_nobody_decides_on_her_own(headquarters: Headquarters, deed: str) -> None:
    story = begun(headquarters)
    seq, database = proposed(story), headquarters.database
    assert sent(headquarters, story) == []
    (row,) = list_proposals(database)
    (given,) = [each for each in story.book.entries if each.header.kind == "ApprovalGiven"]
    who = row["by"] if deed == "proposed" else given.data["by"]
    asked = argparse.Namespace(terminal=TERMINAL, seq=seq, outcome="listed", days=None, json=False)
    asking: Any = SimpleNamespace(known=SimpleNamespace(id=who), second=None)
    with pytest.raises(RuleError) as caught:
        BLOCKS["block decide"](Opened(headquarters.home, database, asked, print, asking))
    assert caught.value.code is RuleFault.APPROVER_SELF
    assert list_proposals(database)[0]["told"] == ""
