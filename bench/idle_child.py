"""The control process of ``stall``: a bare window with the same beat, until standard input ends."""

from __future__ import annotations

import json
import os
import sys
import threading

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget

from bench.figures import percentile
from bench.pauses import Beat, waited


class _End(QObject):
    """Carries the end from the thread that reads to the main thread."""

    came = Signal()


def main() -> int:
    """Prints p99.9 of the beats, p99.9 over time, and the maximum, in ms."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication(["idle"])
    window = QWidget()
    window.show()
    beat, end = Beat(), _End()
    end.came.connect(application.quit)

    def wait() -> None:
        sys.stdin.read()
        end.came.emit()

    threading.Thread(target=wait, name="stdin", daemon=True).start()
    beat.start()
    application.exec()
    beat.stop()
    late = beat.late
    told = {"p999": percentile(late, 0.999), "waited": waited(late, 0.999), "max": max(late)}
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
