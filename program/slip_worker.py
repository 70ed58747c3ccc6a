"""``python -m program.slip_worker``: a slip's page on standard input → its PDF on standard output.

Qt lays text out with timers of a thread of its own making; in a process of its own it has them, needs no
window, and takes the interpreter from nobody.  Both ends are ours, so the page comes as a pickle.
"""

from __future__ import annotations

import pickle
import resource
import sys

from PySide6.QtGui import QGuiApplication

from core.handover import HandOverPage
from ui.assistant import handover_paper
from ui.supervisor import slip_pdf
from ui.text import Texts


def main() -> int:
    """Once."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    page, code, language = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own counter
    application = QGuiApplication(sys.argv[:1])
    draw = handover_paper.draw if isinstance(page, HandOverPage) else slip_pdf.draw
    sys.stdout.buffer.write(draw(page, code, Texts(language)))
    del application
    return 0


if __name__ == "__main__":
    sys.exit(main())
