"""Proposals for the block list in the look-up, for the pictures: to be made, and one that is listed."""

from __future__ import annotations

from dataclasses import replace

from core.blocking import BlockingView, BlockMark
from core.view import CounterView

_BASES = {
    "prohibited_again": {"zh": "多次交寄禁寄物品", "en": "Prohibited items repeatedly"},
    "false_identity": {"zh": "使用他人或虚假证件", "en": "A false or borrowed document"},
    "violence": {"zh": "威胁或伤害工作人员", "en": "Threats or violence"},
}
_MARK = BlockMark(211, 128, _BASES["prohibited_again"], 180, "listed", "2027-05-20", mine=True)


def block_views(looked_up: CounterView) -> dict[str, CounterView]:
    """With the items of ``looked_up``."""
    view = BlockingView((), _BASES, (90, 180, 365))
    return {
        "block-none": replace(looked_up, blocking=view),
        "block-listed": replace(looked_up, blocking=replace(view, marks=(_MARK,))),
    }
