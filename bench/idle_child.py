"""The control process of ``stall``: a bare window with the same beat, until standard input ends."""

from __future__ import annotations

import json
import os
import sys
import threading

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget

from bench.pauses import Beat, waited


class _End(QObject):
    """Carries the end from the thread that reads to the main thread."""

    came = Signal()


def main() -> int:
    """Prints p99.9 and maximum in ms."""
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
    sys.stdout.write(json.dumps({"p999": waited(beat.late, 0.999), "max": max(beat.late)}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
