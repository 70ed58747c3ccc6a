"""The panel of one pasted text: into the fields, never over a document's name, back again, and scanned."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.acceptance import paste
from core.acceptance.fields import TEXT_MAX
from core.acceptance.pasted import PASTED_MAX
from core.acceptance.visit import PASTED, Visit, new_visit
from core.commands import Field
from core.errors import RuleError, RuleFault
from tests.core.acceptance.people import RULES

TEXT = "示例乙，13900139000，贵阳市南明区虚构路8号"


def _taken(visit: Visit) -> Visit:
    return paste.take(visit, RULES, lambda _: None).visit


def _open(text: str, *, sender: bool = False) -> Visit:
    return paste.open_paste(new_visit("v", "o"), text, sender=sender)


@pytest.mark.parametrize(("sender", "prefix"), [(True, "sender"), (False, "recipient")])
def test_into_the_fields_of_the_party(sender: bool, prefix: str) -> None:
    """Name, phone and the address written out; the panel is gone, nothing else is touched."""
    after = _taken(_open(TEXT, sender=sender))
    texts = {name.value: after.text(name) for name in Field if after.text(name).text}
    assert {name: value.text for name, value in texts.items()} == {
        f"{prefix}_name": "示例乙",
        f"{prefix}_phone": "13900139000",
        f"{prefix}_address": "贵州省贵阳市南明区虚构路8号",
    }
    assert {value.source for value in texts.values()} == {PASTED}
    assert after.paste is None


def test_esc_leaves_all_as_it_was() -> None:
    before = new_visit("v", "o")
    assert paste.close(paste.open_paste(before, TEXT, sender=False)) == before


def test_nothing_recognised_is_said_and_the_text_stays() -> None:
    visit = _open("😀😀")
    with pytest.raises(RuleError) as caught:
        _taken(visit)
    assert caught.value.code is RuleFault.PASTE_EMPTY
    assert paste.paste_view(visit, RULES) is not None


def test_the_other_party_and_the_other_number() -> None:
    visit = paste.next_phone(paste.switch(_open(f"{TEXT} 0851-88886666")))
    after = _taken(visit)
    assert after.text(Field.SENDER_PHONE).text == "0851-88886666"


@pytest.mark.parametrize(
    ("code", "offered"),
    [
        (TEXT, True), ("收件人：示例乙", True), ("13900139000 虚构路8号", True), ("贵阳市南明区", True),
        ("EA473124829CN", False), ("4006008888123", False), ("https://example.invalid/x", False),
        ("示例乙", False),
    ],
)  # fmt: skip
def test_a_scanned_contact_is_offered(code: str, offered: bool) -> None:
    """A code that says of itself what it is opens the panel; any other stays a bad waybill."""
    visit = paste.scanned(new_visit("v", "o"), code, RULES)
    assert (visit is not None) == offered
    if visit is not None:
        again = paste.scanned(visit, "电话：13900139000", RULES)
        assert again is not None
        assert again.paste is not None
        assert again.paste.text == f"{code}\n电话：13900139000"
        assert again.paste.serial > visit.paste.serial if visit.paste else False


def test_the_region_of_a_typed_address_is_told_and_the_label_writes_it_out() -> None:
    after = _taken(_open("13900139000 南明区虚构路8号"))
    shown = paste.place_views(after, RULES)[Field.RECIPIENT_ADDRESS]
    assert (shown.region, shown.doubt) == ("贵州省贵阳市南明区", "")


def test_what_is_too_long_is_refused_whole() -> None:
    """Typed, scanned on top of what stands, or into a field: nothing is cut off."""
    standing = _open(TEXT)
    attempts: tuple[Callable[[], object], ...] = (
        lambda: paste.set_text(standing, "路" * (PASTED_MAX + 1)),
        lambda: paste.scanned(standing, "路" * (PASTED_MAX - 1), RULES),
        lambda: _open("路" * (PASTED_MAX + 1)),
        lambda: _taken(_open("13900139000 贵阳市南明区" + "路" * (TEXT_MAX + 1))),
    )
    for attempt in attempts:
        with pytest.raises(RuleError) as caught:
            attempt()
        assert caught.value.code is RuleFault.FIELD_TOO_LONG
    assert paste.set_text(standing, "路" * PASTED_MAX).paste is not None
