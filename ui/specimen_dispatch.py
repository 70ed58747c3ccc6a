"""Dispatch in bags, for the pictures: no bag is open, and one with some scans."""

from __future__ import annotations

from dataclasses import replace

from core.dispatch import BagView, DispatchView, PackedView, SentView
from core.view import CounterView, Message

_TO = {
    "centre_01": {"zh": "示例分拨中心安检站", "en": "Sample sorting centre with X-ray"},
    "sorting_01": {"zh": "示例处理中心", "en": "Sample sorting office"},
}
_CLOSED = (
    SentView(912, "B-20261121-02", "S-447120", _TO["sorting_01"], 64, "OP10001", "16:05"),
    SentView(655, "B-20261121-01", "S-447119", _TO["centre_01"], 31, "OP10002", "12:10"),
)
_WAYBILLS = ("EA473124829CN", "EA473124815CN", "EA100000003CN", "1000000000017", "EA473124846CN")
_ITEMS = tuple(
    PackedView(900 - at, f"{128 - at:06d}", waybill, 1284, "OP10001") for at, waybill in enumerate(_WAYBILLS)
)
_BAG = BagView("B-20261121-03", _TO["sorting_01"], "OP10001", 18, _ITEMS)
NONE = DispatchView(
    here=31, opening=6, accepted=129, voided=9, sent=95, closed=_CLOSED, destinations=_TO
)  # fmt: skip
OPEN = replace(NONE, here=13, bag=_BAG)


def dispatch_views(view: CounterView) -> dict[str, CounterView]:
    """``view``: an empty form."""
    packed = Message("msg.bag_packed", {"number": "000128", "count": 18}, "good", 1)
    refused = Message("rule.bag_label", {"number": "000129"}, "error", 1)
    return {
        "bag-none": replace(view, dispatch=NONE),
        "bag-open": replace(view, dispatch=OPEN, message=packed),
        "bag-refused": replace(view, dispatch=OPEN, message=refused),
    }
