"""Specimens of the day close: items that differ, nothing left, closed, and a day that is not whole."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from core.closing import CloseLine, CloseView, DifferenceView
from core.ledger.branch_day import BranchDay, CounterDay
from core.ledger.day_slip import Earlier
from core.slips import SlipDay
from core.stocktaking import StocktakeView
from core.view import CounterView

_REASONS = {
    "label_on_item": {"zh": "面单已贴，漏扫", "en": "On the item, scan forgotten"},
    "receipt_declined": {"zh": "寄件人不要回执", "en": "The sender wants no receipt"},
    "label_missing": {"zh": "面单缺失或损毁", "en": "A label is missing or spoilt"},
    "item_missing": {"zh": "实物与记录不符", "en": "Items and records do not agree"},
    "device_failed": {"zh": "设备故障", "en": "A device failed"},
    "unexplained": {"zh": "原因待查", "en": "Not explained yet"},
}
_DIFFERENCES = (
    DifferenceView(127, "000127", "EA473124831CN", ("no_label", "no_receipt"), "OP10001", "16:42",
                   fault="device.paper_out"),
    DifferenceView(119, "000119", "EA473124770CN", ("not_affixed",), "OP10003", "15:08"),
    DifferenceView(111, "000111", "EA473124699CN", ("label_unknown",), "OP10001", "14:31", "asked",
                   by="OP10001", until="11-22 18:04"),
    DifferenceView(104, "000104", "EA473124611CN", ("unsigned",), "OP10003", "13:55", "unsigned",
                   by="OP10003", until="11-24 13:56"),
    DifferenceView(-1, "", "EA473124600CN", ("unused",), "", "", "unused",
                   numbers=("EA473124600CN", "EA473124600CN")),
    DifferenceView(98, "000098", "EA473124583CN", ("held",), "OP10001", "11:20", "disputed"),
    DifferenceView(63, "000063", "EA473124402CN", ("not_affixed",), "OP10003", "10:02", "explained"),
)  # fmt: skip
CLOSE = CloseView(
    day="2026-11-21", closed=False,
    total=CloseLine("", 143, 141, 139, 142, 143, 131, 1),
    lines=(CloseLine("OP10001", 88, 86, 86, 87, 88, 80, 0), CloseLine("OP10003", 55, 55, 53, 55, 55, 51, 1)),
    differences=_DIFFERENCES, left=3, said={"disputed": 1, "explained": 1}, pending=37,
    hours={9: 8, 10: 14, 11: 20, 12: 11, 13: 10, 14: 13, 15: 18, 16: 23, 17: 19, 18: 7},
    refused={"prohibited": 4, "identity_refused": 1, "no_valid_document": 2},
    first="7f3a90b255d1c0de91c2", last="0b7744aa10cafe00e4d0",
    counted=dt.datetime(2026, 11, 21, 10, 4, tzinfo=dt.UTC),
    earlier=(Earlier(3988, "PersonErased", 2104, 15, "2026-11-19"),
             Earlier(3052, "LabelPrinted", 2987, 16, "2026-11-20")), earlier_count=2,
    slips=(SlipDay(3011, 16, "2026-11-20", 1), SlipDay(2204, 15, "2026-11-19", 0),
           SlipDay(1530, 14, "2026-11-18", 2)),
    stock={"opening": 12, "accepted": 144, "sent": 120, "voided": 1, "organs": 0, "let_go": 0, "closing": 35},
    stocktake={"found": 35, "missing": 0, "extra": 0, "strange": 0},
    reasons=_REASONS, modes={"wait": 24, "countersign": 72},
)  # fmt: skip
_COUNTING = StocktakeView(21, ("000127", "000119", "000111", "000104", "000098", "000063"), 1, 2)
_OFF = (
    DifferenceView(112, "000112", "EA473124705CN", ("not_found",), "OP10001", "14:40"),
    DifferenceView(61, "000061", "EA473124393CN", ("not_found",), "OP10003", "17:20"),
    DifferenceView(98, "000098", "EA473124583CN", ("still_here",), "OP10001", "11:20"),
)
_CLOSED = (SlipDay(4223, 17, "2026-11-21", 0),)
_WHOLE = CloseLine("", 143, 143, 143, 143, 143, 143, 1)


_AT = dt.datetime(2026, 11, 21, 10, 4, tzinfo=dt.UTC)
_BRANCH = BranchDay(
    "520100-01",
    _AT,
    (
        CounterDay("520100-01-01", "2026-11-21", True, accepted=132, heard=_AT),
        CounterDay("520100-01-02", "2026-11-21", accepted=88, heard=_AT - dt.timedelta(hours=2)),
        CounterDay("520100-01-03", "2026-11-21", accepted=143, heard=_AT),
        CounterDay("520100-01-04", "2026-11-20", accepted=61, heard=_AT - dt.timedelta(days=1)),
        CounterDay("520100-01-05", "2026-11-21", whole=False, accepted=49, heard=_AT),
        CounterDay("520100-01-06", "2026-11-21", accepted=12, heard=_AT),
        CounterDay("520100-01-07"),
    ),
)


def close_views(base: CounterView) -> dict[str, CounterView]:
    """A supervisor's page in its states."""
    shown = replace(base, role="supervisor", operator="OP10009", close=CLOSE)
    reached = replace(shown, sync=replace(base.sync, state="ok", branch=_BRANCH))
    alone = replace(_BRANCH, counters=_BRANCH.counters[2:3])
    ready = replace(CLOSE, total=_WHOLE, differences=(), left=0, pending=0)
    off = {"found": 33, "missing": 2, "extra": 1, "strange": 1}
    differs = replace(ready, differences=_OFF, left=3, stocktake=off)
    broken = replace(CLOSE, fault="rule.day_incomplete", facts={"seq": 4711})
    return {
        "close": shown,
        "close-branch": reached,
        "close-ready": replace(shown, close=ready, sync=replace(reached.sync, branch=alone)),
        "close-closed": replace(shown, close=replace(ready, closed=True, pending=37, slips=_CLOSED)),
        "close-uncounted": replace(shown, close=replace(ready, stocktake=None)),
        "stocktake": replace(shown, close=replace(ready, stocktake=None), stocktake=_COUNTING),
        "stocktake-differs": replace(shown, close=differs),
        "close-broken": replace(shown, close=broken, sync=replace(shown.sync, branch=_BRANCH)),
    }
