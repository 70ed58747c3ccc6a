"""Invented people, documents and items that the tests of the acceptance share."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

from core.acceptance import inputs, turns, visit
from core.acceptance.as_in import AsIn, Target
from core.acceptance.known import Contact
from core.acceptance.visit import KnownWaybill, Visit
from core.commands import Acknowledgement, Field, Party, Security
from core.identity.card import DocumentKind, IdCard, Sex
from core.rules import Rules, load_rules

RULES: Rules = load_rules(Path(__file__).parents[3] / "resources" / "rules").editions[0]
RULES.regions.every  # noqa: B018 - read now, not within the time of the first example
NOW = dt.datetime(2026, 11, 21, 6, 26, 3, 120_000, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 21)
WAYBILL = "EA473124829CN"
OTHER_WAYBILL = "RR123456785CN"

SPECIMEN = IdCard(
    "read-1",
    DocumentKind.RESIDENT,
    "证件样本",
    Sex.FEMALE,
    "01",
    dt.date(1949, 12, 31),
    "北京市朝阳区样本街道1号",
    "11010519491231002X",
    "样本公安局",
    dt.date(2020, 1, 1),
    dt.date(2040, 1, 1),
    b"WL",
)
# 5299 99 is no county; the check characters are right.
JIA = replace(
    SPECIMEN,
    read_id="read-2",
    name="示例甲",
    sex=Sex.MALE,
    number="529999199001010019",
    birth=dt.date(1990, 1, 1),
    valid_to=None,
)
CHILD = replace(JIA, number="529999201301010010", birth=dt.date(2013, 1, 1))
EXPIRED = replace(
    SPECIMEN,
    read_id="read-3",
    name="示例乙",
    number="529999198505050028",
    birth=dt.date(1985, 5, 5),
    valid_to=dt.date(2026, 11, 20),
)
NOT_YET = replace(EXPIRED, read_id="read-4", valid_from=dt.date(2026, 11, 22), valid_to=dt.date(2046, 11, 22))
WRONG_SEX = replace(JIA, read_id="read-5", sex=Sex.FEMALE)
WRONG_CHECK = replace(JIA, read_id="read-6", number="529999199001010018")

GOOD: dict[Field, str] = {
    Field.SENDER_NAME: "证件样本",
    Field.SENDER_PHONE: "13800138000",
    Field.SENDER_ADDRESS: "贵州省贵阳市南明区示例路1号2单元301室",
    Field.RECIPIENT_NAME: "示例人",
    Field.RECIPIENT_PHONE: "0851-85551234",
    Field.RECIPIENT_ADDRESS: "上海市浦东新区世纪大道100号2单元301室",
    Field.WAYBILL: WAYBILL,
    Field.CONTENTS: "衣物",
    Field.QUANTITY: "2",
    Field.WEIGHT: "1.284",
}

# What an earlier acceptance showed, as F5 offers it.
_AS_IN = AsIn(Target("520100-01-03", 1, 7), "000005", "2026-11-20")
CONTACTS = {
    Party.SENDER: Contact(
        Party.SENDER,
        _AS_IN,
        {Field.SENDER_PHONE: "138******00", Field.SENDER_ADDRESS: "贵州省贵阳市南明区示例路***"},
    ),
    Party.RECIPIENT: Contact(
        Party.RECIPIENT,
        _AS_IN,
        {
            Field.RECIPIENT_NAME: "示*人",
            Field.RECIPIENT_PHONE: "0851-***34",
            Field.RECIPIENT_ADDRESS: "上海市浦东新区世纪大道***",
        },
    ),
}


def nobody(_waybill: str) -> KnownWaybill | None:
    """No waybill was met before."""
    return None


def fresh() -> Visit:
    """An empty visit."""
    return visit.new_visit("visit-1", "operation-1")


def typed(state: Visit, name: Field, text: str) -> Visit:
    """After typing into one field."""
    return inputs.set_field(state, name, text, RULES, nobody).visit


def read(state: Visit, card: IdCard, now: dt.datetime = NOW, today: dt.date = TODAY) -> Visit:
    """After reading a document."""
    return inputs.card_read(state, card, now, today, RULES).visit


def complete(card: IdCard = SPECIMEN, **changes: str) -> Visit:
    """A visit that F9 would commit; ``changes`` by field name."""
    state = read(fresh(), card)
    for name, text in GOOD.items():
        state = typed(state, name, changes.get(name.value, card.name if name is Field.SENDER_NAME else text))
    state = visit.confirm_original(state, NOW, TODAY)
    state = visit.confirm_inspected(state, NOW, RULES)
    state = visit.set_security(state, Security.HERE, NOW, RULES)
    return turns.acknowledge(state, Acknowledgement.SPOKEN, RULES)


def committed(state: Visit) -> Visit:
    """After F9."""
    return turns.item_accepted(
        state, sender_entry=4, item_entry=5, number="000129", when="14:22", rules=RULES
    )
