"""The other counters of the branch under the day close: a word each, and what of the branch is not known."""

from __future__ import annotations

import datetime as dt

from PySide6.QtWidgets import QLabel, QWidget

from core.ledger.branch_day import BranchDay, CounterDay
from core.view import SyncView
from ui.flow import Flow
from ui.style import mark, put
from ui.text import CHINA, Texts

_MOST = 12  # counters with a badge of their own; the others are in the sum
QUIET_S = 900  # who has not spoken for so long is named with the hour


class BranchLine(QWidget):
    """Badges, each with sign, counter, state and figure; the sum of the branch at the end."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("close_branch")
        self._badges = [QLabel(self) for _ in range(_MOST)]
        self._sum = QLabel(self)
        self._sum.setObjectName("close_branch_sum")
        self._sum.setProperty("role", "caption")
        flow = Flow(8, line_spacing=4)
        for number, badge in enumerate(self._badges):
            badge.setObjectName(f"close_branch_{number}")
            badge.setProperty("role", "badge")
            flow.addWidget(badge)
        flow.addWidget(self._sum)
        self.setLayout(flow)

    def show_branch(self, texts: Texts, sync: SyncView, own: str, day: str) -> None:
        """``own``: this counter; ``day``: its open business day, ISO."""
        told = sync.branch
        others = [row for row in told.counters if row.terminal != own] if told is not None else []
        for badge, row in zip(self._badges, [*others, *[None] * _MOST], strict=False):
            badge.setVisible(row is not None)
            if row is not None and told is not None:
                tone, said = _badge(texts, row, told.at, day)
                put(badge, said)
                mark(badge, "tone", tone)
                badge.setAccessibleName(said)
        put(self._sum, _sum(texts, told, others, sync, day))


def _badge(texts: Texts, row: CounterDay, now: dt.datetime, day: str) -> tuple[str, str]:
    """(tone, words)."""
    name = row.terminal.rpartition("-")[2]
    if not row.date:
        return "quiet", f"○ {texts('branch.never', counter=name)}"
    heard = _clock(row.heard, now)
    silent = row.heard is None or (now - row.heard).total_seconds() > QUIET_S
    if not row.whole:
        return "bad", f"■ {texts('branch.not_whole', counter=name)}"
    if row.date != day:
        return "warn", f"▲ {texts('branch.other_day', counter=name, day=row.date[5:])}"
    if row.closed:
        return "good", f"✓ {texts('branch.closed', counter=name, count=row.accepted)}"
    if silent:
        return "warn", f"▲ {texts('branch.silent', counter=name, count=row.accepted, heard=heard)}"
    return "quiet", f"● {texts('branch.open', counter=name, count=row.accepted)}"


def _clock(heard: dt.datetime | None, now: dt.datetime) -> str:
    """The hour in China, with its day where that is not today's."""
    if heard is None:
        return ""
    here = heard.astimezone(CHINA)
    return f"{here:%H:%M}" if here.date() == now.astimezone(CHINA).date() else f"{here:%m-%d %H:%M}"


def _sum(texts: Texts, told: BranchDay | None, others: list[CounterDay], sync: SyncView, day: str) -> str:
    """What is known of the whole branch; nothing stale is shown as fresh (T6)."""
    if told is None:
        return texts("branch.unknown")
    at = f"{told.at.astimezone(CHINA):%H:%M}"
    if not others:
        return texts("branch.alone", at=at)
    today = [row for row in told.counters if row.date == day]
    missing = [row.terminal.rpartition("-")[2] for row in told.counters if row not in today or not row.closed]
    code = "branch.sum" if sync.state == "ok" else "branch.sum_old"
    total = texts(code, count=sum(row.accepted for row in today), counters=len(today), at=at)
    return f"{total} {texts('branch.missing', counters=texts.join(missing))}" if missing else total
