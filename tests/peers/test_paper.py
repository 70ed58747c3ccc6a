"""Paper forms in a journal: what our verifier and fold refuse, the independent checker refuses too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from core import wire
from core.ledger.entry import Entry, stamp
from core.ledger.paper_forms import SERIES
from tests.peers.second import CLERK, SUPERVISOR, Story

Told = Callable[[Story], None]


def _handed(story: Story, first: int = 1, last: int = 3) -> Entry:
    """The supervisor hands forms out, and the clerk is back."""
    story.enter(SUPERVISOR, "supervisor", story.supervisor)
    handed = story.write("PaperFormsHandedOut", {"first": first, "last": last}, person=True)
    story.enter(CLERK, "clerk", story.clerk)
    return handed


def _entered(story: Story, form: int = 1, minutes: int = 0) -> int:
    at = stamp(story.book.clock.now().at + dt.timedelta(minutes=minutes))
    data = {"visit": "v-paper", "form": form, "at": at, "cause": "no_power", "content": wire.b64(bytes(32))}
    return story.write("PaperFormEntered", data, person=True).header.seq


def _asked(story: Story, entered: int, **given: Any) -> Entry:
    asked = story.ask(f"r-{entered}", action="paper_entry", subject=entered, reason="no_power")
    story.give(asked, given.pop("key", None), **given)
    return asked


def _taken(story: Story, entered: int, asked: Entry, form: int = 1, cause: str = "no_power") -> None:
    data = {"form": form, "entered": entered, "cause": cause, "asked": asked.header.seq}
    story.write("PaperFormTaken", data, person=True)


def _item(story: Story, by_hand: str = "paper_form", visit: str = "v-paper") -> None:
    first = next(each for each in story.book.entries if each.header.kind == "ItemAccepted")
    story.write("ItemAccepted", {**first.data, "visit": visit, "number": 9, "by_hand": by_hand}, person=True)


def _late(story: Story, form: int = 1) -> None:
    entered = _entered(story, form)
    _taken(story, entered, _asked(story, entered), form)
    _item(story)


def _void(story: Story, form: int = 2, reason: str = "spoiled") -> None:
    asked = story.ask(f"void-{form}-{reason}", action="paper_void", subject=form, reason="spoiled")
    story.give(asked)
    data = {"form": form, "reason": reason, "asked": asked.header.seq}
    story.write("PaperFormVoided", data, person=True)


def test_entered_void_and_out() -> None:
    story = Story()
    _handed(story)
    _late(story)
    _void(story)
    assert story.verdict() == ("", "")
    forms = story.book.state.value["paper_forms"]
    assert (forms["row"]["used"], forms["row"]["void"]) == ([[1, 1]], [[2, 2]])
    assert [each[:2] for each in forms["batches"]] == [[1, 3]]
    assert (forms["entering"], forms["taken"]) == ({}, None)  # bounded: what is over leaves it


def _twice(story: Story) -> None:
    _handed(story)
    _late(story)
    _late(story)


def _out_of_order(story: Story) -> None:
    _handed(story, 2, 3)


def _of_a_later_epoch(story: Story) -> None:
    _handed(story, SERIES + 1, SERIES + 2)


def _so_many(story: Story) -> None:
    _handed(story, 1, 51)


def _never_handed_out(story: Story) -> None:
    _handed(story)
    _entered(story, 4)


def _before_it_was_handed_out(story: Story) -> None:
    _handed(story)
    _entered(story, minutes=-600)


def _tomorrow(story: Story) -> None:
    _handed(story)
    _entered(story, minutes=600)


def _compared_from_afar(story: Story) -> None:
    _handed(story)
    _asked(
        story, _entered(story), key=story.book.headquarters, by="OP90001", where="headquarters", directive=7
    )


def _entered_anew(story: Story) -> None:
    _handed(story)
    first = _entered(story)
    asked = _asked(story, first)
    _entered(story)
    _taken(story, first, asked)


def _another_item(story: Story) -> None:
    _handed(story)
    entered = _entered(story)
    _taken(story, entered, _asked(story, entered))
    _item(story, visit="v-other")


def _not_as_late(story: Story) -> None:
    _handed(story)
    entered = _entered(story)
    _taken(story, entered, _asked(story, entered))
    _item(story, "none")


def _without_a_form(story: Story) -> None:
    _handed(story)
    _item(story)


def _void_and_entered(story: Story) -> None:
    _handed(story)
    _void(story, 1)
    _entered(story)


def _void_for_another_reason(story: Story) -> None:
    _handed(story)
    _void(story, 1, "lost")


@pytest.mark.parametrize(
    ("told", "ours", "theirs"),
    [
        (_twice, "PaperFormEntered", "not out"),
        (_out_of_order, "PaperFormsHandedOut", "out of order"),
        (_of_a_later_epoch, "PaperFormsHandedOut", "out of order"),
        (_so_many, "PaperFormsHandedOut", "so many"),
        (_never_handed_out, "PaperFormEntered", "not out"),
        (_before_it_was_handed_out, "PaperFormEntered", "another time"),
        (_tomorrow, "PaperFormEntered", "another time"),
        (_compared_from_afar, "ApprovalGiven", "from afar"),
        (_entered_anew, "PaperFormTaken", "not entered last"),
        (_another_item, "ItemAccepted", "another item"),
        (_not_as_late, "ItemAccepted", "nobody took"),
        (_without_a_form, "ItemAccepted", "nobody took"),
        (_void_and_entered, "PaperFormEntered", "not out"),
        (_void_for_another_reason, "PaperFormVoided", "another reason"),
    ],
    ids=lambda value: value.__name__ if callable(value) else None,
)
def test_no_such_form(told: Told, ours: str, theirs: str) -> None:
    story = Story()
    told(story)
    mine, other = story.verdict()
    assert mine == ours + " entry.state"
    assert theirs in other


def test_a_clerk_hands_none_out() -> None:
    story = Story()
    story.write("PaperFormsHandedOut", {"first": 1, "last": 3}, person=True)
    mine, other = story.verdict()
    assert mine.startswith("PaperFormsHandedOut")
    assert "PaperFormsHandedOut by a clerk" in other
