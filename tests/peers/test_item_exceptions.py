"""Exceptions in a journal: what our fold refuses, the independent checker refuses too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from core.ledger import item_exceptions, stock
from core.ledger.entry import stamp
from core.ledger.stops import stopped
from tests.peers.second import CLERK, HOUR, SUPERVISOR, Story

pytestmark = pytest.mark.requirement("R38", "R39", "R43")

Told = Callable[[Story, int], object]


def except_(story: Story, **other: Any) -> int:
    """By whoever stands there, about the story's item: nothing is stopped."""
    by = stamp(story.book.clock.now().at + 2 * HOUR)
    data = {"item": story.item, "reason": "address", "stop": "none", "organ": "none", "contact_by": by}
    return story.write("ExceptionOpened", {**data, **other}, person=True).header.seq


def stop(story: Story, **other: Any) -> int:
    """What is suspected does not leave."""
    return except_(story, **{"reason": "suspected", "stop": "suspected", **other})


def contact(story: Story, seq: int, **other: Any) -> None:
    """She was reached, with a solution."""
    said = {"exception": seq, "how": "phone", "outcome": "reached", "solution": "waits"}
    story.write("ExceptionContacted", {**said, **other}, person=True)


def hold(story: Story, seq: int, basis: str = "suspected", hours: int = 24) -> None:
    """A second person says so; then it is held."""
    asked = story.ask(f"hold-{len(story.book.entries)}", action="hold", subject=seq, reason=basis)
    story.give(asked)
    until = stamp(story.book.clock.now().at + hours * HOUR)
    data = {"exception": seq, "basis": basis, "until": until, "asked": asked.header.seq}
    story.write("ItemHeld", data, person=True)


def close(story: Story, seq: int, outcome: str, organ: str = "none") -> None:
    """It ends."""
    story.write("ExceptionClosed", {"exception": seq, "outcome": outcome, "organ": organ}, person=True)


def supervise(story: Story) -> None:
    """A supervisor's session."""
    story.enter(SUPERVISOR, "supervisor", story.supervisor)


def bag(story: Story, *items: int) -> int:
    """A bag with these in it."""
    seq = story.write("BagOpened", {"bag": "B-0001", "to": "sorting_01"}, person=True).header.seq
    for item in items:
        story.write("ItemBagged", {"bag": seq, "item": item}, person=True)
    return seq


def seal(story: Story, opened: int, *items: int) -> None:
    """And it is closed."""
    data = {"bag": opened, "seal": "S-0001", "count": len(items), "items": stock.digest(items)}
    story.write("BagClosed", data, person=True)


def state(story: Story) -> Mapping[str, Any]:
    """As it stands."""
    return story.book.state.value


def followed() -> Story:
    """A story whose counter follows its stock; its item lies there."""
    story = Story()
    story.write("StockBegun", {"day": story.book.state.day})
    story.item = story.book.item(story.book.sender())
    return story


def test_one_is_solved_one_goes_to_an_organ_and_the_stock_knows() -> None:
    story = followed()
    plain = except_(story)
    contact(story, plain, outcome="missed", solution="none")
    assert item_exceptions.step_of(state(story)["exceptions"][str(plain)]) == "contact"
    contact(story, plain)
    opened = bag(story, story.item)  # nothing stops it
    story.write("BagGivenUp", {"bag": opened, "count": 1}, person=True)
    close(story, plain, "goes_on")
    seq = stop(story)
    assert stopped(state(story)) == {story.item}
    contact(story, seq)
    hold(story, seq)
    contact(story, seq, how="letter", outcome="left", solution="held")
    supervise(story)
    close(story, seq, "handed_over", "public_security")
    row = stock.of(state(story))
    assert row is not None
    assert (row["organs"], row["items"], stopped(state(story))) == (1, [], frozenset())
    assert story.verdict() == ("", "")
    story.write("DayOpened", {"day": story.book.state.day + 1, "date": "2027-02-01"})
    assert state(story)["exceptions"] == {}
    assert story.verdict() == ("", "")


def test_what_has_to_be_done_next_stands_in_front() -> None:
    story = Story()
    first, other = stop(story), story.book.item(story.book.sender())
    second = except_(story, item=other)
    contact(story, second)
    rows = item_exceptions.open_of(story.book.state.value)
    assert [(seq, item_exceptions.step_of(row)) for seq, row in rows.items()] == [
        (first, "contact"), (second, "close"),
    ]  # fmt: skip
    for act, step in (
        (contact, "hold"), (hold, "tell"), (contact, "decide"), (hold, "tell"),  # a later end is said anew
    ):  # fmt: skip
        act(story, first)
        row = item_exceptions.open_of(story.book.state.value)[first]
        assert item_exceptions.step_of(row) == step
    assert item_exceptions.due_of(row) == row["until"]
    assert story.verdict() == ("", "")


def _stops_what_left(story: Story, _: int) -> None:
    fresh = followed()
    story.__dict__.update(fresh.__dict__)
    seal(story, bag(story, story.item), story.item)
    stop(story)


def _packs_what_is_stopped(story: Story, _: int) -> None:
    story.__dict__.update(followed().__dict__)
    stop(story)
    bag(story, story.item)


def _seals_what_is_stopped(story: Story, _: int) -> None:
    story.__dict__.update(followed().__dict__)
    opened = bag(story, story.item)
    stop(story)
    seal(story, opened, story.item)


def _voids_what_is_stopped(story: Story, _: int) -> None:
    other = story.book.item(story.book.sender())
    stop(story, item=other)
    asked = story.ask(subject=other)
    story.give(asked)
    story.void(asked, other)


def _holds_alone(story: Story, _: int) -> None:
    other = story.book.item(story.book.sender())
    seq = stop(story, item=other)
    asked = story.ask(action="hold", subject=seq, reason="suspected")
    until = stamp(story.book.clock.now().at + HOUR)
    data = {"exception": seq, "basis": "suspected", "until": until, "asked": asked.header.seq}
    story.write("ItemHeld", data, person=True)


def _stopped(story: Story) -> int:
    return stop(story, item=story.book.item(story.book.sender()))


def _clerk_releases(story: Story, _: int) -> None:
    seq = _stopped(story)
    contact(story, seq)
    close(story, seq, "released")


def _nobody_was_told(story: Story, _: int) -> None:
    seq = _stopped(story)
    contact(story, seq)
    hold(story, seq)
    supervise(story)
    close(story, seq, "released")


def _handed_over_unheld(story: Story, _: int) -> None:
    seq = _stopped(story)
    supervise(story)
    close(story, seq, "handed_over", "public_security")


@pytest.mark.parametrize(
    ("lie", "theirs"),
    [
        (lambda s, _: except_(s, item=10_000), "of no item"),
        (lambda s, _: except_(s), "a second exception"),
        (lambda s, _: stop(s, item=1, stop="angry"), "stopped on no ground"),
        (lambda s, _: except_(s, item=1, stop="order"), "an order of nobody"),
        (lambda s, _: except_(s, item=1, organ="police"), "or no order"),
        (lambda s, _: except_(s, item=1, contact_by=stamp(s.book.clock.now().at - HOUR)), "over before"),
        (lambda s, n: contact(s, n, how="pigeon"), "contacted in no way"),
        (lambda s, n: contact(s, n, outcome="missed"), "that nobody heard"),
        (lambda s, n: contact(s, n, solution="none"), "that nobody heard"),
        (lambda s, n: contact(s, n + 1), "no such exception"),
        (lambda s, n: hold(s, n), "held on no ground"),
        (lambda s, n: hold(s, n, "identity"), "held on no ground"),  # 条例 42: for identity nothing is held
        (lambda s, n: hold(s, _stopped(s), "order"), "held on no ground"),
        (lambda s, n: hold(s, _stopped(s), hours=0), "over before it begins"),
        (lambda s, n: close(s, n, "goes_on"), "nobody heard of a solution"),
        (lambda s, n: close(s, n, "released"), "an end that does not fit"),
        (lambda s, n: close(s, n, "mistaken", "public_security"), "handed over to nobody"),
        (_stops_what_left, "stops what has left"),
        (_packs_what_is_stopped, "packs what is stopped"),
        (_seals_what_is_stopped, "with what is stopped"),
        (_voids_what_is_stopped, "handed back what is stopped"),
        (_holds_alone, "that nobody approved"),
        (_clerk_releases, "that no supervisor ends"),
        (_nobody_was_told, "of which nobody was told"),
        (_handed_over_unheld, "what nobody holds"),
    ],
)
def test_both_refuse_what_cannot_be(lie: Told, theirs: str) -> None:
    story = Story()
    seq = except_(story)
    lie(story, seq)
    mine, other = story.verdict()
    assert (mine.endswith("entry.state"), theirs in other) == (True, True), (mine, other)


def test_an_order_may_forbid_the_notice_and_a_mistake_ends_at_once() -> None:
    story = Story()
    close(story, except_(story), "mistaken")
    seq = stop(story, reason="order", stop="order", organ="state_security")
    hold(story, seq, "order")
    assert story.book.operator == CLERK
    supervise(story)
    close(story, seq, "handed_over", "state_security")
    assert story.verdict() == ("", "")
