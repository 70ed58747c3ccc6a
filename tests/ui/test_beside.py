"""A second person beside the session, from the first key to the entry: the real window, the real station."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLabel

from core import commands as c
from core.devices import CardFailed, DisclosureRecord, Label, Slot
from core.errors import CounterError, DeviceFault
from core.own_evidence import KeptEvidence
from core.view import Screen
from tests.core.station.desk import WAYBILLS
from tests.ui.test_visits import Seat, seat
from tests.ui.typing import ALT, Key
from ui.clerk.frame import Page, Side

__all__ = ["seat"]


def _sign(seat: Seat, password: str = "si-wu-liu") -> None:
    """The panel stands; she types number and password."""
    seat.wait(lambda: seat.hands.place == "second_approver")
    seat.hands.type("OP20001")
    seat.hands.press(Key.Key_Return)
    seat.hands.type(password)
    seat.hands.press(Key.Key_Return)


def _accepted(seat: Seat) -> None:
    seat.counter.sender()
    seat.counter.parcel(WAYBILLS[0])
    seat.counter.do(c.Commit())
    seat.said("msg.accepted")


def _answer(seat: Seat, *digits: Key) -> None:
    for digit in digits:
        seat.wait(lambda: seat.window.clerk.side is Side.CHOICES)
        seat.hands.press(digit)


def test_an_item_is_voided(seat: Seat) -> None:
    """A wrong password first: it costs a try and nothing else."""
    _accepted(seat)
    seat.hands.press(Key.Key_X, ALT)
    _answer(seat, Key.Key_1, Key.Key_1)
    _sign(seat, "wrong")
    seat.said("store.wrong_key")
    assert seat.hands.place == "second_password"  # nothing that she types next may reach the form
    seat.hands.type("si-wu-liu")
    seat.hands.press(Key.Key_Return)
    seat.said("msg.item_voided")
    kinds = seat.counter.kinds()
    assert [kinds.count(kind) for kind in ("ApprovalAsked", "ApprovalGiven", "ItemVoided")] == [1, 1, 1]
    assert seat.window.clerk.side is Side.USUAL


def test_documents_are_typed_without_the_reader(seat: Seat) -> None:
    seat.hands.press(Key.Key_M, ALT)
    visit = seat.view.visit
    assert visit is not None
    _answer(seat, Key(Key.Key_1.value + len(visit.manual_kinds)), Key.Key_1)
    _sign(seat)
    seat.said("msg.reader_down")
    given = [entry for entry in seat.counter.vault.journal.rows if entry.header.kind == "ApprovalGiven"]
    assert [entry.data["by"] for entry in given] == ["OP20001"]
    seat.hands.press(Key.Key_M, ALT)
    _answer(seat, Key.Key_1, Key.Key_1)
    seat.wait(lambda: seat.window.clerk.page is Page.MANUAL)


def test_a_card_that_cannot_be_read_is_seen_by_two(seat: Seat) -> None:
    """Typed by keys; Alt+1 puts it before her; Esc and F9 take nothing without her; then she signs."""
    for _ in range(3):
        seat.counter.station.device_event(CardFailed(Slot.ID_READER, DeviceFault.CARD_UNREADABLE))
    seat.counter.look()
    seat.wait(lambda: seat.window.clerk.message.shown == seat.view.message)
    seat.hands.press(Key.Key_M, ALT)
    _answer(seat, Key.Key_1, Key.Key_1)
    seat.wait(lambda: seat.hands.place == "manual_number")
    for text in ("11010519491231002X", "11010519491231002X", "证件样本", "长期"):
        seat.hands.type(text)
        seat.hands.press(Key.Key_Return)
    seat.hands.press(Key.Key_F, ALT)
    seat.wait(lambda: seat.window.clerk.page is Page.FORM)
    seat.counter.type(sender_phone="13800138000", sender_address="北京市朝阳区样本街道1号")
    seat.counter.do(c.AcknowledgeNotice(c.Acknowledgement.SPOKEN))
    seat.hands.press(Key.Key_1, ALT)
    seat.wait(lambda: seat.hands.place == "second_approver")
    seat.hands.press(Key.Key_Escape)
    seat.counter.parcel(WAYBILLS[0])
    seat.hands.press(Key.Key_F9)
    seat.said("rule.typed_unsigned")
    seat.hands.press(Key.Key_Y, ALT)
    _answer(seat, Key.Key_1)
    _sign(seat)
    seat.said("msg.request_approved")
    seat.hands.press(Key.Key_F9)
    seat.said("msg.accepted")
    assert seat.counter.kinds()[-3:] == ["SenderVerified", "TypedTaken", "ItemAccepted"]


def test_a_text_goes_through_headquarters(seat: Seat) -> None:
    """Chosen by digits, read as it will be sent, the receiver masked; Esc sends nothing, a digit does."""
    _accepted(seat)
    seat.hands.press(Key.Key_N, ALT)
    seat.said("msg.notify_first")
    seat.hands.press(Key.Key_F3)
    seat.wait(lambda: seat.window.clerk.look_up.chosen is not None)
    for last in (Key.Key_Escape, Key.Key_1):
        seat.hands.press(Key.Key_N, ALT)
        _answer(seat, Key.Key_1)
        seat.wait(lambda: seat.window.clerk.choices.asks == "notify_send")
        read = seat.window.clerk.choices.findChild(QLabel, "choice_lines").text()
        assert WAYBILLS[0] in read
        assert "*" in read
        assert "NotifyAsked" not in seat.counter.kinds()
        seat.hands.press(last)
        seat.wait(lambda: seat.window.clerk.side is not Side.CHOICES)
    seat.said("msg.notify_waits")
    assert seat.counter.kinds().count("NotifyAsked") == 1
    (found,) = seat.view.found or ()
    assert [note.code for note in found.notes] == ["note.notify_asked"]


def test_a_sender_is_proposed_for_the_block_list(seat: Seat) -> None:
    """Basis and term by digits; she signs at once, and it stands before headquarters."""
    _accepted(seat)
    seat.hands.press(Key.Key_I, ALT)
    seat.said("msg.block_first")
    seat.hands.press(Key.Key_F3)
    seat.wait(lambda: seat.window.clerk.look_up.chosen is not None)
    seat.hands.press(Key.Key_I, ALT)
    seat.wait(lambda: seat.window.clerk.choices.asks == "block_basis")
    seat.hands.press(Key.Key_I, ALT)
    seat.said("msg.question_open")
    _answer(seat, Key.Key_3, Key.Key_2)
    _sign(seat)
    seat.said("msg.block_sent")
    assert seat.counter.kinds()[-4:] == ["BlockProposed", "ApprovalAsked", "ApprovalGiven", "BlockSent"]
    seat.hands.press(Key.Key_I, ALT)
    seat.wait(lambda: seat.window.clerk.choices.asks == "block_stands")


def test_a_case_is_opened_and_seen(seat: Seat) -> None:
    """Typed by keys, asked for, approved beside the session, seen, and gone with Esc."""
    _accepted(seat)
    seat.hands.press(Key.Key_F3)
    seat.wait(lambda: seat.window.clerk.look_up.chosen is not None)
    seat.hands.press(Key.Key_S, ALT)
    _answer(seat, Key.Key_3, Key.Key_2)
    panel = seat.window.clerk.look_up.case
    seat.wait(lambda: seat.hands.place == "case_name")
    for text in ("示例乙", "13900139021", "上海市浦东新区世纪大道100号2楼"):
        seat.hands.type(text)
        seat.hands.press(Key.Key_Return)
    seat.hands.press(Key.Key_F9)
    seat.said("msg.case_opened")
    seat.hands.press(Key.Key_S, ALT)
    _answer(seat, Key.Key_1, Key.Key_2)
    _sign(seat)
    seat.said("msg.request_approved")
    seat.hands.press(Key.Key_S, ALT)
    _answer(seat, Key.Key_1)
    seat.wait(lambda: not panel.data.empty)
    assert seat.counter.kinds()[-1] == "CaseShown"
    seat.hands.press(Key.Key_Escape)
    seat.wait(lambda: panel.data.empty)


def test_her_own_weight_in_five_keys_and_the_figures(seat: Seat) -> None:
    """Alt+G, the field, what is right, Enter, why: done, and nothing of it reaches the form."""
    _accepted(seat)
    seat.counter.print(seat.counter.paper(1)[0])
    seat.hands.press(Key.Key_G, ALT)
    _answer(seat, Key.Key_1)
    seat.wait(lambda: seat.hands.place == "correct_figures")
    seat.hands.type("1.284")
    seat.hands.press(Key.Key_Return)
    seat.said("rule.correct_same")
    assert seat.hands.place == "correct_figures"
    seat.hands.press(Key.Key_Backspace)
    seat.hands.type("9")
    seat.hands.press(Key.Key_Return)
    seat.wait(lambda: seat.window.clerk.choices.asks == "correct_why")
    _answer(seat, Key.Key_1)
    seat.said("msg.item_corrected")
    entry = seat.counter.vault.journal.rows[-1]
    assert (entry.header.kind, entry.data["field"], entry.data["asked"]) == ("ItemCorrected", "weight", 0)
    pages = [job.page for job in seat.counter.paper(3)]
    assert [page.weight_g for page in pages if isinstance(page, Label)] == [1284, 1289]
    assert seat.window.clerk.side is Side.USUAL


def test_where_it_goes_is_signed_beside_the_session(seat: Seat) -> None:
    _accepted(seat)
    seat.counter.print(seat.counter.paper(1)[0])
    seat.hands.press(Key.Key_G, ALT)
    _answer(seat, Key.Key_6)
    seat.wait(lambda: seat.hands.place == "correct_words")
    seat.hands.type("示例丙")
    seat.hands.press(Key.Key_Return)
    seat.wait(lambda: seat.window.clerk.choices.asks == "correct_second")
    _answer(seat, Key.Key_3)
    seat.wait(lambda: seat.window.clerk.choices.asks == "correct_mode")
    _answer(seat, Key.Key_1)
    _sign(seat)
    seat.said("msg.item_corrected")
    assert seat.counter.kinds()[-3:] == ["ApprovalAsked", "ApprovalGiven", "ItemCorrected"]


def test_an_organ_asks_and_a_supervisor_signs(seat: Seat) -> None:
    """Alt+H by keys: organ, basis, purpose, fields; the paper and two officers typed; signed; two records."""
    _accepted(seat)
    seat.hands.press(Key.Key_F3)
    seat.wait(lambda: seat.window.clerk.look_up.chosen is not None)
    seat.hands.press(Key.Key_H, ALT)
    _answer(seat, Key.Key_1, Key.Key_1, Key.Key_1, Key.Key_1, Key.Key_1)
    seat.wait(lambda: seat.hands.place == "disclosure_document")
    for text in ("XD-2026-88", "示例警官", "A10001", "示例警员", "A10002"):
        seat.hands.type(text)
        seat.hands.press(Key.Key_Return)
    seat.hands.press(Key.Key_F9)
    _sign(seat)
    seat.said("msg.disclosure_asked")
    kinds = [kind for kind in seat.counter.kinds() if kind.startswith(("Disclosure", "Approval"))]
    assert kinds == ["DisclosureFiled", "ApprovalAsked", "ApprovalGiven", "DisclosureAsked"]
    panel = seat.window.clerk.look_up.disclosure
    assert [entry.text() for entry in panel.entries] == [""] * 5
    jobs = seat.counter.printer.jobs
    seat.wait(lambda: sum(isinstance(job.page, DisclosureRecord) for job in jobs) == 2)


def test_nothing_is_shared_without_the_sender_s_consent(seat: Seat) -> None:
    _accepted(seat)
    seat.hands.press(Key.Key_F3)
    seat.wait(lambda: seat.window.clerk.look_up.chosen is not None)
    seat.hands.press(Key.Key_H, ALT)
    _answer(seat, Key.Key_2, Key.Key_1, Key.Key_1, Key.Key_1, Key.Key_1)
    seat.said("rule.disclosure_consent")
    assert not seat.window.clerk.look_up.disclosure.isVisible()


def test_she_takes_the_evidence_of_her_day_before_she_goes(seat: Seat) -> None:
    """Alt+Q, 2: made beside, said with its place; she still stands there, and Alt+Q, 1 lets her go."""
    asked: list[tuple[str, int]] = []

    class Files:
        """Writes at once."""

        def begin(self, operator: str, day: int, done: Callable[[KeptEvidence | CounterError], None]) -> None:
            asked.append((operator, day))
            done(KeptEvidence("/media/stick/evidence.jsonl", 12, proven=True))

    vars(seat.counter.station)["_evidence"] = Files()
    seat.hands.press(Key.Key_Q, ALT)
    _answer(seat, Key.Key_2)
    seat.said("msg.evidence_proven")
    assert asked == [("OP10001", seat.counter.vault.journal.value.day)]
    assert seat.view.operator == "OP10001"
    seat.hands.press(Key.Key_Q, ALT)
    _answer(seat, Key.Key_3)  # of the day before, and there was none
    seat.said("rule.not_allowed")
    seat.hands.press(Key.Key_Q, ALT)
    _answer(seat, Key.Key_1)
    seat.wait(lambda: seat.view.screen is Screen.LOGIN)
    assert len(asked) == 1
