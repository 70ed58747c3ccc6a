"""The one crossing from other threads into Qt."""

from __future__ import annotations

import threading
from dataclasses import replace

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from core.view import CounterView, SyncView
from tests.ui.conftest import Opened
from tests.ui.small_station import Recorder
from ui.bridge import Bridge
from ui.specimens import BASE, VIEWS

POSTS, THREADS = 1000, 4


def _numbered(number: int) -> CounterView:
    return replace(BASE, today=number, sync=SyncView(unsent=number))


def test_a_burst_from_four_threads_ends_with_the_last_view(
    qtbot: QtBot, recorder: Recorder, opened: Opened
) -> None:
    """A thousand posts from four threads: the window lives, and shows what was posted last."""
    window = opened(recorder)
    begin = threading.Barrier(THREADS)

    def flood(first: int) -> None:
        begin.wait(10)
        for number in range(first, first + POSTS // THREADS):
            recorder.bridge.post(_numbered(number))

    threads = [threading.Thread(target=flood, args=(n * 1000,)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    recorder.bridge.post(_numbered(77_777))
    today = window.findChild(QLabel, "header_today")
    qtbot.waitUntil(lambda: "77777" in today.text(), timeout=5000)


def test_views_arrive_on_the_main_thread_in_order_and_coalesced(qtbot: QtBot) -> None:
    """Only the newest of a burst is painted, nothing comes twice, nothing goes backwards."""
    bridge, seen, threads = Bridge(), [], set()

    def take(view: CounterView) -> None:
        seen.append(view.today)
        threads.add(threading.current_thread())

    bridge.changed.connect(take)

    def post_all() -> None:
        for number in range(1, POSTS + 1):
            bridge.post(_numbered(number))

    poster = threading.Thread(target=post_all)
    poster.start()
    poster.join(20)
    qtbot.waitUntil(lambda: bool(seen) and seen[-1] == POSTS, timeout=5000)
    assert threads == {threading.main_thread()}
    assert seen == sorted(set(seen))
    assert len(seen) < POSTS / 10


def test_a_view_may_be_posted_from_within_a_repaint(qtbot: QtBot) -> None:
    """No lock is held while the window paints."""
    bridge, seen = Bridge(), []

    def take(view: CounterView) -> None:
        seen.append(view.today)
        if view.today < 5:
            bridge.post(_numbered(view.today + 1))

    bridge.changed.connect(take)
    bridge.post(_numbered(1))
    qtbot.waitUntil(lambda: seen == [1, 2, 3, 4, 5], timeout=5000)


def test_after_the_window_closed_posts_do_nothing(qtbot: QtBot, recorder: Recorder, opened: Opened) -> None:
    """Threads stop later than the window: their last views are let go."""
    window = opened(recorder)
    recorder.bridge.post(VIEWS["half"])
    window.close()
    recorder.bridge.post(VIEWS["ready"])
    seen: list[CounterView] = []
    recorder.bridge.changed.connect(seen.append)
    qtbot.wait(50)
    assert seen == []
