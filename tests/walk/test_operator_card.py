"""Getting in by card: activation, log-in, pulled and lost cards, with a real headquarters and real stores."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from core import commands as c
from core.access.papers import Paper
from core.config import load_config
from core.crypto.keys import parse_public_key
from core.errors import CardFault, CounterError, RuleError, RuleFault, StoreFault
from core.ledger.chain import Verifier
from core.second import AskReaderDown, DecideRequest
from core.view import CounterView, Screen
from devices.simulators.operator_cards import CardReaders
from hq.operators import renew_code, set_papers
from program.terminal import Parts
from tests.devices.smartcard.readers import PIN, WRONG
from tests.peers.checker import check
from tests.peers.exports import export
from tests.walk.branch import PASSWORDS, QUICK, Branch, Desk
from tests.walk.test_rules_published import edition, write

HERE, SUPERVISOR, CLERK = "990100-01-03", "OP20001", "OP10001"
WORDS = PASSWORDS[CLERK]


def code(error: BaseException | None) -> object:
    return error.code if isinstance(error, CounterError) else error


def on_card(fault: str, operator: str, view: CounterView) -> bool:
    """What the log-in screen shows of the card."""
    return view.card is not None and (view.card.fault, view.card.operator) == (fault, operator)


def told(said: str, view: CounterView) -> bool:
    return view.message is not None and view.message.code == said


class CardDesk:
    """The counter of a supervisor with a password, and its readers."""

    def __init__(self, branch: Branch, readers: CardReaders) -> None:
        self.branch, self.readers = branch, readers
        branch.enrol(HERE, SUPERVISOR, branch.operator(SUPERVISOR, "supervisor", name="示例乙"))
        path = branch.directory / f"{HERE}.toml"
        text = f'\n[devices.card_reader]\ndriver = "software"\nlink = "{readers.url}"\n'
        path.write_text(path.read_text("utf-8") + text, "utf-8")
        self.config = load_config(path)

    def open(self) -> Desk:
        """A fresh process's."""
        return Desk(self.config, self.branch.directory / HERE, Parts(pump=QUICK))

    def put(self, desk: Desk, name: str) -> None:
        """That card is in, and the station has heard of it."""
        card = self.readers.card(name, PIN)
        self.readers.insert(card)
        serial = str(card.facts()["serial"])
        desk.wait("it is in", lambda: serial in desk._live.cards)

    def out(self, desk: Desk) -> None:
        """No card is in any more, and the station has heard of it."""
        self.readers.pull()
        desk.wait("it is out", lambda: not desk._live.cards)

    def code(self, *, lost: bool = False) -> str:
        """For a clerk who is here already."""
        with self.branch.database() as database:
            return renew_code(database, CLERK, lost=lost)

    def heard(self, desk: Desk) -> None:
        """All that headquarters said until now has been adopted: what it says next, too."""
        day = dt.date(2026, 11, 1) + dt.timedelta(days=desk.number)
        with self.branch.database() as database:
            set_papers(database, SUPERVISOR, {Paper.TRAINING: min(day, dt.date(2026, 11, 21))})
        desk.wait("her training", lambda: bool(desk._live.staff[SUPERVISOR].papers))

    def activate(self, desk: Desk, card: str, added: str) -> None:
        """The clerk's keys on that card; a supervisor with a password stands by."""
        self.readers.insert(self.readers.card(card, PIN))
        desk.until("an empty card", partial(on_card, CardFault.EMPTY, ""))
        asked = c.Activate(CLERK, added, PIN, SUPERVISOR, PASSWORDS[SUPERVISOR], card=True)
        assert desk.do(asked) is None
        desk.until("activated", partial(told, "msg.activated"))
        desk.until("her card", partial(on_card, "", CLERK))

    def endorsed(self, desk: Desk) -> None:
        """Her first log-in with a key that is new here."""
        assert code(desk.do(c.LogIn(CLERK, PIN))) is RuleFault.KEY_NEW
        assert desk.do(c.LogIn(CLERK, PIN, SUPERVISOR, PASSWORDS[SUPERVISOR])) is None


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[CardDesk]:
    readers = CardReaders(tmp_path / "cards")
    readers.start()
    with Branch(tmp_path) as branch:
        yield CardDesk(branch, readers)
    readers.stop()


def journal_verifies(desk: Desk) -> None:
    """By our own rules and by the independent checker, which needs only the export and headquarters' key."""
    live = desk._live
    entries = list(live.need_journal().entries(1))
    keys = live.vault.headquarters_keys()
    verifier = Verifier(HERE, keys.chain)
    verifier.grant_keys(entries)
    for entry in entries:
        verifier.follow(entry)
    check(export(entries, HERE, keys.signing.text), keys.signing.text)  # raises Bad


def test_a_shift_by_card_and_a_lost_one(counter: CardDesk) -> None:
    with counter.open() as desk:
        assert desk.log_in(SUPERVISOR) is None
        desk.do(c.Lock())
        counter.activate(desk, "first", counter.branch.operator(CLERK, "clerk", "990100-01"))
        counter.endorsed(desk)
        _signed_by_the_card(desk)
        _pulled_and_back(counter, desk)
        _pulled_while_logging_in(counter, desk)
        _lost(counter, desk)
        _forgotten(counter, desk)
        journal_verifies(desk)
        _removed(counter, desk)


def test_an_unplugged_reader_locks_as_a_pulled_card_does(counter: CardDesk) -> None:
    with counter.open() as desk:
        assert desk.log_in(SUPERVISOR) is None
        desk.do(c.Lock())
        counter.activate(desk, "first", counter.branch.operator(CLERK, "clerk", "990100-01"))
        counter.endorsed(desk)
        counter.readers.stop()
        desk.until("locked", partial(told, "msg.locked_card"))
        assert desk.screen is Screen.LOCKED
        assert desk.entries("OperatorLocked")[-1].data == {"cause": "card"}


def _signed_by_the_card(desk: Desk) -> None:
    """Certificate and acceptance verify under the card's own key, and the session is not its."""
    accepted = desk.entries("OperatorKeyAccepted")[-1].data
    key = parse_public_key(accepted["signing"], signing=True)
    assert (accepted["operator"], key.algorithm) == (CLERK, "p256")
    vault = desk._live.vault
    assert vault.holder(key.text, "") == (CLERK, "")
    assert desk._live.session_card


def _pulled_and_back(counter: CardDesk, desk: Desk) -> None:
    """Card out locks at once; what was typed stands there again after the PIN.  Tries are told."""
    desk.do(c.SetField(c.Field.CONTENTS, "衣物"))
    counter.readers.pull()
    view = desk.until("locked", lambda view: view.screen is Screen.LOCKED)
    assert view.message is not None
    assert view.message.code == "msg.locked_card"
    assert desk.entries("OperatorLocked")[-1].data == {"cause": "card"}
    assert code(desk.do(c.LogIn(CLERK, PIN))) is CardFault.MISSING
    counter.put(desk, "first")
    assert code(desk.do(c.LogIn(CLERK, WRONG))) is CardFault.PIN_WRONG
    desk.until("a try less", lambda view: view.card is not None and view.card.left == 2)
    assert desk.do(c.LogIn(CLERK, PIN)) is None
    assert desk.view is not None
    assert desk.view.visit is not None
    assert desk.view.visit.fields[c.Field.CONTENTS].text == "衣物"
    assert desk.entries("LogInsFailed")[-1].data["failures"] == 1
    desk.do(c.Lock())


def _pulled_while_logging_in(counter: CardDesk, desk: Desk) -> None:
    """At each thing the card is asked: nobody is in, nothing is recorded, and no guess is counted."""
    head = desk._live.state.head
    for step in ("verify", "agree", "sign"):
        counter.readers.at(step, counter.readers.pull)
        assert code(desk.do(c.LogIn(CLERK, PIN))) is CardFault.PULLED
        assert desk.screen is Screen.LOCKED
        assert desk._live.state.head == head
        assert desk._live.vault.failures(CLERK) == 0
        counter.out(desk)
        counter.put(desk, "first")
    assert desk.do(c.LogIn(CLERK, PIN)) is None
    desk.do(c.Lock())


def _lost(counter: CardDesk, desk: Desk) -> None:
    """It opens nothing once headquarters knows; then another card, and the old one is refused by name."""
    added = counter.code(lost=True)
    desk.until("a card of nobody", partial(on_card, CardFault.REMOVED, ""))
    assert code(desk.do(c.LogIn(CLERK, PIN))) is StoreFault.WRONG_KEY
    counter.out(desk)
    counter.activate(desk, "second", added)
    counter.endorsed(desk)
    desk.do(c.Lock())
    counter.put(desk, "first")
    view = desk.until("the old card", partial(on_card, CardFault.REPLACED, ""))
    assert view.card is not None
    assert view.card.facts == {"operator": CLERK}
    assert code(desk.do(c.LogIn(CLERK, PIN))) is CardFault.OTHER
    counter.put(desk, "second")
    assert desk.do(c.LogIn(CLERK, PIN)) is None


def _forgotten(counter: CardDesk, desk: Desk) -> None:
    """From the card to a password, and to another one when that is forgotten."""
    desk.do(c.Lock())
    for old, new in (("", "another long passphrase of hers"), ("another long passphrase of hers", WORDS)):
        before = len(desk.entries("OperatorKeyAccepted"))
        asked = c.Activate(CLERK, counter.code(), new, SUPERVISOR, PASSWORDS[SUPERVISOR])
        assert desk.do(asked) is None
        desk.until("activated", partial(told, "msg.activated"))
        desk.wait("her new keys", lambda new=new: _is_new(desk, new))  # type: ignore[misc]
        assert desk.do(c.LogIn(CLERK, new, SUPERVISOR, PASSWORDS[SUPERVISOR])) is None
        desk.do(c.Lock())
        assert not old or code(desk.do(c.LogIn(CLERK, old))) is StoreFault.WRONG_KEY
        assert len(desk.entries("OperatorKeyAccepted")) == before + 1
    desk.until("the last card", partial(on_card, CardFault.REPLACED, ""))
    assert desk.do(c.LogIn(CLERK, WORDS)) is None


def _is_new(desk: Desk, password: str) -> bool:
    """Her slot is the one of that password: only then is she asked for a supervisor."""
    return code(desk.do(c.LogIn(CLERK, password))) is RuleFault.KEY_NEW


def _removed(counter: CardDesk, desk: Desk) -> None:
    """While she stands there; from then on her card is named for what it is."""
    counter.branch.remove(CLERK)
    desk.until("locked", lambda view: view.screen is Screen.LOCKED)
    assert code(desk.do(c.LogIn(CLERK, WORDS))) is StoreFault.WRONG_KEY
    # Added again, she has a code: neither her password nor a card of before counts until it is used.
    counter.branch.operator(CLERK, "clerk", "990100-01")
    counter.heard(desk)
    assert code(desk.do(c.LogIn(CLERK, WORDS))) in (StoreFault.WRONG_KEY, StoreFault.LOCKED_OUT)
    desk.until("a card of nobody here", partial(on_card, CardFault.UNKNOWN, ""))


def test_two_readers_rules_and_the_shut_counter(counter: CardDesk, tmp_path: Path) -> None:
    """A card opens a counter that is shut; a colleague's opens nothing of hers; rule data want a card."""
    with counter.open() as desk:
        assert desk.log_in(SUPERVISOR) is None
        desk.do(c.Lock())
        counter.activate(desk, "first", counter.branch.operator(CLERK, "clerk", "990100-01"))
        counter.endorsed(desk)
        counter.readers.insert(counter.readers.card("empty", PIN), reader=2)
        counter.readers.pull(2)  # another card than hers: nothing is locked by it
        counter.readers.insert(counter.readers.card("rsa", PIN, algorithm="rsa2048"), reader=2)
        desk.wait("three cards were seen", lambda: len(desk._live.cards) == 2)
        assert desk.screen is Screen.CLERK
        assert desk._live.present == {SUPERVISOR, CLERK}
    with counter.open() as desk:
        view = desk.until("the rsa card", partial(on_card, CardFault.UNSUPPORTED, ""))
        assert view.screen is Screen.LOGIN
        counter.readers.pull(2)
        desk.until("her card", partial(on_card, "", CLERK))
        assert desk.do(c.LogIn(CLERK, PIN)) is None
        desk.do(c.Lock())
        assert desk.log_in(SUPERVISOR) is None
        counter.out(desk)  # not the card of this session
        assert desk.screen is Screen.CLERK
        number = desk.number
        value = edition("t-cards", 0)
        value["log_in"]["supervisor"]["value"] = "card"
        counter.branch.publish(write(tmp_path / "cards.json", value))
        desk.adopted(number + 1)
        desk.do(c.Lock())
        error = desk.log_in(SUPERVISOR)
        assert isinstance(error, RuleError)
        assert (error.code, error.facts["who"]) == (RuleFault.CARD_REQUIRED, "fact.who.supervisor")
        counter.put(desk, "first")
        assert desk.do(c.LogIn(CLERK, PIN)) is None  # a clerk may still have either


def test_a_second_person_approves_by_her_card_beside_a_session_by_password(counter: CardDesk) -> None:
    """An exemption and a request, her PIN for each; her card locks nobody when it goes."""
    with counter.open() as desk:
        desk.log_in(SUPERVISOR)
        desk.do(c.Lock())
        counter.activate(desk, "first", counter.branch.operator(CLERK, "supervisor", "990100-01"))
        counter.endorsed(desk)
        desk.do(c.Lock())
        assert desk.log_in(SUPERVISOR) is None
        desk.do(c.SetSenderKind(c.SenderKind.EXEMPT))
        desk.do(c.SetExemption("own_service_post"))
        counter.out(desk)
        assert desk.screen is Screen.CLERK  # the card is not of this session
        assert code(desk.do(c.ApproveExemption(CLERK, PIN))) is CardFault.MISSING
        counter.put(desk, "first")
        assert code(desk.do(c.ApproveExemption(CLERK, WRONG))) is CardFault.PIN_WRONG
        assert desk.do(c.ApproveExemption(CLERK, PIN)) is None
        kind = desk.view.visit.sender_kind if desk.view is not None and desk.view.visit is not None else None
        assert kind is not None
        assert kind.exemption is not None
        assert kind.exemption.approved_by == CLERK
        desk.do(AskReaderDown("reader_broken"))
        (asked,) = desk.entries("ApprovalAsked")
        assert desk.do(DecideRequest(str(asked.data["request"]), CLERK, PIN)) is None
        (given,) = desk.entries("ApprovalGiven")
        assert given.data["by"] == CLERK
        assert desk.screen is Screen.CLERK
        journal_verifies(desk)
