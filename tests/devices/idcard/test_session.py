"""The conversation, byte pair by byte pair: every step, retry, quirk and error reply."""

from __future__ import annotations

import pytest

from core.errors import DeviceError, DeviceFault
from devices.idcard.exchange import Exchange
from devices.idcard.session import Presence, SamSession
from devices.simulators.cards import build_record, load_people
from devices.traffic import TrafficLog
from tests.devices.scripted import Late, Pair, ScriptedLink
from tests.devices.vectors import Vector, vector, vectors

pytestmark = pytest.mark.requirement("T27")

CARD = vector("base_resident_dated")
STATUS, SAM_ID, FIND, SELECT, READ, APPEND, RESET = (
    vector(f"req_{name}")
    for name in ("sam_status", "sam_id", "find", "select", "read_base", "read_append", "reset_sam")
)
OK, FOUND, NONE, SELECTED, NO_ITEM, FAILED, UNKNOWN = (
    vector(f"rsp_{name}")
    for name in (
        "status_ok",
        "find_ok",
        "find_none",
        "select_ok",
        "no_item_91",
        "read_failed",
        "cmd_error_21",
    )
)


class Conversation:
    """A session over a script, with its traffic log."""

    def __init__(self, *script: Pair | Late, baud: int = 0, reset_cures: bool = True, **wanted: bool) -> None:
        self.link = ScriptedLink(script, baud)
        self.traffic = TrafficLog()
        exchange = Exchange(self.link, self.traffic)
        self.session = SamSession(exchange, reset_cures=reset_cures, **wanted)

    def fault(self, what: str, **options: float) -> DeviceError:
        """The error of a call; the script must be used up by it."""
        with pytest.raises(DeviceError) as caught:
            getattr(self.session, what)(**options)
        self.link.done()
        return caught.value


def ask(request: bytes, *reply: bytes) -> Pair:
    """One byte pair."""
    return Pair(request, reply)


def test_find_select_read() -> None:
    talk = Conversation(ask(FIND, FOUND), ask(SELECT, SELECTED), ask(READ, CARD))
    assert talk.session.find()
    answer = talk.session.read_found()
    talk.link.done()
    assert answer.card.name == "证件样本"
    assert answer.answered_ns > 0


def test_payloads_of_find_and_select_do_not_matter() -> None:
    talk = Conversation(
        ask(FIND, vector("rsp_find_ok_nonzero_iin")),
        ask(SELECT, vector("rsp_select_ok_nonzero_sn")),
        ask(READ, CARD),
    )
    assert talk.session.find()
    assert talk.session.read_found().card.number == "11010519491231002X"
    talk.link.done()


def test_every_read_has_its_own_id() -> None:
    talk = Conversation(ask(SELECT, SELECTED), ask(READ, CARD), ask(SELECT, SELECTED), ask(READ, CARD))
    assert talk.session.read_found().card.read_id != talk.session.read_found().card.read_id


def test_find_twice() -> None:
    talk = Conversation(ask(FIND, NONE), ask(FIND, FOUND), ask(FIND, NONE), ask(FIND, NONE))
    assert talk.session.find()
    assert not talk.session.find()
    talk.link.done()


def test_pieces_garbage_and_late_bytes() -> None:
    pieces = [CARD[start : start + 62] for start in range(0, len(CARD), 62)]
    talk = Conversation(
        Late(CARD[200:]),
        ask(SELECT, b"\x00\xff\x13", SELECTED[:3], SELECTED[3:6], SELECTED[6:]),
        Late(b"\xaa\xaa"),
        ask(READ, b"\xaa\xaa" + pieces[0], *pieces[1:]),
    )
    assert talk.session.read_found().card.name == "证件样本"
    talk.link.done()


def test_a_damaged_short_reply_is_asked_for_again() -> None:
    damaged = FOUND[:-1] + b"\x00"
    talk = Conversation(ask(FIND, damaged), ask(FIND, damaged), ask(FIND, FOUND))
    assert talk.session.find()
    talk.link.done()


@pytest.mark.parametrize("name", ["rsp_sam_got_bad_checksum_10", "rsp_sam_got_bad_length_11"])
def test_a_damaged_request_is_sent_again(name: str) -> None:
    talk = Conversation(ask(FIND, vector(name)), ask(FIND, FOUND))
    assert talk.session.find()
    talk.link.done()
    worst = Conversation(*[ask(FIND, vector(name))] * 3).fault("find")
    assert (worst.code, worst.facts["reason"]) == (DeviceFault.BAD_FRAME, "request")


def test_silence_garbage_and_half_frames_are_told_apart() -> None:
    silent = Conversation(*[ask(FIND)] * 3).fault("find")
    assert silent.code is DeviceFault.NO_ANSWER
    other = Conversation(*[ask(FIND, b"hello\r\n")] * 3).fault("find")
    assert (other.code, other.facts["garbage"]) == (DeviceFault.WRONG_DEVICE, 7)
    half = Conversation(*[ask(FIND, FOUND[:9])] * 3).fault("find")
    assert (half.code, half.facts["reason"]) == (DeviceFault.BAD_FRAME, "incomplete")


def test_a_success_of_another_command_is_no_answer_to_this_one() -> None:
    # A late reply arrives after the flush: nothing in it says what it answers, its shape does.
    for late in (OK, CARD, vector("rsp_sam_id_ok")):
        talk = Conversation(ask(FIND, late), ask(FIND, FOUND))
        assert talk.session.find()
        talk.link.done()
    assert Conversation(*[ask(STATUS, FOUND)] * 1).fault("start", limit_s=0).code is DeviceFault.BAD_FRAME
    short = Conversation(
        ask(SELECT, SELECTED), ask(READ, OK), ask(FIND, NONE), ask(FIND, NONE), ask(APPEND, FAILED)
    )
    assert short.fault("read_found").code is DeviceFault.CARD_REMOVED


def test_a_late_reply_is_waited_out_before_anything_is_sent() -> None:
    # An empty piece is a silence that outlasts the limit; what follows comes later.
    talk = Conversation(ask(FIND, b"", FOUND[:4], FOUND[4:]), ask(FIND, NONE), ask(FIND, NONE))
    assert not talk.session.find()
    talk.link.done()
    talk = Conversation(
        ask(SELECT, SELECTED), ask(READ, CARD[:100], b"", CARD[100:]),
        ask(FIND, FOUND), ask(SELECT, SELECTED), ask(READ, CARD),
    )  # fmt: skip
    talk.session.read_found()
    talk.link.done()


def test_success_needs_clean_status_bytes() -> None:
    odd = bytearray(FOUND)
    odd[7], odd[-1] = 0x6A, odd[-1] ^ 0x6A
    assert Conversation(*[ask(FIND, bytes(odd))] * 3).fault("find").code is DeviceFault.BAD_FRAME


# -- reading again -------------------------------------------------------------------------------


def test_a_damaged_answer_is_read_anew_from_find_on() -> None:
    talk = Conversation(
        ask(SELECT, SELECTED), ask(READ, vector("bad_checksum_base")),
        ask(FIND, FOUND), ask(SELECT, SELECTED), ask(READ, CARD),
    )  # fmt: skip
    assert talk.session.read_found().card.name == "证件样本"
    talk.link.done()


def test_a_reader_that_counts_the_damaged_answer_is_asked_for_the_same_card() -> None:
    talk = Conversation(
        ask(SELECT, SELECTED), ask(READ, vector("truncated_base")),
        ask(FIND, NONE), ask(FIND, NONE), ask(APPEND, NO_ITEM), ask(READ, CARD),
    )  # fmt: skip
    assert talk.session.read_found().card.name == "证件样本"
    talk.link.done()


def test_a_card_that_went_while_it_was_read() -> None:
    gone = [ask(FIND, NONE), ask(FIND, NONE), ask(APPEND, FAILED)]
    for answer in (FAILED, vector("truncated_base"), vector("rsp_sam_auth_failed_31")):
        talk = Conversation(ask(SELECT, SELECTED), ask(READ, answer), *gone)
        assert talk.fault("read_found").code is DeviceFault.CARD_REMOVED
    talk = Conversation(ask(SELECT, vector("rsp_select_failed")), *gone)
    assert talk.fault("read_found").code is DeviceFault.CARD_REMOVED


def test_a_swapped_card_is_read_whole_or_not_at_all() -> None:
    other = build_record(load_people()["古丽·示例"])
    mixed = CARD[:300] + other[300:]  # half of one, half of the other: the checksum tells
    talk = Conversation(
        ask(SELECT, SELECTED), ask(READ, mixed), ask(FIND, FOUND), ask(SELECT, SELECTED), ask(READ, other)
    )
    card = talk.session.read_found().card
    talk.link.done()
    assert (card.name, card.number[:6]) == ("古丽·示例", "990101")
    assert card.photo in other
    assert card.photo not in CARD


def test_a_hanging_chip_is_cured_by_a_reset_before_the_last_attempt() -> None:
    again = [ask(FIND, FOUND), ask(SELECT, SELECTED), ask(READ, FAILED)]
    talk = Conversation(*again[1:], *again, ask(RESET, OK), ask(STATUS, OK), *again[:2], ask(READ, CARD))
    assert talk.session.read_found().card.name == "证件样本"
    talk.link.done()
    without = Conversation(*again[1:], *again, *again, reset_cures=False).fault("read_found")
    assert without.code is DeviceFault.CARD_UNREADABLE
    assert without.facts["sw"] == "000041"


def test_error_replies_may_carry_the_cards_own_status() -> None:
    again = [ask(FIND, FOUND), ask(SELECT, SELECTED), ask(READ, vector("rsp_read_failed_with_apdu_sw"))]
    fault = Conversation(*again[1:], *again, *again, reset_cures=False).fault("read_found")
    assert (fault.code, fault.facts["sw"]) == (DeviceFault.CARD_UNREADABLE, "6A8241")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("rsp_info_verify_33", DeviceFault.CARD_SUSPECT),
        ("rsp_wrong_card_40", DeviceFault.CARD_UNSUPPORTED),
        ("rsp_unauthorised_23", DeviceFault.NOT_AUTHORISED),
        ("rsp_unknown_24", DeviceFault.REFUSED),
        ("rsp_unlisted_7C", DeviceFault.REFUSED),
        ("rsp_cmd_error_21", DeviceFault.REFUSED),
        ("rsp_status_selftest_failed", DeviceFault.SELF_TEST),
        ("basefp_1024", DeviceFault.CARD_CORRUPT),
    ],
)
def test_what_another_attempt_cannot_change_is_said_at_once(name: str, code: DeviceFault) -> None:
    talk = Conversation(ask(SELECT, SELECTED), ask(READ, vector(name)))
    assert talk.fault("read_found").code is code


@pytest.mark.parametrize("entry", vectors("reply"), ids=lambda entry: entry.name)
def test_no_other_reply_counts_as_a_card(entry: Vector) -> None:
    talk = Conversation(ask(SELECT, SELECTED), *[ask(READ, entry.data)])
    with pytest.raises((DeviceError, AssertionError)):  # the assertion: it goes on, the script is empty
        talk.session.read_found()


def test_a_link_lost_in_the_answer() -> None:
    talk = Conversation(ask(SELECT, SELECTED), Pair(READ, lost=True))
    assert talk.fault("read_found").code is DeviceFault.GONE


# -- start, SAM id, presence -----------------------------------------------------------------------


def test_start_waits_for_a_reader_that_is_not_up_yet() -> None:
    talk = Conversation(ask(STATUS), ask(STATUS, b"\x00\x00"), ask(STATUS, OK))
    talk.session.start()
    talk.link.done()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("rsp_status_selftest_failed", DeviceFault.SELF_TEST),
        ("rsp_status_not_authorised", DeviceFault.NOT_AUTHORISED),
        ("rsp_cmd_error_21", DeviceFault.REFUSED),
    ],
)
def test_an_unwell_reader_is_named_at_once(name: str, code: DeviceFault) -> None:
    assert Conversation(ask(STATUS, vector(name))).fault("start").code is code


def test_sam_id_counts_when_read_twice_alike() -> None:
    right = vector("rsp_sam_id_ok")
    wrong = right[:10] + bytes(16) + bytes((0x14 ^ 0x90,))
    talk = Conversation(ask(SAM_ID, wrong), ask(SAM_ID, right), ask(SAM_ID, right))
    assert talk.session.sam_id() == "05.01-20100101-0000000001-2345678901"
    talk.link.done()
    never = Conversation(*[ask(SAM_ID, wrong), ask(SAM_ID, right)] * 2)
    assert never.session.sam_id() == ""
    never.link.done()
    assert Conversation(ask(SAM_ID, UNKNOWN)).session.sam_id() == ""


@pytest.mark.parametrize(
    ("name", "presence"),
    [
        ("rsp_no_item_91", Presence.THERE),
        ("rsp_append_70", Presence.THERE),
        ("rsp_append_280", Presence.THERE),
        ("rsp_read_failed", Presence.REMOVED),
        ("rsp_read_failed_with_apdu_sw", Presence.REMOVED),
        ("rsp_unknown_24", Presence.REMOVED),
        ("rsp_unlisted_7C", Presence.REMOVED),
        ("rsp_find_none", Presence.REMOVED),
        ("rsp_cmd_error_21", Presence.UNKNOWN),
    ],
)
def test_presence(name: str, presence: Presence) -> None:
    talk = Conversation(ask(APPEND, vector(name)))
    assert talk.session.presence() is presence
    talk.link.done()


def test_a_damaged_presence_answer_does_not_mean_removed() -> None:
    talk = Conversation(ask(APPEND, NO_ITEM[:-1] + b"\0"), ask(APPEND), ask(APPEND, NO_ITEM))
    assert talk.session.presence() is Presence.THERE
    mute = Conversation(*[ask(APPEND)] * 3, ask(STATUS))
    assert mute.fault("presence").code is DeviceFault.NO_ANSWER


def test_a_reader_that_is_mute_to_30_03_alone_is_not_asked_again() -> None:
    talk = Conversation(*[ask(APPEND)] * 3, ask(STATUS, OK))
    assert talk.session.presence() is Presence.UNKNOWN
    assert talk.session.presence() is Presence.UNKNOWN
    talk.link.done()


BODY_NUMBER = vector("req_read_card_no")


def test_newest_address_and_body_number_where_they_are_wanted() -> None:
    talk = Conversation(
        ask(SELECT, SELECTED), ask(BODY_NUMBER, vector("rsp_card_no_8")), ask(READ, CARD),
        ask(APPEND, vector("rsp_append_70")), newest_address=True, body_number=True,
    )  # fmt: skip
    answer = talk.session.read_found()
    talk.link.done()
    assert answer.card.newest_address
    assert answer.body_number == vector("rsp_card_no_8")[10:-1].hex()


@pytest.mark.parametrize(
    "reply", [NO_ITEM, FAILED, UNKNOWN, b"", NO_ITEM[:-1] + b"\0", FOUND, b"$GPGGA\r\n", CARD]
)
def test_a_read_card_stays_read_whatever_is_said_about_its_newest_address(reply: bytes) -> None:
    talk = Conversation(ask(SELECT, SELECTED), ask(READ, CARD), ask(APPEND, reply), newest_address=True)
    assert talk.session.read_found().card.newest_address == ""
    talk.link.done()
    lost = Conversation(ask(SELECT, SELECTED), ask(READ, CARD), Pair(APPEND, lost=True), newest_address=True)
    assert lost.session.read_found().card.name == "证件样本"


@pytest.mark.parametrize("reply", [FAILED, UNKNOWN, b"", NO_ITEM, CARD[:40]])
def test_a_body_number_that_is_not_told_holds_up_no_read(reply: bytes) -> None:
    talk = Conversation(ask(SELECT, SELECTED), ask(BODY_NUMBER, reply), ask(READ, CARD), body_number=True)
    answer = talk.session.read_found()
    talk.link.done()
    assert (answer.card.name, answer.body_number) == ("证件样本", "")


@pytest.mark.parametrize("name", ["rsp_card_no_28", "rsp_card_no_8"])
def test_a_body_number_of_any_length(name: str) -> None:
    talk = Conversation(
        ask(SELECT, SELECTED), ask(BODY_NUMBER, vector(name)), ask(READ, CARD), body_number=True
    )
    answer = talk.session.read_found()
    assert answer.body_number == vector(name)[10:-1].hex()
    assert answer.body_number not in repr(answer)


def test_limits_grow_with_a_slow_line() -> None:
    limits = {}
    for baud in (0, 9_600):
        talk = Conversation(ask(SELECT, SELECTED), ask(READ, CARD), baud=baud)
        talk.session.read_found()
        limits[baud] = talk.link.deadlines[1] - talk.link.deadlines[0]
    # The same two reads, so the differences are those of select (1 s) and read (3 s of silence).
    # At 9600 baud the 1295 bytes alone take 1.35 s.
    assert limits[0] + 1.35 < limits[9_600]


def test_the_traffic_log_holds_no_personal_byte() -> None:
    person = build_record(load_people()["示例丁"])
    talk = Conversation(
        ask(FIND, vector("rsp_find_ok_nonzero_iin")),
        ask(SELECT, vector("rsp_select_ok_nonzero_sn")),
        ask(READ, person),
        ask(APPEND, vector("rsp_append_70")),
        ask(SAM_ID, vector("rsp_sam_id_ok")),
        ask(SAM_ID, vector("rsp_sam_id_ok")),
    )
    assert talk.session.find()
    talk.session.read_found()
    talk.session.presence()
    talk.session.sam_id()
    shown = [(entry.name, entry.shown, entry.hidden) for entry in talk.traffic.entries()]
    assert shown[1] == ("FIND", b"\x00\x00\x9f", 4)
    assert shown[3] == ("SELECT", b"\x00\x00\x90", 8)
    assert shown[5] == ("READ", b"\x00\x00\x90", 1284)
    assert shown[7] == ("READ_ADDRESS", b"\x00\x00\x90", 70)
    assert shown[9] == ("SAM_ID", vector("rsp_sam_id_ok")[7:-1], 0)
    assert "1284 bytes withheld" in str(talk.traffic.entries()[5])
