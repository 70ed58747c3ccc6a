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
from core.inspection import InspectionPage
from core.manifest import ManifestPage
from core.slips import SlipPage
from ui import manifest_pdf
from ui.assistant import handover_paper
from ui.paper_pdf import Modules
from ui.supervisor import inspection_pdf, slip_pdf
from ui.text import Texts


def main() -> int:
    """Once."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    page, code, language = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own counter
    application = QGuiApplication(sys.argv[:1])
    sys.stdout.buffer.write(_drawn(page, code, Texts(language)))
    del application
    return 0


def _drawn(page: object, code: Modules, texts: Texts) -> bytes:
    if isinstance(page, HandOverPage):
        return handover_paper.draw(page, code, texts)
    if isinstance(page, InspectionPage):
        return inspection_pdf.draw(page, code, texts)
    if isinstance(page, ManifestPage):
        return manifest_pdf.draw(page, code, texts)
    assert isinstance(page, SlipPage)
    return slip_pdf.draw(page, code, texts)


if __name__ == "__main__":
    sys.exit(main())
