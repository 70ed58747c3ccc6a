"""An exemption that a second operator approves beside the session that goes on."""

from __future__ import annotations

import logging

import pytest

from core import commands as c
from core.crypto.keys import new_agreement
from core.ledger.entry import Entry
from core.ledger.staff import staff_body
from core.ports import StaffRow
from core.view import ExemptionView
from tests.core.memory import MemoryVault
from tests.core.station.desk import WAYBILLS, Counter
from tests.core.station.test_adopting import tell
from tests.peers.checker import check
from tests.peers.exports import export

SUPERVISOR, PASSWORD = "OP20001", "si-wu-liu"


def exemption(counter: Counter) -> ExemptionView:
    found = counter.visit().sender_kind.exemption
    assert found is not None
    return found


def begin(counter: Counter, reason: str = "own_service_post") -> None:
    counter.do(c.SetSenderKind(c.SenderKind.EXEMPT), c.SetExemption(reason))


def commit(counter: Counter, waybill: str) -> None:
    """The item, F9 included."""
    counter.type(sender_name="示例甲", sender_phone="13800138000", sender_address="北京市朝阳区样本街道1号")
    counter.parcel(waybill)
    counter.do(c.AcknowledgeNotice(c.Acknowledgement.SPOKEN), c.Commit())


def exempted(counter: Counter) -> list[Entry]:
    return [entry for entry in counter.vault.journal.rows if entry.header.kind == "SenderExempted"]


def sound(counter: Counter) -> int:
    """How many approvals the independent checker found in the journal."""
    vault, key = counter.vault, counter.vault.headquarters.public.text
    rows = vault.journal.rows
    return check(export(rows, rows[0].header.terminal, key), key).counts["approvals"]


def test_a_second_operator_approves_and_the_session_stays(counter: Counter) -> None:
    begin(counter)
    assert list(exemption(counter).reasons) == [
        "administration_notice",
        "emergency_relief",
        "own_service_post",
    ]
    before = counter.kinds()
    view = counter.do(c.ApproveExemption(SUPERVISOR, PASSWORD))
    assert (counter.message(), view.operator, view.role) == ("msg.exemption_approved", "OP10001", "clerk")
    assert counter.kinds() == before  # no log-in of hers
    assert exemption(counter).approved_by == SUPERVISOR
    commit(counter, WAYBILLS[0])
    assert counter.message() == "msg.accepted"
    entry = exempted(counter)[0]
    assert entry.header.actor.id == "OP10001"
    assert (entry.data["ground"], entry.data["reason"]) == ("exempt", "own_service_post")
    assert (entry.data["approved_by"], entry.data["visit"]) == (SUPERVISOR, item_visit(counter))
    # The next item of the visit rests on the same entry.
    counter.do(c.NextItem())
    counter.parcel(WAYBILLS[1])
    counter.do(c.Commit())
    assert counter.message() == "msg.accepted"
    assert (len(exempted(counter)), sound(counter)) == (1, 1)


def item_visit(counter: Counter) -> str:
    rows = [entry for entry in counter.vault.journal.rows if entry.header.kind == "ItemAccepted"]
    return str(rows[-1].data["visit"])


def test_the_next_visit_is_approved_anew(counter: Counter) -> None:
    begin(counter)
    counter.do(c.ApproveExemption(SUPERVISOR, PASSWORD))
    commit(counter, WAYBILLS[0])
    counter.do(c.NextCustomer())
    begin(counter)
    commit(counter, WAYBILLS[1])
    assert counter.message() == "msg.not_ready"
    assert counter.visit().missing == ("missing.sender",)
    counter.do(c.ApproveExemption(SUPERVISOR, PASSWORD), c.Commit())
    first, second = exempted(counter)
    assert first.data["visit"] != second.data["visit"]
    assert first.data["approval"] != second.data["approval"]
    assert sound(counter) == 2


@pytest.mark.parametrize(
    ("operator", "password", "code"),
    [
        ("OP10001", "yi-er-san", "rule.approver_self"),
        (SUPERVISOR, "yi-er-san", "store.wrong_key"),
        ("OP99999", PASSWORD, "store.wrong_key"),
    ],
)
def test_nobody_else_and_no_wrong_password(counter: Counter, operator: str, password: str, code: str) -> None:
    begin(counter)
    counter.do(c.ApproveExemption(operator, password))
    assert counter.message() == code
    assert (exemption(counter).approved_by, exemption(counter).reason) == ("", "own_service_post")
    assert counter.views[-1].operator == "OP10001"


def test_nor_herself_under_a_second_number(counter: Counter) -> None:
    """Headquarters says that both numbers are one person's."""
    begin(counter)
    assert exemption(counter).approver_here
    supervisor = counter.vault.people[SUPERVISOR].public
    row = StaffRow(SUPERVISOR, "supervisor", "示例甲", supervisor, new_agreement().public, person="OP10001")
    tell(counter, ("operator", SUPERVISOR, staff_body(row)[0]))
    assert not exemption(counter).approver_here
    counter.do(c.ApproveExemption(SUPERVISOR, PASSWORD))
    assert counter.message() == "rule.approver_self"
    assert exemption(counter).approved_by == ""
    counter.do(c.Lock(), c.LogIn("OP10001", "yi-er-san", SUPERVISOR, PASSWORD))
    assert counter.views[-1].operator == "OP10001"  # nobody has to stand by: nothing is approved


def test_a_reason_comes_first_and_only_of_an_exemption(counter: Counter) -> None:
    counter.do(c.ApproveExemption(SUPERVISOR, PASSWORD))
    assert counter.message() == "rule.not_allowed"
    counter.do(c.SetSenderKind(c.SenderKind.EXEMPT), c.ApproveExemption(SUPERVISOR, PASSWORD))
    assert counter.message() == "rule.exemption_reason"


def test_the_rules_say_in_which_role(counter: Counter) -> None:
    """A clerk cannot approve for a supervisor; that nobody else can is said before anything is typed."""
    counter.do(c.Lock())
    counter.log_in(SUPERVISOR, PASSWORD)
    begin(counter)
    assert not exemption(counter).approver_here
    counter.do(c.ApproveExemption("OP10001", "yi-er-san"))
    assert counter.message() == "rule.approver_role"
    assert exemption(counter).approved_by == ""


def test_somebody_whose_key_the_journal_does_not_know_approves_nothing() -> None:
    """The vault lets her in, but whoever checks the chain could not check her signature."""
    vault = MemoryVault()
    vault.passwords["OP30001"], vault.roles["OP30001"] = "qi-ba-jiu", "supervisor"
    vault.people["OP30001"] = vault.people["OP10001"]
    counter = Counter(vault)
    counter.log_in()
    begin(counter)
    counter.do(c.ApproveExemption("OP30001", "qi-ba-jiu"))
    assert counter.message() == "rule.approver_role"
    counter.station.stop()


def test_a_lock_or_another_reason_asks_again(counter: Counter) -> None:
    begin(counter)
    counter.type(sender_name="示例甲")
    counter.do(c.ApproveExemption(SUPERVISOR, PASSWORD))
    counter.do(c.Lock())
    counter.log_in()
    assert counter.visit().sender_kind.kind is c.SenderKind.EXEMPT
    assert (exemption(counter).reason, exemption(counter).approved_by) == ("", "")
    counter.do(c.SetExemption("own_service_post"), c.ApproveExemption(SUPERVISOR, PASSWORD))
    counter.do(c.SetExemption("emergency_relief"))
    assert exemption(counter).approved_by == ""


def test_the_password_is_nowhere(counter: Counter, caplog: pytest.LogCaptureFixture) -> None:
    """Neither in a draft, nor in a view, an entry, a log line, or the command as it is shown."""
    caplog.set_level(logging.DEBUG)
    begin(counter)
    counter.type(sender_name="示例甲")
    wrong = "yi-er-san-si"
    counter.do(c.ApproveExemption(SUPERVISOR, wrong), c.ApproveExemption(SUPERVISOR, PASSWORD))
    counter.do(c.Lock())
    drafts = [row.data for row in counter.vault.journal.drafts("OP10001")]
    assert len(drafts) == 1
    shown = repr(c.ApproveExemption(SUPERVISOR, PASSWORD))
    places = [*drafts, *(entry.body for entry in counter.vault.journal.rows), repr(counter.views).encode()]
    places += [caplog.text.encode(), shown.encode()]
    for place in places:
        assert PASSWORD.encode() not in place
        assert wrong.encode() not in place
