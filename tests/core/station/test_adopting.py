"""Directives at a station: old items keep their rules (T19), headquarters' word grows old, a held waybill."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core import commands as c
from core.errors import StoreError, StoreFault
from core.ledger.block_list import block_attachment
from core.ledger.clock import business_date
from core.ledger.directives import NO_DIRECTIVE, Directive, SignedDirective, make_directive
from core.station import grace
from core.view import CounterView, Screen
from tests.core.memory import TERMINAL
from tests.core.station.desk import WAYBILLS, Counter

pytestmark = pytest.mark.requirement("T19")

OWN = Path(__file__).parents[3] / "resources" / "rules" / "2026-11-01.json"


@pytest.fixture
def counter() -> Iterator[Counter]:
    made = Counter()
    yield made
    made.station.stop()


def tell(counter: Counter, *said: tuple[str, str, dict[str, Any]]) -> CounterView:
    """Directives of these kinds, subjects and bodies, after those that are here."""
    journal = counter.vault.journal
    head, made = journal.directive_head(), list[SignedDirective]()
    for kind, subject, body in said:
        at = counter.vault.machine.wall()
        directive = Directive(TERMINAL, head.number + 1, head.hash, kind, subject, at, 1, body)
        made.append(make_directive(directive, counter.vault.headquarters))
        head = made[-1].head
    counter.station.directives_told(made)
    return counter.shown()


def edition(counter: Counter, version: str, days: int = 0, **limits: int) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(OWN.read_bytes())
    today = business_date(counter.vault.machine.wall())
    value["version"], value["effective_from"] = version, (today + dt.timedelta(days=days)).isoformat()
    for name, number in limits.items():
        value["limits"][name]["value"] = number
    return {"edition": value}


def accepted(counter: Counter) -> list[tuple[int, str]]:
    """(seq, rules version) of every item."""
    entries = counter.vault.journal.entries(1)
    return [(e.header.seq, e.header.rules) for e in entries if e.header.kind == "ItemAccepted"]


def test_old_items_keep_their_rules(counter: Counter) -> None:
    counter.log_in()
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit())
    own = json.loads(OWN.read_bytes())["version"]
    assert [version for _, version in accepted(counter)] == [own]
    counter.do(c.NextItem())
    counter.parcel(WAYBILLS[1])  # open while the limit falls below its weight
    tell(counter, ("rules", "t-2", edition(counter, "t-2", weight_max_g=900)))
    view = counter.do(c.Commit())
    assert (len(accepted(counter)), view.message is not None) == (1, True)
    counter.type(weight="0.4")
    counter.do(c.Commit())
    first, second = accepted(counter)
    assert (first[1], second[1]) == (own, "t-2")
    assert [entry.header.directives for entry in counter.vault.journal.entries(second[0], second[0])] == [1]
    # The old one is shown and printed again as it was taken.
    row = counter.vault.journal.item(first[0])
    assert row is not None
    assert row.annex["weight_g"] == 1284
    jobs = len(counter.printer.jobs)
    for job in list(counter.printer.jobs):
        counter.print(job)
    counter.do(c.Reprint(first[0]))
    assert len(counter.printer.jobs) == jobs + 1


def test_an_edition_waits_for_its_day(counter: Counter) -> None:
    counter.log_in()
    own = counter.live.rules.version
    tell(counter, ("rules", "t-2", edition(counter, "t-2", days=2)))
    assert counter.live.rules.version == own
    counter.vault.machine.advance(2 * 86_400)
    counter.settle()
    assert counter.live.rules.version == "t-2"


def test_told_again_or_out_of_turn_changes_nothing(counter: Counter) -> None:
    counter.log_in()
    tell(counter, ("weather", "today", {"rain": True}))
    seq = counter.live.state.head.seq
    journal = counter.vault.journal
    first = journal.directives_[0].signed
    other = Directive(TERMINAL, 1, NO_DIRECTIVE.hash, "rules", "x", first.directive.at, 2, {})
    later = Directive(TERMINAL, 3, first.hash, "rules", "x", first.directive.at, 2, {})
    for each in (other, later):
        counter.station.directives_told([make_directive(each, counter.vault.headquarters)])
    counter.station.directives_told([first])
    counter.shown()
    assert counter.live.state.head.seq == seq
    assert [row.fault for row in journal.directives_] == ["entry.kind_unknown"]


def test_a_recovered_store_gets_them_again_without_an_entry(counter: Counter) -> None:
    """The journal says that it adopted two; the table that kept them is gone."""
    counter.log_in()
    said = [("rules", name, edition(counter, name)) for name in ("t-2", "t-3")]
    tell(counter, *said)
    journal = counter.vault.journal
    kept, seq = [row.signed for row in journal.directives_], counter.live.state.head.seq
    journal.directives_.clear()
    first = Directive(TERMINAL, 1, NO_DIRECTIVE.hash, "rules", "x", kept[0].directive.at, 2, {})
    other = make_directive(first, counter.vault.headquarters)
    another = replace(first, number=2, previous=other.hash)
    counter.station.directives_told([other, make_directive(another, counter.vault.headquarters)])
    view = counter.shown()
    assert view.message is not None
    assert (view.message.code, journal.directives_) == ("msg.directives_stand", [])
    counter.station.directives_told(kept)
    counter.shown()
    assert ([row.signed for row in journal.directives_], counter.live.state.head.seq) == (kept, seq)
    assert counter.live.rules.version == "t-3"
    tell(counter, ("weather", "today", {"rain": True}))
    assert counter.live.state.value["directives"]["number"] == 3


def test_a_full_disk_adopts_nothing_and_the_next_turn_does(counter: Counter) -> None:
    counter.log_in()
    counter.vault.journal.fail = StoreError(StoreFault.DISK_FULL, retry=True)
    tell(counter, ("rules", "t-2", edition(counter, "t-2")))
    assert (counter.vault.journal.directives_, counter.live.rules.version == "t-2") == ([], False)
    tell(counter, ("rules", "t-2", edition(counter, "t-2")))
    assert counter.live.rules.version == "t-2"


def test_a_hit_in_the_block_list_asks_and_refuses_nothing(counter: Counter) -> None:
    counter.log_in()
    for version, numbers in (("b-1", ["110105 19491231002x"]), ("b-2", [])):
        head = counter.vault.journal.directive_head()
        body = {"version": version, "count": len(numbers)}
        at = counter.vault.machine.wall()
        said = Directive(TERMINAL, head.number + 1, head.hash, "block_list", "block_list", at, 1, body)
        signed = make_directive(said, counter.vault.headquarters, block_attachment(numbers))
        assert b"1949" not in (signed.attachment or b"")
        counter.station.directives_told([signed])
        counter.do(c.NewAcceptance(discard=True), c.DismissMessage())
        counter.lift()
        view = counter.place()
        hit = view.message is not None and view.message.code == "msg.ask_block_list"
        assert hit is bool(numbers)
    counter.do(c.NewAcceptance(discard=True))
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit())
    assert len(accepted(counter)) == 1


def test_a_held_waybill_is_said(counter: Counter) -> None:
    counter.log_in()
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit())
    holder = {
        "terminal": "990100-01-09",
        "epoch": 1,
        "seq": 7,
        "number": 3,
        "operator": "OP90001",
        "at": "2026-11-21T01:30:00.000Z",
        "confirmed": True,
    }
    item = accepted(counter)[0][0]
    view = tell(counter, ("waybill_held", f"1/{item}", {"epoch": 1, "seq": item, "holder": holder}))
    assert view.message is not None
    assert view.message.code == "msg.waybill_held"
    assert view.message.facts == {
        "number": "000001", "when": "2026-11-21 09:30", "terminal": "990100-01-09", "operator": "OP90001",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("hours", "reached", "screen", "said"),
    [
        (700, False, Screen.CLERK, "msg.offline_grace"),
        (10, False, Screen.CLERK, "msg.welcome"),
        (768, False, Screen.LOGIN, "rule.offline_too_long"),
        (900, True, Screen.CLERK, "msg.welcome"),
    ],
)
def test_the_grace_without_headquarters_word(
    counter: Counter,
    monkeypatch: pytest.MonkeyPatch,
    hours: int,
    reached: bool,
    screen: Screen,
    said: str,
) -> None:
    """Said days before it bites; where it bites, the first word of headquarters lets everybody in again."""
    monkeypatch.setattr(grace, "_REACH_SECONDS", 0.05)
    counter.vault.journal.last_contact = counter.vault.machine.wall() - dt.timedelta(hours=hours)
    if reached:  # the pump, which starts as the store opens, gets an answer
        opened: Callable[[], Any] = counter.vault.open

        def open_and_reach() -> Any:
            counter.live.reached.set()
            return opened()

        monkeypatch.setattr(counter.vault, "open", open_and_reach)
    view = counter.log_in()
    assert view.message is not None
    assert (view.screen, view.message.code) == (screen, said)


def elsewhere(counter: Counter, *, earlier: bool) -> dict[str, Any]:
    """Of the session that stands here."""
    session = counter.live.session
    assert session is not None
    said = {"session": session.session, "operator": session.operator, "terminal": "990100-01-09"}
    return {**said, "at": "2026-11-21T06:20:00.000Z", "earlier": earlier}


def test_whoever_logs_in_elsewhere_is_locked_out_here(counter: Counter) -> None:
    """T5: the first counter locks and says where and when; what she typed stays; the second is only told."""
    counter.log_in()
    counter.sender()
    view = tell(counter, ("session_elsewhere", "s-1", elsewhere(counter, earlier=False)))
    assert (view.screen, counter.message()) == (Screen.CLERK, "msg.session_double")
    before = elsewhere(counter, earlier=True)
    view = tell(counter, ("session_elsewhere", "s-1", before))
    assert (view.screen, counter.message()) == (Screen.LOCKED, "msg.session_elsewhere")
    assert view.message is not None
    assert view.message.facts["terminal"] == "990100-01-09"
    assert counter.kinds()[-2:] == ["DirectivesAdopted", "OperatorLocked"]
    counter.log_in()
    view = tell(counter, ("session_elsewhere", "s-1", before))  # of a session that is over
    assert (view.screen, counter.message()) == (Screen.CLERK, "msg.session_double")
    assert view.visit is not None
    assert view.visit.sender is not None


def test_whoever_was_away_is_told_of_the_other_counter_when_she_comes(counter: Counter) -> None:
    """Said while the screen was locked: neither the greeting nor her unfinished work stands over it, once."""
    counter.log_in()
    counter.sender()
    said = elsewhere(counter, earlier=False)
    counter.do(c.Lock())
    tell(counter, ("session_elsewhere", "s-1", said))
    view = counter.log_in()
    assert view.message is not None
    assert (view.message.code, view.message.facts["terminal"]) == ("msg.session_double", "990100-01-09")
    counter.do(c.Lock())
    counter.log_in()
    assert counter.message() != "msg.session_double"
