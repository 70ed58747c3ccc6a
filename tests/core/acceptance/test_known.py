"""Contacts by reference: what is offered, what stands in the fields, and that no mask is ever data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from core import wire
from core.acceptance import inputs, known, record, senders, turns, visit
from core.acceptance.as_in import GROUPS, target_from_json
from core.acceptance.draft import draft_from_bytes, draft_to_bytes
from core.acceptance.fees import Fee, fee
from core.acceptance.gates import missing, visit_view
from core.acceptance.labels import Imprint, label
from core.acceptance.visit import KNOWN, Visit, VisitNote, security_required
from core.commands import Field, Party, SenderKind
from core.errors import EntryError, RuleError, RuleFault
from core.identity.masking import mask_address
from core.ports import ItemRow
from tests.core.acceptance.people import (
    CONTACTS,
    GOOD,
    JIA,
    NOW,
    RULES,
    SPECIMEN,
    TODAY,
    committed,
    complete,
    fresh,
    nobody,
    read,
    typed,
)  # fmt: skip

TERMINAL = "520100-01-03"
IMPRINT = Imprint("520100-01", "OP10001", "000129", "dG9rZW4", "2026-11-21 14:26")
BOTH = tuple(Party)


def taken(state: Visit, *parties: Party) -> Visit:
    for party in parties or BOTH:
        state = known.take(state, CONTACTS[party])
    return state


def texts(state: Visit, party: Party) -> dict[Field, str]:
    return {name: state.text(name).text for name in GROUPS[party]}


def row(seq: int, days: float = 1, **annex: Any) -> ItemRow:
    """An earlier item of the same document, accepted so many days ago."""
    at = NOW - dt.timedelta(days=days)
    shown: dict[str, object] = {
        "number": f"{seq:06d}", "accepted_at": f"{at:%Y-%m-%d %H:%M}", "sender_phone": "138******00",
        "sender_address": "贵州省贵阳市南明区示例路***", "sender_as_in": None, "recipient_name": "示*人",
        "recipient_phone": "139******21", "recipient_address": "上海市浦东新区世纪大道***",
        "recipient_as_in": None, **annex,
    }  # fmt: skip
    return ItemRow(seq, 1, "op", "v", "w", "t", 1, at.isoformat(), "OP10001", "printed", 0, shown)


def offered(*rows: ItemRow, here: Mapping[int, ItemRow] | None = None) -> list[tuple[str, int]]:
    """(party, target) of what F5 offers for these rows, newest first."""
    found = known.contacts(rows, lambda seq: (here or {}).get(seq), TERMINAL, NOW, RULES)
    return [(contact.party.value, contact.as_in.target.seq) for contact in found]


# -- what is offered --------------------------------------------------------------------------------


def test_distinct_contacts_newest_first() -> None:
    rows = [
        row(9, recipient_name="另*人"),
        row(8),
        row(7, recipient_name="另*人"),
        row(6, sender_phone="137******11"),
    ]
    assert offered(*rows) == [("sender", 9), ("sender", 6), ("recipient", 9), ("recipient", 8)]


def test_a_handful_of_each() -> None:
    rows = [row(n, sender_phone=f"138******{n}", recipient_phone=f"139******{n}") for n in range(40, 10, -1)]
    assert [party for party, _ in offered(*rows)] == ["sender"] * 2 + ["recipient"] * 6


def test_what_was_taken_by_reference_leads_to_where_it_was_typed() -> None:
    """No reference ever leads to another, so headquarters has one step to go."""
    target = {"terminal": TERMINAL, "epoch": 1, "seq": 3}
    newest = row(9, recipient_as_in=target)
    assert offered(newest, here={3: row(3, days=50)}) == [("sender", 9), ("recipient", 3)]
    first = known.contacts([newest], {3: row(3, days=50)}.get, TERMINAL, NOW, RULES)[1]
    assert (first.as_in.number, first.as_in.day) == ("000003", f"{NOW - dt.timedelta(days=50):%Y-%m-%d}")


@pytest.mark.parametrize(
    ("target", "here"),
    [
        ({"terminal": TERMINAL, "epoch": 1, "seq": 3}, {}),  # erased
        ({"terminal": TERMINAL, "epoch": 1, "seq": 3}, {3: row(3, days=366)}),  # at its retention
        ({"terminal": TERMINAL, "epoch": 2, "seq": 3}, {3: row(3)}),
        ({"terminal": "520100-01-04", "epoch": 1, "seq": 3}, {3: row(3)}),
        ({"seq": 3}, {3: row(3)}),
        ("3", {3: row(3)}),
    ],
)
def test_a_target_that_cannot_be_named_or_does_not_last_is_not_offered(
    target: object, here: dict[int, ItemRow]
) -> None:
    assert offered(row(9, recipient_as_in=target), here=here) == [("sender", 9)]


@pytest.mark.parametrize(("days", "count"), [(364.9, 2), (365.0, 0), (366.5, 0)])
def test_the_last_day_of_a_target_is_left_out(days: float, count: int) -> None:
    """Kept for 366 days: what is taken now outlives the visit."""
    assert RULES.retention["acceptance"] == 366
    assert len(offered(row(9, days=days))) == count


@pytest.mark.parametrize(
    "hidden", [{"recipient_address": "***"}, {"recipient_name": "*"}, {"recipient_phone": ""}]
)
def test_a_contact_that_shows_nothing_is_typed(hidden: dict[str, Any]) -> None:
    """Nobody could tell it from another; and of an address without its region R27 cannot be asked."""
    assert offered(row(9, **hidden)) == [("sender", 9)]


@pytest.mark.requirement("R27")
@pytest.mark.parametrize(
    ("address", "tells"),
    [
        ("北京市朝阳区样本路1号", True), ("上海市浦东新区世纪大道100号", True), ("北京 1号楼", False),
        ("1号楼", False),
        ("北京样本街道示例社区", True),
    ],
)  # fmt: skip
def test_a_key_region_is_told_from_what_is_shown_or_not_at_all(address: str, tells: bool) -> None:
    """Against the rule over the whole address: where the mask tells, it says the same (R27)."""
    shown = mask_address(address)
    assert known.shows_region(shown, RULES) is tells
    if tells:
        assert shown.startswith(RULES.security.key_regions) == address.startswith(RULES.security.key_regions)


def test_whose_contacts_are_offered() -> None:
    """Of whoever is identified and stands here: never a principal's, nobody's where nobody is identified."""
    state = read(fresh(), SPECIMEN)
    assert known.whose(fresh()) is None
    assert known.whose(state) is state.identity
    agent = senders.set_kind(state, SenderKind.AGENT)
    assert known.whose(agent) is None
    kept = read(senders.keep_as_principal(agent, TODAY), JIA)
    assert known.whose(kept) is kept.identity
    for kind in (SenderKind.LETTER, SenderKind.AGREEMENT, SenderKind.EXEMPT):
        assert known.whose(senders.set_kind(state, kind)) is None


# -- what stands ------------------------------------------------------------------------------------


def test_a_contact_counts_as_filled_and_prints_as_its_target_did() -> None:
    state = taken(complete())
    assert missing(state, TODAY, RULES) == ()
    printed = label(state, RULES, IMPRINT)
    assert printed.sender_phone == "138******00"
    assert (printed.recipient_name, printed.recipient_phone) == ("示*人", "0851-***34")
    assert printed.recipient_address == "上海市浦东新区世纪大道***"
    view = visit_view(state, TODAY, RULES, IMPRINT)
    for party in BOTH:
        for name, text in texts(state, party).items():
            assert (view.fields[name].text, view.fields[name].source, view.fields[name].problem) == (
                text,
                KNOWN,
                "",
            )


def test_the_sealed_part_names_the_target_and_no_mask() -> None:
    payload = record.sealed_payload(taken(complete()), TODAY, RULES)
    target = {"as_in": {"terminal": TERMINAL, "epoch": 1, "seq": 7}}
    assert (payload["sender"]["contact"], payload["recipient"]) == (target, target)
    assert payload["sender"]["number"] == SPECIMEN.number
    assert "*" not in wire.encode(payload).decode()
    half = record.sealed_payload(taken(complete(), Party.RECIPIENT), TODAY, RULES)
    assert (half["sender"]["contact"]["phone"], half["recipient"]) == ("13800138000", target)


def test_the_annex_says_by_which_reference() -> None:
    state = taken(complete(), Party.RECIPIENT)
    printed = label(state, RULES, IMPRINT)
    stored = record.annex(printed, "a3f1", state.identity, Fee(), record.contacts(state, RULES))
    assert (stored["sender_as_in"], stored["sender_address"]) == (None, "贵州省贵阳市南明区示例路***")
    assert stored["recipient_as_in"] == {"terminal": TERMINAL, "epoch": 1, "seq": 7}
    assert record.label_from_annex(wire.decode(wire.encode(stored)), 0) == printed


def test_security_and_fee_are_asked_of_what_is_shown() -> None:
    beijing = replace(
        CONTACTS[Party.RECIPIENT],
        shown={**CONTACTS[Party.RECIPIENT].shown, Field.RECIPIENT_ADDRESS: "北京市朝阳区样本路***"},
    )
    state = complete()
    assert not security_required(taken(state), RULES)
    assert security_required(known.take(state, beijing), RULES)
    assert fee(taken(state), RULES) == fee(state, RULES)


# -- typing over it ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for party in BOTH for name in GROUPS[party]])
def test_typing_into_one_field_empties_the_rest_of_that_contact_alone(name: Field) -> None:
    state = taken(complete())
    step = inputs.set_field(state, name, "1", RULES, nobody)
    party = Party.SENDER if name in GROUPS[Party.SENDER] else Party.RECIPIENT
    other = Party.RECIPIENT if party is Party.SENDER else Party.SENDER
    assert step.note == VisitNote.KNOWN_DISSOLVED
    assert texts(step.visit, party) == {**dict.fromkeys(GROUPS[party], ""), name: "1"}
    assert step.visit.as_in(party) is None
    assert texts(step.visit, other) == texts(state, other)
    assert step.visit.as_in(other) == state.as_in(other)


@pytest.mark.parametrize(
    ("typed_text", "stays"),
    [("138******005", "5"), ("138******0", ""), ("1138******00", "1"), ("13900139000", "13900139000"),
     ("", ""), ("138*7*****00", "7"), ("138001300", "138001300")],
)  # fmt: skip
def test_of_the_mask_nothing_stays(typed_text: str, stays: str) -> None:
    step = inputs.set_field(taken(complete()), Field.SENDER_PHONE, typed_text, RULES, nobody)
    assert step.visit.text(Field.SENDER_PHONE).text == stays


def test_what_the_screen_gives_back_is_no_typing() -> None:
    state = taken(complete())
    assert inputs.set_field(state, Field.SENDER_PHONE, "138******00", RULES, nobody).visit is state


def test_a_contact_stands_over_what_was_typed_and_is_typed_over_again() -> None:
    state = taken(complete())
    for name in GROUPS[Party.RECIPIENT]:
        state = typed(state, name, GOOD[name])
    payload = record.sealed_payload(state, TODAY, RULES)
    assert payload["recipient"] == record.sealed_payload(complete(), TODAY, RULES)["recipient"]


# -- whose it is ------------------------------------------------------------------------------------


def test_another_persons_document_takes_the_contacts_away() -> None:
    state = taken(read(fresh(), SPECIMEN))
    other = read(state, JIA)
    assert not any(other.as_in(party) for party in BOTH)
    assert not any(text for party in BOTH for text in texts(other, party).values())
    assert taken(read(fresh(), SPECIMEN)).as_in(Party.SENDER) is not None
    again = read(state, replace(SPECIMEN, read_id="read-9"))
    assert again.as_in(Party.SENDER) == state.as_in(Party.SENDER)


@pytest.mark.parametrize("kind", [SenderKind.LETTER, SenderKind.AGREEMENT, SenderKind.EXEMPT])
def test_nobody_identified_nothing_by_reference(kind: SenderKind) -> None:
    state = senders.set_kind(taken(read(fresh(), SPECIMEN)), kind)
    assert not any(state.as_in(party) for party in BOTH)


def test_of_a_principal_nothing_stays() -> None:
    agent = senders.set_kind(taken(read(fresh(), SPECIMEN)), SenderKind.AGENT)
    assert senders.keep_as_principal(agent, TODAY).as_in(Party.SENDER) is None


def test_a_reference_without_an_identity_is_never_sealed() -> None:
    state = replace(taken(complete()), identity=None, sender_kind=SenderKind.AGREEMENT)
    assert visit.check(state, Field.SENDER_PHONE, RULES).value
    with pytest.raises((ValueError, RuleError)):
        record.sealed_payload(state, TODAY, RULES)


# -- on the way -------------------------------------------------------------------------------------


def test_the_next_item_keeps_the_senders_contact_as_it_stands() -> None:
    after = turns.next_item(committed(taken(complete())), "operation-2")
    assert after.sender_as_in == CONTACTS[Party.SENDER].as_in
    assert after.text(Field.SENDER_PHONE).source == KNOWN
    assert (after.as_in(Party.RECIPIENT), after.text(Field.RECIPIENT_NAME).text) == (None, "")
    view = visit_view(after, TODAY, RULES, IMPRINT)
    assert view.fields[Field.SENDER_PHONE].text == "138******00"


def test_nothing_is_taken_for_an_item_that_is_committed() -> None:
    with pytest.raises(RuleError) as caught:
        taken(committed(complete()))
    assert caught.value.code is RuleFault.ITEM_ACCEPTED


def test_a_draft_keeps_the_references() -> None:
    state = taken(complete())
    restored = draft_from_bytes(draft_to_bytes(state), NOW, RULES, visit_id="visit-2").visit
    assert [restored.as_in(party) for party in BOTH] == [state.as_in(party) for party in BOTH]
    assert record.sealed_payload(restored, TODAY, RULES) == record.sealed_payload(state, TODAY, RULES)


def test_with_a_lapsed_identity_the_references_go() -> None:
    late = NOW + dt.timedelta(minutes=RULES.limits.draft_identity_minutes + 1)
    restored = draft_from_bytes(draft_to_bytes(taken(complete())), late, RULES, visit_id="visit-2").visit
    assert (restored.identity, [restored.as_in(party) for party in BOTH]) == (None, [None, None])
    assert restored.text(Field.SENDER_PHONE).text == ""
    assert restored.text(Field.CONTENTS).text == "衣物"


@pytest.mark.parametrize("change", ["mask without a reference", "reference without a mask", "no target"])
def test_a_draft_with_half_a_reference_is_none(change: str) -> None:
    value: dict[str, Any] = dict(wire.decode(draft_to_bytes(taken(complete()))))
    if change == "mask without a reference":
        value["sender_as_in"] = None
    elif change == "reference without a mask":
        value["fields"] = {**value["fields"], "sender_phone": ["13800138000", "typed"]}
    else:
        value["sender_as_in"] = {"number": "000001", "day": "2026-11-20", "seq": 4}
    with pytest.raises(EntryError):
        draft_from_bytes(wire.encode(value), NOW, RULES, visit_id="visit-2")


@pytest.mark.parametrize(
    "value",
    [{}, [], "x", {"terminal": "t", "epoch": 1}, {"terminal": "", "epoch": 1, "seq": 1},
     {"terminal": "t", "epoch": True, "seq": 1}, {"terminal": "t", "epoch": 1, "seq": 0},
     {"terminal": "t", "epoch": 1, "seq": "1"}],
)  # fmt: skip
def test_what_is_no_target(value: object) -> None:
    assert target_from_json(None) is None
    with pytest.raises(EntryError):
        target_from_json(value)
