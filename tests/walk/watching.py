"""A terminal without a window whose views can be waited for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from core.config import Config
from core.view import CounterView
from program.terminal import Parts, Terminal

PATIENCE_SECONDS = 60.0  # a limit for a busy machine, not a measure


class Watching:
    """Started and stopped as a context manager; keeps the newest view."""

    def __init__(self, config: Config, data: Path, parts: Parts | None = None) -> None:
        self._seen = threading.Condition()
        self.view: CounterView | None = None
        self.terminal = Terminal(config, data, self._publish, parts=parts)

    def __enter__(self) -> Self:
        self.terminal.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.terminal.stop()

    def _publish(self, view: CounterView) -> None:
        with self._seen:
            self.view = view
            self._seen.notify_all()

    def until(self, what: str, seen: Callable[[CounterView], bool]) -> CounterView:
        """The first view that shows it; fails with what was waited for."""
        end = time.monotonic() + PATIENCE_SECONDS
        with self._seen:
            while self.view is None or not seen(self.view):
                assert self._seen.wait(max(0.0, end - time.monotonic())), f"never seen: {what}"
            return self.view
