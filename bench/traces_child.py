"""Inside a process of its own: the program as it is, with a keyboard that another process plays.

``python -m bench.traces_child DATA CONFIG`` reads JSON lines from standard input, a key each, so that no text
of a person is in this process but by the program's own doing, and answers with codes, never with a text.
"""

from __future__ import annotations

import ctypes
import json
import sys
import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit

from core.view import CounterView, Screen
from ui.window import MainWindow

_PR_SET_DUMPABLE = 4


class Player(QObject):
    """Plays orders on the main thread."""

    ordered = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self._codes: dict[str, Any] = {}
        self.ordered.connect(self._play, Qt.ConnectionType.QueuedConnection)
        self._window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
        self._window._bridge.changed.connect(self._seen)

    def listen(self) -> None:
        """On a thread: one order a line, until the input ends."""
        for line in sys.stdin:
            self.ordered.emit(json.loads(line))

    def _seen(self, view: CounterView) -> None:
        """Codes of the newest view; the view itself is not kept."""
        visit, last = view.visit, view.last
        self._codes = {
            "clerk": view.screen is Screen.CLERK,
            "locked": view.screen is Screen.LOCKED,
            "sender": visit is not None and visit.sender is not None,
            "missing": list(visit.missing) if visit is not None else [],
            "accepted": len(visit.items) if visit is not None else 0,
            "pending": len(view.pending),
            "affixed": last is not None and last.affixed,
            "sent": view.sync.unsent == 0,
        }

    def _play(self, order: list[str]) -> None:
        what, *rest = order
        doing: dict[str, Callable[..., None]] = {"char": self._char, "key": self._key, "ask": self._answer}
        doing[what](*rest)

    def _char(self, char: str) -> None:
        """As a keyboard or an input method gives it: one character."""
        focused = QApplication.focusWidget()
        if focused is None:
            return
        if char.isascii():
            self._key(char.upper(), char)
            return
        event = QInputMethodEvent("", [])
        event.setCommitString(char)
        QApplication.sendEvent(focused, event)

    def _key(self, name: str, text: str = "", alt: str = "") -> None:
        focused = QApplication.focusWidget() or self._window
        key = Qt.Key(ord(name)) if len(name) == 1 else Qt.Key[f"Key_{name}"]
        held = Qt.KeyboardModifier.AltModifier if alt else Qt.KeyboardModifier.NoModifier
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(focused, QKeyEvent(kind, key, held, text))

    def _answer(self) -> None:
        focused = QApplication.focusWidget()
        empty = [e.objectName() for e in self._window.findChildren(QLineEdit) if not e.text()]
        place = focused.objectName() if focused is not None else ""
        print(json.dumps({**self._codes, "focus": place, "empty": empty}), flush=True)


def main(arguments: list[str]) -> int:
    """The program itself; only what listens to the keyboard is put in before its loop begins."""
    begin, keep = QApplication.exec, list[Player]()

    def loop(*_application: object) -> int:
        # The product shuts other programs of this user out; this one lets its parent look.
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)
        keep.append(Player())
        threading.Thread(target=keep[0].listen, name="keyboard", daemon=True).start()
        return begin()

    QApplication.exec = loop  # type: ignore[method-assign]
    from program.cli import main as counter

    return counter(["--data", arguments[0], "--config", arguments[1]])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
