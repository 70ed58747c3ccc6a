"""Numbered paper forms, for the pictures: what is out, one on the screen, one before the second person."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from core.paper_forms import PaperFormsView
from core.second import RequestView
from core.view import CounterView, ItemView, Message

_UNTIL = dt.datetime(2026, 11, 21, 12, 40, tzinfo=dt.UTC)
_CAUSES = {
    "no_power": {"zh": "停电", "en": "No power"},
    "machine_failed": {"zh": "柜台主机故障", "en": "The counter's computer failed"},
    "device_failed": {"zh": "阅读器或打印机故障", "en": "Reader or printer failed"},
    "drill": {"zh": "应急演练", "en": "A drill"},
}
_REASONS = {
    "spoiled": {"zh": "写坏", "en": "Spoiled"},
    "unused": {"zh": "未使用，收回", "en": "Not used, taken back"},
    "handed_back": {"zh": "邮件已退还寄件人", "en": "The item went back to its sender"},
    "lost": {"zh": "遗失，已报告", "en": "Lost and reported"},
}
_OUT = (("000003", "000003", "10-12 08:31"), ("000008", "000020", "11-02 17:05"))
PAPER = PaperFormsView(_OUT, 14, 4, "", 36, _CAUSES, _REASONS, 24, 8)
PAPER_REQUEST = RequestView(
    "r7", "paper_entry", _CAUSES["no_power"], "OP10001", "000007 11-21 09:10", _UNTIL, "waits",
    mine=True, subject=219,
    where="here",
)  # fmt: skip


def paper_views(full: CounterView, last: ItemView) -> dict[str, CounterView]:
    """``full``: an acceptance that F9 would take; ``last``: an item that was accepted."""
    if full.visit is None or full.visit.preview is None:
        raise ValueError("a view with a visit")
    words = "000007 2026-11-21 09:10"
    preview = replace(full.visit.preview, paper=words)
    visit = replace(full.visit, missing=("missing.paper",), preview=preview)
    said = Message("msg.paper_compare", {"number": "000007"}, "warning", 1)
    stands = replace(
        full, visit=visit, message=said, paper=replace(PAPER, standing=words),
        second=replace(full.second, requests=(PAPER_REQUEST,)),
    )  # fmt: skip
    supervisor = replace(full, role="supervisor", operator="OP20001", paper=PAPER)
    found = (replace(last, paper=words),)
    return {
        "paper-out": supervisor,
        "paper-stands": stands,
        "paper-found": replace(full, found=found, found_by="text"),
    }
