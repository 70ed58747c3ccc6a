"""The window's settings on this machine: DIR/screen.json, written off the main thread."""

from __future__ import annotations

import contextlib
import json
import queue
import threading
from pathlib import Path

from ui.settings import Settings, settings_from, settings_value

NAME = "screen.json"


class SettingsFile:
    """Read once at the start; :meth:`keep` returns at once, of several the last one stands in the file."""

    def __init__(self, data: Path) -> None:
        """``data`` is the terminal's directory; it need not be there yet."""
        self._path = data / NAME
        self._queue: queue.SimpleQueue[Settings | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="settings", daemon=True)

    def read(self) -> Settings:
        """What was kept; the usual where nothing was, or what stands there is not readable."""
        try:
            return settings_from(json.loads(self._path.read_text("utf-8")))
        except (OSError, ValueError, RecursionError):
            return Settings()

    def keep(self, settings: Settings) -> None:
        """From any one thread.  What cannot be written is forgotten: the next start is as usual."""
        if self._thread.ident is None:
            self._thread.start()
        self._queue.put(settings)

    def stop(self) -> None:
        """What was kept before is written, within two seconds."""
        if self._thread.ident is not None:
            self._queue.put(None)
            self._thread.join(2.0)

    def _run(self) -> None:
        while (settings := self._queue.get()) is not None:
            text = json.dumps(settings_value(settings), indent=2) + "\n"
            fresh = self._path.with_name(f"{NAME}.new")
            with contextlib.suppress(OSError):  # a full disk takes no comfort from anybody's work
                self._path.parent.mkdir(parents=True, exist_ok=True)
                fresh.write_text(text, "utf-8")
                fresh.replace(self._path)
