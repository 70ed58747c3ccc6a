"""Codes of senders who registered beforehand (R12): signed, short-lived, and silent to strangers."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import wire
from core.crypto.keys import new_signer
from core.errors import RuleError, RuleFault
from core.identity.sender_code import PREFIX, Issuer, Span, make_code, read_code
from core.sender_code_rules import SenderCodeRules

pytestmark = pytest.mark.requirement("R5", "R12")

NOW = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)
RULES = SenderCodeRules(30, ("resident", "hmt_resident"))
SIGNER, CONTENT = new_signer(), bytes(range(32))
ISSUERS = {"shili_app": Issuer("shili_app", SIGNER.public, CONTENT)}
SPAN = Span("A" * 22, NOW, NOW + dt.timedelta(minutes=10))
PERSON = {
    "document": "resident", "number": "11010519491231002X", "name": "证件样本", "birth": "1949-12-31",
    "sex": "2", "valid_from": "2020-01-01", "valid_to": "", "phone": "13800138000",
    "address": "北京市朝阳区样本街道1号",
}  # fmt: skip
CODE = make_code("shili_app", SIGNER, CONTENT, SPAN, PERSON)


def fault(text: str, *, now: dt.datetime = NOW, rules: SenderCodeRules = RULES) -> str:
    with pytest.raises(RuleError) as caught:
        read_code(text, ISSUERS, rules, now)
    return str(caught.value.code)


def made(**changed: str) -> str:
    return make_code("shili_app", SIGNER, CONTENT, SPAN, {**PERSON, **changed})


def test_a_code_says_who_sends_and_how_to_reach_her() -> None:
    found = read_code(f" {CODE}\r\n", ISSUERS, RULES, NOW)
    card = found.document
    assert (card.read_id, card.kind, card.number, card.name) == (
        SPAN.id, "resident", "11010519491231002X", "证件样本",
    )  # fmt: skip
    assert (card.birth, card.valid_to, card.photo) == (dt.date(1949, 12, 31), None, b"")
    assert (found.phone, found.address) == ("13800138000", "北京市朝阳区样本街道1号")
    assert "证件样本" not in repr(found)
    assert len(CODE) < 1000


def test_whoever_else_scans_it_learns_nothing_of_her() -> None:
    raw = base64.urlsafe_b64decode(CODE[len(PREFIX) :] + "==")
    for secret in ("11010519491231002X", "证件样本", "13800138000", "朝阳"):
        assert secret.encode() not in raw
        assert secret.encode("utf-16-le") not in raw


@pytest.mark.parametrize("at", range(len(PREFIX), len(CODE), 7))
def test_one_letter_changed_anywhere_is_refused(at: int) -> None:
    other = "A" if CODE[at] != "A" else "B"
    assert fault(CODE[:at] + other + CODE[at + 1 :]) in {
        RuleFault.SENDER_CODE_FORM, RuleFault.SENDER_CODE_FORGED, RuleFault.SENDER_CODE_ISSUER,
    }  # fmt: skip


@settings(deadline=None)
@given(st.one_of(st.text(), st.binary().map(wire.b64)))
def test_nothing_that_a_scanner_may_send_gets_further_than_a_named_refusal(rest: str) -> None:
    assert fault(PREFIX + rest).startswith("rule.sender_code_")


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(-3, RuleFault.SENDER_CODE_EARLY), (11, RuleFault.SENDER_CODE_EXPIRED)],
)
def test_it_counts_between_its_two_times(minutes: int, expected: RuleFault) -> None:
    assert fault(CODE, now=NOW + dt.timedelta(minutes=minutes)) == expected
    for inside in (-1, 0, 10):  # an issuer's clock may be a minute ahead
        assert read_code(CODE, ISSUERS, RULES, NOW + dt.timedelta(minutes=inside))


def test_none_lives_longer_than_the_rule_data_allow() -> None:
    assert fault(CODE, rules=replace(RULES, life_minutes=9)) == RuleFault.SENDER_CODE_LIFE


def test_other_documents_issuers_and_forgers_are_refused_by_name() -> None:
    assert fault(made(document="passport")) == RuleFault.SENDER_CODE_KIND
    assert fault(made(birth="1949-13-31")) == RuleFault.SENDER_CODE_FORM
    stranger = make_code("other_app", SIGNER, CONTENT, SPAN, PERSON)
    assert fault(stranger) == RuleFault.SENDER_CODE_ISSUER
    assert fault(make_code("shili_app", new_signer(), CONTENT, SPAN, PERSON)) == RuleFault.SENDER_CODE_FORGED
    other_content = make_code("shili_app", SIGNER, bytes(32), SPAN, PERSON)
    assert fault(other_content) == RuleFault.SENDER_CODE_ISSUER
    assert fault(CODE[:-1]) in {RuleFault.SENDER_CODE_FORM, RuleFault.SENDER_CODE_FORGED}
    assert fault(PREFIX + "A" * 1200) == RuleFault.SENDER_CODE_LONG
