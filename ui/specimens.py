"""Invented views for pictures and tests: the specimen of the card's makers and people who do not exist."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from core.commands import (
    SENDER_FIELDS,
    Route,
    Security,
    SenderField,
    SenderKind,
)
from core.devices import DeviceState, DeviceTruth, Slot
from core.errors import DeviceFault, Fact, RuleFault, StoreFault
from core.identity.card import DocumentKind
from core.view import (
    CounterView,
    ExemptionView,
    FieldView,
    GateName,
    Message,
    ParkedView,
    PrincipalView,
    ReaderDownView,
    ScaleView,
    Screen,
    SenderFieldView,
    SenderKindView,
    SyncView,
    VisitView,
)
from ui.specimen_block import block_views
from ui.specimen_cards import entry_views
from ui.specimen_close import close_views
from ui.specimen_complaints import complaint_views
from ui.specimen_consents import SAID
from ui.specimen_disclosures import disclosure_views
from ui.specimen_dispatch import dispatch_views
from ui.specimen_exceptions import exception_views
from ui.specimen_incidents import incident_views
from ui.specimen_late import case_views, told_views
from ui.specimen_notify import notify_views
from ui.specimen_paper_forms import paper_views
from ui.specimen_papers import BATTERY, DOCUMENTS, GUN, HITS, RARE, SPIRITS, TYPING, ZONE
from ui.specimen_pictures import pictured
from ui.specimen_shift import shift_views
from ui.specimen_texts import TYPED_TEXTS
from ui.specimen_typed import waiting
from ui.specimen_visits import (
    EMPTY,
    HALF,
    KNOWN,
    KNOWN_TAKEN,
    LABEL,
    LONG,
    MASKED,
    NOW,
    READY,
    SENDER,
    TROUBLE,
    fields,
    item,
)  # fmt: skip

__all__ = [
    "ALL_SLOTS",
    "BASE",
    "CENTRES",
    "DEVICES",
    "EMPTY",
    "HALF",
    "LABEL",
    "LOGIN",
    "LONG",
    "NOW",
    "NO_DOCUMENT",
    "OFFERED",
    "PAPER_OUT",
    "READY",
    "SENDER",
    "TROUBLE",
    "VIEWS",
    "WHO",
    "fields",
    "item",
]

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
WITH_SCALE = (*DEVICES, DeviceTruth(Slot.SCALE, DeviceState.READY))
WEIGHED = replace(
    READY,
    fields=fields(weight=FieldView("1.284", source="scale")),
    gates=tuple(
        replace(gate, facts={"grams": 1284, "source": "scale"}) if gate.name is GateName.WEIGHT else gate
        for gate in READY.gates
    ),
    preview=replace(LABEL, weight_source="scale"),
    scale=ScaleView(1284, True, "taken"),
)
_SYNC = SyncView(0, NOW - dt.timedelta(seconds=3), "ok")
_HUNG = SyncView(41, NOW - dt.timedelta(minutes=4), "ok", age_s=240.0, due_s=-1.0, serial=1)
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


_KINDS = (
    "temporary_resident",
    "military",
    "armed_police",
    "household",
    "hmt_pass",
    "taiwan_pass",
    "passport",
)
OFFERED = replace(EMPTY, manual_kinds=_KINDS, manual_offered=True, reader_down_hours=4)
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
EXEMPTION = ExemptionView(
    {
        "administration_notice": {"zh": "邮政管理部门书面通知", "en": "Written notice of the regulator"},
        "emergency_relief": {"zh": "突发事件应急救援物资", "en": "Emergency relief goods"},
        "own_service_post": {"zh": "本企业内部公务件", "en": "The house's own service post"},
    },
    reason="emergency_relief",
)
_APPROVED = replace(EXEMPTION, approved_by="OP20001", approved_at=NOW)


def exempt(exemption: ExemptionView, *missing: str) -> VisitView:
    """A visit in which nobody is identified, as far as the exemption goes."""
    kind = SenderKindView(SenderKind.EXEMPT, exemption=exemption)
    return replace(EMPTY, sender_kind=kind, missing=missing)


CENTRES = replace(
    READY,
    security=Security.CENTRE,
    centre="centre_02",
    centres={"centre_01": "示例分拨中心安检站", "centre_02": "虚构邮区中心局第二安检点"},
)
NO_DOCUMENT = replace(EMPTY, documents=tuple(DocumentKind), manual_kinds=_KINDS)
_PARKED = (
    ParkedView("draft-1", "证**本", "4829CN", 0, 38),
    ParkedView("draft-2", "阿**********************范", "", 2, 97),
    ParkedView("draft-3", "", "4815CN", 0, 119),
)
_CONTENTS = {
    "suggestions": replace(BASE, visit=replace(HALF, suggestions=HITS)),
    "restricted": replace(
        BASE,
        visit=replace(
            HALF,
            fields=fields(contents=FieldView("白酒和充电宝", source="typed"), quantity=FieldView("")),
            missing=("missing.quantity", "missing.condition", "missing.inspected"),
            finding=(BATTERY, SPIRITS),
        ),
    ),
    "restricted-confirmed": replace(
        BASE, visit=replace(READY, finding=(replace(SPIRITS, confirmed=True),), route=Route.LAND)
    ),
    "prohibited": replace(
        BASE,
        visit=replace(
            HALF,
            fields=fields(
                contents=FieldView(
                    "仿真枪", RuleFault.CONTENTS_PROHIBITED, {"item": "仿真枪", "number": 1}, "typed"
                )
            ),
            missing=("problem.contents",),
            finding=(GUN,),
            preview=None,
        ),
    ),
    "by-air": replace(
        BASE, visit=replace(HALF, route=Route.AIR, security_required=True, missing=("missing.security",))
    ),
}
_DOCUMENTS = {
    f"document-{name}": replace(BASE, visit=replace(READY, sender=sender))
    for name, sender in DOCUMENTS.items()
}

_TYPED = replace(
    BASE,
    last=replace(item(128), manual=True),
    visit=replace(
        READY,
        preview=replace(LABEL, manual=True),
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
)
VIEWS: Mapping[str, CounterView] = {
    "login": LOGIN,
    "login-wrong": replace(LOGIN, message=_said(StoreFault.WRONG_KEY, "error")),
    "login-locked-out": replace(
        LOGIN, lockout_seconds=27, message=_said(StoreFault.LOCKED_OUT, "error", seconds=27)
    ),
    **entry_views(LOGIN, BASE),
    "login-unlocking": replace(LOGIN, screen=Screen.UNLOCKING),
    "locked": replace(BASE, screen=Screen.LOCKED, visit=None, message=_said("msg.locked")),
    "empty": replace(BASE, message=_said("msg.welcome", operator="OP10001")),
    "reading": replace(BASE, visit=replace(EMPTY, reading=True)),
    "half": replace(BASE, visit=HALF, last=item(128, sent=False)),
    "ready": replace(BASE, visit=READY, last=item(128)),
    "known": replace(BASE, visit=KNOWN, last=item(128)),
    "known-taken": replace(BASE, visit=KNOWN_TAKEN, last=item(128)),
    "accepted": replace(
        BASE,
        today=129,
        last=item(129, "started", sent=False),
        message=_said("msg.accepted", "good", number="000129"),
        visit=replace(
            READY,
            fields=MASKED,
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
    "sync-hung": replace(BASE, visit=HALF, sync=_HUNG),
    "sync-replaced": replace(
        BASE, sync=replace(_BEHIND, state="refused", fault="hq.conflict", what="replaced")
    ),
    "sync-restored": replace(BASE, sync=replace(_BEHIND, what="restored")),
    "organisation": replace(BASE, visit=replace(_LACKING, sender_kind=WHO[SenderKind.ORGANISATION])),
    "agreement": replace(
        BASE,
        visit=replace(EMPTY, missing=("problem.sender",), sender_kind=WHO[SenderKind.AGREEMENT]),
    ),
    "agent": replace(BASE, visit=replace(_LACKING, sender=None, sender_kind=WHO[SenderKind.AGENT])),
    "exempt": replace(BASE, visit=exempt(EXEMPTION, "missing.sender")),
    "exempt-wrong": replace(
        BASE,
        visit=exempt(EXEMPTION, "missing.sender"),
        message=_said(StoreFault.WRONG_KEY, "error"),
    ),
    "exempt-nobody": replace(BASE, visit=exempt(replace(EXEMPTION, approver_here=False), "missing.sender")),
    "exempt-approved": replace(
        BASE,
        visit=exempt(_APPROVED, "missing.sender_name"),
        message=_said("msg.exemption_approved", "good", operator="OP20001"),
    ),
    "manual": replace(BASE, visit=replace(OFFERED, manual=TYPING)),
    "manual-zone": replace(BASE, visit=replace(OFFERED, manual=ZONE)),
    "manual-offered": replace(BASE, visit=OFFERED),
    "typed-document": _TYPED,
    "typed-waits": waiting(_TYPED),
    **pictured(_TYPED),
    "reader-down": replace(
        BASE,
        role="supervisor",
        visit=replace(
            EMPTY, manual_kinds=_KINDS, reader_down=ReaderDownView(NOW + dt.timedelta(hours=2), 38)
        ),
    ),
    **_CONTENTS,
    **told_views(BASE),
    **close_views(BASE),
    **case_views(BASE),
    **notify_views(BASE),
    **disclosure_views(BASE),
    **complaint_views(BASE),
    **exception_views(BASE),
    **incident_views(BASE),
    **block_views(disclosure_views(BASE)["disclosure-list"]),
    **paper_views(replace(BASE, visit=READY), item(128)),
    **dispatch_views(replace(BASE, visit=EMPTY)),
    **shift_views(replace(BASE, visit=EMPTY)),
    **{name: replace(BASE, visit=visit) for name, visit in {**TYPED_TEXTS, **SAID}.items()},
    **_DOCUMENTS,
    "centre": replace(BASE, visit=CENTRES),
    "rare-characters": replace(BASE, visit=RARE, last=replace(item(128), recipient="㛃*䶮 𠅤*𬭚")),
    "papers": replace(
        BASE,
        visit=replace(READY, missing=("missing.next",)),
        last=item(129, affixed=False, sent=False, receipt="due"),
        pending=(item(128, receipt="unknown"), item(129, affixed=False, receipt="due")),
        unscanned=tuple(item(seq, affixed=False) for seq in (121, 124, 126, 129)),
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
    "weighing": replace(BASE, devices=WITH_SCALE, visit=replace(HALF, scale=ScaleView(1319, False))),
    "weighing-last": replace(
        BASE, devices=WITH_SCALE, visit=replace(HALF, scale=ScaleView(1284, True, "last"))
    ),
    "weighed": replace(BASE, devices=WITH_SCALE, visit=WEIGHED),
    "parked": replace(
        BASE,
        parked=_PARKED,
        message=_said("msg.parked", "good", count=3, minutes=120),
        last=item(128),
    ),
    "parked-soon": replace(
        BASE,
        visit=HALF,
        parked=tuple(replace(each, minutes=each.minutes - 30) for each in _PARKED),
        parked_by_others={"OP10002": 1},
        message=_said("msg.draft_lapsed", "warning", count=1, cause="too_old"),
    ),
    "resumed": replace(
        BASE,
        parked=_PARKED[1:],
        visit=replace(HALF, missing=("missing.original", "missing.inspected", "missing.security")),
        message=_said("msg.resumed"),
    ),
    "three-items": replace(
        BASE,
        today=131,
        visit=replace(
            EMPTY,
            fields={**EMPTY.fields, **{name: MASKED[name] for name in SENDER_FIELDS}},
            gates=(*READY.gates[:2], *HALF.gates[3:4], *EMPTY.gates[3:7], *READY.gates[7:]),
            missing=("missing.waybill", "missing.contents", "missing.inspected", "missing.security"),
            acknowledged=READY.acknowledged,
            sender=replace(SENDER, name="证**本", number="1****************X", address="", birth=""),
            items=(
                item(129, receipt="printed"),
                item(130, affixed=False, receipt="printed", sent=False),
                item(131, "started", receipt="due", sent=False),
            ),
        ),
        last=item(131, "started", receipt="due", sent=False),
    ),
    "undone": replace(
        BASE,
        visit=HALF,
        last=item(128),
        message=_said("msg.undone", what="undone.recipient_address"),
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
            replace(item(124, receipt="due"), receipt_fault=DeviceFault.HEAD_OPEN),
        ),
        unscanned=(item(125, affixed=False, receipt="printed"),),
    ),
}
