"""The code of a day slip: read back as it was signed, and nothing else is."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import EntryError
from core.receipts.day_slip import PREFIX, read_slip
from core.receipts.record import read_record
from tests.devices.printer.day_slips import HQ_KEY, PAGE, SLIP, signed_page
from tests.devices.printer.receipts import HQ_KEY as RECEIPTS_KEY
from tests.devices.printer.receipts import QR

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+ 证"


def test_it_is_read_as_it_was_signed() -> None:
    record = read_slip(PAGE.qr, HQ_KEY)
    assert (record.terminal, record.digest) == (SLIP.terminal, SLIP.digest())
    assert (record.members["total"]["labelled"], record.members["refused"]) == (141, 6)
    other = dataclasses.replace(SLIP, total=dataclasses.replace(SLIP.total, labelled=142))
    assert other.digest() != SLIP.digest()
    assert len(PAGE.qr) < 1400  # a QR that 58 mm paper shows with two dots a module


def test_a_receipt_is_no_slip_and_a_slip_no_receipt() -> None:
    """Also where somebody writes the other's prefix before it: each is signed for what it is."""
    for text in (QR, PREFIX + QR.partition(".")[2]):
        with pytest.raises(EntryError):
            read_slip(text, RECEIPTS_KEY)
    for text in (PAGE.qr, "CR1." + PAGE.qr.partition(".")[2]):
        with pytest.raises(EntryError):
            read_record(text, HQ_KEY)
    with pytest.raises(EntryError):
        read_slip(signed_page()[0].qr, HQ_KEY)


@given(at=st.integers(0, 900), letter=st.sampled_from(_LETTERS))
@settings(max_examples=40, deadline=None)
def test_any_other_text_is_refused(at: int, letter: str) -> None:
    changed = PAGE.qr[:at] + letter + PAGE.qr[at + 1 :]
    if changed != PAGE.qr:
        with pytest.raises(EntryError):
            read_slip(changed, HQ_KEY)


@given(st.text(max_size=200))
@settings(max_examples=40, deadline=None)
def test_hostile_text_raises_only_its_own_error(text: str) -> None:
    for candidate in (text, PREFIX + text):
        with pytest.raises(EntryError):
            read_slip(candidate, HQ_KEY)
