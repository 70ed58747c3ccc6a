"""Invented views of typing: a pasted text, regions while they are typed and as they were recognised."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from core.commands import Field
from core.pasted_view import PasteRow, PasteView
from core.regions.complete import PlaceHit
from core.view import FieldView, GateState, PlaceView, PoolView, VisitView
from ui.specimen_visits import EMPTY, HALF, READY, fields

_REGION = "贵州省贵阳市南明区"
_PASTED = PasteView(
    sender=False,
    text="收件人：示例乙（收）\n电话：１３９ 0013 9000，0851-88886666\n"
    "地址：贵阳市南明区虚构路８号样本大厦502\n备注：请放前台",
    serial=1,
    rows=(
        PasteRow("name", "示例乙", "示例乙", ("title",)),
        PasteRow("phone", "13900139000", "１３９ 0013 9000", ("width", "form"), "several"),
        PasteRow("region", _REGION, "贵阳市南明区", ("province_added",)),
        PasteRow("street", "虚构路8号样本大厦502", "虚构路８号样本大厦502", ("width",)),
    ),
    left=("0851-88886666", "备注：请放前台"),
    phones=2,
    most=2000,
)
_DOUBTFUL = PasteView(
    sender=True,
    text="证件样张朝阳区虚构路8号13800138000😀",
    serial=1,
    rows=(
        PasteRow("name", "证件样张", "证件样张", (), "guessed", held=True),
        PasteRow("phone", "13800138000", "13800138000"),
        PasteRow("region", "", "", (), "ambiguous", ("北京市朝阳区", "吉林省长春市朝阳区")),
        PasteRow("street", "朝阳区虚构路8号", "朝阳区虚构路8号"),
    ),
    left=("😀",),
    hidden=2,
    phones=1,
    most=2000,
)
_NOTHING = replace(_PASTED, text="😀😀🎉",
                   rows=tuple(PasteRow(part) for part in ("name", "phone", "region", "street")),
                   left=("😀😀🎉",), phones=0)  # fmt: skip
_PLACES = tuple(
    PlaceHit(code, f"贵州省贵阳市{name}", initials)
    for code, name, initials in (
        ("520102", "南明区", "nmq"), ("520103", "云岩区", "yyq"), ("520111", "花溪区", "hxq"),
        ("520112", "乌当区", "wdq"), ("520113", "白云区", "byq"), ("520115", "观山湖区", "gshq"))
)  # fmt: skip
_DRAWN = fields(waybill=FieldView("1100000000017", source="pool"))
_DRAWN_LABEL = replace(READY.preview, waybill="1100000000017") if READY.preview else None
_TYPED_ADDRESS = fields(recipient_address=FieldView("贵阳n", source="typed"))
_RULES = Path(__file__).resolve().parents[1] / "resources" / "rules" / "2026-11-01.json"


def _notice() -> dict[str, tuple[tuple[str, str], ...]]:
    """The program's own."""
    said = json.loads(_RULES.read_text("utf-8"))["notice"]
    return {
        language: (
            (said[language]["title"], ""),
            *((part["heading"], part["text"]) for part in said[language]["paragraphs"]),
        )
        for language in ("zh", "en")
    }


TYPED_TEXTS: Mapping[str, VisitView] = {
    "notice": replace(
        READY,
        notice=_notice(),
        acknowledged=None,
        missing=("missing.notice",),
        gates=(*READY.gates[:7], replace(READY.gates[7], state=GateState.CURRENT, detail="missing.notice")),
    ),
    "pool": replace(EMPTY, pool=PoolView(482)),
    "pool-drawn": replace(READY, fields=_DRAWN, preview=_DRAWN_LABEL, pool=PoolView(482)),
    "pool-low": replace(EMPTY, pool=PoolView(38, low=True)),
    "pool-empty": replace(EMPTY, pool=PoolView(0, low=True)),
    "paste": replace(HALF, paste=PasteView(sender=False, serial=1, most=2000)),
    "paste-read": replace(HALF, paste=_PASTED),
    "paste-doubtful": replace(HALF, paste=_DOUBTFUL),
    "paste-nothing": replace(HALF, paste=_NOTHING),
    "places": replace(HALF, fields=_TYPED_ADDRESS, place_hits={Field.RECIPIENT_ADDRESS: _PLACES}),
    "region-completed": replace(
        READY,
        fields=fields(recipient_address=FieldView("南明区虚构路8号", source="pasted")),
        places={
            Field.SENDER_ADDRESS: PlaceView(doubt="unknown"),
            Field.RECIPIENT_ADDRESS: PlaceView(_REGION, ("province_added", "city_added")),
        },
    ),
    "region-doubtful": replace(
        READY,
        fields=fields(
            sender_address=FieldView("朝阳区虚构路8号", source="typed"),
            recipient_address=FieldView("广东省贵阳市南明区虚构路8号", source="typed"),
        ),
        places={
            Field.SENDER_ADDRESS: PlaceView("", (), "ambiguous", ("北京市朝阳区", "吉林省长春市朝阳区")),
            Field.RECIPIENT_ADDRESS: PlaceView("广东省", (), "mismatch"),
        },
    ),
}
