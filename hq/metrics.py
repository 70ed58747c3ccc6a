"""Counters and gauges of one server process, in Prometheus' text form (exposition format 0.0.4)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
QUIET_SECONDS = 0.1

_HELP = {
    "counter_hq_requests_total": ("counter", "Answered requests by route and status."),
    "counter_hq_request_seconds_total": ("counter", "Time spent on requests by route."),
    "counter_hq_faults_total": ("counter", "Refused requests by code and what was wrong."),
    "counter_hq_entries_total": ("counter", "Entries stored."),
    "counter_hq_followed_total": ("counter", "Entries verified and folded by the follower."),
    "counter_hq_follower_lag_entries": ("gauge", "Entries received and not followed yet, of all terminals."),
    "counter_hq_cut_total": ("counter", "Connections cut by what was wrong with them."),
    "counter_hq_ingest_running": ("gauge", "Batches being stored now."),
    "counter_hq_admin_separate": ("gauge", "1 where administrations are separate, 0 for one person."),
    "counter_hq_admin_findings": ("gauge", "What the own check at the start found changed by hand."),
    "counter_hq_up_seconds": ("gauge", "Seconds since this process began to serve."),
}


class Metrics:
    """Thread-safe; no label ever holds a terminal or a person."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}
        self._started = time.monotonic()
        self._last_ingest = 0.0
        self._running = 0

    def add(self, name: str, value: float = 1, **labels: str) -> None:
        """Count ``value`` more of ``name``."""
        key = (name, tuple(sorted(labels.items())))
        with self._lock:
            self._values[key] = self._values.get(key, 0) + value

    def set(self, name: str, value: float) -> None:
        """Set a gauge."""
        with self._lock:
            self._values[name, ()] = value

    @contextmanager
    def ingesting(self) -> Iterator[None]:
        """Around the storing of a batch."""
        with self._lock:
            self._running += 1
        try:
            yield
        finally:
            with self._lock:
                self._running -= 1
                self._last_ingest = time.monotonic()

    def busy(self) -> bool:
        """Whether batches are coming in just now."""
        with self._lock:
            return self._running > 0 or time.monotonic() - self._last_ingest < QUIET_SECONDS

    def value(self, name: str, **labels: str) -> float:
        """One value, 0 where nothing was counted."""
        with self._lock:
            return self._values.get((name, tuple(sorted(labels.items()))), 0)

    def text(self) -> str:
        """Everything, sorted."""
        with self._lock:
            values = dict(self._values)
            values["counter_hq_ingest_running", ()] = self._running
        values["counter_hq_up_seconds", ()] = round(time.monotonic() - self._started, 1)
        return "".join(_block(name, values) for name in _HELP)


def _block(name: str, values: Mapping[tuple[str, tuple[tuple[str, str], ...]], float]) -> str:
    kind, about = _HELP[name]
    lines = [f"# HELP {name} {about}", f"# TYPE {name} {kind}"]
    for (found, labels), value in sorted(values.items()):
        if found == name:
            shown = ",".join(f'{key}="{_escape(text)}"' for key, text in labels)
            lines.append(f"{name}{{{shown}}} {value:g}" if shown else f"{name} {value:g}")
    return "\n".join(lines) + "\n"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
