"""Inside a fresh process: start the program (or a bare window), type one key, say when it stood there.

``python -m bench.start_child bare|counter DATA CONFIG OPERATOR PASSWORD`` prints JSON: the wall
time at which the first typed character stood in the field and, for the counter, milliseconds from
Enter to the screen of the clerk.
"""

from __future__ import annotations

import json
import sys
import time

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

_TICK_MS = 1


class _Watch:
    """Looks at the running window once a millisecond, as an impatient person would."""

    def __init__(self, operator: str, password: str) -> None:
        self._operator, self._password = operator, password
        self._told: dict[str, float] = {}
        self._entered = 0.0
        self._timer = QTimer()
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        if "typed" not in self._told:
            self._first_key()
        elif not self._operator:
            self._end()
        elif not self._entered:
            self._log_in()
        else:
            self._main_screen()

    def _first_key(self) -> None:
        field = QApplication.focusWidget()
        if not isinstance(field, QLineEdit) or not field.window().isVisible():
            return
        if field.text():
            self._told["typed"] = time.time()
            field.clear()
            return
        QApplication.sendEvent(field, _key(Qt.Key.Key_X, "X"))

    def _log_in(self) -> None:
        window = QApplication.activeWindow()
        operator = window.findChild(QLineEdit, "operator") if window else None
        password = window.findChild(QLineEdit, "password") if window else None
        if operator is None or password is None or not _composed():
            return
        operator.setText(self._operator)
        password.setText(self._password)
        password.setFocus()
        self._entered = time.perf_counter()
        QApplication.sendEvent(password, _key(Qt.Key.Key_Return, "\r"))

    def _main_screen(self) -> None:
        window = QApplication.activeWindow()
        bar = window.findChild(QWidget, "commit_bar") if window else None
        if bar is not None and bar.isVisible() and not bar.visibleRegion().isEmpty():
            self._told["enter_ms"] = (time.perf_counter() - self._entered) * 1000
            self._end()

    def _end(self) -> None:
        self._timer.stop()
        print(json.dumps(self._told), flush=True)
        for window in QApplication.topLevelWidgets():
            window.close()
        QApplication.quit()


def _composed() -> bool:
    """The station runs: nobody types number and password faster than the rooms are put together."""
    import threading

    names = {thread.name for thread in threading.enumerate()}
    return "station" in names and "compose" not in names


def _key(key: Qt.Key, text: str) -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, text)


def _watched(operator: str, password: str) -> None:
    """Puts the watch into the application just before its loop begins; the program is not changed."""
    begin = QApplication.exec
    keep: list[_Watch] = []

    def loop(*_application: object) -> int:
        keep.append(_Watch(operator, password))
        return begin()

    QApplication.exec = loop  # type: ignore[method-assign]


def main(arguments: list[str]) -> int:
    """Bare window or the whole counter."""
    if arguments[0] == "bare":
        _watched("", "")
        application = QApplication([])
        window = QWidget()
        layout = QVBoxLayout(window)
        layout.addWidget(QLineEdit())
        layout.addWidget(QLineEdit())
        window.resize(1366, 768)
        window.show()
        window.activateWindow()
        return application.exec()
    from program.cli import main as counter

    _watched(arguments[3], arguments[4])  # given, because importing them would count as the program's
    return counter(["--data", arguments[1], "--config", arguments[2]])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
