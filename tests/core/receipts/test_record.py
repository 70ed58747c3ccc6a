"""The receipt's signed record: it verifies offline, and nothing else does."""

from __future__ import annotations

import dataclasses
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import wire
from core.crypto.keys import SoftwareSigner, new_agreement, new_signer
from core.errors import EntryError, EntryFault
from core.ledger.documents import Grant, make_grant
from core.ledger.entry import EMPTY_HEAD, Head
from core.receipts.record import MAX_TEXT, PREFIX, ReceiptRecord, read_record, sign_record

pytestmark = pytest.mark.requirement("R7")

TERMINAL = "990100-01-03"
RECORD = ReceiptRecord(
    TERMINAL, Head(1, 7, bytes(range(32))), "000129", "EA473124829CN", "2026-11-21 14:26", "衣物", 1, 1284,
    "证**本", "1****************X", 1250, "cash",
)  # fmt: skip


class Issuer:
    """HQ, a terminal's key and its grant."""

    def __init__(self, terminal: str = TERMINAL) -> None:
        self.headquarters, self.key = new_signer(), new_signer()
        grant = Grant(terminal, terminal[:9], 1, self.key.public, EMPTY_HEAD, new_agreement().public)
        self.grant, self.signature = make_grant(grant, self.headquarters)

    def sign(self, record: ReceiptRecord, key: SoftwareSigner | None = None) -> str:
        return sign_record(record, key or self.key, self.grant, self.signature)


FIXED = (lambda issuer: (issuer, issuer.sign(RECORD)))(Issuer())


def test_it_verifies_with_hq_s_key_alone() -> None:
    issuer = Issuer()
    text = issuer.sign(RECORD)
    assert read_record(text, issuer.headquarters.public) == RECORD
    assert issuer.sign(RECORD) == text
    assert len(text) < 1000  # fits a QR that 58 mm paper can show with three dots a module


def test_no_fee_is_not_a_fee_of_nothing() -> None:
    issuer = Issuer()
    free = dataclasses.replace(RECORD, fee_cents=None, payment="")
    assert read_record(issuer.sign(free), issuer.headquarters.public).fee_cents is None


def test_another_key_another_hq_another_terminal() -> None:
    issuer, other = Issuer(), Issuer()
    with pytest.raises(EntryError) as forged:
        read_record(issuer.sign(RECORD, other.key), issuer.headquarters.public)
    assert forged.value.code is EntryFault.SIGNATURE
    with pytest.raises(EntryError):
        read_record(issuer.sign(RECORD), other.headquarters.public)
    with pytest.raises(EntryError) as borrowed:
        read_record(
            issuer.sign(dataclasses.replace(RECORD, terminal="990100-01-04")), issuer.headquarters.public
        )
    assert borrowed.value.code is EntryFault.KEY


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_any_other_text_is_refused(data: st.DataObject) -> None:
    issuer, text = FIXED
    at = data.draw(st.integers(0, 760))
    letter = data.draw(
        st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+ 证")
    )
    changed = text[:at] + letter + text[at + 1 :]
    if changed == text:
        return
    with pytest.raises(EntryError):
        read_record(changed, issuer.headquarters.public)


@given(st.text(max_size=300))
@settings(max_examples=120, deadline=None)
def test_hostile_text_raises_only_its_own_error(text: str) -> None:
    key = FIXED[0].headquarters.public
    for candidate in (text, PREFIX + text):
        with pytest.raises(EntryError):
            read_record(candidate, key)


def test_a_packing_that_never_ends_is_not_read() -> None:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = PREFIX + wire.b64(squeeze.compress(bytes(2_000_000)) + squeeze.flush())
    assert len(bomb) < MAX_TEXT
    with pytest.raises(EntryError):
        read_record(bomb, Issuer().headquarters.public)
