"""Specimens of an item that is corrected: what may be, what was typed, and what a second person signs for."""

from __future__ import annotations

import datetime as dt

from core.correcting import CorrectionView, FieldToCorrect
from core.second import RequestView, SecondView
from ui.clerk.choices import LOG_OUT, Question
from ui.clerk.correct import confirm_question, correct_question
from ui.specimen_visits import item

_NAMES = (
    ("weight", "重量", "Weight", True), ("quantity", "件数", "Pieces", True),
    ("recipient_phone", "收件人电话", "Recipient's phone", True),
    ("sender_phone", "寄件人电话", "Sender's phone", True),
    ("sender_address", "寄件人地址", "Sender's address", True),
    ("recipient_name", "收件人姓名", "Recipient's name", False),
    ("recipient_address", "收件人地址", "Recipient's address", False),
    ("contents", "内件", "Contents", False),
)  # fmt: skip
FIELDS = tuple(FieldToCorrect(code, {"zh": zh, "en": en}, alone) for code, zh, en, alone in _NAMES)
REASONS = {
    "typed_wrongly": {"zh": "录入笔误", "en": "Typed wrongly"},
    "weighed_again": {"zh": "复重后更正重量", "en": "Weighed again"},
    "customer_corrected": {"zh": "寄件人要求更正", "en": "The sender asks for it"},
}
WEIGHT = CorrectionView(
    127, "000127", "weight", "1.284 kg", "1.500 kg", alone=True, label=True, receipt=True, fee=(1200, 1400)
)
ADDRESS = CorrectionView(
    127, "000127", "recipient_address", "上海市浦东新区世纪大道***", "上海市浦东新区张杨路***",
    alone=False, label=True, receipt=True,
)  # fmt: skip
_WHY = {"zh": "寄件人要求更正", "en": "The sender asks for it"}
CHANGED = RequestView(
    "r5", "correct", _WHY, "OP10001", "000127", dt.datetime(2026, 11, 22, 2, 5, tzinfo=dt.UTC), "waits",
    mine=True, subject=127, change=ADDRESS,
)  # fmt: skip
_SECOND = SecondView(fields=FIELDS, correct_reasons=REASONS, correct_hours={"wait": 24, "countersign": 72})


def choose(language: str) -> Question:
    """Which field."""
    return correct_question(item(127), _SECOND, language)


def typing(language: str) -> Question:
    """The first of them is typed."""
    then = choose(language).answers[0].then
    return then if isinstance(then, Question) else LOG_OUT


def confirm(typed: CorrectionView, language: str) -> Question:
    """What changes, and why."""
    return confirm_question(typed, _SECOND, language)


def later(language: str) -> Question:
    """Whether it waits."""
    then = confirm(ADDRESS, language).answers[0].then
    return then if isinstance(then, Question) else LOG_OUT
