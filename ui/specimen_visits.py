"""Invented visits: the specimen of the card's makers and people who do not exist."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from core.acceptance.as_in import GROUPS
from core.commands import (
    Acknowledgement,
    Field,
    Party,
    Payment,
    Security,
)
from core.devices import Label
from core.errors import Fact, RuleFault
from core.view import (
    FeeView,
    FieldView,
    GateName,
    GateState,
    GateView,
    ItemView,
    KnownView,
    Note,
    SenderView,
    VisitView,
)

NOW = dt.datetime(2026, 11, 21, 6, 26, 8, tzinfo=dt.UTC)  # 14:26 in China
_AT: Mapping[str, Fact] = {"at": "2026-11-21T06:25:41.000Z"}

SENDER = SenderView(
    kind="resident",
    name="证件样本",
    sex="2",
    nation="01",
    birth="1949-12-31",
    address="北京市朝阳区样本街道示例社区一号楼***",
    number="110105********002X",
    valid_to="2040-01-01",
    name_matches=True,
    still_on_reader=True,
)
_TEXTS: Mapping[Field, str] = {
    Field.SENDER_NAME: "证件样本",
    Field.SENDER_PHONE: "13800138000",
    Field.SENDER_ADDRESS: "示例市样本区虚构路一号二单元三零一室",
    Field.WAYBILL: "EA473124829CN",
    Field.CONTENTS: "衣物",
    Field.QUANTITY: "2",
    Field.WEIGHT: "1.284",
    Field.RECIPIENT_NAME: "示例乙",
    Field.RECIPIENT_PHONE: "13900139000",
    Field.RECIPIENT_ADDRESS: "样板市模范区想象大道八十八号",
}
_SOURCES = {Field.SENDER_NAME: "card", Field.WAYBILL: "scan"}
MASKED = {
    name: FieldView(text, source=_SOURCES.get(name, "typed"))
    for name, text in {
        **_TEXTS,
        Field.SENDER_NAME: "证**本",
        Field.SENDER_PHONE: "138******00",
        Field.SENDER_ADDRESS: "示例市样本区虚构路***",
        Field.RECIPIENT_NAME: "示*乙",
        Field.RECIPIENT_PHONE: "139******00",
        Field.RECIPIENT_ADDRESS: "样板市模范区想象大道***",
    }.items()
}
LABEL = Label(
    waybill="EA473124829CN",
    token="k7Qp2xW9",  # noqa: S106 - printed on every label
    sender_name="证**本",
    sender_phone="138******00",
    recipient_name="示*乙",
    recipient_phone="139******00",
    recipient_address="样板市模范区想象大道***",
    contents="衣物",
    quantity=2,
    weight_g=1284,
    weight_source="typed",
    real_name=True,
    inspected=True,
    security="here",
    branch="520100-01",
    operator="OP10001",
    number="000129",
    accepted_at="2026-11-21 14:26",
)


def fields(**changed: FieldView) -> dict[Field, FieldView]:
    """All fields filled in; ``changed`` by object name."""
    full = {name: FieldView(text, source=_SOURCES.get(name, "typed")) for name, text in _TEXTS.items()}
    return {**full, **{Field(name): view for name, view in changed.items()}}


def _gates(*states: tuple[GateState, str, Mapping[str, Fact]]) -> tuple[GateView, ...]:
    return tuple(
        GateView(name, state, detail, facts)
        for name, (state, detail, facts) in zip(GateName, states, strict=True)
    )


_D, _C, _O, _B, _P = (
    GateState.DONE,
    GateState.CURRENT,
    GateState.OPEN,
    GateState.BLOCKED,
    GateState.PROBLEM,
)
_NONE: Mapping[str, Fact] = {}
FEE = FeeView(
    1500,
    "tariff",
    payment=Payment.MOBILE,
    payment_source="tariff",
    payments=tuple(Payment),
    most_cents=10_000_000,
)
UNPRICED = replace(FEE, cents=None, source="none")
EMPTY = VisitView(
    fields={name: FieldView("") for name in Field},
    gates=_gates(
        (_C, "missing.identity", _NONE),
        (_B, "missing.original", _NONE),
        (_O, "missing.waybill", _NONE),
        (_B, "missing.contents", _NONE),
        (_B, "missing.security", _NONE),
        (_O, "missing.weight", _NONE),
        (_O, "missing.sender_phone", _NONE),
        (_O, "missing.notice", _NONE),
    ),
    missing=(
        "missing.identity",
        "missing.sender_name",
        "missing.original",
        "missing.waybill",
        "missing.contents",
        "missing.quantity",
        "missing.inspected",
        "missing.security",
        "missing.weight",
        "missing.sender_phone",
        "missing.sender_address",
        "missing.recipient_name",
        "missing.recipient_phone",
        "missing.recipient_address",
        "missing.notice",
    ),
    notice_version="notice-2026-11-01",
    fee=UNPRICED,
)
_DONE_GATES = _gates(
    (_D, "gate.identity", {"kind": "resident"}),
    (_D, "gate.original", _AT),
    (_D, "gate.waybill", {"source": "scan"}),
    (_D, "gate.contents", _AT),
    (_D, "gate.security", {**_AT, "security": "here"}),
    (_D, "gate.weight", {"grams": 1284, "source": "typed"}),
    (_D, "gate.parties", _NONE),
    (_D, "gate.notice", {"how": "own_tap", "version": "notice-2026-11-01"}),
)
READY = VisitView(
    fields=fields(),
    gates=_DONE_GATES,
    missing=(),
    sender=SENDER,
    security=Security.HERE,
    acknowledged=Acknowledgement.OWN_TAP,
    notice_version="notice-2026-11-01",
    preview=LABEL,
    revision=4,
    fee=FEE,
)
HALF = replace(
    READY,
    fields=fields(quantity=FieldView(""), weight=FieldView("")),
    gates=_gates(
        (_D, "gate.identity", {"kind": "resident"}),
        (_D, "gate.original", _AT),
        (_D, "gate.waybill", {"source": "scan"}),
        (_C, "missing.quantity", _NONE),
        (_B, "missing.security", _NONE),
        (_O, "missing.weight", _NONE),
        (_D, "gate.parties", _NONE),
        (_D, "gate.notice", {"how": "own_tap", "version": "notice-2026-11-01"}),
    ),
    missing=("missing.quantity", "missing.inspected", "missing.security", "missing.weight"),
    security=None,
    fee=UNPRICED,
    preview=replace(LABEL, quantity=0, weight_g=0, inspected=False, security="none"),
)
_OFFERED = tuple(
    KnownView(party, seq, f"{seq:06d}", day, dict(zip(GROUPS[party], shown, strict=True)))
    for party, seq, day, shown in (
        (Party.SENDER, 121, "2026-11-20", ("138******00", "示例市样本区虚构路***")),
        (Party.SENDER, 64, "2026-09-02", ("137******15", "虚构蒙古族藏族自治县想象乡示范村***")),
        (Party.RECIPIENT, 121, "2026-11-20", ("示*乙", "139******00", "样板市模范区想象大道***")),
        (Party.RECIPIENT, 117, "2026-11-18", ("阿****·*****江", "186******27", "虚构自治州示范县想象乡***")),
        (Party.RECIPIENT, 98, "2026-10-30", ("示*丙", "010-*****21", "北京市朝阳区样本街道示例路***")),
        (Party.RECIPIENT, 40, "2026-03-15", ("想*", "+852*****34", "香港特别行政区虚构区***")),
    )
)
_READ = {Field.SENDER_NAME, Field.WAYBILL}
KNOWN = replace(
    HALF,
    fields=fields(**{name.value: FieldView("") for name in Field if name not in _READ}),
    gates=_gates(
        (_D, "gate.identity", {"kind": "resident"}),
        (_C, "missing.original", _NONE),
        (_D, "gate.waybill", {"source": "scan"}),
        (_B, "missing.contents", _NONE),
        (_B, "missing.security", _NONE),
        (_O, "missing.weight", _NONE),
        (_O, "missing.sender_phone", _NONE),
        (_O, "missing.notice", _NONE),
    ),
    missing=tuple(code for code in EMPTY.missing if code not in ("missing.identity", "missing.waybill")),
    acknowledged=None,
    preview=None,
    known=_OFFERED,
)
_TAKEN = {each.party: each for each in (_OFFERED[2], _OFFERED[0])}
KNOWN_TAKEN = replace(
    READY,
    fields=fields(
        **{
            name.value: FieldView(text, source="known")
            for each in _TAKEN.values()
            for name, text in each.shown.items()
        }
    ),
    known=_OFFERED,
    as_in=_TAKEN,
)
TROUBLE = replace(
    READY,
    fields=fields(
        sender_phone=FieldView("1380013800", RuleFault.PHONE_FORM, source="typed"),
        waybill=FieldView("EA473124829CN", RuleFault.WAYBILL_TWICE, {"number": "000117"}, "scan"),
        quantity=FieldView("两", RuleFault.QUANTITY_FORM, source="typed"),
        recipient_address=FieldView("样板市", RuleFault.ADDRESS_FORM, source="typed"),
    ),
    gates=_gates(
        (_P, RuleFault.DOCUMENT_EXPIRED, _NONE),
        (_B, "missing.original", _NONE),
        (_P, RuleFault.WAYBILL_TWICE, {"number": "000117"}),
        (_P, RuleFault.QUANTITY_FORM, _NONE),
        (_B, "missing.security", _NONE),
        (_D, "gate.weight", {"grams": 1284, "source": "typed"}),
        (_P, RuleFault.PHONE_FORM, _NONE),
        (_C, "missing.notice", _NONE),
    ),
    missing=(
        "problem.identity",
        "missing.original",
        "problem.waybill",
        "problem.quantity",
        "missing.inspected",
        "missing.security",
        "problem.sender_phone",
        "problem.recipient_address",
        "missing.notice",
    ),
    sender=replace(
        SENDER,
        problems=(RuleFault.DOCUMENT_EXPIRED, RuleFault.NUMBER_CHECK),
        name_matches=False,
        warnings=("warning.region_unknown",),
        valid_to="2019-05-01",
    ),
    security=None,
    acknowledged=None,
    preview=None,
)
LONG = replace(
    READY,
    fields=fields(
        sender_name=FieldView("阿卜杜示例江·虚构买买提·样本木沙·证件热合曼·示范", source="card"),
        recipient_address=FieldView(
            "样板自治州虚构蒙古族藏族自治县想象哈萨克族乡示范村模范街道" * 3, source="typed"
        ),
    ),
    sender=replace(
        SENDER,
        name="阿卜杜示例江·虚构买买提·样本木沙·证件热合曼·示范",
        long_term=True,
        valid_to="",
        address="样板自治州虚构蒙古族藏族自治县想象哈萨克族乡示范村模范街道第一百二十三号院",
        number="110105********002X",
        nation="05",
        warnings=("warning.minor", "warning.region_unknown"),
    ),
    preview=replace(
        LABEL,
        sender_name="阿*********************范",
        recipient_name="阿*********************范",
        recipient_address="样板自治州虚构蒙古族藏族自治县想象哈萨克族乡示范村模范街道示范小区***",
        contents="棉衣、羽绒服、围巾、手套与其他冬季衣物",
    ),
)


def item(
    seq: int,
    label: str = "printed",
    fault: str = "",
    *,
    copies: int = 0,
    sent: bool = True,
    affixed: bool = True,
    receipt: str = "none",
) -> ItemView:
    """One accepted item."""
    return ItemView(
        seq=seq,
        number=f"{seq:06d}",
        waybill=f"EA47312{seq:04d}9CN"[:11] + "CN",
        recipient="示*乙",
        contents="衣物",
        weight_g=800 + seq,
        accepted_at="14:22",
        operator="OP10001",
        label=label,
        label_fault=fault,
        copies=copies,
        receipt=receipt,
        affixed=affixed and label == "printed",
        at_headquarters=sent,
    )


HELD_FACTS = {
    "terminal": "990100-02-01",
    "number": "000097",
    "operator": "OP20007",
    "when": "2026-11-21 09:12",
}
_HELD = Note("note.held", {**HELD_FACTS, "number": "000341"})
NOTED = (  # what headquarters has something to say of, then the newest
    replace(item(97), notes=(_HELD,)),
    replace(item(120), notes=(Note("note.returned", {"review": "name"}),)),
    replace(item(121), notes=(_HELD, Note("note.parked", {"review": "annex"}))),
    *(item(seq) for seq in range(128, 121, -1)),
)
