"""An accepted item is corrected: alone at once, or with a second person; it stays one item."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core import commands as c
from core.correcting import CorrectionView, CorrectItem, GoOnCorrecting, TypeCorrection
from core.devices import Label, PrintOutcome, Receipt
from core.errors import StoreError, StoreFault
from core.ports import ItemRow
from core.receipts.record import read_record
from core.second import AskVoid, DecideRequest
from tests.core.station.desk import WAYBILLS, Counter
from tests.peers.checker import check
from tests.peers.exports import export

pytestmark = pytest.mark.requirement("R8", "I8")

CLERK, SUPERVISOR, PASSWORD = "OP10001", "OP20001", "si-wu-liu"
WRONG = "typed_wrongly"


@pytest.fixture
def counter() -> Iterator[Counter]:
    """One item is accepted; its label and its receipt came out, the label is on its parcel."""
    made = Counter(receipts=True)
    made.log_in()
    made.sender()
    made.parcel(WAYBILLS[0])
    made.do(c.Commit())
    for job in made.paper(2):
        made.print(job)
    made.scan(row(made).token)
    yield made
    made.station.stop()


def row(counter: Counter) -> ItemRow:
    found = counter.vault.journal.items()
    assert found
    return found[0]


def item(counter: Counter) -> int:
    return row(counter).seq


def typed(counter: Counter, name: str = "weight", text: str = "1.5") -> CorrectionView:
    counter.do(TypeCorrection(item(counter), name, text))
    view = counter.shown().second.correction
    assert view is not None, counter.message()
    return view


def sound(counter: Counter) -> dict[str, int]:
    """What the independent checker counted in the journal."""
    vault, key = counter.vault, counter.vault.headquarters.public.text
    rows = vault.journal.rows
    return dict(check(export(rows, rows[0].header.terminal, key), key).counts)


def test_her_own_weight_while_the_customer_stands_there(counter: Counter) -> None:
    view = typed(counter)
    assert (view.before, view.after, view.alone, view.label, view.receipt) == (
        "1.284 kg", "1.500 kg", True, True, True,
    )  # fmt: skip
    counter.do(CorrectItem(item(counter), WRONG))
    assert counter.message() == "msg.item_corrected"
    assert counter.kinds()[-1] == "ItemCorrected"
    data = counter.vault.journal.rows[-1].data
    assert (data["field"], data["ordinal"], data["label"], data["receipt"], data["asked"]) == (
        "weight", 1, True, True, 0,
    )  # fmt: skip
    assert row(counter).annex["weight_g"] == 1500
    assert "1500" not in counter.vault.journal.rows[-1].body.decode()
    label, receipt = (job.page for job in counter.paper(4)[2:])
    assert isinstance(label, Label)
    assert isinstance(receipt, Receipt)
    assert (label.weight_g, label.copy, receipt.copy) == (1500, 0, 0)
    assert (receipt.number, receipt.replaces, receipt.correction) == ("000001-1", "000001", 1)


def test_it_stays_one_item_and_one_label(counter: Counter) -> None:
    typed(counter)
    counter.do(CorrectItem(item(counter), WRONG))
    for job in counter.paper(4)[2:]:
        counter.print(job)
    counts = counter.live.state.counts
    assert [counts[name] for name in ("accepted", "labels", "receipts", "affixed", "copies")] == [
        1,
        1,
        1,
        1,
        1,
    ]
    assert sound(counter)["corrected"] == 1
    assert counter.views[-1].pending == ()


def test_the_old_label_and_the_old_receipt_say_that_they_were_replaced(counter: Counter) -> None:
    old = row(counter).token
    code = counter.paper(2)[1].receipt.qr
    typed(counter)
    counter.do(CorrectItem(item(counter), WRONG))
    jobs = counter.paper(4)[2:]
    for job in jobs:
        counter.print(job)
    counter.scan(old)
    assert counter.message() == "msg.old_label"
    counter.do(c.LookUp(old))
    assert counter.message() == "msg.old_label"
    assert counter.views[-1].found
    counter.do(c.LookUp(code))
    assert counter.message() == "msg.receipt_replaced"
    new = jobs[1].receipt.qr
    record = read_record(new, counter.vault.headquarters_keys().chain)
    assert (record.correction, record.weight_g) == (1, 1500)
    counter.do(c.DismissMessage(), c.LookUp(new))
    assert counter.message() == ""
    counter.do(c.CloseLookUp())
    counter.scan(jobs[0].label.token)
    assert counter.message() == "msg.affixed_already"
    counter.do(c.LookUp("000001-1"))
    assert counter.views[-1].found


def test_a_page_that_waits_for_its_printer_comes_out_as_it_is_now() -> None:
    counter = Counter()
    counter.log_in()
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit())
    old = counter.paper(1)[0]
    typed(counter)
    counter.do(CorrectItem(item(counter), WRONG))
    assert not counter.print(old, PrintOutcome.NOT_PRINTED)
    new = counter.paper(2)[1]
    assert new.label.weight_g == 1500
    assert counter.print(new)
    counts = counter.live.state.counts
    assert (counts["labels"], counts["copies"]) == (1, 0)
    counter.station.stop()


@pytest.mark.parametrize("outcome", ["started", "unknown"])
def test_not_while_a_page_of_it_may_come_out(outcome: str) -> None:
    counter = Counter()
    counter.log_in()
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit())
    job = counter.paper(1)[0]
    counter.station.starting(job)
    if outcome == "unknown":
        counter.station.ended(job, PrintOutcome.UNKNOWN, "device.gone")
    counter.do(TypeCorrection(item(counter), "weight", "1.5"))
    assert counter.message() == "rule.correct_paper"
    counter.station.stop()


def test_what_was_masked_alike_needs_no_new_label(counter: Counter) -> None:
    view = typed(counter, "recipient_phone", "13911239021")
    assert (view.label, view.receipt) == (False, True)
    old = row(counter).token
    counter.do(CorrectItem(item(counter), "customer_corrected"))
    assert counter.message() == "msg.item_corrected"
    assert row(counter).annex["token"] == old
    assert len(counter.paper(3)) == 3


def test_where_it_goes_needs_a_second_person_who_sees_what_changes(counter: Counter) -> None:
    view = typed(counter, "recipient_address", "上海市浦东新区世纪大道200号3楼")
    assert not view.alone
    counter.do(CorrectItem(item(counter), WRONG))
    assert counter.message() == "rule.approval_needed"
    counter.do(CorrectItem(item(counter), WRONG, "wait"))
    assert counter.message() == "msg.request_asked"
    request = counter.shown().second.requests[0]
    assert request.change is not None
    assert request.change.name == "recipient_address"
    counter.do(GoOnCorrecting(item(counter)))
    assert counter.message() == "rule.approval_needed"
    counter.do(DecideRequest(request.request, SUPERVISOR, PASSWORD))
    assert counter.message() == "msg.item_corrected"
    assert counter.kinds()[-3:] == ["ApprovalAsked", "ApprovalGiven", "ItemCorrected"]
    found = sound(counter)
    assert (found["requests approved"], found["corrected"]) == (1, 1)


def test_another_value_rests_on_no_earlier_approval(counter: Counter) -> None:
    """The digest of what was typed stands in the request: typed anew, it is asked anew."""
    typed(counter, "recipient_name", "示例丙")
    counter.do(CorrectItem(item(counter), WRONG, "wait"))
    request = counter.shown().second.requests[0].request
    typed(counter, "recipient_name", "示例丁")
    counter.do(DecideRequest(request, SUPERVISOR, PASSWORD))
    assert counter.message() == "msg.request_approved"
    counter.do(GoOnCorrecting(item(counter)))
    assert counter.message() == "rule.approval_needed"
    assert "ItemCorrected" not in counter.kinds()


def test_it_goes_on_and_is_signed_afterwards(counter: Counter) -> None:
    typed(counter, "contents", "棉被")
    counter.do(CorrectItem(item(counter), WRONG, "countersign"))
    assert counter.message() == "msg.item_corrected_unsigned"
    request = counter.shown().second.requests[0]
    assert request.state == "signs"
    counter.do(DecideRequest(request.request, SUPERVISOR, PASSWORD))
    assert counter.message() == "msg.request_approved"
    assert sound(counter)["corrected"] == 1


def test_alone_only_for_minutes_and_only_her_own(counter: Counter) -> None:
    counter.vault.machine.advance(16 * 60)
    assert not typed(counter).alone
    counter.do(CorrectItem(item(counter), WRONG))
    assert counter.message() == "rule.approval_needed"
    counter.do(c.Lock())
    counter.log_in(SUPERVISOR, PASSWORD)
    assert not typed(counter).alone


def test_what_was_typed_is_gone_behind_the_lock(counter: Counter) -> None:
    typed(counter)
    counter.do(c.Lock())
    counter.log_in()
    assert counter.shown().second.correction is None
    counter.do(CorrectItem(item(counter), WRONG))
    assert counter.message() == "rule.correct_gone"


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("sender_name", "示例丙", "rule.correct_field"),
        ("waybill", "EA473124815CN", "rule.correct_field"),
        ("weight", "1.284", "rule.correct_same"),
        ("weight", "heavy", "rule.weight_form"),
        ("weight", "", "rule.field_empty"),
        ("contents", "鞭炮", "rule.correct_contents"),
        ("recipient_phone", "12", "rule.phone_form"),
    ],
)
def test_what_cannot_be_put_right(counter: Counter, name: str, text: str, code: str) -> None:
    counter.do(TypeCorrection(item(counter), name, text))
    assert counter.message() == code
    assert counter.shown().second.correction is None


def test_nothing_void_and_nothing_of_a_day_that_ended(counter: Counter) -> None:
    number = item(counter)
    counter.do(c.CloseDay(), TypeCorrection(number, "weight", "1.5"))
    assert counter.message() == "rule.correct_item"
    counter.vault.machine.advance(86_400)
    counter.log_in()
    counter.do(c.LookUp(""), TypeCorrection(number, "weight", "1.5"))
    assert counter.message() == "rule.correct_item"


def test_nothing_that_is_void(counter: Counter) -> None:
    typed(counter)
    counter.do(AskVoid(item(counter), "customer_withdrew", "countersign"))
    counter.do(CorrectItem(item(counter), WRONG))
    assert counter.message() == "rule.correct_item"


def test_five_times_and_no_more(counter: Counter) -> None:
    for number in range(5):
        typed(counter, "sender_address", f"北京市朝阳区样本街道{number + 2}号")
        counter.do(CorrectItem(item(counter), WRONG))
        counter.print(counter.paper(3 + number)[-1])
    counter.do(TypeCorrection(item(counter), "weight", "1.5"))
    assert counter.message() == "rule.correct_most"


def test_a_power_cut_after_the_entry_prints_it_anew_once(counter: Counter) -> None:
    def cut(step: str) -> None:
        if step == "item.corrected":
            raise StoreError(StoreFault.IO)

    typed(counter)
    counter.live.probe = cut
    counter.do(CorrectItem(item(counter), WRONG))
    counter.station.stop()
    again = Counter(counter.vault, receipts=True)
    again.log_in()
    label, receipt = (job.page for job in again.paper(2))
    assert isinstance(label, Label)
    assert isinstance(receipt, Receipt)
    assert (label.weight_g, receipt.number) == (1500, "000001-1")
    assert (again.kinds().count("ItemCorrected"), sound(again)["corrected"]) == (1, 1)
    again.station.stop()
