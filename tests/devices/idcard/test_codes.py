"""Status codes: each listed one has its own meaning, every other one is a refusal with its bytes shown."""

from __future__ import annotations

import pytest

from core.errors import DeviceFault
from devices.idcard.codes import Sw3, fault_of, reply_error, unsupported
from devices.idcard.frames import Command, Reply
from devices.idcard.sam_id import format_sam_id
from tests.devices.vectors import vector

MEANINGS = {
    0x10: "bad_frame", 0x11: "bad_frame", 0x3F: "bad_frame",
    0x21: "refused", 0x24: "refused", 0x37: "refused", 0x50: "refused", 0x61: "refused",
    0x23: "not_authorised", 0x66: "not_authorised", 0x60: "self_test",
    0x31: "card_unreadable", 0x32: "card_unreadable", 0x34: "card_unreadable", 0x41: "card_unreadable",
    0x47: "card_unreadable", 0x81: "card_unreadable",
    0x33: "card_suspect", 0x40: "card_unsupported", 0x80: "no_card",
}  # fmt: skip


@pytest.mark.parametrize(("code", "meaning"), MEANINGS.items(), ids=lambda value: f"{value}")
def test_every_listed_code(code: int, meaning: str) -> None:
    assert fault_of(code).value == f"device.{meaning}"


def test_the_list_is_complete() -> None:
    assert {int(code) for code in Sw3} - {0x90, 0x9F, 0x91} == set(MEANINGS)


def test_unlisted_codes_are_refusals_that_show_all_three_bytes() -> None:
    for code in set(range(256)) - {int(known) for known in Sw3}:
        error = reply_error(Command.READ, Reply(0x05, 0x06, code))
        assert error.code is DeviceFault.REFUSED
        assert error.facts["sw"] == f"0506{code:02X}"
        assert error.facts["command"] == "READ"


def test_wrong_card_names_the_document() -> None:
    assert reply_error(Command.READ, Reply(0, 0, 0x40)).facts["document"] == "other_card"


def test_unsupported_is_21_only() -> None:
    assert unsupported(reply_error(Command.READ_ADDRESS, Reply(0, 0, 0x21)))
    assert not unsupported(reply_error(Command.READ_ADDRESS, Reply(0x21, 0x21, 0x24)))


def test_sam_id_is_little_endian_and_unsigned() -> None:
    assert format_sam_id(vector("rsp_sam_id_ok")[10:-1]) == "05.01-20100101-0000000001-2345678901"
