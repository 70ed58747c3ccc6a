"""The table of rights against one that was written by hand from the requirements, cell by cell."""

from __future__ import annotations

import re
import typing
from pathlib import Path

import pytest

from core import commands as c
from core.access import rights
from core.access.entries import ENTRY_ACTIONS, entry_allowed
from core.access.rights import RIGHTS, Action, Role
from core.errors import RuleError, RuleFault
from core.ledger import kinds
from core.station.allowed import ACCEPTING, FREE, OTHERS, allowed
from tests.core.access import document

pytestmark = pytest.mark.requirement("R57", "R59", "R80", "R110")

ROOT = Path(__file__).resolve().parents[3]
# Y alone · a asks, somebody else approves · p asks, and approves what somebody else asks · . never.
# House: a vault opens to clerks and supervisors only, so technician and auditor have no letter anywhere
# (R57, R64); what touches a customer's data or undoes work needs a second person (R66, R67, R70, R72).
EXPECTED = """
                 clerk supervisor technician auditor
log_in           Y     Y          .          .
activate         Y     Y          .          .
endorse          .     Y          .          .
endorse_early    Y     Y          .          .
release          .     Y          .          .
accept           Y     Y          .          .
refuse           Y     Y          .          .
print            Y     Y          .          .
look_up          Y     Y          .          .
notify           Y     Y          .          .
persons          Y     Y          .          .
complain         Y     Y          .          .
exception        Y     Y          .          .
warn             Y     Y          .          .
incident         Y     Y          .          .
answer_right     .     Y          .          .
give_up_numbers  Y     Y          .          .
dispatch         Y     Y          .          .
shift            Y     Y          .          .
close_day        Y     Y          .          .
journal          Y     Y          .          .
evidence         Y     Y          .          .
backup           Y     Y          .          .
late_entries     .     Y          .          .
paper_hand_out   .     Y          .          .
reader_down      a     p          .          .
typed            a     p          .          .
paper_entry      a     p          .          .
paper_void       a     p          .          .
exempt           a     p          .          .
void             a     p          .          .
correct          a     p          .          .
unmask           a     p          .          .
disclose         a     p          .          .
propose_block    a     p          .          .
hold             a     p          .          .
difference       a     p          .          .
"""


def cells() -> list[tuple[str, str, str]]:
    head, *rows = [line.split() for line in EXPECTED.strip().splitlines()]
    return [(role, row[0], cell) for row in rows for role, cell in zip(head, row[1:], strict=True)]


@pytest.mark.requirement("R64")
@pytest.mark.parametrize(("role", "action", "cell"), cells())
def test_every_role_and_action(role: str, action: str, cell: str) -> None:
    asked = Action(action)
    assert rights.may(role, asked) == (cell == "Y")
    assert rights.may_ask(role, asked) == (cell in "Yap")
    assert rights.may_approve(role, asked) == (cell == "p")
    if cell == ".":
        with pytest.raises(RuleError) as caught:
            rights.need(role, asked)
        assert caught.value.code is RuleFault.ROLE
        assert caught.value.facts["action"] == f"right.{action}"
    else:
        rights.need(role, asked)


def test_no_cell_is_left_out() -> None:
    assert {(role, action) for role, action, _ in cells()} == {
        (r.value, a.value) for r in Role for a in Action
    }
    assert len(cells()) == len(RIGHTS) * len(Role)


@pytest.mark.parametrize("action", list(Action))
def test_an_unknown_role_may_nothing(action: Action) -> None:
    """Headquarters may learn a role that this program does not know yet."""
    assert not rights.may_ask("inspector", action)
    assert not rights.may_approve("inspector", action)


@pytest.mark.parametrize(
    ("role", "accepted", "stands_by"),
    [
        ("supervisor", ["clerk"], True),
        ("clerk", ["clerk"], True),  # a first counter: no supervisor was ever there
        ("clerk", ["clerk", "supervisor"], False),
        ("supervisor", ["clerk", "supervisor"], True),
        ("auditor", ["clerk"], False),
        ("", [], False),
    ],
)
def test_who_stands_by_a_new_key(role: str, accepted: list[str], stands_by: bool) -> None:
    assert rights.may_endorse(role, accepted) is stands_by


def test_every_act_of_a_person_stands_for_a_right() -> None:
    """A new kind of entry is no way past the table; ending her own session is nobody's to refuse.

    A request asks for the right that it names (tests/peers/test_requests.py).
    """
    personal = {name for (name, _), kind in kinds.KINDS.items() if kind.personal}
    assert set(ENTRY_ACTIONS) == personal - {"OperatorLocked", "OperatorLoggedOut", "ApprovalAsked"}
    assert entry_allowed("OperatorLocked", "auditor")
    assert not entry_allowed("ItemAccepted", "auditor")


def test_every_command_asks_for_one_right() -> None:
    listed = [*FREE, *ACCEPTING, *OTHERS]
    assert len(set(listed)) == len(listed)
    assert set(listed) == set(typing.get_args(c.Command))
    for role in ("technician", "auditor"):
        with pytest.raises(RuleError):
            allowed(role, c.Commit())
        with pytest.raises(RuleError):
            allowed(role, c.LookUp(""))
        allowed(role, c.LogOut())


def test_what_is_said_to_be_built_is_asked_for_somewhere() -> None:
    """And a row of what is to come is asked for nowhere: it would refuse nothing."""
    rooms = ("core", "storage", "hq", "program", "ui")
    texts = [
        path.read_text(encoding="utf-8")
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        if path.name != "rights.py"
    ]
    used = set(re.findall(r"\bAction\.([A-Z_]+)\b", "\n".join(texts)))
    used |= {"ENDORSE", "ENDORSE_EARLY"}  # through ``may_endorse``, tested above
    assert {row.action for row in RIGHTS if row.built} == {a for a in Action if a.name in used}


def test_the_document_shows_the_table() -> None:
    text = document.PAGE.read_text(encoding="utf-8")
    assert document.between(text) == document.table()
