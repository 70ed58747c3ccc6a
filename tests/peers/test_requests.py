"""Second persons in a journal: what our verifier and fold refuse, the independent checker refuses too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from core.ledger import requests
from core.ledger.documents import Approval
from core.ledger.entry import Entry
from tests.peers.second import CLERK, HOUR, OTHER, SUPERVISOR, Story

pytestmark = pytest.mark.requirement("R67")

GIVEN, ACT = "ApprovalGiven entry.", "ItemVoided entry."
Told = Callable[[Story], None]


def test_approved_and_done() -> None:
    story = Story()
    asked = story.ask()
    story.give(asked)
    assert story.book.state.value["requests"]["r-1"]["given"] == SUPERVISOR
    story.void(asked)
    assert story.verdict() == ("", "")
    assert story.book.state.value["requests"] == {}  # bounded: what is over leaves it
    assert story.book.state.counts["voided"] == 1


def test_done_and_countersigned_days_later() -> None:
    story = Story()
    asked = story.ask(mode="countersign")
    story.void(asked)
    assert story.book.state.value["requests"]["r-1"]["used"]
    story.later(HOUR - dt.timedelta(minutes=1))
    story.give(asked, decision="declined")
    assert story.verdict() == ("", "")
    assert story.book.state.value["requests"] == {}


def test_headquarters_says_it_for_a_supervisor_and_comes_late() -> None:
    story = Story()
    asked = story.ask(mode="countersign")
    story.void(asked)
    at = story.book.clock.now().at
    story.later(HOUR * 2)
    story.give(asked, story.book.headquarters, by="OP90001", where="headquarters", directive=7, at=at)
    assert story.verdict() == ("", "")
    assert story.book.state.value["requests"] == {}


def test_what_nobody_decided_lapses() -> None:
    story = Story()
    asked = story.ask()
    story.later(HOUR + dt.timedelta(seconds=1))
    story.lapse(asked)
    assert story.verdict() == ("", "")
    assert story.book.state.value["requests"] == {}


def _herself(story: Story) -> None:
    story.give(story.ask(), story.clerk, by=CLERK)


def _her_key_under_another_number(story: Story) -> None:
    story.accept("OP10004", "supervisor", story.clerk)
    story.give(story.ask(), story.clerk, by="OP10004")


def _the_supervisor_herself(story: Story) -> None:
    story.enter(SUPERVISOR, "supervisor", story.supervisor)
    story.give(story.ask(), story.supervisor, by=SUPERVISOR)


def _a_clerk(story: Story) -> None:
    story.give(story.ask(), story.other, by=OTHER)


def _forged(story: Story) -> None:
    story.give(story.ask(), story.clerk)


def _another_request(story: Story) -> None:
    """An approval of one request played again for another."""
    first, second = story.ask("r-1"), story.ask("r-2")
    book, at = story.book, story.book.clock.now().at
    said = ("r-1", first.header.seq, first.hash, "approved", SUPERVISOR, at, "counter")
    story.give(second, signed=Approval(book.terminal, book.epoch, *said))


def _another_requests_body(story: Story) -> None:
    first, second = story.ask("r-1"), story.ask("r-2")
    story.give(second, body=first.hash)


def _twice(story: Story) -> None:
    asked = story.ask()
    story.give(asked)
    story.give(asked)


def _too_late(story: Story) -> None:
    asked = story.ask()
    story.later(HOUR + dt.timedelta(seconds=1))
    story.give(asked)


def _dated_back(story: Story) -> None:
    """At the counter the entry's own time counts too."""
    asked, at = story.ask(), story.book.clock.now().at
    story.later(HOUR + dt.timedelta(seconds=1))
    story.give(asked, at=at)


def _headquarters_too_late(story: Story) -> None:
    asked = story.ask()
    story.later(HOUR * 2)
    story.give(asked, story.book.headquarters, by="OP90001", where="headquarters", directive=7)


def _headquarters_for_the_asker(story: Story) -> None:
    story.give(story.ask(), story.book.headquarters, by=CLERK, where="headquarters", directive=7)


def _not_headquarters(story: Story) -> None:
    story.give(story.ask(), story.supervisor, where="headquarters", directive=7)


def _no_directive(story: Story) -> None:
    story.give(story.ask(), story.book.headquarters, by="OP90001", where="headquarters")


@pytest.mark.parametrize(
    ("told", "ours", "theirs"),
    [
        (_herself, GIVEN + "state", "same person"),
        (_her_key_under_another_number, GIVEN + "state", "asker's key"),
        (_the_supervisor_herself, GIVEN + "state", "same person"),
        (_a_clerk, GIVEN + "state", "no supervisor"),
        (_forged, GIVEN + "signature", "wrong signature"),
        (_another_request, GIVEN + "signature", "wrong signature"),
        (_another_requests_body, GIVEN + "state", "another request"),
        (_twice, GIVEN + "state", "decided twice"),
        (_too_late, GIVEN + "state", "after its time"),
        (_dated_back, GIVEN + "state", "after its time"),
        (_headquarters_too_late, GIVEN + "state", "after its time"),
        (_headquarters_for_the_asker, GIVEN + "state", "same person"),
        (_not_headquarters, GIVEN + "signature", "wrong signature"),
        (_no_directive, GIVEN + "key", "where"),
    ],
    ids=lambda value: value.__name__ if callable(value) else None,
)
def test_no_approval(told: Told, ours: str, theirs: str) -> None:
    story = Story()
    told(story)
    mine, other = story.verdict()
    assert mine == ours
    assert theirs in other


def _nothing(story: Story) -> None:
    story.void(0)


def _not_approved(story: Story) -> None:
    story.void(story.ask())


def _declined(story: Story) -> None:
    asked = story.ask()
    story.give(asked, decision="declined")
    story.void(asked)


def _another_item(story: Story) -> None:
    asked = story.ask()
    story.give(asked)
    story.void(asked, story.book.item(story.book.sender()))


def _another_action(story: Story) -> None:
    asked = story.ask(action="correct")
    story.give(asked)
    story.void(asked)


def _another_clerk(story: Story) -> None:
    asked = story.ask()
    story.give(asked)
    story.enter(OTHER, "clerk", story.other)
    story.void(asked)


def _used_twice(story: Story) -> None:
    asked = story.ask(mode="countersign")
    story.void(asked)
    story.void(asked)


def _voided_twice(story: Story) -> None:
    """T11: each with a request of its own."""
    for name in ("r-1", "r-2"):
        asked = story.ask(name)
        story.give(asked)
        story.void(asked)


def _after_its_time(story: Story) -> None:
    asked = story.ask(mode="countersign")
    story.later(HOUR + dt.timedelta(seconds=1))
    story.void(asked)


def _lapsed(story: Story) -> None:
    asked = story.ask(mode="countersign")
    story.later(HOUR + dt.timedelta(seconds=1))
    story.lapse(asked)
    story.void(asked)


def _no_item(story: Story) -> None:
    """An entry of yesterday, or none of an item."""
    first = story.book.entries[0].header.seq
    asked = story.ask(subject=first)
    story.give(asked)
    story.void(asked, first)


@pytest.mark.parametrize(
    ("told", "theirs"),
    [
        (_nothing, "without a request"),
        (_not_approved, "nobody approved"),
        (_declined, "without a request"),
        (_another_item, "something else"),
        (_another_action, "something else"),
        (_another_clerk, "somebody else's"),
        (_used_twice, "used twice"),
        (_voided_twice, "voided twice"),
        (_after_its_time, "after its time"),
        (_lapsed, "without a request"),
        (_no_item, "no item"),
    ],
    ids=lambda value: value.__name__ if callable(value) else None,
)
def test_no_act(told: Told, theirs: str) -> None:
    story = Story()
    told(story)
    mine, other = story.verdict()
    assert mine == ACT + "state"
    assert theirs in other


def test_nobody_says_that_it_is_over_before_its_time() -> None:
    story = Story()
    story.lapse(story.ask())
    mine, theirs = story.verdict()
    assert (mine, "before its time" in theirs) == ("ApprovalLapsed entry.state", True)


@pytest.mark.parametrize(
    "other", [{"action": "log_in"}, {"mode": "later"}, {"until": "2026-01-01T00:00:00.000Z"}]
)
def test_no_such_thing_is_asked_for(other: dict[str, str]) -> None:
    story = Story()
    story.ask(**other)
    mine, theirs = story.verdict()
    assert mine.startswith("ApprovalAsked entry.")
    assert theirs


def test_what_is_open_is_bounded() -> None:
    story = Story()
    for number in range(requests.MOST):
        story.ask(f"r-{number}")
    assert story.ours() == ("", "")
    story.ask("r-more")
    mine, theirs = story.verdict()
    assert (mine, "too much" in theirs) == ("ApprovalAsked entry.state", True)
    assert len(story.book.state.value["requests"]) == requests.MOST


# -- corrections -------------------------------------------------------------------------------------


def _correct(story: Story, asked: int = 0, **other: object) -> None:
    data = {"item": story.item, "ordinal": 1, "field": "weight", "reason": "typed_wrongly"}
    data |= {"label": True, "receipt": False, "asked": asked, **other}
    story.write("ItemCorrected", data, person=True)


def test_corrected_alone_and_with_a_second_person() -> None:
    story = Story()
    _correct(story)
    asked = story.ask(action="correct")
    story.give(asked)
    _correct(story, asked.header.seq, ordinal=2, field="recipient_name")
    assert story.verdict() == ("", "")
    assert story.book.state.value["corrected"] == {str(story.item): 2}
    assert story.book.state.counts["accepted"] == 1


def _address_alone(story: Story) -> None:
    _correct(story, field="recipient_address")


def _sender(story: Story) -> None:
    _correct(story, field="sender_name")


def _out_of_order(story: Story) -> None:
    _correct(story, ordinal=2)


def _twice_the_first(story: Story) -> None:
    _correct(story)
    _correct(story)


def _what_is_void(story: Story) -> None:
    asked = story.ask()
    story.give(asked)
    story.void(asked)
    _correct(story)


def _no_accepted_item(story: Story) -> None:
    _correct(story, item=1)


def _on_an_approved_void(story: Story) -> None:
    asked = story.ask()
    story.give(asked)
    _correct(story, asked.header.seq)


def _unapproved(story: Story) -> None:
    _correct(story, story.ask(action="correct").header.seq, field="contents")


def _in_the_printer(story: Story) -> None:
    job = {"item": story.item, "job": "j-1", "slot": "label_printer", "copy": 0, "template": "own"}
    story.write("PrintStarted", job)
    _correct(story)


@pytest.mark.parametrize(
    ("told", "theirs"),
    [
        (_address_alone, "second person"),
        (_sender, "names the item or its sender"),
        (_out_of_order, "out of order"),
        (_twice_the_first, "out of order"),
        (_what_is_void, "void"),
        (_no_accepted_item, "no item"),
        (_on_an_approved_void, "something else"),
        (_unapproved, "nobody approved"),
        (_in_the_printer, "in the printer"),
    ],
    ids=lambda value: value.__name__ if callable(value) else None,
)
def test_no_such_correction(told: Told, theirs: str) -> None:
    story = Story()
    told(story)
    mine, other = story.verdict()
    assert mine == "ItemCorrected entry.state"
    assert theirs in other


# -- documents typed by hand -------------------------------------------------------------------------


def _typed(story: Story, mode: str = "countersign", **other: object) -> tuple[int, int, int]:
    """A document is typed and asked about: the seqs of declaration, sender and request."""
    about = {"visit": "v-typed", "read": "r-typed", "document": "passport", "cause": "no_chip"}
    declared = story.write("IdentityTyped", {**about, **other}, person=True).header.seq
    sender = next(each for each in story.book.entries if each.header.kind == "SenderVerified")
    verified = story.write("SenderVerified", {**sender.data, **about, "method": "manual"}, person=True)
    asked = story.ask(action="typed", subject=declared, reason="no_chip", mode=mode)
    return declared, verified.header.seq, asked.header.seq


def _take(story: Story, seqs: tuple[int, int, int], **other: object) -> None:
    data = dict(zip(("typed", "sender", "asked"), seqs, strict=True)) | {"cause": "no_chip", **other}
    story.write("TypedTaken", data, person=True)


def _item_on(story: Story, sender: int) -> None:
    first = next(each for each in story.book.entries if each.header.kind == "ItemAccepted")
    story.write("ItemAccepted", {**first.data, "sender": sender, "number": 9}, person=True)


def test_a_typed_document_is_taken_and_signed_for() -> None:
    story = Story()
    seqs = _typed(story)
    _take(story, seqs)
    _item_on(story, seqs[1])
    row = story.book.state.value["typed"][str(seqs[0])]
    assert row["item"] == story.book.entries[-1].header.seq
    asked = next(each for each in story.book.entries if each.header.seq == seqs[2])
    story.give(asked)
    assert story.verdict() == ("", "")
    assert story.book.state.value["requests"] == {}


def _not_taken(story: Story) -> None:
    _item_on(story, _typed(story)[1])


def _nobody_saw_it(story: Story) -> None:
    _take(story, _typed(story, "wait"))


def _of_another_sender(story: Story) -> None:
    declared, _, asked = _typed(story, read="r-other")
    _take(story, (declared, 0, asked))


def _of_an_earlier_sender(story: Story) -> None:
    declared, _, asked = _typed(story)
    _take(story, (declared, story.book.sender(), asked))


def _for_another_cause(story: Story) -> None:
    _take(story, _typed(story), cause="reader_down")


def _for_no_cause(story: Story) -> None:
    _typed(story, cause="none")


@pytest.mark.parametrize(
    ("told", "ours", "theirs"),
    [
        (_not_taken, "ItemAccepted", "nobody was asked"),
        (_nobody_saw_it, "TypedTaken", "nobody approved"),
        (_of_another_sender, "TypedTaken", "no document of that sender"),
        (_of_an_earlier_sender, "TypedTaken", "no document of that sender"),
        (_for_another_cause, "TypedTaken", "another reason"),
        (_for_no_cause, "IdentityTyped", "no cause"),
    ],
    ids=lambda value: value.__name__ if callable(value) else None,
)
def test_no_typed_document(told: Told, ours: str, theirs: str) -> None:
    story = Story()
    told(story)
    mine, other = story.verdict()
    assert mine == ours + " entry.state"
    assert theirs in other


# -- proposals for the block list --------------------------------------------------------------------


def _proposed(story: Story, mode: str = "wait", **other: object) -> tuple[int, Entry]:
    data = {"item": story.item, "basis": "violence", "days": 90, **other}
    proposed = story.write("BlockProposed", data, person=True).header.seq
    return proposed, story.ask(action="propose_block", subject=proposed, reason="violence", mode=mode)


def _send(story: Story, proposed: int, asked: Entry, basis: str = "violence") -> None:
    data = {"proposed": proposed, "basis": basis, "asked": asked.header.seq}
    story.write("BlockSent", data, person=True)


def _decide(story: Story, proposed: int, outcome: str, until: str | None = None) -> None:
    story.write("BlockDecided", {"proposed": proposed, "outcome": outcome, "until": until, "directive": 1})


def _listed(story: Story) -> int:
    proposed, asked = _proposed(story)
    story.give(asked)
    _send(story, proposed, asked)
    _decide(story, proposed, "listed", "2027-02-19")
    return proposed


def _appeal(story: Story, proposed: int) -> None:
    story.write("BlockAppealed", {"proposed": proposed, "due": "2026-12-06"}, person=True)


def test_listed_appealed_upheld_and_lifted() -> None:
    story = Story()
    proposed = _listed(story)
    for outcome in ("upheld", "lifted"):
        _appeal(story, proposed)
        _decide(story, proposed, outcome)
    assert story.verdict() == ("", "")
    row = story.book.state.value["blocks"][str(proposed)]
    assert (row["outcome"], row["until"], row["appeal"]) == ("lifted", "", "")


def _block_unsigned(story: Story) -> None:
    """Even where a request would let it go first."""
    _send(story, *_proposed(story, "countersign"))


def _block_other_basis(story: Story) -> None:
    proposed, asked = _proposed(story)
    story.give(asked)
    _send(story, proposed, asked, "false_identity")


def _block_nobody(story: Story) -> None:
    _proposed(story, item=0)


def _block_for_ever(story: Story) -> None:
    _proposed(story, days=9999)


def _block_decided_unsent(story: Story) -> None:
    _decide(story, _proposed(story)[0], "listed", "2027-02-19")


def _block_without_an_end(story: Story) -> None:
    proposed, asked = _proposed(story)
    story.give(asked)
    _send(story, proposed, asked)
    _decide(story, proposed, "listed")


def _block_upheld_unasked(story: Story) -> None:
    _decide(story, _listed(story), "upheld")


def _block_appealed_twice(story: Story) -> None:
    proposed = _listed(story)
    _appeal(story, proposed)
    _appeal(story, proposed)


@pytest.mark.parametrize(
    ("told", "ours", "theirs"),
    [
        (_block_unsigned, "BlockSent", "before the second person"),
        (_block_other_basis, "BlockSent", "another reason"),
        (_block_nobody, "BlockProposed", "nobody"),
        (_block_for_ever, "BlockProposed", "no term"),
        (_block_decided_unsent, "BlockDecided", "cannot follow"),
        (_block_without_an_end, "BlockDecided", "a term"),
        (_block_upheld_unasked, "BlockDecided", "cannot follow"),
        (_block_appealed_twice, "BlockAppealed", "against nothing"),
    ],
    ids=lambda value: value.__name__ if callable(value) else None,
)
def test_no_such_proposal(told: Told, ours: str, theirs: str) -> None:
    story = Story()
    told(story)
    mine, other = story.verdict()
    assert mine == ours + " entry.state"
    assert theirs in other
