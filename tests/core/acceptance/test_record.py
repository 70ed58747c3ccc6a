"""From a complete visit to entries: chained data names nobody, the annex is the label, drafts survive."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import wire
from core.acceptance import record, turns, visit
from core.acceptance.draft import draft_from_bytes, draft_to_bytes
from core.acceptance.fees import Fee
from core.acceptance.gates import missing
from core.acceptance.labels import Imprint, label
from core.acceptance.visit import KnownWaybill, Visit, VisitNote
from core.commands import Field, Payment, RefusalReason, Refuse
from core.errors import EntryError, EntryFault, RuleError, RuleFault
from core.identity.card import DocumentKind
from core.ledger import kinds
from tests.core.acceptance.people import (
    GOOD,
    JIA,
    NOW,
    RULES,
    SPECIMEN,
    TODAY,
    WAYBILL,
    committed,
    complete,
    fresh,
    read,
    typed,
)

KEY = bytes(range(32))
IMPRINT = Imprint("520100-01", "OP10001", "520100-01-03 000129", "dG9rZW4", "2026-11-21 14:26")
KNOWN = record.contacts(complete(), RULES)


def test_the_chained_data_have_the_declared_form_and_name_nobody() -> None:
    state = complete()
    sender = record.sender_data(state, TODAY, RULES)
    item = record.item_data(state, TODAY, RULES, sender_entry=4, number=129)
    refusal = record.refused_data(state, Refuse(RefusalReason.CONTENTS_DIFFER, told=True), RULES)
    kinds.check("SenderVerified", 1, sender)
    kinds.check("ItemAccepted", 1, item)
    kinds.check("ItemRefused", 1, refusal)
    chained = b"".join(map(wire.encode, (sender, item, refusal))).decode()
    for secret in (SPECIMEN.name, SPECIMEN.number, WAYBILL, *GOOD.values()):
        assert len(secret) < 3 or secret not in chained
    assert (sender["expiry"], sender["name_matched"], sender["read"]) == ("dated", True, "read-1")
    assert (item["sender"], item["number"], item["weight_source"]) == (4, 129, "typed")


def test_how_the_name_was_found_to_match() -> None:
    folded = typed(complete(), Field.SENDER_NAME, "证件　样本")
    assert record.item_data(folded, TODAY, RULES, sender_entry=4, number=1)["name_check"] == "folded"
    assert record.item_data(complete(), TODAY, RULES, sender_entry=4, number=1)["name_check"] == "exact"
    long_term = complete(JIA)
    assert record.sender_data(long_term, TODAY, RULES)["expiry"] == "long_term"


@pytest.mark.requirement("R2")
@pytest.mark.parametrize("state", [fresh(), read(fresh(), SPECIMEN), committed(complete()),
                                   typed(complete(), Field.WEIGHT, "0")])  # fmt: skip
def test_nothing_is_recorded_of_what_is_not_complete(state: Visit) -> None:
    calls: tuple[Callable[[], object], ...] = (
        lambda: record.sender_data(state, TODAY, RULES),
        lambda: record.item_data(state, TODAY, RULES, sender_entry=4, number=1),
        lambda: record.sealed_payload(state, TODAY, RULES),
    )
    for call in calls:
        with pytest.raises(RuleError) as caught:
            call()
        assert caught.value.code == RuleFault.NOT_READY
        assert caught.value.facts["first"] == missing(state, TODAY, RULES)[0]


@pytest.mark.requirement("R54")
def test_the_sealed_payload_is_complete_canonical_and_no_more_than_the_law_wants() -> None:
    payload = record.sealed_payload(complete(recipient_phone="０８５１ ８５５５１２３４"), TODAY, RULES)
    assert payload == {
        "form": 1,
        "sender": {
            "kind": "person",
            "organisation": "",
            "organisation_code": "",
            "agreement": "",
            "principal": None,
            "document": "resident",
            "number": "11010519491231002X",
            "name": "证件样本",
            "contact": {"phone": "13800138000", "address": "贵州省贵阳市南明区示例路1号2单元301室"},
        },
        "recipient": {
            "name": "示例人",
            "phone": "0851-85551234",
            "address": "上海市浦东新区世纪大道100号2单元301室",
        },
        "item": {
            "waybill": "EA473124829CN",
            "contents": "衣物",
            "quantity": 2,
            "weight_g": 1284,
            "weight_source": "typed",
            "fee_cents": 1500,
            "fee_source": "tariff",
            "payment": "mobile",
            "payment_source": "tariff",
        },
    }
    assert wire.decode(wire.encode(payload)) == payload


# -- label and annex --------------------------------------------------------------------------------


def test_the_label_comes_back_from_the_annex() -> None:
    printed = label(complete(), RULES, IMPRINT)
    stored = wire.decode(
        wire.encode(record.annex(printed, "a3f1", None, Fee(1500, "typed", Payment.CASH, "typed"), KNOWN))
    )
    assert record.label_from_annex(stored, 0) == printed
    assert record.label_from_annex(stored, 2) == replace(printed, copy=2)
    assert stored["hint"] == "a3f1"
    assert (stored["fee_cents"], stored["payment"]) == (1500, "cash")


def test_the_annex_holds_no_more_than_masks() -> None:
    stored = wire.encode(
        record.annex(label(complete(), RULES, IMPRINT), "a3f1", complete().identity, Fee(), KNOWN)
    ).decode()
    for name, text in GOOD.items():
        if name not in (Field.WAYBILL, Field.CONTENTS, Field.QUANTITY, Field.WEIGHT):
            assert text not in stored
    assert SPECIMEN.number not in stored
    assert "301" not in stored
    assert "100号" not in stored


@pytest.mark.parametrize(
    "change",
    [
        {"form": 1},
        {"bound": 1},
        {"quantity": "2"},
        {"quantity": True},
        {"real_name": 1},
        {"waybill": None},
        {"number_of_document": "x"},
        {"copy": 0},
    ],
)
def test_what_is_no_annex(change: dict[str, Any]) -> None:
    printed, identity = label(complete(), RULES, IMPRINT), complete().identity
    stored = {**record.annex(printed, "a3f1", identity, Fee(), KNOWN), **change}
    with pytest.raises(EntryError) as caught:
        record.label_from_annex(stored, 0)
    assert caught.value.code == EntryFault.FORM
    del stored["token"]
    with pytest.raises(EntryError):
        record.label_from_annex(stored, 0)


def test_the_hint_is_sixteen_bits_of_a_keyed_digest() -> None:
    hint = record.digest_hint(KEY, DocumentKind.RESIDENT, SPECIMEN.number)
    message = b"counter/digest-hint/1\x00resident\x0011010519491231002X"
    assert hint == hmac.digest(KEY, message, hashlib.sha256).hex()[:4]
    assert hint != record.digest_hint(KEY[::-1], DocumentKind.RESIDENT, SPECIMEN.number)
    assert hint != record.digest_hint(KEY, DocumentKind.HMT_RESIDENT, SPECIMEN.number)
    with pytest.raises(ValueError, match="too short"):
        record.digest_hint(b"", DocumentKind.RESIDENT, SPECIMEN.number)


# -- drafts -----------------------------------------------------------------------------------------


def restored(state: Visit, minutes: int = 0) -> visit.Step:
    """After a power cut of so many minutes."""
    later = NOW + dt.timedelta(minutes=minutes)
    return draft_from_bytes(draft_to_bytes(state), later, RULES, visit_id="visit-new")


@pytest.mark.parametrize(
    "state",
    [
        fresh(),
        typed(fresh(), Field.CONTENTS, "衣"),
        read(fresh(), SPECIMEN),
        complete(),
        complete(JIA),
        committed(complete()),
        turns.next_item(committed(complete()), "operation-2"),
    ],
)
def test_a_draft_comes_back_as_it_was(state: Visit) -> None:
    step = restored(state, 120)
    assert step.note == ""
    # What lies on the reader, what is shown of it and the screen's counter are not part of a draft.
    assert step.visit == replace(state, shown=None, on_reader=False, revision=0)
    assert missing(step.visit, TODAY, RULES) == missing(state, TODAY, RULES)


def test_a_draft_never_holds_what_is_only_shown() -> None:
    text = draft_to_bytes(read(fresh(), replace(SPECIMEN, photo=b"WL-photo", nation="97"))).decode()
    assert SPECIMEN.number in text  # the record takes it
    for shown in ("样本街道", "样本公安局", "WL", "97", "1949-12-31", "sex", "nation", "photo"):
        assert shown not in text


@pytest.mark.parametrize("minutes", [121, 24 * 60, -1])
def test_an_old_document_lapses_and_the_typing_stays(minutes: int) -> None:
    state = complete()
    step = restored(state, minutes)
    assert step.note == VisitNote.IDENTITY_LAPSED
    assert {name: step.visit.text(name) for name in Field} == {name: state.text(name) for name in Field}
    after = step.visit
    assert (after.identity, after.original_seen, after.item.inspected, after.acknowledged) == (None,) * 4
    assert (after.id, after.item.operation) == ("visit-new", "operation-1")


def test_after_a_lapse_another_person_may_come() -> None:
    step = restored(turns.next_item(committed(complete()), "operation-2"), 121)
    assert (step.visit.accepted, step.visit.sender_entry) == ((), 0)
    assert read(step.visit, JIA).identity is not None


def test_a_waybill_met_before_is_asked_for_again() -> None:
    state = replace(complete(), item=replace(complete().item, known=KnownWaybill("000128", "17:02")))
    assert restored(state).visit.item.known is None


ITEM = wire.decode(draft_to_bytes(complete()))["item"]


@pytest.mark.parametrize(
    "change",
    [
        {"form": 1},
        {"bound": 1},
        {"fields": {"waybill": ["x", "typed"]}},
        {"fields": {"nobody": ["x", "typed"]}},
        {"fields": {"sender_name": ["x"]}},
        {"fields": {"sender_name": [1, "typed"]}},
        {"identity": {}},
        {"identity": 7},
        {"original_seen": "yesterday"},
        {"acknowledged": "loudly"},
        {"sender_entry": -1},
        {"sender_entry": True},
        {"accepted": [["x"]]},
        {"item": None},
        {"item": {"operation": "x"}},
        {"item": {**ITEM, "inspected_as": "ab"}},
        {"item": {**ITEM, "inspected_as": [1, "2"]}},
        {"item": {**ITEM, "security": "elsewhere"}},
    ],
)
def test_what_is_no_draft(change: dict[str, Any]) -> None:
    value = {**wire.decode(draft_to_bytes(complete())), **change}
    with pytest.raises(EntryError) as caught:
        draft_from_bytes(wire.encode(value), NOW, RULES, visit_id="visit-new")
    assert caught.value.code == EntryFault.FORM


@given(st.dictionaries(st.sampled_from(Field), st.text(max_size=600), max_size=10))
def test_any_typing_survives(texts: dict[Field, str]) -> None:
    state = fresh()
    for name, text in texts.items():
        state = typed(state, name, text)
    assert restored(state).visit == replace(state, revision=0)
