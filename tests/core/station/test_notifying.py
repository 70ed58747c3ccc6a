"""A text through headquarters: what the counter asks for, what it refuses, and what comes back."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from core import commands as c
from core.consents import AnswerConsent, Answered
from core.errors import RuleFault, StoreError, StoreFault
from core.ledger.state import State, fold
from core.notify import AskNotify
from core.notify_rules import NotifyRules
from core.persons import AskErasure
from core.second import AskVoid
from tests.core.station.desk import RULES, WAYBILLS, Counter
from tests.core.station.test_adopting import tell
from tests.core.station.test_persons import by_card

pytestmark = pytest.mark.requirement("T20")

VERSION = "2026-11-01"


@pytest.fixture
def counter() -> Iterator[Counter]:
    """One item; it is looked up."""
    made = Counter()
    made.log_in()
    made.sender()
    made.parcel(WAYBILLS[0])
    made.do(c.Commit())
    made.print(made.paper(1)[0])
    made.lift()
    made.do(c.NextCustomer(), c.LookUp("1"))
    yield made
    made.station.stop()


def item(counter: Counter) -> int:
    return min(counter.vault.journal.records)


def text(counter: Counter, code: str = "arrived", to: str = "recipient", language: str = "zh") -> AskNotify:
    return AskNotify(item(counter), code, VERSION, to, language)


def asked(counter: Counter) -> list[dict[str, Any]]:
    rows = counter.vault.journal.rows
    return [dict(entry.data) for entry in rows if entry.header.kind == "NotifyAsked"]


def use(counter: Counter, rules: NotifyRules) -> None:
    """These rules from now on, whatever directives come."""
    editions = tuple(dataclasses.replace(each, notify=rules) for each in RULES.editions)
    book = dataclasses.replace(counter.live.rulebook, editions=editions)
    counter.live.rulebook = counter.station._adopting._own = book


def answer(counter: Counter, outcome: str, why: str = "none", **other: Any) -> str:
    """Headquarters says what became of the last one; the code of what is said here."""
    (*_, last) = [entry for entry in counter.vault.journal.rows if entry.header.kind == "NotifyAsked"]
    body = {"epoch": 1, "notify": last.data["notify"], "asked": last.header.seq, "outcome": outcome}
    view = tell(counter, ("notify", last.data["notify"], {**body, "why": why, **other}))
    return view.message.code if view.message is not None else ""


def notes(counter: Counter) -> list[tuple[str, dict[str, object]]]:
    found = counter.shown().found or ()
    return [(note.code, dict(note.facts)) for note in found[0].notes]


def test_what_is_asked_names_text_and_item_and_nobody(counter: Counter) -> None:
    view = counter.shown()
    told = view.notify.items[item(counter)]
    assert told.facts == {"branch": "990100-01", "waybill": WAYBILLS[0], "day": "2026-11-21"}
    assert "13900139" not in str(told.receivers) + str(view.notify)
    assert "*" in told.receivers["recipient"]
    counter.do(text(counter))
    assert counter.message() == "msg.notify_waits"  # nobody answers here
    (data,) = asked(counter)
    assert {name: data[name] for name in ("item", "text", "version", "to", "language")} == {
        "item": item(counter), "text": "arrived", "version": VERSION, "to": "recipient", "language": "zh",
    }  # fmt: skip
    assert notes(counter) == [("note.notify_asked", {"party": "party.recipient"})]
    bodies = b"".join(entry.body for entry in counter.vault.journal.rows)
    assert WAYBILLS[0].encode() not in bodies


@pytest.mark.parametrize(
    ("outcome", "why", "said", "note"),
    [
        ("sent", "none", "msg.notify_waits", ("note.notify_sent", {"party": "party.recipient"})),
        ("refused", "blocked", "msg.notify_refused",
         ("note.notify_refused", {"party": "party.recipient", "why": "notify.why.blocked"})),
        ("refused", "out_of_ink", "msg.notify_refused",
         ("note.notify_refused", {"party": "party.recipient", "why": "notify.why.gateway"})),
        ("unknown", "none", "msg.notify_unknown", ("note.notify_unknown", {"party": "party.recipient"})),
    ],
)  # fmt: skip
def test_the_outcome_is_an_entry_of_this_counter(
    counter: Counter, outcome: str, why: str, said: str, note: object
) -> None:
    """Told once; told again, or otherwise, the first word stands."""
    counter.do(text(counter))
    assert answer(counter, outcome, why) == said
    assert (notes(counter), counter.kinds()[-1]) == ([note], "NotifyAnswered")
    answer(counter, "refused" if outcome == "sent" else "sent")
    assert (notes(counter), counter.kinds().count("NotifyAnswered")) == ([note], 1)


@pytest.mark.parametrize("wrong", [{"asked": 1}, {"notify": "another"}])
def test_an_answer_to_something_else_changes_nothing(counter: Counter, wrong: dict[str, Any]) -> None:
    counter.do(text(counter))
    answer(counter, "sent", **wrong)
    assert [code for code, _ in notes(counter)] == ["note.notify_asked"]
    assert "NotifyAnswered" not in counter.kinds()


def test_an_answer_without_form_is_set_aside(counter: Counter) -> None:
    counter.do(text(counter))
    assert answer(counter, "delivered") == "msg.directive_parked"
    assert "NotifyAnswered" not in counter.kinds()


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"text": "whatever"}, RuleFault.NOTIFY_TEXT),
        ({"version": "2025-01-01"}, RuleFault.NOTIFY_TEXT),
        ({"to": "sender"}, RuleFault.NOTIFY_TEXT),  # this text is for the recipient
        ({"to": "neighbour"}, RuleFault.NOTIFY_TEXT),
        ({"language": "fr"}, RuleFault.NOTIFY_TEXT),
        ({"item": 1}, RuleFault.NOT_ALLOWED),
        ({"item": 0}, RuleFault.NOT_ALLOWED),
        ({"item": -3}, RuleFault.LATE_ITEM),
    ],
)
def test_nothing_but_an_approved_text_about_an_item_of_this_counter(
    counter: Counter, changed: dict[str, Any], fault: RuleFault
) -> None:
    counter.do(dataclasses.replace(text(counter), **changed))
    assert (counter.message(), asked(counter)) == (fault, [])


def test_not_about_what_is_void_or_restricted(counter: Counter) -> None:
    counter.do(AskVoid(item(counter), "customer_withdrew", "countersign"))
    counter.do(text(counter))
    assert (counter.message(), asked(counter)) == (RuleFault.NOTIFY_VOIDED, [])
    assert item(counter) not in counter.do(c.LookUp("1")).notify.items


def test_the_person_had_it_restricted(counter: Counter) -> None:
    by_card(counter)
    counter.do(AskErasure((item(counter),)))
    assert "ItemRestricted" in counter.kinds()
    counter.do(text(counter))
    assert (counter.message(), asked(counter)) == (RuleFault.ITEM_RESTRICTED, [])
    assert item(counter) not in counter.do(c.LookUp("1")).notify.items


def test_the_same_is_not_asked_for_twice_and_an_item_not_for_ever(counter: Counter) -> None:
    counter.do(text(counter), text(counter))
    assert (counter.message(), len(asked(counter))) == (RuleFault.NOTIFY_WAITS, 1)
    for _ in range(2):
        answer(counter, "sent")
        counter.do(text(counter))
    assert len(asked(counter)) == 3
    answer(counter, "sent")
    counter.do(text(counter, "answer_ready"))
    assert (counter.message(), len(asked(counter))) == (RuleFault.NOTIFY_ITEM_CAP, 3)
    counter.vault.machine.advance(24 * 3600)
    counter.log_in()
    counter.do(c.LookUp("1"), text(counter, "answer_ready"))
    assert len(asked(counter)) == 4


def test_an_operator_asks_for_so_many_and_no_more(counter: Counter) -> None:
    rules = dataclasses.replace(RULES.editions[0].notify, hour=2, day=3, item=100)
    use(counter, rules)
    for _ in range(3):
        counter.do(text(counter))
        if counter.message() != RuleFault.NOTIFY_CAP:
            answer(counter, "sent")
    assert (counter.message(), len(asked(counter))) == (RuleFault.NOTIFY_CAP, 2)


def test_what_needs_consent_is_sent_to_whoever_gave_it(counter: Counter) -> None:
    edition = RULES.editions[0]
    consent = edition.consents[0]
    texts = tuple(dataclasses.replace(each, consent=consent.code) for each in edition.notify.texts)
    rules = dataclasses.replace(edition, notify=dataclasses.replace(edition.notify, texts=texts))
    counter.live.rulebook = dataclasses.replace(counter.live.rulebook, editions=(rules,))
    counter.do(text(counter))
    assert (counter.message(), asked(counter)) == (RuleFault.NOTIFY_CONSENT, [])
    by_card(counter)
    given = AnswerConsent(consent.code, consent.version, Answered.GIVEN, "spoken", item(counter))
    counter.do(given, text(counter))
    assert (counter.message(), len(asked(counter))) == ("msg.notify_waits", 1)


def test_of_what_was_answered_little_stays(counter: Counter) -> None:
    """The state is written with every commit: it forgets, and goes on counting what is open."""
    rules = dataclasses.replace(RULES.editions[0].notify, hour=500, day=500, item=500)
    use(counter, rules)
    for _ in range(55):
        counter.do(text(counter))
        answer(counter, "sent")
    counter.do(text(counter))
    assert len(counter.live.state.value["notify"]) == 56
    counter.vault.machine.advance(24 * 3600)
    counter.log_in()
    counter.do(c.CloseDay(), c.LookUp("1"))
    rows = counter.live.state.value["notify"]
    assert sorted(row["outcome"] for row in rows.values()) == ["", *["sent"] * 50]
    state = State()
    for entry in counter.vault.journal.rows:
        state = fold(state, entry)
    assert state.hash() == counter.live.state.hash()


def test_the_texts_are_filled_from_the_item_alone(counter: Counter) -> None:
    told = counter.shown().notify.items[item(counter)]
    (first,) = [each for each in counter.shown().notify.texts if each.code == "arrived"]
    assert first.finished("en", told.facts, dt.date(2026, 11, 28)) == (
        f"Your item {WAYBILLS[0]} is at branch 990100-01. "
        "Please collect it with your identity document by 2026-12-03."
    )
    hostile = {**told.facts, "waybill": "{branch}{0.__class__}"}
    assert "{branch}{0.__class__}" in first.finished("en", hostile, dt.date(2026, 11, 28))


def test_a_power_cut_after_the_entry_asks_once(counter: Counter) -> None:
    def cut(step: str) -> None:
        if step == "notify.asked":
            raise StoreError(StoreFault.IO)

    counter.live.probe = cut
    counter.do(text(counter))
    counter.live.probe = counter.steps.append
    counter.do(text(counter))
    assert (counter.message(), len(asked(counter))) == (RuleFault.NOTIFY_WAITS, 1)
    assert counter.kinds().count("NotifyAsked") == 1
