"""T6, I7: how old it is what is known of headquarters, told by the screen's own clock."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel

from core.view import CounterView, SyncView
from ui.header import Header
from ui.present import STALE_SECONDS, Told
from ui.specimens import BASE, NOW
from ui.text import Texts

pytestmark = pytest.mark.requirement("T6", "I7")

FRESH = SyncView(3, NOW, "ok", age_s=0.5, due_s=75.0, serial=7)


class _Running:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> _Running:
    return _Running()


@pytest.fixture
def header(qapp: object, clock: _Running) -> Header:
    return Header(Texts("zh"), None, Told(clock))


def _show(header: Header, sync: SyncView, now: dt.datetime = NOW) -> CounterView:
    view = replace(BASE, sync=sync)
    header.show_view(view, now)
    return view


def _line(header: Header) -> str:
    label = header.findChild(QLabel, "header_sync")
    assert label is not None
    return label.text()


def test_a_pump_that_hangs_is_seen_and_its_age_grows(header: Header, clock: _Running) -> None:
    """Nothing is told any more; views still come at every key, with what was told last."""
    _show(header, FRESH)
    assert header.banner.isHidden()
    clock.at += 60
    _show(header, replace(FRESH, unsent=9))  # counted at this counter, not told by the pump
    assert header.banner.isHidden()
    assert "未确认 9" in _line(header)
    clock.at += 20
    header.tick(NOW)
    assert not header.banner.isHidden()
    assert "1 分钟前" in header.banner.text()
    clock.at += 3600
    header.tick(NOW)
    assert "1 小时前" in header.banner.text()
    assert _line(header).startswith("▲")
    _show(header, replace(FRESH, serial=8))
    assert header.banner.isHidden()
    assert "0 秒前" in _line(header)


def test_a_wall_clock_that_steps_changes_no_age(header: Header, clock: _Running) -> None:
    for now in (
        NOW + dt.timedelta(days=1),
        NOW - dt.timedelta(days=1),
        dt.datetime(1970, 1, 1, tzinfo=dt.UTC),
    ):
        clock.at += 1
        _show(header, FRESH, now)
        assert header.banner.isHidden()
        assert "秒前" in _line(header)


def test_offline_is_said_with_its_age(header: Header, clock: _Running) -> None:
    trying = SyncView(5, NOW, "trying", "hq.unreachable", age_s=30.0, due_s=75.0, serial=9)
    _show(header, trying)
    assert header.banner.isHidden()
    _show(header, replace(trying, age_s=STALE_SECONDS + 1.0, serial=10))
    assert "联系不上总部" in header.banner.text()
    assert "2 分钟前" in header.banner.text()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_why_the_counter_was_stopped_is_said(header: Header, language: str) -> None:
    header.retranslate(Texts(language))
    refused = SyncView(5, NOW, "refused", "hq.conflict", age_s=3.0, serial=9)
    said = set()
    for what in ("behind", "fork", "replaced", "revoked", "entry.signature", ""):
        _show(header, replace(refused, what=what))
        assert header.banner.text().startswith("■ ")
        said.add(header.banner.text())
    assert len(said) == 5  # what has no words of its own is refused
