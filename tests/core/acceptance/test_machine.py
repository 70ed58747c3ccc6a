"""No sequence of inputs makes a visit ready that must not be: a model beside the visit, step by step."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from core.acceptance import inputs, known, turns, visit
from core.acceptance.draft import draft_from_bytes, draft_to_bytes
from core.acceptance.gates import gates, missing
from core.acceptance.record import sealed_payload
from core.acceptance.visit import Visit
from core.commands import Acknowledgement, Field, Party, RefusalReason, Security
from core.errors import RuleError
from core.identity.card import IdCard
from core.view import GateState
from tests.core.acceptance.people import (
    CONTACTS,
    EXPIRED,
    GOOD,
    JIA,
    NOT_YET,
    NOW,
    OTHER_WAYBILL,
    RULES,
    SPECIMEN,
    TODAY,
    WAYBILL,
    WRONG_CHECK,
    WRONG_SEX,
    nobody,
)

pytestmark = pytest.mark.requirement("R14", "R15", "R16", "R25", "R26", "R44", "T27")

# What the tests know of each document without asking the rules: when it is good; the others never are.
ENDS_TODAY = replace(
    JIA,
    read_id="read-7",
    name="示例丙",
    number="529999199202020037",
    birth=dt.date(1992, 2, 2),
    valid_to=TODAY,
)
CARDS = (SPECIMEN, JIA, EXPIRED, NOT_YET, WRONG_SEX, WRONG_CHECK, ENDS_TODAY)
GOOD_FROM_TO = {
    SPECIMEN.read_id: (dt.date(2020, 1, 1), dt.date(2040, 1, 1)),
    JIA.read_id: (dt.date(2020, 1, 1), dt.date.max),
    NOT_YET.read_id: (dt.date(2026, 11, 22), dt.date(2046, 11, 22)),
    ENDS_TODAY.read_id: (dt.date(2020, 1, 1), TODAY),
}
NAMES = ("证件样本", "证件 样本", "示例甲", "示例乙", "示例丙", "示\u202e例甲", "")
TEXTS = {
    Field.SENDER_NAME: NAMES,
    Field.SENDER_PHONE: ("13800138000", "1380013800", ""),
    Field.SENDER_ADDRESS: (GOOD[Field.SENDER_ADDRESS], "短"),
    Field.RECIPIENT_NAME: ("示例人", ""),
    Field.RECIPIENT_PHONE: ("0851-85551234", "85551234"),
    Field.RECIPIENT_ADDRESS: (GOOD[Field.RECIPIENT_ADDRESS], ""),
    Field.WAYBILL: (WAYBILL, OTHER_WAYBILL, "EA473124820CN"),
    Field.CONTENTS: ("衣物", "书", ""),
    Field.QUANTITY: ("2", "3", "0"),
    Field.WEIGHT: ("1.284", "0", ""),
}


class Acceptance(RuleBasedStateMachine):
    """Everything a counter may do to a visit, in any order, over several days."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.today = TODAY
        self.step = 0
        self.operations = 1
        self.visits = 1
        self.entries = 0
        self.state: Visit = visit.new_visit("visit-1", "operation-1")
        self.card: IdCard | None = None  # whose document the visit may rest on
        self.seen = self.inspected = self.checked = 0  # the step at which each was confirmed
        self.misfit = 0  # the last step at which the name on the form was not the document's
        self.people: dict[str, set[str]] = {}  # visit id → numbers committed under it
        self.taken_for: dict[Party, str] = {}  # whose document lay there when a contact was taken

    def tick(self) -> None:
        """One more step; each takes a minute."""
        self.step += 1
        self.now += dt.timedelta(minutes=1)

    @initialize()
    def begin(self) -> None:
        """The first step."""
        self.tick()

    @rule(data=st.data(), name=st.sampled_from(Field))
    def type_something(self, data: st.DataObject, name: Field) -> None:
        """Right and wrong texts."""
        self.tick()
        text = data.draw(st.sampled_from(TEXTS[name]))
        before = self.state.text(name).text
        try:
            self.state = inputs.set_field(self.state, name, text, RULES, nobody).visit
        except RuleError:
            return
        changed = before.strip() and text.strip() != before.strip()
        if name in (Field.CONTENTS, Field.QUANTITY) and changed and self.checked:
            self.inspected = self.checked = 0  # the model: what was checked is no longer what stands

    @rule(name=st.sampled_from(NAMES))
    def type_a_name(self, name: str) -> None:
        """The field that undoes most."""
        self.tick()
        self.state = inputs.set_field(self.state, Field.SENDER_NAME, name, RULES, nobody).visit

    @rule()
    def night(self) -> None:
        """A new day begins, the visit still on the screen."""
        self.tick()
        self.now += dt.timedelta(days=1)
        self.today += dt.timedelta(days=1)

    @rule()
    def fill_in_everything(self) -> None:
        """A clerk who knows the trade; without it few sequences come near F9."""
        self.tick()
        for name, text in GOOD.items():
            if name is not Field.SENDER_NAME and not self.state.item.accepted:
                self.state = inputs.set_field(self.state, name, text, RULES, nobody).visit

    @rule(card=st.sampled_from(CARDS))
    def read_document(self, card: IdCard) -> None:
        """Good, expired, wrong and other people's documents."""
        self.tick()
        try:
            self.state = inputs.card_read(self.state, card, self.now, self.today, RULES).visit
        except RuleError:
            return
        self.card = card

    @rule(scan=st.sampled_from([WAYBILL, OTHER_WAYBILL, "6901234567892"]))
    def scan(self, scan: str) -> None:
        """Waybills and other codes."""
        self.tick()
        try:
            self.state = inputs.waybill_scanned(self.state, scan, RULES, nobody).visit
        except RuleError:
            return

    @rule(which=st.integers(0, 2), choice=st.sampled_from(Security))
    def confirm(self, which: int, choice: Security) -> None:
        """The three ordered confirmations, at any moment."""
        self.tick()
        before = self.state
        try:
            if which == 0:
                self.state = visit.confirm_original(before, self.now, self.today)
                self.seen = self.step if before.original_seen is None else self.seen
            elif which == 1:
                self.state = visit.confirm_inspected(before, self.now, RULES)
                self.inspected = self.step if before.item.inspected is None else self.inspected
            else:
                self.state = visit.set_security(before, choice, self.now, RULES)
                self.checked = self.step
        except RuleError:
            assert self.state is before

    @rule(card=st.sampled_from(CARDS), fitting=st.booleans())
    def serve(self, card: IdCard, fitting: bool) -> None:
        """A whole acceptance in the usual way, so that what follows disturbs one that is nearly ready."""
        self.read_document(card)
        self.tick()
        if fitting and self.card is not None:
            text = self.card.name
            self.state = inputs.set_field(self.state, Field.SENDER_NAME, text, RULES, nobody).visit
            self.a_misfit_is_remembered()
        self.fill_in_everything()
        self.confirm_all()
        self.acknowledge(Acknowledgement.SPOKEN)

    @rule()
    def confirm_all(self) -> None:
        """The usual way, one after the other."""
        for which in range(3):
            self.confirm(which, Security.HERE)

    @rule(party=st.sampled_from(Party))
    def take_a_contact(self, party: Party) -> None:
        """F5: offered to whoever is identified, for her alone."""
        self.tick()
        if known.whose(self.state) is None:
            return
        try:
            self.state = known.take(self.state, CONTACTS[party])
        except RuleError:
            return
        assert self.state.identity is not None
        self.taken_for[party] = self.state.identity.number

    @rule(how=st.sampled_from(Acknowledgement))
    def acknowledge(self, how: Acknowledgement) -> None:
        """The notice."""
        self.tick()
        self.state = turns.acknowledge(self.state, how, RULES)

    @rule(reason=st.sampled_from(RefusalReason))
    def refuse(self, reason: RefusalReason) -> None:
        """The item is handed back."""
        self.tick()
        try:
            self.state = turns.refuse(self.state, reason, self.operation())
        except RuleError:
            return
        self.inspected = self.checked = 0
        if self.state.identity is None:
            self.card, self.seen = None, 0

    @rule()
    def commit_if_ready(self) -> None:
        """F9."""
        self.tick()
        if missing(self.state, self.today, RULES):
            return
        number = str(sealed_payload(self.state, self.today, RULES)["sender"]["number"])
        self.people.setdefault(self.state.id, set()).add(number)
        self.entries += 2
        self.state = turns.item_accepted(
            self.state,
            sender_entry=self.state.sender_entry or self.entries,
            item_entry=self.entries + 1,
            number=f"{self.entries:06d}",
            when="14:22",
            rules=RULES,
        )

    @rule()
    def next_item(self) -> None:
        """F7."""
        self.tick()
        try:
            self.state = turns.next_item(self.state, self.operation())
        except RuleError:
            return
        self.inspected = self.checked = 0

    @rule()
    def next_customer(self) -> None:
        """F8."""
        self.tick()
        self.visits += 1
        self.state = visit.new_visit(f"visit-{self.visits}", self.operation(), self.state.revision + 1)
        self.card, self.seen, self.inspected, self.checked = None, 0, 0, 0

    @rule(minutes=st.sampled_from([0, 60, 119, 121, 1440]))
    def power_cut(self, minutes: int) -> None:
        """Only the draft survives, and some time passes."""
        self.tick()
        self.now += dt.timedelta(minutes=minutes)
        self.today = max(self.today, self.now.date())
        data = draft_to_bytes(self.state)
        self.visits += 1
        step = draft_from_bytes(data, self.now, RULES, visit_id=f"visit-{self.visits}")
        expected = known.without(self.state) if step.note else self.state
        assert {name: step.visit.text(name) for name in Field} == {
            name: expected.text(name) for name in Field
        }
        assert all(step.visit.as_in(party) == expected.as_in(party) for party in Party)
        self.state = step.visit
        if step.note:
            self.card, self.seen, self.inspected, self.checked = None, 0, 0, 0

    def operation(self) -> str:
        """A fresh operation id."""
        self.operations += 1
        return f"operation-{self.operations}"

    @invariant()
    def a_misfit_is_remembered(self) -> None:
        """The model's own view of the name, without the rules' folding."""
        name = self.state.text(Field.SENDER_NAME).text.replace(" ", "")
        if self.card is None or name != self.card.name:
            self.misfit = self.step

    @invariant()
    def ready_only_when_it_may_be(self) -> None:
        """The heart of it."""
        if missing(self.state, self.today, RULES):
            return
        assert self.card is not None
        assert self.state.identity is not None
        assert self.state.identity.number == self.card.number
        first, last = GOOD_FROM_TO.get(self.card.read_id, (dt.date.max, dt.date.min))
        assert first <= self.today <= last
        assert self.state.text(Field.SENDER_NAME).text.replace(" ", "") == self.card.name
        assert 0 < self.seen < self.inspected < self.checked
        assert self.misfit < self.seen

    @invariant()
    def each_confirmation_rests_on_the_one_ahead(self) -> None:
        """Also while nothing is ready."""
        item = self.state.item
        assert item.inspected is None or self.state.original_seen is not None or item.accepted
        assert item.security is None or item.inspected is not None

    @invariant()
    def a_reference_stands_whole_and_for_one_person(self) -> None:
        """Never part of a contact, never another person's, and never a mask in place of data."""
        assert known.whole(self.state)
        for party in Party:
            if self.state.as_in(party) is not None:
                assert self.state.identity is not None
                assert self.state.identity.number == self.taken_for[party]
        if not missing(self.state, self.today, RULES):
            assert "*" not in str(sealed_payload(self.state, self.today, RULES))

    @invariant()
    def one_visit_one_person(self) -> None:
        """T27: never two people under one visit."""
        assert all(len(numbers) == 1 for numbers in self.people.values())

    @invariant()
    def the_way_agrees_with_what_is_missing(self) -> None:
        """The screen never shows all gates done while something is missing, nor two current ones."""
        states = [view.state for view in gates(self.state, self.today, RULES)]
        done = all(state is GateState.DONE for state in states)
        if not self.state.item.accepted:
            assert done == (missing(self.state, self.today, RULES) == ())
        assert states.count(GateState.CURRENT) <= 1


Acceptance.TestCase.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
TestAcceptance = Acceptance.TestCase
