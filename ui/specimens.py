"""Invented views for pictures and tests: the specimen of the card's makers and people who do not exist."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from core.commands import (
    Acknowledgement,
    Field,
    ManualCause,
    ManualField,
    Security,
    SenderField,
    SenderKind,
)
from core.devices import DeviceState, DeviceTruth, Label, Slot
from core.errors import DeviceFault, Fact, RuleFault, StoreFault
from core.view import (
    CounterView,
    FieldView,
    GateName,
    GateState,
    GateView,
    ItemView,
    ManualFieldView,
    ManualView,
    Message,
    PrincipalView,
    ReaderDownView,
    Screen,
    SenderFieldView,
    SenderKindView,
    SenderView,
    SyncView,
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
_MASKED = {
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
    preview=replace(LABEL, quantity=0, weight_g=0, inspected=False, security="none"),
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


DEVICES = (
    DeviceTruth(Slot.ID_READER, DeviceState.READY),
    DeviceTruth(Slot.SCANNER, DeviceState.READY),
    DeviceTruth(Slot.LABEL_PRINTER, DeviceState.READY),
)
PAPER_OUT = (
    *DEVICES[:2],
    DeviceTruth(Slot.LABEL_PRINTER, DeviceState.ATTENTION, DeviceFault.PAPER_OUT),
)
ALL_SLOTS = (
    DeviceTruth(Slot.ID_READER, DeviceState.ATTENTION, DeviceFault.CARD_UNREADABLE),
    DeviceTruth(Slot.SCANNER, DeviceState.GONE, DeviceFault.GONE),
    DeviceTruth(Slot.LABEL_PRINTER, DeviceState.ATTENTION, DeviceFault.PAPER_OUT),
    DeviceTruth(Slot.RECEIPT_PRINTER, DeviceState.BUSY),
    DeviceTruth(Slot.CARD_READER, DeviceState.CONNECTING),
    DeviceTruth(Slot.SCALE, DeviceState.READY),
    DeviceTruth(Slot.TRAVEL_DOCUMENT_READER, DeviceState.UNKNOWN),
    DeviceTruth(Slot.STICKER_PRINTER, DeviceState.DISABLED),
    DeviceTruth(Slot.CAMERA, DeviceState.READY),
    DeviceTruth(Slot.SIGNATURE_PAD, DeviceState.READY),
)
_SYNC = SyncView(0, NOW - dt.timedelta(seconds=3), "ok")
_BEHIND = SyncView(37, NOW - dt.timedelta(hours=3), "trying", "hq.unreachable")
BASE = CounterView(
    screen=Screen.CLERK,
    branch="520100-01",
    terminal="520100-01-03",
    operator="OP10001",
    operator_name="示例甲",
    role="clerk",
    day="2026-11-21",
    today=128,
    devices=DEVICES,
    sync=_SYNC,
    visit=EMPTY,
    time_confirmed=True,
    demonstration=True,
)
LOGIN = replace(
    BASE,
    screen=Screen.LOGIN,
    operator="",
    operator_name="",
    visit=None,
    sync=replace(_BEHIND, state="stopped"),
)


def _said(code: str, level: str = "info", **facts: Fact) -> Message:
    return Message(str(code), facts, level, 1)


_TYPING = ManualView(
    "temporary_resident",
    ManualCause.NO_CHIP,
    {
        ManualField.NUMBER: ManualFieldView("110105********002X"),
        ManualField.NUMBER_AGAIN: ManualFieldView("11010519491231003X", RuleFault.NUMBER_DIFFERS),
        ManualField.NAME: ManualFieldView("证件样本"),
        ManualField.VALID_TO: ManualFieldView("2027年", RuleFault.DATE_FORM),
    },
)
_ZONE = ManualView(
    "passport",
    ManualCause.NO_CHIP,
    {
        ManualField.MRZ: ManualFieldView(
            "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<< L898902C36UTO7408122F1204159ZE184226B<<<<<10"
        ),
        ManualField.NUMBER_AGAIN: ManualFieldView(""),
    },
)
_KINDS = (
    "temporary_resident",
    "military",
    "armed_police",
    "household",
    "hmt_pass",
    "taiwan_pass",
    "passport",
)
OFFERED = replace(EMPTY, manual_kinds=_KINDS, manual_offered=True)
_LACKING = replace(READY, missing=("missing.sender",), preview=None)
WHO = {
    SenderKind.ORGANISATION: SenderKindView(
        SenderKind.ORGANISATION,
        {
            SenderField.ORGANISATION_NAME: SenderFieldView("示例虚构物流有限公司"),
            SenderField.ORGANISATION_CODE: SenderFieldView("91350100M000100Y44", RuleFault.ORGANISATION_CODE),
        },
    ),
    SenderKind.AGREEMENT: SenderKindView(
        SenderKind.AGREEMENT,
        {SenderField.AGREEMENT: SenderFieldView("AQ-2026-0007", RuleFault.AGREEMENT_UNKNOWN)},
    ),
    SenderKind.AGENT: SenderKindView(
        SenderKind.AGENT, principal=PrincipalView("resident", "示*丙", "110105********0013")
    ),
}

VIEWS: Mapping[str, CounterView] = {
    "login": LOGIN,
    "login-wrong": replace(LOGIN, message=_said(StoreFault.WRONG_KEY, "error")),
    "login-locked-out": replace(
        LOGIN, lockout_seconds=27, message=_said(StoreFault.LOCKED_OUT, "error", seconds=27)
    ),
    "login-unlocking": replace(LOGIN, screen=Screen.UNLOCKING),
    "locked": replace(BASE, screen=Screen.LOCKED, visit=None, message=_said("msg.locked")),
    "empty": replace(BASE, message=_said("msg.welcome", operator="OP10001")),
    "reading": replace(BASE, visit=replace(EMPTY, reading=True)),
    "half": replace(BASE, visit=HALF, last=item(128, sent=False)),
    "ready": replace(BASE, visit=READY, last=item(128)),
    "accepted": replace(
        BASE,
        today=129,
        last=item(129, "started", sent=False),
        message=_said("msg.accepted", "good", number="000129"),
        visit=replace(
            READY,
            fields=_MASKED,
            missing=("missing.next",),
            items=(item(129),),
            revision=5,
            sender=replace(
                SENDER, name="证**本", number="1****************X", address="", birth="", photo="none"
            ),
        ),
    ),
    "trouble": replace(
        BASE,
        visit=TROUBLE,
        devices=PAPER_OUT,
        sync=_BEHIND,
        time_confirmed=False,
        last=item(128, "due", DeviceFault.PAPER_OUT),
        pending=(item(127, "due", DeviceFault.PAPER_OUT), item(128, "due")),
        message=_said("msg.label_waits", "warning", fault=str(DeviceFault.PAPER_OUT)),
    ),
    "organisation": replace(BASE, visit=replace(_LACKING, sender_kind=WHO[SenderKind.ORGANISATION])),
    "agreement": replace(
        BASE,
        visit=replace(EMPTY, missing=("problem.sender",), sender_kind=WHO[SenderKind.AGREEMENT]),
    ),
    "agent": replace(BASE, visit=replace(_LACKING, sender=None, sender_kind=WHO[SenderKind.AGENT])),
    "manual": replace(BASE, visit=replace(OFFERED, manual=_TYPING)),
    "manual-zone": replace(BASE, visit=replace(OFFERED, manual=_ZONE)),
    "manual-offered": replace(BASE, visit=OFFERED),
    "typed-document": replace(
        BASE,
        visit=replace(
            READY,
            sender=replace(
                SENDER,
                kind="temporary_resident",
                method="manual",
                cause="no_chip",
                birth="",
                address="",
                photo="none",
                still_on_reader=False,
            ),
        ),
    ),
    "reader-down": replace(
        BASE,
        role="supervisor",
        visit=replace(
            EMPTY, manual_kinds=_KINDS, reader_down=ReaderDownView(NOW + dt.timedelta(hours=2), 38)
        ),
    ),
    "papers": replace(
        BASE,
        visit=replace(READY, missing=("missing.next",)),
        last=item(129, affixed=False, sent=False, receipt="due"),
        pending=(item(128, receipt="unknown"), item(129, affixed=False, receipt="due")),
        message=_said("msg.unscanned", "warning", count=1),
    ),
    "printer-unknown": replace(
        BASE,
        visit=replace(READY, missing=("missing.next",)),
        last=item(129, "unknown", sent=False),
        pending=(item(129, "unknown"),),
        message=_said("msg.look_at_printer", "error", number="000129"),
    ),
    "all-devices": replace(
        BASE,
        devices=ALL_SLOTS,
        visit=LONG,
        sync=replace(_BEHIND, state="refused", fault="hq.refused"),
        last=item(128, copies=2),
    ),
    "look-up": replace(
        BASE, visit=HALF, found=tuple(item(seq, copies=seq % 3) for seq in range(128, 100, -1))
    ),
    "look-up-nothing": replace(BASE, found=(), message=_said("msg.nothing_found", "warning")),
    "pending": replace(
        BASE,
        visit=HALF,
        found=(),
        devices=PAPER_OUT,
        pending=(
            item(126, "unknown"),
            item(127, "due", DeviceFault.PAPER_OUT, sent=False),
            item(128, "started", receipt="due"),
            item(125, affixed=False, receipt="printed"),
        ),
    ),
}
