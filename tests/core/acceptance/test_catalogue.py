"""The catalogue: what it says, how it is searched, what it makes of a declaration, and damage to its file."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.acceptance import record, visit
from core.acceptance.catalogue import REFUSING, Action, CatalogueItem, load_catalogues, parse_catalogue
from core.acceptance.draft import draft_from_bytes, draft_to_bytes
from core.acceptance.gates import Missing, gates, missing, visit_view
from core.acceptance.labels import Imprint, label
from core.acceptance.visit import Visit
from core.commands import Field, RefusalReason, Refuse, Route, Security
from core.errors import ConfigError, ConfigFault, RuleError, RuleFault
from core.ledger import kinds
from core.view import GateName, GateState
from tests.core.acceptance.people import NOW, RULES, TODAY, committed, complete, fresh, typed

pytestmark = pytest.mark.requirement("R17")

FILE = Path(__file__).parents[3] / "resources" / "catalogue" / "2026-11-01.json"
VALUE: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
CATALOGUE = RULES.catalogue
IMPRINT = Imprint("520100-01", "OP10001")


def fault(call: object, *arguments: object) -> RuleError:
    """The error of a step that must be refused."""
    assert callable(call)
    with pytest.raises(RuleError) as caught:
        call(*arguments)
    return caught.value


def action(text: str) -> str:
    """The strictest action of a declaration, "" where no word is known."""
    found = CATALOGUE.judge(text).items
    return found[0].action if found else ""


# -- what it says -----------------------------------------------------------------------------------


def test_it_has_the_eighteen_classes_each_with_examples() -> None:
    prohibited = [item for item in CATALOGUE.items if item.action in REFUSING]
    assert {cls.number for cls in CATALOGUE.classes} == set(range(1, 22))
    for number in range(1, 20):
        assert sum(item.cls.number == number for item in prohibited) >= 9
    assert len(prohibited) >= 150
    assert sum(item.action is Action.ALLOW for item in CATALOGUE.items) >= 60
    assert {item.cls.number for item in prohibited} == set(range(1, 20))


def test_every_name_is_found_by_what_a_clerk_types_and_judged_as_itself() -> None:
    for item in CATALOGUE.items:
        for text in (item.name, *item.words):
            assert item in CATALOGUE.search(text, 8), text
            assert item in CATALOGUE.judge(text).items, text
        assert item in CATALOGUE.search(item.initials, 40), item.initials


def test_no_word_stands_for_two_items() -> None:
    words = [word.casefold() for item in CATALOGUE.items for word in (item.name, *item.words)]
    assert sorted(words) == sorted(set(words))


# -- judging ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("衣物", "allow"), ("书 10 本", "allow"), ("手机壳", "allow"), ("酒杯", "allow"), ("鱼竿", "allow"),
        ("充电宝", "restricted"), ("玩具枪", "restricted"), ("白酒2瓶", "restricted"),
        ("二手手机", "restricted"),
        ("水果刀一把", "restricted"), ("衣服和充电宝", "restricted"),
        ("打火机", "refuse"), ("打 火 机", "refuse"), ("书、打火机油", "refuse"), ("医用酒精", "refuse"),
        ("手枪", "refuse_report"), ("枪", "refuse_report"), ("玩具枪和手枪", "refuse_report"),
        ("ＭＤＭＡ", "refuse_report"), ("衣服里的海洛因", "refuse_report"),
        ("说不清的东西", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_declaration_is_judged_by_its_strictest_word(text: str, wanted: str) -> None:
    assert action(text) == wanted


LETTERS = "".join(sorted({char for item in CATALOGUE.items for char in item.name}))


@given(st.one_of(st.text(max_size=60), st.text(LETTERS, max_size=20)))
def test_spaces_hide_nothing_and_any_text_is_judged_and_searched(text: str) -> None:
    assert CATALOGUE.judge(" ".join(text)) == CATALOGUE.judge(text)
    assert len(CATALOGUE.search(text, 8)) <= 8


@given(st.sampled_from(CATALOGUE.items), st.sampled_from(CATALOGUE.items))
def test_what_stands_beside_it_makes_no_prohibited_item_harmless(
    one: CatalogueItem, other: CatalogueItem
) -> None:
    found = CATALOGUE.judge(f"{one.name}、{other.name}")
    assert (one in found.items and other in found.items) or one.name in other.name or other.name in one.name
    assert (found.prohibited is None) == (one.action not in REFUSING and other.action not in REFUSING)


@pytest.mark.parametrize(
    ("typing", "name"),
    [
        ("yw", "衣物"),
        ("cdb", "充电宝"),
        ("dhj", "打火机"),
        ("S", "书"),
        ("移动电", "充电宝"),
        ("羽绒", "衣物"),
        ("sq", "手枪"),
    ],
)
def test_initials_words_and_parts_of_words(typing: str, name: str) -> None:
    assert name in [item.name for item in CATALOGUE.search(typing, 8)]
    assert CATALOGUE.search("", 8) == ()


# -- in the visit -----------------------------------------------------------------------------------


def test_what_is_prohibited_is_said_while_it_is_typed_and_never_committed() -> None:
    state = typed(complete(), Field.CONTENTS, "打火机")
    found = visit.check(state, Field.CONTENTS, RULES)
    assert found.problem == RuleFault.CONTENTS_PROHIBITED
    assert dict(found.facts) == {"item": "打火机", "number": 4, "report": False}
    assert Missing.CONTENTS_PROBLEM in missing(state, TODAY, RULES)
    view = visit_view(state, TODAY, RULES, IMPRINT)
    assert view.fields[Field.CONTENTS].problem == RuleFault.CONTENTS_PROHIBITED
    assert (view.finding[0].action, view.finding[0].number) == ("refuse", 4)
    gate = next(gate for gate in view.gates if gate.name is GateName.CONTENTS)
    assert (gate.state, gate.detail) == (GateState.PROBLEM, RuleFault.CONTENTS_PROHIBITED)


def test_a_restricted_item_waits_for_its_condition() -> None:
    state = complete(contents="充电宝")
    assert missing(state, TODAY, RULES) == (Missing.CONDITION,)
    assert fault(visit.confirm_condition, complete(), RULES).code == RuleFault.ORDER
    state = visit.confirm_condition(state, RULES)
    assert missing(state, TODAY, RULES) == ()
    assert visit_view(state, TODAY, RULES, IMPRINT).finding[0].confirmed
    assert record.item_data(state, TODAY, RULES, sender_entry=1, number=1)["condition"] == "confirmed"
    assert record.item_data(complete(), TODAY, RULES, sender_entry=1, number=1)["condition"] == "none"
    # Another restricted item beside it has a condition of its own.
    assert Missing.CONDITION in missing(typed(state, Field.CONTENTS, "充电宝、白酒"), TODAY, RULES)
    assert Missing.CONDITION not in missing(typed(state, Field.CONTENTS, "充电宝 2 个"), TODAY, RULES)
    assert fault(visit.confirm_condition, committed(state), RULES).code == RuleFault.ITEM_ACCEPTED


@pytest.mark.parametrize(
    ("declared", "refusal", "wanted"),
    [
        ("打火机", Refuse(RefusalReason.PROHIBITED, told=True), ("class_04", "refuse")),
        ("衣物", Refuse(RefusalReason.PROHIBITED, item="c01_01"), ("class_01", "refuse_report")),
        ("衣物", Refuse(RefusalReason.CONTENTS_DIFFER, item="c04_01"), ("class_04", "refuse")),
        ("衣物", Refuse(RefusalReason.CONTENTS_DIFFER), ("none", "none")),
        ("打火机", Refuse(RefusalReason.NO_VALID_DOCUMENT), ("none", "none")),
        ("衣物", Refuse(RefusalReason.PROHIBITED, item="nothing"), ("none", "none")),
    ],
)
def test_a_refusal_says_what_was_found(declared: str, refusal: Refuse, wanted: tuple[str, str]) -> None:
    data = record.refused_data(typed(fresh(), Field.CONTENTS, declared), refusal, RULES)
    kinds.check("ItemRefused", 1, data)
    assert (data["item_class"], data["action"], data["told"]) == (*wanted, refusal.told)


# -- the security check by route --------------------------------------------------------------------


def left_out(state: Visit) -> Visit:
    """Without a check."""
    return visit.set_security(state, Security.NOT_REQUIRED, NOW, RULES)


def test_by_land_to_an_ordinary_region_it_may_be_left_out() -> None:
    state = left_out(complete())
    assert missing(state, TODAY, RULES) == ()
    data = record.item_data(state, TODAY, RULES, sender_entry=1, number=1)
    kinds.check("ItemAccepted", 1, data)
    assert (data["route"], data["security"], data["centre"]) == ("land", "not_required", "none")
    assert label(state, RULES, IMPRINT).security == "centre"  # prints 待安检: nothing was checked


@pytest.mark.requirement("R27")
@pytest.mark.parametrize("route", [Route.AIR, Route.RAIL])
def test_by_air_and_rail_never(route: Route) -> None:
    state = visit.set_route(complete(), route)
    assert fault(left_out, state).code == RuleFault.SECURITY_REQUIRED
    later = visit.set_route(left_out(complete()), route)
    assert missing(later, TODAY, RULES) == (Missing.SECURITY_PROBLEM,)
    gate = next(gate for gate in gates(later, TODAY, RULES) if gate.name is GateName.SECURITY)
    assert (gate.state, gate.detail) == (GateState.PROBLEM, RuleFault.SECURITY_REQUIRED)
    assert missing(visit.set_route(complete(), route), TODAY, RULES) == ()  # checked here


@pytest.mark.requirement("R27")
def test_to_a_key_region_never_whatever_is_typed_when() -> None:
    address = "北京市海淀区示例路1号"
    state = complete(recipient_address=address)
    assert fault(left_out, state).code == RuleFault.SECURITY_REQUIRED
    assert visit_view(state, TODAY, RULES, IMPRINT).security_required
    later = typed(left_out(complete()), Field.RECIPIENT_ADDRESS, address)
    assert missing(later, TODAY, RULES) == (Missing.SECURITY_PROBLEM,)


def test_a_centre_is_named() -> None:
    state = visit.set_security(complete(), Security.CENTRE, NOW, RULES)
    assert record.item_data(state, TODAY, RULES, sender_entry=1, number=1)["centre"] == "centre_01"
    assert label(state, RULES, IMPRINT).security == "centre"
    assert label(complete(), RULES, IMPRINT).security == "here"
    error = fault(visit.set_security, complete(), Security.CENTRE, NOW, RULES, "centre_99")
    assert error.code == RuleFault.CENTRE_UNKNOWN
    # Checked here after all: no centre is named any more.
    assert visit.set_security(state, Security.HERE, NOW, RULES).item.centre == ""


def test_route_centre_and_conditions_survive_a_power_cut() -> None:
    state = visit.confirm_condition(complete(contents="充电宝"), RULES)
    state = visit.set_route(visit.set_security(state, Security.CENTRE, NOW, RULES), Route.RAIL)
    step = draft_from_bytes(draft_to_bytes(state), NOW, RULES, visit_id="visit-new")
    assert step.visit == replace(state, shown=None, on_reader=False, revision=0)


# -- the file ---------------------------------------------------------------------------------------


def wrong(change: dict[str, Any], **of_item: object) -> ConfigError:
    """The error of a damaged file; ``of_item`` changes the first item."""
    value = {**copy.deepcopy(VALUE), **change}
    if of_item:
        value["items"][0] = {**value["items"][0], **of_item}
    with pytest.raises(ConfigError) as caught:
        parse_catalogue(json.dumps(value).encode(), "x.json")
    return caught.value


@pytest.mark.parametrize(
    ("change", "of_item", "key"),
    [
        ({"version": "a b"}, {}, "version"),
        ({"effective_from": "2026-13-01"}, {}, "effective_from"),
        ({"nobody": 1}, {}, "nobody"),
        ({"classes": VALUE["classes"] * 2}, {}, "classes"),
        ({"items": VALUE["items"] * 2}, {}, "items"),
        ({}, {"action": "perhaps"}, "items.0.action"),
        ({}, {"class": "class_99"}, "items.0.class"),
        ({}, {"condition": "battery"}, "items.0.condition"),
        ({}, {"action": "restricted"}, "items.0.condition"),
        ({}, {"initials": "枪"}, "items.0.initials"),
        ({}, {"words": [""]}, "items.0.words.0"),
        ({}, {"source": "hearsay"}, "items.0.source"),
        ({}, {"weight": 1}, "items.0.weight"),
    ],
)
def test_every_damage_is_named(change: dict[str, Any], of_item: dict[str, object], key: str) -> None:
    assert wrong(change, **of_item).facts["key"] == key


@given(st.binary(max_size=200))
def test_any_bytes_raise_nothing_else(data: bytes) -> None:
    with pytest.raises(ConfigError):
        parse_catalogue(data, "x.json")


def test_two_editions_never_bear_one_version(tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_bytes(FILE.read_bytes())
    with pytest.raises(ConfigError) as caught:
        load_catalogues(tmp_path)
    assert (caught.value.code, caught.value.facts["file"]) == (ConfigFault.WRONG_VALUE, "b.json")
