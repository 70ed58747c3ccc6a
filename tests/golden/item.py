"""The golden items: what is sealed of them, and their labels."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core import wire
from core.acceptance import record
from core.acceptance.as_in import AsIn, Target
from core.devices import Label

TERMINAL, BRANCH, CLERK = "990100-01-03", "990100-01", "OP10002"
SEALED: dict[str, Any] = {
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
        "contact": {"phone": "13800138000", "address": "示例省示例市样本路1号"},
    },
    "recipient": {"name": "示例乙", "phone": "13900139000", "address": "示例省示例市样本路2号3单元"},
    "item": {
        "waybill": "EA473124829CN",
        "contents": "书",
        "quantity": 2,
        "weight_g": 500,
        "weight_source": "typed",
        "fee_cents": 1200,
        "fee_source": "tariff",
        "payment": "mobile",
        "payment_source": "tariff",
    },
}
AS_IN = Target(TERMINAL, 1, 9)  # the first item; the second one's contacts are "as in" it
REFERRING = {
    **SEALED,
    "sender": {**SEALED["sender"], "contact": {"as_in": AS_IN.as_json()}},
    "recipient": {"as_in": AS_IN.as_json()},
    "item": {**SEALED["item"], "waybill": "EA473124815CN"},
}
_PICTURE = {"of": "document", "type": "image/jpeg", "data": wire.b64(b"\xff\xd8 stands for one \xff\xd9")}
PLAIN = {"op-0009": {**SEALED, "pictures": [_PICTURE]}, "op-0022": REFERRING}
LABEL = Label(
    waybill="EA473124829CN",
    token="tk-0001",
    sender_name="证**本",
    sender_phone="138******00",
    recipient_name="示*乙",
    recipient_phone="139******00",
    recipient_address="示例省示例市样本路***",
    contents="书",
    quantity=2,
    weight_g=500,
    weight_source="typed",
    real_name=True,
    inspected=True,
    security="here",
    branch=BRANCH,
    operator=CLERK,
    number=f"{TERMINAL} 000001",
    accepted_at="2026-11-21 09:08",
)
SECOND_LABEL = replace(
    LABEL,
    waybill="EA473124815CN",
    token="tk-0002",
    number=f"{TERMINAL} 000002",
    accepted_at="2026-11-21 09:21",
)
_ADDRESS = "示例省示例市样本路***"
_AS_IN = AsIn(AS_IN, LABEL.number, "2026-11-21")
CONTACTS = record.Contacts(_ADDRESS), record.Contacts(_ADDRESS, _AS_IN, _AS_IN)
