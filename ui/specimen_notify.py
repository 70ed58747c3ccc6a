"""Specimens of texts to customers: which one, the finished one, and how some ended."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from core.notify import NotifyView, Told
from core.notify_rules import ApprovedText
from core.view import CounterView, Message, Note
from ui.specimen_visits import item


def notify_views(base: CounterView) -> dict[str, CounterView]:
    """Texts to customers: offered for the first item, and how some ended."""
    text = ApprovedText(
        "arrived", "1", ("recipient",), {"zh": "到件待取", "en": "Ready for pick-up"},
        {"zh": "您的邮件 {waybill} 已到网点 {branch}，请于 {deadline} 前凭有效证件领取。"
               "如有疑问请到网点咨询。",
         "en": "Your item {waybill} is at branch {branch}. Please collect it with your identity document by"
               " {deadline}."},
        5, 24, "none",
    )  # fmt: skip
    others = (
        ("held", "暂缓发出", "Held back"), ("answer_ready", "投诉已有答复", "Answer to a complaint"),
        ("call_us", "请与网点联系", "Please contact the branch"),
    )  # fmt: skip
    texts = (text, *(replace(text, code=code, names={"zh": zh, "en": en}) for code, zh, en in others))
    ends: tuple[tuple[str, dict[str, str]], ...] = (
        ("asked", {}), ("sent", {}), ("refused", {"why": "notify.why.blocked"}), ("unknown", {}),
    )  # fmt: skip
    rows = [
        replace(item(128 - at), notes=(Note(f"note.notify_{end}", {"party": "party.recipient", **why}),))
        for at, (end, why) in enumerate(ends)
    ]
    told = Told(
        {"branch": "520100-01", "waybill": item(128).waybill, "day": "2026-11-21"},
        {"recipient": f"{item(128).recipient} 139****9021"},
    )
    view = NotifyView(texts, {128: told}, dt.date(2026, 11, 21), reached=True)
    found = replace(base, found=tuple(rows), found_by="text", notify=view)
    facts = {"number": "000128", "why": "notify.why.blocked"}
    return {
        "notify-list": found,
        "notify-refused": replace(found, message=Message("msg.notify_refused", facts, "warning", 1)),
    }
