"""Proposals for the block list in the look-up, for the pictures: to be made, and one that is listed."""

from __future__ import annotations

from dataclasses import replace

from core.blocking import BlockingView, BlockMark
from core.breaching import WarningMark
from core.view import CounterView

_BASES = {
    "prohibited_again": {"zh": "多次交寄禁寄物品", "en": "Prohibited items repeatedly"},
    "false_identity": {"zh": "使用他人或虚假证件", "en": "A false or borrowed document"},
    "violence": {"zh": "威胁或伤害工作人员", "en": "Threats or violence"},
    "not_corrected": {"zh": "警告后未改正，暂停服务", "en": "Not put right after a warning: suspended"},
}
_BREACHES = {
    "refuses_data": {"zh": "拒绝补充应登记的信息", "en": "Refuses data that must be registered"},
    "false_declaration": {"zh": "内件申报不实", "en": "Declares the contents falsely"},
    "obstructs": {"zh": "妨碍验视或安检", "en": "Obstructs inspection or security check"},
}
_WARNED = WarningMark(209, 128, _BREACHES["obstructs"], "2026-11-18", over=True)
_MARK = BlockMark(211, 128, _BASES["prohibited_again"], 180, "listed", "2027-05-20", mine=True)


def block_views(looked_up: CounterView) -> dict[str, CounterView]:
    """With the items of ``looked_up``."""
    view = BlockingView((), _BASES, (30, 90, 180, 365), (_WARNED,), _BREACHES, supervisor=True)
    return {
        "block-none": replace(looked_up, blocking=view),
        "block-listed": replace(looked_up, blocking=replace(view, marks=(_MARK,))),
    }
