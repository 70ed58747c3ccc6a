"""Fields fill in any order, card and scan come in either order; only the three gates are ordered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.acceptance import inputs, turns, visit
from core.acceptance.gates import missing
from core.acceptance.record import sealed_payload
from core.acceptance.visit import Visit
from core.commands import Acknowledgement, Field, Security
from core.errors import RuleError, RuleFault
from tests.core.acceptance.people import (
    GOOD,
    NOW,
    RULES,
    SPECIMEN,
    TODAY,
    WAYBILL,
    fresh,
    nobody,
    read,
    typed,
)

pytestmark = pytest.mark.requirement("R16")

Event = Callable[[Visit], Visit]


def typing(name: Field, text: str) -> Event:
    """An event that types into one field."""
    return lambda state: typed(state, name, text)


EVENTS: dict[str, Event] = {
    **{name.value: typing(name, text) for name, text in GOOD.items() if name is not Field.WAYBILL},
    "card": lambda state: read(state, SPECIMEN),
    "scan": lambda state: inputs.waybill_scanned(state, WAYBILL, RULES, nobody).visit,
    "original": lambda state: visit.confirm_original(state, NOW, TODAY),
    "inspected": lambda state: visit.confirm_inspected(state, NOW, RULES),
    "security": lambda state: visit.set_security(state, Security.HERE, NOW, RULES),
    "notice": lambda state: turns.acknowledge(state, Acknowledgement.SIGNATURE, RULES),
    "lifted": inputs.card_lifted,
}


def play(order: list[str]) -> tuple[Visit, list[str]]:
    """The events in this order; one that comes before the gate ahead of it is refused and comes again."""
    state, waiting, done = fresh(), list(order), []
    for _round in range(4):
        again = []
        for name in waiting:
            try:
                state = EVENTS[name](state)
                done.append(name)
            except RuleError as error:
                if error.code != RuleFault.ORDER:
                    raise
                again.append(name)
        waiting = again
    assert waiting == []
    return state, done


@settings(deadline=None)  # a busy machine is no fault
@given(st.permutations(list(EVENTS)))
def test_any_order_reaches_the_same_ready_state(order: list[str]) -> None:
    state, done = play(order)
    assert missing(state, TODAY, RULES) == ()
    assert done.index("card") < done.index("original") < done.index("inspected") < done.index("security")
    reference, _ = play(list(EVENTS))
    assert sealed_payload(state, TODAY, RULES) == sealed_payload(reference, TODAY, RULES)
    # How often the station itself changed a field, whether the document still lies there, and what
    # stood in the fields when the contents were inspected are all that may differ.
    plain = replace(state, revision=0, on_reader=False, fields={}, item=visit.ItemDraft("operation-1"))
    assert plain == replace(
        reference, revision=0, on_reader=False, fields={}, item=visit.ItemDraft("operation-1")
    )
    assert {name: state.text(name) for name in Field} == {name: reference.text(name) for name in Field}


@settings(deadline=None)  # a busy machine is no fault
@given(st.permutations(list(EVENTS)), st.integers(0, len(EVENTS)))
def test_ready_is_never_reached_early(order: list[str], count: int) -> None:
    state = fresh()
    done = set()
    for name in order[:count]:
        try:
            state = EVENTS[name](state)
            done.add(name)
        except RuleError:
            pass
    # The document fills in the name and may be lifted or not; everything else must have been done.
    needed = set(EVENTS) - {"sender_name", "lifted"}
    assert (missing(state, TODAY, RULES) == ()) == (needed <= done)
